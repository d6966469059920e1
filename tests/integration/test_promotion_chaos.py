"""Promotion and rollback under fire: killed around every call that writes, a server that goes away, lost replies, a full disk.

A short form of `benchmarks.chaos`; each runs in a process of its own, for it forks, and a test process has threads.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.chaos import story
from benchmarks.chaos.disk import small_disk
from benchmarks.chaos.invariants import Store
from modelratchet.adapters.mlflow.address import StoreAddress, read_address
from modelratchet.errors import TrackingError
from tests.faulty_proxy import Faults, faulty_proxy
from tests.mlflow_stores import served_store

pytestmark = [pytest.mark.integration, pytest.mark.slow, pytest.mark.timeout(1200)]
ROOT = Path(__file__).parents[2]


def run(command: str, *options: str) -> list[list[str]]:
    """Run a benchmark of chaos, expect that nothing broke, and give the rows of its table."""
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
    environment.pop("MLFLOW_TRACKING_URI", None)
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.chaos.{command}", *options],
        env=environment, cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    lines = [line for line in done.stdout.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


@pytest.mark.parametrize("what", ["promote", "rollback"])
def test_a_kill_around_any_write_and_at_random_moments_leaves_nothing_broken(what: str) -> None:
    rows = run("kills", "--what", what, "--writes", "--random", "3")

    around = [row for row in rows if row[1].startswith("around")]
    assert around
    for _, _, trials, killed, *broken in around:
        assert int(trials) >= 10
        assert killed == trials
        assert broken == ["0", "0", "0"]


def test_a_disk_that_fills_up_in_a_promotion_is_said_and_nothing_is_lost(tmp_path: Path) -> None:
    try:
        with small_disk(1 << 20):
            pass
    except PermissionError as error:
        pytest.skip(str(error))

    ((_, _, trials, done, refused, others, broken),) = run("disk", "--what", "promote", "--points", "6")

    assert (int(done) + int(refused), others, broken) == (int(trials), "0", "0")
    assert int(refused) >= 2


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, StoreAddress]]:
    folder = tmp_path_factory.mktemp("served")
    with served_store(folder) as address:
        yield folder, address


def go_on_until_it_fails(project: Path, address: StoreAddress, model: str) -> str | None:
    """What the error says is to be done; None where there was none. Any other error than the outside's is the test's failure."""
    try:
        story.go_on(project, address, model)
    except TrackingError as error:
        return error.hint
    return None


@pytest.mark.parametrize(
    "faults",
    [Faults(down_after=20), Faults(down_after=60), Faults(share_dropped=0.2), Faults(share_500=0.3)],
    ids=["gone early", "gone late", "replies lost", "errors"],
)
def test_a_server_that_fails_in_the_middle_is_told_and_the_next_call_completes(
    served: tuple[Path, StoreAddress], tmp_path: Path, faults: Faults,
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest,
) -> None:  # fmt: skip
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR", "0")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_BACKOFF_JITTER", "0.05")
    monkeypatch.setattr("tempfile.tempdir", None)
    folder, server = served
    model = "flights-" + request.node.callspec.id.replace(" ", "-")
    story.begin(tmp_path, server, model)

    with faulty_proxy(server.uri, faults) as uri:
        hint = go_on_until_it_fails(tmp_path, read_address(tmp_path, {"MLFLOW_TRACKING_URI": uri}), model)
    assert hint is not None or faults.down_after is None
    assert hint is None or "again" in hint or "reconcile" in hint
    story.go_on(tmp_path, server, model)

    assert list(story.faults(Store(folder, model, tmp_path))) == []
