"""The session as Markdown. Called by `__main__` and the trials under load."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import median

from benchmarks.serving.measuring import Combination, Session, Spell
from benchmarks.serving.wanted import Figure


def report(session: Session, figures: Sequence[Figure]) -> str:
    """Wanted beside measured first, then every server under every load, then starts and memory."""
    combinations = list(dict.fromkeys(spell.combination for spell in session.spells))
    parts = [wanted_table(figures), *(_loads(session, each) for each in combinations), _starts(session)]
    return "\n\n".join(parts)


def wanted_table(figures: Sequence[Figure]) -> str:
    """One line a figure; in brackets the smallest and the largest of the rounds."""
    lines = [
        (
            figure.what,
            f"{'≤' if figure.at_most else '≥'} {figure.wanted:g}",
            f"{figure.middle:.3g} ({min(figure.values):.3g} to {max(figure.values):.3g})",
            f"{median(figure.by_cpu):.3g}" if figure.by_cpu else "",
            "pass" if figure.is_reached else "**short**",
        )
        for figure in figures
    ]
    return table(("figure", "wanted", "measured", "by processor time", ""), lines)


def _loads(session: Session, combination: Combination) -> str:
    spells: dict[str, list[Spell]] = {}
    for spell in session.spells:
        if spell.combination == combination:
            spells.setdefault(spell.server, []).append(spell)
    lines = [
        (
            server,
            f"{_middle(spell.load.per_second for spell in found):,.0f}",
            f"{_middle(spell.load.p50_us for spell in found):,.0f}",
            f"{_middle(spell.load.p99_us for spell in found):,.0f}",
            f"{_middle(spell.cpu_us for spell in found):,.0f}",
            f"{sum(spell.load.failed + spell.load.broken for spell in found):,}",
        )
        for server, found in spells.items()
    ]
    alone = [us for (n_rows, _), us in session.run_us.items() if n_rows == combination.rows]
    if alone:
        lines.append(("`session.run` in process", "", "", "", f"{median(alone):,.1f}", ""))
    title = f"{combination.rows} rows, {combination.connections} connections; medians over the rounds"
    return f"{title}\n\n" + table(
        ("server", "requests/s", "p50 µs", "p99 µs", "CPU µs a request", "refused or broken"), lines
    )


def _starts(session: Session) -> str:
    lines = [
        (
            server,
            f"{median(seconds):.2f}",
            f"{session.memory_mb.get(server, float('nan')):.0f}",
            f"{session.difference[server]:.1e}" if server in session.difference else "",
        )
        for server, seconds in session.start_s.items()
    ]
    return table(("server", "s to first answer", "MB after load", "largest difference from scikit-learn"), lines)


def _middle(values: Iterable[float]) -> float:
    return median(values)


def table(header: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    """A Markdown table; all columns but the first are numbers."""
    rows = [header, ["---", *["---:"] * (len(header) - 1)], *lines]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
