"""The quick tests on the built wheel: `make test-wheel`.

The suite itself runs on the checkout, where a file that the wheel leaves out is there all the same. Here the wheel is built, installed into an environment
of the lock alone, and tested from a copy of the project that has no `src`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "build" / "wheel"
TESTS = ("tests/unit",)
_SAYS_WHERE = "import modelratchet; print(modelratchet.__file__)"


def main(arguments: list[str]) -> int:
    """Build, install, test; pytest's exit code."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    wheel = _built()
    python = _installed(wheel)
    project = _project_without_sources()
    where = Path(_output(project, python, "-c", _SAYS_WHERE))
    if FOLDER / "environment" not in where.parents:
        print(f"modelratchet comes from {where}, expected the wheel in {FOLDER}", file=sys.stderr)
        return 1
    print(f"Testing {wheel.name}")
    options = ["-q", "-m", "not slow", "-p", "no:cacheprovider", "-n", os.environ.get("WORKERS", "2")]
    command = [str(python), "-m", "pytest", *options, *(arguments or TESTS)]
    return subprocess.run(command, cwd=project, env=_environment(), check=False).returncode


def _built() -> Path:
    distributions = FOLDER / "dist"
    _run(ROOT, sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(distributions))
    return next(distributions.glob("*.whl"))


def _installed(wheel: Path) -> Path:
    """The interpreter of an environment that holds the lock and the wheel."""
    environment = FOLDER / "environment"
    venv.create(environment)
    python = environment / "bin" / "python"
    install = [str(Path(sys.executable).parent / "uv"), "pip", "install", "-q", "-p", str(python)]
    _run(ROOT, *install, "--require-hashes", "-r", "requirements.lock")
    _run(ROOT, *install, "--no-deps", str(wheel))
    return python


def _project_without_sources() -> Path:
    """What git tracks, but for `src`."""
    project = FOLDER / "project"
    for name in _output(ROOT, "git", "ls-files", "-z").split("\0"):
        if name and not name.startswith("src/") and (ROOT / name).is_file():
            (project / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, project / name)
    return project


def _environment() -> dict[str, str]:
    """This one, with the tested commands in front, and nothing that points back to the checkout."""
    binaries = FOLDER / "environment" / "bin"
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return {**kept, "PATH": os.pathsep.join([str(binaries), os.environ.get("PATH", os.defpath)])}


def _run(folder: Path, *command: str) -> None:
    subprocess.run(command, cwd=folder, check=True)


def _output(folder: Path, *command: str | Path) -> str:
    done = subprocess.run(list(map(str, command)), cwd=folder, env=_environment(), check=True, stdout=subprocess.PIPE)
    return done.stdout.decode().strip()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
