"""What is left of an error that nobody expected: a file with the traceback, and one line that names it. The edges call it, `cli.main` and `wiring.stage`.

Such an error is a bug and no verdict. What is known to be a secret is taken out of both; a file that can't be written loses nothing, for the text
is given back too.
"""

from __future__ import annotations

import errno
import os
import re
import tempfile
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import dropwhile
from pathlib import Path

from modelratchet.errors import ExitCode, StorageError
from modelratchet.storage.files import storage_error
from modelratchet.storage.redaction import HIDDEN, without_secrets
from modelratchet.version import RELEASE

FOLDER = Path(".ratchet/errors")
"""Where the files are kept in a project's folder; elsewhere it is the folder for temporary files."""

DEBUG_VARIABLE = "RATCHET_DEBUG"
"""Set to anything, by `ratchet --debug` for itself and its stages: the traceback is printed too."""

_PROJECT = Path("params.yaml")
_DISK_FAULTS = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO, errno.EACCES, errno.EPERM}
_LONGEST_REASON = 300
_CONFIDENTIAL = r"[\w-]*(?:authorization|password|passwd|secret|token|credential|cookie|api[-_]?key)[\w-]*"
_NAMED_SECRET = re.compile(rf"(?i)^({_CONFIDENTIAL}\s*[:=]\s*).+", re.DOTALL)


@dataclass(frozen=True)
class BugReport:
    """What was reported. `line` says what failed, where `text` is kept and what to do with it; `is_kept` is false where no file could be written."""

    line: str
    text: str
    is_kept: bool


def report_bug(error: BaseException, command: Sequence[str]) -> BugReport:
    """Write the file, whatever stands in the way: the project's folder, else the one for temporary files, else none.

    Args:
        error: what nobody expected.
        command: the words that were typed, or the stage that ran.
    """
    text = without_secrets(_text(error, command), os.environ)
    file = _kept(text)
    where = f"the traceback is in {file}" if file else "no file could be written, so the traceback follows"
    ask = f"report it {'with this file ' if file else ''}to the maintainers of modelratchet"
    return BugReport(f"this is a bug, and no verdict: {reason_of(error)}; {where}; {ask}", text, file is not None)


def disk_fault(error: BaseException) -> StorageError | None:
    """The same error in our words, where it is the disk's: full, read-only, not to be written."""
    if not isinstance(error, OSError) or error.errno not in _DISK_FAULTS:
        return None
    return storage_error(
        Path(os.fsdecode(error.filename) if isinstance(error.filename, str | bytes) else "a file"), error
    )


def reason_of(error: BaseException) -> str:
    """Kind and message on one line, without secrets; `traceback` survives a message that cannot be made."""
    # of a SyntaxError the place comes first
    said = "".join(dropwhile(lambda part: part.startswith(" "), traceback.format_exception_only(error)))
    # secrets go first: they are not found any more where lines were joined or cut
    line = " ".join(without_secrets(said, os.environ).split())
    return line if len(line) <= _LONGEST_REASON else line[:_LONGEST_REASON] + HIDDEN


def traceback_of(error: BaseException) -> str:
    """The traceback as Python prints it, without secrets."""
    return without_secrets("".join(traceback.format_exception(error)), os.environ)


def unreported(error: BaseException) -> str:
    """What is left to say where the report itself failed."""
    return f"this is a bug, and no verdict: {type(error).__name__}; it could not be reported either"


def is_debugging() -> bool:
    """Whether the traceback is to be printed."""
    return bool(os.environ.get(DEBUG_VARIABLE))


def _text(error: BaseException, command: Sequence[str]) -> str:
    import platform

    words = [_NAMED_SECRET.sub(rf"\1{HIDDEN}", word) for word in _with_hidden_values(command)]
    head = (
        f"modelratchet {RELEASE}, Python {platform.python_version()}, {platform.platform()}",
        f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        f"command: {' '.join(words)}",
        f"exit code {ExitCode.BUG:d}: a bug, and no verdict. Please report it, with this file, to the maintainers of modelratchet.",
    )
    return "\n".join((*head, "", "".join(traceback.format_exception(error))))


def _with_hidden_values(command: Sequence[str]) -> list[str]:
    """Take out a word that follows an option such as `--password`."""
    pairs = zip(("", *command), command, strict=False)
    return [
        HIDDEN if before.startswith("-") and re.fullmatch(_CONFIDENTIAL, before, re.IGNORECASE) else word
        for before, word in pairs
    ]


def _kept(text: str) -> Path | None:
    """The file, readable for its owner alone; None where the disk takes none."""
    for folder in (FOLDER if _PROJECT.is_file() else None, None):
        try:
            return _written(folder or Path(tempfile.gettempdir()), text)
        except Exception:  # noqa: BLE001, S112 - whatever is wrong with this folder, the next may do
            continue
    return None


def _written(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    prefix = f"modelratchet-{datetime.now(UTC):%Y%m%dT%H%M%SZ}-"
    handle, name = tempfile.mkstemp(prefix=prefix, suffix=".txt", dir=folder)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as stream:
            stream.write(text)
    except BaseException:
        Path(name).unlink()
        raise
    return folder / Path(name).name
