"""What is said of a retraining: one title, one page, and whether it may be merged by itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from modelratchet.core.page.retraining import retrain_page
from modelratchet.core.retraining import Judgement, PeriodRows, Retraining, RetrainOutcome, WindowNames
from modelratchet.core.verdict import Decision

JUDGED = Judgement(Decision.PROMOTE, "3", "4", "run4", 1)
RETRAINED = Retraining(
    outcome=RetrainOutcome.RETRAINED,
    model="flights-late",
    why="2013-12 is whole.",
    notes=("No rows of 2014-01 or later, though it is over.",),
    window=WindowNames("2012-12", "2013-11", "2013-12"),
    changes={"ingest.options.last_month": ("11", "12")},
    rows=tuple(PeriodRows(f"2013-{number:02}", 1000, 5.25, number > 10) for number in range(1, 13)),
    judgement=JUDGED,
    merges=True,
)
NOTHING = replace(RETRAINED, outcome=RetrainOutcome.NOTHING_NEW, changes={}, judgement=None)


@pytest.mark.parametrize(
    ("retraining", "title"),
    [
        (RETRAINED, "Retrain flights-late through 2013-12: promote"),
        (replace(RETRAINED, judgement=replace(JUDGED, decision=Decision.REJECT)), "Retrain flights-late through 2013-12: reject"),
        (replace(NOTHING, outcome=RetrainOutcome.WOULD_RETRAIN), "Would retrain flights-late through 2013-12"),
        (NOTHING, "Nothing new for flights-late after 2013-12"),
        (replace(NOTHING, window=None), "Nothing new for flights-late"),
    ],
)  # fmt: skip
def test_title_says_what_came_of_it(retraining: Retraining, title: str) -> None:
    assert retraining.title == title
    assert retrain_page(retraining).startswith(f"# {title}\n")


@pytest.mark.parametrize("merges", [True, False])
@pytest.mark.parametrize("decision", list(Decision))
def test_only_what_the_gate_would_promote_is_merged_and_only_where_settings_say_so(
    decision: Decision, merges: bool
) -> None:
    found = replace(RETRAINED, judgement=replace(JUDGED, decision=decision), merges=merges)

    assert found.merge == (merges and decision is Decision.PROMOTE)
    assert not replace(found, judgement=None).merge
    assert ("may be merged without a review" in retrain_page(found)) == found.merge
    assert ("It waits for a person" in retrain_page(found)) != found.merge


def test_page_tells_what_moved_and_what_the_rows_are_like() -> None:
    page = retrain_page(RETRAINED)

    assert "| `ingest.options.last_month` | `11` | `12` |" in page
    assert "| 2013-10 | 1,000 | 5.2 | trained on |\n| 2013-11 | 1,000 | 5.2 | held out |" in page
    assert "The held-out rows are new" in page
    assert "earlier periods" not in page


def test_page_of_a_long_window_counts_the_early_periods() -> None:
    early = tuple(PeriodRows(f"2012-{number:02}", 500, 1.0, False) for number in range(1, 13))

    page = retrain_page(replace(RETRAINED, rows=(*early, *RETRAINED.rows)))

    assert "12 earlier periods have 6,000 rows." in page
    assert "2012-12 " not in page


def test_page_tells_that_held_out_rows_were_looked_at_before() -> None:
    assert "look 4 at these held-out rows" in retrain_page(
        replace(RETRAINED, judgement=replace(JUDGED, holdout_look=4))
    )


def test_texts_from_settings_are_no_markup() -> None:
    page = retrain_page(replace(RETRAINED, why="- <b>@all", changes={"a|`b": ("<i>", "|")}))

    assert "<b>" not in page
    assert "<i>" not in page
    assert "@all" not in page
