"""The message that stops the pipeline."""

from __future__ import annotations

from modelratchet.core.data_check import DataCheck, FailedExpectation, Severity
from modelratchet.usecases.reject_data import rejection

CRITICAL = FailedExpectation(
    "expect_x", "hour", Severity.CRITICAL, "values are outside 0 to 23", 26, 0.0026, ("77", "99")
)
WARNING = FailedExpectation("expect_y", "", Severity.WARNING, "there are 3 rows", 0, 0.0, ())


def check(*failed: FailedExpectation) -> DataCheck:
    return DataCheck("sha256:0", "sha256:1", 10_000, 12, failed)


def test_warnings_alone_do_not_stop() -> None:
    assert rejection(check(WARNING)) == ""


def test_a_critical_failure_says_which_column_how_many_and_which_values() -> None:
    assert rejection(check(WARNING, CRITICAL)).splitlines() == [
        "1 of 12 expectations failed on 10,000 rows and are critical (1 warning besides):",
        "  - hour: values are outside 0 to 23 [26 rows, 0.26 %]; such as 77, 99 (expect_x)",
    ]
