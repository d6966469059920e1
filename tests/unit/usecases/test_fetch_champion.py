"""The champion's bundle is here, whole, and untouched when nothing changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelratchet.core.evidence import Champion
from modelratchet.errors import TrackingError
from modelratchet.storage.bundles import read_bundle
from modelratchet.storage.files import read_record
from modelratchet.usecases.fetch_champion import fetch_champion
from tests.fakes.model_registry import FakeModelRegistry
from tests.samples.candidates import MODEL, bundle, candidate


@pytest.fixture
def registry(tmp_path: Path) -> FakeModelRegistry:
    made = FakeModelRegistry()
    made.record(candidate(tmp_path / "a", "k1", bundle(0.1)))
    made.record(candidate(tmp_path / "b", "k2", bundle(0.2)))
    return made


def fetch(registry: FakeModelRegistry, folder: Path) -> bool:
    return fetch_champion(registry, MODEL, folder / "champion.json", folder / "bundle")


def test_without_a_champion_the_record_says_so(registry: FakeModelRegistry, tmp_path: Path) -> None:
    assert fetch(registry, tmp_path)

    assert not read_record(tmp_path / "champion.json", Champion).exists
    assert not (tmp_path / "bundle").exists()
    assert not fetch(registry, tmp_path)


def test_a_champion_is_fetched_once(registry: FakeModelRegistry, tmp_path: Path) -> None:
    registry.make_champion(MODEL, "1")

    assert fetch(registry, tmp_path)
    assert not fetch(registry, tmp_path)
    assert registry.calls.count("fetch_bundle") == 1
    assert read_bundle(tmp_path / "bundle").digest == read_record(tmp_path / "champion.json", Champion).bundle_digest


def test_a_new_champion_replaces_the_old(registry: FakeModelRegistry, tmp_path: Path) -> None:
    registry.make_champion(MODEL, "1")
    fetch(registry, tmp_path)
    registry.make_champion(MODEL, "2")

    assert fetch(registry, tmp_path)
    assert read_bundle(tmp_path / "bundle") == bundle(0.2)


def test_a_champion_that_abdicated_leaves_no_bundle(registry: FakeModelRegistry, tmp_path: Path) -> None:
    registry.make_champion(MODEL, "1")
    fetch(registry, tmp_path)
    registry.champions.clear()

    assert fetch(registry, tmp_path)
    assert not (tmp_path / "bundle").exists()


def test_a_spoilt_copy_is_fetched_again(registry: FakeModelRegistry, tmp_path: Path) -> None:
    registry.make_champion(MODEL, "1")
    fetch(registry, tmp_path)
    (tmp_path / "bundle" / "model.onnx").write_bytes(b"spoilt")

    assert fetch(registry, tmp_path)
    assert read_bundle(tmp_path / "bundle") == bundle(0.1)


def test_a_registry_that_is_down_leaves_everything_as_it_was(registry: FakeModelRegistry, tmp_path: Path) -> None:
    registry.make_champion(MODEL, "1")
    fetch(registry, tmp_path)
    registry.is_down = True

    with pytest.raises(TrackingError):
        fetch(registry, tmp_path)
    assert read_bundle(tmp_path / "bundle") == bundle(0.1)
