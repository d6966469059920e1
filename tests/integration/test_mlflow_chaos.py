"""Kills, races, lost replies and spoilt bytes: whatever happens, one whole version a key, and no run left open."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from mlflow import MlflowClient

from modelratchet.adapters.mlflow.address import StoreAddress, read_address
from modelratchet.adapters.mlflow.registry import MlflowRegistry
from modelratchet.adapters.mlflow.store import connect
from modelratchet.errors import DigestError, TrackingError, UnreachableError
from modelratchet.storage.bundles import write_bundle
from tests.faulty_proxy import Faults, faulty_proxy
from tests.mlflow_stores import empty_store, served_store
from tests.samples.candidates import MODEL, bundle, candidate

pytestmark = pytest.mark.integration
ROOT = Path(__file__).parents[2]
RECORD = """
import os, sys
from pathlib import Path
from modelratchet.adapters.mlflow.address import read_address
from modelratchet.adapters.mlflow.registry import MlflowRegistry
from tests.samples.candidates import bundle, candidate
folder, key = Path(sys.argv[1]), sys.argv[2]
made = candidate(folder / f"candidate-{os.getpid()}", key)
print(MlflowRegistry(read_address(folder, os.environ)).record(made).version)
"""


def start_recording(folder: Path, key: str = "k1", program: str = RECORD) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
    environment.pop("MLFLOW_TRACKING_URI", None)
    return subprocess.Popen(
        [sys.executable, "-c", program, str(folder), key],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("template")


@pytest.fixture
def store(template: Path, tmp_path: Path) -> StoreAddress:
    return empty_store(template, tmp_path)


def whole_versions(client: MlflowClient, key: str = "k1") -> list[str]:
    found = client.search_model_versions(f"name = '{MODEL}'")
    assert all(version.tags["ratchet.state"] == "whole" for version in found if version.tags["ratchet.key"] == key)
    return sorted(str(version.version) for version in found if version.tags["ratchet.key"] == key)


def statuses(client: MlflowClient) -> list[str]:
    experiment = client.get_experiment_by_name(MODEL)
    return [] if experiment is None else [run.info.status for run in client.search_runs([experiment.experiment_id])]


@pytest.mark.slow
def test_eight_processes_that_first_use_a_fresh_store_at_once_all_record(tmp_path: Path) -> None:
    processes = [start_recording(tmp_path, f"k{number}") for number in range(8)]
    outcomes = [(process.communicate(timeout=300), process.returncode) for process in processes]

    assert [code for _, code in outcomes] == [0] * 8, outcomes
    client = connect(read_address(tmp_path, {}))
    assert sorted(int(output.split()[-1]) for (output, _), _ in outcomes) == list(range(1, 9))
    assert statuses(client) == ["FINISHED"] * 8


def test_two_processes_that_record_one_key_at_once_make_one_version(store: StoreAddress, tmp_path: Path) -> None:
    processes = [start_recording(tmp_path) for _ in range(2)]
    outputs = [process.communicate(timeout=120)[0].split()[-1] for process in processes]

    assert outputs[0] == outputs[1]
    assert whole_versions(connect(store)) == [outputs[0]]
    assert statuses(connect(store)) == ["FINISHED"]


def test_two_machines_that_record_one_key_at_once_end_with_one_version(
    store: StoreAddress, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # two machines share no lock file
    monkeypatch.setattr(MlflowRegistry, "_record_lock", lambda self, *_: str(tmp_path / f"{id(self)}.lock"))
    candidates = [candidate(tmp_path / name) for name in ("a", "b")]
    registries = [MlflowRegistry(store) for _ in candidates]

    with ThreadPoolExecutor(2) as pool:
        versions = list(pool.map(lambda pair: pair[0].record(pair[1]), zip(registries, candidates, strict=True)))

    assert versions[0] == versions[1]
    assert whole_versions(connect(store)) == [versions[0].version]
    assert statuses(connect(store)) == ["FINISHED"]


STEPS = ["open_run", "upload", "create_model_version", "settle", "close_run", "close_others", "mark_whole"]
VERDICT_STEPS = ["open_run", "upload", "settle", "close_run", "update_model_version", "set_model_version_tag"]
KILL = """
import os, sys
from modelratchet.adapters.mlflow import artifacts, runs, versions
from mlflow import MlflowClient
step = os.environ["KILL_AFTER"]
owners = {"upload": artifacts, "settle": versions, "mark_whole": versions, "open_run": runs, "close_run": runs, "close_others": runs}
owner = owners.get(step, MlflowClient)
real = getattr(owner, step)
def die(*a, **k):
    real(*a, **k)
    os.kill(os.getpid(), 9)
