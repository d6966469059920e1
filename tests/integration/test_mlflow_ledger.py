"""Promotions on a real SQLite store: whole, raced, killed between ledger and alias, and tampered with."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from modelratchet.adapters.mlflow.address import StoreAddress
from modelratchet.adapters.mlflow.ledger import MlflowLedger
from modelratchet.adapters.mlflow.registry import MlflowRegistry
from modelratchet.adapters.mlflow.store import connect
from modelratchet.errors import EvidenceError
from modelratchet.usecases.read_ledger import LedgerReader
from modelratchet.usecases.reconcile import reconcile
from modelratchet.usecases.rollback import rollback
from modelratchet.usecases.write_ledger import Desk
from tests.fakes.certificates import FakeCertificates
from tests.fakes.memory import FakeMemory
from tests.mlflow_stores import empty_store
from tests.samples.candidates import MODEL
from tests.samples.ledgers import circumstances
from tests.samples.workshops import Workshop, workshop

pytestmark = pytest.mark.integration
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("template")


@pytest.fixture
def store(template: Path, tmp_path: Path) -> StoreAddress:
    return empty_store(template, tmp_path)


@pytest.fixture
def shop(store: StoreAddress, tmp_path: Path) -> Workshop:
    """Promotes on the real store; only the certificates are counted, not made."""
    reader = LedgerReader(MlflowLedger(store), FakeMemory(), store.shown)
    return workshop(Desk(reader, MlflowRegistry(store), FakeCertificates(), circumstances), tmp_path)


def alias(store: StoreAddress) -> str:
    return str(connect(store).get_model_version_by_alias(MODEL, "champion").version)


def change(store: StoreAddress, statement: str) -> None:
    """Edit the database behind MLflow's back."""
    with closing(sqlite3.connect(store.database or "")) as connection, connection:
        assert connection.execute(statement).rowcount > 0


def test_promotions_and_a_rollback_move_the_alias(shop: Workshop, store: StoreAddress) -> None:
    for weight, expected in ((0.1, "1"), (0.2, "2")):
        assert shop.promoted(weight).state.champion.version == expected
        assert alias(store) == expected

    assert rollback(shop.desk, MODEL, None, "bad").state.champion.version == "1"
    assert alias(store) == "1"
    assert not reconcile(shop.desk, MODEL).completion.has_projected


PROMOTE = """
import os, sys
from pathlib import Path
from modelratchet.adapters.mlflow.address import read_address
from modelratchet.adapters.mlflow.ledger import MlflowLedger
from modelratchet.adapters.mlflow.registry import MlflowRegistry
from modelratchet.errors import EvidenceError
from modelratchet.usecases.read_ledger import LedgerReader
from modelratchet.usecases.write_ledger import Desk
from tests.fakes.certificates import FakeCertificates
from tests.fakes.memory import FakeMemory
from tests.samples.workshops import promotion_files, workshop
folder, candidate = Path(sys.argv[1]), Path(sys.argv[2])
address = read_address(folder, {})
reader = LedgerReader(MlflowLedger(address), FakeMemory(), "here")
shop = workshop(Desk(reader, MlflowRegistry(address), FakeCertificates(), None), Path(str(os.getpid())))
reader.history("flights-late")
print("ready", flush=True)
sys.stdin.readline()
files = promotion_files(candidate)
try:
    print("won", shop.promote(files).event.version)
except EvidenceError as error:
    print("lost", error.message)
"""
KILL = """
import os
from mlflow import MlflowClient
real = MlflowClient.create_model_version
def die(*a, **k):
    real(*a, **k)
    os.kill(os.getpid(), 9)
MlflowClient.create_model_version = die
"""


def start(folder: Path, candidate: Path, program: str = PROMOTE) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(folder), str(candidate)],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n", process.communicate()
    return process


