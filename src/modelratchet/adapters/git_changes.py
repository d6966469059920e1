"""Which files differ between two commits, by git's command line. Standard library only: it is asked before there is an environment."""

from __future__ import annotations

import subprocess
from pathlib import Path

_SECONDS = 60


def changed_files(folder: Path, since: str) -> tuple[str, ...] | None:
    """Files that `HEAD` changed since it parted from another commit, deleted ones too; a renamed one under both names.

    Args:
        folder: in the repository; paths are relative to its root.
        since: a revision; never read as an option, whatever it begins with.

    Returns:
        None where that cannot be told: no repository, no such commit, a checkout that is too shallow.
    """
    command = ["git", "diff", "--name-only", "--no-renames", "-z", "--end-of-options", f"{since}...HEAD"]
    try:
        result = subprocess.run(command, cwd=folder, capture_output=True, timeout=_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    if result.returncode != 0:
        return None
    return tuple(name.decode(errors="surrogateescape") for name in result.stdout.split(b"\0") if name)
