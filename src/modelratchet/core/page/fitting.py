"""Makes a page fit where it goes: rows of slices are cut first, then rows of everything, then long texts. What was cut is said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from modelratchet.core.page.blocks import Block, Cell, Fold, Links, Paragraph, Plot, Section, Table
from modelratchet.core.page.escaping import cut

MOST_LINKS = 12


@dataclass(frozen=True)
class Room:
    """How much may stand: rows of slices, rows of any other table or plot, and characters of one text."""

    slices: int
    rows: int
    text: int


WHOLE = Room(slices=5000, rows=5000, text=2000)
_LADDER = (
    WHOLE,
    Room(slices=60, rows=5000, text=2000),
    Room(slices=20, rows=200, text=1000),
    Room(slices=10, rows=60, text=500),
    Room(slices=8, rows=20, text=300),
    Room(slices=5, rows=8, text=160),
    Room(slices=3, rows=4, text=80),
    Room(slices=1, rows=2, text=40),
    Room(slices=1, rows=1, text=16),
)


def fitted(write: Callable[[Room], str], limit: int) -> str:
    """The fullest text of at most `limit` characters.

    Args:
        write: the page with that much room.
        limit: characters; where even the least room is too much, the text is cut hard.
    """
    text = ""
    for room in _LADDER:
        text = write(room)
        if len(text) <= limit:
            return text
    return cut(text, limit)


def trimmed(sections: tuple[Section, ...], room: Room) -> tuple[Section, ...]:
    """The sections with no more in them than there is room for."""
    return tuple(
        replace(
            section, blocks=_blocks(section.blocks, room.slices if section.key == "slices" else room.rows, room.text)
        )
        for section in sections
    )


def _blocks(blocks: tuple[Block, ...], rows: int, text: int) -> tuple[Block, ...]:
    return tuple(_block(block, rows, text) for block in blocks)


def _block(block: Block, rows: int, text: int) -> Block:
    match block:
        case Paragraph():
            return Paragraph(cut(block.text, text))
        case Links():
            return Links(block.items[:MOST_LINKS])
        case Fold():
            return Fold(block.title, _blocks(block.blocks, rows, text))
        case Table():
            kept = tuple(tuple(_cell(cell, text) for cell in row) for row in block.rows[:rows])
            header = tuple(cut(name, text) for name in block.header)
            return Table(header, kept, len(block.rows) - len(kept))
        case Plot():
            bars = tuple(replace(bar, label=cut(bar.label, text)) for bar in block.bars[:rows])
            return replace(block, bars=bars, left_out=len(block.bars) - len(bars))


def _cell(cell: Cell, text: int) -> Cell:
    return replace(cell, text=cut(cell.text, text))
