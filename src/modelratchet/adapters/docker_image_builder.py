"""`ImageBuilder` on `bentoml containerize` and Docker's command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from modelratchet.config.environment import TELEMETRY_OFF
from modelratchet.errors import OutsideError
from modelratchet.usecases.ports.serving import Distribution, Image, Layer, Packaged

_ASK_SECONDS = 60
_BUILD_SECONDS = 1800
_EMPTY_BYTES = 0
# run in the image, by its own Python; the system's packages are those of Debian's list, if it has one
_LIST = """
import importlib.metadata, json, pathlib
python = {(d.name, d.version, d.metadata.get('License-Expression') or '') for d in importlib.metadata.distributions()}
entries = pathlib.Path('/var/lib/dpkg/status')
blocks = entries.read_text(errors='replace').split('\\n\\n') if entries.is_file() else []
fields = [dict(l.split(': ', 1) for l in b.splitlines() if ': ' in l and not l.startswith(' ')) for b in blocks]
system = {(f['Package'], f['Version'], '') for f in fields if f.get('Status') == 'install ok installed'}
print(json.dumps({'pypi': sorted(python), 'deb': sorted(system)}))
"""


class DockerImageBuilder:
    """Talks to the engine that `docker` finds."""

    def is_there(self) -> bool:
        """See the port."""
        try:
            return _docker("version", "--format", "{{.Server.Version}}").returncode == 0
        except OutsideError:
            return False

    def build(self, packaged: Packaged) -> Image:
        """See the port."""
        before = self._found(packaged.tag)
        with tempfile.TemporaryDirectory(prefix="ratchet-image-") as name:
            done = _containerize(packaged.tag, Path(name).resolve())
        found = self._found(packaged.tag)
        # BentoML ends with 0 after a build that failed, and an older image may have the tag
        if done.returncode or found is None or "Successfully built Bento container" not in done.stdout + done.stderr:
            told = (done.stderr or done.stdout).strip()[-2000:]
            raise OutsideError(
                f"the image of {packaged.tag} was not built{', the tag names the one from before' if before else ''}: {told}",
                hint="`ratchet package --no-image` builds the bento alone.",
            )
        base = _base_of(packaged.folder)
        base_found = self._found(base)
        if base_found is None:
            raise OutsideError(f"the engine has {packaged.tag}, but not {base}, which it is built on")
        layers = _layers(packaged.tag, base)
        return Image(packaged.tag, found["Id"], found["Size"], base, base_found["Size"], layers, _digest(base_found))

    def installed(self, image: Image) -> tuple[Distribution, ...]:
        """See the port."""
        # by its digest, as it is tried and pushed: the tag may name the image of another build by now
        run = ("run", "--rm", "--network", "none", "--read-only", "--entrypoint", "python", image.digest, "-c", _LIST)
        done = _docker(*run)
        if done.returncode:
            raise OutsideError(f"{image.tag} did not list its packages: {done.stderr.strip()[-500:]}")
        listed: dict[Any, list[list[str]]] = json.loads(done.stdout)
        return tuple(Distribution(kind, *fields) for kind, entries in listed.items() for fields in entries)

    def _found(self, tag: str) -> dict[str, Any] | None:
        done = _docker("image", "inspect", tag)
        found: list[dict[str, Any]] = json.loads(done.stdout or "[]") if done.returncode == 0 else []
        return found[0] if found else None


def _digest(found: dict[str, Any]) -> str:
    """What a registry calls an image, or else what the engine does."""
    named = found.get("RepoDigests") or []
    return str(named[0]).rpartition("@")[2] if named else str(found["Id"])


def _containerize(tag: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """BentoML refuses a Dockerfile template outside its working folder, even its own copy in a folder for temporary files."""
    environment = {"DOCKER_BUILDKIT": "0", **os.environ, **TELEMETRY_OFF, "COLUMNS": "4096", "TMPDIR": str(folder)}
    command = [sys.executable, "-m", "bentoml", "containerize", tag, "--backend", "docker", "--image-tag", tag]
    return _run(command, _BUILD_SECONDS, folder, environment)


def _base_of(folder: Path) -> str:
    """The image that the last stage of a bento's Dockerfile starts from."""
    lines = (folder / "env" / "docker" / "Dockerfile").read_text().splitlines()
    return [line.split()[1] for line in lines if line.startswith("FROM ")][-1]


def _layers(tag: str, base: str) -> tuple[Layer, ...]:
    """What lies above the base and adds something, the lowest first."""
    steps, below = _history(tag), _history(base)
    above = steps[: len(steps) - len(below)]
    return tuple(
        Layer(_made_by(step["CreatedBy"]), int(step["Size"]))
        for step in reversed(above)
        if int(step["Size"]) > _EMPTY_BYTES
    )


def _history(tag: str) -> list[dict[str, str]]:
    done = _docker("history", "--no-trunc", "--human=false", "--format", "{{json .}}", tag)
    if done.returncode:
        raise OutsideError(f"docker tells no history of {tag}: {done.stderr.strip()[-500:]}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def _made_by(step: str) -> str:
    """The instruction, without what the two kinds of builders put around it.

    >>> _made_by("/bin/sh -c #(nop) COPY dir:e7777333a2584486d5e8f2a8c2 in /opt/venv ")
    'COPY /opt/venv'
    >>> _made_by("COPY /opt/venv /opt/venv # buildkit")
    'COPY /opt/venv'
    """
    words = step.removeprefix("/bin/sh -c ").removeprefix("#(nop)").removesuffix("# buildkit").split()
    return f"{words[0]} {words[-1]}" if words[:1] in (["COPY"], ["ADD"]) else " ".join(words)[:80]


def _docker(*arguments: str) -> subprocess.CompletedProcess[str]:
    return _run(["docker", *arguments], _ASK_SECONDS)


def _run(
    command: list[str], seconds: float, folder: Path | None = None, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=False,
            timeout=seconds,
            cwd=folder,
            env=None if environment is None else dict(environment),
        )
    except OSError as error:
        raise OutsideError(f"{command[0]} could not be started: {error.strerror or error}") from error
    except subprocess.TimeoutExpired as error:
        raise OutsideError(f"{' '.join(command[:4])} did not end within {seconds:g} s") from error
