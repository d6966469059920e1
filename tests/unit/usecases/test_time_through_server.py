"""Which servers are started, what is noted of them, and what a failing one leaves."""

import pytest

from modelratchet.core.latency import Route, Timing
from modelratchet.usecases.time_through_server import Served, ServerFindings, ServerLineUp, time_through_server
from tests.fakes.model_server import FakeModelServer
from tests.samples import evidence as sample
from tests.samples.bundles import binary_bundle

CALLS = [[{"hour": 20.0, "carrier": "UA"}]] * 10
CANDIDATE, CHAMPION = Served(binary_bundle(1.1), CALLS), Served(binary_bundle(1.0), CALLS)


def _send_all(servers: ServerLineUp) -> tuple[Timing, ...]:
    for model in (servers.candidate, servers.champion, servers.control):
        for request in model.requests(CALLS) if model else ():
            request()
    return (sample.timing(route=Route.SERVER),)


def _timed(server: FakeModelServer, champion: Served | None = CHAMPION) -> ServerFindings:
    return time_through_server(server, CANDIDATE, champion, _send_all)


def test_the_control_is_a_second_server_of_the_champion() -> None:
    server = FakeModelServer()
    found = _timed(server)
    digests = [CANDIDATE.bundle.digest, CHAMPION.bundle.digest, CHAMPION.bundle.digest]
    assert [model.digest for model in server.started] == digests
    assert [model.answered for model in server.started] == [11, 11, 11]
    assert found.error == ""
    assert found.timings == (sample.timing(route=Route.SERVER),)


def test_without_a_champion_the_control_is_a_second_server_of_the_candidate() -> None:
    server = FakeModelServer()
    found = _timed(server, None)
    assert [model.digest for model in server.started] == [CANDIDATE.bundle.digest] * 2
    assert found.champion is None


def test_memory_and_start_of_both_are_noted_while_they_run() -> None:
    found = _timed(FakeModelServer())
    for cost in (found.candidate, found.champion):
        assert cost is not None
        assert (cost.memory_bytes, cost.start_ms) == (200_000_000, 2500.0)


@pytest.mark.parametrize("number", [0, 1, 2])
@pytest.mark.parametrize("after", [0, 5])
def test_a_server_that_fails_is_a_finding_and_all_are_ended(number: int, after: int) -> None:
    server = FakeModelServer({number: after})
    found = _timed(server)
    assert found.timings == ()
    assert found.error == "the server went away in the middle"
    assert not any(model.is_running for model in server.started)


def test_what_was_noted_before_a_failure_is_kept() -> None:
    found = _timed(FakeModelServer({1: 0}))
    assert found.candidate is not None
    assert (found.candidate.start_ms, found.champion) == (2500.0, None)


def test_servers_are_ended_when_a_person_stops_it() -> None:
    def stopped(_servers: ServerLineUp) -> tuple[Timing, ...]:
        raise KeyboardInterrupt

    server = FakeModelServer()
    with pytest.raises(KeyboardInterrupt):
        time_through_server(server, CANDIDATE, CHAMPION, stopped)
    assert not any(model.is_running for model in server.started)
