"""Expectations on rows by Great Expectations 1.x. Nothing heavy is imported until rows are checked: the library takes seconds.

What is checked, in this order: what follows from `columns` in params.yaml, that no feature gives the label away, and the
suite of the user. All of Great Expectations' own files lie in a context that is made anew each time.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from modelratchet.core.data_check import DataCheck
from modelratchet.modeling.plans import ColumnPlan
from modelratchet.modeling.tables import read_table

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class CheckPlaces:
    """Folders: `context` for Great Expectations' own files, `suites` with the user's, `docs` for the pages."""

    context: Path
    suites: Path
    docs: Path


class GxDataChecker:
    """Implements the port `DataChecker`."""

    def __init__(self, places: CheckPlaces, plan: ColumnPlan, suite: str | None, leak_tolerance: float) -> None:
        """Take what follows from the settings; `suite` is a name under `places.suites`, or None."""
        self._places, self._plan, self._suite, self._tolerance = places, plan, suite, leak_tolerance

    def check(self, table: Path, data_digest: str) -> DataCheck:
        """Check all rows and write the pages, whatever the outcome.

        Raises:
            ConfigError: the suite is not there, is no JSON, or holds what is no expectation.
            MissingEvidenceError, EvidenceError: the table is not there or is not whole.
        """
        from modelratchet.adapters.gx_data_checker.suites import read_suite

        # A faulty suite is told before anything slow happens.
        written = read_suite(self._places.suites, self._suite) if self._suite else ()
        frame = as_checked(read_table(table))

        from modelratchet.adapters.gx_data_checker.docs import write_docs
        from modelratchet.adapters.gx_data_checker.implied import implied_expectations, leak_expectations
        from modelratchet.adapters.gx_data_checker.outcomes import outcome_of
        from modelratchet.adapters.gx_data_checker.running import build, run

        expectations = [
            *implied_expectations(frame, self._plan),
            *leak_expectations(frame, self._plan, self._tolerance),
            *build(written, self._places.suites, self._suite),
        ]
        results = run(self._places.context, frame, expectations)
        outcome = outcome_of(results, frame, self._plan.key, data_digest)
        write_docs(self._places.docs, results, outcome)
        return outcome

    def suggest(self, table: Path, name: str) -> Path:
        """Write a suite of warnings that the rows meet as they are now.

        Raises:
            InputError: there is a suite of that name already, or the name is no file name.
            MissingEvidenceError: there are no rows yet.
        """
        from modelratchet.adapters.gx_data_checker.suggestions import suggestions, write_suite

        return write_suite(self._places.suites, name, suggestions(as_checked(read_table(table)), self._plan))


def as_checked(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows as expectations see them: an empty text is missing; types that Great Expectations has vectorised code for."""
    columns = {}
    for name, column in rows.items():
        if column.dtype.kind == "f":
            columns[name] = column.astype("float64")
        elif column.dtype.kind == "M":
            columns[name] = column.astype("datetime64[ns]")
        else:
            columns[name] = column.mask(column == "")
    return type(rows)(columns)
