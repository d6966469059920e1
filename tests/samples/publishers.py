"""A project with a promoted version, a registry of images behind a login, and `ratchet` as a process of its own to publish with."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from modelratchet.adapters.mlflow.ledger import MlflowLedger
from modelratchet.adapters.mlflow.registry import MlflowRegistry
from modelratchet.core.folding import fold
from modelratchet.core.ledger_writing import Circumstances, promoted
from modelratchet.core.standing import Champion
from tests.image_registries import PASSWORD, USER, RunningRegistry
from tests.mlflow_stores import sqlite_store
from tests.samples.candidates import MODEL
from tests.samples.events import key_pair
from tests.samples.projects import ROOT
from tests.samples.recorded import recorded_candidate

RECIPES = ("bentofile.yaml", "requirements-serving.lock", "docker/Dockerfile.template", "params.yaml")
HARMLESS = {
    "id": "PYSEC-2021-66",
    "modified": "2021-03-22T16:34:00Z",
    "affected": [{"package": {"ecosystem": "PyPI", "name": "jinja2"}, "versions": ["2.11.2"]}],
}


@dataclass(frozen=True)
class Publisher:
    """Runs `ratchet` in a folder, with nothing in its environment but what publishing needs."""

    folder: Path
    environment: dict[str, str]

    def command(self, *arguments: str, **variables: str) -> subprocess.Popen[str]:
        """Start it."""
        return subprocess.Popen(
            [sys.executable, "-m", "modelratchet", *arguments],
            cwd=self.folder, env={**self.environment, **variables}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def run(self, *arguments: str, **variables: str) -> tuple[int, str, str]:
        """Its exit code, and what it printed on both outputs."""
        process = self.command(*arguments, **variables)
        out, err = process.communicate(timeout=500)
        return process.returncode, out, err

    def publish(self, *arguments: str, **variables: str) -> Any:
        """Publish, which has to go well; what `--json` prints."""
        code, out, err = self.run("publish", *arguments, "--json", **variables)
        assert code == 0, err
        return json.loads(out)


def publisher(folder: Path, registry: RunningRegistry) -> Publisher:
    """A project whose version 1 was promoted; it has advisories that are about nothing in the image."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in RECIPES:
        (folder / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    private, public = key_pair(folder)
    promote(folder, 0.1)
    (folder / "advisories").mkdir()
    (folder / "advisories" / "PYSEC-2021-66.json").write_text(json.dumps(HARMLESS))
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "BENTOML_HOME": str(folder.parent / f"{folder.name}-bentoml"),
        "RATCHET_SIGNING_KEY": private.read_text(),
        "RATCHET_VERIFY_KEY": public.read_text(),
        "RATCHET_ADVISORIES": "advisories",
        "RATCHET_IMAGE_REPOSITORY": str(registry.repository),
    }
    log_in(folder, registry, PASSWORD)
    return Publisher(folder, environment)


def log_in(folder: Path, registry: RunningRegistry, password: str) -> None:
    """What `docker login` leaves in a home."""
    auth = base64.b64encode(f"{USER}:{password}".encode()).decode()
    (folder / ".docker").mkdir(exist_ok=True)
    (folder / ".docker" / "config.json").write_text(
        json.dumps({"auths": {registry.repository.registry: {"auth": auth}}})
    )


def promote(folder: Path, weight: float) -> str:
    """Record another version and make it champion, now: its record has to be proof whenever the tests run."""
    address = sqlite_store(folder)
    ledger = MlflowLedger(address)
    version, verdict = recorded_candidate(MlflowRegistry(address), folder / f"candidate-{weight}", weight)
    state = fold(MODEL, ledger.read(MODEL)).state
    found = Circumstances(datetime.now(UTC), f"n{state.counter}", "a person", "5" * 40, 90)
    ledger.append(promoted(state, verdict, Champion(version.version, version.bundle_digest, None), found))
    ledger.project(fold(MODEL, ledger.read(MODEL)).state)
    return version.version


def record(folder: Path, weight: float) -> str:
    """Record another version, and do not promote it."""
    version, _ = recorded_candidate(MlflowRegistry(sqlite_store(folder)), folder / f"candidate-{weight}", weight)
    return version.version
