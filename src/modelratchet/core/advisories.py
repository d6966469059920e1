"""Known vulnerabilities of what is in an image, and the policy on them. Pure: where advisories come from is an adapter's business.

What can be mended has to be: an advisory with a fixed version fails the audit, unless a person excepted it with a reason, for a time. One
without a fix is shown and fails nothing, for nobody could do anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


@dataclass(frozen=True)
class Advisory:
    """A known vulnerability of one package in one version: `aliases` are its other names, `fixed_in` the versions without it."""

    name: str
    aliases: tuple[str, ...]
    package: str
    version: str
    summary: str
    fixed_in: tuple[str, ...]


@dataclass(frozen=True)
class Exemption:
    """A vulnerability that a person has weighed; `until` is the last day on which that holds."""

    id: str
    package: str
    reason: str
    until: date


class Weight(StrEnum):
    """What an advisory comes to."""

    FAILS = "fails"
    EXCEPTED = "excepted"
    NO_FIX = "no fix"


@dataclass(frozen=True)
class WeighedAdvisory:
    """An advisory, what it comes to, and why."""

    advisory: Advisory
    weight: Weight
    why: str


@dataclass(frozen=True)
class Audit:
    """What an audit found. `source` says whose advisories they are, `as_of` how recent, as far as it says; `n_packages` were looked up."""

    source: str
    as_of: str
    n_packages: int
    found: tuple[WeighedAdvisory, ...]

    @property
    def failures(self) -> tuple[WeighedAdvisory, ...]:
        """What has to be mended or excepted first."""
        return tuple(item for item in self.found if item.weight is Weight.FAILS)

    @property
    def excepted(self) -> tuple[str, ...]:
        """The names of what a person let pass."""
        return tuple(sorted({item.advisory.name for item in self.found if item.weight is Weight.EXCEPTED}))


def weigh(advisories: Iterable[Advisory], exemptions: Sequence[Exemption], today: date) -> tuple[WeighedAdvisory, ...]:
    """Hold advisories against the exemptions, the failing ones first. What several names speak of is told once."""
    weighed = [_weighed(item, exemptions, today) for item in _distinct(advisories)]
    order = list(Weight)
    return tuple(
        sorted(weighed, key=lambda item: (order.index(item.weight), item.advisory.package, item.advisory.name))
    )


def _distinct(advisories: Iterable[Advisory]) -> Iterable[Advisory]:
    """One of those that name each other, the one that says how to mend it first: sources hold the same under several names."""
    told: dict[tuple[str, str], set[str]] = {}
    for item in sorted(advisories, key=lambda item: (not item.fixed_in, item.name)):
        names, seen = {item.name, *item.aliases}, told.setdefault((item.package, item.version), set())
        if not names & seen:
            yield item
        seen |= names


def _plain(package: str) -> str:
    """One spelling of a name for all that pip takes for the same (PEP 503)."""
    return re.sub(r"[-_.]+", "-", package).lower()


def _weighed(item: Advisory, exemptions: Sequence[Exemption], today: date) -> WeighedAdvisory:
    mine = [
        found
        for found in exemptions
        if _plain(found.package) == _plain(item.package) and found.id in (item.name, *item.aliases)
    ]
    valid = [found for found in mine if found.until >= today]
    if valid:
        return WeighedAdvisory(item, Weight.EXCEPTED, f"{valid[0].reason} (until {valid[0].until.isoformat()})")
    over = f"; the exemption ended on {mine[0].until.isoformat()}" if mine else ""
    if not item.fixed_in:
        return WeighedAdvisory(item, Weight.NO_FIX, "no version without it is known" + over)
    return WeighedAdvisory(item, Weight.FAILS, f"mended in {', '.join(item.fixed_in)}{over}")
