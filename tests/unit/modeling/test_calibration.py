"""Expected calibration error, and what its interval may claim."""

from __future__ import annotations

import numpy as np
import pytest

from modelratchet.core.evaluation import Calibration
from modelratchet.core.tasks import Task
from modelratchet.modeling.bootstrap import Resampling
from modelratchet.modeling.calibration import calibration_of
from modelratchet.modeling.scores import Scores

PLAN = Resampling(0.95, 300, 7)


def binary(probability: np.ndarray) -> Scores:
    labels = (probability > 0.5).astype(np.int64)
    return Scores.classification(Task.BINARY, labels, np.column_stack([1.0 - probability, probability]))


def drawn(n_rows: int, seed: int, overconfidence: float = 1.0) -> Calibration:
    """A model whose log odds are `overconfidence` times the true ones."""
    generator = np.random.default_rng(seed)
    logit = generator.normal(-1.0, 1.2, n_rows)
    truth = (generator.random(n_rows) < 1.0 / (1.0 + np.exp(-logit))).astype(np.int64)
    return calibration_of(truth, binary(1.0 / (1.0 + np.exp(-overconfidence * logit))), 15, PLAN)


def test_the_error_is_the_mean_gap_over_bins_of_equal_mass() -> None:
    probability = np.repeat([0.1, 0.3, 0.6, 0.9], 50)
    truth = np.concatenate([np.arange(50) < hits for hits in (5, 20, 30, 50)]).astype(np.int64)
    found = calibration_of(truth, binary(probability), 4, PLAN)
    # gaps 0.0, 0.1, 0.0 and 0.1, each over a quarter of the rows
    assert found.n_bins == 4
    assert found.error == pytest.approx(0.05)


def test_the_order_of_equal_probabilities_changes_nothing() -> None:
    truth = np.array([1] * 40 + [0] * 60)
    backwards = calibration_of(truth[::-1].copy(), binary(np.full(100, 0.4)), 15, PLAN)
    assert backwards.error == pytest.approx(0.0, abs=1e-12)
    assert backwards.n_bins == 1


def test_few_rows_get_few_bins() -> None:
    assert drawn(60, 1).n_bins == 3
    assert drawn(10, 1).n_bins == 1


def test_a_calibrated_model_is_seldom_blamed_and_an_overconfident_one_is() -> None:
    blamed = [drawn(2000, seed).low > 0.002 for seed in range(40)]
    assert np.mean(blamed) < 0.1
    assert all(drawn(2000, seed, 2.0).low > 0.01 for seed in range(10))


def test_the_interval_holds_its_error_and_is_the_same_twice() -> None:
    found = drawn(500, 3)
    assert 0.0 <= found.low <= found.error <= found.high <= 1.0
    assert found == drawn(500, 3)


def test_many_classes_are_judged_by_the_confidence_in_the_chosen_one() -> None:
    probabilities = np.tile([0.7, 0.2, 0.1], (100, 1))
    truth = np.array([0] * 50 + [1] * 50)
    scores = Scores.classification(Task.MULTICLASS, np.zeros(100, dtype=np.int64), probabilities)
    assert calibration_of(truth, scores, 15, PLAN).error == pytest.approx(0.2)
