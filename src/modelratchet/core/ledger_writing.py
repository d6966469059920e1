"""New events of the ledger, as pure functions of the state that they build on. Called by `promote` and the other verbs under `usecases`.

Counter and parent follow from the state; clock, nonce and names are passed in. An event that is made here is not stored yet, and may lose.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from modelratchet.core.ledger import SKEW, Event, EventKind, State
from modelratchet.core.moments import read_moment, write_moment
from modelratchet.core.standing import Champion
from modelratchet.core.verdict import Verdict
from modelratchet.errors import EvidenceError, InputError

REASON_CHARACTERS = 2000


@dataclass(frozen=True)
class Circumstances:
    """Who writes, when and from where.

    `now` is UTC-aware. `nonce` is unlike any other's. `commit` is what is checked out. The record is proof for `valid_days`.
    """

    now: datetime
    nonce: str
    actor: str
    commit: str
    valid_days: int


@dataclass(frozen=True)
class _Proof:
    """The verdict behind an event, by its digests; all None where there is none."""

    verdict_digest: str | None = None
    evidence_digest: str | None = None
    policy_digest: str | None = None
    holdout_digest: str | None = None
    model_digest: str | None = None


_NO_PROOF = _Proof()


def promoted(state: State, verdict: Verdict, named: Champion, circumstances: Circumstances) -> Event:
    """The candidate of a verdict takes over; it is the new anchor too where it was shown to be better than the old one.

    Args:
        state: what it builds on.
        verdict: on the candidate's model.
        named: the version that holds this model, and the bundle that the registry has of it; the verdict may have been made of another bundle of the same model.
        circumstances: who writes.

    Raises:
        EvidenceError: the clock was set back.
    """
    proof = _Proof(
        verdict.digest, verdict.evidence_digest, verdict.policy_digest, verdict.holdout_digest, verdict.model_digest
    )
    is_anchor = verdict.is_superior or not state.anchor.exists
    return _Draft(state, EventKind.PROMOTED, named, is_anchor, "").event(circumstances, proof)


def rolled_back(state: State, target: Champion, reason: str, circumstances: Circumstances) -> Event:
    """A version that reigned before reigns again; the anchor stays.

    Raises:
        EvidenceError: the clock was set back.
        InputError: the reason is too long.
    """
    return _Draft(state, EventKind.ROLLED_BACK, target, False, reason).event(circumstances)


def overridden(state: State, target: Champion, reason: str, circumstances: Circumstances) -> Event:
    """A person makes a version champion against the gate, or without it.

    Raises:
        EvidenceError: the clock was set back.
        InputError: there is no reason, or it is too long.
    """
    _require(reason)
    return _Draft(state, EventKind.OVERRIDDEN, target, not state.anchor.exists, reason).event(circumstances)


def anchored(state: State, target: Champion, reason: str, circumstances: Circumstances) -> Event:
    """A person names the anchor; the champion stays, and so does the day its record expires.

    Raises:
        EvidenceError: the clock was set back, or nobody reigns yet.
        InputError: there is no reason, or it is too long.
    """
    _require(reason)
    _require_champion(state)
    return _Draft(state, EventKind.ANCHORED, target, True, reason).event(circumstances)


def renewed(state: State, crowning: Event, circumstances: Circumstances) -> Event:
    """The champion's record is proof for some time more.

    Args:
        state: the champion's.
        crowning: the event that made it champion; its digests are carried on.
        circumstances: who writes, and how long the record is to last.

    Raises:
        EvidenceError: the clock was set back, or nobody reigns yet.
    """
    _require_champion(state)
    return _Draft(state, EventKind.RENEWED, state.champion, False, "").event(
        circumstances, _Proof(*crowning.proof, crowning.model_digest)
    )


@dataclass(frozen=True)
class _Draft:
    """What an event says, before it is known who writes it."""

    state: State
    kind: EventKind
    named: Champion
    is_anchor: bool
    reason: str

    def event(self, circumstances: Circumstances, proof: _Proof = _NO_PROOF) -> Event:
        if len(self.reason) > REASON_CHARACTERS:
            raise InputError(
                f"the reason has {len(self.reason)} characters, at most {REASON_CHARACTERS} are kept",
                hint="Say it shorter, and name a page that says the rest.",
            )
        at = _moment(self.state, circumstances.now)
        return Event(
            kind=self.kind,
            model=self.state.model,
            counter=self.state.counter + 1,
            parent=self.state.head,
            nonce=circumstances.nonce,
            at=write_moment(at),
            expires_at=write_moment(at + timedelta(days=circumstances.valid_days)),
            version=self.named.version or "",
            bundle_digest=self.named.bundle_digest or "",
            verdict_digest=proof.verdict_digest,
            evidence_digest=proof.evidence_digest,
            policy_digest=proof.policy_digest,
            holdout_digest=proof.holdout_digest,
            is_anchor=self.is_anchor,
            reason=self.reason,
            actor=circumstances.actor,
            commit=circumstances.commit,
            model_digest=proof.model_digest,
        )


def _moment(state: State, now: datetime) -> datetime:
    """Now, but never before the event that this one builds on: two machines' clocks differ a little."""
    latest = read_moment(state.latest_at) if state.latest_at else now
    if now < latest - SKEW:
        raise EvidenceError(
            f"the clock of this machine says {write_moment(now)}, and the ledger's latest event is of {write_moment(latest)}",
            hint="Set the clock right (`timedatectl`), then run the same command again.",
        )
    return max(now, latest)


def _require(reason: str) -> None:
    if not reason.strip():
        raise InputError("there is no reason", hint="Say why with --reason; it stays in the ledger for good.")


def _require_champion(state: State) -> None:
    if not state.champion.exists:
        raise EvidenceError(f"no version of {state.model} reigns yet", hint="Promote one first: `ratchet promote`.")
