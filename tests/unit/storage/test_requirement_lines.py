"""What counts in a lock: what is understood by package, and anything else for all of them."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from modelratchet.storage.requirement_lines import LockedLines, locked_lines

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    "text",
    [
        "numpy==1", "NumPy==1", "numpy == 1", "numpy\t==1", "  numpy==1", "numpy==1\r\n", "\ufeffnumpy==1\n", "numpy==1\r", "numpy==1  ",
        "numpy==1 --hash=sha256:aa", "numpy==1 --hash sha256:aa", "numpy==1 \\\n  --hash=sha256:aa \\\n  --hash=sha256:bb\n  # via a",
        "numpy==1 \\\r\n  --hash=sha256:aa\r\n", "numpy==1    # via a, b", "# why\nnumpy==1", "# why \\\nnumpy==1", "numpy \\\n ==1", "numpy==1 \\ \n  --hash=sha256:aa",
        "--index-url https://here/simple\n-i https://there\n--require-hashes\nnumpy==1",
    ],
)  # fmt: skip
def test_a_version_is_one_however_it_is_written(text: str) -> None:
    assert locked_lines(text) == LockedLines({"numpy": ["numpy==1"]}, [])


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("numpy===1", "numpy===1"),
        ("numpy[ b, a ]==1", "numpy[b,a]==1"),
        ("numpy==1;python_version  <'3.12'", "numpy==1 ; python_version <'3.12'"),
        ("numpy==1!2.0rc1+cpu.post-3", "numpy==1!2.0rc1+cpu.post-3"),
        ("numpy @ git+https://host/numpy@1#egg=numpy", "numpy @ git+https://host/numpy@1#egg=numpy"),
        ("numpy@file:///x/numpy-1.whl ; os_name == 'nt'", "numpy @ file:///x/numpy-1.whl ; os_name == 'nt'"),
    ],
)
def test_what_names_a_package_and_a_version_or_address_is_its_packages(text: str, line: str) -> None:
    assert locked_lines(text) == LockedLines({"numpy": [line]}, [])


@pytest.mark.parametrize(
    "line",
    [
        "-e ./numpy", "-e git+https://host/numpy@1#egg=numpy", "git+https://host/numpy@1#egg=numpy", "./numpy-1.whl", "https://host/numpy-1.whl",
        "numpy>=2", "numpy ~= 2.0", "numpy", "numpy!=2", "numpy==1.*", "numpy==1,!=1.1", "numpy==1,>0", "numpy=1.0", "numpy (==1)", "numpy==1#2",
        "-r other.txt", "-c limits.txt", "--no-binary numpy", "--pre", "numpy==1 --config-settings=a=b", "-index", "nümpy==1", "<<<<<<< HEAD", "==1",
    ],
)  # fmt: skip
def test_what_is_not_understood_is_kept_whole(line: str) -> None:
    assert locked_lines(f"{line}\nscipy==1\n") == LockedLines({"scipy": ["scipy==1"]}, [line])


def test_a_package_of_two_versions_keeps_both() -> None:
    text = "a.b==1 ; os_name == 'nt'\nA-b==2 ; os_name != 'nt'\n"

    assert locked_lines(text).by_package == {"a-b": ["a-b==1 ; os_name == 'nt'", "a-b==2 ; os_name != 'nt'"]}


def test_a_lock_that_ends_in_the_middle_of_a_line_loses_none() -> None:
    assert locked_lines("numpy==1 \\").by_package == {"numpy": ["numpy==1"]}


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-serving.lock", "requirements-bootstrap.lock"])
def test_every_line_of_our_own_locks_is_understood(name: str) -> None:
    assert locked_lines((ROOT / name).read_text()).others == []


def test_the_scan_is_quick() -> None:
    """It runs with every `ratchet run`; the limit is ten times what it takes on a machine of 2024."""
    text = (ROOT / "requirements.lock").read_text()
    started = time.process_time()
    locked_lines(text)

    assert time.process_time() - started < 0.1
