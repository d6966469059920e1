"""The commands that show a verdict, and the edge that prints errors."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from modelratchet.cli.main import COMMANDS, main
from modelratchet.core.evidence import Evidence
from modelratchet.core.gate import decide
from modelratchet.core.receipt import Receipt
from modelratchet.storage.files import write_record
from tests.samples import evidence as sample


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write_report(evidence: Evidence) -> None:
    verdict = decide("flights", evidence, sample.policy())
    write_record(Path("reports/evidence.json"), evidence)
    write_record(Path("reports/verdict.json"), verdict)
    write_record(
        Path("reports/receipt.json"), Receipt(verdict.digest, "sqlite:///mlflow.db", "flights", "7", "r1", "1")
    )


@pytest.mark.parametrize(("changed_labels", "code"), [(0, 0), (5, 1)])
def test_gate_check_ends_with_the_verdict(folder: Path, changed_labels: int, code: int) -> None:
    write_report(sample.evidence(parity=sample.parity(changed_labels)))

    assert main(["gate", "check"]) == code


def test_inconclusive_does_not_pass(folder: Path) -> None:
    write_report(sample.evidence(data_check=None))

    assert main(["gate", "check"]) == 1


def test_verdict_that_is_not_there_ends_with_3(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["gate", "check"]) == 3
    assert "Run `ratchet run` first" in capsys.readouterr().err


def test_evidence_that_was_edited_after_the_verdict_ends_with_3(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_report(sample.evidence())
    write_record(Path("reports/evidence.json"), sample.evidence(parity=None))

    assert main(["gate", "check"]) == 3
    assert "not the evidence" in capsys.readouterr().err


def test_explain_prints_every_finding_with_its_numbers(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_report(sample.evidence())

    assert main(["gate", "explain"]) == 0
    printed = capsys.readouterr().out
    for word in ("PROMOTE", "data:", "parity:", "floor:", "primary:", "slices:", "latency:", "margin 0.01"):
        assert word in printed


def test_show_prints_metrics_beside_the_champions(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_report(sample.evidence())

    assert main(["show"]) == 0
    printed = capsys.readouterr().out
    assert "roc_auc *" in printed
    assert "flights version 7" in printed


def test_receipt_of_another_verdict_is_not_shown(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_report(sample.evidence())
    write_record(Path("reports/receipt.json"), Receipt("sha256:other", "sqlite:///x", "flights", "7", "r1", "1"))

    main(["show"])

    assert "Not recorded" in capsys.readouterr().out


def test_json_of_the_verdict_is_the_file(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_report(sample.evidence())

    main(["gate", "check", "--json"])

    assert json.loads(capsys.readouterr().out) == json.loads(Path("reports/verdict.json").read_text())


def test_unknown_command_names_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["shwo"]) == 2
    assert "did you mean show?" in capsys.readouterr().err


def test_run_refuses_faulty_settings_before_anything_runs(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("params.yaml").write_text("sed: 1\n")

    assert main(["run"]) == 2
    assert "sed: unknown key" in capsys.readouterr().err
    assert {path.name for path in folder.iterdir()} == {"params.yaml"}


@pytest.mark.parametrize("command", [[], *([name] for name in COMMANDS), ["gate", "check"], ["gate", "explain"]])
def test_every_command_has_help(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*command, "--help"]) == 0
    assert "Usage: ratchet" in capsys.readouterr().out


def test_help_imports_nothing_heavy() -> None:
    program = "import sys; from modelratchet.cli.main import main; main(['--help']); print(sorted(sys.modules), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    heavy = {"numpy", "pandas", "sklearn", "mlflow", "pydantic", "rich", "yaml", "requests"}
    assert not [name for name in heavy if f"'{name}'" in done.stderr]


def test_changed_labels_are_told_in_the_findings(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_report(replace(sample.evidence(), parity=sample.parity(3)))

    main(["gate", "explain"])

    assert "3 changed labels" in capsys.readouterr().out
