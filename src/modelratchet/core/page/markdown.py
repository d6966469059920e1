"""The page as Markdown that GitHub and MLflow show alike. Fits a comment, or the note of a run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from modelratchet.core.links import Link
from modelratchet.core.page import bars
from modelratchet.core.page.blocks import Block, Cell, Fold, Links, Paragraph, Plot, Section, Table
from modelratchet.core.page.escaping import cut, for_code_cell, for_markdown, for_markdown_line, web_address
from modelratchet.core.page.fitting import Room, fitted, trimmed
from modelratchet.core.page.model import Page
from modelratchet.core.page.sections import about, sections_of, short_sections_of
from modelratchet.core.verdict import Outcome

COMMENT_LIMIT = 65_536
"""Characters of a comment on GitHub."""
NOTE_LIMIT = 7_900
"""A tag of MLflow's holds 8,000 characters on some stores."""

OVERRIDDEN = "**OVERRIDDEN by a person:**"
_CUT = "{count} more did not fit here; `ratchet gate report --format html` shows all."


def markdown(page: Page, limit: int = COMMENT_LIMIT) -> str:
    """The whole page in at most `limit` characters. Equal pages give equal text."""
    return fitted(partial(_written, page, sections_of(page), has_folds=True), limit)


def note(page: Page, limit: int = NOTE_LIMIT) -> str:
    """The short form, which names the whole one."""
    return fitted(partial(_written, page, short_sections_of(page), has_folds=False), limit)


def _written(page: Page, sections: tuple[Section, ...], room: Room, *, has_folds: bool) -> str:
    parts = [*_head(page, room)]
    for section in trimmed(sections, room):
        parts.append(f"## {for_markdown(section.title)}")
        parts += [text for block in section.blocks for text in _block(block, has_folds=has_folds)]
    return "\n\n".join(parts) + "\n"


def _head(page: Page, room: Room) -> Iterator[str]:
    yield f"# {page.decision.value.upper()}: {for_markdown(page.headline)}"
    if page.override:
        yield f"{OVERRIDDEN} {for_markdown(cut(page.override, room.text))}"
    yield for_markdown_line(cut(page.because, 2 * room.text))
    yield for_markdown_line(cut(about(page), room.text))


def _block(block: Block, *, has_folds: bool) -> Iterator[str]:
    match block:
        case Paragraph():
            yield for_markdown_line(block.text)
        case Table():
            yield table(block)
            yield from _left_out(block.left_out)
        case Plot():
            yield "\n".join(["```text", *bars.lines_of(block), "```"])
            yield from _left_out(block.left_out)
        case Links():
            yield "\n".join(f"- {link}" for link in map(_link, block.items) if link)
        case Fold():
            inner = [text for part in block.blocks for text in _block(part, has_folds=has_folds)]
            if has_folds:
                yield f"<details><summary>{for_markdown(block.title)}</summary>"
            else:
                yield f"{for_markdown_line(block.title)}:"
            yield from inner
            if has_folds:
                yield "</details>"


def _left_out(count: int) -> Iterator[str]:
    if count:
        yield _CUT.format(count=f"{count:,}")


def _link(link: Link) -> str:
    address = web_address(link.address)
    return f"[{for_markdown(link.name)}]({address})" if address else ""


def table(block: Table) -> str:
    """A table of its own, for a page that is not the decision's."""
    numbers = [any(row[index].is_number for row in block.rows) for index in range(len(block.header))]
    rule = ["---:" if is_number else "---" for is_number in numbers]
    lines: list[Sequence[str]] = [[for_markdown(name) for name in block.header], rule]
    lines += [[_cell(cell) for cell in row] for row in block.rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _cell(cell: Cell) -> str:
    if not cell.text.strip():
        return ""
    if cell.is_code:
        return f"`{for_code_cell(cell.text)}`"
    text = for_markdown(cell.text)
    return f"**{text}**" if cell.outcome in (Outcome.FAILED, Outcome.INCONCLUSIVE) else text
