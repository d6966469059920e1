"""A bundle is read only when every byte is the one that was written."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelratchet.core.manifest import Lineage
from modelratchet.core.schema import Column, Schema
from modelratchet.core.tasks import Task
from modelratchet.errors import DigestError, EvidenceError, MissingEvidenceError, StorageError
from modelratchet.storage.bundles import Bundle, make_bundle, read_bundle, write_bundle

SCHEMA = Schema("flights", Task.BINARY, "late", ("0", "1"), (Column("hour", "numeric", True, 0.0, 23.0, ()),))
LINEAGE = Lineage("sha256:1", "sha256:2", "sha256:3", "sha256:4", {"numpy": "2.4.6"})


def bundle(model: bytes = b"graph") -> Bundle:
    return make_bundle(model, SCHEMA, LINEAGE)


def test_bundle_comes_back_as_it_was_written(tmp_path: Path) -> None:
    write_bundle(bundle(), tmp_path / "bundle")

    assert read_bundle(tmp_path / "bundle") == bundle()


def test_equal_parts_have_an_equal_digest_and_other_bytes_do_not() -> None:
    assert bundle().digest == bundle().digest
    assert bundle().digest != bundle(b"other").digest


@pytest.mark.parametrize("name", ["model.onnx", "schema.json"])
def test_flipped_byte_is_refused_and_the_file_named(tmp_path: Path, name: str) -> None:
    write_bundle(bundle(), tmp_path / "bundle")
    path = tmp_path / "bundle" / name
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))

    with pytest.raises(DigestError, match=name):
        read_bundle(tmp_path / "bundle")


@pytest.mark.parametrize("name", ["model.onnx", "schema.json", "manifest.json"])
def test_missing_file_is_named(tmp_path: Path, name: str) -> None:
    write_bundle(bundle(), tmp_path / "bundle")
    (tmp_path / "bundle" / name).unlink()

    with pytest.raises(MissingEvidenceError, match=name):
        read_bundle(tmp_path / "bundle")


def test_file_that_the_manifest_does_not_name_is_refused(tmp_path: Path) -> None:
    write_bundle(bundle(), tmp_path / "bundle")
    (tmp_path / "bundle" / "weights.bin").write_bytes(b"x")

    with pytest.raises(EvidenceError, match=r"weights\.bin"):
        read_bundle(tmp_path / "bundle")


def test_writing_replaces_the_bundle_that_was_there(tmp_path: Path) -> None:
    write_bundle(bundle(), tmp_path / "bundle")
    write_bundle(bundle(b"newer"), tmp_path / "bundle")

    assert read_bundle(tmp_path / "bundle").model == b"newer"
    assert [path.name for path in tmp_path.iterdir()] == ["bundle"]


def test_folder_that_cannot_be_written_is_said_and_nothing_is_left(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(StorageError, match="could not be written"):
        write_bundle(bundle(), tmp_path / "file" / "bundle")
