"""The gate, rule by rule."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelratchet.core.evidence import Champion, Comparison, Severity
from modelratchet.core.gate import combine, decide
from modelratchet.core.verdict import Decision, Finding, Outcome, Verdict
from tests.samples import evidence as sample

NO_CHAMPION = sample.comparison(
    champion=Champion(None, None, None), differences=(), slices=(),
    latency=replace(sample.latency(1, 1), ratio=None, ratio_low=None, ratio_high=None),
)  # fmt: skip


def verdict(policy: dict[str, Any] | None = None, **changes: object) -> Verdict:
    return decide("flights", sample.evidence(**changes), sample.policy(**(policy or {})))


def outcome(verdict: Verdict, rule: str) -> set[Outcome]:
    return {finding.outcome for finding in verdict.findings if finding.rule == rule}


def test_complete_good_evidence_promotes() -> None:
    assert verdict().decision is Decision.PROMOTE


@pytest.mark.parametrize("part", ["data_check", "evaluation", "parity", "comparison"])
def test_missing_evidence_is_inconclusive(part: str) -> None:
    assert verdict(**{part: None}).decision is Decision.INCONCLUSIVE


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (-0.009, 0.001, Outcome.PASSED),
        (0.001, 0.02, Outcome.PASSED),
        (-0.010, 0.001, Outcome.INCONCLUSIVE),
        (-0.030, -0.005, Outcome.INCONCLUSIVE),
        (-0.030, -0.011, Outcome.FAILED),
    ],
)
def test_primary_has_to_prove_that_it_is_within_the_margin(low: float, high: float, expected: Outcome) -> None:
    found = verdict(comparison=sample.comparison(differences=(sample.difference(low, high),)))

    assert outcome(found, "primary") == {expected}


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(0.61, 0.7, Outcome.PASSED), (0.59, 0.7, Outcome.INCONCLUSIVE), (0.4, 0.59, Outcome.FAILED)],
)
def test_floor_is_held_by_the_whole_interval(low: float, high: float, expected: Outcome) -> None:
    found = verdict(evaluation=sample.evaluation(sample.metric(low, high)))

    assert outcome(found, "floor") == {expected}


def test_floor_on_a_metric_that_was_not_measured_is_inconclusive() -> None:
    assert outcome(verdict({"floors": {"accuracy": 0.5}}), "floor") == {Outcome.INCONCLUSIVE}


def test_slice_worse_beyond_doubt_rejects_and_is_named() -> None:
    slices = (sample.slice_difference("UA", 900, -0.02, 0.02), sample.slice_difference("AA", 900, -0.08, -0.04))

    found = verdict(comparison=sample.comparison(slices=slices))

    assert found.decision is Decision.REJECT
    assert [finding.subject for finding in found.having(Outcome.FAILED)] == ["carrier=AA"]


def test_slice_that_is_too_small_is_said_and_not_judged() -> None:
    slices = (sample.slice_difference("HA", 99, -0.5, -0.4),)

    found = verdict(comparison=sample.comparison(slices=slices))

    assert found.decision is Decision.PROMOTE
    assert any("1 are too small" in finding.message for finding in found.findings)


@pytest.mark.parametrize(
    ("low", "high", "expected"), [(0.9, 1.2, Outcome.PASSED), (1.05, 1.2, Outcome.PASSED), (1.06, 1.2, Outcome.FAILED)]
)
def test_latency_rejects_when_slower_beyond_doubt(low: float, high: float, expected: Outcome) -> None:
    found = verdict(comparison=sample.comparison(latency=sample.latency(low, high)))

    assert outcome(found, "latency") == {expected}


def test_latency_budget_is_absolute() -> None:
    assert outcome(verdict({"maximum_latency_ms": 0.01}), "latency") == {Outcome.PASSED, Outcome.FAILED}


@pytest.mark.parametrize(
    ("parity", "expected"),
    [
        (sample.parity(), Outcome.PASSED),
        (sample.parity(changed_labels=1), Outcome.FAILED),
        (sample.parity(share=0.001), Outcome.FAILED),
        (sample.parity(n_rows=0), Outcome.INCONCLUSIVE),
    ],
)
def test_parity_is_exact_or_it_fails(parity: object, expected: Outcome) -> None:
    assert outcome(verdict(parity=parity), "parity") == {expected}


def test_critical_expectation_rejects_and_a_warning_travels() -> None:
    critical = verdict(data_check=sample.data_check(sample.failed(Severity.CRITICAL)))
    warned = verdict(data_check=sample.data_check(sample.failed(Severity.WARNING)))

    assert critical.decision is Decision.REJECT
    assert warned.decision is Decision.PROMOTE
    assert [finding.subject for finding in warned.having(Outcome.WARNING)] == ["hour"]


def test_without_a_champion_the_floors_decide() -> None:
    assert verdict(comparison=NO_CHAMPION).decision is Decision.PROMOTE
    assert verdict({"floors": {}}, comparison=NO_CHAMPION).decision is Decision.INCONCLUSIVE


def test_champion_that_cannot_be_compared_is_inconclusive_and_says_why() -> None:
    stranger = sample.comparison(differences=(), slices=(), incomparable="it needs column tail")

    found = verdict(comparison=stranger)

    assert found.decision is Decision.INCONCLUSIVE
    assert any("it needs column tail" in finding.message for finding in found.findings)


def test_evidence_about_another_bundle_is_inconclusive() -> None:
    stranger: Comparison = sample.comparison(bundle_digest="sha256:" + "0" * 64)

    assert verdict(comparison=stranger).decision is Decision.INCONCLUSIVE


def test_equal_inputs_give_an_equal_digest_and_another_policy_does_not() -> None:
    assert verdict().digest == verdict().digest
    assert verdict().digest != verdict({"margin": 0.02}).digest


def findings() -> st.SearchStrategy[tuple[Finding, ...]]:
    one = st.sampled_from(Outcome).map(lambda found: Finding("rule", "about", found, "", {}))
    return st.lists(one, max_size=8).map(tuple)


@given(findings())
def test_a_failed_finding_never_turns_an_answer_into_promote(found: tuple[Finding, ...]) -> None:
    assert combine((*found, Finding("rule", "about", Outcome.FAILED, "", {}))) is Decision.REJECT


@given(findings())
def test_only_passes_and_warnings_promote(found: tuple[Finding, ...]) -> None:
    outcomes = {finding.outcome for finding in found}

    assert (combine(found) is Decision.PROMOTE) == (Outcome.PASSED in outcomes <= {Outcome.PASSED, Outcome.WARNING})
