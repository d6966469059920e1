"""MLFLOW_TRACKING_URI alone chooses the store."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelratchet.adapters.mlflow.address import read_address
from modelratchet.errors import ConfigError

ROOT = Path("/project")


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("", "sqlite:////project/mlflow.db"),
        ("sqlite:///runs/store.db", "sqlite:////project/runs/store.db"),
        ("sqlite:////shared/store.db", "sqlite:////shared/store.db"),
        ("http://tracking:5000/", "http://tracking:5000"),
    ],
)
def test_an_address_is_made_absolute(uri: str, expected: str) -> None:
    assert read_address(ROOT, {"MLFLOW_TRACKING_URI": uri}).uri == expected


def test_artifacts_lie_beside_the_database() -> None:
    assert (
        read_address(ROOT, {"MLFLOW_TRACKING_URI": "sqlite:///runs/store.db"}).artifact_root
        == "/project/runs/mlartifacts"
    )


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg2"])
def test_postgresql_gets_its_driver(scheme: str) -> None:
    environment = {"MLFLOW_TRACKING_URI": f"{scheme}://me@db/runs", "MLFLOW_DEFAULT_ARTIFACT_ROOT": "s3://bucket"}

    assert read_address(ROOT, environment).uri == "postgresql+psycopg2://me@db/runs"


@pytest.mark.parametrize(
    "uri", ["./mlruns", "file:///tmp/x", "sqlite://", "sqlite:///:memory:", "postgresql://db/runs"]
)
def test_an_address_that_cannot_work_is_refused(uri: str) -> None:
    with pytest.raises(ConfigError, match="MLFLOW_TRACKING_URI"):
        read_address(ROOT, {"MLFLOW_TRACKING_URI": uri})


def test_a_password_is_never_shown() -> None:
    shown = read_address(ROOT, {"MLFLOW_TRACKING_URI": "https://me:secret@tracking:5000"}).shown

    assert "secret" not in shown
    assert "tracking:5000" in shown
