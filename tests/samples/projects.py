"""Copies of this project in a folder of their own, as a new user would have them, and `ratchet` run in them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from modelratchet.config.layout import OWN_TESTS

ROOT = Path(__file__).parents[2]
PARTS = (
    "src",
    "pipeline",
    "expectations",
    "dvc.yaml",
    "params.yaml",
    "requirements.lock",
    "pyproject.toml",
    ".gitignore",
    ".dvcignore",
)


@dataclass(frozen=True)
class Project:
    """A copy of the project under git and DVC."""

    folder: Path

    def ratchet(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run `ratchet` in the copy, with the copy's own sources."""
        return self.run(sys.executable, "-m", "modelratchet", *arguments, **environment)

    def run(self, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run any command in the copy."""
        return subprocess.run(
            command, cwd=self.folder, capture_output=True, text=True, check=False, env=self.environment(**environment)
        )

    def environment(self, **extra: str) -> dict[str, str]:
        """The environment that commands in the copy get."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("MLFLOW_")}
        path = os.pathsep.join([str(Path(sys.executable).parent), inherited.get("PATH", "")])
        sources = os.pathsep.join([str(self.folder / "src"), str(self.folder)])
        return {**inherited, "PATH": path, "PYTHONPATH": sources, "DVC_NO_ANALYTICS": "1", **extra}

    def ran(self, *arguments: str) -> dict[str, Any]:
        """Run `ratchet run --json` and expect it to end well."""
        done = self.ratchet("run", "--json", *arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        summary: dict[str, Any] = json.loads(done.stdout)
        return summary

    def edit_params(self, **changes: Any) -> None:
        """Change settings by dotted keys written with double underscores: `train__estimator="random_forest"`."""
        path = self.folder / "params.yaml"
        params = yaml.safe_load(path.read_text())
        for key, value in changes.items():
            *blocks, name = key.split("__")
            block = params
            for part in blocks:
                block = block[part]
            block[name] = value
        path.write_text(yaml.safe_dump(params, sort_keys=False))

    def report(self, name: str) -> Any:
        """A JSON report of the latest run."""
        return json.loads((self.folder / "reports" / f"{name}.json").read_text())

    def commit(self, message: str) -> None:
        """Commit everything that git does not ignore."""
        subprocess.run(["git", "add", "-A"], cwd=self.folder, check=True)
        subprocess.run([*GIT, "commit", "-q", "-m", message], cwd=self.folder, check=True)


GIT = ("git", "-c", "user.name=Test", "-c", "user.email=test@example.invalid")


def make_project(folder: Path, example: str | None = None) -> Project:
    """Copy the project; `example` names a folder of tests/projects whose params.yaml and project.py take the place of the flights'.

    Tests of the model are the flights' alone.
    """
    folder.mkdir(parents=True)
    for part in PARTS:
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(source, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, folder / part)
    shutil.copytree(ROOT / ".dvc", folder / ".dvc", ignore=shutil.ignore_patterns("tmp", "cache", "config.local"))
    if not example:
        shutil.copytree(ROOT / OWN_TESTS, folder / OWN_TESTS, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy2(ROOT / "tests" / "projects" / example / "params.yaml", folder / "params.yaml")
        shutil.copy2(ROOT / "tests" / "projects" / example / "project.py", folder / "pipeline" / "project.py")
    subprocess.run(["git", "init", "-q", "-b", "main"], cwd=folder, check=True)
    project = Project(folder)
    project.commit("Start")
    return project


def small_flights(project: Project) -> None:
    """Two months of flights and a quick model: the whole pipeline in seconds."""
    project.edit_params(
        ingest__options={"first_month": 1, "last_month": 2},
        split__holdout_from="2013-02-15T00:00:00",
        train__hist_gradient_boosting={"max_iter": 20},
        evaluate__resamples=200,
        compare__resamples=200,
        latency__calls=400,
        latency__seconds=30.0,
        latency__server=False,
        parity__fuzz_rows=1000,
        gate__floors={"roc_auc": 0.55},
    )
