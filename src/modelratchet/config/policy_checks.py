"""A policy that contradicts itself, or that nothing could pass, or everything. Called by `config.cross_checks`."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from modelratchet.core.metrics import METRICS, Direction
from modelratchet.core.policy import Claim

Raw = Mapping[str, Any]


def policy_faults(gate: Raw, primary: object) -> Iterator[str]:
    """Yield one line for each fault of the `gate` block, given the primary metric."""
    yield from _anchor_closer_than_champion(gate)
    yield from _margin_that_leaves_no_room(gate)
    yield from _guard_of_the_primary(gate, primary)
    yield from _margins_as_wide_as_the_metric(gate, primary)
    yield from _floors_out_of_range(gate)
    yield from _median_over_the_tail(gate)


def _anchor_closer_than_champion(gate: Raw) -> Iterator[str]:
    margin, anchor = _number(gate.get("margin")), _number(gate.get("anchor_margin"))
    if margin is not None and anchor is not None and anchor < margin:
        yield f"gate.anchor_margin: found {anchor:g}, below gate.margin {margin:g}; where anchor and champion are one the margin could never be used"


def _margin_that_leaves_no_room(gate: Raw) -> Iterator[str]:
    if _number(gate.get("margin")) == 0.0 and gate.get("claim", Claim.NON_INFERIOR) == Claim.NON_INFERIOR:
        yield "gate.margin: found 0, with claim non_inferior no equal candidate could ever pass; give a margin, or set gate.claim: superior"
    if gate.get("claim") == Claim.SUPERIOR and _number(gate.get("anchor_margin")) == 0.0:
        yield "gate.anchor_margin: found 0; no candidate as good as the anchor could ever pass"


def _guard_of_the_primary(gate: Raw, primary: object) -> Iterator[str]:
    if primary in _mapping(gate, "guards"):
        yield f"gate.guards: found {primary!r}, which is evaluate.primary and has gate.margin"


def _margins_as_wide_as_the_metric(gate: Raw, primary: object) -> Iterator[str]:
    margins = [(f"gate.{name}", primary, gate.get(name)) for name in ("margin", "anchor_margin", "slice_margin")]
    margins += [(f"gate.guards.{name}", name, margin) for name, margin in _mapping(gate, "guards").items()]
    for where, name, value in margins:
        margin, metric = _number(value), METRICS.get(str(name))
        if metric is None or margin is None:
            continue
        span = metric.highest - metric.lowest
        if math.isfinite(span) and margin >= span:
            yield f"{where}: found {margin:g}; {metric.name} lies between {metric.lowest:g} and {metric.highest:g}, so anything would pass (one point is 0.01)"


def _floors_out_of_range(gate: Raw) -> Iterator[str]:
    for name, value in _mapping(gate, "floors").items():
        floor, metric = _number(value), METRICS.get(str(name))
        if metric is None or floor is None:
            continue
        best = metric.highest if metric.direction is Direction.HIGHER else metric.lowest
        if not metric.lowest <= floor <= metric.highest:
            yield f"gate.floors: found {name} {floor:g}; it lies between {metric.lowest:g} and {metric.highest:g}"
        elif floor == best:
            yield f"gate.floors: found {name} {floor:g}; only a model without any error reaches that, and no interval would show it"


def _median_over_the_tail(gate: Raw) -> Iterator[str]:
    median, tail = _number(gate.get("maximum_p50_ms")), _number(gate.get("maximum_p95_ms"))
    if median is not None and tail is not None and median > tail:
        yield f"gate.maximum_p50_ms: found {median:g}, above gate.maximum_p95_ms {tail:g}, which is held already"


def _mapping(gate: Raw, name: str) -> Raw:
    found = gate.get(name)
    return found if isinstance(found, Mapping) else {}


def _number(value: object) -> float | None:
    """The value where it is a number at all; what is not, others report."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