setattr(owner, step, die)
"""


@pytest.mark.parametrize("step", STEPS)
def test_a_record_killed_after_a_step_is_completed_by_the_next(
    store: StoreAddress, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    monkeypatch.setenv("KILL_AFTER", step)
    victim = start_recording(tmp_path, program=KILL + RECORD)
    assert victim.wait(120) == -signal.SIGKILL, victim.communicate()

    version = MlflowRegistry(store).record(candidate(tmp_path / "again"))

    client = connect(store)
    assert whole_versions(client) == [version.version]
    assert set(statuses(client)) == {"FINISHED"}
    assert len(statuses(client)) == 1


@pytest.mark.parametrize("step", VERDICT_STEPS)
def test_a_further_verdict_killed_after_a_step_is_completed_by_the_next(
    store: StoreAddress, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    first = MlflowRegistry(store).record(candidate(tmp_path / "first", "k1", bundle()))
    monkeypatch.setenv("KILL_AFTER", step)
    victim = start_recording(tmp_path, "k2", KILL + RECORD.replace(", key)", ", key, bundle())"))
    assert victim.wait(120) == -signal.SIGKILL, victim.communicate()

    version = MlflowRegistry(store).record(candidate(tmp_path / "again", "k2", bundle()))

    client = connect(store)
    assert version.version == first.version
    assert [item.tags["ratchet.verdict_run"] for item in client.search_model_versions()] == [version.verdict_run_id]
    assert statuses(client) == ["FINISHED", "FINISHED"]


@pytest.mark.slow
def test_a_record_killed_at_any_time_is_completed_by_the_next(store: StoreAddress, tmp_path: Path) -> None:
    for number, delay in enumerate((0.0, 0.1, 0.3, 0.5)):
        victim = start_recording(
            tmp_path, f"k{number}", program=RECORD.replace("print(", "print('go', flush=True); print(")
        )
        assert victim.stdout is not None
        victim.stdout.readline()
        time.sleep(2.5 + delay)
        victim.kill()
        victim.wait()
        MlflowRegistry(store).record(candidate(tmp_path / f"again-{number}", f"k{number}"))

        assert len(whole_versions(connect(store), f"k{number}")) == 1
    assert set(statuses(connect(store))) == {"FINISHED"}


def test_a_store_whose_writer_was_killed_in_a_commit_is_opened_again(store: StoreAddress, tmp_path: Path) -> None:
    # what a commit leaves that never ended: pages in the file already, and the journal that takes them back
    program = """
import os, sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA cache_size = 1")
connection.execute("BEGIN")
for number in range(2000):
    connection.execute("INSERT INTO registered_models (name, workspace) VALUES (?, 'default')", (f"m{number}",))
