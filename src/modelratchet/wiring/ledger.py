"""Joins the reading of the ledger to MLflow, the clock and this machine; `fetch_champion` and the commands that read call it.

What writes the ledger is in `promoting`: it decides anew, and so needs the gate with its statistics, which a run with nothing to do does not.
"""

from __future__ import annotations

from modelratchet.adapters.json_memory import JsonMemory
from modelratchet.config import layout
from modelratchet.core.formats import digest_of
from modelratchet.usecases.exported_registry import ExportedRegistry
from modelratchet.usecases.fetch_champion import StandingFiles, Throne
from modelratchet.usecases.ports.promotions import Ledger
from modelratchet.usecases.read_ledger import LedgerReader
from modelratchet.wiring.registry import exported_registry, registry, remembered_ledger, store_address

STANDING_FILES = StandingFiles(layout.BUNDLE, layout.HOLDOUT, layout.STANDING, layout.REIGNING, layout.ANCHOR)
_SEEN = layout.STATE / "ledger.json"


def reader() -> LedgerReader:
    """The ledger itself, and what this machine has seen of it; or its export."""
    exported = exported_registry()
    if exported is not None:
        return _reader(exported, _name_of(exported))
    from modelratchet.adapters.mlflow.ledger import MlflowLedger

    address = store_address()
    return _reader(MlflowLedger(address), address.shown)


def throne() -> Throne:
    """Ledger and registry, asked only when their store changed since last time."""
    exported = exported_registry()
    if exported is not None:
        return Throne(_reader(exported, _name_of(exported)), exported)
    return Throne(_reader(remembered_ledger(), store_address().shown), registry())


def _reader(ledger: Ledger, store: str) -> LedgerReader:
    return LedgerReader(ledger, JsonMemory(_SEEN), store)


def _name_of(exported: ExportedRegistry) -> str:
    """An older export is none that lost events, so each is a store of its own."""
    return f"export {digest_of(exported.standing)}"
