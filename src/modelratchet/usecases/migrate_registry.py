"""Move a registry from one machine to a team's: files first, rows last and all at once. Called by `ratchet registry migrate`.

Until the rows are there nobody sees any of it, so a kill at any moment leaves a new store as empty as before, and files that the next call
finds and need not send again. The old store is only read.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from modelratchet.errors import ConfigError, InputError, TrackingError
from modelratchet.usecases.ports.migration import Contents, FileGroup, FileTarget, Holding, NewStore, OldStore

_SHOWN_FAULTS = 20


class Outcome(StrEnum):
    """What became of a migration."""

    MIGRATED = "migrated"
    NOTHING_TO_DO = "nothing to do"
    REHEARSED = "would be migrated"


@dataclass(frozen=True)
class Ends:
    """From where, to where."""

    old: OldStore
    new: NewStore
    files: FileTarget


@dataclass(frozen=True)
class Step:
    """How far it is: a word for what is done, and bytes of files so far and in all."""

    doing: str
    done_bytes: int = 0
    all_bytes: int = 0


@dataclass(frozen=True)
class Migration:
    """What was moved, or is there already, or would be moved. `n_sent` of `n_files` files had to be sent in this call."""

    outcome: Outcome
    source: str
    target: str
    artifacts: str
    rows: dict[str, int]
    digest: str
    n_files: int
    size_bytes: int
    n_sent: int


def migrate_registry(ends: Ends, watch: Callable[[Step], None], *, is_rehearsal: bool) -> Migration:
    """Copy all rows and files, compare what arrived, and let it appear.

    Args:
        ends: from where, to where.
        watch: is told of each step.
        is_rehearsal: only say what would be done, and what stands against it; nothing is written.

    Raises:
        ConfigError: the new store could not hold all of it; with every fault.
        InputError: the new store holds something else.
        DigestError: what arrived is not what was sent.
        TrackingError: somebody wrote to the old store or its files meanwhile, or migrates too; or a store failed. The same call goes on from there.
    """
    with ends.new.held():
        watch(Step("reading the old store"))
        wanted, groups = ends.old.contents(), ends.old.groups()
        if _is_there(ends, wanted):
            return _told(Outcome.NOTHING_TO_DO, ends, wanted, groups, 0)
        _require_no_faults([*ends.old.faults(), *ends.files.strangers(groups)], ends)
        if is_rehearsal:
            return _told(Outcome.REHEARSED, ends, wanted, groups, 0)
        ends.new.prepare()
        n_sent = _copy_files(ends.files, groups, watch)
        watch(Step("writing rows"))
        with ends.old.sealed():
            _require_same_files(ends.old, groups)
            ends.new.take(ends.old, wanted)
        return _told(Outcome.MIGRATED, ends, wanted, groups, n_sent)


def _is_there(ends: Ends, wanted: Contents) -> bool:
    occupant = ends.new.occupant(wanted)
    if occupant.holding is Holding.SOMETHING_ELSE:
        raise InputError(
            f"{ends.new.shown} holds {occupant.said} already; nothing was changed there",
            hint="Name an empty database. What has been recorded elsewhere is recorded there anew by `ratchet run`.",
        )
    return occupant.holding is Holding.THE_SAME


def _require_no_faults(faults: Sequence[str], ends: Ends) -> None:
    if not faults:
        return
    shown = list(faults[:_SHOWN_FAULTS])
    if len(faults) > len(shown):
        shown.append(f"and {len(faults) - len(shown)} more")
    raise ConfigError(
        ends.old.shown, shown, hint="Nothing was written. Mend these, or delete what nobody needs, and run it again."
    )


def _copy_files(files: FileTarget, groups: Sequence[FileGroup], watch: Callable[[Step], None]) -> int:
    """How many files had to be sent."""
    all_bytes = sum(group.size_bytes for group in groups)
    done_bytes = n_sent = 0

    def taken(group: FileGroup, is_new: bool) -> None:
        nonlocal done_bytes, n_sent
        done_bytes += group.size_bytes
        n_sent += group.n_files if is_new else 0
        watch(Step("copying files", done_bytes, all_bytes))

    watch(Step("copying files", 0, all_bytes))
    files.copy(groups, taken)
    return n_sent


def _require_same_files(old: OldStore, copied: Sequence[FileGroup]) -> None:
    """A file that is added to a run changes no row, so the seal on rows does not show it."""
    now = old.groups()
    if list(now) != list(copied):
        changed = sorted({group.name for group in set(now) ^ set(copied)})
        raise TrackingError(
            f"files of {old.shown} changed while they were copied: {', '.join(changed[:5])}",
            hint="Run the same command again when nobody records: what was sent is not sent again.",
        )


def _told(outcome: Outcome, ends: Ends, wanted: Contents, groups: Sequence[FileGroup], n_sent: int) -> Migration:
    return Migration(
        outcome=outcome,
        source=ends.old.shown,
        target=ends.new.shown,
        artifacts=ends.files.shown,
        rows={table: count for table, count in sorted(wanted.rows.items()) if count},
        digest=wanted.digest,
        n_files=sum(group.n_files for group in groups),
        size_bytes=sum(group.size_bytes for group in groups),
        n_sent=n_sent,
    )
