"""Joins the check of the whole store to MLflow. `ratchet verify`, `reproduce` and `backtest` call it."""

from __future__ import annotations

from pathlib import Path

from modelratchet.config import layout
from modelratchet.usecases.checks import Check
from modelratchet.usecases.ports.registry import ModelRegistry, RunFiles
from modelratchet.usecases.verify_store import Store, verify_store
from modelratchet.wiring.clock import now
from modelratchet.wiring.ledger import reader
from modelratchet.wiring.registry import model_name, store_address
from modelratchet.wiring.signing import verifier


def run_files() -> RunFiles:
    """The files of the registry's runs."""
    from modelratchet.adapters.mlflow.run_files import MlflowRunFiles

    return MlflowRunFiles(store_address())


def versions() -> ModelRegistry:
    """The registry itself: what is checked is never taken from memory."""
    from modelratchet.adapters.mlflow.registry import MlflowRegistry

    return MlflowRegistry(store_address())


def verified_store(key: Path | None) -> tuple[Check, ...]:
    """Check the promotions of this project's model in its registry."""
    store = Store(reader(), versions(), run_files(), layout.CERTIFICATES, verifier(key))
    return verify_store(model_name(), store, now())
