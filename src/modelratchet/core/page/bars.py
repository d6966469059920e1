"""Intervals as lines of plain characters: what is left of a plot in a pull request's comment, a log or a mail."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from modelratchet.core.page.blocks import Plot
from modelratchet.core.page.escaping import cut, for_code
from modelratchet.core.page.scales import Marks, marks_of

WIDTH = 37
_LABEL_COLUMNS = 28


def lines_of(plot: Plot) -> Iterator[str]:
    """A legend, then one line a bar: label, bar, numbers."""
    side = "left" if any((bar.limit or 0.0) < 0.0 for bar in plot.bars) else "right"
    yield f"[==o==] interval and estimate    | {plot.neutral_name}    : {plot.limit_name} ({side} of it is too bad)"
    labels = [_fitting(for_code(bar.label)) for bar in plot.bars]
    width = max((_columns(label) for label in labels), default=0)
    for label, bar, marks in zip(labels, plot.bars, marks_of(plot), strict=True):
        said = f"  {bar.outcome.value}" if bar.outcome else ""
        yield f"{label}{' ' * (width - _columns(label))}  {_drawn(marks)}  {for_code(bar.shown)}{said}".rstrip()


def _drawn(marks: Marks) -> str:
    """Later marks lie above earlier ones: interval, its ends, limit, neutral value, estimate.

    >>> _drawn(Marks(0.4, 0.7, 0.6, 0.25, is_cut_left=False, is_cut_right=False))
    '         :    [===|==o===]           '
    """
    line = [" "] * WIDTH
    low, high, estimate = (round(position * (WIDTH - 1)) for position in (marks.low, marks.high, marks.estimate))
    line[low : high + 1] = "=" * (high + 1 - low)
    line[low], line[high] = ("«" if marks.is_cut_left else "["), ("»" if marks.is_cut_right else "]")
    if marks.limit is not None:
        line[round(marks.limit * (WIDTH - 1))] = ":"
    line[(WIDTH - 1) // 2] = "|"
    line[estimate] = "o"
    return "".join(line)


def _fitting(label: str) -> str:
    """At most so many columns, as a terminal counts them."""
    label = cut(label, _LABEL_COLUMNS)
    while _columns(label) > _LABEL_COLUMNS:
        label = label[:-2] + "…"
    return label


def _columns(text: str) -> int:
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )
