"""A repository that says what it is told to."""

from __future__ import annotations

from modelratchet.usecases.ports.sources import Revision


class FakeSourceControl:
    """The port `SourceControl`."""

    def __init__(self, commit: str = "1234567890abcdef", is_dirty: bool | None = False) -> None:
        self.found = Revision(commit, "main", is_dirty)
        self.history = {commit}

    def has(self, commit: str) -> bool:
        return commit in self.history

    def revision(self) -> Revision:
        return self.found

    def commit_address(self, commit: str) -> str | None:
        return f"https://git.example/flights/commit/{commit}"
