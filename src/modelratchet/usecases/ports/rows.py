"""Where rows come from, what is known of files of rows, and who checks them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

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
