"""What every tester of a model does: the fake, and pytest in a process of its own."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest

from modelratchet.adapters.pytest_model_tester import PytestModelTester, Suite
from modelratchet.config.layout import OWN_TESTS
from modelratchet.core.model_tests import ModelTest, TestOutcome
from modelratchet.usecases.ports.pipeline import ModelTester
from tests.fakes.model_tester import FakeModelTester
from tests.samples.tested_projects import write_own_test

BODIES = {TestOutcome.PASSED: "pass", TestOutcome.FAILED: "pytest.fail('{}')", TestOutcome.SKIPPED: "pytest.skip('{}')"}
Subject = Callable[[tuple[ModelTest, ...]], ModelTester]


def _pytest_with(root: Path, tests: tuple[ModelTest, ...]) -> ModelTester:
    """Writes tests that end as the given ones did."""
    for test in tests:
        path, function = test.name.split("::")
        body = BODIES[test.outcome].format(test.message.removeprefix("Failed: "))
        write_own_test(root, f"import pytest\ndef {function}(): {body}\n", Path(path).name)
    return PytestModelTester(Suite(root, OWN_TESTS, ("modelratchet.testing.fixtures",)), 60.0, io.StringIO())


@pytest.fixture(params=["fake", "pytest"])
def subject(request: pytest.FixtureRequest, tmp_path: Path) -> Subject:
    if request.param == "fake":
        return lambda tests: FakeModelTester(*tests)
    return lambda tests: _pytest_with(tmp_path, tests)


def test_every_test_is_told_with_how_it_ended_and_why_in_the_order_they_ran(subject: Subject) -> None:
    tests = (
        ModelTest("tests/model/test_a.py::test_one", TestOutcome.PASSED, ""),
        ModelTest("tests/model/test_b.py::test_two", TestOutcome.FAILED, "Failed: too late"),
        ModelTest("tests/model/test_c.py::test_three", TestOutcome.SKIPPED, "no snow"),
    )

    assert subject(tests).run() == tests


def test_no_tests_are_told_as_none(subject: Subject) -> None:
    assert subject(()).run() == ()


def test_a_second_run_says_the_same(subject: Subject) -> None:
    tester = subject((ModelTest("tests/model/test_a.py::test_one", TestOutcome.FAILED, "Failed: too late"),))

    assert tester.run() == tester.run()
