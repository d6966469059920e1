"""actions/upload-artifact: keeps files of a run under a name.

Held to: a name is used once in a run, a second upload fails unless `overwrite`; hidden files are left out unless asked for; no file is a warning,
an error or nothing, as asked; the layout begins at the one folder that was named, or at the lowest folder above several; permissions are
lost, links are followed.

Source: README.md of actions/upload-artifact, "Inputs", "Upload using Multiple Paths and Exclusions", "Limitations" and docs/MIGRATION.md.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from rehearsal.hub import write_document
from rehearsal.stand_ins.files import common_folder, matching
from rehearsal.stand_ins.step import ActionStep, RefusedError

_FORBIDDEN = re.compile(r'["<>|*?:\r\n\\/]')


def main(step: ActionStep) -> None:
    """Copy the files to the hub.

    Raises:
        RefusedError: the name is taken or not allowed, or there are no files and that is to be an error.
    """
    name = step.input("name")
    if _FORBIDDEN.search(name):
        raise RefusedError(f"The artifact name is not valid: {name}")
    files = matching(step, step.lines("path"), hidden=step.flag("include-hidden-files"))
    if not files:
        _nothing(step)
        return
    folder = step.hub.folder / "artifacts" / step.run_id / name
    _make_room(step, folder)
    _copy(step, files, folder / "files")
    number = step.hub.next_number("artifacts")
    write_document(folder / "artifact.json", {"id": number, "name": name, "job": step.environment["GITHUB_JOB"]})
    step.output(artifact_id=number, artifact_url=f"https://github.com/runs/{step.run_id}/artifacts/{number}")


def _nothing(step: ActionStep) -> None:
    message = f"No files were found with the provided path: {step.input('path')}. No artifacts will be uploaded."
    match step.input("if-no-files-found"):
        case "error":
            raise RefusedError(message)
        case "warn":
            print(f"::warning::{message}")
        case "ignore":
            print(message)
        case other:
            raise RefusedError(f"Unrecognized if-no-files-found input: {other}")


def _make_room(step: ActionStep, folder: Path) -> None:
    if not folder.exists():
        return
    if not step.flag("overwrite"):
        raise RefusedError(
            "Failed to CreateArtifact: (409) Conflict: an artifact with this name already exists on the workflow run"
        )
    shutil.rmtree(folder)


def _copy(step: ActionStep, files: list[Path], target: Path) -> None:
    top = common_folder(step, step.lines("path"))
    for path in files:
        copied = target / path.relative_to(top)
        copied.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copied)
