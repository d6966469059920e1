"""Evidence, verdicts and pages of five kinds, for tests of what a reviewer sees: promote, reject, inconclusive, first model, overridden."""

from __future__ import annotations

from dataclasses import replace

from modelratchet.core.changes import Change, Changes, CodeChange, DataChange
from modelratchet.core.comparison import Churn, Comparison, Contest, Difference, Method, Quantile, SliceDifference
from modelratchet.core.data_check import DataCheck, FailedExpectation, Severity
from modelratchet.core.evaluation import Calibration, Evaluation, MetricValue
from modelratchet.core.evidence import Evidence
from modelratchet.core.gate import decide
from modelratchet.core.latency import Footprint, LatencyReport, Ratio, Route, Times, Timing
from modelratchet.core.links import Link
from modelratchet.core.metrics import Direction
from modelratchet.core.model_tests import ModelTest, ModelTests, TestOutcome
from modelratchet.core.page.building import Surroundings, page_of
from modelratchet.core.page.model import Page
from modelratchet.core.parity import Parity, ParityPart
from modelratchet.core.policy import Claim, Policy
from modelratchet.core.standing import NOBODY, Champion, Standing
from modelratchet.core.tasks import Task

BUNDLE, HOLDOUT, OLD = ("sha256:" + letter * 64 for letter in "bdc")
CHAMPION, ANCHOR = Champion("12", OLD, "c0ffee"), Champion("9", "sha256:" + "9" * 64, "facade")
N_ROWS = 27_004
CARRIERS = ("UA", "B6", "EV", "DL", "AA", "MQ", "US", "WN", "VX", "FL", "AS", "HA")

POLICY = Policy(
    primary="roc_auc", claim=Claim.NON_INFERIOR, margin=0.01, anchor_margin=0.015, guards={"accuracy": 0.01}, floors={"roc_auc": 0.6}, alpha=0.05,
    power=0.9, slice_margin=0.03, slice_alpha=0.05, minimum_slice_rows=200, maximum_changed_labels=0, maximum_parity_share=0.0,
    maximum_latency_ratio=1.05, maximum_p50_ms=None, maximum_p95_ms=5.0, maximum_bundle_mb=None, maximum_memory_mb=None, maximum_start_s=None,
    maximum_calibration_error=None, maximum_churn=None, maximum_group_gap=None, requires_model_tests=False,
)  # fmt: skip

CHANGES = Changes(
    champion_version="12",
    params=(
        Change("train.hist_gradient_boosting.learning_rate", "0.1", "0.05"),
        Change("train.hist_gradient_boosting.max_iter", "200", "400"),
        Change("train.hist_gradient_boosting.max_bins", None, "128"),
    ),
    data=(DataChange("train", 231_118, 259_202), DataChange("holdout", 28_209, N_ROWS)),
    code=CodeChange("5f" * 20, "a1" * 20, is_dirty=False, is_same=True),
    libraries=(Change("scikit-learn", "1.9.0", "1.9.1"),),
    is_lock_same=False,
)
LINKS = (
    Link("Compare with the champion's run in MLflow", "https://mlflow.example/#/compare-runs?runs=%5B%22c0ffee%22%2C%22beef%22%5D&experiments=%5B%221%22%5D&workflowType=machine_learning"),
    Link("This run in MLflow", "https://mlflow.example/#/experiments/1/runs/beef?workflowType=machine_learning"),
    Link("The commit", "https://git.example/flights/commit/" + "a1" * 20),
)  # fmt: skip


def difference(metric: str, gain: float, error: float, n_rows: int = N_ROWS) -> Difference:
    method = {"roc_auc": Method.DELONG, "accuracy": Method.SCORE}.get(metric, Method.BOOTSTRAP)
    lost = round(n_rows * 0.03)
    won = lost + round(gain * n_rows)
    counts = (won, lost) if method is Method.SCORE else (None, None)
    quantiles = tuple(
        Quantile(level, gain + error * z)
        for level, z in ((0.005, -2.58), (0.05, -1.64), (0.5, 0.0), (0.95, 1.64), (0.995, 2.58))
    )
    direction = Direction.LOWER if metric == "log_loss" else Direction.HIGHER
    candidate, reference = (0.4312, 0.4312 + gain) if direction is Direction.LOWER else (0.7214, 0.7214 - gain)
    return Difference(
        metric, direction, method, candidate, reference, gain, error, n_rows, None, *counts, quantiles if method is Method.BOOTSTRAP else ()
    )  # fmt: skip


