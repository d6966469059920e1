"""The page's parts in their order, as blocks that every renderer knows. The verdict itself, first and big, is each renderer's own."""

from __future__ import annotations

from collections.abc import Iterator

from modelratchet.core.page import check_sections, cost_sections, quality_sections
from modelratchet.core.page.blocks import Block, Cell, Fold, Links, Paragraph, Section, Table
from modelratchet.core.page.figures import plural
from modelratchet.core.page.model import Page
from modelratchet.core.verdict import Finding, Outcome

OUTSTANDING = (Outcome.FAILED, Outcome.INCONCLUSIVE, Outcome.WARNING)


def about(page: Page) -> str:
    """One line on who is judged against whom."""
    if not page.champion_version:
        return f"{page.model}, no champion yet"
    anchor = (
        f", anchor version {page.anchor_version}" if page.anchor_version not in (None, page.champion_version) else ""
    )
    superior = "; shown to be better than the anchor, so its promotion makes it the new one" if page.is_superior else ""
    return f"{page.model}, against champion version {page.champion_version}{anchor}{superior}"


def sections_of(page: Page) -> tuple[Section, ...]:
    """All parts that have something to say; also what was not supplied is said."""
    return (
        quality_sections.changes(page),
        quality_sections.gains(page),
        quality_sections.slices(page.slices),
        quality_sections.power(page),
        *cost_sections.latency(page),
        *cost_sections.footprint(page.latency),
        check_sections.parity(page.parity),
        check_sections.data(page.data_check),
        check_sections.model_tests(page.model_tests),
        *_metrics(page),
        _findings(page),
        *_override(page),
        *_links(page),
        _digests(page),
    )


def short_sections_of(page: Page) -> tuple[Section, ...]:
    """The parts for a place with little room: what changed, the intervals, what does not hold, and where the rest is."""
    outstanding = _outstanding(page)
    slices = quality_sections.slices(page.slices)
    return (
        *_links(page),
        quality_sections.changes(page),
        quality_sections.gains(page),
        *([Section("findings", "What does not hold", (outstanding,))] if outstanding.rows else []),
        Section(slices.key, slices.title, slices.blocks[:1]),
        quality_sections.power(page),
        *cost_sections.latency(page),
        Section("rest", "More", (Paragraph("The whole page is among this run's artifacts: decision.html."),)),
    )


def _findings(page: Page) -> Section:
    outstanding = _outstanding(page)
    blocks: list[Block] = [outstanding] if outstanding.rows else [Paragraph("Every rule holds.")]
    header = ("outcome", "rule", "about", "what was found", "numbers")
    rows = tuple((*_finding_row(finding), Cell(_numbers(finding))) for finding in page.findings)
    blocks.append(Fold(f"All {plural(len(rows), 'finding')}, with every number", (Table(header, rows),)))
    return Section("findings", "Every finding", tuple(blocks))


def _outstanding(page: Page) -> Table:
    """What does not hold, the worst first."""
    found = [finding for outcome in OUTSTANDING for finding in page.findings if finding.outcome is outcome]
    return Table(("outcome", "rule", "about", "what was found"), tuple(map(_finding_row, found)))


def _finding_row(finding: Finding) -> tuple[Cell, ...]:
    outcome = Cell(finding.outcome.value, outcome=finding.outcome)
    return outcome, Cell(finding.rule), Cell(finding.subject), Cell(finding.message)


def _numbers(finding: Finding) -> str:
    return ", ".join(f"{name} {value:.6g}" for name, value in finding.numbers.items())


def _metrics(page: Page) -> Iterator[Section]:
    blocks = tuple(quality_sections.absolute(page))
    if blocks:
        yield Section("metrics", "The candidate by itself", blocks)


def _override(page: Page) -> Iterator[Section]:
    if page.override:
        text = f"A person promoted this candidate against the gate's answer: {page.override}"
        yield Section("override", "Overridden", (Paragraph(text),))


def _links(page: Page) -> Iterator[Section]:
    if page.links:
        yield Section("links", "Look further", (Links(page.links),))


def _digests(page: Page) -> Section:
    rows = tuple((Cell(name), Cell(digest, is_code=True)) for name, digest in page.digests.items())
    return Section(
        "digests", "Digests", (Fold("What this page is about, to the byte", (Table(("of", "digest"), rows),)),)
    )
