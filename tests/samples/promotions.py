"""A registry in memory with promoted versions, whole to the last certificate: what the checks of a store start from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from modelratchet.core.evidence import Evidence
from modelratchet.core.folding import fold
from modelratchet.core.formats import to_document
from modelratchet.core.gate import decide
from modelratchet.core.ledger import Event, State
from modelratchet.core.ledger_writing import Circumstances, promoted
from modelratchet.core.policy import Policy
from modelratchet.core.reports import report_bytes
from modelratchet.core.standing import Champion
from modelratchet.core.verdict import Verdict
from modelratchet.storage.bundles import Bundle
from modelratchet.usecases.certify import CertificateStore
from modelratchet.usecases.ports.registry import RecordedRun
from modelratchet.usecases.read_ledger import LedgerReader
from modelratchet.usecases.verify_store import Store
from tests.fakes.ledger import FakeLedger
from tests.fakes.memory import FakeMemory
from tests.fakes.model_registry import FakeModelRegistry
from tests.fakes.run_files import FakeRunFiles
from tests.fakes.signer import FakeSigner
from tests.samples import evidence as samples
from tests.samples.candidates import MODEL, bundle, candidate

NOW = datetime(2026, 11, 24, 7, tzinfo=UTC)


def judged(made: Bundle, policy: Policy | None = None, head: str | None = None) -> tuple[Evidence, Verdict]:
    """Evidence about a bundle that promotes where nobody reigns, and the verdict on it, made when the ledger ended with `head`."""
    usual, first = samples.evidence(), samples.first_comparison()
    comparison = replace(first, standing=replace(first.standing, ledger_head=head))
    found = samples.about(replace(usual, comparison=comparison, latency=samples.untimed_champion()), made)
    return found, decide(MODEL, found, policy or samples.policy())


@dataclass(frozen=True)
class Promotions:
    """The fakes behind the ports of `verify_store` and `backtest`."""

    folder: Path
    ledger: FakeLedger
    registry: FakeModelRegistry
    files: FakeRunFiles
    memory: FakeMemory

    @property
    def state(self) -> State:
        """What the ledger adds up to."""
        return fold(MODEL, self.ledger.read(MODEL)).state

    @property
    def store(self) -> Store:
        """What `verify_store` looks at."""
        reader = LedgerReader(self.ledger, self.memory, "here")
        return Store(reader, self.registry, self.files, self.folder / "certificates", FakeSigner())

    @property
    def certificates(self) -> CertificateStore:
        """What makes the certificates."""
        return CertificateStore(self.folder / "certificates", self.registry, self.files, FakeSigner())

    def record(self, weight: float, policy: Policy | None = None) -> tuple[str, Verdict]:
        """Record a candidate; its version and its verdict."""
        made = bundle(weight)
        found, verdict = judged(made, policy, self.state.head)
        version = self.registry.record(candidate(self.folder / str(weight), verdict.digest, made))
        run = RecordedRun(version.verdict_run_id, verdict.digest, version.version, {"git.commit": "abc"})
        self.files.add(MODEL, run)
        self.files.files[run.run_id, "verdict.json"] = report_bytes(to_document(verdict))
        self.files.files[run.run_id, "evidence.json"] = report_bytes(to_document(found))
        return version.version, verdict

    def promote(self, weight: float) -> None:
        """Record a candidate, append its promotion, and complete all that follows."""
        version, verdict = self.record(weight)
        named = Champion(version, verdict.bundle_digest, None)
        event = promoted(self.state, verdict, named, Circumstances(NOW, f"n{weight}", "a person", "5" * 40, 90))
        self.append(event)
        self.certificates.ensure(event)

    def append(self, event: Event) -> None:
        """Store an event, and set the aliases."""
        self.ledger.append(event)
        self.ledger.project(self.state)


def two_promotions(folder: Path) -> Promotions:
    """A model that was promoted twice."""
    made = Promotions(folder, FakeLedger(), FakeModelRegistry(), FakeRunFiles(), FakeMemory())
    made.promote(0.1)
    made.promote(0.2)
    return made
