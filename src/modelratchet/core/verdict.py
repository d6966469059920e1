"""What the gate answers: a decision, and every finding that led to it with its numbers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from modelratchet.core.formats import added, digest_of


class Outcome(StrEnum):
    """What one rule found. A warning is shown and decides nothing."""

    PASSED = "passed"
    WARNING = "warning"
    INCONCLUSIVE = "inconclusive"
    FAILED = "failed"


class Decision(StrEnum):
    """What follows from all findings. Only `promote` promotes."""

    PROMOTE = "promote"
    REJECT = "reject"
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True)
class Finding:
    """One rule's answer.

    `subject` is what was judged (a metric, a slice, `p50`), `message` one sentence for people; `numbers` holds
    everything the sentence rests on, limits included.
    """

    rule: str
    subject: str
    outcome: Outcome
    message: str
    numbers: dict[str, float]


@dataclass(frozen=True)
class Verdict:
    """A decision, tied by digest to the evidence, the policy and the bundle that it is about.

    `ledger_head` is the state it was made in: it stands only while that is the head. `is_superior` says that the candidate was shown to be better
    than the anchor, so that its promotion makes it the new one. `holdout_look` is 0 where no comparison was supplied.
    `model_digest` names the graph and the schema: whatever bundle they lie in, they are one candidate. `rules_version` is that of the gate's rules.
    """

    FORMAT: ClassVar[str] = "modelratchet/verdict"
    VERSION: ClassVar[int] = 3
    OLDEST: ClassVar[int] = 2

    decision: Decision
    model: str
    bundle_digest: str
    evidence_digest: str
    policy_digest: str
    holdout_digest: str | None
    champion_version: str | None
    anchor_version: str | None
    ledger_head: str | None
    holdout_look: int
    is_superior: bool
    findings: tuple[Finding, ...]
    model_digest: str | None = added(3)
    rules_version: int | None = added(3)

    @property
    def digest(self) -> str:
        """Names this verdict; equal evidence and policy give an equal digest."""
        return digest_of(self)

    def having(self, *outcomes: Outcome) -> tuple[Finding, ...]:
        """The findings with one of these outcomes, in order."""
        return tuple(finding for finding in self.findings if finding.outcome in outcomes)
