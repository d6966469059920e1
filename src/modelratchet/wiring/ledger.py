"""Joins the reading of the ledger to MLflow, the clock and this machine; `fetch_champion` and the commands that read call it.

What writes the ledger is in `promoting`: it decides anew, and so needs the gate with its statistics, which a run with nothing to do does not.
"""

from __future__ import annotations

from datetime import UTC, datetime

from modelratchet.adapters.json_memory import JsonMemory
from modelratchet.adapters.mlflow.address import StoreAddress
from modelratchet.config import layout
from modelratchet.usecases.fetch_champion import StandingFiles, Throne
from modelratchet.usecases.ports import Ledger
from modelratchet.usecases.read_ledger import LedgerReader
from modelratchet.wiring.registry import registry, remembered_ledger, store_address

STANDING_FILES = StandingFiles(layout.BUNDLE, layout.HOLDOUT, layout.STANDING, layout.REIGNING, layout.ANCHOR)
_SEEN = layout.STATE / "ledger.json"


def now() -> datetime:
    """The clock."""
    return datetime.now(UTC)


def reader() -> LedgerReader:
    """The ledger itself, and what this machine has seen of it."""
    from modelratchet.adapters.mlflow.ledger import MlflowLedger

    address = store_address()
    return _reader(MlflowLedger(address), address)


def throne() -> Throne:
    """Ledger and registry, asked only when their store changed since last time."""
    return Throne(_reader(remembered_ledger(), store_address()), registry())


def _reader(ledger: Ledger, address: StoreAddress) -> LedgerReader:
    return LedgerReader(ledger, JsonMemory(_SEEN), address.shown)
