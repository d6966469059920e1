"""How much each feature matters to a model, whatever it is made of: permutation importance. Called by the `evaluate` stage."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from modelratchet.core.metrics import METRICS
from modelratchet.modeling.metrics import Truth, prepare
from modelratchet.modeling.scores import Scores

MOST_ROWS = 5000
REPEATS = 3


@dataclass(frozen=True)
class Importance:
    """How much worse `metric` gets when the column's values are dealt out anew: mean and extremes over the repeats."""

    column: str
    metric: str
    mean: float
    low: float
    high: float


def permutation_importance(
    score: Callable[[pd.DataFrame], Scores], features: pd.DataFrame, truth: Truth, metric: str, seed: int
) -> tuple[Importance, ...]:
    """Shuffle one column at a time and measure what is lost; most important first.

    Correlated columns stand in for each other, so a low value does not mean that a column can go.

    Args:
        score: the model.
        features: the holdout's features; at most `MOST_ROWS` of them are drawn.
        truth: `(n_rows,)`.
        metric: what is lost; where the drawn rows do not define it, nothing is returned.
        seed: fixes the rows and the shuffles.

    Source: Breiman, "Random forests", Machine Learning 45 (2001), section 10; on held-out rows as in Fisher, Rudin and
    Dominici, JMLR 20 (2019).
    """
    generator = np.random.default_rng([seed, 4])
    rows = np.sort(generator.permutation(len(features))[:MOST_ROWS])
    drawn, labels = features.iloc[rows].reset_index(drop=True), truth[rows]
    whole = _measured(score(drawn), labels, metric)
    if not np.isfinite(whole):
        return ()
    direction = METRICS[metric].direction
    found = []
    for column in drawn.columns:
        losses = []
        for _ in range(REPEATS):
            shuffled = drawn[column].take(generator.permutation(len(drawn))).set_axis(drawn.index)
            losses.append(direction.gain(whole, _measured(score(drawn.assign(**{column: shuffled})), labels, metric)))
        found.append(Importance(str(column), metric, float(np.mean(losses)), min(losses), max(losses)))
    return tuple(sorted(found, key=lambda importance: -importance.mean))


def _measured(scores: Scores, truth: Truth, metric: str) -> float:
    return float(prepare(truth, scores, [metric]).estimate()[0])
