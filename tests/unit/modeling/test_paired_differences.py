"""Paired differences against naive implementations, scikit-learn and plain resampling."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sklearn_metrics

from modelratchet.core.comparison import Difference, Method
from modelratchet.core.metrics import METRICS
from modelratchet.core.tasks import Task
from modelratchet.errors import EvidenceError
from modelratchet.modeling import paired_resamples
from modelratchet.modeling.paired import PairedPlan, paired_differences
from modelratchet.modeling.scores import Scores

PLAN = PairedPlan(n_resamples=2000, seed=7, clusters=None)
BINARY = ("roc_auc", "average_precision", "accuracy", "macro_f1", "log_loss", "brier")
NUMBERS = ("rmse", "mae", "r2")


def binary(truth: np.ndarray, noise: float, seed: int, steps: int = 0) -> Scores:
    """Scores of a noisy logit; rounded to `steps` values, so that there are ties."""
    logits = 2.0 * (truth - 0.5) + noise * np.random.default_rng(seed).normal(size=len(truth))
    positive = 1.0 / (1.0 + np.exp(-logits))
    positive = np.round(positive * steps) / steps if steps else positive
    return Scores.classification(
        Task.BINARY, (positive > 0.5).astype(np.int64), np.column_stack([1.0 - positive, positive])
    )


def labels(n_rows: int, seed: int = 1) -> np.ndarray:
    return (np.random.default_rng(seed).random(n_rows) < 0.3).astype(np.int64)


def one(truth: np.ndarray, ours: Scores, theirs: Scores, name: str, plan: PairedPlan = PLAN) -> Difference:
    (found,) = paired_differences(truth, ours, theirs, [name], plan)
    assert found is not None
    return found


def naive_delong(truth: np.ndarray, ours: np.ndarray, theirs: np.ndarray) -> tuple[float, float]:
    """Gain and standard error from all pairs of rows, straight from the definition."""
    kernels = [
        (score[truth == 1][:, None] > score[truth == 0]) + 0.5 * (score[truth == 1][:, None] == score[truth == 0])
        for score in (ours, theirs)
    ]
    of_positive, of_negative = (np.array([kernel.mean(axis=axis) for kernel in kernels]) for axis in (1, 0))
    covariance = np.cov(of_positive) / of_positive.shape[1] + np.cov(of_negative) / of_negative.shape[1]
    contrast = np.array([1.0, -1.0])
    return float(kernels[0].mean() - kernels[1].mean()), float(np.sqrt(contrast @ covariance @ contrast))


@pytest.mark.parametrize("steps", [0, 7])
def test_auc_agrees_with_all_pairs_of_rows(steps: int) -> None:
    truth = labels(300)
    ours, theirs = binary(truth, 1.0, 2, steps), binary(truth, 1.3, 3, steps)

    found = one(truth, ours, theirs, "roc_auc")

    expected = naive_delong(truth, ours.probabilities[:, 1], theirs.probabilities[:, 1])
    assert (found.gain, found.standard_error) == pytest.approx(expected, rel=1e-12)
    assert found.method is Method.DELONG


def test_accuracy_counts_rows_that_one_alone_gets_right() -> None:
    truth = np.array([0, 0, 1, 1, 1, 0])
    ours, theirs = ([0, 1, 1, 1, 0, 0], [1, 1, 1, 0, 1, 0])
    scores = [Scores.classification(Task.BINARY, np.array(one), np.eye(2)[one]) for one in (ours, theirs)]

    found = one(truth, *scores, "accuracy")

    assert (found.won, found.lost, found.n_rows) == (2, 1, 6)
    assert found.gain == pytest.approx(1 / 6)
    assert found.standard_error == pytest.approx(np.std([1, 0, 0, 1, -1, 0], ddof=1) / np.sqrt(6))


@pytest.mark.parametrize("name", BINARY)
def test_values_are_those_of_scikit_learn_and_the_gain_is_positive_when_better(name: str) -> None:
    truth = labels(500)
    ours, theirs = binary(truth, 0.5, 2), binary(truth, 2.0, 3)
    reference = {
        "roc_auc": lambda s: sklearn_metrics.roc_auc_score(truth, s.probabilities[:, 1]),
        "average_precision": lambda s: sklearn_metrics.average_precision_score(truth, s.probabilities[:, 1]),
        "accuracy": lambda s: sklearn_metrics.accuracy_score(truth, s.labels),
        "macro_f1": lambda s: sklearn_metrics.f1_score(truth, s.labels, average="macro"),
        "log_loss": lambda s: sklearn_metrics.log_loss(truth, s.probabilities),
        "brier": lambda s: sklearn_metrics.brier_score_loss(truth, s.probabilities[:, 1]),
    }[name]

    found = one(truth, ours, theirs, name)

    assert (found.candidate, found.reference) == pytest.approx((reference(ours), reference(theirs)))
    assert found.gain == pytest.approx(METRICS[name].direction.gain(found.candidate, found.reference))
    assert found.gain > 0


@pytest.mark.slow
@pytest.mark.parametrize("name", ["average_precision", "macro_f1", "log_loss", "brier"])
def test_resamples_agree_with_resampling_the_rows_by_hand(name: str) -> None:
    truth = labels(400)
    ours, theirs = binary(truth, 1.0, 2, 20), binary(truth, 1.2, 3, 20)
    generator, gains = np.random.default_rng(5), []
    for _ in range(2000):
        rows = generator.integers(0, 400, 400)
        point = PairedPlan(100, 0, np.arange(400))  # clusters, for their values alone
        gains.append(one(truth[rows], ours.take(rows), theirs.take(rows), name, point).gain)

    found = one(truth, ours, theirs, name)

    assert found.standard_error == pytest.approx(np.std(gains), rel=0.06)
    inner = [item for item in found.quantiles if 0.1 < item.level < 0.9]
    expected = np.quantile(gains, [item.level for item in inner])
    np.testing.assert_allclose([item.gain for item in inner], expected, atol=0.2 * found.standard_error)


def test_average_precision_of_many_rows_is_linear_and_agrees_with_the_exact_resamples(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    truth = labels(8000)
    ours, theirs = binary(truth, 1.0, 2), binary(truth, 1.2, 3)
    linear = one(truth, ours, theirs, "average_precision")
    monkeypatch.setattr(paired_resamples, "LINEAR_FROM", len(truth))

    exact = one(truth, ours, theirs, "average_precision")

    assert linear != exact
    assert linear.standard_error == pytest.approx(exact.standard_error, rel=0.01)
    ends = [[item.gain for item in found.quantiles if 0.02 < item.level < 0.98] for found in (linear, exact)]
    np.testing.assert_allclose(*ends, atol=0.1 * exact.standard_error)


def regression(n_rows: int) -> tuple[np.ndarray, Scores, Scores]:
    generator = np.random.default_rng(4)
    truth = generator.normal(size=n_rows)
    ours, theirs = (Scores.regression(truth + noise * generator.normal(size=n_rows)) for noise in (0.5, 0.7))
    return truth, ours, theirs


@pytest.mark.parametrize("name", [*BINARY, *NUMBERS])
def test_clusters_of_one_row_give_the_same_standard_error(name: str) -> None:
    truth = labels(3000)
    pair = regression(3000) if name in NUMBERS else (truth, binary(truth, 1.0, 2), binary(truth, 1.2, 3))

    rows = one(*pair, name)
    clusters = one(*pair, name, PairedPlan(2000, 7, np.arange(3000)))

    assert clusters.method is Method.CLUSTER
    assert clusters.n_clusters == 3000
    assert clusters.standard_error == pytest.approx(rows.standard_error, rel=0.06)
    assert clusters.gain == rows.gain


def test_repeating_every_row_in_its_cluster_adds_no_knowledge() -> None:
    truth = labels(200)
    ours, theirs = binary(truth, 1.0, 2), binary(truth, 1.2, 3)
    once = one(truth, ours, theirs, "log_loss", PairedPlan(100, 7, np.arange(200)))
    rows = np.repeat(np.arange(200), 9)

    often = one(truth[rows], ours.take(rows), theirs.take(rows), "log_loss", PairedPlan(100, 7, rows))

    assert often.standard_error == pytest.approx(once.standard_error)
    assert (often.n_rows, often.n_clusters) == (1800, 200)


def test_metrics_keep_their_order_and_the_same_seed_gives_the_same_record() -> None:
    truth = labels(300)
    ours, theirs = binary(truth, 1.0, 2), binary(truth, 1.2, 3)

    first, again = (paired_differences(truth, ours, theirs, BINARY, PLAN) for _ in range(2))

    assert [found and found.metric for found in first] == list(BINARY)
    assert first == again


def test_what_the_rows_do_not_define_is_none() -> None:
    truth = np.zeros(50, dtype=np.int64)
    ours, theirs = binary(truth, 1.0, 2), binary(truth, 1.2, 3)

    found = paired_differences(truth, ours, theirs, ["roc_auc", "average_precision", "brier"], PLAN)

    assert [item is None for item in found] == [True, True, False]


def test_one_cluster_gives_no_standard_error() -> None:
    truth = labels(50)
    plan = PairedPlan(100, 7, np.zeros(50, dtype=np.int64))

    assert paired_differences(truth, binary(truth, 1.0, 2), binary(truth, 1.2, 3), BINARY, plan) == (None,) * 6


def test_model_that_answers_nan_is_refused() -> None:
    truth = labels(50)
    broken = Scores.classification(Task.BINARY, truth, np.full((50, 2), np.nan))

    with pytest.raises(EvidenceError, match="NaN"):
        paired_differences(truth, binary(truth, 1.0, 2), broken, ["brier"], PLAN)


@settings(max_examples=25, deadline=None)
@given(st.integers(20, 120), st.integers(0, 1000), st.sampled_from(BINARY))
def test_exchanging_the_models_turns_the_gain_around(n_rows: int, seed: int, name: str) -> None:
    truth = labels(n_rows, seed)
    ours, theirs = binary(truth, 1.0, seed, 5), binary(truth, 1.5, seed + 1, 5)
    plan = PairedPlan(400, seed, None)

    (there,), (back,) = (
        paired_differences(truth, ours, theirs, [name], plan),
        paired_differences(truth, theirs, ours, [name], plan),
    )

    assert (there is None) == (back is None)
    if there and back:
        assert there.gain == pytest.approx(-back.gain, abs=1e-12)
        assert there.standard_error == pytest.approx(back.standard_error, rel=0.2, abs=1e-9)
