"""What is known of files of rows that a run used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    pass


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
