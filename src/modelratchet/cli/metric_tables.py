"""Tables of metrics, gains and their intervals, as `ratchet run` and `ratchet show` print them."""

from __future__ import annotations

from collections.abc import Iterator

from modelratchet.cli.render import columns
from modelratchet.core.comparison import Comparison, Contest, Difference
from modelratchet.core.evaluation import Evaluation
from modelratchet.core.paired import interval

GAIN_HEADER = ("champion", "gain", "interval of gain")
ANCHOR_HEADER = ("anchor", "gain on anchor", "interval of gain")


def metric_lines(evaluation: Evaluation, comparison: Comparison | None) -> Iterator[str]:
    """Metrics with their intervals, beside the champion's and the anchor's where there is one."""
    yield f"Metrics on {evaluation.n_rows:,} held-out rows ({evaluation.confidence * 100:g} % intervals)"
    contests = _contests(comparison)
    rows = [("metric", "value", "interval", *(cell for header in contests for cell in header))]
    for metric in evaluation.metrics:
        name = f"{metric.name} *" if metric.name == evaluation.primary else metric.name
        row = [name, f"{metric.value:.4f}", f"{metric.low:.4f} .. {metric.high:.4f}"]
        for contest in contests.values():
            row += gain_cells(contest.difference(metric.name), evaluation.confidence)
        rows.append(tuple(row))
    yield from columns(rows)
    if (calibration := evaluation.calibration) is not None:
        yield f"  calibration error {calibration.error:.4f} ({calibration.low:.4f} .. {calibration.high:.4f}), {calibration.n_bins} bins"


def comparison_lines(comparison: Comparison) -> Iterator[str]:
    """What a table of metrics does not show: how often the holdout was used, which rows changed, why there is no comparison."""
    standing = comparison.standing
    yield f"Holdout: candidate {standing.holdout_look} to be judged on it; anchor: candidate {standing.anchor_look}"
    if comparison.champion is not None and (churn := comparison.champion.churn) is not None:
        yield (
            f"Answers that differ from the champion's: {churn.share:.2%} of {churn.n_rows:,} rows, "
            f"{churn.mended:,} mended, {churn.broken:,} broken, {churn.moved:,} from one wrong class to another"
        )
    for contest in (comparison.champion, comparison.anchor):
        if contest is not None and contest.incomparable:
            yield f"Not compared: {contest.incomparable}"


def gain_cells(difference: Difference | None, confidence: float) -> tuple[str, str, str]:
    """The reference's value, the gain and its interval, under `GAIN_HEADER`; empty where there is no difference."""
    if difference is None:
        return "", "", ""
    bounds = interval(difference, confidence)
    return f"{difference.reference:.4f}", f"{difference.gain:+.4f}", f"{bounds.low:+.4f} .. {bounds.high:+.4f}"


def _contests(comparison: Comparison | None) -> dict[tuple[str, str, str], Contest]:
    """The contests that have differences, by the header of their columns."""
    found = {GAIN_HEADER: comparison.champion, ANCHOR_HEADER: comparison.anchor} if comparison else {}
    return {header: contest for header, contest in found.items() if contest is not None and contest.differences}
