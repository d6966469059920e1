"""Suites as files: what is read, what is refused, what is suggested. None of it needs Great Expectations."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from modelratchet.adapters.gx_data_checker import as_checked
from modelratchet.adapters.gx_data_checker.suggestions import suggestions, write_suite
from modelratchet.adapters.gx_data_checker.suites import read_suite
from modelratchet.errors import ConfigError, InputError
from tests.samples.rows import plan, rows


def test_severity_that_is_not_given_is_critical(tmp_path: Path) -> None:
    (tmp_path / "own.json").write_text(
        '{"expectations": [{"type": "expect_column_to_exist", "kwargs": {"column": "a"}}]}'
    )

    assert [item.severity for item in read_suite(tmp_path, "own")] == ["critical"]


FAULTY: dict[str, tuple[Any, list[str]]] = {
    "no JSON": ("{", ["it is not JSON: "]),
    "no suite": ([], ['no list "expectations"']),
    "keys": (
        {"expectation": 1, "expectations": [{"typ": "x"}, 3]},
        [
            "unknown key 'expectation'; did you mean expectations?",
            "expectation 1: unknown key 'typ'; did you mean type?",
            "expectation 1: it has no type",
            "expectation 2: found 3, expected an object",
        ],
    ),
    "severity": (
        {"expectations": [{"type": "x", "kwargs": [], "severity": "high"}]},
        ["kwargs are no object", "severity 'high' is none of critical, warning, info"],
    ),
}


@pytest.mark.parametrize(("content", "expected"), FAULTY.values(), ids=list(FAULTY))
def test_faulty_suite_is_refused_with_every_fault(tmp_path: Path, content: Any, expected: list[str]) -> None:
    (tmp_path / "own.json").write_text(content if isinstance(content, str) else json.dumps(content))

    with pytest.raises(ConfigError) as caught:
        read_suite(tmp_path, "own")

    assert len(caught.value.faults) == len(expected)
    assert all(part in fault for part, fault in zip(expected, caught.value.faults, strict=True))


@pytest.mark.parametrize(
    ("names", "expected"),
    [(["flights"], "did you mean flights?"), (["xyz"], "there are xyz"), ([], "ratchet expectations suggest NAME")],
)
def test_unknown_suite_is_told_with_the_nearest_name(tmp_path: Path, names: list[str], expected: str) -> None:
    for name in names:
        (tmp_path / f"{name}.json").touch()

    with pytest.raises(ConfigError, match=r"check_data\.suite") as caught:
        read_suite(tmp_path, "flihgts")

    assert expected in caught.value.message


def test_suggested_suite_is_written_alike_twice_and_can_be_read(tmp_path: Path) -> None:
    found = [suggestions(as_checked(rows()), plan()) for _ in range(2)]
    path = write_suite(tmp_path, "own", found[0])

    assert found[0] == found[1]
    assert {item.severity for item in read_suite(tmp_path, "own")} == {"warning"}
    assert len({item["id"] for item in json.loads(path.read_text())["expectations"]}) == len(found[0])


def test_suggestion_never_writes_over_a_suite(tmp_path: Path) -> None:
    write_suite(tmp_path, "own", [])

    with pytest.raises(InputError, match="is there already"):
        write_suite(tmp_path, "own", [])


@pytest.mark.parametrize("name", ["../own", "", "a b", ".own"])
def test_suite_s_name_is_a_file_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="is no name of a suite"):
        write_suite(tmp_path, name, [])


def test_reading_and_suggesting_import_no_great_expectations() -> None:
    code = (
        "import sys, modelratchet.adapters.gx_data_checker.suggestions, modelratchet.adapters.gx_data_checker.suites;"
    )
    code += "sys.exit('great_expectations' in sys.modules)"
    import subprocess

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
