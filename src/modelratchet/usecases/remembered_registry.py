"""A registry that is asked only when its store changed: what makes a run with nothing to do cheap.

Every answer is kept together with the store's stamp (`stamped_memory`). Put in front of the real registry by `wiring.registry`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any

from modelratchet.core.formats import decode
from modelratchet.core.run_facts import RunFacts
from modelratchet.errors import EvidenceError
from modelratchet.usecases.ports.registry import CandidateRecord, ModelRegistry, RecordedVerdict, RegisteredVersion
from modelratchet.usecases.ports.sources import Memory
from modelratchet.usecases.stamped_memory import Question, StampedMemory

_QUESTIONS = 8
"""How many of a model's latest questions are asked again after a record. One run asks five."""


class RememberedRegistry:
    """The port `ModelRegistry` with a memory."""

    def __init__(
        self,
        load: Callable[[], ModelRegistry],
        stamp: Callable[[str], str],
        memory: Memory,
        refresh: Callable[[str], object] = lambda _model: None,
    ) -> None:
        """Put a memory before a registry.

        Args:
            load: gives the real one; called by the first question that memory cannot answer.
            stamp: of a model's store; empty where it cannot be told, and then nothing is remembered.
            memory: of this machine.
            refresh: asks what else is remembered of a model's store anew, after a write of ours.
        """
        self._load = load
        self._memory = memory
        self._kept = StampedMemory(stamp, memory)
        self._refresh = refresh

    @cached_property
    def _registry(self) -> ModelRegistry:
        return self._load()

    def find(self, model: str, key: str) -> RegisteredVersion | None:
        """The version of a key, from memory if the store did not change."""
        question = Question(model, f"latest key of {model}", key, _version)
        return self._kept.answer(question, lambda: self._registry.find(model, key))

    def version(self, model: str, number: str) -> RegisteredVersion | None:
        """A version by its number, from memory if the store did not change."""
        self._asked(model, "version", number)
        question = Question(model, f"version {number} of {model}", "", _version)
        return self._kept.answer(question, lambda: self._registry.version(model, number))

    def judged_on_holdout(self, model: str, holdout_digest: str) -> tuple[str, ...]:
        """Models judged on a holdout, from memory if the store did not change."""
        self._asked(model, "judged_on_holdout", holdout_digest)
        question = Question(model, f"judged on the holdout of {model}", holdout_digest, _digests)
        return self._kept.answer(question, lambda: self._registry.judged_on_holdout(model, holdout_digest))

    def judged_against_anchor(self, model: str, anchor_digest: str) -> tuple[str, ...]:
        """Models judged against an anchor, from memory if the store did not change."""
        self._asked(model, "judged_against_anchor", anchor_digest)
        question = Question(model, f"judged against the anchor of {model}", anchor_digest, _digests)
        return self._kept.answer(question, lambda: self._registry.judged_against_anchor(model, anchor_digest))

    def verdicts_on(self, model: str, judgement: str) -> tuple[RecordedVerdict, ...]:
        """Always asks: it is wanted only where a verdict is not recorded."""
        return self._registry.verdicts_on(model, judgement)

    def fetch_bundle(self, version: RegisteredVersion, directory: Path) -> None:
        """Always asks: bytes are not kept here."""
        self._registry.fetch_bundle(version, directory)

    def show_override(self, version: RegisteredVersion, rewrite: Callable[[str], str]) -> None:
        """Always asks: it is a write."""
        self._registry.show_override(version, rewrite)

    def name_commit(self, version: RegisteredVersion, commit: str) -> RegisteredVersion:
        """Name it, and ask anew what the next run will ask, for it has just changed the store's stamp."""
        named = self._registry.name_commit(version, commit)
        self._ask_again(version.model)
        return named

    def facts(self, version: RegisteredVersion) -> RunFacts:
        """Always asks: it is wanted only when another champion reigns."""
        return self._registry.facts(version)

    def record(self, candidate: CandidateRecord) -> RegisteredVersion:
        """Record, and look once more so that the next run's questions are answered from memory.

        Our own write changed the stamp; without this the next run would ask though nothing is new.
        """
        recorded = self._registry.record(candidate)
        self.find(candidate.model, candidate.key)
        self._ask_again(candidate.model)
        return recorded

    def _ask_again(self, model: str) -> None:
        verbs: dict[str, Callable[[str, str], object]] = {
            "version": self.version,
            "judged_on_holdout": self.judged_on_holdout,
            "judged_against_anchor": self.judged_against_anchor,
        }
        for verb, argument in reversed(self._questions(model)):
            verbs.get(verb, self.version)(model, argument)
        self._refresh(model)

    def _asked(self, model: str, verb: str, argument: str) -> None:
        """Keep the questions themselves, for `record` is called by another process than the one that asks them."""
        before = self._questions(model)
        if before[:1] != [(verb, argument)]:
            latest = [(verb, argument), *(question for question in before if question != (verb, argument))]
            self._memory.remember(_questions_on(model), [list(question) for question in latest[:_QUESTIONS]])

    def _questions(self, model: str) -> list[tuple[str, str]]:
        kept = self._memory.recall(_questions_on(model))
        pairs = kept if isinstance(kept, list) else []
        return [(str(pair[0]), str(pair[1])) for pair in pairs if isinstance(pair, (list, tuple)) and len(pair) == 2]


def _questions_on(model: str) -> str:
    return f"questions on {model}"


def _version(data: Any) -> RegisteredVersion | None:
    return None if data is None else decode(RegisteredVersion, data)


def _digests(data: Any) -> tuple[str, ...]:
    if not (isinstance(data, list) and all(isinstance(item, str) for item in data)):
        raise EvidenceError("no list of digests")
    return tuple(data)
