"""Faulty settings are refused before any stage works, and right ones are checked again only when there is a reason."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from modelratchet.config import reading
from modelratchet.config.layout import PARAMS, SOURCES
from modelratchet.errors import ConfigError, InputError
from modelratchet.storage import code_listing
from modelratchet.wiring import guard
from modelratchet.wiring.guard import SETTINGS, check_params, check_release

ROOT = Path(__file__).parents[3]
STAMP = Path(".ratchet/params.checked")


@pytest.fixture
def checks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """One entry for each time that the settings were parsed; the package's sources are a copy, to be edited."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pipeline").mkdir()
    shutil.copy2(ROOT / SOURCES, tmp_path / SOURCES)
    shutil.copy2(ROOT / PARAMS, tmp_path / PARAMS)
    for part in ("config", "core"):
        shutil.copytree(ROOT / "src/modelratchet" / part, tmp_path / "code" / part)
    for name in ("__init__.py", "errors.py"):
        shutil.copy2(ROOT / "src/modelratchet" / name, tmp_path / "code" / name)
    monkeypatch.setattr(code_listing, "_package_folder", lambda _: tmp_path / "code")
    parsed: list[str] = []
    original: Any = reading.load_params
    monkeypatch.setattr(reading, "load_params", lambda: parsed.append("again") or original())
    return parsed


def test_right_settings_are_parsed_once(checks: list[str]) -> None:
    check_params()
    check_params()

    assert len(checks) == 1


def test_a_fault_between_blocks_is_refused_each_time(checks: list[str]) -> None:
    PARAMS.write_text(PARAMS.read_text().replace("anchor_margin: 0.0075", "anchor_margin: 0.001"))

    for _ in range(2):
        with pytest.raises(ConfigError, match=r"gate\.anchor_margin"):
            check_params()
    assert len(checks) == 2


@pytest.mark.parametrize(
    "module", ["core/metrics.py", "core/tasks.py", "config/serving.py", "config/train.py", "config/cross_checks.py", "config/blocks.py"]
)  # fmt: skip
def test_an_edit_of_what_checks_them_has_them_checked_again(checks: list[str], module: str) -> None:
    check_params()
    with (Path("code") / module).open("a") as stream:
        stream.write("X = 1\n")
    check_params()

    assert len(checks) == 2


def test_an_edit_of_another_source_has_not(checks: list[str]) -> None:
    check_params()
    (Path("code") / "core/gate.py").write_text("X = 1\n")
    check_params()

    assert len(checks) == 1


def spoil(stamp: Path) -> None:
    stamp.write_bytes(b"\xff\xfe")


def put_a_folder_in_its_place(stamp: Path) -> None:
    stamp.unlink()
    stamp.mkdir()


@pytest.mark.parametrize("lose", [spoil, put_a_folder_in_its_place, Path.unlink])
def test_a_stamp_that_is_lost_costs_time_only(checks: list[str], lose: Callable[[Path], None]) -> None:
    check_params()
    lose(STAMP)
    check_params()

    assert len(checks) == 2


def test_a_stamp_that_cannot_be_written_fails_nothing(checks: list[str]) -> None:
    STAMP.parent.write_text("no folder")
    check_params()

    assert len(checks) == 1


def test_a_project_of_release_0_1_is_told_so_before_its_settings_are_read(checks: list[str]) -> None:
    SOURCES.write_text(json.dumps({"split": ["pipeline/split.py"]}))

    for check in (check_params, check_release):
        with pytest.raises(InputError, match=r"is of release 0\.1"):
            check()
    assert not checks
    assert not STAMP.parent.exists()


def test_a_list_of_sources_that_is_none_is_not_of_another_release(checks: list[str]) -> None:
    SOURCES.unlink()
    check_release()
    check_params()

    assert len(checks) == 1


def test_without_the_list_of_sources_they_are_checked_each_time(checks: list[str]) -> None:
    SOURCES.write_text(json.dumps({}))
    check_params()
    check_params()

    assert len(checks) == 2


def test_missing_settings_say_where_to_be(checks: list[str]) -> None:
    PARAMS.unlink()

    with pytest.raises(ConfigError) as caught:
        check_params()
    assert "root folder" in caught.value.hint


def test_the_guard_lists_every_block_and_every_check() -> None:
    modules = set(json.loads((ROOT / SOURCES).read_text())[SETTINGS]["modules"])
    blocks = {f"modelratchet.config.{path.stem}" for path in (ROOT / "src/modelratchet/config").glob("*.py")}

    others = {"__init__", "environment", "exemptions", "policies", "window_keys", "yaml_editing"}
    assert blocks - modules == {f"modelratchet.config.{name}" for name in others}
    assert guard.SETTINGS == "settings"
