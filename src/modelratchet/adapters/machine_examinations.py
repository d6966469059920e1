"""What `ratchet doctor` looks at: interpreter, libraries, git and who commits, DVC, disk, registry, engine, browser."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from urllib.parse import urlsplit

from packaging.requirements import Requirement

from modelratchet.config import layout
from modelratchet.config.reading import load_params
from modelratchet.usecases.examine import Examination, Examined, Level

_OLDEST = (3, 11)
_ENOUGH_BYTES = 2 * 1024**3


def machine_examinations() -> tuple[Examination, ...]:
    """All examinations, in the order they are shown."""
    return (python, libraries, git, identity, dvc, params, disk, registry, docker, browser)


def python() -> Examined:
    """The interpreter's version."""
    found = sys.version.split()[0]
    if sys.version_info >= _OLDEST:
        return Examined("Python", Level.FINE, found)
    return Examined("Python", Level.NEEDED, found, "Install Python 3.11 or newer, then `make PYTHON=python3.12 run`.")


def libraries() -> Examined:
    """Installed versions against the lock."""
    if not layout.LOCK.exists():
        return Examined(
            "libraries", Level.NEEDED, f"{layout.LOCK} is not here", "Run this in the project's root folder."
        )
    off = [line for line in map(_off_lock, _pins()) if line]
    if not off:
        return Examined("libraries", Level.FINE, "as requirements.lock says")
    return Examined(
        "libraries",
        Level.NEEDED,
        "; ".join(off[:5]) + (" …" if len(off) > 5 else ""),
        "Run `make -B .venv/.installed`.",
    )


def git() -> Examined:
    """Whether the folder is a git repository."""
    if not shutil.which("git"):
        return Examined("git", Level.NEEDED, "not found", "Install git (Debian: apt-get install git).")
    inside = subprocess.run(["git", "rev-parse", "--is-inside-work-tree"], capture_output=True, text=True, check=False)
    if inside.returncode == 0:
        return Examined("git", Level.FINE, "this folder is a repository")
    return Examined(
        "git", Level.NEEDED, "this folder is no repository", "Run `git init` and commit, or work in a clone."
    )


def identity() -> Examined:
    """Who commits, by git's settings or the environment; what git would guess from user and host does not count, for DVC guesses nothing."""
    asked = ["git", "-c", "user.useConfigOnly=true", "var"]
    try:
        answers = [
            subprocess.run([*asked, f"GIT_{who}_IDENT"], capture_output=True, text=True, check=False)
            for who in ("AUTHOR", "COMMITTER")
        ]
    except OSError:
        return Examined("git identity", Level.OPTIONAL, "not known without git", "Install git first.")
    if any(answer.returncode for answer in answers):
        return Examined(
            "git identity",
            Level.OPTIONAL,
            "git does not know who you are",
            "`git commit` and `dvc exp run` need it: git config --global user.name NAME; git config --global user.email ADDRESS",
        )
    return Examined("git identity", Level.FINE, answers[1].stdout.rpartition(">")[0] + ">")


def dvc() -> Examined:
    """Whether DVC is set up here, and whether it has a remote."""
    config = Path(".dvc/config")
    if not config.exists():
        return Examined("DVC", Level.NEEDED, "not set up in this folder", "Run `dvc init`.")
    if "remote" in config.read_text():
        return Examined("DVC", Level.FINE, "set up, with a remote")
    return Examined(
        "DVC", Level.OPTIONAL, "set up, without a remote", "To share data: `dvc remote add -d storage FOLDER_OR_URL`."
    )


def params() -> Examined:
    """Whether the settings hold."""
    return Examined("params", Level.FINE, f"params.yaml describes {load_params().model}")


def disk() -> Examined:
    """Room for data, models and runs."""
    free = shutil.disk_usage(".").free
    found = f"{free / 1024**3:.1f} GiB free"
    if free >= _ENOUGH_BYTES:
        return Examined("disk", Level.FINE, found)
    return Examined("disk", Level.NEEDED, found, "Free at least 2 GiB; `dvc gc -w` drops data that no run needs.")


def registry() -> Examined:
    """Whether the tracking server, if one is named, takes connections."""
    uri = os.environ.get("MLFLOW_TRACKING_URI", "")
    parts = urlsplit(uri)
    if parts.scheme not in ("http", "https"):
        return Examined("registry", Level.FINE, uri.split("@")[-1] or "SQLite, mlflow.db in this folder")
    address = (parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80))
    try:
        socket.create_connection(address, timeout=3).close()
    except OSError as error:
        remedy = "Start it, mend MLFLOW_TRACKING_URI, or unset it to use SQLite."
        return Examined("registry", Level.NEEDED, f"{parts.hostname}:{address[1]} does not answer: {error}", remedy)
    return Examined("registry", Level.FINE, f"{parts.hostname}:{address[1]} answers")


def docker() -> Examined:
    """A Docker engine, for images."""
    if (
        shutil.which("docker")
        and subprocess.run(["docker", "info"], capture_output=True, check=False, timeout=20).returncode == 0
    ):
        return Examined("Docker", Level.FINE, "an engine answers")
    return Examined(
        "Docker", Level.OPTIONAL, "no engine answers", "Needed to build images only: install and start Docker."
    )


def browser() -> Examined:
    """Chromium, for the browser tests."""
    if shutil.which("chromium"):
        return Examined("Chromium", Level.FINE, "found")
    return Examined(
        "Chromium", Level.OPTIONAL, "not found", "Needed by the browser tests only (Debian: apt-get install chromium)."
    )


def _pins() -> list[Requirement]:
    lines = [
        line.split(" \\")[0] for line in layout.LOCK.read_text().splitlines() if "==" in line and line[0].isalnum()
    ]
    return [Requirement(line) for line in lines]


def _off_lock(pin: Requirement) -> str:
    if pin.marker and not pin.marker.evaluate():
        return ""
    try:
        found = version(pin.name)
    except PackageNotFoundError:
        return f"{pin.name} is missing"
    return (
        ""
        if pin.specifier.contains(found, prereleases=True)
        else f"{pin.name} is {found}, the lock says {pin.specifier}"
    )
