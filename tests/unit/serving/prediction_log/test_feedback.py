"""Labels that come later are checked, and kept all or not at all."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from modelratchet.adapters.pyarrow_prediction_log import read_feedback
from modelratchet.core.tasks import Task
from modelratchet.serving.prediction_log import Feedback, PredictionLog, ServedModel, open_log
from modelratchet.serving.problems import Problem
from modelratchet.serving.settings import LogSettings
from tests.patience import PATIENCE_SECONDS
from tests.samples.logged import EVER, SCHEMA, TEN_O_CLOCK_NS

REGRESSION = replace(SCHEMA, task=Task.REGRESSION, classes=())


def open_sample(folder: Path, schema: Any = SCHEMA, **settings: Any) -> tuple[PredictionLog, Feedback]:
    log = open_log(
        str(folder),
        LogSettings(**settings),
        ServedModel(schema, "3", "champion", "sha256:1"),
        "w",
    )
    return log, Feedback(log, schema, 5, lambda: TEN_O_CLOCK_NS)


def accept(feedback: Feedback, document: Any) -> Any:
    return msgspec.to_builtins(feedback.accept(json.dumps(document).encode()))


def test_labels_of_a_request_and_of_single_rows_reach_the_reader(tmp_path: Path) -> None:
    log, feedback = open_sample(tmp_path)
    log.start()

    assert accept(feedback, {"request_id": "a", "labels": ["1", None, 0]}) == {"accepted": 2, "outside_sample": 0}
    assert (
        accept(feedback, [{"request_id": "b", "row": 4, "label": "1"}, {"request_id": "c", "label": "0"}])["accepted"]
        == 2
    )
    assert log.close(PATIENCE_SECONDS)

    rows = read_feedback(str(tmp_path), EVER).to_pylist()
    assert {(row["request_id"], row["row"], row["label"]) for row in rows} == {
        ("a", 0, "1"), ("a", 2, "0"), ("b", 4, "1"), ("c", 0, "0"),
    }  # fmt: skip


def test_a_regressors_labels_are_numbers(tmp_path: Path) -> None:
    log, feedback = open_sample(tmp_path, REGRESSION)
    log.start()
    accept(feedback, {"request_id": "a", "labels": [2, 3.5]})
    assert log.close(PATIENCE_SECONDS)

    assert read_feedback(str(tmp_path), EVER)["label"].to_pylist() == [2.0, 3.5]


REFUSED: list[tuple[bytes, str, int, int | None]] = [
    (b"", "not-json", 400, None),
    (b'{"request_id": "a"', "not-json", 400, None),
    (b'{"request_id": "a", "labels": []}', "no-labels", 422, None),
    (b'{"request_id": "a", "labels": [null]}', "no-labels", 422, None),
    (b'{"request_id": "a b", "labels": ["1"]}', "wrong-request-id", 422, 0),
    (b'{"request_id": "a", "labels": ["1", "2"]}', "unknown-label", 422, 1),
    (b'{"request_id": "a", "labels": ["1"], "extra": 1}', "unknown-member", 422, None),
    (b'[{"request_id": "a", "label": "1", "row": -1}]', "wrong-row", 422, 0),
    (b'[{"request_id": "a", "label": "1", "row": 5}]', "wrong-row", 422, 0),
    (b'{"request_id": "a", "labels": ["1", "1", "1", "1", "1", "1"]}', "too-many-rows", 413, None),
    (b'{"request_id": "a", "labels": [["1"]]}', "wrong-type", 422, 0),
]


@pytest.mark.parametrize(("body", "kind", "status", "row"), REFUSED)
def test_a_body_that_is_wrong_in_one_place_is_refused_whole(
    tmp_path: Path, body: bytes, kind: str, status: int, row: int | None
) -> None:
    log, feedback = open_sample(tmp_path)

    with pytest.raises(Problem) as raised:
        feedback.accept(body)

    assert (raised.value.kind, raised.value.status, raised.value.row) == (kind, status, row)
    assert log.counts().waiting == 0


@pytest.mark.parametrize("label", ["1", True, "NaN", 10**400])
def test_what_is_no_number_is_no_label_of_a_regressor(tmp_path: Path, label: Any) -> None:
    _, feedback = open_sample(tmp_path, REGRESSION)

    with pytest.raises(Problem, match="expected a number"):
        accept(feedback, {"request_id": "a", "labels": [label]})


@pytest.mark.parametrize(
    "body",
    [b'{"request_id": "a", "request_id": "b", "labels": ["1"]}', b'[{"request_id": "a", "label": "1", "label": "0"}]'],
)
def test_a_member_that_stands_twice_is_refused(tmp_path: Path, body: bytes) -> None:
    _, feedback = open_sample(tmp_path)
    with pytest.raises(Problem, match="stands twice"):
        feedback.accept(body)


def test_labels_of_requests_outside_the_sample_are_said_to_be_so(tmp_path: Path) -> None:
    log, feedback = open_sample(tmp_path, share=0.0)

    assert accept(feedback, {"request_id": "a", "labels": ["1"]}) == {"accepted": 0, "outside_sample": 1}
    assert log.counts().waiting == 0


def test_where_no_more_labels_can_wait_the_caller_is_told_to_send_them_again(tmp_path: Path) -> None:
    _, feedback = open_sample(tmp_path, queue_rows=2)

    with pytest.raises(Problem) as raised:
        accept(feedback, {"request_id": "a", "labels": ["1", "1", "1"]})

    assert raised.value.status == 503
