"""One story: a hub with a project whose champion reigns, the registries its jobs talk to, and a person with a clone."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rehearsal.act import Machine, Watch, find_act
from rehearsal.github import Github, Settings
from rehearsal.hub import Hub, read_document
from rehearsal.project import ROOT, edit_params
from rehearsal.repository import Clone
from rehearsal.run_records import read_log
from rehearsal.services import image_registry, model_registry
from tests.patience import PATIENCE_SECONDS
from tests.samples.publishers import HARMLESS

__all__ = ["ROOT", "Story"]
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
Run = dict[str, Any]
Edit = Callable[[Path], None]
# file of the workflow to the job that branch protection asks for
_MANIFESTS = (
    "docker.distribution.manifest.v2",
    "docker.distribution.manifest.list.v2",
    "oci.image.manifest.v1",
    "oci.image.index.v1",
)
REQUIRED = {"ci.yml": "required", "model.yml": "required"}


@dataclass(frozen=True)
class Story:
    """What the story is about; `folder` holds the hub, the registries and the clones."""

    folder: Path
    github: Github
    registry: str
    images: str

    @property
    def hub(self) -> Hub:
        return self.github.hub

    @property
    def image(self) -> str:
        """Repository of the image."""
        return f"{self.images}/flights-late"

    @property
    def key(self) -> Path:
        """The public key that promotions and images are verified with."""
        return self.folder / "key.pub"

    def without(self, *workflows: str) -> Story:
        """The same, leaving out workflows that the story is not about: they are started and not run."""
        return replace(self, github=replace(self.github, left_out=frozenset(workflows)))

    def with_settings(self, **changes: Any) -> Story:
        """The same with other settings of the repository; variables and secrets are added, None takes one away."""
        settings = self.github.settings
        for kind, values in changes.items():
            merged = {**getattr(settings, kind), **values}
            settings = replace(settings, **{kind: {name: value for name, value in merged.items() if value is not None}})
        return replace(self, github=replace(self.github, settings=settings))

    def watched_by(self, watch: Watch) -> Story:
        """The same, with somebody who hears all that act says and may end the run."""
        return replace(self, github=replace(self.github, watch=watch))

    def clone(self, name: str = "ada", of: Path | None = None) -> Clone:
        """A person's fresh clone."""
        return Clone.of(of or self.hub.repository, self.folder / name)

    def change(self, branch: str, edit: Edit, message: str) -> str:
        """Somebody edits a fresh clone and pushes a branch; nobody is told yet."""
        person = self.clone(f"person-{branch.replace('/', '-')}")
        edit(person.folder)
        person.commit(message)
        commit = person.push(branch)
        shutil.rmtree(person.folder)
        return commit

    def propose(self, branch: str, edit: Edit, title: str) -> tuple[int, list[Run]]:
        """Push a branch and open a pull request; its number, and the runs that followed."""
        self.change(branch, edit, title)
        runs = self.github.opened(branch, title)
        return self.hub.pulls()[-1]["number"], runs

    def push(self, edit: Edit, message: str) -> list[Run]:
        """Push to main; the runs that followed."""
        before = self.github.repository.tip("main")
        self.change("main", edit, message)
        return self.github.pushed("main", before)

    def ask(self, *arguments: str) -> Any:
        """What `ratchet ... --json` says of the registry, asked by a person with this machine's environment."""
        folder = self.folder / "asking"
        if not folder.exists():
            self.clone("asking")
        command = [sys.executable, "-m", "modelratchet", *arguments, "--json"]
        environment = {
            **os.environ,
            "MLFLOW_TRACKING_URI": self.registry,
            "PYTHONPATH": f"{folder / 'src'}{os.pathsep}{folder}",
        }
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)

    def versions(self) -> list[str]:
        """Versions that were recorded, oldest first."""
        with sqlite3.connect(f"file:{self.folder / 'registry' / 'mlflow.db'}?mode=ro", uri=True) as connection:
            rows = connection.execute(
                "SELECT version FROM model_versions WHERE name = 'flights-late' ORDER BY version"
            ).fetchall()
        return [str(version) for (version,) in rows]

    def champion(self) -> str:
        """The version that reigns, by the ledger."""
        return str(self.ask("champion")["version"])

    def cached(self, prefix: str) -> list[str]:
        """Scopes of the cache entries whose keys begin like this, oldest first."""
        entries = [read_document(path) for path in sorted(self.hub.caches.glob("*/entry.json"))]
        return [entry["scope"] for entry in entries if entry["key"].startswith(prefix)]

    def tags(self) -> list[str]:
        """Tags of the image in the registry."""
        with self._registry("tags/list") as reply:
            return sorted(json.load(reply)["tags"] or [])

    def digest(self, tag: str) -> str:
        """What a tag points to."""
        with self._registry(f"manifests/{tag}") as reply:
            return str(reply.headers["docker-content-digest"])

    def _registry(self, address: str) -> Any:
        accepted = ", ".join(f"application/vnd.{kind}+json" for kind in _MANIFESTS)
        request = urllib.request.Request(
            f"http://{self.images}/v2/flights-late/{address}", headers={"accept": accepted}
        )
        return urllib.request.urlopen(request, timeout=PATIENCE_SECONDS)

    def said(self, run: Run) -> str:
        """All that the steps of a run printed, as one line: how a terminal would have broken it does not count."""
        log = read_log(self.hub.run_folder(run["id"]) / "log.jsonl")
        return " ".join(_ESCAPES.sub("", " ".join(str(each["msg"]) for each in log)).split())


