"""What waits between the event loop, which only appends, and the thread that makes columns of it.

Every counter has one writer: `offered` and `refused` belong to the event loop, `taken` and `spoiled` to the thread that makes columns,
`written` to the one that writes files. So nothing here needs a lock, and an append costs a fraction of a microsecond.
"""

from __future__ import annotations

import threading
from collections import deque
from typing import Any, Generic, TypeVar

Entry = TypeVar("Entry", bound=tuple[Any, ...])


class Waiting(Generic[Entry]):
    """A queue bounded by rows, from the moment they are offered until they are in a file or cannot be written at all."""

    def __init__(self, capacity_rows: int, wake_rows: int, woken: threading.Event) -> None:
        """Make it empty.

        Args:
            capacity_rows: rows that may wait; more are refused.
            wake_rows: so many rows that no columns were made of wake the thread: a full step.
            woken: what that thread sleeps on.
        """
        self._capacity = capacity_rows
        self.wake_rows = wake_rows
        self._woken = woken
        self._entries: deque[Entry] = deque()
        self._is_awake = False
        self.offered = 0
        self.refused = 0
        self.taken = 0
        self.spoiled = 0
        self.written = 0

    @property
    def rows(self) -> int:
        """Rows that are in no file yet."""
        return self.offered - self.written - self.spoiled

    def offer(self, entry: Entry) -> bool:
        """Append an entry, which begins with its rows, or refuse where the rows that wait would be too many. Only the event loop calls this."""
        offered = self.offered + entry[0]
        if offered - self.written - self.spoiled > self._capacity:
            self.refused += entry[0]
            return False
        self._entries.append(entry)
        self.offered = offered
        if offered - self.taken >= self.wake_rows and not self._is_awake:
            self._is_awake = True
            self._woken.set()
        return True

    def take(self, most_rows: int) -> list[Entry]:
        """Take entries, oldest first, up to so many rows; an entry with more stands alone. Only one thread calls this."""
        taken: list[Entry] = []
        rows = 0
        while self._entries and (not taken or rows + self._entries[0][0] <= most_rows):
            taken.append(self._entries.popleft())
            rows += taken[-1][0]
        self.taken += rows
        return taken

    def watch(self) -> None:
        """Wake the thread again at the next full step; it calls this before it looks how much waits."""
        self._is_awake = False
