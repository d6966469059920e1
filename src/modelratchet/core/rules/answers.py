"""Answers that several rules give. Called by the other modules of `core.rules`."""

from __future__ import annotations

from dataclasses import dataclass

from modelratchet.core.verdict import Finding, Outcome


def missing(rule: str, what: str, subject: str = "") -> Finding:
    """Evidence that was not supplied; without a subject of its own it is named by what is missing."""
    return Finding(rule, subject or what, Outcome.INCONCLUSIVE, f"no {what} was supplied", {})


@dataclass(frozen=True)
class Measured:
    """A value with its interval, and the largest that is allowed; `name` starts the sentence."""

    name: str
    value: float
    low: float
    high: float
    limit: float

    @property
    def numbers(self) -> dict[str, float]:
        """All of them, by name."""
        return {"value": self.value, "low": self.low, "high": self.high, "limit": self.limit}


def within(rule: str, subject: str, measured: Measured) -> Finding:
    """Ask for proof that a value is no larger than its limit."""
    span = f"{measured.name} {measured.value:.4f}, interval {measured.low:.4f} to {measured.high:.4f}, limit {measured.limit:g}"
    if measured.high <= measured.limit:
        return Finding(rule, subject, Outcome.PASSED, f"within its limit: {span}", measured.numbers)
    if measured.low > measured.limit:
        return Finding(rule, subject, Outcome.FAILED, f"above its limit: {span}", measured.numbers)
    return Finding(rule, subject, Outcome.INCONCLUSIVE, f"the interval holds the limit: {span}", measured.numbers)
