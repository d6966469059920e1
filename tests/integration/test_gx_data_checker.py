"""Great Expectations itself, on small rows: what fails, how it is told, and the page."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from modelratchet.adapters.gx_data_checker import CheckPlaces, GxDataChecker
from modelratchet.core.data_check import DataCheck, FailedExpectation, Severity
from modelratchet.core.tasks import Task
from modelratchet.errors import ConfigError
from modelratchet.modeling.plans import ColumnPlan
from modelratchet.modeling.tables import write_table
from tests.samples.rows import plan, rows

pytestmark = pytest.mark.integration
Checking = Callable[..., DataCheck]


@pytest.fixture
def places(tmp_path: Path) -> CheckPlaces:
    return CheckPlaces(tmp_path / ".ratchet/gx", tmp_path / "expectations", tmp_path / "reports/data_docs")


@pytest.fixture
def check(places: CheckPlaces, tmp_path: Path) -> Checking:
    def checking(
        frame: pd.DataFrame,
        *expectations: dict[str, Any],
        used: ColumnPlan | None = None,
        tolerance: float = 0.0,
    ) -> DataCheck:
        write_table(tmp_path / "rows.parquet", frame)
        places.suites.mkdir(exist_ok=True)
        (places.suites / "own.json").write_text(json.dumps({"expectations": expectations}))
        checker = GxDataChecker(places, used or plan(), "own" if expectations else None, tolerance)
        return checker.check(tmp_path / "rows.parquet", "sha256:" + "0" * 64)

    return checking


def expect(kind: str, severity: str = "critical", **kwargs: Any) -> dict[str, Any]:
    return {"type": f"expect_{kind}", "kwargs": kwargs, "severity": severity}


def test_sound_rows_meet_what_follows_from_the_columns(check: Checking) -> None:
    found = check(rows())

    assert found.failed == ()
    assert found.n_rows == 40
    assert found.n_expectations == 5 * 3 + 1 + 3 + 2


IMPLIED: dict[str, tuple[pd.DataFrame, str, str]] = {
    "no such column": (rows(price=None), "price", "expect_column_to_exist"),
    "another type": (rows(price="dear"), "price", "expect_column_values_to_be_of_type"),
    "empty": (rows(town=""), "town", "expect_column_proportion_of_non_null_values_to_be_between"),
    "doubled key": (rows(id=["a", "a"] + [f"r{n}" for n in range(38)]), "id", "expect_column_values_to_be_unique"),
    "missing label": (rows(sold=["", "yes", "no", "no"] * 10), "sold", "expect_column_values_to_not_be_null"),
    "leaking category": (rows(town=rows()["sold"] + "!"), "town", "expect_column_not_to_give_the_label_away"),
    "leaking number": (
        rows(price=rows()["sold"].map({"yes": 9.0, "no": 1.0})),
        "price",
        "expect_column_not_to_give_the_label_away",
    ),
}


@pytest.mark.parametrize(("frame", "column", "kind"), IMPLIED.values(), ids=list(IMPLIED))
def test_rows_that_do_not_fit_the_columns_fail_critically(
    check: Checking, frame: pd.DataFrame, column: str, kind: str
) -> None:
    found = check(frame)

    assert (column, kind) in [(failure.column, failure.expectation) for failure in found.failed]
    assert found.has_critical


def test_leak_is_told_in_words_and_its_tolerance_holds(check: Checking) -> None:
    town = rows()["sold"].where(rows().index != 0, "maybe")

    assert check(rows(town=town)).failed == ()
    [leak] = check(rows(town=town), tolerance=0.05).failed
    assert (
        leak.message
        == "town must not give the label sold away; found town has one label for each of its values on 97.50 % of the rows"
    )


def test_regression_leak_fails(check: Checking) -> None:
    used = plan(task=Task.REGRESSION, positive=None)
    sold = rows()["price"].astype("float64") * 2

    assert [failure.column for failure in check(rows(sold=sold), used=used).failed] == ["price"]


def test_failures_come_in_the_suite_s_order_with_count_share_and_samples(check: Checking) -> None:
    found = check(
        rows(price=[-1.0, -2.0] + [5.0] * 38),
        expect("column_values_to_be_between", "warning", column="price", min_value=0, max_value=10),
        expect("column_values_to_be_in_set", column="town", value_set=["Bath", "York", "Ely"]),
        expect("table_row_count_to_be_between", min_value=100),
        expect("column_max_to_be_between", "info", column="price", max_value=1),
    )

    assert found.failed == (
        FailedExpectation(
            expectation="expect_column_values_to_be_between",
            column="price",
            severity=Severity.WARNING,
            message="price values must be greater than or equal to 0 and less than or equal to 10",
            count=2,
            share=0.05,
            sample=("-1 (id r0)", "-2 (id r1)"),
        ),
        FailedExpectation(
            expectation="expect_table_row_count_to_be_between",
            column="",
            severity=Severity.CRITICAL,
            message="Must have greater than or equal to 100 rows; found 40",
            count=0,
            share=0.0,
            sample=(),
        ),
        FailedExpectation(
            expectation="expect_column_max_to_be_between",
            column="price",
            severity=Severity.WARNING,
            message="price maximum value must be less than or equal to 1; found 5",
            count=0,
            share=0.0,
            sample=(),
        ),
    )


def test_at_most_five_samples_that_differ(check: Checking) -> None:
    [failure] = check(
        rows(price=[1.0] * 10 + list(range(2, 32))), expect("column_values_to_be_null", column="price")
    ).failed

    assert failure.count == 40
    assert [text.split(" ")[0] for text in failure.sample] == ["1", "2", "3", "4", "5"]


def test_exception_within_an_expectation_counts_as_failed(check: Checking) -> None:
    [failure] = check(rows(), expect("column_max_to_be_between", column="prise", max_value=3)).failed

    assert "this could not be checked: " in failure.message
    assert "prise" in failure.message
    assert "\n" not in failure.message


FAULTS = {
    "type": (
        expect("column_value_to_be_null", column="a"),
        "unknown type 'expect_column_value_to_be_null'; did you mean",
    ),
    "keyword": (
        expect("column_values_to_be_between", column="a", min_value=1, max_valu=3),
        "unknown keyword max_valu; did you mean max_value?",
    ),
    "missing keyword": (expect("column_values_to_be_in_set", value_set=[1]), "column: field required"),
    "value": (expect("column_values_to_be_between", column="a", min_value=1, mostly=3), "mostly"),
    "limits": (expect("column_values_to_be_between", column="a"), "min_value and max_value cannot both be None"),
}


@pytest.mark.parametrize(("expectation", "expected"), FAULTS.values(), ids=list(FAULTS))
def test_expectation_that_cannot_be_is_a_fault_of_the_suite(
    check: Checking, expectation: dict[str, Any], expected: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        check(rows(), expectation)

    assert expected in caught.value.message
    assert "expectation 1" in caught.value.message


def test_page_shows_failures_and_is_the_same_twice(check: Checking, places: CheckPlaces) -> None:
    wrong = expect("column_values_to_be_between", column="price", min_value=0, max_value=1)
    first = check(rows(), wrong)
    page = (places.docs / "index.html").read_text()
    second = check(rows(), wrong)

    assert (places.docs / "index.html").read_text() == page
    assert first == second
    assert "unexpected values found" in page
    assert "Failed" in page
    assert "great-expectations-web-assets" not in page
    assert "__none__" not in page
    assert "1 of 22 expectations failed on 40 rows" in page
    assert [path.name for path in places.docs.iterdir()] == ["index.html"]


def test_suite_digest_names_what_was_expected(check: Checking) -> None:
    first = expect("column_values_to_be_between", column="price", max_value=1000)
    again, other = first | {"notes": "why"}, expect("column_values_to_be_between", column="price", max_value=1001)
    digests = [check(rows(), item).suite_digest for item in (first, again, other)]

    assert digests[0] == digests[1] != digests[2]


def test_suggested_suite_is_met_by_the_rows_it_came_from(places: CheckPlaces, tmp_path: Path) -> None:
    table = tmp_path / "rows.parquet"
    write_table(table, rows(town=["Bath", ""] * 20).astype({"price": "float32"}))
    GxDataChecker(places, plan(), None, 0.0).suggest(table, "own")

    found = GxDataChecker(places, plan(), "own", 0.0).check(table, "sha256:1")

    assert found.failed == ()
    assert found.n_expectations == 21 + 6
