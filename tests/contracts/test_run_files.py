"""What every store of runs' files does: the fake, MLflow on SQLite, MLflow behind its server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from modelratchet.adapters.mlflow.address import StoreAddress
from modelratchet.adapters.mlflow.registry import MlflowRegistry
from modelratchet.adapters.mlflow.run_files import MlflowRunFiles
from modelratchet.errors import MissingEvidenceError
from modelratchet.usecases.ports.registry import RecordedRun, RunFiles
from tests.fakes.run_files import FakeRunFiles
from tests.mlflow_stores import served_store, sqlite_store
from tests.samples.candidates import MODEL, bundle, candidate


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], RunFiles]]:
    """A store with two runs of MODEL, keys `k1` and `k2`, on one version."""
    with ExitStack() as stack:
        made: dict[str, RunFiles] = {}

        def store(kind: str) -> RunFiles:
            if kind not in made:
                folder = tmp_path_factory.mktemp(kind)
                made[kind] = _fake(folder) if kind == "fake" else _mlflow(_address(kind, folder, stack), folder)
            return made[kind]

        yield store


def _address(kind: str, folder: Path, stack: ExitStack) -> StoreAddress:
    return sqlite_store(folder) if kind == "sqlite" else stack.enter_context(served_store(folder))


def _mlflow(address: StoreAddress, folder: Path) -> RunFiles:
    for key in ("k1", "k2"):
        MlflowRegistry(address).record(candidate(folder / key, key, bundle()))
    return MlflowRunFiles(address)


def _fake(folder: Path) -> RunFiles:
    files = FakeRunFiles()
    for key in ("k1", "k2"):
        made = candidate(folder / key, key, bundle())
        files.add(MODEL, RecordedRun(f"run-{key}", key, "1", {**made.tags, **made.verdict_tags}))
        for name, path in made.attachments.items():
            files.attach(f"run-{key}", name, path.read_bytes())
    return files


@pytest.fixture(
    params=[
        "fake",
        pytest.param("sqlite", marks=pytest.mark.integration),
        pytest.param("server", marks=pytest.mark.integration),
    ]
)
def files(request: pytest.FixtureRequest, recorded: Callable[[str], RunFiles]) -> RunFiles:
    return recorded(request.param)


def test_runs_come_in_the_order_they_were_made_with_key_version_and_tags(files: RunFiles) -> None:
    found = files.runs(MODEL)

    assert [(run.key, run.version, run.tags["git.commit"]) for run in found] == [("k1", "1", "abc"), ("k2", "1", "abc")]
    assert files.run(found[0].run_id) == found[0]


def test_a_model_without_runs_has_none(files: RunFiles) -> None:
    assert files.runs("nobody") == ()


def test_a_run_that_is_not_there_has_no_files(files: RunFiles) -> None:
    assert files.run("0" * 32) is None
    with pytest.raises(MissingEvidenceError):
        files.read("0" * 32, "verdict.json")


def test_an_attachment_is_read_as_it_was_recorded(files: RunFiles) -> None:
    assert files.read(files.runs(MODEL)[1].run_id, "decision.md") == b"# Promote k2\n"
    assert files.read(files.runs(MODEL)[1].run_id, "nothing.json") is None


def test_what_is_attached_is_read_back_and_replaced_by_the_next_of_that_name(files: RunFiles) -> None:
    run_id = files.runs(MODEL)[0].run_id

    files.attach(run_id, "late.json", b"one")
    files.attach(run_id, "late.json", b"two\n")

    assert files.read(run_id, "late.json") == b"two\n"
    assert files.read(files.runs(MODEL)[1].run_id, "late.json") is None
