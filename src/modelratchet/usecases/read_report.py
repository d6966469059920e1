"""Gather what the latest run left on disk, for the commands that show it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from modelratchet.core.evidence import Evidence
from modelratchet.core.receipt import Receipt
from modelratchet.core.verdict import Verdict
from modelratchet.errors import EvidenceError
from modelratchet.storage.files import read_record


@dataclass(frozen=True)
class ReportFiles:
    """Where the records are."""

    evidence: Path
    verdict: Path
    receipt: Path


@dataclass(frozen=True)
class Report:
    """A verdict with its evidence, and where it was recorded (None if it has not been yet)."""

    evidence: Evidence
    verdict: Verdict
    receipt: Receipt | None


def read_report(files: ReportFiles) -> Report:
    """Read the three records, and check that they belong together.

    Raises:
        MissingEvidenceError: the pipeline has not reached its verdict yet.
        EvidenceError: evidence and verdict are not of one run.
    """
    verdict = read_record(files.verdict, Verdict)
    evidence = read_record(files.evidence, Evidence)
    if verdict.evidence_digest != evidence.digest:
        raise EvidenceError(
            f"{files.evidence} is not the evidence that {files.verdict} was decided on",
            hint="One of them was changed by hand: run `ratchet run` to decide again.",
        )
    receipt = read_record(files.receipt, Receipt) if files.receipt.exists() else None
    return Report(evidence, verdict, receipt if receipt and receipt.key == verdict.digest else None)
