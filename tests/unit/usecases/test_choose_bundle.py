"""The bundle that a person names, with what the registry knows of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from modelratchet.core.run_facts import RunFacts
from modelratchet.errors import MissingEvidenceError, TrackingError
from modelratchet.storage.bundles import write_bundle
from modelratchet.usecases.choose_bundle import Shelf, choose_challenger, choose_champion, choose_version, commit_of
from tests.fakes.ledger import FakeLedger
from tests.fakes.memory import FakeMemory
from tests.fakes.model_registry import FakeModelRegistry
from tests.fakes.run_files import FakeRunFiles
from tests.samples.candidates import MODEL, bundle
from tests.samples.promotions import Promotions, two_promotions


@pytest.fixture
def promotions(tmp_path: Path) -> Promotions:
    return two_promotions(tmp_path)


def shelf(made: Promotions) -> Shelf:
    return Shelf(made.store.reader, made.registry, made.files, made.folder / "reigning")


def test_champion_is_whom_the_ledger_names(promotions: Promotions) -> None:
    chosen = choose_champion(shelf(promotions), MODEL)

    assert chosen is not None
    assert (chosen.role, chosen.version, chosen.bundle.digest) == ("champion", "2", bundle(0.2).digest)


def test_champion_that_the_last_run_left_here_is_not_fetched(promotions: Promotions) -> None:
    write_bundle(bundle(0.2), promotions.folder / "reigning" / "bundle")
    promotions.registry.calls.clear()

    chosen = choose_champion(shelf(promotions), MODEL)

    assert chosen is not None
    assert chosen.bundle.digest == bundle(0.2).digest
    assert "fetch_bundle" not in promotions.registry.calls


def test_where_nobody_reigns_there_is_no_champion(tmp_path: Path) -> None:
    nobody = Promotions(tmp_path, FakeLedger(), FakeModelRegistry(), FakeRunFiles(), FakeMemory())

    assert choose_champion(shelf(nobody), MODEL) is None


def test_champion_that_holds_another_bundle_now_is_refused(promotions: Promotions) -> None:
    versions = promotions.registry.versions
    versions[MODEL, "2"] = replace(versions[MODEL, "2"], bundle_digest=bundle(0.3).digest)

    with pytest.raises(MissingEvidenceError, match="the ledger names"):
        choose_champion(shelf(promotions), MODEL)


def test_challenger_is_recorded_last_and_does_not_reign(promotions: Promotions) -> None:
    assert choose_challenger(shelf(promotions), MODEL).version == "1"

    promotions.record(0.3)

    found = choose_challenger(shelf(promotions), MODEL)
    assert (found.role, found.version, found.bundle.digest) == ("challenger", "3", bundle(0.3).digest)


def test_without_a_challenger_the_champion_is_named(tmp_path: Path) -> None:
    alone = Promotions(tmp_path, FakeLedger(), FakeModelRegistry(), FakeRunFiles(), FakeMemory())
    alone.promote(0.1)

    with pytest.raises(MissingEvidenceError, match="beside the champion, version 1"):
        choose_challenger(shelf(alone), MODEL)


def test_version_is_found_by_its_number_and_a_missing_one_is_told(promotions: Promotions) -> None:
    assert choose_version(shelf(promotions), MODEL, "1").bundle.digest == bundle(0.1).digest

    with pytest.raises(MissingEvidenceError, match="no whole version 9 of flights-late"):
        choose_version(shelf(promotions), MODEL, "9")


def test_registry_that_is_down_is_told(promotions: Promotions) -> None:
    promotions.registry.is_down = True

    with pytest.raises(TrackingError):
        choose_version(shelf(promotions), MODEL, "1")


@pytest.mark.parametrize(
    ("tags", "commit"),
    [
        ({"git.commit": "c" * 40, "git.dirty": "no"}, "c" * 40),
        ({"git.commit": "c" * 40, "git.dirty": "yes"}, ""),
        ({"git.commit": "unknown", "git.dirty": "unknown"}, ""),
        ({}, ""),
    ],
)
def test_commit_is_named_only_where_it_holds_the_sources(tags: dict[str, str], commit: str) -> None:
    assert commit_of(RunFacts("1", "run1", "1", {}, tags, ())) == commit
