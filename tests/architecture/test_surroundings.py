"""The suite leans on nothing of the machine's: identity, zone, locale, home; and on no luck."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import settings

from tests import missing_programs
from tests.architecture.stage_sources import ROOT
from tests.surroundings import surroundings

# what a machine may have, each of which made a test fail or pass elsewhere
MACHINE = {
    "HOME": "/home/ann", "PATH": "/usr/bin:/bin", "TZ": "Pacific/Apia", "LC_ALL": "C", "LANG": "de_DE", "GIT_AUTHOR_NAME": "Ann", "GIT_DIR": "/elsewhere",
    "MLFLOW_TRACKING_URI": "http://elsewhere", "RATCHET_STANDING": "elsewhere", "AWS_PROFILE": "ann", "XDG_CONFIG_HOME": "/home/ann/.config",
    "GITHUB_OUTPUT": "/elsewhere", "DVC_STAGE": "train", "PGUSER": "ann", "DOCKER_CONFIG": "/home/ann/.docker", "EMAIL": "ann@example.invalid",
}  # fmt: skip


def test_nothing_of_the_machine_is_kept_but_the_way_to_programs_and_networks() -> None:
    found = surroundings(MACHINE | {"HTTPS_PROXY": "http://proxy", "AWS_CA_BUNDLE": "/ca.pem"}, Path("/new"))

    assert {name: value for name, value in found.items() if value in set(MACHINE.values())} == {}
    assert found["PATH"].endswith(":/usr/bin:/bin")
    assert (found["HTTPS_PROXY"], found["AWS_CA_BUNDLE"]) == ("http://proxy", "/ca.pem")
    assert (found["HOME"], found["TZ"], found["LC_ALL"]) == ("/new", "UTC", "C.UTF-8")


def test_this_session_runs_in_surroundings_of_its_own() -> None:
    said = subprocess.run(["git", "var", "GIT_COMMITTER_IDENT"], capture_output=True, text=True, check=True).stdout

    assert said.startswith("A Test <test@example.invalid>")
    assert Path.home().parent.name.startswith("modelratchet-tests-")
    assert time.tzname == ("UTC", "UTC")
    assert os.environ["LC_ALL"] == "C.UTF-8"


def test_generated_examples_are_the_same_each_time() -> None:
    if settings.get_current_profile_name() == "nightly":
        pytest.skip("by night they are random")

    assert settings.default.derandomize
    assert settings.default.database is None
    nightly = settings.get_profile("nightly")
    assert (nightly.derandomize, nightly.print_blob) == (False, True)
    assert nightly.max_examples > settings.default.max_examples


def test_ci_runs_the_suite_as_a_new_machine_would() -> None:
    (line,) = (line for line in (ROOT / ".ci" / "run").read_text().splitlines() if line.endswith("make test"))

    assert line.startswith('env -i HOME="$home" PATH="$PATH" ')


@pytest.mark.parametrize("target", ["test", "test-unit"])
def test_make_runs_no_random_examples_but_where_it_says_so(target: str) -> None:
    recipes = subprocess.run(["make", "-n", "-o", ".venv/.installed", target, "test-random"], cwd=ROOT, capture_output=True, text=True, check=True)  # fmt: skip
    plain, random = (line for line in recipes.stdout.splitlines() if "pytest" in line)

    assert "--hypothesis-profile" not in plain
    assert "--hypothesis-profile nightly" in random


@pytest.mark.parametrize(
    ("reasons", "line"),
    [
        ([], ""),
        (["nobody reigns"], ""),
        (["no chromium: apt-get install chromium"], "1 test was skipped for want of programs (chromium 1): `make programs` installs them"),
        (
            ["Skipped: docker-registry is not installed"] * 2 + ["no chromium", "no snow"],
            "3 tests were skipped for want of programs (docker-registry 2, chromium 1): `make programs` installs them",
        ),
        (
            ["no Docker engine answers", "no chromium"],
            "2 tests were skipped for want of programs (Docker 1, chromium 1): Docker you install yourself, `make programs` installs the others",
        ),
    ],
)  # fmt: skip
def test_skipped_tests_are_told_by_program(reasons: list[str], line: str) -> None:
    assert missing_programs.told(reasons) == line


TESTS = """
import pytest
def test_here(): pass
def test_there(): {body}
"""


@pytest.mark.parametrize(
    ("body", "last"),
    [
        ("pytest.skip('no chromium: get it')", "1 test was skipped for want of programs (chromium 1): `make programs` installs them"),
        ("pass", "2 passed in"),
    ],
)  # fmt: skip
def test_last_line_says_what_was_skipped_and_the_line_before_is_pytests_own(
    tmp_path: Path, body: str, last: str
) -> None:
    (tmp_path / "test_two.py").write_text(TESTS.format(body=body))
    # as in the suite: it is found beside the tests
    (tmp_path / "conftest.py").write_text("from tests.conftest import *\n")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(tmp_path), "--say-skipped-last", str(tmp_path)]  # fmt: skip
    printed = subprocess.run(
        command, cwd=tmp_path, env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "src")])}, capture_output=True, text=True, check=True,
    ).stdout.splitlines()  # fmt: skip

    assert printed[-1].startswith(last)
    assert next(line for line in printed if " passed" in line).startswith(("2 passed in", "1 passed, 1 skipped in"))
    assert len([line for line in printed if "for want of programs" in line]) == (2 if "skip" in body else 0)
