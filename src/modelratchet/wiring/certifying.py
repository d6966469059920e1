"""Joins certificates and the check of the whole store to MLflow. `ratchet promote`, `reconcile` and `verify` call it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from modelratchet.adapters.json_memory import JsonMemory
from modelratchet.config import layout
from modelratchet.usecases.certify import CertificateStore
from modelratchet.usecases.checks import Check
from modelratchet.usecases.ports import RunFiles
from modelratchet.usecases.verify_store import Store, verify_store
from modelratchet.wiring.registry import ledger, model_name, registry, store_address
from modelratchet.wiring.signing import signer, verifier


def certificates() -> CertificateStore:
    """Where certificates are kept; signed if the environment names a key."""
    return CertificateStore(layout.CERTIFICATES, registry(), run_files(), signer())


def run_files() -> RunFiles:
    """The files of the registry's runs."""
    from modelratchet.adapters.mlflow.run_files import MlflowRunFiles

    return MlflowRunFiles(store_address())


def verified_store(key: Path | None) -> tuple[Check, ...]:
    """Check the promotions of this project's model in its registry."""
    memory = JsonMemory(layout.STATE / "ledger.json")
    store = Store(ledger(), registry(), run_files(), layout.CERTIFICATES, verifier(key), memory)
    return verify_store(model_name(), store, datetime.now(UTC))
