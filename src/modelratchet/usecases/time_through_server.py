"""Serves candidate, champion and control as the image would, times requests to them in turns, and notes what each server costs.

The control is a third server, not a second connection to the champion's: two processes of the same bytes differ by where
their memory happens to lie, by a few per cent, and that is what a candidate must not be blamed for. It costs some 200 MB and one more
start. Called by `wiring.timing`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from modelratchet.core.latency import Timing
from modelratchet.errors import OutsideError
from modelratchet.storage.bundles import Bundle
from modelratchet.usecases.ports.model_server import ModelServer, Rows, ServedModel


@dataclass(frozen=True)
class Served:
    """A bundle, and the holdout's rows for each request in the form that it takes; at least one."""

    bundle: Bundle
    calls: Sequence[Rows]


@dataclass(frozen=True)
class ServerLineUp:
    """Servers that answer."""

    candidate: ServedModel
    champion: ServedModel | None
    control: ServedModel


@dataclass(frozen=True)
class ServerCost:
    """What one server takes: resident memory after the calls (None where that cannot be read), and its start to the first right answer."""

    memory_bytes: int | None
    start_ms: float


@dataclass(frozen=True)
class ServerFindings:
    """What was found out until all was done, or until a server failed: then `error` says how."""

    timings: tuple[Timing, ...]
    candidate: ServerCost | None
    champion: ServerCost | None
    error: str


TimeCalls = Callable[[ServerLineUp], tuple[Timing, ...]]


def time_through_server(
    server: ModelServer, candidate: Served, champion: Served | None, time_calls: TimeCalls
) -> ServerFindings:
    """Start one server after the other, so that each start is timed alone, then time requests in turns.

    A server that fails is a finding, not an error: the rest of the evidence is worth having, and the gate will not promote without this part.

    Args:
        server: serves bundles.
        candidate: what is judged.
        champion: what it is held against; without one the control is a second server of the candidate.
        time_calls: times requests to all that were started.
    """
    ours: _Started | None = None
    theirs: _Started | None = None
    with ExitStack() as stack:
        try:
            ours = _start(stack, server, candidate)
            theirs = _start(stack, server, champion) if champion else None
            control = _start(stack, server, champion or candidate)
            timings = time_calls(ServerLineUp(ours.model, theirs.model if theirs else None, control.model))
        except OutsideError as error:
            return ServerFindings((), _cost(ours), _cost(theirs), error.message)
        return ServerFindings(timings, _cost(ours), _cost(theirs), "")


@dataclass(frozen=True)
class _Started:
    model: ServedModel
    start_ms: float


def _start(stack: ExitStack, server: ModelServer, served: Served) -> _Started:
    model = stack.enter_context(server.serve(served.bundle))
    return _Started(model, model.await_answer(served.calls[0]))


def _cost(started: _Started | None) -> ServerCost | None:
    return ServerCost(started.model.memory_bytes(), started.start_ms) if started else None
