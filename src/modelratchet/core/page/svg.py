"""Intervals as inline SVG: positions in percent, so that a bar is as wide as its place and nothing is stretched."""

from __future__ import annotations

from collections.abc import Iterator

from modelratchet.core.page.blocks import Bar, Plot
from modelratchet.core.page.escaping import for_html
from modelratchet.core.page.scales import Marks, marks_of

_HEIGHT = 24
_MIDDLE = _HEIGHT // 2


def rows_of(plot: Plot) -> Iterator[tuple[Bar, str]]:
    """Each bar with its drawing."""
    for bar, marks in zip(plot.bars, marks_of(plot), strict=True):
        yield bar, _drawn(bar, marks)


def _drawn(bar: Bar, marks: Marks) -> str:
    label = for_html(f"{bar.label}: {bar.shown}")
    parts = [f'<svg class="bar" role="img" aria-label="{label}" width="100%" height="{_HEIGHT}">']
    if marks.limit is not None and bar.limit is not None:
        start, end = (0.0, marks.limit) if bar.limit <= 0 else (marks.limit, 1.0)
        parts.append(f'<rect class="beyond" x="{_at(start)}" y="0" width="{_at(end - start)}" height="{_HEIGHT}"/>')
        parts.append(_upright("limit", marks.limit))
    parts.append(_upright("neutral", 0.5))
    parts.append(f'<line class="interval" x1="{_at(marks.low)}" y1="{_MIDDLE}" x2="{_at(marks.high)}" y2="{_MIDDLE}"/>')
    ends = ((marks.low, marks.is_cut_left), (marks.high, marks.is_cut_right))
    parts += [_upright("end", position, 7) for position, is_cut in ends if not is_cut]
    parts.append(f'<circle class="estimate" cx="{_at(marks.estimate)}" cy="{_MIDDLE}" r="4.5"/></svg>')
    return "".join(parts)


def _upright(name: str, position: float, inset: int = 0) -> str:
    where = _at(position)
    return f'<line class="{name}" x1="{where}" y1="{inset}" x2="{where}" y2="{_HEIGHT - inset}"/>'


def _at(position: float) -> str:
    return f"{position * 100:.2f}%"
