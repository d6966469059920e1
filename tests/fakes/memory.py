"""A memory in a dictionary."""

from __future__ import annotations


class FakeMemory:
    """The port `Memory`."""

    def __init__(self) -> None:
        self.facts: dict[str, object] = {}

    def recall(self, name: str) -> object:
        return self.facts.get(name)

    def remember(self, name: str, value: object) -> None:
        self.facts[name] = value
