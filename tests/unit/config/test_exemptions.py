"""`audit.yaml`: every entry with a reason and an end."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from modelratchet.config.exemptions import load_exemptions
from modelratchet.core.advisories import Exemption
from modelratchet.errors import ConfigError

RIGHT = "exemptions:\n- {id: PYSEC-2021-66, package: jinja2, reason: none is rendered, until: 2027-01-31}\n"


def test_entries_are_read(tmp_path: Path) -> None:
    (tmp_path / "audit.yaml").write_text(RIGHT)

    found = load_exemptions(tmp_path / "audit.yaml")
    assert found == (Exemption("PYSEC-2021-66", "jinja2", "none is rendered", date(2027, 1, 31)),)


def test_without_the_file_nothing_is_excepted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    assert load_exemptions(None) == ()


@pytest.mark.parametrize("text", ["", "exemptions: []\n"])
def test_empty_file_excepts_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "audit.yaml").write_text(text)

    assert load_exemptions(tmp_path / "audit.yaml") == ()


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (RIGHT.replace("reason: none is rendered, ", ""), "exemptions.0.reason: Field required"),
        (RIGHT.replace("none is rendered", '" "'), "exemptions.0.reason"),
        (RIGHT.replace(", until: 2027-01-31", ""), "exemptions.0.until: Field required"),
        (RIGHT.replace("2027-01-31", "some day"), "exemptions.0.until"),
        (RIGHT.replace("reason:", "reasons:"), "exemptions.0.reasons: Extra inputs"),
        (RIGHT.replace("exemptions", "exempt"), "exempt: Extra inputs"),
        ("- a", "valid dictionary"),
        ("a: [", "it is not YAML"),
    ],
)
def test_faults_are_named(tmp_path: Path, text: str, fault: str) -> None:
    (tmp_path / "audit.yaml").write_text(text)

    with pytest.raises(ConfigError) as raised:
        load_exemptions(tmp_path / "audit.yaml")
    assert fault in raised.value.message


def test_file_that_was_named_has_to_be_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="it is not there"):
        load_exemptions(tmp_path / "other.yaml")


def test_folder_in_its_place_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "audit.yaml").mkdir()

    with pytest.raises(ConfigError, match="it cannot be read: Is a directory"):
        load_exemptions(None)
