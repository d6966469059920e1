"""The move of a registry as an order of steps: files first, rows last, and nothing at all where something stands against it."""

from __future__ import annotations

import pytest

from modelratchet.errors import ConfigError, InputError, TrackingError
from modelratchet.usecases.migrate_registry import Ends, Migration, Outcome, Step, migrate_registry
from modelratchet.usecases.ports.migration import Holding
from tests.fakes.migration import FakeFileTarget, FakeNewStore, FakeOldStore


@pytest.fixture
def log() -> list[str]:
    return []


def moved(ends: Ends, steps: list[Step] | None = None, *, is_rehearsal: bool = False) -> Migration:
    watched = [] if steps is None else steps
    return migrate_registry(ends, watched.append, is_rehearsal=is_rehearsal)


def test_files_go_before_rows_and_rows_under_seal(log: list[str]) -> None:
    done = moved(Ends(FakeOldStore(log), FakeNewStore(log), FakeFileTarget(log)))

    assert log == ["held", "prepared", "copied", "sealed", "taken", "unsealed", "let go"]
    assert (done.outcome, done.rows, done.n_files, done.size_bytes) == (Outcome.MIGRATED, {"runs": 3}, 5, 150)


def test_only_what_had_to_be_sent_is_counted_as_sent(log: list[str]) -> None:
    steps: list[Step] = []

    done = moved(Ends(FakeOldStore(log), FakeNewStore(log), FakeFileTarget(log, has=("1/b",))), steps)

    assert done.n_sent == 2
    assert [step.done_bytes for step in steps if step.doing == "copying files"] == [0, 100, 150]


def test_files_that_change_meanwhile_are_noticed_before_any_row_is_taken(log: list[str]) -> None:
    old = FakeOldStore(log)

    with pytest.raises(TrackingError, match="changed while they were copied: 1/b"):
        migrate_registry(Ends(old, FakeNewStore(log), FakeFileTarget(log)), old.grow_when_rows_come, is_rehearsal=False)

    assert "taken" not in log


def test_rehearsal_writes_nothing(log: list[str]) -> None:
    done = moved(Ends(FakeOldStore(log), FakeNewStore(log), FakeFileTarget(log)), is_rehearsal=True)

    assert (done.outcome, log) == (Outcome.REHEARSED, ["held", "let go"])


def test_what_is_there_already_is_left_alone(log: list[str]) -> None:
    done = moved(Ends(FakeOldStore(log, "a fault"), FakeNewStore(log, Holding.THE_SAME), FakeFileTarget(log)))

    assert (done.outcome, log) == (Outcome.NOTHING_TO_DO, ["held", "let go"])


@pytest.mark.parametrize("is_rehearsal", [False, True])
def test_store_that_holds_something_else_is_refused(is_rehearsal: bool, log: list[str]) -> None:
    ends = Ends(FakeOldStore(log), FakeNewStore(log, Holding.SOMETHING_ELSE), FakeFileTarget(log))

    with pytest.raises(InputError, match="holds seven runs already"):
        moved(ends, is_rehearsal=is_rehearsal)

    assert log == ["held", "let go"]


@pytest.mark.parametrize("is_rehearsal", [False, True])
def test_all_faults_are_said_at_once_and_nothing_is_written(is_rehearsal: bool, log: list[str]) -> None:
    ends = Ends(FakeOldStore(log, "too long"), FakeNewStore(log), FakeFileTarget(log, strangers=("theirs",)))

    with pytest.raises(ConfigError) as caught:
        moved(ends, is_rehearsal=is_rehearsal)

    assert caught.value.faults == ("too long", "theirs")
    assert log == ["held", "let go"]


def test_very_many_faults_are_counted_and_not_all_printed(log: list[str]) -> None:
    ends = Ends(FakeOldStore(log, *(f"fault {n}" for n in range(50))), FakeNewStore(log), FakeFileTarget(log))

    with pytest.raises(ConfigError) as caught:
        moved(ends)

    assert len(caught.value.faults) == 21
    assert caught.value.faults[-1] == "and 30 more"