os.kill(os.getpid(), 9)
"""
    assert (
        subprocess.run([sys.executable, "-c", program, str(store.database)], check=False).returncode == -signal.SIGKILL
    )
    assert Path(f"{store.database}-journal").stat().st_size > 0

    version = MlflowRegistry(store).record(candidate(tmp_path / "a"))

    assert [model.name for model in connect(store).search_registered_models()] == [version.model]


def test_a_byte_flipped_in_a_stored_bundle_is_noticed(store: StoreAddress, tmp_path: Path) -> None:
    registry = MlflowRegistry(store)
    version = registry.record(candidate(tmp_path / "a"))
    (stored,) = Path(store.artifact_root).glob("**/bundle/model.onnx")
    data = bytearray(stored.read_bytes())
    data[len(data) // 2] ^= 1
    stored.write_bytes(data)

    with pytest.raises(DigestError, match="was changed"):
        registry.fetch_bundle(version, tmp_path / "fetched")
    assert not (tmp_path / "fetched").exists()


def test_a_stored_bundle_swapped_for_another_valid_one_is_noticed(store: StoreAddress, tmp_path: Path) -> None:
    registry = MlflowRegistry(store)
    version = registry.record(candidate(tmp_path / "a"))
    (stored,) = Path(store.artifact_root).glob("**/artifacts/bundle")

    write_bundle(bundle(-5.0), stored)

    with pytest.raises(DigestError, match="expected"):
        registry.fetch_bundle(version, tmp_path / "fetched")


def test_a_moved_project_takes_its_artifacts_along(store: StoreAddress, tmp_path: Path) -> None:
    version = MlflowRegistry(store).record(candidate(tmp_path / "a"))
    moved = tmp_path / "elsewhere"
    moved.mkdir()
    for name in ("mlflow.db", "mlartifacts"):
        (tmp_path / name).rename(moved / name)

    address = read_address(moved, {})
    MlflowRegistry(address).fetch_bundle(version, tmp_path / "fetched")
    MlflowRegistry(address).record(candidate(tmp_path / "b", "k2"))

    assert not (tmp_path / "mlartifacts").exists()


def test_a_server_that_is_down_is_an_outside_error_that_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")
    address = read_address(tmp_path, {"MLFLOW_TRACKING_URI": "http://127.0.0.1:9"})

    with pytest.raises(TrackingError) as caught:
        MlflowRegistry(address).record(candidate(tmp_path))

    assert "http://127.0.0.1:9" in caught.value.message
    assert "run the same command again" in caught.value.hint


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StoreAddress]:
    with served_store(tmp_path_factory.mktemp("served")) as address:
        yield address


@pytest.mark.parametrize("n_answered", [1, 12, 40], ids="gone after {} requests".format)
def test_a_server_that_goes_away_is_given_up_within_seconds(
    server: StoreAddress, tmp_path: Path, n_answered: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    paused: Counter[int] = Counter()
    monkeypatch.setattr(time, "sleep", lambda seconds: paused.update({threading.get_ident(): seconds}))

    with faulty_proxy(server.uri, Faults(down_after=n_answered)) as uri:
        address = read_address(tmp_path, {"MLFLOW_TRACKING_URI": uri})
        with pytest.raises(UnreachableError, match="nothing listens there"):
            MlflowRegistry(address).record(candidate(tmp_path, f"gone-{n_answered}"))

    own = paused.pop(threading.get_ident(), 0.0)
    assert 0.0 < own + max(paused.values(), default=0.0) < 12.0
    # and the next call, when it is there again, completes what was begun
    MlflowRegistry(server).record(candidate(tmp_path, f"gone-{n_answered}"))
    assert "RUNNING" not in statuses(connect(server))


@pytest.mark.slow
@pytest.mark.parametrize(
    "faults", [Faults(share_500=0.2), Faults(share_dropped=0.15), Faults(share_500=0.1, share_dropped=0.1)], ids=str
)
def test_errors_and_lost_replies_leave_one_version_a_key(
    server: StoreAddress, tmp_path: Path, faults: Faults, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR", "0")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_BACKOFF_JITTER", "0.05")
    keys = [f"{faults}-{number}" for number in range(3)]
    failures = 0
    with faulty_proxy(server.uri, faults) as uri:
        registry = MlflowRegistry(read_address(tmp_path, {"MLFLOW_TRACKING_URI": uri}))
        for key in keys:
            try:
                registry.record(candidate(tmp_path / key, key))
            except TrackingError:
                failures += 1
    for key in keys:  # the next call, when the server is well
        MlflowRegistry(server).record(candidate(tmp_path / key, key))

    client = connect(server)
    assert [len(whole_versions(client, key)) for key in keys] == [1] * len(keys)
    assert "RUNNING" not in statuses(client)
    assert failures < len(keys)


def test_runs_that_a_killed_process_left_open_long_ago_are_closed(
    store: StoreAddress, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = connect(store)
    MlflowRegistry(store).record(candidate(tmp_path / "a"))
    experiment = client.get_experiment_by_name(MODEL).experiment_id
    client.create_run(experiment, start_time=1, tags={"ratchet.key": "other"})
    foreign = client.create_run(experiment, start_time=1).info.run_id

    MlflowRegistry(store).record(candidate(tmp_path / "b", "k2"))

    assert sorted(statuses(client)) == ["FINISHED", "FINISHED", "RUNNING"]
    assert client.get_run(foreign).info.status == "RUNNING"
