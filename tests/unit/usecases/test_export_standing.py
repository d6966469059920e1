"""A candidate that is judged by an export is judged as it would be by the registry, and the export proves itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from modelratchet.core.exported_standing import STANDING_FILE, ExportedStanding
from modelratchet.core.standing import NOBODY, Standing
from modelratchet.errors import DigestError, EvidenceError, InputError, MissingEvidenceError, StorageError
from modelratchet.storage.bundles import read_bundle, write_bundle
from modelratchet.storage.files import digest_file, read_json, read_record, write_json
from modelratchet.usecases.export_standing import Exported, export_standing
from modelratchet.usecases.exported_registry import ExportedRegistry
from modelratchet.usecases.fetch_champion import StandingFiles, Throne, fetch_champion
from modelratchet.usecases.ports.registry import RecordedRun, RegisteredVersion
from modelratchet.usecases.read_ledger import LedgerReader
from modelratchet.usecases.rollback import rollback
from tests.fakes.memory import FakeMemory
from tests.fakes.run_files import FakeRunFiles
from tests.samples import evidence as samples
from tests.samples.candidates import MODEL, bundle
from tests.samples.workshops import Workshop


@pytest.fixture
def candidate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a candidate that was never judged, and rows."""
    folder = tmp_path / "project"
    write_bundle(bundle(0.7), folder / "candidate")
    (folder / "holdout.parquet").write_bytes(b"rows")
    monkeypatch.setattr(samples, "HOLDOUT", digest_file(folder / "holdout.parquet"))
    return folder


def _files(candidate: Path, name: str) -> StandingFiles:
    target = candidate.parent / name
    return StandingFiles(
        candidate / "candidate",
        candidate / "holdout.parquet",
        *(target / part for part in ("standing.json", "reigning", "anchor")),
    )


def _export(shop: Workshop, folder: Path) -> Exported:
    runs = FakeRunFiles()
    runs.add(MODEL, RecordedRun("run1", "key", "1", {"ratchet.holdout_digest": samples.HOLDOUT}))
    return export_standing(Throne(shop.desk.reader, shop.desk.registry), runs, MODEL, folder)


def _throne(folder: Path) -> Throne:
    exported = ExportedRegistry(folder)
    return Throne(LedgerReader(exported, FakeMemory(), "export"), exported)


def test_the_standing_is_the_one_that_the_registry_gives(shop: Workshop, candidate: Path, tmp_path: Path) -> None:
    for weight in (0.1, 0.2, 0.3):
        shop.promoted(weight)
    rollback(shop.desk, MODEL, "2", "worse")
    _export(shop, tmp_path / "export")
    ours, theirs = _files(candidate, "ours"), _files(candidate, "theirs")

    fetch_champion(Throne(shop.desk.reader, shop.desk.registry), MODEL, theirs)
    assert fetch_champion(_throne(tmp_path / "export"), MODEL, ours)

    found = read_record(ours.standing, Standing)
    assert found == read_record(theirs.standing, Standing)
    assert (found.champion.version, found.holdout_look, found.has_own_anchor) == ("2", 4, True)
    for mine, yours in ((ours.reigning, theirs.reigning), (ours.anchor, theirs.anchor)):
        assert read_bundle(mine / "bundle") == read_bundle(yours / "bundle")
    assert (ours.reigning / "run.json").read_bytes() == (theirs.reigning / "run.json").read_bytes()


def test_where_nobody_reigns_the_export_says_so(shop: Workshop, candidate: Path, tmp_path: Path) -> None:
    written = _export(shop, tmp_path / "export")
    files = _files(candidate, "ours")
    fetch_champion(_throne(tmp_path / "export"), MODEL, files)

    assert read_record(files.standing, Standing).champion == NOBODY
    assert written.standing.versions == ()


def test_a_later_export_takes_the_place_of_the_earlier(shop: Workshop, tmp_path: Path) -> None:
    shop.promoted(0.1)
    shop.promoted(0.2)
    _export(shop, tmp_path / "export")
    rollback(shop.desk, MODEL, "1", "worse")
    _export(shop, tmp_path / "export")

    assert [item.version for item in ExportedRegistry(tmp_path / "export").standing.versions] == ["1"]
    assert sorted(path.name for path in (tmp_path / "export").iterdir()) == ["champion", STANDING_FILE]
    assert not list(tmp_path.glob(".export*"))


