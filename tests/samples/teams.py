"""A team's database and bucket as tests look at them, and a migration that can be killed."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from modelratchet.adapters.mlflow.address import StoreAddress, read_address
from tests.holding_proxy import Hold, holding_proxy
from tests.object_store import Objects
from tests.postgres import Cluster
from tests.samples.projects import ROOT

Said = Callable[..., tuple[int, str, str]]
"""`ratchet` in this process: exit code, output, messages."""


@dataclass(frozen=True)
class Team:
    """A database and a bucket of a test's own."""

    cluster: Cluster
    objects: Objects
    database: str
    bucket: str

    @property
    def options(self) -> list[str]:
        return ["--to", self.cluster.address(self.database), "--artifacts", f"{self.bucket}/mlflow", "--direct"]

    @property
    def address(self) -> StoreAddress:
        variables = {
            "MLFLOW_TRACKING_URI": self.cluster.address(self.database),
            "MLFLOW_DEFAULT_ARTIFACT_ROOT": self.bucket,
        }
        return read_address(Path(), variables)

    def ask(self, statement: str) -> list[tuple[Any, ...]]:
        import psycopg2

        with closing(
            psycopg2.connect(host="127.0.0.1", port=self.cluster.port, user="ratchet", dbname=self.database)
        ) as link:
            link.autocommit = True
            with link.cursor() as cursor:
                cursor.execute(statement)
                return cursor.fetchall() if cursor.description else []

    @property
    def tables(self) -> set[str]:
        return {name for (name,) in self.ask("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}

    @property
    def n_objects(self) -> int:
        return int(self.objects.client().list_objects_v2(Bucket=self.bucket.removeprefix("s3://"))["KeyCount"])


@contextmanager
def held_among_files(project: Path, team: Team, n_passed: int = 5) -> Iterator[tuple[subprocess.Popen[str], Hold]]:
    """A migration that has `n_passed` files in the store, and waits there until it is let go."""
    with holding_proxy(team.objects.endpoint, n_passed) as (uri, hold):
        process = started(project, team, AWS_ENDPOINT_URL=uri, MLFLOW_S3_ENDPOINT_URL=uri)
        await_that(hold.is_holding, process)
        yield process, hold


def started(project: Path, team: Team, **variables: str) -> subprocess.Popen[str]:
    """A migration in a process of its own, which can be killed."""
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", **variables}
    command = [sys.executable, "-m", "modelratchet", "registry", "migrate", *team.options, "--json"]
    return subprocess.Popen(
        command, cwd=project, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def await_that(is_so: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 60
    while not is_so():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.01)
