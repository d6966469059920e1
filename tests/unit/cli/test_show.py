"""What `ratchet show` tells of metrics, slices, groups and both references."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from modelratchet.cli import metric_tables
from modelratchet.cli.main import main
from modelratchet.core.comparison import Contest
from modelratchet.core.evaluation import SliceValue
from modelratchet.core.evidence import Evidence
from modelratchet.core.gate import decide
from modelratchet.core.paired import interval
from modelratchet.core.tasks import Task
from modelratchet.storage.files import write_record
from tests.samples import evidence as sample

Shown = Callable[..., str]


@pytest.fixture
def shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shown:
    """Write a report and say what the command prints of it."""
    monkeypatch.chdir(tmp_path)

    def show(evidence: Evidence, *options: str) -> str:
        write_record(Path("reports/evidence.json"), evidence)
        write_record(Path("reports/verdict.json"), decide("flights", evidence, sample.policy()))
        assert main(["show", *options]) == 0
        return capsys.readouterr().out

    return show


def lines(**changes: object) -> list[str]:
    found = sample.evidence(**changes)
    assert found.evaluation is not None
    return list(metric_tables.metric_lines(found.evaluation, found.comparison))


def test_a_metric_stands_beside_champion_and_anchor_with_both_gains() -> None:
    heading, row = lines()[1:3]
    assert heading.split() == [
        *("metric", "value", "interval", "champion", "gain", "interval", "of", "gain"),
        *("anchor", "gain", "on", "anchor", "interval", "of", "gain"),
    ]
    bounds = interval(sample.difference(), 0.95)
    assert row.count(f"{bounds.low:+.4f} .. {bounds.high:+.4f}") == 2


def test_without_a_reference_there_are_no_empty_columns() -> None:
    assert lines(comparison=sample.first_comparison())[1].split() == ["metric", "value", "interval"]
    assert lines(comparison=None)[1].split() == ["metric", "value", "interval"]


def test_a_metric_that_was_not_compared_leaves_its_cells_empty() -> None:
    row = lines(evaluation=sample.evaluation(sample.metric(0.7, 0.8, "accuracy")))[2]
    assert row.split() == ["accuracy", "0.7500", "0.7000", "..", "0.8000"]


def test_calibration_is_told_where_there_is_one() -> None:
    assert lines()[-1].strip() == "calibration error 0.0200 (0.0150 .. 0.0300), 15 bins"
    assert not any("calibration" in line for line in lines(evaluation=sample.evaluation(calibration=None)))


def test_churn_goes_both_ways_and_looks_are_counted(shown: Shown) -> None:
    printed = shown(sample.evidence())
    assert "candidate 2 to be judged on it" in printed
    assert "1.50% of 5,000 rows, 40 mended, 35 broken" in printed


def test_a_reference_that_cannot_be_compared_says_why(shown: Shown) -> None:
    contest = Contest(sample.CHAMPION, "champion version 3: it lacks a column", (), (), None)
    printed = shown(sample.evidence(comparison=sample.comparison(champion=contest)))
    assert "Not compared: champion version 3: it lacks a column" in printed


def test_slices_show_the_metric_and_the_gain_of_each(shown: Shown) -> None:
    slices = (SliceValue("carrier", "UA", 900, sample.metric(0.6, 0.7)), SliceValue("carrier", "HA", 12, None))
    printed = shown(sample.evidence(evaluation=sample.evaluation(slices=slices)), "--slices")
    of_ua, of_ha = (next(line for line in printed.splitlines() if f"carrier {name}" in line) for name in ("UA", "HA"))
    assert "0.6500" in of_ua
    assert "+0.0000" in of_ua
    assert "too small to say" in of_ha


@pytest.mark.parametrize(("task", "words"), [(Task.BINARY, "answered positive"), (Task.MULTICLASS, "answered rightly")])
def test_groups_say_what_their_rate_counts(shown: Shown, task: Task, words: str) -> None:
    evaluation = replace(sample.evaluation(), task=task)
    printed = shown(sample.evidence(evaluation=evaluation), "--slices")
    assert words in printed
    assert "origin EWR" in printed
    assert "0.2050" in printed
