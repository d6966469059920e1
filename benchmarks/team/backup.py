"""Backups of a registry that is being recorded to, restored and looked at: `python -m benchmarks.team.backup [--rounds 10]`.

Recorders add candidates to PostgreSQL and an S3 store all the time. Each round takes one backup, dump before files or files before dump, restores it
elsewhere, and reads back every version that the restored database calls whole, and the files of every run that it calls finished.
"""

from __future__ import annotations

import argparse
import logging
import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch

from modelratchet.adapters.mlflow.address import StoreAddress, prepare_environment, read_address
from tests.object_store import objects
from tests.postgres import cluster
from tests.samples.backups import Stores, copy_objects, dump_database, restore

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities.model_registry import ModelVersion

RECORDERS = 2
PAUSE_SECONDS = 0.5
ORDERS = {"dump, then files": (dump_database, copy_objects), "files, then dump": (copy_objects, dump_database)}


@dataclass(frozen=True)
class Found:
    """What a restored backup held: whole versions and finished runs, and how many of them could not be read back."""

    n_versions: int
    n_runs: int
    n_broken: int
    seconds: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a line for each order; 1 if a backup in the documented one was broken."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=10, help="backups in each order")
    rounds = parser.parse_args(arguments).rounds
    logging.getLogger("mlflow").setLevel(logging.WARNING)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    print("| order | backups | broken backups | versions and runs read back | broken | seconds a backup |")
    print(f"|{'---|' * 6}")
    broken = {}
    with tempfile.TemporaryDirectory() as folder:
        for order in ORDERS:
            found = under_load(order, rounds, Path(folder) / order[:4])
            broken[order] = sum(item.n_broken for item in found)
            counted = sum(item.n_versions + item.n_runs for item in found)
            bad = sum(item.n_broken > 0 for item in found)
            seconds = sum(item.seconds for item in found) / len(found)
            print(f"| {order} | {len(found)} | {bad} | {counted} | {broken[order]} | {seconds:.1f} |", flush=True)
    return 1 if broken["dump, then files"] else 0


def under_load(order: str, rounds: int, folder: Path) -> list[Found]:
    """Backups in one order while candidates are recorded."""
    folder.mkdir(parents=True)
    with cluster() as made, objects() as store, patch.dict(os.environ, store.environment):
        stores = Stores(made, store, "mlflow", "team")
        made.run("createdb", "mlflow")
        store.bucket("team")
        _make_tables(_address(stores))
        stop = multiprocessing.get_context("spawn").Event()
        recorders = [_recorder(stores, folder / f"r{number}", stop) for number in range(RECORDERS)]
        try:
            _await_whole_versions(stores, RECORDERS)
            return [_round(stores, ORDERS[order], folder / f"backup{number}") for number in range(rounds)]
        finally:
            stop.set()
            for process in recorders:
                process.join()


def _round(stores: Stores, steps: Sequence[Callable[[Stores, Path], None]], folder: Path) -> Found:
    folder.mkdir()
    started = time.perf_counter()
    for step in steps:
        step(stores, folder)
    seconds = time.perf_counter() - started
    name = folder.name
    elsewhere = Stores(stores.cluster, stores.objects, name, f"restored-{name}")
    stores.objects.bucket(elsewhere.bucket)
    restore(elsewhere, folder)
    return _looked_at(elsewhere, seconds)


def _looked_at(stores: Stores, seconds: float) -> Found:
    """Addresses name the first bucket; what is looked at are the files that came back from the backup."""
    from modelratchet.adapters.mlflow import artifacts, versions
    from modelratchet.adapters.mlflow.store import connect
    from tests.samples.candidates import MODEL

    client = connect(_address(stores))
    whole = _whole_versions(client)
    experiment = client.get_experiment_by_name(MODEL)
    finished = client.search_runs([experiment.experiment_id], "attributes.status = 'FINISHED'", max_results=1000)
    n_broken = 0
    for version in whole:
        uri = version.source.replace("s3://team/", f"s3://{stores.bucket}/")
        local = _downloaded(artifacts.repository(uri, ""))
        n_broken += local is None or local != version.tags[versions.FILES_DIGEST_TAG]
    for run in finished:
        uri = run.info.artifact_uri.replace("s3://team/", f"s3://{stores.bucket}/")
        names = {item.path for item in artifacts.repository(uri, "").list_artifacts("")}
        n_broken += not {"evidence.json", "verdict.json"} <= names
    return Found(len(whole), len(finished), n_broken, seconds)


def _downloaded(repository: object) -> str | None:
    from modelratchet.adapters.mlflow import artifacts

    with tempfile.TemporaryDirectory() as folder:
        try:
            return artifacts.digest_below(Path(repository.download_artifacts("", dst_path=folder)))  # type: ignore[attr-defined]
        except Exception:  # noqa: BLE001 - whatever cannot be read back is broken
            return None


def _recorder(stores: Stores, folder: Path, stop: object) -> multiprocessing.Process:
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=partial(_record, _address(stores), folder, stop), daemon=True)
    process.start()
    return process  # type: ignore[return-value]  # of the context's own class


def _record(address: StoreAddress, folder: Path, stop: object) -> None:
    from modelratchet.adapters.mlflow.registry import MlflowRegistry
    from tests.samples.recorded import recorded_candidate

    registry = MlflowRegistry(address)
    for number in count(1):
        if stop.is_set():  # type: ignore[attr-defined]
            return
        recorded_candidate(registry, folder / str(number), 0.001 * number + int(folder.name[1:]))
        time.sleep(PAUSE_SECONDS)


def _await_whole_versions(stores: Stores, wanted: int) -> None:
    """Wait for versions that a backup has to hold: those whose recording is over, for the others are not called whole."""
    from modelratchet.adapters.mlflow.store import connect

    client = connect(_address(stores))
    deadline = time.monotonic() + 120
    while len(_whole_versions(client)) < wanted:
        if time.monotonic() > deadline:
            raise SystemExit(f"fewer than {wanted} candidates were recorded within two minutes")
        time.sleep(0.2)


def _whole_versions(client: MlflowClient) -> list[ModelVersion]:
    from modelratchet.adapters.mlflow import versions
    from tests.samples.candidates import MODEL

    return [item for item in client.search_model_versions(f"name = '{MODEL}'", 1000) if versions.is_whole(item)]


def _make_tables(address: StoreAddress) -> None:
    prepare_environment()
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

    SqlAlchemyStore(address.uri, address.artifact_root).engine.dispose()


def _address(stores: Stores) -> StoreAddress:
    named = {
        "MLFLOW_TRACKING_URI": stores.cluster.address(stores.database),
        "MLFLOW_DEFAULT_ARTIFACT_ROOT": f"s3://{stores.bucket}/mlflow",
    }
    return read_address(Path(), named)


if __name__ == "__main__":
    sys.exit(main())
