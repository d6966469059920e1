"""Replay every recorded candidate against another policy: which decisions would change, and by which finding. `ratchet backtest` calls it.

Nothing is written. A candidate is judged on the evidence that was recorded for it, in the standing that it had then.
"""

from __future__ import annotations

from dataclasses import dataclass

from modelratchet.core.evidence import Evidence
from modelratchet.core.formats import Written, from_document
from modelratchet.core.gate import decide
from modelratchet.core.policy import Policy
from modelratchet.core.reports import EVIDENCE_NAME, VERDICT_NAME, Named, parse_named_report
from modelratchet.core.verdict import Decision, Outcome, Verdict
from modelratchet.errors import EvidenceError, MissingEvidenceError
from modelratchet.usecases.ports.registry import RecordedRun, RunFiles

_BLOCKS = {Decision.REJECT: {Outcome.FAILED}, Decision.INCONCLUSIVE: {Outcome.INCONCLUSIVE}, Decision.PROMOTE: set()}


@dataclass(frozen=True)
class Turned:
    """A finding that comes out otherwise; `before` is None where the recorded verdict had none of that rule and subject, `after` likewise."""

    rule: str
    subject: str
    before: Outcome | None
    after: Outcome | None
    message: str


@dataclass(frozen=True)
class Replay:
    """One candidate under both policies. `turned` are the findings that made the difference; empty where the decision stands."""

    run_id: str
    version: str
    recorded: Decision
    replayed: Decision
    turned: tuple[Turned, ...]

    @property
    def has_changed(self) -> bool:
        """Whether the decision would be another."""
        return self.recorded is not self.replayed


@dataclass(frozen=True)
class Skipped:
    """A run that cannot be replayed. `is_untrusted` is true where its files are not the ones that were recorded."""

    run_id: str
    version: str
    reason: str
    is_untrusted: bool


@dataclass(frozen=True)
class Backtest:
    """All runs of a model, the oldest first."""

    model: str
    replays: tuple[Replay, ...]
    skipped: tuple[Skipped, ...]

    @property
    def changed(self) -> tuple[Replay, ...]:
        """Those whose decision would be another."""
        return tuple(replay for replay in self.replays if replay.has_changed)


def backtest(model: str, policy: Policy, files: RunFiles) -> Backtest:
    """Replay a model's runs.

    Raises:
        TrackingError: the store cannot be asked now.
    """
    outcomes = [_replayed(run, policy, files) for run in files.runs(model)]
    replays = tuple(item for item in outcomes if isinstance(item, Replay))
    return Backtest(model, replays, tuple(item for item in outcomes if isinstance(item, Skipped)))


class _OtherReleaseError(EvidenceError):
    """The record was written by a release whose form is read here no longer, or not yet."""


def _replayed(run: RecordedRun, policy: Policy, files: RunFiles) -> Replay | Skipped:
    try:
        recorded = _recorded(run, files, VERDICT_NAME, run.key, Verdict)
        evidence = _recorded(run, files, EVIDENCE_NAME, recorded.evidence_digest, Evidence)
    except EvidenceError as error:
        return Skipped(run.run_id, run.version, error.message, not isinstance(error, _OtherReleaseError))
    replayed = decide(recorded.model, evidence, policy)
    turned = _turned(recorded, replayed) if recorded.decision is not replayed.decision else ()
    return Replay(run.run_id, run.version, recorded.decision, replayed.decision, turned)


def _recorded(run: RecordedRun, files: RunFiles, name: str, digest: str, record: type[Written]) -> Written:
    data = files.read(run.run_id, name)
    if data is None:
        raise MissingEvidenceError(f"run {run.run_id} has no {name}")
    document = parse_named_report(data, digest, Named(record, f"{name} of run {run.run_id}"))
    try:
        return from_document(record, document, name)
    except EvidenceError as error:
        raise _OtherReleaseError(error.message) from error


def _turned(recorded: Verdict, replayed: Verdict) -> tuple[Turned, ...]:
    """The findings that block in only one of the two: those that decided the one, and no longer or not yet the other."""
    before, after = ({(item.rule, item.subject): item for item in it.findings} for it in (recorded, replayed))
    blocks = _BLOCKS[recorded.decision] | _BLOCKS[replayed.decision]
    turned = []
    for key in dict.fromkeys([*before, *after]):
        old, new = before.get(key), after.get(key)
        was, is_now = old.outcome if old else None, new.outcome if new else None
        if was is not is_now and blocks & {was, is_now}:
            found = new or old
            turned.append(Turned(*key, was, is_now, found.message if found else ""))
    return tuple(turned)
