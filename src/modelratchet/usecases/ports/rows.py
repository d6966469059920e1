"""Where rows come from, what is known of files of rows, and who checks them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from modelratchet.core.evidence import DataCheck

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class SourceRows:
    """Rows as a source gave them. `names` are all its columns; `frame` holds at least those that were asked for and exist."""

    frame: pd.DataFrame
    names: tuple[str, ...]


class RowSource(Protocol):
    """Where rows come from."""

    def read(self, wanted: Sequence[str]) -> SourceRows:
        """Read the wanted columns of all rows, in an order that does not change from one call to the next.

        A column that the source lacks is no error here: who asked knows what it was for.

        Raises:
            InputError: there is no such source.
            DataError: it is there and cannot be read.
            OutsideError: it cannot be reached now.
        """


@dataclass(frozen=True)
class RunDataset:
    """Rows that a run used. `digest` is ours, over the whole file; `role` is training or holdout.

    `columns` maps each column to its type's name.
    """

    name: str
    role: str
    digest: str
    n_rows: int
    location: str
    columns: Mapping[str, str]


class DatasetReader(Protocol):
    """Facts about files of rows, read without loading all of them."""

    def describe(self, path: Path, name: str, role: str) -> RunDataset:
        """A file's digest, size and columns.

        Raises:
            MissingEvidenceError: the file is not there.
        """

    def example(self, path: Path, columns: Sequence[str], n_rows: int) -> tuple[Mapping[str, float | str | None], ...]:
        """The first rows, only these columns; what is neither number nor missing comes as text."""


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
