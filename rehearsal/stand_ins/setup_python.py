"""actions/setup-python: puts a Python on PATH, always at the same place, as the tool cache of a hosted runner.

Held to: the version that was asked for comes first on PATH as `python` and `python3`; outputs `python-version`, `python-path`, `cache-hit`.
One thing differs: a version that this machine lacks is replaced by the one it has. The run's record says what was asked and what was given.

Source: README.md of actions/setup-python and its docs/advanced-usage.md, "Outputs".
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

from rehearsal.stand_ins.step import ActionStep, RefusedError

SYSTEM = "/usr/local/bin:/usr/bin:/bin"


def main(step: ActionStep) -> None:
    """Find a Python and put it first."""
    asked = _asked(step)
    program = shutil.which(f"python{asked}", path=SYSTEM) or shutil.which("python3", path=SYSTEM)
    if program is None:
        raise RefusedError("this machine has no python3")
    version = _version(program)
    if not version.startswith(f"{asked}."):
        print(f"::notice::asked for Python {asked}, this machine has {version}")
    _note(step, asked, version)
    folder = _tool(step, program, version)
    step.add_path(folder)
    step.set_environment("pythonLocation", str(folder.parent))
    step.output(python_version=version, python_path=folder / "python", cache_hit="false")


def _asked(step: ActionStep) -> str:
    """The version, of the input or of a file; `3.12.x` and `3.12` are the same."""
    asked = step.input("python-version")
    if not asked and step.input("python-version-file"):
        asked = (step.workspace / step.input("python-version-file")).read_text().strip()
    if not asked:
        raise RefusedError("python-version is not set")
    return ".".join(asked.split(".")[:2])


def _version(program: str) -> str:
    code = "import platform; print(platform.python_version())"
    return subprocess.run([program, "-I", "-c", code], check=True, capture_output=True, text=True).stdout.strip()


def _tool(step: ActionStep, program: str, version: str) -> Path:
    folder = Path(step.run["tools"]) / "Python" / version / "x64" / "bin"
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("python", "python3", f"python{'.'.join(version.split('.')[:2])}"):
        if not (folder / name).is_symlink():
            (folder / name).symlink_to(program)
    return folder


def _note(step: ActionStep, asked: str, given: str) -> None:
    with (step.hub.run_folder(step.run_id) / "pythons.jsonl").open("a") as stream:
        stream.write(json.dumps({"job": step.environment["GITHUB_JOB"], "asked": asked, "given": given}) + "\n")
