"""A PostgreSQL cluster and an S3 store, made once; databases, buckets and old registries of a test's own."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from modelratchet.cli.main import main
from tests.object_store import Objects, objects
from tests.postgres import Cluster, cluster
from tests.samples.old_registries import old_registry, with_all_sorts
from tests.samples.teams import Said, Team
from tests.team_registry import skip_reason

_NUMBERS = count(1)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    if skip_reason():
        pytest.skip(skip_reason())
    with cluster() as made:
        made.run("createdb", "template_of_tables")
        address = made.address("template_of_tables")
        subprocess.run([sys.executable, "-m", "mlflow", "db", "upgrade", address], check=True, capture_output=True)
        yield made


@pytest.fixture(scope="session")
def store() -> Iterator[Objects]:
    with objects() as made:
        yield made


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("old") / "project"
    with_all_sorts(old_registry(folder), n_metrics=3000)
    return folder


@pytest.fixture
def project(made_once: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, store: Objects) -> Path:
    """An old registry of the test's own, as the current folder, and an environment that leads to the object store."""
    shutil.copytree(made_once, tmp_path / "project")
    monkeypatch.chdir(tmp_path / "project")
    for name in ("MLFLOW_TRACKING_URI", "MLFLOW_DEFAULT_ARTIFACT_ROOT", "_MLFLOW_SERVER_ARTIFACT_ROOT"):
        monkeypatch.delenv(name, raising=False)
    for name, value in store.environment.items():
        monkeypatch.setenv(name, value)
    return tmp_path / "project"


@pytest.fixture
def team(postgres: Cluster, store: Objects) -> Team:
    """MLflow's tables, and nothing in them."""
    number = next(_NUMBERS)
    postgres.run("createdb", "--template", "template_of_tables", f"team{number}")
    return Team(postgres, store, f"team{number}", store.bucket(f"team{number}"))


@pytest.fixture
def blank(postgres: Cluster, store: Objects) -> Team:
    """A database without any table."""
    number = next(_NUMBERS)
    postgres.run("createdb", f"team{number}")
    return Team(postgres, store, f"team{number}", store.bucket(f"team{number}"))


@pytest.fixture
def ratchet(capsys: pytest.CaptureFixture[str]) -> Said:
    def run(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(list(arguments))
        said = capsys.readouterr()
        return code, said.out, said.err

    return run
