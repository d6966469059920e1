"""What came of making a version again, and where two bundles part. Pure; filled by `usecases.reproduce`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from modelratchet.core.agreement import Agreement
from modelratchet.core.manifest import Manifest


class Sameness(StrEnum):
    """How alike the version and its copy are; `equal` answer alike within the tolerance, `identical` are the same bytes."""

    IDENTICAL = "identical"
    EQUAL = "equal"
    DIFFERENT = "different"


@dataclass(frozen=True)
class Parting:
    """One thing in which the two differ: a file of the bundle, an input of the lineage, a library."""

    name: str
    expected: str
    found: str


@dataclass(frozen=True)
class Reproduction:
    """A version that was made again.

    `agreement` is None where the bundles are identical, or cannot be asked the same rows. `partings` come with the cause before its effect:
    what the model was made from, then its files.
    """

    model: str
    version: str
    commit: str
    sameness: Sameness
    expected_digest: str
    found_digest: str
    tolerance: float
    agreement: Agreement | None
    partings: tuple[Parting, ...]


def sameness_of(is_identical: bool, agreement: Agreement | None, tolerance: float) -> Sameness:
    """Identical, or no score apart by the tolerance and no label changed, or different."""
    if is_identical:
        return Sameness.IDENTICAL
    is_equal = agreement is not None and agreement.largest_difference < tolerance and not agreement.changed_labels
    return Sameness.EQUAL if is_equal else Sameness.DIFFERENT


def partings_of(expected: Manifest, found: Manifest) -> tuple[Parting, ...]:
    """All that differs between two bundles; empty for identical ones."""
    return tuple(_partings(expected, found))


def _partings(expected: Manifest, found: Manifest) -> Iterator[Parting]:
    inputs = {"data": "data_digest", "params": "params_digest", "source": "source_digest", "lock": "lock_digest"}
    for name, field in inputs.items():
        yield from _parting(name, getattr(expected.lineage, field), getattr(found.lineage, field))
    libraries = sorted({*expected.lineage.libraries, *found.lineage.libraries})
    for name in libraries:
        pair = [lineage.libraries.get(name, "none") for lineage in (expected.lineage, found.lineage)]
        yield from _parting(f"library {name}", *pair)
    for name in sorted({*expected.files, *found.files}):
        yield from _parting(f"file {name}", expected.files.get(name, "none"), found.files.get(name, "none"))


def _parting(name: str, expected: str, found: str) -> Iterator[Parting]:
    if expected != found:
        yield Parting(name, expected, found)
