"""Names under which a candidate goes to the registry: they stay, so that runs compare line by line."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from modelratchet.core.comparison import Contest
from modelratchet.core.gate import decide
from modelratchet.core.latency import Route
from modelratchet.core.model_tests import TestOutcome
from modelratchet.usecases.candidate_values import metrics_of, verdict_tags_of
from tests.samples import evidence as sample

SIZE = 1234


def metrics(**changes: object) -> dict[str, float]:
    return metrics_of(sample.evidence(**changes), SIZE)


def test_gains_have_the_two_sided_interval_of_95_percent() -> None:
    found = metrics()
    reach = 1.959964 * 0.002
    assert found["champion.roc_auc"] == 0.7
    assert found["gain.roc_auc"] == 0.001
    assert found["gain.roc_auc.low"] == pytest.approx(0.001 - reach)
    assert found["gain.roc_auc.high"] == pytest.approx(0.001 + reach)


def test_the_anchor_has_gains_of_its_own() -> None:
    found = metrics()
    assert (found["anchor.roc_auc"], found["anchor.gain.roc_auc"]) == (0.7, 0.001)
    assert {"anchor.gain.roc_auc.low", "anchor.gain.roc_auc.high"} <= set(found)
    assert not any(name.startswith("anchor.gain") for name in metrics(comparison=sample.comparison(anchor=None)))


def test_churn_and_looks_are_told() -> None:
    found = metrics()
    assert (found["churn.share"], found["churn.mended"], found["churn.broken"]) == (0.015, 40.0, 35.0)
    assert (found["holdout.look"], found["anchor.look"]) == (2.0, 3.0)


def test_calibration_and_rates_of_groups_are_told() -> None:
    found = metrics()
    assert (found["calibration.error"], found["calibration.error.low"], found["calibration.error.high"]) == (
        0.02,
        0.015,
        0.03,
    )
    assert found["group.origin.EWR.rate"] == 0.205


def test_each_route_has_its_times_and_ratios() -> None:
    found = metrics()
    for prefix in ("", "server."):
        assert found[f"{prefix}latency.p50_ms"] == 0.02
        assert found[f"champion.{prefix}latency.p95_ms"] == 0.03
        assert (found[f"{prefix}latency.ratio.low"], found[f"{prefix}latency.ratio.high"]) == (0.98, 1.02)
        assert found[f"{prefix}latency.ratio_p95"] == 1.0


def test_a_route_that_was_not_timed_has_no_names() -> None:
    found = metrics(latency=sample.latency(sample.timing(route=Route.IN_PROCESS)))
    assert "latency.p50_ms" in found
    assert not any(name.startswith("server.latency") for name in found)


def test_footprints_of_both_servers_are_told_where_one_was_started() -> None:
    found = metrics()
    assert (found["model.size_bytes"], found["bundle.size_bytes"]) == (SIZE, 400_000)
    assert (found["server.memory_bytes"], found["champion.server.start_ms"]) == (120_000_000, 2400.0)
    report = sample.latency()
    unstarted = replace(report, footprint=replace(report.footprint, memory_bytes=None, start_ms=None))
    assert "server.memory_bytes" not in metrics(latency=unstarted)


def test_model_tests_are_counted_by_outcome() -> None:
    passed, failed = sample.model_test(TestOutcome.PASSED), sample.model_test(TestOutcome.FAILED)
    found = metrics(model_tests=sample.model_tests(passed, failed, passed))
    assert (found["tests.passed"], found["tests.failed"], found["tests.skipped"]) == (2.0, 1.0, 0.0)


@pytest.mark.parametrize("part", ["evaluation", "comparison", "latency", "model_tests", "parity", "data_check"])
def test_a_part_that_was_not_supplied_is_left_out(part: str) -> None:
    assert len(metrics(**{part: None})) < len(metrics())


def test_a_champion_that_cannot_be_compared_has_no_gain() -> None:
    contest = Contest(sample.CHAMPION, "champion version 3: it lacks a column", (), (), None)
    found = metrics(comparison=sample.comparison(champion=contest))
    assert not [name for name in found if name.startswith(("gain.", "churn."))]


def test_every_value_is_finite_and_every_name_one_that_mlflow_takes() -> None:
    found = metrics()
    assert all(math.isfinite(value) for value in found.values())
    assert all(name.replace(".", "").replace("_", "").isalnum() for name in found)


def test_tags_name_holdout_and_anchor_so_that_looks_can_be_counted() -> None:
    evidence = sample.evidence()
    tags = verdict_tags_of(decide("flights", evidence, sample.policy()), evidence)
    assert tags["ratchet.holdout_digest"] == sample.HOLDOUT
    assert tags["ratchet.anchor_digest"] == sample.ANCHOR.bundle_digest
    assert (tags["ratchet.holdout_look"], tags["ratchet.anchor_look"]) == ("2", "3")


def test_where_nobody_reigns_there_is_no_anchor_to_count_by() -> None:
    evidence = sample.evidence(comparison=sample.first_comparison())
    tags = verdict_tags_of(decide("flights", evidence, sample.policy()), evidence)
    assert tags["ratchet.holdout_digest"] == sample.HOLDOUT
    assert "ratchet.anchor_digest" not in tags


def test_without_a_comparison_the_holdout_was_not_looked_at() -> None:
    evidence = sample.evidence(comparison=None)
    tags = verdict_tags_of(decide("flights", evidence, sample.policy()), evidence)
    assert "ratchet.holdout_digest" not in tags
