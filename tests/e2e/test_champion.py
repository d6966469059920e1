"""A candidate against the champion: both scored and timed now, on the same rows."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from tests.samples.projects import Project

pytestmark = pytest.mark.e2e

CROWN = "import mlflow; mlflow.MlflowClient('sqlite:///mlflow.db').set_registered_model_alias('flights-late', 'champion', '1')"


@pytest.fixture
def reigned(flights: Project) -> Project:
    """Version 1 reigns."""
    assert flights.ran()["version"] == "1"
    crowned = flights.run(sys.executable, "-c", CROWN, MLFLOW_DISABLE_TELEMETRY="true")
    assert crowned.returncode == 0, crowned.stderr
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
    assert Path(reigned.folder / "champion" / "bundle" / "model.onnx").exists()
    assert reigned.report("comparison")["differences"][0]["gain"] == 0.0
