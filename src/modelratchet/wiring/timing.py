"""Joins bundles, holdout and settings for the `measure_latency` stage."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Protocol

import numpy as np

from modelratchet.config.latency import Latency
from modelratchet.core.latency import Footprint, LatencyReport, Route, Timing
from modelratchet.errors import DataError
from modelratchet.modeling.holdout import Holdout
from modelratchet.modeling.latency import LatencyPlan, LineUp, drawn_rows, in_process, in_process_line_up, time_in_turns
from modelratchet.modeling.onnx_model import OnnxModel
from modelratchet.modeling.records import is_served, records_of
from modelratchet.modeling.turns import Caller
from modelratchet.storage.bundles import Bundle, read_bundle
from modelratchet.usecases.ports.model_server import ModelServer, ServedModel
from modelratchet.usecases.time_through_server import (
    Served,
    ServerCost,
    ServerFindings,
    ServerLineUp,
    time_through_server,
)

# a request takes a hundred times as long as a call of the graph: fewer to begin with, and no 256 first ones
_FIRST_REQUESTS = 400
_SERVER_WARM_UP = 50


_NOT_ASKED = ServerFindings((), None, None, "")


class TimingLimit(Protocol):
    """What the timing takes of the block `gate`, be it all of it or that alone."""

    @property
    def maximum_latency_ratio(self) -> float:
        """How small a difference it has to tell."""


class LatencySettings(Protocol):
    """What `measure_latency` reads."""

    @property
    def seed(self) -> int:
        """All that is random follows from it."""

    @property
    def latency(self) -> Latency:
        """The block."""

    @property
    def gate(self) -> TimingLimit:
        """One number of it."""


@dataclass(frozen=True)
class Pair:
    """The bundle that is judged and the champion's; None where there is none, or where today's rows do not fit it, which `incomparable` explains."""

    candidate: Bundle
    champion: Bundle | None
    incomparable: str

    @property
    def bundles(self) -> tuple[Bundle, ...]:
        """Those that are there."""
        return (self.candidate, self.champion) if self.champion else (self.candidate,)


def timed(candidate: Path, champion: Path, holdout: Holdout, settings: LatencySettings) -> LatencyReport:
    """Time a bundle against the champion's, if that is there.

    Args:
        candidate: the bundle's folder.
        champion: the folder of the champion's bundle; it need not exist.
        holdout: rows to call with.
        settings: how to time.

    Raises:
        DigestError: a bundle's bytes were changed; DataError: the holdout does not fit the candidate.
    """
    reigning = read_bundle(champion) if champion.exists() else None
    pair, plan = _pair(read_bundle(candidate), reigning, holdout), plan_of(settings)
    timings = time_in_turns(_in_process(pair, holdout, plan), plan)
    served = _through_server(_server(), pair, holdout, plan) if settings.latency.server else _NOT_ASKED
    return LatencyReport(
        bundle_digest=pair.candidate.digest,
        champion_digest=reigning.digest if reigning else None,
        timings=(*timings, *served.timings),
        footprint=_footprint(candidate, served.candidate),
        champion_footprint=_footprint(champion, served.champion) if reigning else None,
        server_error=served.error,
        incomparable=pair.incomparable,
        model_digest=pair.candidate.model_digest,
    )


def plan_of(settings: LatencySettings) -> LatencyPlan:
    """What `latency` in `params.yaml` asks for."""
    block = settings.latency
    return LatencyPlan(
        rows_per_call=block.rows_per_call,
        n_calls=block.calls,
        seconds=block.seconds,
        tolerance=settings.gate.maximum_latency_ratio,
        seed=settings.seed,
    )


def _pair(candidate: Bundle, champion: Bundle | None, holdout: Holdout) -> Pair:
    holdout.features(candidate.schema)
    if champion is None:
        return Pair(candidate, None, "")
    try:
        holdout.features(champion.schema)
    except DataError as error:
        return Pair(candidate, None, f"today's rows do not fit the champion: {error.message}")
    return Pair(candidate, champion, "")


def _in_process(pair: Pair, holdout: Holdout, plan: LatencyPlan) -> LineUp:
    def loaded(bundle: Bundle) -> Caller:
        return in_process(OnnxModel(bundle), holdout.features(bundle.schema), plan)

    champion = partial(loaded, pair.champion) if pair.champion else None
    return in_process_line_up(partial(loaded, pair.candidate), champion)


def _through_server(server: ModelServer, pair: Pair, holdout: Holdout, plan: LatencyPlan) -> ServerFindings:
    taken = [is_served(holdout.features(bundle.schema), bundle.schema) for bundle in pair.bundles]
    eligible = np.flatnonzero(np.logical_and.reduce(taken))
    if not len(eligible):
        return ServerFindings((), None, None, "each held-out row lacks a value that was never missing in training")

    def served(bundle: Bundle) -> Served:
        drawn = eligible[drawn_rows(len(eligible), plan).ravel()]
        features = holdout.features(bundle.schema).iloc[drawn]
        records, size = records_of(features, bundle.schema), plan.rows_per_call
        return Served(bundle, [records[start : start + size] for start in range(0, len(records), size)])

    candidate, champion = served(pair.candidate), served(pair.champion) if pair.champion else None
    shorter = replace(plan, n_calls=min(plan.n_calls, _FIRST_REQUESTS), warm_up=_SERVER_WARM_UP)
    return time_through_server(server, candidate, champion, partial(_time_requests, candidate, champion, shorter))


def _time_requests(
    candidate: Served, champion: Served | None, plan: LatencyPlan, servers: ServerLineUp
) -> tuple[Timing, ...]:
    ours = _caller(servers.candidate, candidate)
    theirs = _caller(servers.champion, champion) if servers.champion and champion else None
    control = _caller(servers.control, champion or candidate)
    return time_in_turns(LineUp(Route.SERVER, ours, theirs, control), plan)


def _caller(server: ServedModel, served: Served) -> Caller:
    return Caller(server.requests(served.calls), server.processor_ns, works_on=True)


def _footprint(bundle: Path, cost: ServerCost | None) -> Footprint:
    memory, start = (cost.memory_bytes, cost.start_ms) if cost else (None, None)
    return Footprint(sum(path.stat().st_size for path in bundle.iterdir()), memory, start)


def _server() -> ModelServer:
    from modelratchet.adapters.uvicorn_model_server import UvicornModelServer

    return UvicornModelServer()
