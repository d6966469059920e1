"""actions/download-artifact: fetches what this run uploaded, or another run of this repository.

Held to: without `run-id` only this run's artifacts are seen; another run's need a token with `actions: read`; a name that is not there fails;
without a name each artifact gets a folder of its own, unless they are merged; that a pattern matches none is no failure.

Source: README.md of actions/download-artifact, "Inputs" and "Download Artifacts from other Workflow Runs or Repositories".
"""

from __future__ import annotations

import fnmatch
import shutil
from pathlib import Path

from rehearsal.events import REPOSITORY
from rehearsal.stand_ins.files import place
from rehearsal.stand_ins.step import ActionStep, RefusedError


def main(step: ActionStep) -> None:
    """Copy artifacts into the workspace.

    Raises:
        RefusedError: the artifact is not there, or the token does not reach the other run.
    """
    found = step.hub.artifacts(_run(step))
    target = place(step, step.input("path"))
    name = step.input("name")
    if name:
        if name not in found:
            raise RefusedError(f"Unable to download artifact(s): Artifact not found for name: {name}")
        _copy(found[name], target)
    else:
        wanted = {each: path for each, path in found.items() if fnmatch.fnmatchcase(each, step.input("pattern") or "*")}
        for each, path in wanted.items():
            _copy(path, target if step.flag("merge-multiple") else target / each)
    step.output(download_path=target)


def _run(step: ActionStep) -> str:
    """The run that is asked for. A token makes the action ask over the public API, which this run's own artifacts need not."""
    asked = step.input("run-id") or step.run_id
    if step.input("repository") != REPOSITORY:
        raise RefusedError(f"repository {step.input('repository')} is not on this hub")
    if not step.input("github-token"):
        if asked != step.run_id:
            raise RefusedError(f"artifacts of run {asked} need github-token: without one only this run's own are seen")
        return asked
    step.require(step.input("github-token"), actions="read")
    return asked


def _copy(source: Path, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    shutil.copytree(source, target, dirs_exist_ok=True)
