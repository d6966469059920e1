"""Intervals, p-values, budget and power against their laws, statsmodels and brute force."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import optimize, stats
from statsmodels.stats.contingency_tables import mcnemar

from modelratchet.core import spending, tango
from modelratchet.core.comparison import Difference, Method, Quantile
from modelratchet.core.paired import interval, lower_bound, mirrored, p_harm, p_not_above, p_superior, upper_bound
from modelratchet.core.power import Target, accuracy_rows, reach, smallest_accuracy_loss
from tests.samples import evidence as sample

ALPHAS = st.floats(1e-6, 0.45)


@st.composite
def scored(draw: st.DrawFn) -> Difference:
    n_rows = draw(st.integers(10, 5000))
    won = draw(st.integers(0, n_rows // 2))
    return sample.score_difference(won, draw(st.integers(0, n_rows // 2)), n_rows)


@st.composite
def differences(draw: st.DrawFn) -> Difference:
    """One of any method, with gains and errors as they come."""
    if draw(st.booleans()):
        return draw(scored())
    plain = sample.difference(draw(st.floats(-0.1, 0.1)), draw(st.floats(1e-4, 0.05)))
    method = draw(st.sampled_from([Method.DELONG, Method.CLUSTER, Method.BOOTSTRAP]))
    if method is Method.CLUSTER:
        return replace(plain, method=method, n_clusters=draw(st.integers(2, 300)))
    if method is Method.DELONG:
        return plain
    gains = sorted(draw(st.lists(st.floats(-0.2, 0.2), min_size=61, max_size=61)))
    levels = stats.norm.cdf(np.linspace(-2.5, 2.5, 61))
    return replace(plain, method=method, quantiles=tuple(map(Quantile, map(float, levels), gains)))


@settings(deadline=None)
@given(differences(), ALPHAS, st.floats(-0.3, 0.3))
def test_bound_above_a_gain_and_its_p_value_say_the_same(difference: Difference, alpha: float, gain: float) -> None:
    bound, p_value = lower_bound(difference, alpha), p_not_above(difference, gain)
    assume(abs(bound - gain) > 1e-7 and abs(p_value - alpha) > 1e-7)

    assert (bound > gain) == (p_value < alpha)


@settings(deadline=None)
@given(differences(), ALPHAS, ALPHAS)
def test_bounds_widen_as_the_level_falls_and_hold_each_other(difference: Difference, one: float, other: float) -> None:
    small, large = sorted([one, other])

    assert lower_bound(difference, small) <= lower_bound(difference, large) + 1e-9
    assert lower_bound(difference, large) <= upper_bound(difference, large) + 1e-9


@settings(deadline=None)
@given(differences(), st.floats(0.0, 0.2), st.floats(0.0, 0.2))
def test_a_wider_margin_is_never_harder_to_keep(difference: Difference, one: float, other: float) -> None:
    narrow, wide = sorted([one, other])

    assert p_not_above(difference, -wide) <= p_not_above(difference, -narrow) + 1e-12


@settings(deadline=None)
@given(differences(), ALPHAS)
def test_exchanging_the_models_mirrors_every_answer(difference: Difference, alpha: float) -> None:
    assert mirrored(mirrored(difference)).gain == difference.gain
    assert upper_bound(difference, alpha) == pytest.approx(-lower_bound(mirrored(difference), alpha))
    assert p_harm(difference) == p_superior(mirrored(difference))


@given(st.integers(0, 60), st.integers(0, 60))
def test_superiority_in_accuracy_is_the_exact_test_of_statsmodels(won: int, lost: int) -> None:
    found = sample.score_difference(won, lost, 200)
    both = mcnemar([[40, won], [lost, 40]], exact=True).pvalue

    assert min(1.0, 2.0 * min(p_superior(found), p_harm(found))) == pytest.approx(both)
    assert p_superior(found) == pytest.approx(
        stats.binomtest(won, won + lost, alternative="greater").pvalue if won + lost else 1.0
    )


@given(st.integers(0, 60), st.integers(0, 60))
def test_score_at_no_difference_is_mcnemar_without_correction(won: int, lost: int) -> None:
    assume(won + lost > 0)
    expected = mcnemar([[40, won], [lost, 40]], exact=False, correction=False).statistic

    assert tango.score(won, lost, 200, 0.0) ** 2 == pytest.approx(expected)


@pytest.mark.parametrize(("won", "lost"), [(3, 9), (0, 5), (5, 0), (0, 0), (40, 41)])
@pytest.mark.parametrize("gain", [-0.3, -0.02, 0.05])
def test_null_variance_is_that_of_the_likeliest_shares(won: int, lost: int, gain: float) -> None:
    """The closed form against a search for the maximum of the likelihood."""
    shares = np.array([won, lost, 200 - won - lost]) / 200

    def unlikely(lost_share: float) -> float:
        inside = np.clip([lost_share + gain, lost_share, 1.0 - 2.0 * lost_share - gain], 1e-300, 1.0)
        return -float(shares @ np.log(inside))

    found = optimize.minimize_scalar(
        unlikely, bounds=(max(0.0, -gain), (1.0 - gain) / 2.0), method="bounded", options={"xatol": 1e-12}
    )
    assert tango.null_variance(won / 200, lost / 200, gain) == pytest.approx(2.0 * found.x + gain - gain**2, abs=2e-6)


def test_tango_holds_its_level_over_all_outcomes_of_a_small_holdout() -> None:
    n_rows, disagree, margin = 200, 0.1, 0.02
    shares = [(disagree - margin) / 2, (disagree + margin) / 2, 1 - disagree]
    chance = 0.0
    for won, lost in itertools.product(range(30), range(45)):
        if lower_bound(sample.score_difference(won, lost, n_rows), 0.05) > -margin:
            chance += stats.multinomial.pmf([won, lost, n_rows - won - lost], n_rows, shares)

    assert 0.03 < chance < 0.06


def test_rows_without_disagreement_prove_no_more_than_they_can() -> None:
    found = sample.score_difference(0, 0, 300)

    assert lower_bound(found, 0.05) == pytest.approx(-(1.6449**2) / (300 + 1.6449**2), rel=1e-3)
    assert p_superior(found) == p_harm(found) == 1.0


def test_interval_of_few_clusters_is_students() -> None:
    found = replace(sample.difference(0.01, 0.02), method=Method.CLUSTER, n_clusters=5)

    expected = stats.t.interval(0.9, df=4, loc=0.01, scale=0.02)
    assert (interval(found, 0.9).low, interval(found, 0.9).high) == pytest.approx(expected)


def test_beyond_its_resamples_a_bootstrap_claims_the_lesser_of_tail_and_last_quantile() -> None:
    levels = (0.01, 0.5, 0.99)
    wide, narrow = (
        replace(
            sample.difference(0.0, 0.01),
            method=Method.BOOTSTRAP,
            quantiles=tuple(map(Quantile, levels, (-end, 0.0, end))),
        )
        for end in (0.05, 0.01)
    )

    assert lower_bound(wide, 0.001) == -0.05
    assert lower_bound(narrow, 0.001) == pytest.approx(-0.0309, abs=1e-4)


@given(st.floats(1e-4, 0.5), st.integers(0, 3000))
def test_levels_never_add_up_to_more_than_the_budget(alpha: float, looks: int) -> None:
    assert spending.spent(alpha, looks) <= alpha
    assert spending.spent(alpha, looks) + alpha * spending.share_left(looks) == pytest.approx(alpha)


def test_levels_fall_and_all_together_are_the_budget() -> None:
    assert spending.level(0.05, 1) == pytest.approx(0.0304, abs=1e-4)
    assert all(spending.level(0.05, look) > spending.level(0.05, look + 1) for look in range(1, 100))
    assert spending.spent(0.05, 20_000) == pytest.approx(0.05, rel=1e-4)
    with pytest.raises(ValueError, match="counted from 1"):
        spending.level(0.05, 0)


@given(st.floats(0.01, 0.3), st.floats(0.002, 0.009), st.floats(0.001, 0.1))
def test_smallest_loss_and_rows_needed_are_inverse(disagree: float, margin: float, alpha: float) -> None:
    n_rows = accuracy_rows(disagree, Target(margin, alpha, 0.9))

    assert smallest_accuracy_loss(disagree, n_rows, Target(margin, alpha, 0.9)) == pytest.approx(margin, rel=2e-3)


def test_rows_needed_exceed_the_plain_formula_and_missing_ones_are_told() -> None:
    found = sample.score_difference(50, 50, 2000)
    plain = 0.05 * (1.6449 + 1.2816) ** 2 / 0.01**2

    reachable = reach(found, Target(0.01, 0.05, 0.9))

    assert reachable.rows_needed is not None
    assert plain < reachable.rows_needed < 1.06 * plain
    assert reachable.rows_missing == reachable.rows_needed - 2000
    assert reach(found, Target(0.0, 0.05, 0.9)).rows_needed is None


def test_power_of_a_standard_error_scales_with_the_rows() -> None:
    found = sample.difference(0.0, 0.004)

    reachable = reach(found, Target(0.01, 0.05, 0.9))

    assert reachable.smallest_loss == pytest.approx((1.6449 + 1.2816) * 0.004, rel=1e-4)
    assert reachable.rows_needed == math.ceil(5000 * (reachable.smallest_loss / 0.01) ** 2)
