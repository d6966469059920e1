"""The reader finds each row once, also while a worker merges under its eyes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from modelratchet.adapters.pyarrow_prediction_log import read_feedback, read_log, read_stream
from modelratchet.core.log_files import FEEDBACK_FORMAT, format_facts, hour_of
from modelratchet.errors import EvidenceError, LaterReleaseError
from modelratchet.serving.prediction_log.columns import FeedbackColumns, PredictionColumns, Stamp
from modelratchet.serving.prediction_log.parquet import Form
from modelratchet.serving.prediction_log.parts import Parts
from modelratchet.serving.prediction_log.recorder import Recorder
from modelratchet.serving.prediction_log.steps import Label
from modelratchet.storage.log_stores import LocalStore
from tests.samples.logged import EVER, SCHEMA, TEN_O_CLOCK_NS, entry, give, keys, merge, recorded, recorder

HOUR = hour_of(TEN_O_CLOCK_NS)


class InterruptedStore(LocalStore):
    """A folder where something happens in the middle of the n-th call: a listing tells of half of the names before, and of half after."""

    def __init__(self, folder: Path, at: int, event: Callable[[], None]) -> None:
        super().__init__(folder)
        self.left, self._event = at, event

    def names(self, folder: str) -> list[str]:
        before = super().names(folder)
        middle = before[len(before) // 2] if before else ""
        self._step()
        return [name for name in before if name < middle] + [name for name in super().names(folder) if name >= middle]

    def read(self, name: str) -> bytes:
        self._step()
        return super().read(name)

    def _step(self) -> None:
        self.left -= 1
        if self.left == 0:
            self._event()


@pytest.mark.parametrize("at", range(1, 16))
def test_a_merge_at_any_moment_of_reading_neither_hides_nor_doubles_rows(tmp_path: Path, at: int) -> None:
    log = recorder(LocalStore(tmp_path))
    for number in range(6):
        give(log, entry(f"r{number}", 2))
        log.flush()
    store = InterruptedStore(tmp_path, at, lambda: merge(log, HOUR + 1))

    found = [pair for table in read_stream(store, "", EVER, None) for pair in keys(table)]

    assert sorted(found) == [(f"r{number}", row) for number in range(6) for row in range(2)]


def test_a_row_comes_back_as_it_was_asked_and_answered(tmp_path: Path) -> None:
    log = recorder(LocalStore(tmp_path))
    give(log, entry("a", 2))
    log.flush()

    (table,) = read_log(str(tmp_path), EVER)

    first, second = table.to_pylist()
    assert [first[name] for name in ("request_id", "row", "version", "variant", "latency_us")] == [
        "a",
        0,
        "3",
        "champion",
        250,
    ]
    assert first["time"].timestamp() * 1e9 == TEN_O_CLOCK_NS
    assert [second[name] for name in ("feature.hour", "feature.carrier", "label")] == [1.0, "UA", "0"]
    assert second["probability.1"] == pytest.approx(0.5)


def test_only_the_columns_asked_for_are_read(tmp_path: Path) -> None:
    log = recorder(LocalStore(tmp_path))
    give(log, entry("a"))
    log.flush()

    (table,) = read_log(str(tmp_path), EVER, ["label", "request_id"])

    assert table.column_names == ["label", "request_id"]


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    log = recorder(LocalStore(tmp_path))
    give(log, entry("a"))
    log.flush()
    (path,) = tmp_path.rglob("*.parquet")
    path.write_bytes(path.read_bytes()[:-9])

    with pytest.raises(EvidenceError, match=r"hour=10/w-000000\.parquet is damaged"):
        recorded(tmp_path)


def test_of_several_labels_for_one_row_the_last_counts(tmp_path: Path) -> None:
    columns = FeedbackColumns(SCHEMA)
    log = Recorder(
        columns,
        Form(columns.schema, columns.repeating, format_facts(FEEDBACK_FORMAT)),
        Parts(LocalStore(tmp_path), "w", "feedback/"),
    )
    for after_ns, row, value in [(2, 0, "1"), (0, 0, "0"), (1, 1, "0"), (2, 0, "0"), (1, 1, "1")]:
        log.take([Label(1, TEN_O_CLOCK_NS + after_ns * 10**9, "a", row, value)], 1)
        log.flush()

    assert {(row["row"], row["label"]) for row in read_feedback(str(tmp_path), EVER).to_pylist()} == {
        (0, "0"),
        (1, "1"),
    }


def test_a_folder_without_a_log_has_no_rows(tmp_path: Path) -> None:
    assert recorded(tmp_path / "none") == []
    assert len(read_feedback(str(tmp_path / "none"), EVER)) == 0


@pytest.mark.parametrize(
    ("facts", "kind", "said"),
    [
        ({"format": "modelratchet/prediction-log", "format_version": "2"}, LaterReleaseError, "version 2, which a later release"),
        ({"format": "modelratchet/prediction-log", "format_version": "0"}, EvidenceError, "version 0, expected"),
        ({"format": "other", "format_version": "1"}, EvidenceError, "is other version 1, expected"),
        ({}, EvidenceError, "is None version None, expected"),
    ],
)  # fmt: skip
def test_a_file_of_another_format_or_a_later_release_is_refused_by_name(
    tmp_path: Path, facts: dict[str, str], kind: type[EvidenceError], said: str
) -> None:
    columns = PredictionColumns(SCHEMA, Stamp("3", "champion"))
    log = Recorder(columns, Form(columns.schema, columns.repeating, facts), Parts(LocalStore(tmp_path), "w"))
    give(log, entry("r1"))
    log.flush()

    with pytest.raises(kind, match=said):
        list(read_log(str(tmp_path), EVER))
