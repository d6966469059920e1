"""Joins bundles, holdout and settings for the `measure_latency` stage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from modelratchet.config.params import Params
from modelratchet.core.latency import Footprint, LatencyReport, Route, Timing
from modelratchet.core.tasks import Task
from modelratchet.errors import DataError
from modelratchet.modeling.holdout import Holdout
from modelratchet.modeling.latency import LatencyPlan, LineUp, drawn_rows, in_process, time_in_turns
from modelratchet.modeling.onnx_model import OnnxModel
from modelratchet.modeling.records import Record, records_of
from modelratchet.modeling.turns import Caller
from modelratchet.storage.bundles import Bundle, read_bundle
from modelratchet.usecases.ports import ModelServer, ServedModel
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


@dataclass(frozen=True)
class Pair:
    """The bundle that is judged and the champion's; None where there is none, or where today's rows do not fit it, which `incomparable` explains."""

    candidate: Bundle
    champion: Bundle | None
    incomparable: str


def timed(bundle: Path, reigning: Path, holdout: Holdout, params: Params) -> LatencyReport:
    """Time the bundle against the champion that was fetched, if there is one.

    Raises:
        DigestError: a bundle's bytes were changed; DataError: the holdout does not fit the candidate.
    """
    champion = read_bundle(reigning / "bundle") if (reigning / "bundle").exists() else None
    pair = _pair(read_bundle(bundle), champion, holdout)
    plan = plan_of(params)
    timings = time_in_turns(_in_process(pair, holdout, plan), plan)
    findings = (
        _through_server(_server(), pair, holdout, plan) if params.latency.server else ServerFindings((), None, None, "")
    )
    return LatencyReport(
        bundle_digest=pair.candidate.digest,
        champion_digest=champion.digest if champion else None,
        timings=(*timings, *findings.timings),
        footprint=_footprint(pair.candidate, findings.candidate),
        champion_footprint=_footprint(champion, findings.champion) if champion else None,
        server_error=findings.error,
        incomparable=pair.incomparable,
    )


def plan_of(params: Params) -> LatencyPlan:
    """What `latency` in `params.yaml` asks for."""
    settings = params.latency
    return LatencyPlan(
        rows_per_call=settings.rows_per_call,
        n_calls=settings.calls,
        seconds=settings.seconds,
        tolerance=params.gate.maximum_latency_ratio,
        seed=params.seed,
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

    champion = loaded(pair.champion) if pair.champion else None
    return LineUp(Route.IN_PROCESS, loaded(pair.candidate), champion, loaded(pair.champion or pair.candidate))


def _through_server(server: ModelServer, pair: Pair, holdout: Holdout, plan: LatencyPlan) -> ServerFindings:
    def served(bundle: Bundle) -> Served:
        drawn = drawn_rows(len(holdout.rows), plan)
        features = holdout.features(bundle.schema).iloc[drawn.ravel()]
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


def _footprint(bundle: Bundle, cost: ServerCost | None) -> Footprint:
    memory, start = (cost.memory_bytes, cost.start_ms) if cost else (None, None)
    return Footprint(bundle.size_bytes, memory, start)


def _server() -> ModelServer:
    from modelratchet.adapters.bentoml_model_server import BentomlModelServer

    return BentomlModelServer()
