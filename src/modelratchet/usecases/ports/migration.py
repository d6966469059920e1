"""A registry on one machine that moves to a team's: what `migrate_registry` needs of the old store, the new one and its files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class Contents:
    """What a store holds: its rows by table, and one digest of them all, whatever their order."""

    rows: Mapping[str, int]
    digest: str

    @property
    def n_rows(self) -> int:
        """All rows."""
        return sum(self.rows.values())


@dataclass(frozen=True)
class FileGroup:
    """The files of one run, or of whatever else lies in a folder of its own. `name` is its place below the new root."""

    name: str
    folder: Path
    n_files: int
    size_bytes: int


class Holding(StrEnum):
    """What a new store holds before anything is moved there."""

    NOTHING = "nothing"
    THE_SAME = "the same"
    SOMETHING_ELSE = "something else"


@dataclass(frozen=True)
class Occupant:
    """What the new store holds, and in words what that is; `at` is when the same was moved there."""

    holding: Holding
    said: str
    at: str = ""


class OldStore(Protocol):
    """One moment of a store, to which others may go on writing."""

    @property
    def shown(self) -> str:
        """Its address, as it may be printed."""

    def faults(self) -> Sequence[str]:
        """Whatever the new store could not hold, one line each; nothing is left out or cut silently."""

    def contents(self) -> Contents:
        """What is to be moved, addresses of files already those of the new store."""

    def groups(self) -> Sequence[FileGroup]:
        """All files, wherever rows name them or not."""

    def columns(self, table: str) -> Sequence[str]:
        """The columns of a table."""

    def rows(self, table: str) -> Iterator[tuple[object, ...]]:
        """A table's rows, in the order of `columns`, addresses of files already those of the new store."""

    def sealed(self) -> AbstractContextManager[None]:
        """Nobody writes to the store while the block runs.

        Raises:
            TrackingError: somebody has written since the moment that is shown here.
        """


class NewStore(Protocol):
    """The team's database."""

    @property
    def shown(self) -> str:
        """Its address, as it may be printed: without a password."""

    def held(self) -> AbstractContextManager[None]:
        """No other migration to it runs while the block does.

        Raises:
            TrackingError: one runs already, or the database does not answer.
            InputError: it refuses.
        """

    def occupant(self, wanted: Contents) -> Occupant:
        """What it holds; nothing is written."""

    def prepare(self) -> None:
        """Make the tables, unless they are there."""

    def take(self, old: OldStore, wanted: Contents) -> None:
        """Take over all rows, read them back, and keep all of them or none.

        Raises:
            DigestError: what was read back is not what was given.
            InputError: somebody has written there in the meantime.
            TrackingError: the database failed; nothing was kept.
        """


class FileTarget(Protocol):
    """Where the team's files lie."""

    @property
    def shown(self) -> str:
        """The address."""

    def strangers(self, groups: Sequence[FileGroup]) -> Sequence[str]:
        """What lies where the groups are to lie, and is none of them; one line each."""

    def copy(self, groups: Sequence[FileGroup], taken: Callable[[FileGroup, bool], None]) -> None:
        """Store groups and read each one back.

        Args:
            groups: any number; one that is there whole already is left as it is.
            taken: called with each group as it is done, and whether it had to be sent.

        Raises:
            DigestError: what was read back is not what was sent.
            OutsideError: the store failed; the groups that were done are whole.
            InputError: the store refuses.
        """
