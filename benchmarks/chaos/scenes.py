"""A project that is put on trial: a folder, a store, and the real adapters that `ratchet` joins, with a real signing key.

Called by `operations`. What a verdict rests on comes from the tests' samples; everything that writes is the code that ships.
"""

from __future__ import annotations

import pickle
import secrets
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from modelratchet.adapters.json_memory import JsonMemory
from modelratchet.adapters.mlflow.address import StoreAddress, read_address
from modelratchet.adapters.mlflow.ledger import MlflowLedger
from modelratchet.adapters.mlflow.registry import MlflowRegistry
from modelratchet.adapters.mlflow.run_files import MlflowRunFiles
from modelratchet.adapters.model_signing_signer import ModelSigningSigner
from modelratchet.core.ledger_writing import Circumstances
from modelratchet.usecases.certify import CertificateStore
from modelratchet.usecases.ports.registry import CandidateRecord
from modelratchet.usecases.promote import PromotionFiles, promote
from modelratchet.usecases.read_ledger import LedgerReader
from modelratchet.usecases.write_ledger import Desk
from tests.samples import evidence as samples
from tests.samples.candidates import MODEL
from tests.samples.events import key_pair
from tests.samples.workshops import Workshop

CERTIFICATES = "certificates"
_VALID_DAYS = 90


@dataclass(frozen=True)
class Judged:
    """A candidate as `ratchet run` leaves it: its files, and what goes to the registry."""

    files: PromotionFiles
    record: CandidateRecord


@dataclass(frozen=True)
class Scene:
    """A project's folder, the model's name, and the address under which the store is reached."""

    folder: Path
    address: StoreAddress
    model: str = MODEL

    @cached_property
    def registry(self) -> MlflowRegistry:
        """The registry that is on trial."""
        return MlflowRegistry(self.address)

    @cached_property
    def desk(self) -> Desk:
        """What the verbs of promotion talk to."""
        reader = LedgerReader(MlflowLedger(self.address), JsonMemory(self.folder / "ledger.json"), self.address.shown)
        signer = ModelSigningSigner(self.folder / "key.pem", None)
        files = MlflowRunFiles(self.address)
        certificates = CertificateStore(self.folder / CERTIFICATES, self.registry, files, signer)
        return Desk(reader, self.registry, certificates, _circumstances)

    @property
    def workshop(self) -> Workshop:
        """Makes and judges candidates."""
        return Workshop(self.desk, self.folder, model=self.model)

    def begin(self) -> None:
        """Make the folder and its key."""
        self.folder.mkdir(parents=True, exist_ok=True)
        key_pair(self.folder)

    def judge(self, weight: float) -> Judged:
        """Judge a candidate in the state that the ledger is in, and keep the result in the folder for `judged`."""
        found = Judged(*self.workshop.decided(weight))
        self._kept(weight).write_bytes(pickle.dumps(found))
        return found

    def judged(self, weight: float) -> Judged:
        """What `judge` kept."""
        found: Judged = pickle.loads(self._kept(weight).read_bytes())
        return found

    def record(self, weight: float) -> str:
        """Record a judged candidate."""
        return self.registry.record(self.judged(weight).record).version

    def promote(self, weight: float) -> str:
        """Promote a judged and recorded candidate."""
        return promote(self.desk, self.judged(weight).files, samples.policy()).event.digest

    def reign(self, weight: float) -> None:
        """Judge, record and promote."""
        self.judge(weight)
        self.record(weight)
        self.promote(weight)

    def _kept(self, weight: float) -> Path:
        return self.folder / f"judged-{weight}.pickle"


def local_scene(folder: Path) -> Scene:
    """A project with a SQLite store beside it. Temporary files and locks lie in it too, so that it can be thrown away whole."""
    return served_scene(folder, read_address(folder, {}), MODEL)


def served_scene(folder: Path, address: StoreAddress, model: str) -> Scene:
    """A project of a model whose store may be elsewhere."""
    scratch = folder / "tmp"
    scratch.mkdir(parents=True, exist_ok=True)
    tempfile.tempdir = str(scratch)
    return Scene(folder, address, model)


def _circumstances() -> Circumstances:
    return Circumstances(datetime.now(UTC), secrets.token_hex(16), "somebody", "c" * 40, _VALID_DAYS)
