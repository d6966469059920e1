"""Intervals and resamples against what is known of them."""

import numpy as np
import pytest
from scipy import stats

from modelratchet.core.statistics import (
    acceleration_of,
    bca_interval,
    percentile_interval,
    resample_counts,
    wilson_interval,
)


@pytest.mark.parametrize("n_rows", [1, 7, 200_000])
def test_each_resample_draws_as_many_rows_as_there_are(n_rows: int) -> None:
    counts = np.concatenate(list(resample_counts(n_rows, 5, (1,))))
    assert counts.shape == (5, n_rows)
    assert (counts.sum(axis=1) == n_rows).all()


def test_every_row_is_drawn_once_on_average() -> None:
    counts = np.concatenate(list(resample_counts(10, 20_000, (1,))))
    np.testing.assert_allclose(counts.mean(axis=0), 1.0, atol=0.05)
    np.testing.assert_allclose(counts.var(axis=0), 0.9, atol=0.05)


def test_the_same_seed_draws_the_same_rows_and_another_does_not() -> None:
    first, again, other = (np.concatenate(list(resample_counts(50, 4, (seed,)))) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_percentile_interval_counts_resamples_without_a_value() -> None:
    interval = percentile_interval(np.array([np.nan, *np.arange(101.0)]), 0.9)
    assert (interval.low, interval.high) == pytest.approx((5.0, 95.0))
    assert interval.n_undefined == 1


def test_bca_equals_percentile_without_bias_and_acceleration() -> None:
    values = np.random.default_rng(0).normal(size=1001)
    plain, moved = percentile_interval(values, 0.95), bca_interval(values, float(np.median(values)), 0.0, 0.95)
    assert (moved.low, moved.high) == pytest.approx((plain.low, plain.high))


def test_bca_agrees_with_scipy_on_a_skewed_mean() -> None:
    rows = np.random.default_rng(3).exponential(size=60)
    expected = stats.bootstrap((rows,), np.mean, n_resamples=20_000, method="BCa", rng=np.random.default_rng(1))
    counts = np.concatenate(list(resample_counts(60, 20_000, (5,))))
    found = bca_interval(counts @ rows / 60, rows.mean(), acceleration_of(rows - rows.mean()), 0.95)
    expected_interval = expected.confidence_interval
    assert (found.low, found.high) == pytest.approx((expected_interval.low, expected_interval.high), rel=0.02)


def test_bca_stays_finite_when_the_estimate_is_outside_all_resamples() -> None:
    interval = bca_interval(np.linspace(0.0, 1.0, 100), 2.0, 0.0, 0.95)
    assert 0.0 <= interval.low <= interval.high <= 1.0


def test_constant_influence_has_no_acceleration() -> None:
    assert acceleration_of(np.zeros(5)) == 0.0


@pytest.mark.parametrize(("successes", "trials"), [(0, 20), (20, 20), (7, 31)])
def test_wilson_interval_equals_scipy(successes: int, trials: int) -> None:
    expected = stats.binomtest(successes, trials).proportion_ci(0.95, method="wilson")
    assert wilson_interval(successes, trials, 0.95) == pytest.approx((expected.low, expected.high))
