"""A registry that is asked only when its store changed: what makes a run with nothing to do cheap.

Every answer is kept together with the store's stamp, taken *before* the question; so a write in between makes the
stamp differ the next time. Put in front of the real registry by `wiring.registry`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from pathlib import Path

from modelratchet.core.formats import decode, encode
from modelratchet.core.run_facts import RunFacts
from modelratchet.errors import EvidenceError
from modelratchet.usecases.ports import CandidateRecord, Memory, ModelRegistry, RegisteredVersion


class RememberedRegistry:
    """The port `ModelRegistry` with a memory."""

    def __init__(self, load: Callable[[], ModelRegistry], stamp: Callable[[str], str], memory: Memory) -> None:
        """Put a memory before a registry.

        Args:
            load: gives the real one; called by the first question that memory cannot answer.
            stamp: of a model's store; empty where it cannot be told, and then nothing is remembered.
            memory: of this machine.
        """
        self._load = load
        self._stamp = stamp
        self._memory = memory

    @cached_property
    def _registry(self) -> ModelRegistry:
        return self._load()

    def champion(self, model: str) -> RegisteredVersion | None:
        """The champion, from memory if the store did not change."""
        return self._remembered(model, f"champion of {model}", lambda: self._registry.champion(model))

    def find(self, model: str, key: str) -> RegisteredVersion | None:
        """The version of a key, from memory if the store did not change."""
        return self._remembered(model, f"latest key of {model}", lambda: self._registry.find(model, key), key)

    def fetch_bundle(self, version: RegisteredVersion, directory: Path) -> None:
        """Always asks: bytes are not kept here."""
        self._registry.fetch_bundle(version, directory)

    def facts(self, version: RegisteredVersion) -> RunFacts:
        """Always asks: it is wanted only when another champion reigns."""
        return self._registry.facts(version)

    def record(self, candidate: CandidateRecord) -> RegisteredVersion:
        """Record, and look once more so that the next run's questions are answered from memory.

        Our own write changed the stamp; without this the next run would ask though nothing is new.
        """
        recorded = self._registry.record(candidate)
        self.find(candidate.model, candidate.key)
        self.champion(candidate.model)
        return recorded

    def _remembered(
        self, model: str, name: str, ask: Callable[[], RegisteredVersion | None], key: str = ""
    ) -> RegisteredVersion | None:
        stamp = self._stamp(model)
        kept = self._memory.recall(name)
        if stamp and isinstance(kept, dict) and (kept.get("stamp"), kept.get("key")) == (stamp, key):
            try:
                return decode(RegisteredVersion, kept["answer"]) if kept["answer"] is not None else None
            except (EvidenceError, KeyError):
                pass  # written by another release; ask again
        answer = ask()
        if stamp:
            self._memory.remember(name, {"stamp": stamp, "key": key, "answer": encode(answer)})
        return answer
