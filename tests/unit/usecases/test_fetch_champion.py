"""The standing and the bundles it names are here, whole, and untouched when nothing changed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from modelratchet.core.run_facts import RunFacts
from modelratchet.core.standing import NOBODY, Standing
from modelratchet.errors import EvidenceError, MissingEvidenceError, TrackingError
from modelratchet.storage.bundles import read_bundle, write_bundle
from modelratchet.storage.files import digest_file, read_record
from modelratchet.usecases.anchor import anchor
from modelratchet.usecases.fetch_champion import StandingFiles, Throne, fetch_champion
from modelratchet.usecases.rollback import rollback
from tests.fakes.ledger import NOTHING, FakeLedger
from tests.fakes.model_registry import FakeModelRegistry
from tests.samples import evidence as samples
from tests.samples.candidates import MODEL, bundle
from tests.samples.workshops import Workshop


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StandingFiles:
    """A candidate that was never judged, and rows."""
    folder = tmp_path / "project"
    write_bundle(bundle(0.7), folder / "candidate")
    (folder / "holdout.parquet").write_bytes(b"rows")
    monkeypatch.setattr(samples, "HOLDOUT", digest_file(folder / "holdout.parquet"))
    names = ("candidate", "holdout.parquet", "standing.json", "reigning", "anchor")
    return StandingFiles(*(folder / name for name in names))


def fetch(shop: Workshop, files: StandingFiles) -> bool:
    return fetch_champion(Throne(shop.desk.reader, shop.desk.registry), MODEL, files)


def test_where_nobody_reigns_the_standing_says_so(shop: Workshop, files: StandingFiles) -> None:
    assert fetch(shop, files)

    found = read_record(files.standing, Standing)
    assert (found.champion, found.anchor, found.ledger_head, found.counter) == (NOBODY, NOBODY, None, 0)
    assert (found.holdout_digest, found.holdout_look, found.anchor_look) == (samples.HOLDOUT, 1, 1)
    assert (list(files.reigning.iterdir()), list(files.anchor.iterdir())) == ([], [])
    assert not fetch(shop, files)


def test_a_champion_is_fetched_once(shop: Workshop, files: StandingFiles, registry: FakeModelRegistry) -> None:
    shop.promoted(0.1)
    registry.calls.clear()

    assert fetch(shop, files)
    assert not fetch(shop, files)
    assert registry.calls.count("fetch_bundle") == 1
    found = read_record(files.standing, Standing)
    assert read_bundle(files.reigning / "bundle").digest == found.champion.bundle_digest
    assert (found.champion.version, found.champion.run_id, found.ledger_head) == ("1", "run1", shop.state.head)


def test_an_anchor_that_is_the_champion_is_not_fetched_twice(shop: Workshop, files: StandingFiles) -> None:
    shop.promoted(0.1)
    fetch(shop, files)

    assert read_record(files.standing, Standing).anchor.version == "1"
    assert list(files.anchor.iterdir()) == []


def test_an_anchor_of_its_own_is_fetched_and_goes_when_it_is_none_any_more(
    shop: Workshop, files: StandingFiles
) -> None:
    for weight in (0.1, 0.2):
        shop.promoted(weight)
    fetch(shop, files)
    assert read_bundle(files.anchor / "bundle") == bundle(0.1)

    anchor(shop.desk, MODEL, "2", "so")

    assert fetch(shop, files)
    assert not (files.anchor / "bundle").exists()


def test_a_rollback_is_fetched(shop: Workshop, files: StandingFiles) -> None:
    for weight in (0.1, 0.2):
        shop.promoted(weight)
    fetch(shop, files)
    rollback(shop.desk, MODEL, None, "")

    assert fetch(shop, files)
    assert read_bundle(files.reigning / "bundle") == bundle(0.1)


def test_what_else_lies_beside_the_bundle_stays(shop: Workshop, files: StandingFiles) -> None:
    shop.promoted(0.1)
    fetch(shop, files)
    (files.reigning / "run.json").write_text("{}")
    shop.promoted(0.2)

    fetch(shop, files)

    assert (files.reigning / "run.json").exists()


def test_looks_are_counted_by_holdout_and_by_anchor(shop: Workshop, files: StandingFiles) -> None:
    for weight in (0.1, 0.2):
        shop.promoted(weight)
    fetch(shop, files)

    found = read_record(files.standing, Standing)
    assert (found.holdout_look, found.anchor_look) == (3, 2)


def test_a_candidate_that_was_judged_before_keeps_its_place(shop: Workshop, files: StandingFiles) -> None:
    shop.judged(0.7)
    shop.judged(0.2)
    fetch(shop, files)

    assert read_record(files.standing, Standing).holdout_look == 1


def test_fresh_rows_begin_to_count_anew(shop: Workshop, files: StandingFiles) -> None:
    shop.judged(0.2)
    files.holdout.write_bytes(b"fresh rows")
    fetch(shop, files)

    assert read_record(files.standing, Standing).holdout_look == 1


def test_a_spoilt_copy_is_fetched_again(shop: Workshop, files: StandingFiles) -> None:
    shop.promoted(0.1)
    fetch(shop, files)
    (files.reigning / "bundle" / "model.onnx").write_bytes(b"spoilt")

    assert fetch(shop, files)
    assert read_bundle(files.reigning / "bundle") == bundle(0.1)


def test_an_alias_set_by_hand_is_no_champion(shop: Workshop, files: StandingFiles, ledger: FakeLedger) -> None:
    ledger.shown[MODEL] = replace(NOTHING, champion="4")

    with pytest.raises(EvidenceError, match="set by hand") as caught:
        fetch(shop, files)
    assert "ratchet override 4 --reason" in caught.value.hint


def test_the_ledger_counts_and_not_the_alias(shop: Workshop, files: StandingFiles, ledger: FakeLedger) -> None:
    for weight in (0.1, 0.2):
        shop.promoted(weight)
    ledger.shown[MODEL] = replace(ledger.shown[MODEL], champion="1")
    fetch(shop, files)

    assert read_record(files.standing, Standing).champion.version == "2"


def test_a_champion_whose_version_was_deleted_is_missing_evidence(
    shop: Workshop, files: StandingFiles, registry: FakeModelRegistry
) -> None:
    shop.promoted(0.1)
    del registry.versions[MODEL, "1"]

    with pytest.raises(MissingEvidenceError, match="is not in the registry any more"):
        fetch(shop, files)


def test_a_registry_that_is_down_leaves_everything_as_it_was(
    shop: Workshop, files: StandingFiles, ledger: FakeLedger
) -> None:
    shop.promoted(0.1)
    fetch(shop, files)
    ledger.is_down = True

    with pytest.raises(TrackingError):
        fetch(shop, files)
    assert read_bundle(files.reigning / "bundle") == bundle(0.1)


def test_what_the_champions_run_says_is_kept_beside_its_bundle(
    shop: Workshop, files: StandingFiles, registry: FakeModelRegistry
) -> None:
    shop.promoted(0.1)
    registry.calls.clear()

    fetch(shop, files)
    fetch(shop, files)

    facts = read_record(files.reigning / "run.json", RunFacts)
    assert (facts.version, facts.run_id, facts.tags["git.commit"]) == ("1", "run1", "abc")
    assert registry.calls.count("facts") == 1
