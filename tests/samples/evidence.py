"""Evidence that promotes as it stands; tests replace the part they are about."""

from __future__ import annotations

from dataclasses import replace

from modelratchet.core.comparison import Churn, Comparison, Contest, Difference, Method, SliceDifference
from modelratchet.core.data_check import DataCheck, FailedExpectation, Severity
from modelratchet.core.evaluation import Calibration, Evaluation, GroupRate, MetricValue
from modelratchet.core.evidence import Evidence
from modelratchet.core.latency import Footprint, LatencyReport, Ratio, Route, Times, Timing
from modelratchet.core.metrics import METRICS, Direction
from modelratchet.core.model_tests import ModelTest, ModelTests, TestOutcome
from modelratchet.core.parity import Parity, ParityPart
from modelratchet.core.policy import Claim, Policy
from modelratchet.core.standing import NOBODY, Champion, Standing
from modelratchet.core.tasks import Task
from modelratchet.storage.bundles import Bundle

BUNDLE = "sha256:" + "b" * 64
HOLDOUT = "sha256:" + "d" * 64
CHAMPION = Champion("3", "sha256:" + "c" * 64, "run-3")
ANCHOR = Champion("1", "sha256:" + "a" * 64, "run-1")
LEDGER_HEAD = "sha256:" + "e" * 64


def policy(**changes: object) -> Policy:
    usual = Policy(
        primary="roc_auc", claim=Claim.NON_INFERIOR, margin=0.01, anchor_margin=0.015, guards={"log_loss": 0.01}, floors={"roc_auc": 0.6},
        alpha=0.05, power=0.9, slice_margin=0.03, slice_alpha=0.05, minimum_slice_rows=100, maximum_changed_labels=0,
        maximum_parity_share=0.0, maximum_latency_ratio=1.05, maximum_p50_ms=None, maximum_p95_ms=None, maximum_bundle_mb=None,
        maximum_memory_mb=None, maximum_start_s=None, maximum_calibration_error=None, maximum_churn=None, maximum_group_gap=None,
        requires_model_tests=False,
    )  # fmt: skip
    return replace(usual, **changes)  # type: ignore[arg-type]


def difference(gain: float = 0.001, standard_error: float = 0.002, metric: str = "roc_auc") -> Difference:
    """A difference whose bounds are normal; `score_difference` is accuracy's."""
    return Difference(
        metric=metric, direction=METRICS[metric].direction, method=Method.DELONG, candidate=0.7 + gain * _sign(metric), reference=0.7,
        gain=gain, standard_error=standard_error, n_rows=5000, n_clusters=None, won=None, lost=None, quantiles=(),
    )  # fmt: skip


def score_difference(won: int, lost: int, n_rows: int = 5000) -> Difference:
    gain = (won - lost) / n_rows
    error = max(won + lost - (won - lost) ** 2 / n_rows, 0.0) ** 0.5 / n_rows
    usual = difference(gain, error, "accuracy")
    return replace(usual, method=Method.SCORE, n_rows=n_rows, won=won, lost=lost)


def slice_difference(
    category: str, n_rows: int = 900, gain: float = 0.0, standard_error: float = 0.01
) -> SliceDifference:
    found = replace(difference(gain, standard_error), n_rows=n_rows)
    return SliceDifference("carrier", category, n_rows, found)


def contest(reference: Champion = CHAMPION, **changes: object) -> Contest:
    usual = Contest(
        reference=reference, incomparable="", differences=(difference(), difference(metric="log_loss")),
        slices=(slice_difference("UA"), slice_difference("AA", gain=-0.01)), churn=Churn(5000, 40, 35, 0),
    )  # fmt: skip
    return replace(usual, **changes)  # type: ignore[arg-type]


def anchor_contest(*differences: Difference) -> Contest:
    return contest(ANCHOR, differences=differences or (difference(),), slices=(), churn=None)


def standing(**changes: object) -> Standing:
    usual = Standing(
        champion=CHAMPION,
        anchor=ANCHOR,
        ledger_head=LEDGER_HEAD,
        counter=3,
        holdout_digest=HOLDOUT,
        holdout_look=2,
        anchor_look=3,
    )
    return replace(usual, **changes)  # type: ignore[arg-type]


def comparison(**changes: object) -> Comparison:
    usual = Comparison(
        bundle_digest=BUNDLE,
        holdout_digest=HOLDOUT,
        n_rows=5000,
        standing=standing(),
        champion=contest(),
        anchor=anchor_contest(),
    )
    return replace(usual, **changes)  # type: ignore[arg-type]


