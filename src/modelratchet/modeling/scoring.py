"""Scoring by the estimator itself, as the reference that the graph is held against."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from modelratchet.core.tasks import Task
from modelratchet.modeling.scores import Scores


def score_estimator(pipeline: Any, features: pd.DataFrame, task: Task) -> Scores:
    """Answer for rows in the form of `frames.features_of`, in float64.

    `label` is what `predict` says, ties as it breaks them; it is not derived from the probabilities.
    """
    if not task.is_classification:
        return Scores.regression(np.asarray(pipeline.predict(features), np.float64).ravel())
    labels = np.asarray(pipeline.predict(features), np.int64)
    return Scores.classification(task, labels, np.asarray(pipeline.predict_proba(features), np.float64))
