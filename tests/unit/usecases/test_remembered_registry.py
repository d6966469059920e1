"""The registry is asked when its store changed, and only then."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from modelratchet.usecases.ports.registry import RegisteredVersion
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
    for _ in range(2):
        assert remembered.version(MODEL, "1") is None
        assert remembered.judged_on_holdout(MODEL, "sha256:h") == ()
        assert remembered.judged_against_anchor(MODEL, "sha256:a") == ()
    assert real.calls == ["version", "judged_on_holdout", "judged_against_anchor"]


def test_a_changed_store_is_asked_again(
    remembered: RememberedRegistry, real: FakeModelRegistry, stamps: Stamps, tmp_path: Path
) -> None:
    remembered.version(MODEL, "1")
    version = real.record(candidate(tmp_path))
    stamps.value = "s2"

    assert remembered.version(MODEL, "1") == version


def test_commit_that_is_named_is_known_the_next_time_without_a_question(
    remembered: RememberedRegistry, real: FakeModelRegistry, stamps: Stamps, tmp_path: Path
) -> None:
    version = remembered.record(candidate(tmp_path))
    remembered.version(MODEL, "1")
    real.name_commit = _moving(real, stamps)  # type: ignore[method-assign]
    remembered.name_commit(version, "c" * 40)
    real.calls.clear()

    found = remembered.version(MODEL, "1")
    assert found is not None
    assert (found.commit, real.calls) == ("c" * 40, [])


def _moving(real: FakeModelRegistry, stamps: Stamps) -> Callable[[RegisteredVersion, str], RegisteredVersion]:
    """A write changes the store's stamp."""
    name_commit = real.name_commit

    def write(version: RegisteredVersion, commit: str) -> RegisteredVersion:
        stamps.value += "'"
        return name_commit(version, commit)

    return write


def test_an_unknown_stamp_is_never_trusted(
    remembered: RememberedRegistry, real: FakeModelRegistry, stamps: Stamps
) -> None:
    stamps.value = ""
    remembered.version(MODEL, "1")
    remembered.version(MODEL, "1")

    assert real.calls == ["version", "version"]


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
    assert real.calls == []


def test_what_an_earlier_process_asked_is_answered_after_a_record_without_asking(
    real: FakeModelRegistry, stamps: Stamps, tmp_path: Path
) -> None:
    memory, refreshed = FakeMemory(), []
    earlier = RememberedRegistry(lambda: real, stamps, memory)
    earlier.version(MODEL, "1")
    earlier.judged_on_holdout(MODEL, "sha256:h")
    stamps.value = "s2"

    version = RememberedRegistry(lambda: real, stamps, memory, refreshed.append).record(candidate(tmp_path, "k1"))
    real.calls.clear()

    later = RememberedRegistry(lambda: real, stamps, memory)
    assert (later.version(MODEL, "1"), later.judged_on_holdout(MODEL, "sha256:h")) == (version, ())
    assert (real.calls, refreshed) == ([], [MODEL])


@pytest.mark.parametrize("kept", [{"old": 1}, [1], "1", 7], ids=str)
def test_a_memory_of_another_release_is_asked_anew(real: FakeModelRegistry, stamps: Stamps, kept: object) -> None:
    memory = FakeMemory()
    for name in (f"version 1 of {MODEL}", f"judged on the holdout of {MODEL}"):
        memory.remember(name, {"stamp": "s1", "key": "", "answer": kept})
    memory.remember(f"questions on {MODEL}", kept)
    remembered = RememberedRegistry(lambda: real, stamps, memory)

    assert (remembered.version(MODEL, "1"), remembered.judged_on_holdout(MODEL, "")) == (None, ())
    assert real.calls == ["version", "judged_on_holdout"]
