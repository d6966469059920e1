"""Real servers: they answer as the bundle does, are timed in turns, and leave nothing behind, whatever ends them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest

from modelratchet.adapters.uvicorn_model_server import UvicornModelServer
from modelratchet.core.latency import Route, Timing
from modelratchet.errors import OutsideError
from modelratchet.modeling.latency import LatencyPlan, LineUp, time_in_turns
from modelratchet.modeling.turns import Caller
from modelratchet.storage.bundles import make_bundle
from modelratchet.usecases.time_through_server import Served, ServerLineUp, time_through_server
from tests.patience import wait_until
from tests.samples.bundles import LINEAGE, binary_bundle
from tests.samples.served import predict, sample_app

pytestmark = pytest.mark.integration
ROOT = Path(__file__).parents[2]
CALLS = [[{"hour": float(hour), "carrier": "UA"}] for hour in range(24)]
PLAN = LatencyPlan(rows_per_call=1, n_calls=150, seconds=30.0, tolerance=1.5, seed=1, warm_up=10)


def _in_turns(servers: ServerLineUp) -> tuple[Timing, ...]:
    models = [model for model in (servers.candidate, servers.champion, servers.control) if model]
    callers = [Caller(model.requests(CALLS), model.processor_ns, works_on=True) for model in models]
    champion = callers[1] if servers.champion else None
    return time_in_turns(LineUp(Route.SERVER, callers[0], champion, callers[-1]), PLAN)


def test_real_servers_are_timed_in_turns_and_cost_memory_and_a_start() -> None:
    candidate, champion = Served(binary_bundle(1.1), CALLS), Served(binary_bundle(), CALLS)
    found = time_through_server(UvicornModelServer(), candidate, champion, _in_turns)
    assert found.error == ""
    assert [timing.route for timing in found.timings] == [Route.SERVER, Route.SERVER_CPU]
    assert all(timing.n_calls >= 20 for timing in found.timings)
    waited, used = found.timings
    assert 0.05 < used.candidate.p50_ms <= waited.candidate.p50_ms * 1.5
    for cost in (found.candidate, found.champion):
        assert cost is not None
        assert cost.memory_bytes is not None
        assert 5e7 < cost.memory_bytes < 2e9
        assert 300 < cost.start_ms < 60_000


def test_a_server_that_is_killed_in_the_middle_is_said_and_the_others_are_ended(place: Path) -> None:
    def killed(servers: ServerLineUp) -> tuple[Timing, ...]:
        requests = servers.control.requests(CALLS)
        requests[0]()
        for pid in _processes(place):
            os.kill(pid, signal.SIGKILL)
        for request in requests:
            request()
        raise AssertionError("it went on answering")

    champion = Served(binary_bundle(), CALLS)
    found = time_through_server(UvicornModelServer(), champion, None, killed)
    assert found.timings == ()
    assert "went away" in found.error
    assert found.candidate is not None
    assert _processes(place) == []


def test_answers_are_those_of_the_bundle_and_a_refused_row_says_why() -> None:
    bundle = binary_bundle()
    with UvicornModelServer().serve(bundle) as model:
        model.await_answer(CALLS[0])
        answer, refused = model.requests([CALLS[20], [{"hour": "noon"}]])
        found = json.loads(answer())
        assert found["model"]["bundle"] == bundle.digest
        assert found["predictions"] == predict(sample_app(bundle), {"rows": CALLS[20]}).document["predictions"]
        with pytest.raises(OutsideError, match=r"422.*column hour"):
            refused()


def test_a_graph_that_cannot_be_loaded_ends_the_wait_with_a_reason(place: Path) -> None:
    broken = make_bundle(b"no graph", binary_bundle().schema, LINEAGE)
    with UvicornModelServer().serve(broken) as model, pytest.raises(OutsideError, match="no ONNX graph"):
        model.await_answer(CALLS[0])
    assert _processes(place) == []


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_server_ends_with_its_starter(stop: signal.Signals, place: Path) -> None:
    code = (
        "from tests.integration.test_uvicorn_model_server import *\n"
        "with UvicornModelServer().serve(binary_bundle()) as model:\n"
        "    model.await_answer(CALLS[0]); print('ready', flush=True); time.sleep(60)\n"
    )
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "TMPDIR": str(place)}
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, env=environment, cwd=ROOT) as starter:
        assert starter.stdout is not None
        assert starter.stdout.readline() == b"ready\n"
        assert len(_processes(place)) == 1
        starter.send_signal(stop)
    wait_until(lambda: _processes(place) == [])


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the servers' folders are, so that they can be told from those of other runs."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def _processes(place: Path) -> list[int]:
    """Processes that serve a bundle below that folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if f"RATCHET_BUNDLE={place}".encode() in (entry / "environ").read_bytes():
                found.append(int(entry.name))
    return found
