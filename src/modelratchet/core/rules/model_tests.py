"""The data scientist's own tests: a failed one rejects, a skipped one is shown, none at all is said."""

from __future__ import annotations

from collections.abc import Iterator

from modelratchet.core.evidence import Evidence
from modelratchet.core.model_tests import TestOutcome
from modelratchet.core.policy import Policy
from modelratchet.core.rules.answers import missing
from modelratchet.core.verdict import Finding, Outcome


def check_model_tests(evidence: Evidence, policy: Policy) -> Iterator[Finding]:
    """Judge the tests that were run against the candidate."""
    record = evidence.model_tests
    if record is None:
        yield missing("model tests", "run of the model's tests", "tests/model")
        return
    passed = sum(test.outcome is TestOutcome.PASSED for test in record.tests)
    for test in record.tests:
        if test.outcome is not TestOutcome.PASSED:
            outcome = Outcome.FAILED if test.outcome is TestOutcome.FAILED else Outcome.WARNING
            message = f"{test.outcome}: {test.message}" if test.message else str(test.outcome)
            yield Finding("model tests", test.name, outcome, message, {})
    if passed:
        numbers = {"passed": float(passed), "tests": float(len(record.tests))}
        message = f"{passed} of {len(record.tests)} tests of the model passed"
        yield Finding("model tests", "tests/model", Outcome.PASSED, message, numbers)
    else:
        outcome = Outcome.INCONCLUSIVE if policy.requires_model_tests else Outcome.WARNING
        yield Finding(
            "model tests", "tests/model", outcome, "no test of the model passed: write some in tests/model", {}
        )
