"""A changed policy is tried on what was recorded, and the finding that turns a decision is named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from modelratchet.core.policy import Policy
from modelratchet.core.reports import report_bytes
from modelratchet.core.verdict import Decision, Outcome
from modelratchet.usecases.backtest import Backtest, backtest
from modelratchet.usecases.ports.registry import RecordedRun
from tests.samples import evidence as samples
from tests.samples.candidates import MODEL
from tests.samples.promotions import Promotions, two_promotions


@pytest.fixture
def promotions(tmp_path: Path) -> Promotions:
    made = two_promotions(tmp_path)
    made.record(0.3, samples.policy(floors={"roc_auc": 0.9}))
    return made


def tried(promotions: Promotions, **changes: object) -> Backtest:
    return backtest(MODEL, samples.policy(**changes), promotions.files)


def test_the_policy_that_decided_changes_only_what_another_one_decided(promotions: Promotions) -> None:
    found = tried(promotions)

    assert [(item.recorded, item.replayed) for item in found.replays] == [
        (Decision.PROMOTE, Decision.PROMOTE),
        (Decision.PROMOTE, Decision.PROMOTE),
        (Decision.REJECT, Decision.PROMOTE),
    ]
    assert [item.run_id for item in found.changed] == ["run3"]


def test_the_finding_that_turned_a_decision_is_named(promotions: Promotions) -> None:
    found = tried(promotions, floors={"roc_auc": 0.9})

    turned = {item.run_id: item.turned for item in found.changed}
    assert set(turned) == {"run1", "run2"}
    assert [(item.rule, item.before, item.after) for item in turned["run1"]] == [
        ("floor", Outcome.PASSED, Outcome.FAILED)
    ]
    assert "0.9" in turned["run1"][0].message


def test_a_stricter_budget_can_make_it_inconclusive(promotions: Promotions) -> None:
    found = tried(promotions, requires_model_tests=True, floors={"accuracy": 0.5})

    assert {item.replayed for item in found.changed} == {Decision.INCONCLUSIVE}


@pytest.mark.parametrize(
    ("name", "document"),
    [("verdict.json", None), ("verdict.json", {"decision": "promote"}), ("evidence.json", {"parity": None})],
)
def test_a_report_that_is_not_the_recorded_one_is_untrusted(
    promotions: Promotions, name: str, document: dict[str, object] | None
) -> None:
    files = promotions.files.files
    if document is None:
        del files["run1", name]
    else:
        files["run1", name] = report_bytes(json.loads(files["run1", name]) | document | {"surplus": 1})

    found = tried(promotions)

    assert [(item.run_id, item.is_untrusted) for item in found.skipped] == [("run1", True)]
    assert len(found.replays) == 2


def test_evidence_of_another_release_is_skipped_by_saying_so(promotions: Promotions) -> None:
    from modelratchet.core.digests import digest_value

    old = {"format": "modelratchet/verdict", "format_version": 1, "decision": "promote", "score": 0.5}
    promotions.files.add(MODEL, RecordedRun("run0", digest_value(old), "0", {}))
    promotions.files.files["run0", "verdict.json"] = report_bytes(old)

    skipped = tried(promotions).skipped

    assert [(item.run_id, item.is_untrusted) for item in skipped] == [("run0", False)]
    assert "version 1, expected modelratchet/verdict, versions 2 to 3" in skipped[0].reason


def test_nothing_recorded_is_nothing_to_replay(promotions: Promotions) -> None:
    policy: Policy = samples.policy()

    assert backtest("nobody", policy, promotions.files) == Backtest("nobody", (), ())
