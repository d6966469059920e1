"""How long publishing takes, step by step, and how long when there is nothing to do; and what the registry then holds.

    python -m benchmarks.publish [champion|VERSION] [--advisories FOLDER]

Run in a project with a promoted version. Needs a Docker engine and Debian's `docker-registry`, which is started on this machine for the measurement and
has no login; a network is not needed. Advisories are saved OSV records; without a folder it is one record, so the audit's time is that of reading it.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from modelratchet.adapters.docker_image_builder import DockerImageBuilder
from tests.containers import docker
from tests.image_registries import RunningRegistry, image_registry
from tests.samples.events import key_pair
from tests.samples.publishers import HARMLESS

_STEP = re.compile(r"^ *([0-9.]+) s  (.*): done$", re.MULTILINE)


@dataclass(frozen=True)
class Timed:
    """One call of the command: what it said, how long it took as a whole, and each step."""

    found: dict[str, Any]
    seconds: float
    steps: tuple[tuple[str, float], ...]


def publish(name: str, environment: dict[str, str]) -> Timed:
    started = time.perf_counter()
    command = [sys.executable, "-m", "modelratchet", "publish", name, "--json"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - started
    if done.returncode:
        raise SystemExit(done.stderr)
    steps = tuple((step, float(took)) for took, step in _STEP.findall(done.stderr))
    return Timed(json.loads(done.stdout), seconds, steps)


def verify(reference: str, environment: dict[str, str]) -> float:
    started = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "modelratchet", "verify-image", reference],
        env=environment,
        check=True,
        capture_output=True,
    )
    return time.perf_counter() - started


def show(first: Timed, again: Timed, verified: float, running: RunningRegistry) -> None:
    print("| step | first, s | again, s |\n|---|---|---|")
    later = dict(again.steps)
    for step, took in first.steps:
        told = step.replace(first.found["image"], "REPOSITORY")
        print(f"| {told} | {took:.1f} | {later[step]:.1f} |" if step in later else f"| {told} | {took:.1f} | |")
    print(
        f"| **`ratchet publish`** ({first.found['outcome']}; {again.found['outcome']}) | {first.seconds:.1f} | {again.seconds:.1f} |"
    )
    print(f"| `ratchet verify-image` | {verified:.1f} | |")
    sizes = [path.stat().st_size for path in (running.folder / "store").rglob("data")]
    size = int(
        docker(
            "image",
            "inspect",
            first.found["tags"] and f"{first.found['image']}:{first.found['tags'][0]}",
            "--format",
            "{{.Size}}",
        )
    )
    print(
        f"\nThe image is {size / 1e6:.1f} MB in the engine; the registry holds {len(sizes)} blobs of {sum(sizes) / 1e6:.1f} MB."
    )


def environment_for(running: RunningRegistry, folder: Path, advisories: Path | None) -> dict[str, str]:
    private, public = key_pair(folder)
    if advisories is None:
        advisories = folder / "advisories"
        advisories.mkdir()
        (advisories / "PYSEC-2021-66.json").write_text(json.dumps(HARMLESS))
    return {
        **os.environ,
        "RATCHET_SIGNING_KEY": str(private),
        "RATCHET_VERIFY_KEY": str(public),
        "RATCHET_ADVISORIES": str(advisories),
        "RATCHET_IMAGE_REPOSITORY": str(running.repository),
    }


def main() -> int:
    """Publish twice, verify, and print it all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", nargs="?", default="champion")
    parser.add_argument("--advisories", type=Path)
    arguments = parser.parse_args()
    if not DockerImageBuilder().is_there():
        print("no Docker engine answers", file=sys.stderr)
        return 4
    with tempfile.TemporaryDirectory(prefix="ratchet-publish-") as name:
        folder = Path(name)
        with image_registry(folder / "registry") as running:
            environment = environment_for(running, folder, arguments.advisories)
            first, again = (publish(arguments.name, environment) for _ in range(2))
            show(first, again, verify(first.found["reference"], environment), running)
            docker("rmi", f"{first.found['image']}:{first.found['tags'][0]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