def contest(gain: float, worst: float) -> Contest:
    sizes = [max(120, 5200 // (1 + index)) for index in range(len(CARRIERS))]
    slices = [
        SliceDifference("carrier", name, n_rows, difference("roc_auc", gain + 0.002 * (index % 5 - 2), 0.6 / n_rows**0.5, n_rows))
        for index, (name, n_rows) in enumerate(zip(CARRIERS, sizes, strict=True))
    ]  # fmt: skip
    slices[4] = replace(slices[4], difference=difference("roc_auc", worst, 0.008, sizes[4]))
    slices.append(SliceDifference("origin", "TEB", 3, None))
    differences = (
        difference("roc_auc", gain, 0.0022),
        difference("accuracy", gain / 2, 0.0015),
        difference("log_loss", gain / 3, 0.001),
    )
    return Contest(CHAMPION, "", differences, tuple(slices), Churn(N_ROWS, 912, 871, 0))


def comparison(gain: float = 0.0021, worst: float = -0.012) -> Comparison:
    standing = Standing(CHAMPION, ANCHOR, "sha256:" + "e" * 64, 7, HOLDOUT, 3, 2)
    anchor = Contest(ANCHOR, "", (difference("roc_auc", gain - 0.003, 0.003),), (), None)
    return Comparison(BUNDLE, HOLDOUT, N_ROWS, standing, contest(gain, worst), anchor)


def timing(route: Route, ratio: float) -> Timing:
    ratios = (Ratio(0.5, ratio, ratio - 0.012, ratio + 0.011), Ratio(0.95, ratio + 0.01, ratio - 0.03, ratio + 0.05))
    control = (Ratio(0.5, 1.001, 0.994, 1.009), Ratio(0.95, 0.998, 0.972, 1.021))
    times = Times(0.0231, 0.0412), Times(0.0229, 0.0407)
    return Timing(route, 1, 4000, 6.2, 0.95, 0.02, *times, ratios, control, 0.034, holds=True)


LATENCY = LatencyReport(
    BUNDLE, OLD, (timing(Route.IN_PROCESS, 1.008), timing(Route.SERVER, 0.994)), Footprint(1_482_113, 118_400_000, 1320.0),
    Footprint(1_211_870, 117_100_000, 1290.0),
)  # fmt: skip
TESTS = ModelTests(
    BUNDLE,
    (
        ModelTest("tests/model/test_flights.py::test_rain_makes_no_flight_earlier", TestOutcome.PASSED, ""),
        ModelTest("tests/model/test_flights.py::test_a_missing_wind_is_answered", TestOutcome.PASSED, ""),
        ModelTest(
            "tests/model/test_flights.py::test_christmas", TestOutcome.SKIPPED, "no rows of December in the holdout"
        ),
    ),
)
DATA = DataCheck(
    "sha256:" + "1" * 64, "sha256:" + "2" * 64, 286_206, 31,
    (FailedExpectation("expect_column_values_to_be_between", "wind_gust", Severity.WARNING, "3 values above 90", 3, 0.00001, ("1048.4",)),),
)  # fmt: skip
PARITY = Parity(
    BUNDLE, 1e-5, 9120, 9120, (ParityPart("holdout", N_ROWS, 2e-7, 0.0, 0, 0), ParityPart("fuzz", 30_000, 3e-7, 0.0, 0, 2)), ()
)  # fmt: skip
EVALUATION = Evaluation(
    Task.BINARY, BUNDLE, HOLDOUT, N_ROWS, 0.95, "roc_auc",
    (MetricValue("roc_auc", Direction.HIGHER, 0.7214, 0.7151, 0.7277), MetricValue("log_loss", Direction.LOWER, 0.4312, 0.4270, 0.4355)),
    (), Calibration(15, 0.0121, 0.0094, 0.0163), (),
)  # fmt: skip


def evidence(**changes: object) -> Evidence:
    usual = Evidence(BUNDLE, DATA, EVALUATION, PARITY, comparison(), LATENCY, TESTS)
    return replace(usual, **changes)  # type: ignore[arg-type]


def decided(
    found: Evidence, changes: Changes | None = CHANGES, links: tuple[Link, ...] = LINKS, override: str = ""
) -> Page:
    verdict = decide("flights-late", found, POLICY)
    return page_of(verdict, found, POLICY, Surroundings(changes, links, override))


def promoted() -> Page:
    return decided(evidence())


def rejected(override: str = "") -> Page:
    return decided(evidence(comparison=comparison(-0.024, -0.09)), override=override)


def inconclusive() -> Page:
    usual = comparison()
    assert usual.champion is not None
    few = replace(
        usual.champion, differences=(difference("roc_auc", -0.002, 0.0061, 3100),), slices=usual.champion.slices[9:]
    )
    return decided(evidence(comparison=replace(usual, champion=few), latency=None, model_tests=ModelTests(BUNDLE, ())))


def first_model() -> Page:
    standing = Standing(NOBODY, NOBODY, None, 0, HOLDOUT, 1, 1)
    alone = Comparison(BUNDLE, HOLDOUT, N_ROWS, standing, None, None)
    timings = tuple(replace(item, champion=None, ratios=()) for item in LATENCY.timings)
    latency = replace(LATENCY, champion_digest=None, timings=timings, champion_footprint=None)
    return decided(evidence(comparison=alone, latency=latency), changes=None, links=LINKS[1:])


def overridden() -> Page:
    return rejected("ann@example.org on 2024-03-01T09:00:00Z: carrier AA left the market in February")


KINDS = {
    "promote": promoted,
    "reject": rejected,
    "inconclusive": inconclusive,
    "first_model": first_model,
    "override": overridden,
}
