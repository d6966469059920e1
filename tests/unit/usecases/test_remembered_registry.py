"""The registry is asked when its store changed, and only then."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelratchet.usecases.remembered_registry import RememberedRegistry
from tests.fakes.memory import FakeMemory
from tests.fakes.model_registry import FakeModelRegistry
from tests.samples.candidates import MODEL, candidate


class Stamps:
    value = "s1"

    def __call__(self, model: str) -> str:
        return self.value


@pytest.fixture
def real() -> FakeModelRegistry:
    return FakeModelRegistry()


@pytest.fixture
def stamps() -> Stamps:
    return Stamps()


@pytest.fixture
def remembered(real: FakeModelRegistry, stamps: Stamps) -> RememberedRegistry:
    return RememberedRegistry(lambda: real, stamps, FakeMemory())


def test_an_unchanged_store_is_asked_once(remembered: RememberedRegistry, real: FakeModelRegistry) -> None:
    assert remembered.champion(MODEL) is None
    assert remembered.champion(MODEL) is None
    assert real.calls == ["champion"]


def test_a_changed_store_is_asked_again(
    remembered: RememberedRegistry, real: FakeModelRegistry, stamps: Stamps, tmp_path: Path
) -> None:
    remembered.champion(MODEL)
    version = real.record(candidate(tmp_path))
    real.make_champion(MODEL, version.version)
    stamps.value = "s2"

    assert remembered.champion(MODEL) == version


def test_an_unknown_stamp_is_never_trusted(
    remembered: RememberedRegistry, real: FakeModelRegistry, stamps: Stamps
) -> None:
    stamps.value = ""
    remembered.champion(MODEL)
    remembered.champion(MODEL)

    assert real.calls == ["champion", "champion"]


def test_another_key_is_another_question(remembered: RememberedRegistry, real: FakeModelRegistry) -> None:
    remembered.find(MODEL, "k1")
    remembered.find(MODEL, "k2")

    assert real.calls == ["find", "find"]


def test_what_was_just_recorded_is_found_without_asking(
    remembered: RememberedRegistry, real: FakeModelRegistry, tmp_path: Path
) -> None:
    version = remembered.record(candidate(tmp_path, "k1"))
    real.calls.clear()

    assert remembered.find(MODEL, "k1") == version
    assert remembered.champion(MODEL) is None
    assert real.calls == []


def test_a_memory_of_another_release_is_asked_anew(real: FakeModelRegistry, stamps: Stamps) -> None:
    memory = FakeMemory()
    memory.remember(f"champion of {MODEL}", {"stamp": "s1", "key": "", "answer": {"old": 1}})

    assert RememberedRegistry(lambda: real, stamps, memory).champion(MODEL) is None
    assert real.calls == ["champion"]