def test_a_promoter_killed_between_ledger_and_alias_has_promoted(
    shop: Workshop, store: StoreAddress, tmp_path: Path
) -> None:
    files = shop.judged(0.1)
    victim = start(tmp_path, files.bundle.parent, KILL + PROMOTE)
    victim.communicate("\n", timeout=120)
    assert victim.returncode == -signal.SIGKILL
    assert MlflowLedger(store).projection(MODEL).champion is None

    again = shop.promote(files)

    assert (again.is_new, again.completion.has_projected, alias(store)) == (False, True, "1")
    assert len(shop.history.accepted) == 1


def test_of_two_promoters_at_once_one_wins_and_the_other_is_told(
    shop: Workshop, store: StoreAddress, tmp_path: Path
) -> None:
    candidates = [shop.judged(weight).bundle.parent for weight in (0.1, 0.2)]
    rivals = [start(tmp_path, candidate) for candidate in candidates]
    for rival in rivals:
        assert rival.stdin is not None
        rival.stdin.write("\n")
        rival.stdin.flush()

    outputs = [rival.communicate(timeout=120)[0].split()[0] for rival in rivals]

    assert sorted(outputs) == ["lost", "won"]
    assert alias(store) == str(1 + outputs.index("won")) == shop.state.champion.version


EVENTS = f"name = '{MODEL}.promotions'"
TAMPERED = {
    "an edited text": f"UPDATE model_version_tags SET value = replace(value, 'ann', 'bob') WHERE {EVENTS} AND key = 'ratchet.event' AND version = 1",
    "an edited last text": f"UPDATE model_version_tags SET value = replace(value, 'ann', 'bob') WHERE {EVENTS} AND key = 'ratchet.event' AND version = 2",
    "a tag taken off": f"DELETE FROM model_version_tags WHERE {EVENTS} AND key = 'ratchet.event' AND version = 2",
    "the first event deleted": f"UPDATE model_versions SET current_stage = 'Deleted_Internal' WHERE {EVENTS} AND version = 1",
    "the last event deleted": f"UPDATE model_versions SET current_stage = 'Deleted_Internal' WHERE {EVENTS} AND version = 2",
    "the whole ledger deleted": f"DELETE FROM model_versions WHERE {EVENTS}",
}


@pytest.mark.parametrize("statement", TAMPERED.values(), ids=TAMPERED.keys())
def test_a_ledger_that_was_changed_in_the_database_is_refused_even_by_a_new_machine(
    shop: Workshop, store: StoreAddress, statement: str
) -> None:
    for weight in (0.1, 0.2):
        shop.promoted(weight)
    change(store, statement)

    with pytest.raises(EvidenceError):
        LedgerReader(MlflowLedger(store), FakeMemory(), "new").history(MODEL)


def test_an_alias_that_mlflow_was_told_by_hand_is_mended(shop: Workshop, store: StoreAddress) -> None:
    for weight in (0.1, 0.2):
        shop.promoted(weight)
    connect(store).set_registered_model_alias(MODEL, "champion", "1")

    assert reconcile(shop.desk, MODEL).completion.has_projected
    assert alias(store) == "2"


def test_aliases_go_when_the_state_has_nobody(shop: Workshop, store: StoreAddress) -> None:
    shop.judged(0.1)
    connect(store).set_registered_model_alias(MODEL, "champion", "1")
    ledger = MlflowLedger(store)

    assert ledger.project(shop.state)
    assert replace(ledger.projection(MODEL), head=None).champion is None


def test_a_long_ledger_is_read_page_by_page(
    shop: Workshop, store: StoreAddress, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("modelratchet.adapters.mlflow.ledger._PAGE", 2)
    for weight in (0.1, 0.2, 0.3):
        shop.promoted(weight)
    shop.promote(shop.judged(0.4)), shop.promote(shop.judged(0.5))

    assert [item.number for item in MlflowLedger(store).read(MODEL)] == [1, 2, 3, 4, 5]
