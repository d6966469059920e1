"""What differs between a candidate and the champion: params, data, code, libraries. Differences only.

Called where a decision page is composed. Both sides are told in the same words (`Origin`): the candidate's from the files of
this run, the champion's from the registry and its bundle.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from modelratchet.core.manifest import Lineage
from modelratchet.core.run_facts import DatasetFacts


@dataclass(frozen=True)
class Origin:
    """Where a model comes from. `commit` is empty where no one looked or no one knows; `is_dirty` says that sources differed from it."""

    params: Mapping[str, str]
    datasets: tuple[DatasetFacts, ...]
    commit: str
    is_dirty: bool
    lineage: Lineage


@dataclass(frozen=True)
class Change:
    """A value that became another; None where it was or is not there."""

    name: str
    old: str | None
    new: str | None


@dataclass(frozen=True)
class DataChange:
    """Rows that became others; the counts are None where a side has no rows of that name."""

    name: str
    old_rows: int | None
    new_rows: int | None


@dataclass(frozen=True)
class CodeChange:
    """The commits, and whether the sources that make the model are the same bytes: a commit may change nothing of them."""

    old_commit: str
    new_commit: str
    is_dirty: bool
    is_same: bool


@dataclass(frozen=True)
class Changes:
    """All differences; empty tuples where there are none."""

    champion_version: str
    params: tuple[Change, ...]
    data: tuple[DataChange, ...]
    code: CodeChange
    libraries: tuple[Change, ...]
    is_lock_same: bool


def changes_between(champion_version: str, champion: Origin, candidate: Origin) -> Changes:
    """Find the differences. Equal origins give empty ones."""
    old, new = champion.lineage, candidate.lineage
    return Changes(
        champion_version=champion_version,
        params=_changed(champion.params, candidate.params),
        data=_changed_data(champion.datasets, candidate.datasets),
        code=CodeChange(
            champion.commit, candidate.commit, candidate.is_dirty, is_same=old.source_digest == new.source_digest
        ),
        libraries=_changed(old.libraries, new.libraries),
        is_lock_same=old.lock_digest == new.lock_digest,
    )


def _changed(old: Mapping[str, str], new: Mapping[str, str]) -> tuple[Change, ...]:
    names = sorted(old.keys() | new.keys())
    return tuple(Change(name, old.get(name), new.get(name)) for name in names if old.get(name) != new.get(name))


def _changed_data(old: tuple[DatasetFacts, ...], new: tuple[DatasetFacts, ...]) -> tuple[DataChange, ...]:
    before, after = ({item.name: item for item in items} for items in (old, new))
    found = []
    for name in {**before, **after}:
        was, became = before.get(name), after.get(name)
        if (was and was.digest) != (became and became.digest):
            found.append(DataChange(name, was.n_rows if was else None, became.n_rows if became else None))
    return tuple(found)
