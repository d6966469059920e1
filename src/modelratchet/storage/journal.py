"""What the stages of the latest run did: one line a stage, appended under `.ratchet/`.

Written by each stage's process, read by `ratchet run` for its summary and for the exit code of a stage that failed (DVC
does not pass a stage's own exit code on).
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class StageRun:
    """One stage that ran: how long, and how it ended. `message` and `hint` are empty unless it failed.

    `did_work` is false where a stage that always runs found nothing to do.
    """

    stage: str
    seconds: float
    exit_code: int
    message: str
    hint: str
    did_work: bool


def append_stage_run(journal: Path, run: StageRun) -> None:
    """Add a line in one write, so that lines of two processes never mix.

    A journal that cannot be written must not fail the stage: the file is for people, nothing is decided from it but
    the wording of a failure.
    """
    try:
        journal.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(journal, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            os.write(handle, (json.dumps(asdict(run)) + "\n").encode())
        finally:
            os.close(handle)
    except OSError:
        return


def read_stage_runs(journal: Path) -> tuple[StageRun, ...]:
    """The stages that ran, in order; a line cut by a kill is left out."""
    if not journal.exists():
        return ()
    runs = []
    for line in journal.read_text().splitlines():
        try:
            runs.append(StageRun(**json.loads(line)))
        except (ValueError, TypeError):
            continue
    return tuple(runs)
