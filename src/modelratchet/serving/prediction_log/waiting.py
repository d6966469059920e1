"""What waits between the event loop, which only appends, and the courier, which takes it to the process that keeps the log.

`offered` and `refused` belong to the event loop, `taken`, `spoiled` and `written` to the courier. So nothing here needs a lock, and an append
costs a fraction of a microsecond.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any, Generic, TypeVar

Entry = TypeVar("Entry", bound=tuple[Any, ...])


class Waiting(Generic[Entry]):
    """A queue bounded by rows, from the moment they are offered until they are in a file or cannot be written at all."""

    def __init__(self, capacity_rows: int, step_rows: int) -> None:
        """Make it empty.

        Args:
            capacity_rows: rows that may wait; more are refused.
            step_rows: each time that so many more wait, `when_full` is called. It may be set afterwards.
        """
        self._capacity, self._step = capacity_rows, step_rows
        self._next_step = step_rows
        self._entries: deque[Entry] = deque()
        self.when_full: Callable[[], None] = _nothing
        self.offered = 0
        self.refused = 0
        self.taken = 0
        self.spoiled = 0
        self.written = 0

    @property
    def rows(self) -> int:
        """Rows that are in no file yet."""
        return self.offered - self.written - self.spoiled

    @property
    def has_full_step(self) -> bool:
        """Whether so many rows wait to be taken that it is worth while."""
        return self.offered - self.taken >= self._step

    def offer(self, entry: Entry) -> bool:
        """Append an entry, which begins with its rows, or refuse where the rows that wait would be too many. Only the event loop calls this."""
        offered = self.offered + entry[0]
        if offered - self.written - self.spoiled > self._capacity:
            self.refused += entry[0]
            return False
        self._entries.append(entry)
        self.offered = offered
        if offered >= self._next_step:
            self._next_step = offered + self._step
            self.when_full()
        return True

    def take(self, most_rows: int) -> list[Entry]:
        """Take entries, oldest first, up to so many rows; an entry with more stands alone. The courier calls this."""
        taken: list[Entry] = []
        rows = 0
        while self._entries and (not taken or rows + self._entries[0][0] <= most_rows):
            taken.append(self._entries.popleft())
            rows += taken[-1][0]
        self.taken += rows
        return taken

    def give_up_on_taken(self) -> int:
        """Count what was taken and is in no file as spoiled; how many rows that are."""
        lost = self.taken - self.written - self.spoiled
        self.spoiled += lost
        return lost


def _nothing() -> None:
    pass
