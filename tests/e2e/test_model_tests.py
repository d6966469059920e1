"""Tests of the model decide: through the whole pipeline to the verdict, and no more stages run again than have to."""

from __future__ import annotations

import shutil
from typing import Any

import pytest

from tests.samples.projects import Project

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]

FAILING = '''
def test_every_flight_is_foretold_right(holdout, predict):
    """More than any model can do."""
    assert (predict(holdout) == holdout["late"]).mean() == 1.0
'''


def findings(project: Project) -> list[dict[str, Any]]:
    return [finding for finding in project.report("verdict")["findings"] if finding["rule"] == "model tests"]


def test_tests_of_the_example_are_counted_and_the_one_without_a_champion_is_shown(flights: Project) -> None:
    shown = {finding["outcome"]: finding["message"] for finding in findings(flights)}

    assert set(shown) == {"passed", "warning"}
    assert "nobody reigns" in shown["warning"]
    assert flights.report("verdict")["decision"] == "promote"


def test_one_failed_test_rejects_and_is_named_and_nothing_is_trained_again(flights: Project) -> None:
    (flights.folder / "tests/model/test_dreams.py").write_text(FAILING)

    summary = flights.ran()

    assert summary["decision"] == "reject"
    assert {"train", "compare", "measure_latency"} <= set(summary["unchanged"])
    assert "test_every_flight_is_foretold_right" in flights.ratchet("gate", "explain").stdout
    assert flights.ratchet("gate", "check").returncode == 1


def test_a_test_that_kills_its_process_is_a_failed_test_and_the_run_ends_well(flights: Project) -> None:
    (flights.folder / "tests/model/test_crash.py").write_text("import os\ndef test_crash(): os.kill(os.getpid(), 9)\n")

    assert flights.ran()["decision"] == "reject"
    assert any("SIGKILL" in finding["message"] for finding in findings(flights))


def test_no_tests_are_said_and_inconclusive_where_they_are_required(flights: Project) -> None:
    shutil.rmtree(flights.folder / "tests/model")

    assert flights.ran()["decision"] == "promote"
    assert [finding["outcome"] for finding in findings(flights)] == ["warning"]
    flights.edit_params(gate__requires_model_tests=True)
    assert flights.ran()["decision"] == "inconclusive"


def test_the_same_tests_are_not_run_again(flights: Project) -> None:
    assert "test_model" in flights.ran()["unchanged"]
