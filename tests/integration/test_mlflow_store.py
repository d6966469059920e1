"""The store's stamp, the model that a notebook loads, and the server that a person starts."""

from __future__ import annotations

import math
import os
import signal
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path

import mlflow
import pandas as pd
import pytest

from modelratchet.adapters.mlflow import recording, versions
from modelratchet.adapters.mlflow.address import StoreAddress, read_address
from modelratchet.adapters.mlflow.model_digests import MODEL_TAG
from modelratchet.adapters.mlflow.probe import store_stamp
from modelratchet.adapters.mlflow.registry import MlflowRegistry
from modelratchet.adapters.mlflow.server import ServerOptions, mlflow_server
from modelratchet.adapters.mlflow.store import connect
from modelratchet.errors import ConfigError, TrackingError
from modelratchet.storage.bundles import make_bundle, read_bundle
from tests.mlflow_stores import empty_store, served_store
from tests.patience import PATIENCE_SECONDS
from tests.samples.candidates import LINEAGE, MODEL, bundle, candidate, regression_bundle

pytestmark = pytest.mark.integration
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("template")


@pytest.fixture
def store(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StoreAddress:
    made = empty_store(template, tmp_path)
    # as a notebook's shell has it; `mlflow.set_tracking_uri` would set it for all tests that follow
    monkeypatch.setenv("MLFLOW_TRACKING_URI", made.uri)
    return made


def load_champion(store: StoreAddress, number: str) -> mlflow.pyfunc.PyFuncModel:
    connect(store).set_registered_model_alias(MODEL, "champion", number)
    return mlflow.pyfunc.load_model(f"models:/{MODEL}@champion")


@pytest.mark.parametrize(
    "rows",
    [
        pd.DataFrame({"hour": [5, 6], "temp": [1, 2], "carrier": ["AA", "UA"]}),
        pd.DataFrame({"temp": [1.0, None], "hour": [5.5, 6.5], "carrier": ["AA", None]}),
        pd.DataFrame(
            {"hour": pd.array([5, None], dtype="Int64"), "temp": [None, None], "carrier": pd.Categorical(["AA", None])}
        ),
        pd.DataFrame({"hour": [5, 6], "carrier": [1, 2], "temp": [0.5, 1.5], "extra": ["x", "y"]}),
    ],
    ids=[
        "whole numbers",
        "missing values and another order",
        "nullable, empty and categorical",
        "codes and an extra column",
    ],
)
def test_a_notebook_scores_frames_of_any_kind(store: StoreAddress, tmp_path: Path, rows: pd.DataFrame) -> None:
    version = MlflowRegistry(store).record(candidate(tmp_path / "a"))

    answers = load_champion(store, version.version).predict(rows)

    assert list(answers.columns) == ["label", "probability.in time", "probability.late"]
    assert set(answers["label"]) <= {"in time", "late"}
    assert answers.iloc[:, 1:].sum(axis=1).tolist() == pytest.approx([1.0, 1.0])


def test_the_answer_of_a_classifier_is_the_graphs(store: StoreAddress, tmp_path: Path) -> None:
    version = MlflowRegistry(store).record(candidate(tmp_path / "a", made=bundle()))
    rows = pd.DataFrame({"hour": [5], "temp": [None], "carrier": ["UA"]})

    answer = load_champion(store, version.version).predict(rows)

    assert answer["probability.late"][0] == pytest.approx(1 / (1 + math.exp(-1.5)), abs=1e-6)


def test_a_regressor_answers_numbers_and_has_signature_and_example(store: StoreAddress, tmp_path: Path) -> None:
    version = MlflowRegistry(store).record(candidate(tmp_path / "a", made=regression_bundle()))

    model = load_champion(store, version.version)

    assert model.predict(pd.DataFrame({"hour": [5], "temp": [2]}))["prediction"].tolist() == [7.0]
    assert model.metadata.signature.inputs.input_names() == ["hour", "temp"]
    assert model.input_example["hour"].tolist() == [5.0]


def test_stores_of_one_process_keep_their_files_apart(template: Path, tmp_path: Path) -> None:
    places = {name: empty_store(template, tmp_path / name) for name in ("one", "other")}
    for name, address in places.items():
        experiment = connect(address).get_experiment(connect(address).create_experiment("a person's"))
        assert Path(experiment.artifact_location).is_relative_to(tmp_path / name)


def test_a_store_that_is_only_read_keeps_its_stamp(store: StoreAddress, tmp_path: Path) -> None:
    version = MlflowRegistry(store).record(candidate(tmp_path / "a"))
    before = store_stamp(store, MODEL)

    registry = MlflowRegistry(store)
    registry.version(MODEL, version.version)
    registry.find(MODEL, "k1")
    registry.fetch_bundle(version, tmp_path / "fetched")

    assert store_stamp(store, MODEL) == before != ""


def test_each_write_changes_the_stamp(store: StoreAddress, tmp_path: Path) -> None:
    stamps = [store_stamp(store, MODEL)]
    MlflowRegistry(store).record(candidate(tmp_path / "a"))
    stamps.append(store_stamp(store, MODEL))
    connect(store).set_registered_model_alias(MODEL, "champion", "1")
    stamps.append(store_stamp(store, MODEL))
    connect(store).delete_registered_model_alias(MODEL, "champion")
    stamps.append(store_stamp(store, MODEL))

    assert len(set(stamps)) == len(stamps)


def test_a_servers_stamp_follows_aliases_versions_and_deletions(tmp_path: Path) -> None:
    with served_store(tmp_path) as address:
        stamps = [store_stamp(address, MODEL)]
        MlflowRegistry(address).record(candidate(tmp_path / "a"))
        stamps.append(store_stamp(address, MODEL))
        assert store_stamp(address, MODEL) == stamps[-1]
        connect(address).set_registered_model_alias(MODEL, "champion", "1")
        stamps.append(store_stamp(address, MODEL))
        MlflowRegistry(address).record(candidate(tmp_path / "b", "k2"))
        stamps.append(store_stamp(address, MODEL))
        MlflowRegistry(address).record(candidate(tmp_path / "c", "k3", bundle(0.9)))
        stamps.append(store_stamp(address, MODEL))
        MlflowRegistry(address).record(candidate(tmp_path / "d", "k4", read_bundle(tmp_path / "a" / "bundle")))
        stamps.append(store_stamp(address, MODEL))
        connect(address).delete_model_version(MODEL, "3")
        stamps.append(store_stamp(address, MODEL))

    assert len(set(stamps)) == len(stamps)
    with pytest.raises(TrackingError, match="does not answer"):
        store_stamp(address, MODEL)


def test_a_database_of_something_else_is_left_alone(tmp_path: Path) -> None:
    notes = tmp_path / "notes.db"
    with closing(sqlite3.connect(notes)) as link, link:
        link.execute("CREATE TABLE notes (text)")
    before = notes.read_bytes()

    with pytest.raises(ConfigError, match="holds tables of something else: notes"):
        connect(read_address(tmp_path, {"MLFLOW_TRACKING_URI": "sqlite:///notes.db"}))

    assert notes.read_bytes() == before


def test_the_probe_imports_nothing_of_mlflow(store: StoreAddress) -> None:
    program = (
        "import sys; from pathlib import Path; from modelratchet.adapters.mlflow.address import read_address; "
        "from modelratchet.adapters.mlflow.probe import store_stamp; "
        f"assert store_stamp(read_address(Path({str(store.database and store.database.parent)!r}), {{}}), 'm'); "
        "sys.exit('mlflow' in sys.modules)"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}

    assert subprocess.run([sys.executable, "-c", program], env=environment, check=False).returncode == 0


def test_a_server_ends_with_all_its_workers(store: StoreAddress, tmp_path: Path) -> None:
    with mlflow_server(store, ServerOptions(port=0, workers=2, log=tmp_path / "log")) as server:
        uri, pid = server.uri, server.pid
        assert urllib.request.urlopen(f"{uri}/health").status == 200

    with pytest.raises(ProcessLookupError):
        os.killpg(pid, signal.SIGCONT)
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(f"{uri}/health", timeout=2)


def test_ratchet_ui_prints_an_address_that_answers_and_stops_when_asked(template: Path, tmp_path: Path) -> None:
    empty_store(template, tmp_path)
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    environment.pop("MLFLOW_TRACKING_URI", None)
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "modelratchet", "-C", str(tmp_path), "ui", "--port", "0"],
        stdout=subprocess.PIPE, text=True, env=environment,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        address = process.stdout.readline().split()[-1]
        assert "workflowType=machine_learning" in address
        assert urllib.request.urlopen(address.split("/#")[0]).status == 200
    finally:
        process.send_signal(signal.SIGTERM)
        code = process.wait(PATIENCE_SECONDS)
    assert code == 0
    assert read_address(tmp_path, {}).database == tmp_path / "mlflow.db"


def test_versions_that_release_0_1_made_of_one_model_all_stay(
    store: StoreAddress, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It made one of each bundle, and the ledger may name any of them."""
    registry, made = MlflowRegistry(store), bundle()
    other, third = (make_bundle(made.model, made.schema, replace(LINEAGE, source_digest=name)) for name in ("b", "c"))
    registry.record(candidate(tmp_path / "k1", "k1", made))
    client = connect(store)
    client.delete_model_version_tag(MODEL, "1", MODEL_TAG)
    with monkeypatch.context() as patched:
        # as 0.1 looked: by the bundle alone
        by_bundle = partial(versions.having, client, MODEL, versions.DIGEST_TAG, other.digest)
        patched.setattr(recording, "versions_of_model", lambda *_: by_bundle())
        registry.record(candidate(tmp_path / "k2", "k2", other))
    client.delete_model_version_tag(MODEL, "2", MODEL_TAG)

    found = registry.record(candidate(tmp_path / "k3", "k3", third))

    assert found.version == "1"
    assert [registry.version(MODEL, number) is not None for number in ("1", "2")] == [True, True]
    assert registry.record(candidate(tmp_path / "k4", "k4", other)).version == "2"
