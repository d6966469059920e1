"""The serving image: its size by layer and by package, its start to the first answer, and the memory of a worker.

    python -m benchmarks.image [candidate|VERSION|PATH] [--starts 10]

Needs a Docker engine. A start is timed from `docker run` to the first prediction, on a read-only root; what the engine takes of it is shown by a
container that only prints. Memory is the resident set of a worker with the process that keeps its log, after 1,000 predictions, and again once every route was asked.
"""

from __future__ import annotations

import argparse
import http.client
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.routes import every_request
from modelratchet.adapters.docker_image_builder import DockerImageBuilder
from modelratchet.serving.samples import sample_rows
from modelratchet.usecases.ports.serving import Image
from modelratchet.wiring.packaging import Order, package
from tests.containers import Container, container, docker

LARGEST_PACKAGES = 12
PREDICTIONS = 1_000
LOG_SECONDS = 6  # until the log was written once
SIZES = """
import json, pathlib, sysconfig
root = pathlib.Path(sysconfig.get_path('purelib'))
sizes = {}
for path in root.rglob('*'):
    if path.is_file():
        if path.suffix == '.pyc':
            sizes['bytecode'] = sizes.get('bytecode', 0) + path.stat().st_size
        name = path.relative_to(root).parts[0].partition('.')[0].partition('-')[0]
        sizes[name] = sizes.get(name, 0) + path.stat().st_size
print(json.dumps(sizes))
"""


def show_size(image: Image) -> None:
    above = image.size_bytes - image.base_bytes
    print(f"{image.tag}: {image.size_bytes / 1e6:.1f} MB, {above / 1e6:.1f} MB above {image.base}\n")
    print("| layer | MB |\n|---|---|")
    for layer in image.layers:
        print(f"| `{layer.made_by}` | {layer.size_bytes / 1e6:.2f} |")
    sizes = json.loads(docker("run", "--rm", "--entrypoint", "python", image.tag, "-c", SIZES))
    bytecode = sizes.pop("bytecode")
    largest = sorted(sizes.items(), key=lambda item: -item[1])
    print("\n| package | MB |\n|---|---|")
    print(f"| bytecode, part of the others | {bytecode / 1e6:.1f} |")
    for name, size in largest[:LARGEST_PACKAGES]:
        print(f"| {name} | {size / 1e6:.1f} |")
    print(
        f"| {len(largest) - LARGEST_PACKAGES} others | {sum(size for _, size in largest[LARGEST_PACKAGES:]) / 1e6:.1f} |"
    )


def first_answer_s(image: Image, body: Any) -> float:
    started = time.perf_counter()
    with container(image.tag) as server:
        while True:
            try:
                if server.ask("POST", "/predict", body).status == http.client.OK:
                    return time.perf_counter() - started
            except (OSError, http.client.HTTPException, subprocess.CalledProcessError, IndexError):
                time.sleep(0.01)


def engine_s(image: Image) -> float:
    started = time.perf_counter()
    docker("run", "--rm", "--read-only", "--entrypoint", "python", image.tag, "-c", "print()")
    return time.perf_counter() - started


def show_starts(image: Image, body: Any, n_starts: int) -> None:
    pairs = [(first_answer_s(image, body), engine_s(image)) for _ in range(n_starts)]
    print("\n| start | median s | longest s |\n|---|---|---|")
    for name, times in zip(
        ("`docker run` to the first answer", "a container that only prints"), zip(*pairs, strict=True), strict=True
    ):
        print(f"| {name} | {statistics.median(times):.2f} | {max(times):.2f} |")


def resident_mb(server: Container) -> float:
    """Of all processes in the container: the worker, and the one that keeps its log. What they share is counted twice."""
    pids = docker("top", server.name, "-eo", "pid").split()[1:]
    return sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096 for pid in pids) / 1e6


def show_memory(image: Image, body: Any) -> None:
    logged = ("--tmpfs", "/log", "--env", "RATCHET_LOG_FOLDER=/log")
    print("\n| memory of a worker, MB | after predictions | and once every route was asked |\n|---|---|---|")
    for title, options in (("without a prediction log", ()), ("with one", logged)):
        with container(image.tag, *options) as server:
            server.await_ready()
            for _ in range(PREDICTIONS):
                server.ask("POST", "/predict", body)
            time.sleep(LOG_SECONDS)
            predicting = resident_mb(server)
            for request in every_request(server.ask("GET", "/docs.json").document):
                server.ask(*request)
            time.sleep(LOG_SECONDS)
            print(f"| {title} | {predicting:.0f} | {resident_mb(server):.0f} |")


def main() -> int:
    """Build the image, and print all of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", nargs="?", default="candidate")
    parser.add_argument("--starts", type=int, default=10)
    arguments = parser.parse_args()
    if not DockerImageBuilder().is_there():
        print("no Docker engine answers", file=sys.stderr)
        return 4
    made = package(Order(arguments.name, wants_image=True, key=None))
    assert made.parcel.image is not None
    body = {"rows": sample_rows(made.chosen.bundle.schema)}
    show_size(made.parcel.image)
    show_starts(made.parcel.image, body, arguments.starts)
    show_memory(made.parcel.image, body)
    return 0


if __name__ == "__main__":
    sys.exit(main())
