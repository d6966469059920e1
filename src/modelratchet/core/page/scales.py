"""Where a plot's marks stand: every interval in units of its own limit, so that one axis serves metrics of different units."""

from __future__ import annotations

import math
from dataclasses import dataclass

from modelratchet.core.page.blocks import Bar, Plot

_LEAST, _MOST = 1.6, 4.0


@dataclass(frozen=True)
class Marks:
    """Positions from 0 (left end) to 1 (right end); beyond the ends they are cut, and `is_cut_*` says so. `limit` is None where there is none."""

    low: float
    high: float
    estimate: float
    limit: float | None
    is_cut_left: bool
    is_cut_right: bool


def marks_of(plot: Plot) -> tuple[Marks, ...]:
    """One for each bar; the neutral value is at 0.5. Values that are no numbers stand at the neutral one, for nothing is known."""
    units = [_unit(bar) for bar in plot.bars]
    ends = [max(abs(_known(bar.low)), abs(_known(bar.high))) / unit for bar, unit in zip(plot.bars, units, strict=True)]
    reach = min(max([_LEAST, *(end * 1.1 for end in ends)]), _MOST)
    return tuple(_marks(bar, unit * reach) for bar, unit in zip(plot.bars, units, strict=True))


def _unit(bar: Bar) -> float:
    """What one unit of the axis is for this bar; without a limit its farther end, so that it fits."""
    own = max(abs(_known(bar.low)), abs(_known(bar.high)))
    return abs(bar.limit) if bar.limit else own or 1.0


def _marks(bar: Bar, reach: float) -> Marks:
    low, high, estimate = (0.5 + _known(value) / reach / 2.0 for value in (bar.low, bar.high, bar.estimate))
    limit = None if bar.limit is None else _inside(0.5 + bar.limit / reach / 2.0)
    return Marks(_inside(low), _inside(high), _inside(estimate), limit, low < 0.0, high > 1.0)


def _known(value: float) -> float:
    return value if math.isfinite(value) else 0.0


def _inside(position: float) -> float:
    return min(max(position, 0.0), 1.0)
