"""The bundle on disk: written whole, and read only when every digest is right.

Called by the `convert` stage, by whatever fetches a bundle, and by everything that loads a model.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from modelratchet.core.digests import digest_bytes
from modelratchet.core.formats import from_document, to_document
from modelratchet.core.manifest import MANIFEST_FILE, MODEL_FILE, SCHEMA_FILE, Lineage, Manifest
from modelratchet.core.reports import parse_report, report_bytes
from modelratchet.core.schema import Schema
from modelratchet.errors import DigestError, EvidenceError, MissingEvidenceError
from modelratchet.storage.files import storage_error


@dataclass(frozen=True)
class Bundle:
    """A bundle whose bytes have been checked: use these, never the files again."""

    manifest: Manifest
    schema: Schema
    model: bytes

    @property
    def digest(self) -> str:
        """The digest of the manifest, which names all the rest."""
        return self.manifest.digest

    @property
    def model_digest(self) -> str:
        """The digest of graph and schema alone."""
        return self.manifest.model_digest


def make_bundle(model: bytes, schema: Schema, lineage: Lineage) -> Bundle:
    """Put the parts together and digest them."""
    files = {MODEL_FILE: digest_bytes(model), SCHEMA_FILE: digest_bytes(_schema_bytes(schema))}
    return Bundle(Manifest(files, lineage), schema, model)


def write_bundle(bundle: Bundle, directory: Path) -> None:
    """Write the bundle to `directory`, replacing what is there in one step.

    Raises:
        StorageError: the disk is full or the folder cannot be written; `directory` is as it was.
    """
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(dir=directory.parent, prefix=f".{directory.name}."))
        try:
            staging.chmod(0o755)  # mkdtemp makes it private; a bundle is no secret
            (staging / MODEL_FILE).write_bytes(bundle.model)
            (staging / SCHEMA_FILE).write_bytes(_schema_bytes(bundle.schema))
            (staging / MANIFEST_FILE).write_bytes(report_bytes(to_document(bundle.manifest)))
            shutil.rmtree(directory, ignore_errors=True)
            staging.replace(directory)
        finally:
            shutil.rmtree(staging, ignore_errors=True)
    except OSError as error:
        raise storage_error(directory, error) from error


def read_bundle(directory: Path) -> Bundle:
    """Read a bundle and check every digest.

    Raises:
        MissingEvidenceError: the directory or one of its files is not there.
        DigestError: a file's bytes are not the ones the manifest names.
        EvidenceError: the manifest or the schema is not of a format this release reads, the manifest is not in the form
            that it is written in, or there are files that it does not name.
    """
    manifest = _read_manifest(directory / MANIFEST_FILE)
    found = {path.name for path in directory.iterdir()} - {MANIFEST_FILE}
    if found - set(manifest.files):
        raise EvidenceError(
            f"{directory} holds files that its manifest does not name: {sorted(found - set(manifest.files))}"
        )
    contents = {name: _verified(directory / name, digest) for name, digest in manifest.files.items()}
    source = str(directory / SCHEMA_FILE)
    schema = from_document(Schema, parse_report(contents[SCHEMA_FILE], source), source)
    return Bundle(manifest, schema, contents[MODEL_FILE])


def _verified(path: Path, expected: str) -> bytes:
    data = _read(path)
    found = digest_bytes(data)
    if found != expected:
        raise DigestError(
            f"{path} was changed: its digest is {found}, the manifest says {expected}",
            hint="Fetch the bundle again; do not use this one.",
        )
    return data


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
        raise MissingEvidenceError(
            f"{path} is not there", hint="Run `ratchet run`, or fetch the bundle again."
        ) from error


def _read_manifest(path: Path) -> Manifest:
    """The manifest's own bytes are covered by no digest, so only the form that it is written in is taken."""
    manifest = from_document(Manifest, parse_report(_read(path), str(path)), str(path))
    if set(manifest.files) != {MODEL_FILE, SCHEMA_FILE}:
        raise EvidenceError(f"{path} names {sorted(manifest.files)}, expected {[MODEL_FILE, SCHEMA_FILE]}")
    return manifest


def _schema_bytes(schema: Schema) -> bytes:
    return report_bytes(to_document(schema))
