"""The project that release 0.1 left, as it lies: today's commands read it, believe it, serve it and go on with it."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from modelratchet.adapters.mlflow.address import read_address
from modelratchet.adapters.mlflow.registry import MlflowRegistry
from modelratchet.cli.main import main
from modelratchet.storage.bundles import make_bundle, read_bundle
from modelratchet.storage.files import read_json
from tests.patience import PATIENCE_SECONDS
from tests.ports import free_port
from tests.released.loading import RELEASE_0_1, unpacked_parcels, unpacked_workspace
from tests.released.written_0_1 import ANCHOR_BUNDLE, BUNDLE, EVENTS, HEAD, HOLDOUT, MODEL, VERDICTS, VOID
from tests.samples.candidates import candidate

pytestmark = pytest.mark.integration
Told = Callable[..., Any]
KEY = str(RELEASE_0_1 / "key.pub")


@pytest.fixture(scope="module")
def parcels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """For tests that only read."""
    return unpacked_parcels(tmp_path_factory.mktemp("released") / "parcels")


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Told:
    """Calls `ratchet` in a folder; what it printed, as JSON where it was asked to."""
    for name in [name for name in os.environ if name.startswith(("MLFLOW_", "RATCHET_", "GITHUB_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GITHUB_ACTOR", "carol")

    def call(folder: Path, *arguments: str, codes: tuple[int, ...] = (0,)) -> Any:
        monkeypatch.chdir(folder)
        code = main(list(arguments))
        said = capsys.readouterr()
        assert code in codes, said.out + said.err
        return json.loads(said.out) if "--json" in arguments else said.out

    return call


def test_history_shows_every_event_the_void_ones_too(parcels: Path, told: Told) -> None:
    found = told(parcels, "history", "--json")

    assert (found["ledger_head"], found["champion"], found["anchor"], found["counter"]) == (HEAD, "4", "2", 12)
    accepted = [event for event in found["events"] if not event["is_void"]]
    assert [event["digest"] for event in accepted] == [event.digest for event in EVENTS]
    assert [(event["kind"], event["version"]) for event in accepted] == [(e.kind, e.version) for e in EVENTS]
    assert {event["number"]: event["digest"] for event in found["events"] if event["is_void"]} == VOID


def test_all_but_the_expiry_verifies_with_the_key(parcels: Path, told: Told) -> None:
    # the champion's record expires in 2036: from then on the command ends with 3, and is right to
    checks = told(parcels, "verify", "--key", KEY, "--json", codes=(0, 3))

    left = [check for check in checks if check["subject"] != "expiry"]
    assert [check for check in left if check["status"] != "right"] == []
    assert len([check for check in left if check["subject"].startswith("signature")]) == len(EVENTS)


def test_latest_certificate_verifies_offline_but_for_its_expiry(told: Told) -> None:
    command = ("verify", f"certificates/{MODEL}-12.json", "--bundle", "bundle", "--key", KEY, "--json")
    checks = told(RELEASE_0_1, *command, codes=(0, 3))

    wrong = {check["subject"] for check in checks if check["status"] == "wrong"}
    assert wrong <= {"expiry"}


def test_champion_is_who_it_was(parcels: Path, told: Told) -> None:
    found = told(parcels, "champion", "--json")

    assert (found["version"], found["bundle_digest"], found["ledger_head"]) == ("4", BUNDLE, HEAD)


def test_export_says_what_the_old_release_exported(parcels: Path, told: Told, tmp_path: Path) -> None:
    told(parcels, "champion", "export", str(tmp_path / "export"))

    old, new = (read_json(folder / "standing.json") for folder in (RELEASE_0_1 / "export", tmp_path / "export"))
    texts = [[(event["number"], event["text"]) for event in standing["events"]] for standing in (old, new)]
    assert texts[0] == texts[1]
    for judged in ("judged_on_holdout", "judged_against_anchor"):
        assert [len(candidates) for candidates in new[judged].values()] == [len(it) for it in old[judged].values()]
    assert set(new["judged_on_holdout"]) == {HOLDOUT}
    assert [read_bundle(tmp_path / "export" / name / "bundle").digest for name in ("champion", "anchor")] == [
        BUNDLE,
        ANCHOR_BUNDLE,
    ]


def test_backtest_replays_every_recorded_candidate(parcels: Path, told: Told) -> None:
    found = told(parcels, "backtest", "--json")

    assert found["skipped"] == []
    assert [(replay["version"], replay["recorded"]) for replay in found["replays"]] == VERDICTS


def test_verdict_in_the_workspace_is_shown_and_still_passes(tmp_path: Path, told: Told) -> None:
    folder = unpacked_workspace(tmp_path / "parcels")

    assert "PROMOTE (against champion version 2)" in told(folder, "gate", "check")
    assert "roc_auc" in told(folder, "show")


def test_candidate_in_the_workspace_that_reigns_is_promoted_already(tmp_path: Path, told: Told) -> None:
    folder = unpacked_workspace(tmp_path / "parcels")

    promoted = told(folder, "promote", "--json")

    assert (promoted["is_new"], promoted["champion"], promoted["ledger_head"]) == (False, "4", HEAD)


class Step(NamedTuple):
    """A command that writes event 13, and what holds after it."""

    command: tuple[str, ...]
    kind: str
    champion: str
    anchor: str


STEPS = (
    Step(("anchor", "1", "--reason", "to begin anew"), "anchored", "4", "1"),
    Step(("renew",), "renewed", "4", "2"),
    Step(("rollback",), "rolled_back", "2", "2"),
    Step(("override", "3", "--reason", "to see it once more"), "overridden", "3", "2"),
)


@pytest.mark.parametrize("step", STEPS, ids=[step.command[0] for step in STEPS])
def test_ledger_goes_on_from_the_old_head(tmp_path: Path, told: Told, step: Step) -> None:
    folder = unpacked_parcels(tmp_path / "parcels")

    written = told(folder, *step.command, "--json")

    event = written["event"]
    assert (event["kind"], event["counter"], event["parent"], event["actor"]) == (step.kind, 13, HEAD, "carol")
    assert (written["champion"], written["anchor"]) == (step.champion, step.anchor)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "version", "bundle"), [("champion", "4", BUNDLE), ("2", "2", ANCHOR_BUNDLE)])
def test_a_version_is_served_out_of_the_old_store(parcels: Path, name: str, version: str, bundle: str) -> None:
    with serving(parcels, name) as port:
        answer = asked(port)

    assert (answer["model"]["version"], answer["model"]["bundle"]) == (version, bundle)
    if version == "4":
        assert_same_predictions(answer["predictions"], read_json(RELEASE_0_1 / "answer.json")["predictions"])


def assert_same_predictions(found: list[Any], expected: list[Any]) -> None:
    assert [row["label"] for row in found] == [row["label"] for row in expected]
    for one, other in zip(found, expected, strict=True):
        assert one["probabilities"] == pytest.approx(other["probabilities"], abs=1e-6)


@contextmanager
def serving(folder: Path, name: str) -> Iterator[int]:
    """`ratchet serve` on a free port, once it answers."""
    port = free_port()
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("MLFLOW_", "RATCHET_"))}
    command = [sys.executable, "-m", "modelratchet", "serve", name, "--port", str(port)]
    told = {**environment, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, cwd=folder, env=told, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            assert any(line.startswith("Ctrl-C") for line in process.stdout), "the server did not come up"
            yield port
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(PATIENCE_SECONDS)


def asked(port: int) -> Any:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request(
        "POST", "/predict", (RELEASE_0_1 / "question.json").read_bytes(), {"content-type": "application/json"}
    )
    answer = json.loads(connection.getresponse().read())
    connection.close()
    return answer


def test_a_model_of_the_old_release_is_the_same_candidate_today(tmp_path: Path) -> None:
    """It keeps its version, the bundle that it lies in, and its place among those that a holdout has seen."""
    folder = unpacked_parcels(tmp_path / "parcels")
    registry = MlflowRegistry(read_address(folder, {}))
    old = read_bundle(RELEASE_0_1 / "bundle")
    today = make_bundle(old.model, old.schema, replace(old.manifest.lineage, source_digest="sha256:todays"))

    found = registry.record(candidate(tmp_path / "again", "k1", today, model=MODEL))

    assert (found.version, found.bundle_digest, found.model_digest) == ("4", BUNDLE, old.model_digest)
    assert old.model_digest in registry.judged_on_holdout(MODEL, HOLDOUT)
    assert BUNDLE not in registry.judged_on_holdout(MODEL, HOLDOUT)