def model(**changes: Any) -> Edit:
    """An edit of the estimator's options."""
    return lambda folder: edit_params(folder, {"train": {"hist_gradient_boosting": changes}})


def params(changes: dict[str, Any]) -> Edit:
    """An edit of any settings."""
    return lambda folder: edit_params(folder, changes)


def of(runs: list[Run], file: str) -> Run:
    """The one run of a workflow."""
    found = [run for run in runs if run["file"] == file]
    assert len(found) == 1, f"{file} ran {len(found)} times, in {[run['file'] for run in runs]}"
    return found[0]


def job(run: Run, key: str) -> Run:
    """The one record of a job."""
    found = [each for each in run["jobs"] if each["job"] == key]
    assert len(found) == 1, f"{key} is there {len(found)} times, in {[each['job'] for each in run['jobs']]}"
    return found[0]


def step(run: Run, key: str, title: str) -> Run:
    """The first step of a job that has a title beginning like this."""
    return next(each for each in job(run, key)["steps"] if each["name"].startswith(title))


@contextmanager
def story(folder: Path, machine: Machine | None = None) -> Iterator[Story]:
    """Serve a folder that was prepared, for as long as the block runs."""
    machine = machine or Machine(find_act(), folder / "machine")
    with ExitStack() as stack:
        registry = stack.enter_context(model_registry(folder / "registry"))
        images = stack.enter_context(image_registry(folder / "images"))
        github = Github(Hub(folder / "hub"), _offline(machine, folder), _settings(folder, registry, images))
        yield Story(folder, github, registry, images)


def _offline(machine: Machine, folder: Path) -> Machine:
    """Known vulnerabilities are saved ones: what is found out tomorrow is no story's matter, and needs no network."""
    saved = folder / "advisories"
    saved.mkdir(exist_ok=True)
    (saved / f"{HARMLESS['id']}.json").write_text(json.dumps(HARMLESS))
    return replace(machine, environment={"RATCHET_ADVISORIES": str(saved)})


def _settings(folder: Path, registry: str, images: str) -> Settings:
    private, public = _keys(folder)
    variables = {
        "MLFLOW_TRACKING_URI": registry,
        "RATCHET_IMAGE_REGISTRY": images,
        "RATCHET_IMAGE_REPOSITORY": f"{images}/flights-late",
        "RATCHET_VERIFY_KEY": public,
        "RATCHET_AWS_ROLE": "arn:aws:iam::123456789012:role/data",
        "RATCHET_AWS_REGION": "eu-west-1",
    }
    secrets: Mapping[str, str] = {"RATCHET_SIGNING_KEY": private}
    return Settings(secrets, variables, REQUIRED)


def _keys(folder: Path) -> tuple[str, str]:
    """A key pair of the story's own, in PEM."""
    private, public = folder / "key.pem", folder / "key.pub"
    if not private.exists():
        subprocess.run(
            ["openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", private],
            check=True,
            capture_output=True,
        )
        subprocess.run(["openssl", "ec", "-in", private, "-pubout", "-out", public], check=True, capture_output=True)
    return private.read_text(), public.read_text()
