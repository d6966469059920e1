"""Whatever a test does to its process, the record says how it ended: real pytest in real processes."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from modelratchet.adapters.pytest_model_tester import PytestModelTester, Suite
from modelratchet.config.layout import OWN_TESTS
from modelratchet.core.model_tests import ModelTest, TestOutcome
from tests.patience import wait_until
from tests.samples.tested_projects import write_own_test

pytestmark = pytest.mark.slow

FAILED, PASSED, SKIPPED = TestOutcome.FAILED, TestOutcome.PASSED, TestOutcome.SKIPPED
FILE = "tests/model/test_own.py"


def outcomes(root: Path, seconds: float = 60.0) -> dict[str, ModelTest]:
    suite = Suite(root, OWN_TESTS, ("modelratchet.testing.fixtures",))
    found = PytestModelTester(suite, seconds, io.StringIO()).run()
    return {test.name.removeprefix(f"{FILE}::"): test for test in found}


ENDINGS = {
    "passes": ("def test(): pass", PASSED, ""),
    "fails": ("def test(): assert 1 == 2", FAILED, "assert 1 == 2"),
    "raises": ("def test(): raise ValueError('no such hour')", FAILED, "ValueError: no such hour"),
    "skips": ("import pytest\ndef test(): pytest.skip('no snow')", SKIPPED, "no snow"),
    "is expected to fail": (
        "import pytest\n@pytest.mark.xfail(reason='fog')\ndef test(): assert 0", SKIPPED, "expected to fail: fog",
    ),
    "does better than expected": ("import pytest\n@pytest.mark.xfail\ndef test(): pass", PASSED, ""),
    "does better than strictly expected": (
        "import pytest\n@pytest.mark.xfail(strict=True, reason='fog')\ndef test(): pass", FAILED, "[XPASS(strict)] fog",
    ),
    "wants a fixture that is not there": ("def test(nothing): pass", FAILED, "fixture 'nothing' not found"),
    "has a fixture that fails": (
        "import pytest\n@pytest.fixture\ndef rows(): raise OSError('gone')\ndef test(rows): pass", FAILED, "OSError: gone",
    ),
    "leaves a fixture that fails afterwards": (
        "import pytest\n@pytest.fixture\ndef rows():\n    yield\n    raise OSError('gone')\ndef test(rows): pass",
        FAILED, "OSError: gone",
    ),
    "leaves pytest": ("import pytest\ndef test(): pytest.exit('enough', returncode=0)", FAILED, "ended with exit code 0"),
    "leaves without a word": ("import os\ndef test(): os._exit(0)", FAILED, "ended with exit code 0"),
    "is killed": ("import os\ndef test(): os.kill(os.getpid(), 9)", FAILED, "was killed by SIGKILL"),
    "crashes": ("import ctypes\ndef test(): ctypes.string_at(0)", FAILED, "was killed by SIGSEGV"),
}  # fmt: skip


@pytest.mark.parametrize(("source", "outcome", "message"), ENDINGS.values(), ids=ENDINGS.keys())
def test_a_test_that(tmp_path: Path, source: str, outcome: TestOutcome, message: str) -> None:
    write_own_test(tmp_path, source)

    found = outcomes(tmp_path)

    assert list(found) == ["test"]
    assert found["test"].outcome is outcome
    assert message in found["test"].message
    assert bool(message) == bool(found["test"].message)


def test_a_hanging_test_fails_and_those_after_it_are_named(tmp_path: Path) -> None:
    write_own_test(tmp_path, "import time\ndef test_a(): pass\ndef test_b(): time.sleep(600)\ndef test_c(): pass")

    found = outcomes(tmp_path, seconds=10.0)

    assert [test.outcome for test in found.values()] == [PASSED, FAILED, SKIPPED]
    assert found["test_b"].message == "it did not end: the process of the tests was ended after 10 s"
    assert "not reached" in found["test_c"].message


def test_a_slow_test_may_ask_for_more_time(tmp_path: Path) -> None:
    write_own_test(
        tmp_path, "import pytest, time\n@pytest.mark.time_limit(seconds=60)\ndef test_a(): time.sleep(3)\n"
        "@pytest.mark.time_limit(1.5)\ndef test_b(): time.sleep(600)",
    )  # fmt: skip

    found = outcomes(tmp_path, seconds=2.0)

    assert [test.outcome for test in found.values()] == [PASSED, FAILED]
    assert "after 1.5 s" in found["test_b"].message


def test_what_a_test_leaves_running_is_ended(tmp_path: Path) -> None:
    write_own_test(
        tmp_path, "import pathlib, subprocess\ndef test():\n    child = subprocess.Popen(['sleep', '600'])\n"
        f"    pathlib.Path({str(tmp_path / 'pid')!r}).write_text(str(child.pid))",
    )  # fmt: skip

    assert outcomes(tmp_path)["test"].outcome is PASSED

    wait_until(lambda: is_gone(int((tmp_path / "pid").read_text())))


def is_gone(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return True
    return state == "Z"  # dead; the system's first process has not fetched it yet


BROKEN = {
    "a module that cannot be imported": ("test_own.py", "import no_such_thing", FILE, "No module named 'no_such_thing'"),
    "a module that is no Python": ("test_own.py", "def test(:", FILE, "SyntaxError"),
    "a conftest that cannot be imported": ("conftest.py", "raise OSError('gone')", "tests/model", "OSError: gone"),
    "a conftest that stops pytest": (
        "conftest.py", "import pytest\ndef pytest_collection(): pytest.exit('no', returncode=0)", "tests/model", "exit code 0",
    ),
    "a conftest with a broken hook": (
        "conftest.py", "def pytest_collection_modifyitems(items): 1 / 0", "tests/model", "exit code 3",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("file", "source", "name", "message"), BROKEN.values(), ids=BROKEN.keys())
def test_what_cannot_be_run_is_a_failure(tmp_path: Path, file: str, source: str, name: str, message: str) -> None:
    write_own_test(tmp_path, "def test_fine(): pass", "test_fine.py")
    write_own_test(tmp_path, source, file)

    failed = outcomes(tmp_path)[name]

    assert failed.outcome is FAILED
    assert message in failed.message
    assert str(tmp_path) not in failed.message


def test_a_broken_module_keeps_no_other_from_running(tmp_path: Path) -> None:
    write_own_test(tmp_path, "import no_such_thing")
    write_own_test(tmp_path, "def test(): pass", "test_second.py")

    assert [test.outcome for test in outcomes(tmp_path).values()] == [FAILED, PASSED]


def test_what_a_conftest_leaves_out_is_shown(tmp_path: Path) -> None:
    write_own_test(tmp_path, "def test_a(): pass\ndef test_b(): pass")
    write_own_test(
        tmp_path, "def pytest_collection_modifyitems(config, items):\n    config.hook.pytest_deselected(items=items[1:])\n    del items[1:]",
        "conftest.py",
    )  # fmt: skip

    assert outcomes(tmp_path)["test_b"] == ModelTest(f"{FILE}::test_b", SKIPPED, "deselected by a conftest.py")


def test_no_folder_and_no_tests_are_no_outcomes(tmp_path: Path) -> None:
    assert outcomes(tmp_path) == {}

    write_own_test(tmp_path, "", "conftest.py")

    assert outcomes(tmp_path) == {}


def test_pytest_settings_and_conftests_around_the_folder_do_not_reach_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_own_test(tmp_path, "def test(): pass")
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = -k nothing --no-such-option\n")
    (tmp_path / "tests/conftest.py").write_text("raise OSError('not for tests/model')")
    monkeypatch.setenv("PYTEST_ADDOPTS", "-k nothing")

    assert outcomes(tmp_path)["test"].outcome is PASSED


def test_its_own_conftest_and_the_projects_modules_are_there(tmp_path: Path) -> None:
    (tmp_path / "floors.py").write_text("FLOOR = 0.7")
    write_own_test(tmp_path, "import floors, pytest\n@pytest.fixture\ndef floor(): return floors.FLOOR", "conftest.py")
    write_own_test(tmp_path, "def test(floor): assert floor == 0.7")

    assert outcomes(tmp_path)["test"].outcome is PASSED
    assert not list((tmp_path / "tests").rglob("__pycache__"))


def test_equal_failures_are_equal_evidence(tmp_path: Path) -> None:
    write_own_test(tmp_path, "def test():\n    thing = object()\n    assert thing is None, (thing, __file__)")

    first, second = outcomes(tmp_path), outcomes(tmp_path)

    assert first == second
    assert str(tmp_path) not in first["test"].message
