"""An old store, a new one and its files, that note in what order they were used."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from modelratchet.usecases.migrate_registry import Step
from modelratchet.usecases.ports.migration import Contents, FileGroup, Holding, Occupant, OldStore

GROUPS = (FileGroup("1/a", Path("a"), 2, 100), FileGroup("1/b", Path("b"), 3, 50))


class FakeOldStore:
    """Three runs."""

    shown = "the old store"

    def __init__(self, log: list[str], *faults: str) -> None:
        self._log, self._faults, self._groups = log, faults, GROUPS

    def faults(self) -> Sequence[str]:
        return self._faults

    def contents(self) -> Contents:
        return Contents({"runs": 3, "tags": 0}, "sha256:all")

    def groups(self) -> Sequence[FileGroup]:
        return self._groups

    def grow_when_rows_come(self, step: Step) -> None:
        """Somebody adds a file to a run whose files were copied."""
        if step.doing == "writing rows":
            self._groups = (GROUPS[0], replace(GROUPS[1], n_files=4))

    def columns(self, table: str) -> Sequence[str]:
        return ("number",)

    def rows(self, table: str) -> Iterator[tuple[object, ...]]:
        yield from ((number,) for number in range(3))

    @contextmanager
    def sealed(self) -> Iterator[None]:
        self._log.append("sealed")
        yield
        self._log.append("unsealed")


class FakeNewStore:
    """Holds what it is told to hold."""

    shown = "the new store"

    def __init__(self, log: list[str], holding: Holding = Holding.NOTHING) -> None:
        self._log, self._holding = log, holding

    @contextmanager
    def held(self) -> Iterator[None]:
        self._log.append("held")
        try:
            yield
        finally:
            self._log.append("let go")

    def occupant(self, wanted: Contents) -> Occupant:
        return Occupant(self._holding, "seven runs")

    def prepare(self) -> None:
        self._log.append("prepared")

    def take(self, old: OldStore, wanted: Contents) -> None:
        self._log.append("taken")


class FakeFileTarget:
    """Has some groups already, and may have strangers."""

    shown = "the files"

    def __init__(self, log: list[str], *, has: tuple[str, ...] = (), strangers: tuple[str, ...] = ()) -> None:
        self._log, self._has, self._strangers = log, has, strangers

    def strangers(self, groups: Sequence[FileGroup]) -> Sequence[str]:
        return self._strangers

    def copy(self, groups: Sequence[FileGroup], taken: Callable[[FileGroup, bool], None]) -> None:
        self._log.append("copied")
        for group in groups:
            taken(group, group.name not in self._has)
