"""The data scientist's own tests: a failed one rejects, a skipped one is shown, none at all is said."""

from __future__ import annotations

from collections.abc import Iterator

from modelratchet.core.evidence import Evidence
from modelratchet.core.model_tests import ModelTest, TestOutcome
from modelratchet.core.policy import Policy
from modelratchet.core.rules.answers import missing
from modelratchet.core.verdict import Finding, Outcome

RULE = "model tests"
FOLDER = "tests/model"


def check_model_tests(evidence: Evidence, policy: Policy) -> Iterator[Finding]:
    """Judge the tests that were run against the candidate."""
    record = evidence.model_tests
    if record is None:
        yield missing(RULE, "run of the model's tests", FOLDER)
        return
    for test in _having(record.tests, TestOutcome.FAILED):
        yield Finding(RULE, test.name, Outcome.FAILED, f"{_short(test.name)} failed: {_first_line(test)}", {})
    yield from _skipped(_having(record.tests, TestOutcome.SKIPPED))
    yield from _total(record.tests, policy)


def _skipped(tests: tuple[ModelTest, ...]) -> Iterator[Finding]:
    """One warning a reason: where nobody reigns, every test against the champion is skipped for it."""
    for reason in dict.fromkeys(_first_line(test) for test in tests):
        names = [test.name for test in tests if _first_line(test) == reason]
        subject = names[0] if len(names) == 1 else FOLDER
        message = f"{', '.join(map(_short, names))} skipped: {reason}"
        yield Finding(RULE, subject, Outcome.WARNING, message, {"skipped": float(len(names))})


def _total(tests: tuple[ModelTest, ...], policy: Policy) -> Iterator[Finding]:
    n_passed, n_tests = len(_having(tests, TestOutcome.PASSED)), len(tests)
    numbers = {"passed": float(n_passed), "tests": float(n_tests)}
    if n_passed:
        yield Finding(RULE, FOLDER, Outcome.PASSED, f"{n_passed} of {n_tests} tests of the model passed", numbers)
    elif not _having(tests, TestOutcome.FAILED):
        outcome = Outcome.INCONCLUSIVE if policy.requires_model_tests else Outcome.WARNING
        found = f"no test of the model ran, {n_tests} skipped" if tests else "there are no tests of the model"
        message = f"{found}: write down in {FOLDER} what it has to do"
        yield Finding(RULE, FOLDER, outcome, message, numbers)


def _having(tests: tuple[ModelTest, ...], outcome: TestOutcome) -> tuple[ModelTest, ...]:
    return tuple(test for test in tests if test.outcome is outcome)


def _short(name: str) -> str:
    return name.removeprefix(f"{FOLDER}/")


def _first_line(test: ModelTest) -> str:
    """What comes after it are the values that pytest shows; the record has them."""
    return (test.message.splitlines() or ["no reason was given"])[0]
