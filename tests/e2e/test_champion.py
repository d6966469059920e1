"""A candidate against the champion: both scored and timed now, on the same rows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.samples.projects import Project

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]


@pytest.fixture
def reigned(flights: Project) -> Project:
    """Version 1 reigns."""
    assert flights.ran()["version"] == "1"
    promoted = flights.ratchet("promote")
    assert promoted.returncode == 0, promoted.stdout + promoted.stderr
    return flights


def outcomes(project: Project) -> dict[str, str]:
    findings: list[dict[str, Any]] = project.report("verdict")["findings"]
    return {finding["rule"]: finding["outcome"] for finding in findings}


def test_worse_candidate_is_rejected_and_the_numbers_say_why(reigned: Project) -> None:
    reigned.edit_params(train__hist_gradient_boosting={"max_iter": 2})

    summary = reigned.ran()

    assert summary["decision"] == "reject"
    assert outcomes(reigned)["primary"] == "failed"
    assert reigned.report("verdict")["champion_version"] == "1"
    assert "worse than the champion beyond the margin" in reigned.ratchet("gate", "explain").stdout


def test_slower_candidate_is_rejected_though_it_predicts_no_worse(reigned: Project) -> None:
    reigned.edit_params(train__hist_gradient_boosting={"max_iter": 400, "learning_rate": 0.005})

    reigned.ran()

    assert outcomes(reigned)["latency"] == "failed"
    assert reigned.ratchet("gate", "check").returncode == 1


def test_champion_itself_is_compared_and_recorded_as_nothing_new(reigned: Project) -> None:
    summary = reigned.ran()

    assert summary["version"] == "1"
    assert outcomes(reigned)["primary"] == "passed"
    assert Path(reigned.folder / "champion" / "reigning" / "bundle" / "model.onnx").exists()
    assert reigned.report("comparison")["champion"]["differences"][0]["gain"] == 0.0


def test_a_second_run_after_a_promotion_has_nothing_to_do(reigned: Project) -> None:
    reigned.ran()

    assert reigned.ran()["did_nothing"]


def test_promoting_the_champion_again_is_done_already(reigned: Project) -> None:
    again = reigned.ratchet("promote")

    assert again.returncode == 0, again.stderr
    assert "Version 1 of flights-late reigns already" in again.stdout


def test_a_rejected_candidate_is_not_promoted_but_a_person_may_force_it(reigned: Project) -> None:
    reigned.edit_params(train__hist_gradient_boosting={"max_iter": 2})
    reigned.ran()

    assert reigned.ratchet("promote").returncode == 1
    forced = reigned.ratchet("override", "2", "--reason", "to see what happens", "--json")
    assert forced.returncode == 0, forced.stderr
    assert json.loads(forced.stdout)["champion"] == "2"
    assert "to see what happens" in reigned.ratchet("history").stdout

    back = json.loads(reigned.ratchet("rollback", "--reason", "seen", "--json").stdout)
    assert (back["champion"], back["counter"]) == ("1", 3)
    assert json.loads(reigned.ratchet("champion", "--json").stdout)["version"] == "1"
