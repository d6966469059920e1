"""The remote of .dvc/config: a folder, or an S3 store by one line, and neither hands over changed bytes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.object_store import Objects, objects
from tests.samples.projects import ROOT

pytestmark = pytest.mark.integration

STAGE = "stages:\n  copy: {cmd: cp rows.csv copied.csv, deps: [rows.csv], outs: [copied.csv]}\n"


@dataclass(frozen=True)
class Clone:
    """A repository with this project's `.dvc/config`."""

    folder: Path
    variables: dict[str, str]

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        environment = {**os.environ, "PATH": path, "DVC_NO_ANALYTICS": "1", **self.variables}
        return subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False)

    def dvc(self, *arguments: str) -> None:
        done = self.run("dvc", *arguments)
        assert done.returncode == 0, done.stdout + done.stderr

    def forget(self) -> None:
        """As a fresh clone: no outputs, no cache."""
        shutil.rmtree(self.folder / ".dvc" / "cache")
        (self.folder / "copied.csv").unlink()


@pytest.fixture(scope="module")
def store() -> Iterator[Objects]:
    with objects() as made:
        made.bucket("team")
        yield made


@pytest.fixture
def clone(tmp_path: Path, store: Objects) -> Clone:
    made = Clone(tmp_path, store.environment)
    made.run("git", "init", "-q")
    made.dvc("init", "-q")
    shutil.copyfile(ROOT / ".dvc" / "config", tmp_path / ".dvc" / "config")
    (tmp_path / "rows.csv").write_text("hour,late\n7,1\n" * 1000)
    (tmp_path / "dvc.yaml").write_text(STAGE)
    made.dvc("repro", "-q")
    return made


def test_folder_gives_back_what_was_pushed(clone: Clone) -> None:
    clone.dvc("push")
    clone.forget()

    clone.dvc("pull")

    assert (clone.folder / "copied.csv").read_bytes() == (clone.folder / "rows.csv").read_bytes()


def test_folder_that_holds_changed_bytes_hands_over_none(clone: Clone) -> None:
    clone.dvc("push")
    clone.forget()
    (stored,) = (path for path in (clone.folder / ".ratchet" / "remote").rglob("*") if path.is_file())
    stored.chmod(0o644)
    stored.write_text("hour,late\n7,0\n" * 1000)

    done = clone.run("dvc", "pull")

    assert done.returncode != 0
    assert not (clone.folder / "copied.csv").exists()


def test_one_line_leads_to_an_s3_store_and_git_does_not_keep_it(clone: Clone, store: Objects) -> None:
    clone.run("git", "add", "--all")
    clone.dvc("remote", "modify", "--local", "storage", "url", "s3://team/one-line")
    clone.dvc("push")
    clone.forget()
    clone.dvc("pull")

    assert store.client().list_objects_v2(Bucket="team", Prefix="one-line/")["KeyCount"] == 1
    assert "config.local" not in clone.run("git", "status", "--porcelain").stdout
    assert not (clone.folder / ".ratchet" / "remote").exists()


def test_s3_store_that_holds_a_cut_object_hands_over_none(clone: Clone, store: Objects) -> None:
    clone.dvc("remote", "modify", "--local", "storage", "url", "s3://team/cut")
    clone.dvc("push")
    clone.forget()
    client = store.client()
    (found,) = client.list_objects_v2(Bucket="team", Prefix="cut/")["Contents"]
    client.put_object(Bucket="team", Key=found["Key"], Body=b"hour,late\n7,1\n" * 999)

    done = clone.run("dvc", "pull")

    assert done.returncode != 0
    assert not (clone.folder / "copied.csv").exists()


def test_fresh_clone_without_a_remote_says_what_is_missing_and_can_go_on(clone: Clone) -> None:
    clone.forget()

    assert clone.run("dvc", "pull").returncode != 0
    assert clone.run("dvc", "pull", "--allow-missing").returncode == 0
