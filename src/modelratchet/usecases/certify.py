"""Certificates of ledger events, on disk and beside the run of their verdict. `ratchet promote` and `reconcile` call `ensure`."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from modelratchet.core.certificate import (
    Certificate,
    certificate_name,
    certificate_of,
    decode_certificate,
    encode_certificate,
)
from modelratchet.core.ledger import Event
from modelratchet.core.manifest import Manifest
from modelratchet.errors import EvidenceError, LaterReleaseError, MissingEvidenceError
from modelratchet.storage.bundles import read_bundle
from modelratchet.storage.files import write_bytes
from modelratchet.usecases.ports.registry import ModelRegistry, RegisteredVersion, RunFiles
from modelratchet.usecases.ports.signing import Signer, signature_path


@dataclass(frozen=True)
class CertificateStore:
    """The port `Certificates`. `signer` is None where no key is set; what was signed elsewhere is kept then."""

    directory: Path
    registry: ModelRegistry
    files: RunFiles
    signer: Signer | None

    def ensure(self, event: Event) -> Path:
        """Make what is missing of an event's certificate; see the port."""
        version = self._version(event)
        path = self.directory / certificate_name(event)
        if _certificate_at(path, event) is None:
            write_bytes(path, encode_certificate(certificate_of(event, self._manifest(version))))
        run_id = run_of_event(event, version, self.files)
        self._store(run_id, path)
        if self._has_signature(run_id, path):
            self._store(run_id, signature_path(path))
        return path

    def _version(self, event: Event) -> RegisteredVersion:
        version = self.registry.version(event.model, event.version)
        if version is None:
            raise MissingEvidenceError(
                f"version {event.version} of {event.model}, which event {event.counter} names, is not in the registry",
                hint="It was deleted after its promotion; restore it from a backup of the registry.",
            )
        return version

    def _manifest(self, version: RegisteredVersion) -> Manifest:
        with tempfile.TemporaryDirectory(prefix="ratchet-") as folder:
            bundle = Path(folder) / "bundle"
            self.registry.fetch_bundle(version, bundle)
            return read_bundle(bundle).manifest

    def _has_signature(self, run_id: str, path: Path) -> bool:
        """Whether there is a signature to store: the one here, the run's, or a new one; the first of them that is right."""
        signature = signature_path(path)
        if self._is_signed(path):
            return True
        stored = self.files.read(run_id, signature.name)
        if stored is not None:
            write_bytes(signature, stored)
            if self._is_signed(path):
                return True
        if self.signer is None:
            return False
        self.signer.sign(path)
        return True

    def _is_signed(self, path: Path) -> bool:
        if self.signer is None or not signature_path(path).exists():
            return signature_path(path).exists()
        try:
            self.signer.verify(path)
        except EvidenceError:  # of another key, or spoilt: it is made anew
            return False
        return True

    def _store(self, run_id: str, path: Path) -> None:
        data = path.read_bytes()
        if self.files.read(run_id, path.name) != data:
            self.files.attach(run_id, path.name, data)


def run_of_event(event: Event, version: RegisteredVersion, files: RunFiles) -> str:
    """The run that an event's certificate lies beside: its verdict's, or where no verdict stands behind it the version's own."""
    if event.verdict_digest is None:
        return version.run_id
    judged = [run for run in files.runs(event.model) if run.key == event.verdict_digest]
    return judged[0].run_id if judged else version.run_id


def _certificate_at(path: Path, event: Event) -> Certificate | None:
    try:
        found = decode_certificate(path.read_bytes(), str(path))
    except LaterReleaseError:
        raise
    except (FileNotFoundError, EvidenceError):  # not there yet, or spoilt: it can be made again
        return None
    return found if found.event_digest == event.digest else None
