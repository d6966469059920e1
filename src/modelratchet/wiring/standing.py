"""Joins the export of the standing to MLflow; `ratchet champion export` calls it."""

from __future__ import annotations

from pathlib import Path

from modelratchet.adapters.mlflow.run_files import MlflowRunFiles
from modelratchet.usecases.export_standing import Exported, export_standing
from modelratchet.wiring.ledger import throne
from modelratchet.wiring.registry import model_name, store_address


def exported_to(folder: Path) -> Exported:
    """Write the standing of this project's model to a folder.

    Raises:
        TrackingError, EvidenceError, StorageError: see `usecases.export_standing`.
    """
    return export_standing(throne(), MlflowRunFiles(store_address()), model_name(), folder)
