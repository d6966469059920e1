"""The gate, rule by rule."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from modelratchet.core.data_check import Severity
from modelratchet.core.evaluation import GroupRate
from modelratchet.core.latency import Route
from modelratchet.core.model_tests import ModelTests, TestOutcome
from modelratchet.core.policy import Claim
from modelratchet.core.rules.slices import holm
from modelratchet.core.verdict import Decision, Finding, Outcome
from tests.samples import evidence as sample
from tests.unit.core.test_gate import verdict

PASSED, WARNING, INCONCLUSIVE, FAILED = Outcome.PASSED, Outcome.WARNING, Outcome.INCONCLUSIVE, Outcome.FAILED


def found(rule: str, policy: dict[str, object] | None = None, **changes: object) -> list[Finding]:
    return [finding for finding in verdict(policy, **changes).findings if finding.rule == rule]


def outcomes(rule: str, policy: dict[str, object] | None = None, **changes: object) -> list[Outcome]:
    return [finding.outcome for finding in found(rule, policy, **changes)]


# at the second look alpha 0.05 leaves 0.0076: bounds lie 2.43 standard errors from the gain
@pytest.mark.parametrize(
    ("gain", "error", "expected"),
    [(0.0, 0.004, PASSED), (0.0, 0.0042, INCONCLUSIVE), (-0.009, 0.002, INCONCLUSIVE), (-0.02, 0.004, FAILED)],
)
def test_primary_has_to_prove_that_it_is_within_the_margin(gain: float, error: float, expected: Outcome) -> None:
    assert outcomes("primary", comparison=sample.compared(sample.difference(gain, error))) == [expected]


@pytest.mark.parametrize(
    ("won", "lost", "expected"), [(60, 25, PASSED), (45, 30, INCONCLUSIVE), (20, 60, FAILED), (0, 0, INCONCLUSIVE)]
)
def test_claim_of_superiority_is_the_exact_test(won: int, lost: int, expected: Outcome) -> None:
    comparison = sample.compared(sample.score_difference(won, lost))

    assert outcomes("primary", {"primary": "accuracy", "claim": Claim.SUPERIOR}, comparison=comparison) == [expected]


def test_later_look_asks_more_of_the_same_rows() -> None:
    late = sample.compared(sample.difference(0.0, 0.004))
    late = replace(late, standing=sample.standing(holdout_look=30))

    assert outcomes("primary", comparison=late) == [INCONCLUSIVE]
    assert outcomes("holdout", comparison=late) == [WARNING]
    assert outcomes("holdout") == [PASSED]


def test_rows_that_cannot_tell_say_how_many_are_missing() -> None:
    (finding,) = found("primary", comparison=sample.compared(sample.difference(0.0, 0.008)))

    assert finding.numbers["rows_needed"] == 5000 + finding.numbers["rows_missing"]
    assert f"{finding.numbers['rows_missing']:,.0f} more" in finding.message


def test_guard_that_is_worse_beyond_doubt_rejects() -> None:
    worse = sample.difference(-0.03, 0.003, "log_loss")
    comparison = sample.comparison(champion=sample.contest(differences=(sample.difference(), worse)))

    assert outcomes("guard", comparison=comparison) == [FAILED]
    assert verdict(comparison=comparison).decision is Decision.REJECT


def test_guard_that_was_not_compared_is_inconclusive() -> None:
    assert outcomes("guard", {"guards": {"brier": 0.01}}) == [INCONCLUSIVE]


def test_loss_to_the_anchor_stops_a_candidate_that_is_close_to_the_champion() -> None:
    crept = sample.comparison(anchor=sample.anchor_contest(sample.difference(-0.02, 0.001)))

    assert outcomes("primary", comparison=crept) == [PASSED]
    assert outcomes("anchor", comparison=crept) == [FAILED]


def test_anchor_that_was_not_compared_is_inconclusive() -> None:
    assert outcomes("anchor", comparison=sample.comparison(anchor=None)) == [INCONCLUSIVE]


def test_anchor_that_reigns_is_held_at_its_own_look() -> None:
    standing = sample.standing(anchor=sample.CHAMPION, holdout_look=1, anchor_look=60)
    comparison = replace(sample.compared(sample.difference(0.0, 0.0045)), standing=standing, anchor=None)

    assert outcomes("primary", comparison=comparison) == [PASSED]
    assert outcomes("anchor", comparison=comparison) == [INCONCLUSIVE]


def test_champion_that_cannot_be_compared_is_inconclusive_and_says_why() -> None:
    stranger = sample.compared(incomparable="it needs column tail")
    stranger = replace(stranger, champion=replace(stranger.champion, differences=(), slices=()))  # type: ignore[type-var]

    assert any("it needs column tail" in finding.message for finding in found("primary", comparison=stranger))
    assert verdict(comparison=stranger).decision is Decision.INCONCLUSIVE


def test_without_a_champion_the_floors_decide() -> None:
    first = {"comparison": sample.first_comparison(), "latency": sample.untimed_champion()}

    assert verdict(**first).decision is Decision.PROMOTE
    assert verdict({"floors": {}}, **first).decision is Decision.INCONCLUSIVE


@pytest.mark.parametrize(
    ("low", "high", "expected"), [(0.61, 0.7, PASSED), (0.59, 0.7, INCONCLUSIVE), (0.4, 0.59, FAILED)]
)
def test_floor_is_held_by_the_whole_interval(low: float, high: float, expected: Outcome) -> None:
    assert outcomes("floor", evaluation=sample.evaluation(sample.metric(low, high))) == [expected]


def slices(*parts: object) -> dict[str, object]:
    return {"comparison": sample.comparison(champion=sample.contest(slices=parts))}


def test_slice_worse_beyond_doubt_rejects_and_is_named() -> None:
    (finding,) = found("slices", **slices(sample.slice_difference("UA"), sample.slice_difference("AA", gain=-0.06)))

    assert (finding.outcome, finding.subject) == (FAILED, "carrier=AA")


def test_certain_loss_within_the_slice_margin_passes_and_the_worst_is_named() -> None:
    (finding,) = found("slices", **slices(sample.slice_difference("AA", gain=-0.02, standard_error=0.001)))

    assert finding.outcome is PASSED
    assert "the worst is carrier=AA with gain -0.0200" in finding.message


def test_one_doubtful_slice_of_many_is_not_blamed() -> None:
    doubtful = sample.slice_difference("AA", gain=-0.04, standard_error=0.02)

    assert outcomes("slices", **slices(doubtful)) == [FAILED]
    assert outcomes("slices", **slices(doubtful, *(sample.slice_difference(str(i)) for i in range(9)))) == [PASSED]


def test_slice_that_is_too_small_is_said_and_not_judged() -> None:
    (finding,) = found("slices", **slices(sample.slice_difference("HA", n_rows=99, gain=-0.5)))

    assert (finding.outcome, finding.numbers["too_small"]) == (PASSED, 1.0)
    assert "1 are too small to say" in finding.message


@pytest.mark.slow
# few of them, by night too: statsmodels collects all garbage at each call, a tenth of a second and more
@settings(max_examples=30)
@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=20))
def test_holm_is_that_of_statsmodels(p_values: list[float]) -> None:
    np.testing.assert_allclose(holm(p_values), multipletests(p_values, method="holm")[1])


@pytest.mark.parametrize(("limit", "expected"), [(0.04, PASSED), (0.02, INCONCLUSIVE), (0.01, FAILED)])
def test_calibration_error_is_held_by_its_interval(limit: float, expected: Outcome) -> None:
    assert outcomes("calibration", {"maximum_calibration_error": limit}) == [expected]


def test_limit_without_its_measurement_is_inconclusive_and_none_is_silent() -> None:
    bare = sample.evaluation(calibration=None, groups=())
    policy = {"maximum_calibration_error": 0.1, "maximum_group_gap": 0.1}

    assert (
        outcomes("calibration", policy, evaluation=bare)
        == outcomes("groups", policy, evaluation=bare)
        == [INCONCLUSIVE]
    )
    assert not found("calibration") + found("churn") + found("groups")


@pytest.mark.parametrize(("limit", "expected"), [(0.03, PASSED), (0.015, INCONCLUSIVE), (0.01, FAILED)])
def test_churn_is_held_by_its_interval_and_both_ways_are_said(limit: float, expected: Outcome) -> None:
    (finding,) = found("churn", {"maximum_churn": limit})

    assert finding.outcome is expected
    assert "40 mended, 35 broken, 0 moved" in finding.message


@pytest.mark.parametrize(("limit", "expected"), [(0.05, PASSED), (0.01, INCONCLUSIVE)])
def test_gap_between_groups_has_to_be_shown_small(limit: float, expected: Outcome) -> None:
    assert outcomes("groups", {"maximum_group_gap": limit}) == [expected]


def test_gap_beyond_doubt_rejects_and_one_group_alone_says_nothing() -> None:
    far = (GroupRate("origin", "EWR", 2000, 900), GroupRate("origin", "JFK", 2000, 400))

    assert outcomes("groups", {"maximum_group_gap": 0.1}, evaluation=sample.evaluation(groups=far)) == [FAILED]
    alone = sample.evaluation(groups=far[:1])
    assert outcomes("groups", {"maximum_group_gap": 0.1}, evaluation=alone) == [INCONCLUSIVE]


def test_budget_is_absolute_and_what_was_not_measured_is_inconclusive() -> None:
    unmeasured = sample.latency(sample.timing(), sample.timing(route=Route.SERVER))
    unmeasured = replace(unmeasured, footprint=replace(unmeasured.footprint, memory_bytes=None))
    policy = {"maximum_p50_ms": 0.01, "maximum_p95_ms": 1.0, "maximum_memory_mb": 100.0}

    assert outcomes("budget", policy, latency=unmeasured) == [FAILED, PASSED, INCONCLUSIVE]


@pytest.mark.parametrize(
    ("kinds", "requires", "expected"),
    [
        ((), False, [WARNING]),
        ((), True, [INCONCLUSIVE]),
        ((TestOutcome.SKIPPED, TestOutcome.PASSED), True, [WARNING, PASSED]),
        ((TestOutcome.FAILED, TestOutcome.PASSED), False, [FAILED, PASSED]),
    ],
)
def test_model_tests_reject_warn_or_are_asked_for(
    kinds: tuple[TestOutcome, ...], requires: bool, expected: list[Outcome]
) -> None:
    record = ModelTests(sample.BUNDLE, tuple(sample.model_test(kind, "why") for kind in kinds))

    assert outcomes("model tests", {"requires_model_tests": requires}, model_tests=record) == expected


@pytest.mark.parametrize(
    ("parity", "expected"),
    [
        (sample.parity(), PASSED),
        (sample.parity(changed_labels=1), FAILED),
        (sample.parity(share=0.001), FAILED),
        (sample.parity(n_rows=0), INCONCLUSIVE),
    ],
)
def test_parity_is_exact_or_it_fails(parity: object, expected: Outcome) -> None:
    assert outcomes("parity", parity=parity) == [expected]


def test_critical_expectation_rejects_and_a_warning_travels() -> None:
    assert outcomes("data", data_check=sample.data_check(sample.failed(Severity.CRITICAL))) == [FAILED]
    assert outcomes("data", data_check=sample.data_check(sample.failed(Severity.WARNING))) == [PASSED, WARNING]
