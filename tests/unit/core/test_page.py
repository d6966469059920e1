"""The decision page: what it says, in which order, and that it fits."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from modelratchet.core.comparison import SliceDifference
from modelratchet.core.formats import from_document, to_document
from modelratchet.core.model_tests import ModelTest, ModelTests, TestOutcome
from modelratchet.core.page.html_page import html_page
from modelratchet.core.page.json_page import json_page
from modelratchet.core.page.markdown import COMMENT_LIMIT, NOTE_LIMIT, markdown, note
from modelratchet.core.page.model import Page
from tests import golden_pages
from tests.samples import pages


@pytest.mark.parametrize(
    ("name", "text"), list(golden_pages.written()), ids=lambda value: value if len(value) < 40 else ""
)
def test_pages_are_the_golden_ones(name: str, text: str) -> None:
    assert text == (golden_pages.FOLDER / name).read_text(encoding="utf-8"), "meant? python -m tests.golden_pages"


def test_verdict_stands_first_and_the_reason_second() -> None:
    lines = [line for line in markdown(pages.rejected()).splitlines() if line]

    assert lines[0].startswith("# REJECT")
    assert lines[1].startswith("Because roc_auc: worse than the champion beyond the margin")


def test_parts_come_in_the_order_that_a_reviewer_asks_in() -> None:
    text = markdown(pages.overridden())
    titles = ["# REJECT", "OVERRIDDEN", "Because", "## What changed", "## Better or worse", "## Slices", "## What this holdout", "## Latency", "## Footprint",
              "## The served bytes", "## Data check", "## Tests of the model", "## Every finding", "## Overridden", "## Look further", "## Digests"]  # fmt: skip

    places = [text.index(title) for title in titles]

    assert places == sorted(places)


@pytest.mark.parametrize("make", pages.KINDS.values(), ids=pages.KINDS)
def test_every_finding_is_on_the_page_with_its_numbers(make: object) -> None:
    page: Page = make()  # type: ignore[operator]
    shown = json.loads(json_page(page))["findings"]
    text = html_page(page)

    assert len(shown) == len(page.findings) > 0
    assert all(f"{name} {value:.6g}" in text for item in page.findings for name, value in item.numbers.items())


def test_an_interval_is_drawn_at_the_level_of_its_test() -> None:
    page = pages.promoted()
    primary = next(item for item in page.findings if item.rule == "primary")

    assert page.gains[0].low == pytest.approx(primary.numbers["low"])
    assert page.gains[0].confidence == pytest.approx(1 - 2 * primary.numbers["level"])


def test_the_anchor_is_shown_also_where_it_is_the_champion() -> None:
    usual = pages.comparison()
    one = replace(usual, standing=replace(usual.standing, anchor=usual.standing.champion), anchor=None)

    page = pages.decided(pages.evidence(comparison=one))

    assert [item.against for item in page.gains if item.role == "anchor"] == ["anchor 12"]


def test_the_worst_slice_is_named_and_comes_first() -> None:
    page = pages.rejected()

    assert page.slices is not None
    assert (page.slices.items[0].category, page.slices.items[-1].category) == ("AA", "TEB")
    assert "The worst of 12: carrier = AA" in note(page)


@pytest.mark.parametrize(
    ("tests", "said"),
    [(None, "were not run"), ((), "There are none"), ((ModelTest("t", TestOutcome.SKIPPED, "no rows"),), "1 skipped")],
)
def test_missing_absent_and_skipped_model_tests_are_said(tests: tuple[ModelTest, ...] | None, said: str) -> None:
    found = None if tests is None else ModelTests(pages.BUNDLE, tests)

    assert said in markdown(pages.decided(pages.evidence(model_tests=found)))


def test_an_override_stands_beside_the_verdict_in_every_form() -> None:
    page = pages.overridden()

    assert all("left the market" in write(page) for write in (markdown, html_page, json_page, note))
    assert "left the market" in markdown(page).split("## What changed")[0]


@pytest.mark.slow
def test_a_page_of_ten_thousand_slices_fits_a_comment_and_says_what_was_cut() -> None:
    usual = pages.comparison()
    assert usual.champion is not None
    slices = tuple(
        SliceDifference("airport", f"{number:05d}", 5000, pages.difference("roc_auc", 0.001, 0.01))
        for number in range(10_000)
    )
    page = pages.decided(pages.evidence(comparison=replace(usual, champion=replace(usual.champion, slices=slices))))

    text = markdown(page)

    assert len(text) <= COMMENT_LIMIT
    assert "did not fit here" in text
    assert "## Footprint" in text
    assert len(note(page)) <= NOTE_LIMIT


def test_the_json_page_reads_back_as_the_page() -> None:
    page = pages.rejected()

    document = json.loads(json_page(page))

    assert (document["format"], document["format_version"]) == ("modelratchet/decision-page", 2)
    assert from_document(Page, document, "page") == page
    assert to_document(page)["because"] == document["because"]
