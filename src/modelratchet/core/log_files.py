"""How the files of a prediction log are named, and which of them count.

    date=2026-11-24/hour=10/HOST-a1b2c3d4-000007.parquet           part 7 of that worker
    date=2026-11-24/hour=10/HOST-a1b2c3d4-000000_000007.parquet    parts 0 to 7 merged: it supersedes each of them

A worker numbers its parts upwards and never uses a number twice. A merged file takes its name only when it is whole, and the parts
go only after that, so a reader that comes in between sees rows twice unless it asks `standing`. The server writes by this grammar,
the reader in `adapters` reads by it. `parse_name(file.name)` is `file`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from modelratchet.errors import EvidenceError, LaterReleaseError

HOUR_NS = 3_600_000_000_000
PREDICTIONS_FORMAT = "modelratchet/prediction-log"
FEEDBACK_FORMAT = "modelratchet/feedback"
VERSION = 1
"""Of both formats. It rises when a column comes that an older reader would not know; a reader takes its own version and all earlier ones."""
_NAME = re.compile(r"(?P<worker>[A-Za-z0-9][A-Za-z0-9.-]*)-(?P<first>\d{6,})(?:_(?P<last>\d{6,}))?\.parquet")


@dataclass(frozen=True, order=True)
class LogFile:
    """One worker's parts `first` to `last`, both included; a part that was not merged has `first` equal to `last`."""

    worker: str
    first: int
    last: int

    @property
    def name(self) -> str:
        """The file's name in the folder of its hour."""
        merged = f"_{self.last:06d}" if self.last != self.first else ""
        return f"{self.worker}-{self.first:06d}{merged}.parquet"

    def supersedes(self, other: LogFile) -> bool:
        """Whether every row of the other file is in this one too."""
        return self != other and self.worker == other.worker and self.first <= other.first and other.last <= self.last


def format_facts(name: str) -> dict[str, str]:
    """What a file's metadata say of its format."""
    return {"format": name, "format_version": str(VERSION)}


def require_readable(facts: Mapping[str, str], source: str) -> None:
    """Refuse a file that is none of the log's, or of a later release.

    Args:
        facts: the file's metadata.
        source: the file, for messages.

    Raises:
        EvidenceError: it names no format of the log.
        LaterReleaseError: a later release wrote it.
    """
    name, version = facts.get("format"), facts.get("format_version", "")
    if (
        name not in (PREDICTIONS_FORMAT, FEEDBACK_FORMAT)
        or not (version.isascii() and version.isdigit())
        or version == "0"
    ):
        raise EvidenceError(
            f"{source} is {name} version {version or None}, expected {PREDICTIONS_FORMAT} or {FEEDBACK_FORMAT}, version {VERSION}",
            hint="Move it out of the log's folder.",
        )
    if int(version) > VERSION:
        raise LaterReleaseError(
            f"{source} is {name} version {version}, which a later release of modelratchet wrote; this one reads version {VERSION}",
            hint="Install the release that wrote it, or a newer one; docs/how-to/upgrade.md.",
        )


def parse_name(name: str) -> LogFile | None:
    """Read a file's name; None for what is no file of the log, such as one that is half-written."""
    match = _NAME.fullmatch(name)
    if match is None:
        return None
    first = int(match["first"])
    return LogFile(match["worker"], first, int(match["last"] or first))


def standing(files: Iterable[LogFile]) -> tuple[LogFile, ...]:
    """The files of one hour that no other supersedes, in order: each row of the hour is in exactly one of them."""
    unique = set(files)
    # the widest of a worker's files come first, so that one pass finds what lies within them
    ordered = sorted(unique, key=lambda file: (file.worker, file.first, -file.last))
    kept: list[LogFile] = []
    for file in ordered:
        if not kept or not kept[-1].supersedes(file):
            kept.append(file)
    return tuple(kept)


def hour_of(time_ns: int) -> int:
    """Hours since 1970 in UTC."""
    return time_ns // HOUR_NS


def hour_folder(hour: int) -> str:
    """The folder of an hour, below the log's folder."""
    return f"{datetime.fromtimestamp(hour * 3600, UTC):date=%Y-%m-%d/hour=%H}"
