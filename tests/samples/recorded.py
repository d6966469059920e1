"""Candidates recorded and promoted in a real registry, with the verdict and evidence that belong to them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from modelratchet.adapters.mlflow.registry import MlflowRegistry
from modelratchet.core.folding import fold
from modelratchet.core.ledger import Event
from modelratchet.core.ledger_writing import Circumstances, promoted
from modelratchet.core.standing import Champion
from modelratchet.core.verdict import Verdict
from modelratchet.storage.files import write_record
from modelratchet.usecases.ports.promotions import Ledger
from modelratchet.usecases.ports.registry import RegisteredVersion
from tests.samples.candidates import MODEL, bundle, candidate
from tests.samples.promotions import judged

NOW = datetime(2026, 11, 24, 7, tzinfo=UTC)


def recorded_candidate(
    registry: MlflowRegistry, folder: Path, weight: float, **tags: str
) -> tuple[RegisteredVersion, Verdict]:
    """Record a candidate with its reports; its version and its verdict."""
    from dataclasses import replace

    made = bundle(weight)
    evidence, verdict = judged(made)
    usual = candidate(folder, verdict.digest, made)
    write_record(folder / "verdict.json", verdict)
    write_record(folder / "evidence.json", evidence)
    attachments = {**usual.attachments, "evidence.json": folder / "evidence.json"}
    return registry.record(replace(usual, attachments=attachments, tags={**usual.tags, **tags})), verdict


def promote_recorded(ledger: Ledger, version: RegisteredVersion, verdict: Verdict) -> Event:
    """Append the promotion, and set the aliases."""
    state = fold(MODEL, ledger.read(MODEL)).state
    named = Champion(version.version, version.bundle_digest, None)
    event = promoted(state, verdict, named, Circumstances(NOW, f"n{state.counter}", "a person", "5" * 40, 90))
    ledger.append(event)
    ledger.project(fold(MODEL, ledger.read(MODEL)).state)
    return event
