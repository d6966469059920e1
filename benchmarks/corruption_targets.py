"""What `benchmarks.corruption` damages, and the check that has to find it: one real thing each, made once."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from benchmarks.corruption_damage import Rewrite, canonical, compact, readable
from modelratchet.adapters.dvc_inputs import cache_object, md5_of, require_recorded_inputs
from modelratchet.adapters.json_memory import JsonMemory
from modelratchet.adapters.mlflow.ledger import DIGEST_TAG, EVENT_TAG, MlflowLedger, ledger_name
from modelratchet.adapters.mlflow.registry import MlflowRegistry
from modelratchet.adapters.mlflow.run_files import MlflowRunFiles
from modelratchet.adapters.model_signing_signer import ModelSigningSigner, ModelSigningVerifier
from modelratchet.errors import EvidenceError
from modelratchet.storage.bundles import write_bundle
from modelratchet.usecases.backtest import backtest
from modelratchet.usecases.certify import CertificateStore
from modelratchet.usecases.checks import wrong
from modelratchet.usecases.ports.registry import RegisteredVersion
from modelratchet.usecases.ports.signing import signature_path
from modelratchet.usecases.read_ledger import LedgerReader
from modelratchet.usecases.verify_certificate import Presented, verify_certificate
from tests.mlflow_stores import sqlite_store
from tests.samples import evidence as samples
from tests.samples.candidates import MODEL, bundle
from tests.samples.events import key_pair
from tests.samples.recorded import promote_recorded, recorded_candidate

N_EVENTS = 3


class Place(Protocol):
    """Bytes somewhere. `delete` takes away whatever holds them, `write` puts it back."""

    @property
    def name(self) -> str:
        """What it is called in a report."""

    @property
    def rewrite(self) -> Rewrite | None:
        """The form of its JSON; None for what is none."""

    def read(self) -> bytes:
        """The bytes."""

    def write(self, data: bytes) -> None:
        """Put bytes there."""

    def delete(self) -> None:
        """Take them away."""


@dataclass(frozen=True)
class FilePlace:
    """A file. `rewrite` is the form of its JSON, None for what is none; `twin` is a copy that a user of the file reads."""

    path: Path
    rewrite: Rewrite | None = None
    twin: Path | None = None

    @property
    def name(self) -> str:
        """The file's name."""
        return self.path.name

    def read(self) -> bytes:
        """The bytes."""
        return self.path.read_bytes()

    def write(self, data: bytes) -> None:
        """Put bytes there, and into the copy."""
        for path in (self.path, self.twin):
            if path is not None:
                path.unlink(missing_ok=True)
                path.write_bytes(data)

    def delete(self) -> None:
        """Take file and copy away."""
        for path in (self.path, self.twin):
            if path is not None:
                path.unlink()


@dataclass(frozen=True)
class TagPlace:
    """A tag of a ledger's event in the SQLite store."""

    database: Path
    model: str
    number: int
    tag: str
    rewrite: Rewrite | None

    @property
    def name(self) -> str:
        """The event and the tag."""
        return f"event {self.number} {self.tag}"

    def read(self) -> bytes:
        """The tag's text as bytes."""
        with closing(sqlite3.connect(self.database)) as connection:
            found = connection.execute(
                "SELECT CAST(value AS BLOB) FROM model_version_tags WHERE name = ? AND version = ? AND key = ?",
                (self.model, self.number, self.tag),
            ).fetchone()
        return bytes(found[0])

    def write(self, data: bytes) -> None:
        """Set the tag, and the event's row as not deleted."""
        with closing(sqlite3.connect(self.database)) as connection, connection:
            connection.execute(
                "INSERT OR REPLACE INTO model_version_tags (name, version, key, value) VALUES (?, ?, ?, CAST(? AS TEXT))",
                (self.model, self.number, self.tag, data),
            )
            self._stage(connection, "None")

    def delete(self) -> None:
        """Delete the event as MLflow would, or its digest alone."""
        with closing(sqlite3.connect(self.database)) as connection, connection:
            if self.tag == EVENT_TAG:
                self._stage(connection, "Deleted_Internal")
            else:
                connection.execute(
                    "DELETE FROM model_version_tags WHERE name = ? AND version = ? AND key = ?",
                    (self.model, self.number, self.tag),
                )

    def _stage(self, connection: sqlite3.Connection, stage: str) -> None:
        connection.execute(
            "UPDATE model_versions SET current_stage = ? WHERE name = ? AND version = ?",
            (stage, self.model, self.number),
        )


