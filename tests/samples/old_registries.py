"""A project's own registry as it is after some months: promotions of all kinds, and whatever else people put into MLflow."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import TYPE_CHECKING

from modelratchet.adapters.mlflow.address import StoreAddress
from modelratchet.adapters.mlflow.ledger import MlflowLedger
from modelratchet.adapters.mlflow.registry import MlflowRegistry
from modelratchet.adapters.mlflow.run_files import MlflowRunFiles
from modelratchet.adapters.mlflow.store import connect
from modelratchet.adapters.model_signing_signer import ModelSigningSigner
from modelratchet.config import layout
from modelratchet.core.folding import fold
from modelratchet.core.ledger import Event
from modelratchet.core.ledger_writing import Circumstances, anchored, overridden, rolled_back
from modelratchet.core.standing import Champion
from modelratchet.usecases.certify import CertificateStore
from tests.mlflow_stores import sqlite_store
from tests.samples.candidates import MODEL
from tests.samples.events import key_pair
from tests.samples.projects import ROOT
from tests.samples.recorded import NOW, promote_recorded, recorded_candidate

if TYPE_CHECKING:
    from mlflow import MlflowClient

UNUSUAL_NAMES = ("plain.txt", "ein Bild (1).txt", "größe 100%.txt", "a+b#c.txt", "каталог/データ.txt")
BIG_BYTES = 16 << 20


def old_registry(folder: Path) -> StoreAddress:
    """A project folder with a promotion, an override, a rollback and a new anchor, each with its certificate; signed."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "params.yaml").write_bytes((ROOT / "params.yaml").read_bytes())
    private, _ = key_pair(folder)
    address = sqlite_store(folder)
    registry, ledger = MlflowRegistry(address), MlflowLedger(address)
    promotion = promote_recorded(ledger, *recorded_candidate(registry, folder / "c1", 0.1))
    second, _ = recorded_candidate(registry, folder / "c2", 0.2)
    first = Champion(promotion.version, promotion.bundle_digest, None)
    forced = Champion(second.version, second.bundle_digest, None)
    events = [
        promotion,
        _append(ledger, lambda state, who: overridden(state, forced, "der Größe wegen 🙂", who)),
        _append(ledger, lambda state, who: rolled_back(state, first, "", who)),
        _append(ledger, lambda state, who: anchored(state, forced, "a review", who)),
    ]
    signer = ModelSigningSigner(private, None)
    certificates = CertificateStore(folder / layout.CERTIFICATES, registry, MlflowRunFiles(address), signer)
    for event in events:
        certificates.ensure(event)
    return address


def with_all_sorts(address: StoreAddress, *, n_metrics: int = 5000, big_bytes: int = BIG_BYTES) -> None:
    """Add what `ratchet` does not write, but people do: long histories, odd names and numbers, bins, models."""
    client = connect(address)
    experiment = client.create_experiment("Größen & Gewichte 50%", tags={"team": "データ"})
    run = client.create_run(experiment, run_name="ночь 🙂", tags={"empty": "", "quote": 'it\'s "so"\n\ttabbed'})
    _long_history(client, run.info.run_id, n_metrics)
    _odd_files(client, run.info.run_id, big_bytes)
    client.set_terminated(run.info.run_id)
    thrown_away = client.create_run(experiment, run_name="in the bin")
    client.log_text(thrown_away.info.run_id, "still here", "note.txt")
    client.delete_run(thrown_away.info.run_id)
    client.delete_experiment(client.create_experiment("an experiment in the bin"))
    logged = client.create_logged_model(experiment, name="logged", source_run_id=run.info.run_id, params={"depth": "3"})
    client.log_model_artifacts(logged.model_id, str(_folder_of(address)))
    client.finalize_logged_model(logged.model_id, "READY")
    client.create_registered_model("other-model", tags={"a": "b"}, description="ünïcode")
    for _ in range(3):
        client.create_model_version("other-model", source=f"{run.info.artifact_uri}/каталог", run_id=run.info.run_id)
    client.delete_model_version("other-model", "2")
    client.set_registered_model_alias("other-model", "latest-one", "3")


def _long_history(client: MlflowClient, run_id: str, n_metrics: int) -> None:
    from mlflow.entities import Metric, Param

    odd = [math.nan, math.inf, -math.inf, -0.0, 0.1 + 0.2, 5e-324, 1.7976931348623157e308]
    metrics = [Metric("odd", value, 1_700_000_000_000 + step, step) for step, value in enumerate(odd)]
    metrics += [Metric("loss", 1 / (step + 1), 1_700_000_000_000 + step, step) for step in range(n_metrics)]
    for start in range(0, len(metrics), 900):
        client.log_batch(run_id, metrics=metrics[start : start + 900])
    client.log_batch(run_id, params=[Param("long", "x" * 6000), Param("größe", "50 %")])


def _odd_files(client: MlflowClient, run_id: str, big_bytes: int) -> None:
    for name in UNUSUAL_NAMES:
        client.log_text(run_id, f"this is {name}", name)
    client.log_text(run_id, "", "empty.txt")
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        big = Path(folder) / "big.bin"
        big.write_bytes(os.urandom(big_bytes))
        client.log_artifact(run_id, str(big))


def _folder_of(address: StoreAddress) -> Path:
    folder = (address.database or Path()).parent / "logged"
    folder.mkdir()
    (folder / "MLmodel").write_text("flavors: {}\n")
    return folder


def _append(ledger: MlflowLedger, draft: object) -> Event:
    state = fold(MODEL, ledger.read(MODEL)).state
    event: Event = draft(state, Circumstances(NOW, f"n{state.counter}", "a person", "5" * 40, 90))  # type: ignore[operator]
    ledger.append(event)
    ledger.project(fold(MODEL, ledger.read(MODEL)).state)
    return event
