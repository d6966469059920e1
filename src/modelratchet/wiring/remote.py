"""Joins `ratchet pull` and `ratchet push` to DVC."""

from __future__ import annotations

from pathlib import Path

from modelratchet.adapters.dvc_remote import DvcRemote


def pulled() -> str:
    """Bring what the remote has, and say where it came from.

    Raises:
        OutsideError: the remote cannot be asked.
    """
    remote = DvcRemote(Path())
    found = remote.default()
    if found is None:
        return "No DVC remote is set: there is nothing to bring."
    if found.is_folder_to_come:
        return f"{found.address} is not there yet: nothing was pushed so far."
    remote.pull()
    return f"Data, outputs and the cache of runs are here, as far as {found.address} has them."


def pushed(*, prune: bool) -> str:
    """Take there what the remote lacks; then, if wanted, keep here only what this commit uses.

    Raises:
        OutsideError: the remote cannot be asked.
    """
    remote = DvcRemote(Path())
    found = remote.default()
    if found is not None:
        remote.push()
    if prune:
        remote.prune()
    return (
        f"{found.address} has all that was made here." if found else "No DVC remote is set: nothing was taken anywhere."
    )
