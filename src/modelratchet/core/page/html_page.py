"""The page as one HTML file that needs nothing else: no script, no font, no image, no address is asked when it opens."""

from __future__ import annotations

from modelratchet.core.links import Link
from modelratchet.core.page import svg
from modelratchet.core.page.blocks import Bar, Block, Cell, Fold, Links, Paragraph, Plot, Section, Table
from modelratchet.core.page.escaping import for_html, web_address
from modelratchet.core.page.fitting import WHOLE, trimmed
from modelratchet.core.page.model import Page
from modelratchet.core.page.sections import about, sections_of
from modelratchet.core.page.style import STYLE
from modelratchet.core.verdict import Outcome

MARKS = {Outcome.PASSED: "✓", Outcome.WARNING: "!", Outcome.INCONCLUSIVE: "?", Outcome.FAILED: "✕"}
# even markup that slipped through could fetch and run nothing
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def html_page(page: Page) -> str:
    """Write the whole page. Equal pages give equal text."""
    decision, title = page.decision.value, for_html(f"{page.decision.value.upper()}: {page.model}")
    sections = "\n".join(map(_section, trimmed(sections_of(page), WHOLE)))
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<link rel="icon" href="data:,">\n<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n'
        f'<body>\n<main>\n<header class="{decision}">\n{_head(page)}\n</header>\n{sections}\n</main>\n</body>\n</html>\n'
    )


def _head(page: Page) -> str:
    parts = [
        f'<p class="about">{for_html(about(page))}</p>',
        f"<h1>{page.decision.value.upper()}</h1>",
        f'<p class="headline">{for_html(page.headline)}</p>',
        f"<p>{for_html(page.because)}</p>",
    ]
    if page.override:
        parts.append(f'<p class="override"><strong>Overridden by a person:</strong> {for_html(page.override)}</p>')
    return "\n".join(parts)


def _section(section: Section) -> str:
    blocks = "\n".join(map(_block, section.blocks))
    return f'<section id="{for_html(section.key)}">\n<h2>{for_html(section.title)}</h2>\n{blocks}\n</section>'


def _block(block: Block) -> str:
    match block:
        case Paragraph():
            return f"<p>{for_html(block.text)}</p>"
        case Table():
            return _table(block)
        case Plot():
            return _plot(block)
        case Links():
            items = "".join(f"<li>{link}</li>" for link in map(_link, block.items) if link)
            return f"<ul>{items}</ul>"
        case Fold():
            inner = "\n".join(map(_block, block.blocks))
            return f"<details>\n<summary>{for_html(block.title)}</summary>\n{inner}\n</details>"


def _link(link: Link) -> str:
    address = web_address(link.address)
    return f'<a href="{for_html(address)}" rel="noopener noreferrer">{for_html(link.name)}</a>' if address else ""


def _table(table: Table) -> str:
    numbers = [any(row[index].is_number for row in table.rows) for index in range(len(table.header))]
    head = "".join(
        f'<th scope="col"{_number_class(is_number)}>{for_html(name)}</th>' for name, is_number in zip(table.header, numbers, strict=True)
    )  # fmt: skip
    rows = "\n".join("<tr>" + "".join(map(_cell, row)) + "</tr>" for row in table.rows)
    more = f"<p>{table.left_out:,} more are not shown.</p>" if table.left_out else ""
    return f'<div class="wide"><table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}\n</tbody>\n</table></div>{more}'


def _number_class(is_number: bool) -> str:
    return ' class="number"' if is_number else ""


def _cell(cell: Cell) -> str:
    if cell.outcome:
        return f"<td>{_badge(cell.outcome, cell.text)}</td>"
    text = for_html(cell.text)
    return f"<td><code>{text}</code></td>" if cell.is_code else f"<td{_number_class(cell.is_number)}>{text}</td>"


def _badge(outcome: Outcome, text: str) -> str:
    return f'<span class="badge {outcome.value}">{MARKS[outcome]} {for_html(text)}</span>'


def _plot(plot: Plot) -> str:
    rows = "\n".join(_plot_row(bar, drawing) for bar, drawing in svg.rows_of(plot))
    return f'<div class="plot">\n{_legend(plot)}\n{rows}\n</div>'


def _legend(plot: Plot) -> str:
    return (
        f'<p class="legend"><span class="key neutral"></span>{for_html(plot.neutral_name)} '
        f'<span class="key limit"></span>{for_html(plot.limit_name)}; beyond it is too bad</p>'
    )


def _plot_row(bar: Bar, drawing: str) -> str:
    badge = _badge(bar.outcome, bar.outcome.value) if bar.outcome else ""
    return f'<div class="row"><span class="label">{for_html(bar.label)}</span>{drawing}<span class="value">{for_html(bar.shown)}</span><span>{badge}</span></div>'
