"""Answers kept together with the stamp of the store that gave them. Used by `remembered_registry` and `remembered_ledger`.

The stamp is taken *before* the question; so a write in between makes it differ the next time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from modelratchet.core.formats import encode
from modelratchet.errors import EvidenceError
from modelratchet.usecases.ports.sources import Memory

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Question(Generic[Answer]):
    """A question about a model. Of those with one name the last is kept, with its `key`; `decode` makes the answer of plain data."""

    model: str
    name: str
    key: str
    decode: Callable[[Any], Answer]


@dataclass(frozen=True)
class StampedMemory:
    """A memory that is believed only while the store's stamp is the same. An empty stamp is never believed."""

    stamp: Callable[[str], str]
    memory: Memory

    def answer(self, question: Question[Answer], ask: Callable[[], Answer]) -> Answer:
        """The answer kept, if it still holds, or else a new one, which is kept."""
        stamp = self.stamp(question.model)
        kept = self.memory.recall(question.name)
        if stamp and isinstance(kept, dict) and (kept.get("stamp"), kept.get("key")) == (stamp, question.key):
            try:
                return question.decode(kept["answer"])
            except (EvidenceError, KeyError, TypeError):
                pass  # written by another release; ask again
        answer = ask()
        if stamp:
            self.memory.remember(question.name, {"stamp": stamp, "key": question.key, "answer": encode(answer)})
        return answer
