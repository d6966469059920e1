"""What locks and bills of materials name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from modelratchet.errors import InputError, MissingEvidenceError
from modelratchet.storage.locks import locked_packages, read_packages

ROOT = Path(__file__).parents[3]
LOCK = """\
# made by a tool
jinja2==3.1.6 \\
    --hash=sha256:aaaa
    # via flask
colorama==0.4.6 ; sys_platform == 'win32' \\
    --hash=sha256:bbbb
"""


def test_every_line_of_a_lock_is_read() -> None:
    assert locked_packages(LOCK) == (("jinja2", "3.1.6"), ("colorama", "0.4.6"))


def test_lines_for_other_systems_are_left_out_where_one_is_named() -> None:
    assert locked_packages(LOCK, {"sys_platform": "linux"}) == (("jinja2", "3.1.6"),)


@pytest.mark.parametrize(
    "line", ["jinja2", "jinja2>=3", "jinja2==3.*", "jinja2==3.1.6,<4", "jinja2 @ https://example.org/x.whl"]
)
def test_what_has_no_one_version_is_no_lock(line: str) -> None:
    with pytest.raises(InputError, match=r"no one version|no lock"):
        locked_packages(line)


def test_own_locks_are_read() -> None:
    for name in ("requirements.lock", "requirements-serving.lock"):
        packages = read_packages(ROOT / name)
        assert len(packages) == len(set(packages)) > 30


def test_bill_names_its_python_packages(tmp_path: Path) -> None:
    torch = "pkg:pypi/torch@2.1.0%2Bcpu"
    bill = {
        "components": [
            {"purl": "pkg:pypi/jinja2@3.1.6"},
            {"purl": torch},
            {"purl": "pkg:deb/debian/libc6@2.36"},
            {"name": "model"},
        ]
    }
    (tmp_path / "x.cdx.json").write_text(json.dumps(bill))

    assert read_packages(tmp_path / "x.cdx.json") == (("jinja2", "3.1.6"), ("torch", "2.1.0+cpu"))


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"components": [1]}'])
def test_what_is_no_bill_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.json").write_text(text)

    with pytest.raises(InputError, match=r"x\.json: this is no CycloneDX bill"):
        read_packages(tmp_path / "x.json")


@pytest.mark.parametrize(
    ("name", "data"),
    [("x.lock", b""), ("x.lock", b"# nothing is wanted\n"), ("x.json", b'{"components": []}'), ("x.lock", b"\xff\xfe")],
    ids=["empty", "comments", "no component", "no text"],
)
def test_file_without_a_package_is_not_clean(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)

    with pytest.raises(InputError, match=rf"{name} .*expected a lock or a bill"):
        read_packages(tmp_path / name)


def test_lock_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingEvidenceError, match=r"nothing\.lock"):
        read_packages(tmp_path / "nothing.lock")
