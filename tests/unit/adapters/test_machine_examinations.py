"""What `ratchet doctor` says of who commits."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelratchet.adapters.machine_examinations import identity, machine_examinations
from modelratchet.usecases.examine import Level

_VARIABLES = [f"GIT_{who}_{what}" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A new machine's: git knows nobody."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    for name in ("EMAIL", "XDG_CONFIG_HOME", "GIT_CONFIG_GLOBAL", *_VARIABLES):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def test_missing_identity_is_named_with_what_needs_it(home: Path) -> None:
    found = identity()

    assert (found.level, found.found) == (Level.OPTIONAL, "git does not know who you are")
    for word in ("`git commit`", "`dvc exp run`", "user.name", "user.email"):
        assert word in found.remedy


def test_name_without_an_address_is_none(home: Path) -> None:
    (home / ".gitconfig").write_text("[user]\n\tname = Ann\n")

    assert identity().level is Level.OPTIONAL


def test_identity_of_gits_settings_is_shown(home: Path) -> None:
    (home / ".gitconfig").write_text("[user]\n\tname = Ann\n\temail = ann@example.invalid\n")

    assert (identity().level, identity().found) == (Level.FINE, "Ann <ann@example.invalid>")


def test_identity_of_the_environment_counts(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in _VARIABLES:
        monkeypatch.setenv(name, "Ann" if name.endswith("NAME") else "ann@example.invalid")

    assert identity().level is Level.FINE


def test_machine_without_git_is_told_by_the_line_on_git(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(home))

    assert identity().level is Level.OPTIONAL


def test_doctor_looks_at_it() -> None:
    assert identity in machine_examinations()
