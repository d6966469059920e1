"""Every metric of `core.metrics`, prepared once for some rows and then evaluated under many weightings of them.

Sorting, logarithms and the like are done when a model's answers are prepared; a bootstrap resample then only weighs them. Called
by `modeling.evaluation`, `modeling.comparison` and `modeling.importance`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from modelratchet.core.metrics import metrics_for
from modelratchet.core.statistics import FloatArray
from modelratchet.core.tasks import Task
from modelratchet.errors import DataError, EvidenceError
from modelratchet.modeling.confusion import LABEL_METRICS, ConfusionKernel
from modelratchet.modeling.losses import NUMBER_METRICS, PROBABILITY_METRICS, NumberKernel, probability_kernel
from modelratchet.modeling.ranking import RANKING_METRICS, RankingKernel
from modelratchet.modeling.scores import Scores

Truth = NDArray[np.int64] | NDArray[np.float64]


class Kernel(Protocol):
    """Some metrics of one model on some rows, as functions of the rows' weights."""

    names: tuple[str, ...]

    def values(self, counts: FloatArray) -> FloatArray:
        """Evaluate under weights `(n_batch, n_rows)`; returns `(n_batch, n_names)`, NaN where not defined."""

    def influence(self) -> FloatArray:
        """Derivative by each row's weight times `n_rows`, at equal weights: `(n_rows, n_names)`."""


@dataclass(frozen=True)
class PreparedMetrics:
    """The asked metrics of one model on some rows; itself a kernel."""

    names: tuple[str, ...]
    n_rows: int
    _kernels: tuple[Kernel, ...]

    def values(self, counts: FloatArray) -> FloatArray:
        """Evaluate under weights `(n_batch, n_rows)`; returns `(n_batch, n_names)`, NaN where not defined."""
        return self._in_order(np.column_stack([kernel.values(counts) for kernel in self._kernels]))

    def influence(self) -> FloatArray:
        """Derivative by each row's weight times `n_rows`, at equal weights: `(n_rows, n_names)`."""
        return self._in_order(np.column_stack([kernel.influence() for kernel in self._kernels]))

    def estimate(self) -> FloatArray:
        """The metrics of the rows themselves, `(n_names,)`."""
        estimate: FloatArray = self.values(np.ones((1, self.n_rows)))[0]
        return estimate

    def _in_order(self, columns: FloatArray) -> FloatArray:
        found = [name for kernel in self._kernels for name in kernel.names]
        return columns[:, [found.index(name) for name in self.names]]


def prepare(truth: Truth, scores: Scores, names: Sequence[str] | None = None) -> PreparedMetrics:
    """Prepare metrics of a model's answers.

    Args:
        truth: class indices int64 or numbers float64, `(n_rows,)`; see `modeling.frames`.
        scores: the answers for the same rows.
        names: metrics of `core.metrics` for the scores' task; default all of them.

    Raises:
        DataError: no rows, or a metric that the task does not have.
        EvidenceError: the model answered NaN or an infinity.
    """
    allowed = tuple(metric.name for metric in metrics_for(scores.task))
    asked = tuple(names) if names is not None else allowed
    unknown = sorted(set(asked) - set(allowed))
    if unknown:
        raise DataError(f"metrics {unknown} do not go with task {scores.task}, expected some of {list(allowed)}")
    if not len(truth) or len(truth) != len(scores):
        raise DataError(f"found {len(truth)} labels and {len(scores)} scores, expected equally many and at least one")
    refuse_broken(scores)
    return PreparedMetrics(asked, len(truth), tuple(_kernels(truth, scores, asked)))


def refuse_broken(scores: Scores) -> None:
    """Refuse answers that are not numbers.

    Raises:
        EvidenceError: a probability or a prediction is NaN or infinite.
    """
    answers = scores.probabilities if scores.task.is_classification else scores.values[:, None]
    broken = int(np.count_nonzero(~np.isfinite(answers).all(axis=1)))
    if broken:
        raise EvidenceError(
            f"the model answered NaN or an infinity for {broken} of {len(scores)} rows, expected finite numbers",
            hint="Look for an estimator that overflows or passes missing values on.",
        )


def _kernels(truth: Truth, scores: Scores, asked: tuple[str, ...]) -> list[Kernel]:
    if scores.task is Task.REGRESSION:
        return [NumberKernel(truth.astype(np.float64), scores.values.astype(np.float64), _among(asked, NUMBER_METRICS))]
    classes, probabilities = truth.astype(np.int64), scores.probabilities.astype(np.float64)
    kernels: list[Kernel] = []
    if names := _among(asked, RANKING_METRICS):
        kernels.append(RankingKernel(classes == 1, probabilities[:, 1], names))
    if names := _among(asked, LABEL_METRICS):
        kernels.append(ConfusionKernel(classes, scores.labels, probabilities.shape[1], names))
    if names := _among(asked, PROBABILITY_METRICS):
        kernels.append(probability_kernel(classes, probabilities, names))
    return kernels


def _among(asked: tuple[str, ...], known: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in asked if name in known)
