"""The gate as a whole: how findings become a verdict, and what it is tied to. The rules themselves are in `test_gate_rules.py`."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelratchet.core.gate import combine, decide
from modelratchet.core.standing import Champion
from modelratchet.core.verdict import Decision, Finding, Outcome, Verdict
from tests.samples import evidence as sample

STRANGER = "sha256:" + "0" * 64


def verdict(policy: dict[str, object] | None = None, **changes: object) -> Verdict:
    return decide("flights", sample.evidence(**changes), sample.policy(**(policy or {})))


def test_complete_good_evidence_promotes() -> None:
    assert verdict().decision is Decision.PROMOTE


@pytest.mark.parametrize("part", ["data_check", "evaluation", "parity", "comparison", "latency", "model_tests"])
def test_missing_evidence_is_inconclusive(part: str) -> None:
    assert verdict(**{part: None}).decision is Decision.INCONCLUSIVE


@pytest.mark.parametrize("part", ["evaluation", "parity", "comparison", "latency", "model_tests"])
def test_evidence_about_another_bundle_is_inconclusive(part: str) -> None:
    stranger = replace(getattr(sample.evidence(), part), bundle_digest=STRANGER)

    assert verdict(**{part: stranger}).decision is Decision.INCONCLUSIVE


@pytest.mark.parametrize(
    "changes",
    [
        {"evaluation": sample.evaluation(holdout_digest=STRANGER)},
        {"comparison": sample.comparison(holdout_digest=STRANGER)},
        {"comparison": sample.comparison(champion=sample.contest(Champion("2", STRANGER, None)))},
        {"comparison": sample.comparison(anchor=sample.contest())},
        {"latency": replace(sample.latency(), champion_digest=STRANGER)},
    ],
)
def test_evidence_of_other_rows_or_another_champion_is_inconclusive(changes: dict[str, object]) -> None:
    assert verdict(**changes).decision is Decision.INCONCLUSIVE


def test_verdict_names_the_state_it_was_made_in() -> None:
    found = verdict()

    assert (found.champion_version, found.anchor_version) == ("3", "1")
    assert (found.holdout_digest, found.ledger_head, found.holdout_look) == (sample.HOLDOUT, sample.LEDGER_HEAD, 2)


def test_verdict_without_a_comparison_names_no_state() -> None:
    found = verdict(comparison=None)

    assert (found.champion_version, found.anchor_version, found.holdout_digest, found.ledger_head) == (None,) * 4
    assert (found.holdout_look, found.is_superior) == (0, False)


def test_superior_means_better_than_the_anchor_not_than_the_champion_alone() -> None:
    better = sample.difference(0.02, 0.002)
    than_champion = sample.comparison(
        champion=sample.contest(differences=(better, sample.difference(metric="log_loss")))
    )
    than_anchor = sample.comparison(anchor=sample.anchor_contest(better))

    assert not verdict(comparison=than_champion).is_superior
    assert verdict(comparison=than_anchor).is_superior


def test_champion_that_is_the_anchor_is_the_one_to_be_better_than() -> None:
    standing = sample.standing(anchor=sample.CHAMPION)
    better = replace(sample.compared(sample.difference(0.02, 0.002)), standing=standing, anchor=None)

    assert verdict(comparison=better).is_superior
    assert verdict(comparison=better).decision is Decision.PROMOTE


def test_first_candidate_is_superior_to_nobody() -> None:
    found = verdict(comparison=sample.first_comparison(), latency=sample.untimed_champion())

    assert (found.decision, found.is_superior) == (Decision.PROMOTE, False)


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
