"""Pairs of simulated models whose true difference is known, for metrics other than accuracy. Used by `false_promotion` and `power`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, ndtri

from modelratchet.core.comparison import Difference
from modelratchet.core.metrics import METRICS
from modelratchet.core.tasks import Task
from modelratchet.modeling.metrics import Truth, prepare
from modelratchet.modeling.paired import PairedPlan, paired_differences
from modelratchet.modeling.scores import Scores

POSITIVES = 0.2
AGREEMENT = 0.9
"""Correlation of the two models' errors: a model trained anew on nearly the same rows is about as like."""


@dataclass(frozen=True)
class Drawn:
    """Rows and both models' answers to them."""

    truth: Truth
    candidate: Scores
    reference: Scores

    def difference(self, metric: str, plan: PairedPlan) -> Difference | None:
        """What the gate would be given."""
        return paired_differences(self.truth, self.candidate, self.reference, [metric], plan)[0]

    def gain(self, metric: str) -> float:
        """The gain on these rows; on very many it is the true one."""
        ours, theirs = (float(prepare(self.truth, s, [metric]).estimate()[0]) for s in (self.candidate, self.reference))
        return METRICS[metric].direction.gain(ours, theirs)


Draw = Callable[[int, np.random.Generator], Drawn]


def binormal(candidate_auc: float, reference_auc: float) -> Draw:
    """Binary models whose scores are normal within each class, with these areas under the curve exactly."""
    distances = [float(ndtri(area)) * 2.0**0.5 for area in (candidate_auc, reference_auc)]

    def draw(n_rows: int, generator: np.random.Generator) -> Drawn:
        truth = (generator.random(n_rows) < POSITIVES).astype(np.int64)
        return Drawn(
            truth, *(_binary(truth, d, noise) for d, noise in zip(distances, _errors(n_rows, generator), strict=True))
        )

    return draw


def numbers(candidate_noise: float, reference_noise: float) -> Draw:
    """Regressors with heavy-tailed errors (Student's t with 5 degrees of freedom)."""

    def draw(n_rows: int, generator: np.random.Generator) -> Drawn:
        truth = generator.normal(size=n_rows)
        spread = np.sqrt(generator.chisquare(5, size=n_rows) / 5.0)
        scales = (candidate_noise, reference_noise)
        errors = zip(scales, _errors(n_rows, generator), strict=True)
        return Drawn(truth, *(Scores.regression(truth + scale * error / spread) for scale, error in errors))

    return draw


def _errors(n_rows: int, generator: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    common, *own = generator.normal(size=(3, n_rows))
    first, second = (AGREEMENT**0.5 * common + (1.0 - AGREEMENT) ** 0.5 * one for one in own)
    return first, second


def _binary(truth: np.ndarray, distance: float, noise: np.ndarray) -> Scores:
    """Probabilities that are right for the reference's distance, so that log loss punishes what it should."""
    logit = distance * (distance * (truth - 0.5) + noise) + np.log(POSITIVES / (1.0 - POSITIVES))
    positive = expit(logit)
    return Scores.classification(
        Task.BINARY, (positive > 0.5).astype(np.int64), np.column_stack([1.0 - positive, positive])
    )
