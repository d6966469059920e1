"""The body of a retraining's pull request, above the decision page: what moved, why, and what the rows are like. Called by `wiring.retraining`."""

from __future__ import annotations

from collections.abc import Iterator

from modelratchet.core.page.blocks import Cell, Table
from modelratchet.core.page.escaping import for_markdown_line
from modelratchet.core.page.markdown import table
from modelratchet.core.retraining import Judgement, PeriodRows, Retraining, RetrainOutcome

_SHOWN_PERIODS = 12


def retrain_page(retraining: Retraining) -> str:
    """The page, without the decision."""
    return "\n\n".join(_parts(retraining)) + "\n"


def _parts(retraining: Retraining) -> Iterator[str]:
    yield f"# {for_markdown_line(retraining.title)}"
    yield for_markdown_line(retraining.why)
    for note in retraining.notes:
        yield for_markdown_line(note)
    if retraining.changes:
        yield table(_changes(retraining))
    if retraining.outcome is not RetrainOutcome.NOTHING_NEW and retraining.rows:
        yield "## Rows by period"
        yield table(_periods(retraining.rows))
        left = len(retraining.rows) - _SHOWN_PERIODS
        if left > 0:
            n_rows = sum(item.n_rows for item in retraining.rows[:left])
            yield f"{left:,} earlier periods have {n_rows:,} rows."
    if retraining.judgement:
        yield _holdout(retraining.judgement)
        yield _merging(retraining)


def _changes(retraining: Retraining) -> Table:
    rows = [
        (Cell(key, is_code=True), Cell(old, is_code=True), Cell(new, is_code=True))
        for key, (old, new) in retraining.changes.items()
    ]
    return Table(("params.yaml", "was", "is"), tuple(rows))


def _periods(rows: tuple[PeriodRows, ...]) -> Table:
    cells = [
        (
            Cell(item.period),
            Cell(f"{item.n_rows:,}", is_number=True),
            Cell(f"{item.longest_gap_hours:,.1f}", is_number=True),
            Cell("held out" if item.is_held_out else "trained on"),
        )
        for item in rows[-_SHOWN_PERIODS:]
    ]
    return Table(("period", "rows", "longest stretch without any, hours", "is"), tuple(cells))


def _holdout(judgement: Judgement) -> str:
    if judgement.holdout_look == 1:
        return "The held-out rows are new: nobody was judged on them before, so their error budget is whole. The anchor's goes on."
    return f"This is look {judgement.holdout_look} at these held-out rows: it is tested at a smaller error rate than the one before."


def _merging(retraining: Retraining) -> str:
    if retraining.merge:
        return "It may be merged without a review: `retrain.merge` is `promote`, and so is the verdict."
    return "It waits for a person: " + (
        "the verdict is not to promote." if retraining.merges else "`retrain.merge` is `never`."
    )
