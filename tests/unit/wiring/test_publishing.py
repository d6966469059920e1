"""What provenance says an image was made of."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from modelratchet.wiring.publishing import _materials

SOURCES = "git+https://example.org/owner/name"


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A commit that is checked out, on a runner."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GITHUB_SERVER_URL", "https://example.org")
    monkeypatch.setenv("GITHUB_REPOSITORY", "owner/name")
    (tmp_path / "model.py").write_text("one")
    who = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    for command in (["init", "-q"], ["add", "."], [*who, "commit", "-q", "-m", "first"]):
        subprocess.run(["git", *command], check=True)
    return tmp_path


def test_commit_is_told_where_it_is_what_was_built(checkout: Path) -> None:
    commit = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=True).stdout.strip()

    assert _materials("sha256:1") == {"urn:modelratchet:bundle": "sha256:1", SOURCES: f"gitCommit:{commit}"}


def test_commit_is_not_told_of_sources_that_differ_from_it(checkout: Path) -> None:
    (checkout / "model.py").write_text("two")

    assert SOURCES not in _materials("sha256:1")
