"""The parts about what the candidate costs: latency by route, with the control that shows the machine's own noise, and footprint."""

from __future__ import annotations

from collections.abc import Iterator

from modelratchet.core.latency import MEDIAN, QUANTILES, Footprint, LatencyReport, Ratio, Times, Timing
from modelratchet.core.page.blocks import Bar, Block, Cell, Paragraph, Plot, Section, Table
from modelratchet.core.page.figures import milliseconds, plural, share, size
from modelratchet.core.page.model import Page


def latency(page: Page) -> Iterator[Section]:
    """One plot over all routes, one table, and a sentence on how noisy the machine was."""
    report = page.latency
    if report is None or not report.timings:
        yield Section("latency", "Latency", (Paragraph("Latency was not measured."),))
        return
    limit = page.maximum_latency_ratio - 1.0
    bars = tuple(_bar(timing, ratio, limit) for timing in report.timings for ratio in timing.ratios)
    controls = tuple(_bar(timing, ratio, limit, "control ") for timing in report.timings for ratio in timing.control)
    blocks: list[Block] = [Plot("limit", "as fast", (*bars, *controls))] if bars or controls else []
    blocks.append(_table(report))
    blocks += [Paragraph(_noise(timing)) for timing in report.timings]
    yield Section("latency", "Latency, candidate over champion", tuple(blocks))


def footprint(report: LatencyReport | None) -> Iterator[Section]:
    """Sizes and the time to start, beside the champion's."""
    if report is None:
        return
    names = ("bundle", "memory of a server", "start to first answer")
    candidate, champion = _footprint(report.footprint), _footprint(report.champion_footprint)
    rows = tuple(
        (Cell(name), Cell(mine, is_number=True), Cell(theirs, is_number=True))
        for name, mine, theirs in zip(names, candidate, champion, strict=True)
    )
    yield Section("footprint", "Footprint", (Table(("what", "candidate", "champion"), rows),))


def _bar(timing: Timing, ratio: Ratio, limit: float, kind: str = "") -> Bar:
    label = f"{kind}{timing.route.value} p{ratio.quantile * 100:g}"
    return Bar(label, _ratio(ratio), ratio.value - 1.0, ratio.low - 1.0, ratio.high - 1.0, limit, None)


def _table(report: LatencyReport) -> Table:
    rows = []
    for timing in report.timings:
        for quantile in QUANTILES:
            mine, theirs = (_time(times, quantile) for times in (timing.candidate, timing.champion))
            cells = (mine, theirs, _ratio(timing.ratio(quantile)), _ratio(timing.control_ratio(quantile)))
            name = f"p{100 * quantile:g}"
            rows.append((Cell(timing.route.value), Cell(name), *(Cell(text, is_number=True) for text in cells)))
    return Table(("route", "", "candidate", "champion", "ratio", "control"), tuple(rows))


def _time(times: Times | None, quantile: float) -> str:
    if times is None:
        return "none"
    return milliseconds(times.p50_ms if quantile == MEDIAN else times.p95_ms)


def _ratio(ratio: Ratio | None) -> str:
    return f"{ratio.value:.3f} ({ratio.low:.3f} to {ratio.high:.3f})" if ratio else ""


def _noise(timing: Timing) -> str:
    held = "held" if timing.holds else "did not hold, so the ratio says little"
    return (
        f"{timing.route.value.capitalize()}: {timing.n_calls:,} calls of {plural(timing.rows_per_call, 'row')} in {timing.seconds:.1f} s. "
        f"The machine's own noise was {share(timing.noise)}; the control (a model against itself) {held} within {share(timing.tolerance)}."
    )


def _footprint(found: Footprint | None) -> tuple[str, str, str]:
    if found is None:
        return "none", "none", "none"
    memory = "not measured" if found.memory_bytes is None else size(found.memory_bytes)
    return size(found.bundle_bytes), memory, "not measured" if found.start_ms is None else milliseconds(found.start_ms)
