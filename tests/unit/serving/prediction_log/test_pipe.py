"""What one side says is what the other hears, and a cut frame is the end."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelratchet.serving.batches import Answer, Batch
from modelratchet.serving.prediction_log.columns import PredictionColumns, Stamp
from modelratchet.serving.prediction_log.pipe import PREDICTIONS, frame, read_frame
from modelratchet.serving.prediction_log.steps import Step, step_of
from tests.samples.logged import SCHEMA, TEN_O_CLOCK_NS, entry

TEXT = st.text(st.characters(), max_size=12)  # lone surrogates too


@given(st.lists(st.tuples(st.floats(width=32), TEXT, TEXT), min_size=1, max_size=4))
def test_every_value_arrives(rows: list[tuple[float, str, str]]) -> None:
    entries = [
        (
            1,
            TEN_O_CLOCK_NS,
            request_id,
            Batch(1, np.array([[number]], np.float32), np.array([[text]], object)),
            Answer(np.array([0]), np.array([[0.75, 0.25]], np.float32), None),
            5,
        )
        for number, text, request_id in rows
    ]
    kind, content = read_frame(io.BytesIO(frame(PREDICTIONS, tuple(step_of(entries)))))
    step = Step(*content)

    assert (kind, step.request_ids) == (PREDICTIONS, tuple(request_id for *_, request_id in rows))
    assert step.categorical == [text for _, text, _ in rows]
    np.testing.assert_array_equal(
        np.frombuffer(step.numeric, np.float32), np.array([row[0] for row in rows], np.float32)
    )


@pytest.mark.parametrize("length", [0, 3, 4, 20, -1])
def test_a_cut_frame_is_the_end(length: int) -> None:
    data = frame(PREDICTIONS, tuple(step_of([entry("a")])))[:length]

    assert read_frame(io.BytesIO(data)) is None


def test_columns_are_those_of_the_entries() -> None:
    columns = PredictionColumns(SCHEMA, Stamp("3", "champion"))
    entries = [entry("a", 2), entry("b", 3, hours=0.25)]

    made = columns.of(step_of(entries))

    assert made["request_id"].to_pylist() == ["a", "a", "b", "b", "b"]
    assert made["row"].to_pylist() == [0, 1, 0, 1, 2]
    assert made["feature.hour"].to_pylist() == [0, 1, 0, 1, 2]
    assert made["feature.carrier"].to_pylist() == ["AA", "UA", "AA", "UA", "AA"]