def first_comparison() -> Comparison:
    """What `compare` writes where nobody reigns."""
    nobody = standing(champion=NOBODY, anchor=NOBODY, ledger_head=None, counter=0, holdout_look=1, anchor_look=1)
    return comparison(standing=nobody, champion=None, anchor=None)


def compared(*differences: Difference, **changes: object) -> Comparison:
    """The usual comparison with other differences from the champion."""
    usual = contest(differences=(*differences, difference(metric="log_loss")))
    return comparison(champion=replace(usual, **changes))  # type: ignore[arg-type]


def timing(low: float = 0.98, high: float = 1.02, route: Route = Route.IN_PROCESS, holds: bool = True) -> Timing:
    doubt = 0.01 if holds else 0.2
    control = tuple(Ratio(quantile, 1.0, 1.0 - doubt, 1.0 + doubt) for quantile in (0.5, 0.95))
    ratios = tuple(Ratio(quantile, (low + high) / 2, low, high) for quantile in (0.5, 0.95))
    return Timing(
        route=route, rows_per_call=1, n_calls=2000, seconds=15.0, confidence=0.95, tolerance=1.05, candidate=Times(0.02, 0.03),
        champion=Times(0.02, 0.03), ratios=ratios, control=control, noise=0.01, holds=holds,
    )  # fmt: skip


def latency(*timings: Timing) -> LatencyReport:
    both = timings or (timing(), timing(route=Route.SERVER))
    footprint = Footprint(400_000, 120_000_000, 2400.0)
    return LatencyReport(BUNDLE, CHAMPION.bundle_digest, both, footprint, footprint)


def untimed_champion() -> LatencyReport:
    """What `measure_latency` writes where nobody reigns."""
    alone = [replace(timing(route=route), champion=None, ratios=()) for route in (Route.IN_PROCESS, Route.SERVER)]
    return replace(latency(*alone), champion_digest=None, champion_footprint=None)


def model_test(outcome: TestOutcome = TestOutcome.PASSED, message: str = "") -> ModelTest:
    return ModelTest(f"tests/model/test_flights.py::test_{outcome}", outcome, message)


def model_tests(*tests: ModelTest) -> ModelTests:
    return ModelTests(BUNDLE, tests or (model_test(),))


def metric(low: float, high: float, name: str = "roc_auc") -> MetricValue:
    return MetricValue(name, METRICS[name].direction, (low + high) / 2, low, high)


def evaluation(*metrics: MetricValue, **changes: object) -> Evaluation:
    usual = Evaluation(
        task=Task.BINARY, bundle_digest=BUNDLE, holdout_digest=HOLDOUT, n_rows=5000, confidence=0.95, primary="roc_auc",
        metrics=metrics or (metric(0.68, 0.72),), slices=(), calibration=Calibration(15, 0.02, 0.015, 0.03),
        groups=(GroupRate("origin", "EWR", 2000, 410), GroupRate("origin", "JFK", 2000, 400)),
    )  # fmt: skip
    return replace(usual, **changes)  # type: ignore[arg-type]


def failed(severity: Severity) -> FailedExpectation:
    return FailedExpectation(
        "expect_column_values_to_be_between", "hour", severity, "hour: 3 values above 23", 3, 0.001, ("24",)
    )


def data_check(*failures: FailedExpectation) -> DataCheck:
    return DataCheck("sha256:" + "1" * 64, "sha256:" + "2" * 64, 10_000, 20, failures)


def parity(changed_labels: int = 0, share: float = 0.0, n_rows: int = 5000) -> Parity:
    return Parity(BUNDLE, 1e-5, 900, 900, (ParityPart("holdout", n_rows, 1e-7, share, changed_labels, 0),), ())


def evidence(**changes: object) -> Evidence:
    usual = Evidence(BUNDLE, data_check(), evaluation(), parity(), comparison(), latency(), model_tests())
    return replace(usual, **changes)  # type: ignore[arg-type]


def about(found: Evidence, bundle: Bundle) -> Evidence:
    """The same evidence, measured on a bundle."""
    named = {"bundle_digest": bundle.digest, "model_digest": bundle.model_digest}
    parts = ("evaluation", "parity", "comparison", "latency", "model_tests")
    measured = {name: part and replace(part, **named) for name in parts for part in [getattr(found, name)]}
    return replace(found, **named, **measured)


def _sign(metric: str) -> int:
    return 1 if METRICS[metric].direction is Direction.HIGHER else -1
