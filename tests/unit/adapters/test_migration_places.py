"""Addresses of files as they are written anew."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from modelratchet.adapters.mlflow.migration.places import Place, Places, is_address

PLACES = Places(
    [
        Place("0", PurePosixPath("/p/mlartifacts/0"), "new:/0"),
        Place("1", PurePosixPath("/p/mlartifacts/a model"), "new:/1"),
        Place("2", PurePosixPath("/p/mlartifacts/a model/within"), "new:/2"),
    ]
)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("/p/mlartifacts/0", "new:/0"),
        ("/p/mlartifacts/a model/r/artifacts/model", "new:/1/r/artifacts/model"),
        ("file:///p/mlartifacts/a%20model/r", "new:/1/r"),
        ("/p/mlartifacts/a model/within/r", "new:/2/r"),
        ("models:/flights-late/3", "models:/flights-late/3"),
        ("s3://bucket/p/mlartifacts/0", "s3://bucket/p/mlartifacts/0"),
        ("runs:/r/model", "runs:/r/model"),
        ("", ""),
    ],
)
def test_address_follows_its_file_and_any_other_stays(address: str, expected: str) -> None:
    assert PLACES.moved(address) == expected
    assert not PLACES.is_lost(address)


@pytest.mark.parametrize("address", ["/p/mlartifacts/00/r", "/elsewhere", "file:///p/mlartifacts"])
def test_local_path_in_no_place_is_lost_and_not_guessed(address: str) -> None:
    assert PLACES.is_lost(address)
    assert PLACES.moved(address) == address


def test_of_a_traces_tags_only_one_names_a_place() -> None:
    assert is_address("trace_tags", "value", {"key": "mlflow.artifactLocation", "value": "/p"})
    assert not is_address("trace_tags", "value", {"key": "note", "value": "/p"})
    assert not is_address("tags", "value", {"key": "mlflow.artifactLocation", "value": "/p"})
