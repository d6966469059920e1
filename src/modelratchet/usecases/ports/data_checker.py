"""Who checks rows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from modelratchet.core.data_check import DataCheck

if TYPE_CHECKING:
    pass


class DataChecker(Protocol):
    """Expectations on rows."""

    def check(self, table: Path, data_digest: str) -> DataCheck:
        """Check a Parquet file of rows against the suite, and build the pages that show the outcome.

        A failed expectation is an outcome, not an error.

        Raises:
            ConfigError: the suite is not there, or is none.
        """

    def suggest(self, table: Path, name: str) -> Path:
        """Write a suite that the rows meet as they are now, as a start for one of your own, and say where.

        Raises:
            InputError: there is a suite of that name already.
        """
