"""Publishing while things break: the registry dies in the middle of a push, the publisher is killed, two publish at once.

They share a project, which publishing changes nothing in, and a registry; each has a repository of its own there, in which nothing is published yet. The
registry starts out empty, and is killed during the first push: every other one finds the layers there, and the engine has not to compress them anew.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from modelratchet.adapters.oci_registry import OciRegistry
from tests.containers import docker, remove_images, require_engine
from tests.image_registries import RunningRegistry, image_registry, nothing_behind_the_proxy
from tests.samples.publishers import Publisher, publisher

pytestmark = [pytest.mark.integration, pytest.mark.docker, pytest.mark.slow]


@dataclass(frozen=True)
class Place:
    """A repository, and somebody who publishes to it."""

    made: Publisher
    repository: OciRegistry

    def digests(self, found: dict[str, Any]) -> set[str]:
        """What the tags of a publication name now."""
        named = [self.repository.manifest(tag) for tag in found["tags"]]
        return {item.digest if item else "none" for item in named}


@dataclass(frozen=True)
class Interrupted:
    """What came of a push during which the registry was killed, what `latest` named then, and what the next call did."""

    place: Place
    code: int
    said: str
    latest: object
    found: dict[str, Any]


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningRegistry]:
    require_engine()
    with image_registry(tmp_path_factory.mktemp("registry"), has_login=True) as running:
        yield running
        remove_images(f"localhost:{running.port}/*/*")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, registry: RunningRegistry) -> Iterator[Publisher]:
    """Whose login counts in this process, too."""
    made = publisher(tmp_path_factory.mktemp("publisher") / "project", registry)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DOCKER_CONFIG", str(made.folder / ".docker"))
        yield made


def place(project: Publisher, registry: RunningRegistry, name: str) -> Place:
    repository = replace(registry.repository, path=f"tests/{name}")
    made = replace(project, environment={**project.environment, "RATCHET_IMAGE_REPOSITORY": str(repository)})
    return Place(made, OciRegistry(repository))


@pytest.fixture(scope="module")
def interrupted(project: Publisher, registry: RunningRegistry) -> Interrupted:
    """The first push there is: all of the image has to go over the line."""
    found = place(project, registry, "interrupted")
    process = found.made.command("publish")
    await_upload(registry)
    registry.stop()
    with nothing_behind_the_proxy(registry):
        _, said = process.communicate(timeout=400)
    registry.start()
    latest = found.repository.manifest("latest")
    return Interrupted(found, process.returncode, said, latest, found.made.publish())


@pytest.fixture
def empty(project: Publisher, registry: RunningRegistry, interrupted: Interrupted, tmp_path: Path) -> Place:
    """A repository with nothing in it, in the registry that has the layers."""
    return place(project, registry, tmp_path.name.replace("_", "-"))


def await_step(process: subprocess.Popen[str], step: str) -> str:
    """Read what the process says until a step has ended."""
    assert process.stderr is not None
    said = ""
    for line in process.stderr:
        said += line
        if step in line:
            return said
    return pytest.fail(f"{step!r} never ended: {said}")


def uploaded_bytes(registry: RunningRegistry) -> int:
    """What lies in its store; uploads come and go meanwhile, and `os.walk` passes over what has gone."""
    found = 0
    for folder, _, names in os.walk(registry.folder / "store"):
        with contextlib.suppress(FileNotFoundError):
            found += (Path(folder) / "data").stat().st_size if "data" in names else 0
    return found


def await_upload(registry: RunningRegistry) -> None:
    """Wait until some of the image is in the registry, and not all of it."""
    deadline = time.monotonic() + 200
    while time.monotonic() < deadline:
        if uploaded_bytes(registry) > 5_000_000:
            return
        time.sleep(0.05)
    pytest.fail("nothing was uploaded")


def test_registry_killed_in_the_middle_of_a_push_leaves_nothing_named_and_the_next_call_goes_on(
    interrupted: Interrupted,
) -> None:
    found = interrupted.found

    assert interrupted.code == 4, interrupted.said
    assert interrupted.latest is None
    assert found["outcome"] == "published"
    assert interrupted.place.digests(found) == {found["digest"]}
    assert interrupted.place.made.run("verify-image", found["reference"])[0] == 0


def trials() -> list[str]:
    """The processes that containers on trial belong to, and the machine's name before each."""
    label = "modelratchet.trial.process"
    return docker("ps", "--all", "--filter", f"label={label}", "--format", f'{{{{.Label "{label}"}}}}').split()


def await_trial(process: subprocess.Popen[str]) -> None:
    """Wait until its container is there."""
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        if str(process.pid) in trials():
            return
        time.sleep(0.05)
    pytest.fail("no container was started")


@pytest.mark.parametrize(
    "moment", [lambda process: await_step(process, "audit what is in it"), await_trial, lambda process: await_step(process, "push to")],
    ids=["audited", "on trial", "pushed"],
)  # fmt: skip
def test_publisher_that_is_killed_is_gone_on_from(
    empty: Place, moment: Callable[[subprocess.Popen[str]], object]
) -> None:
    process = empty.made.command("publish")
    moment(process)
    process.kill()
    process.wait()
    assert empty.repository.manifest("latest") is None
    found = empty.made.publish()

    assert empty.digests(found) == {found["digest"]}
    assert empty.made.run("verify-image", found["reference"])[0] == 0
    assert str(process.pid) not in trials()


def test_two_at_once_in_two_clones_end_with_one_image(empty: Place, tmp_path: Path) -> None:
    made, clone = empty.made, tmp_path / "clone"
    shutil.copytree(made.folder, clone)
    store = {
        "MLFLOW_TRACKING_URI": f"sqlite:///{made.folder}/mlflow.db",
        "BENTOML_HOME": str(tmp_path / "clone-bentoml"),
    }
    other = replace(made, folder=clone, environment={**made.environment, **store})
    processes = [made.command("publish", "--json"), other.command("publish", "--json")]
    ended = [process.communicate(timeout=500) for process in processes]
    assert [process.returncode for process in processes] == [0, 0], ended
    found = made.publish()

    assert found["outcome"] == "nothing to do"
    assert empty.digests(found) == {found["digest"]}
    assert made.run("verify-image", found["reference"])[0] == 0
