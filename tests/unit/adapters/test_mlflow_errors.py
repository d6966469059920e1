"""What MLflow raises, as ours: a full disk in particular, which comes in several forms."""

from __future__ import annotations

import errno

import pytest

from modelratchet.adapters.mlflow.address import StoreAddress
from modelratchet.adapters.mlflow.errors import translate
from modelratchet.errors import StorageError, TrackingError, UnreachableError

ADDRESS = StoreAddress("http://127.0.0.1:5000", None, "")


@pytest.mark.parametrize(
    "said",
    [
        "(sqlite3.OperationalError) database or disk is full [SQL: INSERT INTO tags …]",
        "INTERNAL_ERROR: [Errno 28] No space left on device: '/srv/mlartifacts/1/model.onnx'",
    ],
)
def test_a_full_disk_is_told_by_its_words_where_no_number_comes_along(said: str) -> None:
    error = translate(RuntimeError(said), ADDRESS, "record it")

    assert isinstance(error, StorageError)
    assert "Free some space" in error.hint


def test_any_other_failure_of_the_store_is_not_a_full_disk() -> None:
    assert isinstance(translate(RuntimeError("database is locked"), ADDRESS, "record it"), TrackingError)


def _said_by_mlflow() -> Exception:
    try:
        raise ConnectionRefusedError(errno.ECONNREFUSED, "refused")
    except ConnectionRefusedError as cause:
        try:
            raise RuntimeError("API request failed") from cause
        except RuntimeError as error:
            return error


@pytest.mark.parametrize(
    "error",
    [_said_by_mlflow(), RuntimeError("HTTPConnectionPool: … [Errno 111] Connection refused'))")],
    ids=["number", "words"],
)
def test_a_refused_connection_is_told_from_a_server_that_answers_with_a_fault(error: Exception) -> None:
    assert isinstance(translate(error, ADDRESS, "record it"), UnreachableError)


@pytest.mark.parametrize("said", ["503 Service Unavailable", "Read timed out", "Connection aborted: reset by peer"])
def test_a_server_that_is_there_may_be_asked_again(said: str) -> None:
    assert not isinstance(translate(RuntimeError(said), ADDRESS, "record it"), UnreachableError)
