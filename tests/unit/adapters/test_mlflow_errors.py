"""What MLflow raises, as ours: a full disk in particular, which comes in several forms."""

from __future__ import annotations

import pytest

from modelratchet.adapters.mlflow.address import StoreAddress
from modelratchet.adapters.mlflow.errors import translate
from modelratchet.errors import StorageError, TrackingError

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