def test_a_promotion_meanwhile_is_left_to_the_next_export(
    shop: Workshop, candidate: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.promoted(0.1)
    fetch = shop.desk.registry.fetch_bundle

    def fetch_while_another_promotes(version: RegisteredVersion, directory: Path) -> None:
        fetch(version, directory)
        monkeypatch.setattr(shop.desk.registry, "fetch_bundle", fetch)
        shop.promoted(0.2)

    monkeypatch.setattr(shop.desk.registry, "fetch_bundle", fetch_while_another_promotes)
    _export(shop, tmp_path / "export")
    files = _files(candidate, "ours")

    fetch_champion(_throne(tmp_path / "export"), MODEL, files)

    assert shop.state.champion.version == "2"
    assert read_record(files.standing, Standing).champion.version == "1"


def test_a_folder_that_cannot_be_made_is_told(shop: Workshop, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(StorageError, match="could not be written"):
        _export(shop, tmp_path / "file" / "export")


def test_a_folder_of_something_else_is_left_alone(shop: Workshop, tmp_path: Path) -> None:
    (tmp_path / "export").mkdir()
    (tmp_path / "export" / "thesis.txt").write_text("the only copy")
    with pytest.raises(EvidenceError, match="something else"):
        _export(shop, tmp_path / "export")

    assert (tmp_path / "export" / "thesis.txt").read_text() == "the only copy"


def test_a_champion_that_was_exchanged_is_refused(shop: Workshop, candidate: Path, tmp_path: Path) -> None:
    shop.promoted(0.1)
    _export(shop, tmp_path / "export")
    write_bundle(bundle(0.9), tmp_path / "export" / "champion" / "bundle")

    with pytest.raises(DigestError, match="as version 1"):
        fetch_champion(_throne(tmp_path / "export"), MODEL, _files(candidate, "ours"))


def test_a_ledger_that_was_changed_is_refused(shop: Workshop, candidate: Path, tmp_path: Path) -> None:
    shop.promoted(0.1)
    shop.promoted(0.2)
    _export(shop, tmp_path / "export")
    path = tmp_path / "export" / STANDING_FILE
    document = read_json(path)
    event = json.loads(document["events"][0]["text"])
    document["events"][0]["text"] = json.dumps({**event, "version": "9"})
    write_json(path, document)

    with pytest.raises(EvidenceError):
        fetch_champion(_throne(tmp_path / "export"), MODEL, _files(candidate, "ours"))


def test_a_bundle_outside_of_the_export_is_never_read(shop: Workshop, candidate: Path, tmp_path: Path) -> None:
    shop.promoted(0.1)
    _export(shop, tmp_path / "export")
    path = tmp_path / "export" / STANDING_FILE
    document = read_json(path)
    document["versions"][0]["folder"] = "../project"
    write_json(path, document)

    with pytest.raises(EvidenceError, match="expected champion or anchor"):
        fetch_champion(_throne(tmp_path / "export"), MODEL, _files(candidate, "ours"))


def test_without_an_export_nobody_is_said_to_reign(tmp_path: Path) -> None:
    with pytest.raises(MissingEvidenceError, match="nobody knows who reigns") as caught:
        ExportedRegistry(tmp_path / "export").version(MODEL, "1")
    assert "ratchet champion export" in caught.value.hint


def test_the_export_of_another_model_is_refused(shop: Workshop, tmp_path: Path) -> None:
    _export(shop, tmp_path / "export")
    with pytest.raises(EvidenceError, match=r"params\.yaml is about another"):
        ExportedRegistry(tmp_path / "export").read("another")


@pytest.mark.parametrize("deed", ["find", "show_override", "name_commit", "record", "append", "project"])
def test_nothing_can_be_written_to_an_export(shop: Workshop, tmp_path: Path, deed: str) -> None:
    shop.promoted(0.1)
    _export(shop, tmp_path / "export")
    exported = ExportedRegistry(tmp_path / "export")
    _, record = shop.decided(0.2)
    version = exported.version(MODEL, "1")
    arguments = {
        "find": (MODEL, "key"),
        "show_override": (version, str),
        "name_commit": (version, "c" * 40),
        "record": (record,),
        "append": (shop.history.accepted[0].event,),
        "project": (shop.state,),
    }

    with pytest.raises(InputError, match="only says who reigns"):
        getattr(exported, deed)(*arguments[deed])


def test_the_record_can_be_read_back(shop: Workshop, tmp_path: Path) -> None:
    shop.promoted(0.1)
    written = _export(shop, tmp_path / "export")

    assert read_record(tmp_path / "export" / STANDING_FILE, ExportedStanding) == written.standing
