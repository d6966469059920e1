"""The parts about what was checked beside the metrics: parity of the graph, expectations on the rows, the project's own tests."""

from __future__ import annotations

from modelratchet.core.data_check import DataCheck, Severity
from modelratchet.core.model_tests import ModelTests, TestOutcome
from modelratchet.core.page.blocks import Block, Cell, Fold, Paragraph, Section, Table
from modelratchet.core.page.figures import plural, share
from modelratchet.core.parity import Parity
from modelratchet.core.verdict import Outcome

_TEST_OUTCOMES = {
    TestOutcome.FAILED: Outcome.FAILED,
    TestOutcome.SKIPPED: Outcome.WARNING,
    TestOutcome.PASSED: Outcome.PASSED,
}


def parity(found: Parity | None) -> Section:
    """Estimator against graph on every set of rows."""
    title = "The served bytes answer like the estimator"
    if found is None:
        return Section("parity", title, (Paragraph("Parity was not checked."),))
    rows = tuple(
        (
            Cell(part.source),
            *(Cell(text, is_number=True) for text in (f"{part.n_rows:,}", f"{part.changed_labels:,}", f"{part.largest_difference:.1e}", share(part.share_over_tolerance))),
        )
        for part in found.parts
    )  # fmt: skip
    header = ("rows of", "rows", "changed labels", "largest difference", f"over {found.tolerance:g}")
    return Section("parity", title, (Table(header, rows),))


def data(found: DataCheck | None) -> Section:
    """What the rows did not meet."""
    if found is None:
        return Section("data", "Data check", (Paragraph("The data was not checked."),))
    counted = f"{plural(found.n_expectations, 'expectation')} on {plural(found.n_rows, 'row')}"
    if not found.failed:
        return Section("data", "Data check", (Paragraph(f"{counted}: all hold."),))
    rows = tuple(
        (
            Cell(item.severity.value, outcome=Outcome.FAILED if item.severity is Severity.CRITICAL else Outcome.WARNING),
            Cell(item.column or "table"), Cell(item.expectation), Cell(item.message), Cell(f"{item.count:,}", is_number=True),
        )
        for item in found.failed
    )  # fmt: skip
    table = Table(("severity", "column", "expectation", "what was found", "rows"), rows)
    return Section("data", "Data check", (Paragraph(f"{counted}: {len(found.failed)} do not hold."), table))


def model_tests(found: ModelTests | None) -> Section:
    """Failed and skipped tests by name; passed ones in a fold; none at all is said."""
    title = "Tests of the model"
    if found is None:
        return Section("tests", title, (Paragraph("The model's tests were not run."),))
    if not found.tests:
        return Section("tests", title, (Paragraph("There are none: nobody wrote down what this model must do."),))
    rows = {
        outcome: tuple(_row(item.name, outcome, item.message) for item in found.tests if item.outcome is outcome)
        for outcome in TestOutcome
    }
    failed, skipped, passed = (
        rows[outcome] for outcome in (TestOutcome.FAILED, TestOutcome.SKIPPED, TestOutcome.PASSED)
    )
    header = ("outcome", "test", "why")
    blocks: list[Block] = [Paragraph(f"{len(passed)} passed, {len(failed)} failed, {len(skipped)} skipped.")]
    if failed or skipped:
        blocks.append(Table(header, failed + skipped))
    if passed:
        blocks.append(Fold(f"The {len(passed)} that passed", (Table(header, passed),)))
    return Section("tests", title, tuple(blocks))


def _row(name: str, outcome: TestOutcome, message: str) -> tuple[Cell, ...]:
    return Cell(outcome.value, outcome=_TEST_OUTCOMES[outcome]), Cell(name), Cell(message)
