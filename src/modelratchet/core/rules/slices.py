"""Slices: whether any is worse beyond doubt. Small ones are said, not judged; the worst is always named.

Harm has to be shown, at a level that Holm's procedure shares out: the chance of blaming any slice of a harmless candidate stays within
`slice_alpha` however many there are. A loss that is certain but smaller than `slice_margin` is let pass.

Source: Holm, Scandinavian Journal of Statistics 6 (1979).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from modelratchet.core.comparison import Difference, SliceDifference
from modelratchet.core.evidence import Evidence
from modelratchet.core.paired import p_harm
from modelratchet.core.policy import Policy
from modelratchet.core.verdict import Finding, Outcome


@dataclass(frozen=True)
class _Judged:
    """One slice that is large enough, with Holm's adjusted p-value of the harm."""

    part: SliceDifference
    difference: Difference
    p_value: float

    @property
    def name(self) -> str:
        return f"{self.part.column}={self.part.category}"

    @property
    def numbers(self) -> dict[str, float]:
        return {
            "n_rows": float(self.part.n_rows),
            "candidate": self.difference.candidate,
            "reference": self.difference.reference,
            "gain": self.difference.gain,
            "p_value": self.p_value,
        }


def check_slices(evidence: Evidence, policy: Policy) -> Iterator[Finding]:
    """Look for slices that are worse than the champion's beyond doubt."""
    contest = evidence.comparison.champion if evidence.comparison else None
    if contest is None or not contest.slices:
        return
    judged = _judged(contest.slices, policy)
    harmed = [one for one in judged if one.p_value <= policy.slice_alpha and -one.difference.gain > policy.slice_margin]
    for one in harmed:
        message = f"{one.part.column} {one.part.category} ({one.part.n_rows:,} rows) is worse: gain {one.difference.gain:+.4f}, p {one.p_value:.2g} after Holm, margin {policy.slice_margin:g}"
        yield Finding("slices", one.name, Outcome.FAILED, message, one.numbers | {"slice_margin": policy.slice_margin})
    if not harmed:
        yield _harmless(judged, len(contest.slices) - len(judged), policy)


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Adjusted p-values in the order given: each may be held against the level itself."""
    adjusted, largest = [0.0] * len(p_values), 0.0
    for rank, index in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        largest = max(largest, (len(p_values) - rank) * p_values[index])
        adjusted[index] = min(1.0, largest)
    return tuple(adjusted)


def _judged(slices: Sequence[SliceDifference], policy: Policy) -> list[_Judged]:
    found = [(part, part.difference) for part in slices if part.difference and part.n_rows >= policy.minimum_slice_rows]
    adjusted = holm([p_harm(difference) for _, difference in found])
    return [_Judged(part, difference, p) for (part, difference), p in zip(found, adjusted, strict=True)]


def _harmless(judged: Sequence[_Judged], small: int, policy: Policy) -> Finding:
    numbers = {"slices": float(len(judged)), "too_small": float(small), "slice_margin": policy.slice_margin}
    message = f"none of {len(judged)} slices is worse by more than {policy.slice_margin:g} beyond doubt"
    if judged:
        worst = min(judged, key=lambda one: one.difference.gain)
        message += f"; the worst is {worst.name} with gain {worst.difference.gain:+.4f}"
        numbers |= {"worst_gain": worst.difference.gain, "worst_p_value": worst.p_value}
    if small:
        message += f"; {small} are too small to say"
    return Finding("slices", policy.primary, Outcome.PASSED, message, numbers)
