"""What a model answers for a set of rows, whoever computed it: the estimator or the graph."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from modelratchet.core.tasks import Task


@dataclass(frozen=True)
class Scores:
    """Answers for `n_rows` rows.

    Classification fills `labels`, int64 `(n_rows,)`, indices into the schema's classes, and
    `probabilities`, float `(n_rows, n_classes)`; regression fills `values`, float `(n_rows,)`. The others are empty.
    """

    task: Task
    labels: NDArray[np.int64]
    probabilities: NDArray[np.floating]
    values: NDArray[np.floating]

    @classmethod
    def classification(cls, task: Task, labels: NDArray[np.int64], probabilities: NDArray[np.floating]) -> Scores:
        """Answers of a classifier."""
        return cls(task, labels, probabilities, np.empty(0))

    @classmethod
    def regression(cls, values: NDArray[np.floating]) -> Scores:
        """Answers of a regressor."""
        return cls(Task.REGRESSION, np.empty(0, dtype=np.int64), np.empty((0, 0)), values)

    def take(self, rows: NDArray[np.int64]) -> Scores:
        """The answers for some of the rows, given by their positions."""
        if self.task.is_classification:
            return Scores.classification(self.task, self.labels[rows], self.probabilities[rows])
        return Scores.regression(self.values[rows])

    def __len__(self) -> int:
        return len(self.labels) if self.task.is_classification else len(self.values)
