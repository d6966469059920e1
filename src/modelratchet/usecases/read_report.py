"""Gather what the latest run left on disk, for the commands that show it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from modelratchet.core.evidence import Evidence
from modelratchet.core.formats import from_document
from modelratchet.core.judgement import judgement_of, stands
from modelratchet.core.receipt import Receipt
from modelratchet.core.verdict import Verdict
from modelratchet.errors import EvidenceError
from modelratchet.storage.files import read_record

_AGAIN = "Delete it and run `ratchet run`."


@dataclass(frozen=True)
class ReportFiles:
    """Where the records are."""

    evidence: Path
    verdict: Path
    receipt: Path


@dataclass(frozen=True)
class Report:
    """A verdict with its evidence, and where it was recorded (None if it has not been yet).

    `is_earlier` says that the same model was judged before, in the same standing, under the same policy and rules: then this is the verdict that was given then.
    """

    evidence: Evidence
    verdict: Verdict
    receipt: Receipt | None
    is_earlier: bool = False


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
    if receipt is None or receipt.key != verdict.digest:
        return Report(evidence, verdict, None)
    if receipt.verdict is None:
        return Report(evidence, verdict, receipt)
    return _earlier(Report(evidence, verdict, receipt), receipt, f"{files.receipt}")


def _earlier(fresh: Report, receipt: Receipt, source: str) -> Report:
    """What the receipt holds in place of this run's verdict, if it is of the same judgement, and stands."""
    verdict = from_document(Verdict, receipt.verdict, f"the verdict in {source}")
    evidence = from_document(Evidence, receipt.evidence, f"the evidence in {source}")
    is_one = verdict.evidence_digest == evidence.digest
    is_same = judgement_of(verdict, evidence) == judgement_of(fresh.verdict, fresh.evidence)
    if not (is_one and is_same and stands(verdict, fresh.verdict)):
        raise EvidenceError(
            f"{source} holds a verdict that does not stand for this run's: it was changed by hand", hint=_AGAIN
        )
    return Report(evidence, verdict, replace(receipt, verdict=None, evidence=None), is_earlier=True)
