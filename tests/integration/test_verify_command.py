"""`ratchet verify` and `backtest` as a person calls them, on a real store with a real key."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from modelratchet.adapters.mlflow.ledger import MlflowLedger
from modelratchet.adapters.mlflow.registry import MlflowRegistry
from modelratchet.adapters.mlflow.run_files import MlflowRunFiles
from modelratchet.adapters.model_signing_signer import ModelSigningSigner
from modelratchet.cli.main import main
from modelratchet.config import layout
from modelratchet.storage.bundles import write_bundle
from modelratchet.usecases.certify import CertificateStore
from tests.mlflow_stores import sqlite_store
from tests.samples.candidates import bundle
from tests.samples.events import key_pair
from tests.samples.projects import ROOT
from tests.samples.recorded import promote_recorded, recorded_candidate

pytestmark = pytest.mark.integration

CERTIFICATE = "certificates/flights-late-1.json"


@pytest.fixture(scope="module")
def promoted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("promoted")
    private, _ = key_pair(folder)
    address = sqlite_store(folder)
    registry = MlflowRegistry(address)
    event = promote_recorded(MlflowLedger(address), *recorded_candidate(registry, folder / "c", 0.1))
    signer = ModelSigningSigner(private, None)
    CertificateStore(folder / layout.CERTIFICATES, registry, MlflowRunFiles(address), signer).ensure(event)
    write_bundle(bundle(0.1), folder / "bundle")
    (folder / "params.yaml").write_bytes((ROOT / "params.yaml").read_bytes())
    return folder


@pytest.fixture
def here(promoted: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project to read; what a test changes offline it changes in `tmp_path`."""
    subprocess.run(["cp", "-r", str(promoted / "certificates"), str(promoted / "bundle"), str(tmp_path)], check=True)
    monkeypatch.chdir(promoted)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    return promoted


def test_a_signed_certificate_verifies_offline(here: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    key = str(here / "key.pub")

    code = main(["-C", str(tmp_path), "verify", CERTIFICATE, "--bundle", "bundle", "--key", key])

    assert code == 0
    assert "made with this key" in capsys.readouterr().out


def test_a_changed_bundle_ends_with_3_and_is_named(
    here: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bundle" / "model.onnx").write_bytes(b"other")

    code = main(["-C", str(tmp_path), "verify", CERTIFICATE, "--bundle", "bundle", "--minimum-counter", "2", "--json"])

    failed = [item["subject"] for item in json.loads(capsys.readouterr().out) if item["status"] == "wrong"]
    assert (code, failed) == (3, ["bundle bundle", "counter"])


def test_a_certificate_without_a_bundle_is_a_question_back(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", CERTIFICATE]) == 2
    assert "--bundle DIR" in capsys.readouterr().err


def test_the_whole_store_verifies_with_the_key(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "--key", "key.pub"]) == 0
    assert "nothing wrong" in capsys.readouterr().out


def test_a_backtest_of_todays_settings_tells_every_decision(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["backtest", "--json"]) == 0

    found = json.loads(capsys.readouterr().out)
    assert (len(found["replays"]), found["skipped"]) == (1, [])
    assert main(["backtest"]) == 0
    assert "1 candidates replayed" in capsys.readouterr().out
