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
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from modelratchet.errors import ExitCode, StorageError
from modelratchet.storage.files import storage_error
from modelratchet.version import RELEASE

FOLDER = Path(".ratchet/errors")
"""Where the files are kept in a project's folder; elsewhere it is the folder for temporary files."""

DEBUG_VARIABLE = "RATCHET_DEBUG"
"""Set to anything, by `ratchet --debug` for itself and its stages: the traceback is printed too."""

_PROJECT = Path("params.yaml")
_DISK_FAULTS = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO, errno.EACCES, errno.EPERM}
_LONGEST_REASON = 300
_HIDDEN = "…"
_CONFIDENTIAL = r"[\w-]*(?:authorization|password|passwd|secret|token|credential|cookie|api[-_]?key)[\w-]*"
_NAMED_SECRET = re.compile(rf"(?i)^({_CONFIDENTIAL}\s*[:=]\s*).+", re.DOTALL)
_SECRET_VARIABLE = re.compile(r"(?i)password|passwd|secret|token|credential|(?:api|access|signing|private)_key")
_USER_IN_ADDRESS = re.compile(r"(?<=://)[^/\s@'\"]+(?=@)")
_SHORTEST_SECRET = 4


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
    text = _without_secrets(_text(error, command), os.environ)
    file = _kept(text)
    where = f"the traceback is in {file}" if file else "no file could be written, so the traceback follows"
    ask = f"report it {'with this file ' if file else ''}to the maintainers of modelratchet"
    reason = _without_secrets(_reason(error), os.environ)
    return BugReport(f"this is a bug, and no verdict: {reason}; {where}; {ask}", text, file is not None)


def disk_fault(error: BaseException) -> StorageError | None:
    """The same error in our words, where it is the disk's: full, read-only, not to be written."""
    if not isinstance(error, OSError) or error.errno not in _DISK_FAULTS:
        return None
    return storage_error(
        Path(os.fsdecode(error.filename) if isinstance(error.filename, str | bytes) else "a file"), error
    )


def is_debugging() -> bool:
    """Whether the traceback is to be printed."""
    return bool(os.environ.get(DEBUG_VARIABLE))


def _text(error: BaseException, command: Sequence[str]) -> str:
    import platform

    words = [_NAMED_SECRET.sub(rf"\1{_HIDDEN}", word) for word in _with_hidden_values(command)]
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
        _HIDDEN if before.startswith("-") and re.fullmatch(_CONFIDENTIAL, before, re.IGNORECASE) else word
        for before, word in pairs
    ]


def _reason(error: BaseException) -> str:
    """Kind and message on one line; `traceback` survives a message that cannot be made."""
    said = " ".join("".join(traceback.format_exception_only(error)).split())
    return said if len(said) <= _LONGEST_REASON else said[:_LONGEST_REASON] + _HIDDEN


def _without_secrets(text: str, environment: Mapping[str, str]) -> str:
    """Take out users and passwords of addresses, and the values of variables that are named like a secret."""
    for name, value in environment.items():
        if _SECRET_VARIABLE.search(name) and len(value) >= _SHORTEST_SECRET:
            text = text.replace(value, _HIDDEN)
    return _USER_IN_ADDRESS.sub(_HIDDEN, text)


def _kept(text: str) -> Path | None:
    """The file, readable for its owner alone; None where the disk takes none."""
    try:
        return _written(FOLDER, text) if _PROJECT.is_file() else _written(Path(tempfile.gettempdir()), text)
    except OSError:
        pass
    try:
        return _written(Path(tempfile.gettempdir()), text)
    except OSError:
        return None


def _written(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    prefix = f"modelratchet-{datetime.now(UTC):%Y%m%dT%H%M%SZ}-"
    handle, name = tempfile.mkstemp(prefix=prefix, suffix=".txt", dir=folder)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as stream:
            stream.write(text)
    except OSError:
        Path(name).unlink()
        raise
    return folder / Path(name).name
