"""The decision page: verdict first, then why, then the numbers. Markdown; it is the run's note in MLflow.

Names and messages come from data, settings and the registry: all of them are escaped.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence

from modelratchet.core.evidence import Comparison, Evaluation, Evidence, Latency
from modelratchet.core.verdict import Decision, Finding, Outcome, Verdict

HEADLINES = {
    Decision.PROMOTE: "PROMOTE: the evidence is enough",
    Decision.REJECT: "REJECT: something is worse than allowed",
    Decision.INCONCLUSIVE: "INCONCLUSIVE: the evidence is not enough, so nothing is promoted",
}
_MARKDOWN = re.compile(r"([\\`*_\[\]|~])")


def decision_page(verdict: Verdict, evidence: Evidence) -> str:
    """Write the page of one verdict. Equal inputs give equal text."""
    blocks = [
        f"# {HEADLINES[verdict.decision]}",
        because(verdict),
        _table(("finding", "about", "outcome", "what was found"), map(_finding_row, verdict.findings)),
        *_metrics(evidence.evaluation, evidence.comparison),
        *_latency(evidence.comparison.latency if evidence.comparison else None),
        _table(
            ("digest of", ""),
            [
                ("bundle", f"`{verdict.bundle_digest}`"),
                ("evidence", f"`{verdict.evidence_digest}`"),
                ("policy", f"`{verdict.policy_digest}`"),
            ],
        ),
    ]
    return "\n\n".join(blocks) + "\n"


def because(verdict: Verdict) -> str:
    """One sentence of reasons."""
    deciding = {Decision.REJECT: Outcome.FAILED, Decision.INCONCLUSIVE: Outcome.INCONCLUSIVE}.get(verdict.decision)
    reasons = verdict.having(deciding) if deciding else ()
    against = (
        f"champion version {verdict.champion_version}" if verdict.champion_version else "the floors (no champion yet)"
    )
    if not reasons:
        return f"All {len(verdict.having(Outcome.PASSED))} rules hold against {escape(against)}."
    return "Because " + "; ".join(f"{escape(item.subject)}: {escape(item.message)}" for item in reasons) + "."


def escape(text: str) -> str:
    r"""Make text harmless in Markdown, and in the HTML that Markdown may become.

    >>> escape("a|b <i>")
    'a\\|b &lt;i&gt;'
    """
    return _MARKDOWN.sub(r"\\\1", html.escape(" ".join(text.split()), quote=False))


def _finding_row(finding: Finding) -> tuple[str, ...]:
    return escape(finding.rule), escape(finding.subject), finding.outcome.value, escape(finding.message)


def _metrics(evaluation: Evaluation | None, comparison: Comparison | None) -> list[str]:
    if evaluation is None:
        return []
    rows = []
    for metric in evaluation.metrics:
        difference = comparison.difference(metric.name) if comparison else None
        champion = f"{difference.champion:.4f}" if difference else ""
        gain = f"{difference.gain:+.4f} ({difference.low:+.4f} to {difference.high:+.4f})" if difference else ""
        rows.append(
            (
                escape(metric.name),
                f"{metric.value:.4f}",
                f"{metric.low:.4f} to {metric.high:.4f}",
                champion,
                gain,
                metric.direction.value,
            )
        )
    title = f"## Metrics on {evaluation.n_rows:,} held-out rows, {evaluation.confidence * 100:g} % intervals"
    return [
        title,
        _table(("metric", "candidate", "interval", "champion", "gain", "better is"), rows),
        *_slices(evaluation),
    ]


def _slices(evaluation: Evaluation) -> list[str]:
    rows = [
        (
            escape(item.column),
            escape(item.category),
            f"{item.n_rows:,}",
            f"{item.metric.value:.4f}",
            f"{item.metric.low:.4f} to {item.metric.high:.4f}",
        )
        for item in evaluation.slices
        if item.metric
    ]
    if not rows:
        return []
    return [
        f"## {escape(evaluation.primary)} by slice",
        _table(("column", "category", "rows", "value", "interval"), rows),
    ]


def _latency(latency: Latency | None) -> list[str]:
    if latency is None:
        return []
    rows = [("candidate", f"{latency.candidate_p50_ms:.4f}", f"{latency.candidate_p95_ms:.4f}")]
    if latency.champion_p50_ms is not None and latency.champion_p95_ms is not None:
        rows.append(("champion", f"{latency.champion_p50_ms:.4f}", f"{latency.champion_p95_ms:.4f}"))
    title = f"## Latency in milliseconds, {latency.n_calls:,} calls of {latency.rows_per_call} rows in turns"
    return [title, _table(("model", "p50", "p95"), rows)]


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
