"""A failed test of the model rejects, a skipped one is shown, none at all is said."""

from __future__ import annotations

from dataclasses import replace

import pytest

from modelratchet.core.evidence import Evidence
from modelratchet.core.gate import decide
from modelratchet.core.model_tests import ModelTest, ModelTests, TestOutcome
from modelratchet.core.rules.model_tests import check_model_tests
from modelratchet.core.verdict import Decision, Finding, Outcome
from tests.samples.evidence import BUNDLE, evidence, policy

PASSED = ModelTest("tests/model/test_a.py::test_one", TestOutcome.PASSED, "")
FAILED = ModelTest("tests/model/test_a.py::test_two", TestOutcome.FAILED, "assert 0.4 > 0.5\n +  where 0.4 = score()")
SKIPPED = ModelTest("tests/model/test_a.py::test_three", TestOutcome.SKIPPED, "nobody reigns")


def having(*tests: ModelTest) -> Evidence:
    return evidence(model_tests=ModelTests(BUNDLE, tests))


def findings(*tests: ModelTest, **limits: object) -> list[Finding]:
    return list(check_model_tests(having(*tests), policy(**limits)))


def told(found: list[Finding]) -> list[tuple[Outcome, str, str]]:
    return [(finding.outcome, finding.subject, finding.message) for finding in found]


def test_a_failed_test_is_named_with_the_first_line_of_its_message() -> None:
    assert told(findings(FAILED)) == [(Outcome.FAILED, FAILED.name, "test_a.py::test_two failed: assert 0.4 > 0.5")]


def test_a_failed_test_rejects_what_would_be_promoted_without_it() -> None:
    assert decide("flights", having(PASSED), policy()).decision is Decision.PROMOTE
    assert decide("flights", having(PASSED, FAILED), policy()).decision is Decision.REJECT


def test_a_skipped_test_is_shown_and_decides_nothing() -> None:
    assert told(findings(PASSED, SKIPPED)) == [
        (Outcome.WARNING, SKIPPED.name, "test_a.py::test_three skipped: nobody reigns"),
        (Outcome.PASSED, "tests/model", "1 of 2 tests of the model passed"),
    ]
    assert decide("flights", having(PASSED, SKIPPED), policy()).decision is Decision.PROMOTE


def test_tests_skipped_for_one_reason_are_one_warning_that_names_them_all() -> None:
    other = replace(SKIPPED, name="tests/model/test_b.py::test_four")

    found = findings(PASSED, SKIPPED, other)

    assert found[0].outcome is Outcome.WARNING
    assert found[0].message == "test_a.py::test_three, test_b.py::test_four skipped: nobody reigns"


def test_tests_that_all_passed_are_one_finding_with_their_count() -> None:
    found = findings(PASSED, replace(PASSED, name="tests/model/test_a.py::test_five"))

    assert told(found) == [(Outcome.PASSED, "tests/model", "2 of 2 tests of the model passed")]
    assert found[0].numbers == {"passed": 2.0, "tests": 2.0}


@pytest.mark.parametrize(
    ("tests", "said"),
    [((), "there are no tests of the model"), ((SKIPPED,), "no test of the model ran, 1 skipped")],
    ids=["no tests", "all skipped"],
)
@pytest.mark.parametrize("is_required", [False, True])
def test_no_test_that_ran_is_said_and_inconclusive_where_one_is_required(
    tests: tuple[ModelTest, ...], said: str, is_required: bool
) -> None:
    last = findings(*tests, requires_model_tests=is_required)[-1]

    assert last.outcome is (Outcome.INCONCLUSIVE if is_required else Outcome.WARNING)
    assert last.message.startswith(said)


def test_a_requirement_is_met_by_a_failed_test_which_rejects() -> None:
    assert [finding.outcome for finding in findings(FAILED, requires_model_tests=True)] == [Outcome.FAILED]


def test_a_record_that_was_not_supplied_is_inconclusive() -> None:
    assert [finding.outcome for finding in check_model_tests(evidence(model_tests=None), policy())] == [
        Outcome.INCONCLUSIVE
    ]


def test_a_test_that_gave_no_reason_is_still_a_sentence() -> None:
    assert findings(replace(FAILED, message=""))[0].message == "test_a.py::test_two failed: no reason was given"
