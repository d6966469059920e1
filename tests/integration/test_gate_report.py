"""`ratchet gate report` on the files of a project, as the stages leave them."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from modelratchet.cli.main import main
from modelratchet.config import layout
from modelratchet.core.receipt import Receipt
from modelratchet.core.run_facts import RunFacts
from modelratchet.core.verdict import Verdict
from modelratchet.errors import ExitCode
from modelratchet.storage.files import read_record, write_record
from tests.samples.recordings import recording

pytestmark = pytest.mark.integration
ROOT = Path(__file__).parents[2]
CHAMPION = RunFacts("7", "run-7", "3", {"train.estimator": "logistic_regression"}, {"git.commit": "old"}, ())


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    files = recording(tmp_path / "made", champion=CHAMPION)
    folder = tmp_path / "project"
    places = {layout.BUNDLE: files.bundle, layout.EVIDENCE: files.evidence, layout.POLICY: files.policy, layout.VERDICT: files.verdict,
              layout.REIGNING: files.reigning, layout.TRAIN: files.train, layout.HOLDOUT: files.holdout, layout.PARAMS: ROOT / "params.yaml"}  # fmt: skip
    for place, source in places.items():
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if source.is_dir() else shutil.copyfile)(source, folder / place)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.chdir(folder)
    return folder


def test_the_page_is_printed_before_anything_is_recorded(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["gate", "report"]) == ExitCode.DONE

    text = capsys.readouterr().out
    assert text.startswith("# PROMOTE")
    assert "| param train.estimator | logistic_regression |" in text
    assert "in MLflow" not in text


def test_a_recorded_page_links_to_both_runs_and_the_commit(project: Path) -> None:
    key = read_record(layout.VERDICT, Verdict).digest
    write_record(layout.RECEIPT, Receipt(key, "sqlite:///x", "flights-late", "8", "run-8", "4"))
    for command in (("init", "-q"), ("remote", "add", "origin", "https://ann:secret@git.example/team/flights.git"), ("add", "params.yaml"), ("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "x")):  # fmt: skip
        subprocess.run(["git", *command], check=True)

    assert main(["gate", "report", "--format", "html", "--output", "out/decision.html"]) == ExitCode.DONE

    page = Path("out/decision.html").read_text(encoding="utf-8")
    assert (
        "compare-runs?runs=%5B%22run-7%22%2C%22run-8%22%5D&amp;experiments=%5B%223%22%2C%224%22%5D&amp;workflowType=machine_learning"
        in page
    )
    assert 'href="https://git.example/team/flights/commit/' in page
    assert "secret" not in page


def test_json_names_its_format(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["gate", "report", "--format", "json"]) == ExitCode.DONE

    assert json.loads(capsys.readouterr().out)["format"] == "modelratchet/decision-page"


def test_a_verdict_on_other_evidence_is_not_shown(project: Path) -> None:
    write_record(layout.VERDICT, replace(read_record(layout.VERDICT, Verdict), evidence_digest="sha256:other"))

    assert main(["gate", "report"]) == ExitCode.EVIDENCE