@dataclass(frozen=True)
class Target:
    """A kind of thing: where it can be damaged, who finds it, and the check, which raises."""

    kind: str
    finder: str
    places: tuple[Place, ...]
    check: Callable[[], None]


def targets(folder: Path) -> Iterator[Target]:
    """All kinds, over one MLflow store, one key and one DVC project below `folder`."""
    private, public = key_pair(folder)
    address = sqlite_store(folder)
    registry, files = MlflowRegistry(address), MlflowRunFiles(address)
    certificates = CertificateStore(folder / "certificates", registry, files, ModelSigningSigner(private, None))
    recorded = [recorded_candidate(registry, folder / f"c{n}", 0.1 * (1 + n)) for n in range(N_EVENTS)]
    ledger = MlflowLedger(address)
    events = [promote_recorded(ledger, version, verdict) for version, verdict in recorded]
    path = certificates.ensure(events[0])
    write_bundle(bundle(0.1), folder / "bundle")
    presented = Presented(path, folder / "bundle", ModelSigningVerifier(public), 1, datetime(2026, 12, 1, tzinfo=UTC))
    yield from _offline(presented)
    yield _dvc(folder / "project")
    yield from _stored(folder, recorded[0][0], files, registry)
    reader = LedgerReader(ledger, JsonMemory(folder / "memory.json"), "here")
    yield _ledger(address.database or folder, reader)


def _offline(presented: Presented) -> Iterator[Target]:
    def check() -> None:
        failed = wrong(verify_certificate(presented))
        if failed:
            raise EvidenceError(failed[0].message)

    places = tuple(
        FilePlace(presented.bundle / name, rewrite)
        for name, rewrite in (("model.onnx", None), ("schema.json", readable), ("manifest.json", readable))
    )
    yield Target("bundle", "verify_certificate", places, check)
    yield Target("certificate", "verify_certificate", (FilePlace(presented.certificate, canonical),), check)
    signature = FilePlace(signature_path(presented.certificate), compact)
    yield Target("signature", "verify_certificate", (signature,), check)


def _dvc(folder: Path) -> Target:
    """Cache objects, checked out by copying, as DVC does it without hashing."""
    folder.mkdir()
    pipeline = "stages:\n  make:\n    cmd: cp rows model x\n    outs: [x/rows, x/model]\n  use:\n    cmd: 'true'\n    deps: [x/rows, x/model]\n"
    (folder / "dvc.yaml").write_text(pipeline)
    (folder / "x").mkdir()
    (folder / "rows").write_bytes(bundle(0.3).model * 20)
    (folder / "model").write_bytes(bundle(0.4).model)
    for command in (("init", "-q", "--no-scm"), ("repro", "-q")):
        subprocess.run([sys.executable, "-m", "dvc", *command], cwd=folder, check=True)
    outputs = [folder / "x" / "rows", folder / "x" / "model"]
    places = tuple(FilePlace(folder / cache_object(md5_of(path)), None, path) for path in outputs)
    return Target("DVC cache object", "stage's edge", places, lambda: require_recorded_inputs(folder, "use"))


def _stored(
    folder: Path, version: RegisteredVersion, files: MlflowRunFiles, registry: MlflowRegistry
) -> Iterator[Target]:
    root = next((folder / "mlartifacts").rglob(f"{version.run_id}/artifacts"))
    model = tuple(FilePlace(path) for path in sorted((root / "model").rglob("*")) if path.is_file())

    def fetch() -> None:
        registry.fetch_bundle(version, folder / "fetched")
        shutil.rmtree(folder / "fetched")

    yield Target("MLmodel, code and bundle in MLflow", "fetch_bundle", model, fetch)

    def replay() -> None:
        untrusted = [item for item in backtest(MODEL, samples.policy(), files).skipped if item.is_untrusted]
        if untrusted:
            raise EvidenceError(untrusted[0].reason)

    reports = tuple(FilePlace(root / name, readable) for name in ("verdict.json", "evidence.json"))
    yield Target("verdict and evidence in MLflow", "backtest", reports, replay)


def _ledger(database: Path, reader: LedgerReader) -> Target:
    places = tuple(
        TagPlace(database, ledger_name(MODEL), number, tag, rewrite)
        for number in range(1, N_EVENTS + 1)
        for tag, rewrite in ((EVENT_TAG, canonical), (DIGEST_TAG, None))
    )

    def read() -> None:
        reader.history(MODEL)

    return Target("ledger event in SQLite", "LedgerReader.history", places, read)
