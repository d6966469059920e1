"""The few shapes that a page is laid out in, so that a new section needs no change of any renderer. Texts are still raw: renderers escape."""

from __future__ import annotations

from dataclasses import dataclass

from modelratchet.core.links import Link
from modelratchet.core.verdict import Outcome


@dataclass(frozen=True)
class Cell:
    """One cell of a table. An outcome is shown by word and by colour; a number stands on the right; code is for digests and commits."""

    text: str
    outcome: Outcome | None = None
    is_number: bool = False
    is_code: bool = False


@dataclass(frozen=True)
class Table:
    """Rows under a header. `left_out` rows were cut to make the page fit."""

    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    left_out: int = 0


@dataclass(frozen=True)
class Bar:
    """An interval beside its neutral value 0. `limit` is where it would be too bad, in the same unit and with its sign; None where there is none."""

    label: str
    shown: str
    estimate: float
    low: float
    high: float
    limit: float | None
    outcome: Outcome | None


@dataclass(frozen=True)
class Plot:
    """Intervals one below the other, each in units of its own limit, so that neutral value and limit stand at one place in all rows."""

    limit_name: str
    neutral_name: str
    bars: tuple[Bar, ...]
    left_out: int = 0


@dataclass(frozen=True)
class Paragraph:
    """One sentence or a few."""

    text: str


@dataclass(frozen=True)
class Links:
    """Addresses by name."""

    items: tuple[Link, ...]


@dataclass(frozen=True)
class Fold:
    """Blocks that a reader opens when wanted."""

    title: str
    blocks: tuple[Block, ...]


Block = Table | Plot | Paragraph | Links | Fold


@dataclass(frozen=True)
class Section:
    """A part of the page under a title. `key` names it in the HTML and for those that show a part only."""

    key: str
    title: str
    blocks: tuple[Block, ...]
