"""The project of the stories: this repository's files with a small, quick model on three months of real flights, and few tests.

It is what a data scientist's repository would be: workflows, Makefile, locks and sources are this repository's own, byte for byte.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
# of the tests a few quick ones stay, so that `make test` of the stories is a suite of seconds; tests/model is the model's own
KEPT_TESTS = (
    "tests/model/",
    "tests/architecture/test_docs.py",
    "tests/unit/core/test_paired.py",
    "tests/unit/core/test_formats.py",
    "tests/rehearsal/test_patterns.py",
)
# trees of a slow learner, which an edit of one number makes better, worse or slower
START_RATE = 0.02
TREES = 20
MODEL: dict[str, Any] = {
    "ingest": {"options": {"first_month": 9, "last_month": 11}},
    "split": {"holdout_from": "2013-11-01T00:00:00"},
    "train": {"hist_gradient_boosting": {"max_iter": TREES, "learning_rate": START_RATE}},
    "evaluate": {"resamples": 200},
    "compare": {"resamples": 200},
    "latency": {"calls": 400, "seconds": 2.0, "server": False},
    "parity": {"fuzz_rows": 1000},
    "gate": {"floors": {"roc_auc": 0.55}, "guards": {"log_loss": 0.02}, "margin": 0.01, "anchor_margin": 0.015},
}


def write_project(folder: Path, *, small: bool = True) -> None:
    """Copy the files that git knows or would take, and make the model small, unless the example is wanted as it is."""
    for name in _files():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target, follow_symlinks=False)
    if small:
        edit_params(folder, MODEL)


def edit_params(folder: Path, changes: dict[str, Any]) -> None:
    """Change settings of params.yaml; blocks are merged, all else is replaced."""
    path = folder / "params.yaml"
    path.write_text(yaml.safe_dump(_merged(yaml.safe_load(path.read_text()), changes), sort_keys=False))


def _files() -> list[str]:
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
    return [name for name in listed if (ROOT / name).exists() and _is_kept(name)]


def _is_kept(name: str) -> bool:
    """Samples and fixtures stay: linters and benchmarks look at them."""
    is_test = name.startswith("tests/") and Path(name).name.startswith("test_")
    return not is_test or name.startswith(KEPT_TESTS)


def _merged(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """`gate.floors` and `guards` name what has to hold, and are replaced whole like any other value of a block's last level."""
    found = dict(old)
    for key, value in new.items():
        found[key] = _merged(old[key], value) if isinstance(value, dict) and isinstance(old.get(key), dict) else value
    return found
