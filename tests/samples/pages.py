"""Evidence, verdicts and pages of five kinds, for tests of what a reviewer sees: promote, reject, inconclusive, first model, overridden."""

from __future__ import annotations

from dataclasses import replace

from modelratchet.core.changes import Change, Changes, CodeChange, DataChange
from modelratchet.core.comparison import Churn, Comparison, Contest, Difference, Method, Quantile, SliceDifference
from modelratchet.core.evidence import (
    Calibration,
    DataCheck,
    Evaluation,
    Evidence,
    FailedExpectation,
    MetricValue,
    Parity,
    ParityPart,
    Severity,
)
from modelratchet.core.latency import Footprint, LatencyReport, Ratio, Route, Times, Timing
from modelratchet.core.metrics import Direction
from modelratchet.core.model_tests import ModelTest, ModelTests, TestOutcome
from modelratchet.core.page.building import Surroundings, page_of
from modelratchet.core.page.model import Link, Page
from modelratchet.core.policy import Claim, Policy
from modelratchet.core.standing import NOBODY, Champion, Standing
from modelratchet.core.tasks import Task
from modelratchet.core.verdict import Decision, Finding, Outcome, Verdict

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


def finding(rule: str, subject: str, outcome: Outcome, message: str, **numbers: float) -> Finding:
    return Finding(rule, subject, outcome, message, numbers)


FINDINGS = (
    finding("data", "wind_gust", Outcome.WARNING, "3 values above 90", count=3.0, share=0.00001),
    finding("data", "rows", Outcome.PASSED, "31 expectations on 286,206 rows, none critical failed", expectations=31.0, failed=1.0),
    finding("parity", "onnx", Outcome.PASSED, "0 changed labels on 57,004 rows", changed_labels=0.0),
    finding("primary", "roc_auc", Outcome.PASSED, "not worse than champion 12 by 0.01", gain=0.0021, p=0.0000003, level=0.0034),
    finding("guard", "accuracy", Outcome.PASSED, "not worse than champion 12 by 0.01", gain=0.001, p=0.0000001, level=0.0034),
    finding("anchor", "roc_auc", Outcome.PASSED, "not worse than anchor 9 by 0.015", gain=-0.0009, p=0.000001, level=0.0076),
    finding("slices", "roc_auc", Outcome.PASSED, "none of 11 slices is harmed beyond doubt; the worst is carrier=AA", slices=11.0),
    finding("latency", "in process p50", Outcome.PASSED, "1.008 times the champion's, limit 1.05", ratio=1.008, low=0.996, high=1.019),
    finding("model tests", "tests/model", Outcome.WARNING, "2 passed, 1 skipped", passed=2.0, skipped=1.0),
)  # fmt: skip


def verdict(decision: Decision, found: Evidence, findings: tuple[Finding, ...] = FINDINGS) -> Verdict:
    compared = found.comparison
    champion = compared.champion.reference.version if compared and compared.champion else None
    return Verdict(
        decision, "flights-late", BUNDLE, found.digest, "sha256:" + "f" * 64, HOLDOUT, champion, "9" if champion else None,
        compared.standing.ledger_head if compared else None, compared.standing.holdout_look if compared else 0, is_superior=False, findings=findings,
    )  # fmt: skip


def changed(*others: Finding) -> tuple[Finding, ...]:
    """The usual findings with some replaced by rule and subject."""
    names = {(item.rule, item.subject) for item in others}
    return (*others, *(item for item in FINDINGS if (item.rule, item.subject) not in names))


def promoted(override: str = "") -> Page:
    found = evidence()
    return page_of(verdict(Decision.PROMOTE, found), found, POLICY, Surroundings(CHANGES, LINKS, override))


def rejected(override: str = "") -> Page:
    found = evidence(comparison=comparison(-0.024, -0.09))
    findings = changed(
        finding(
            "primary", "roc_auc", Outcome.FAILED, "worse than champion 12 by more than 0.01", gain=-0.024, level=0.0034
        ),
        finding(
            "slices",
            "carrier=AA",
            Outcome.FAILED,
            "harmed: gain -0.0900, p 0.0000, margin 0.03",
            gain=-0.09,
            n_rows=1040.0,
        ),
    )
    return page_of(verdict(Decision.REJECT, found, findings), found, POLICY, Surroundings(CHANGES, LINKS, override))


def inconclusive() -> Page:
    small = comparison()
    wide = replace(small.champion, differences=(difference("roc_auc", -0.002, 0.0061, 3100),))  # type: ignore[type-var]
    found = evidence(
        comparison=replace(small, champion=wide, anchor=None), latency=None, model_tests=ModelTests(BUNDLE, ())
    )
    message = "3,100 held-out rows cannot tell whether it is worse than champion 12 by 0.01: 9,000 rows are missing"
    findings = changed(
        finding("primary", "roc_auc", Outcome.INCONCLUSIVE, message, gain=-0.002, rows_missing=9000.0),
        finding("latency", "latency", Outcome.INCONCLUSIVE, "no latency measurement was supplied"),
    )
    return page_of(verdict(Decision.INCONCLUSIVE, found, findings), found, POLICY, Surroundings(CHANGES, LINKS))


def first_model() -> Page:
    standing = Standing(NOBODY, NOBODY, None, 0, HOLDOUT, 1, 1)
    found = evidence(
        comparison=Comparison(BUNDLE, HOLDOUT, N_ROWS, standing, None, None), latency=None, model_tests=None
    )
    findings = (
        *FINDINGS[:3],
        finding("floor", "roc_auc", Outcome.PASSED, "on the right side of its floor 0.6", value=0.7214, floor=0.6),
    )
    return page_of(verdict(Decision.PROMOTE, found, findings), found, POLICY, Surroundings(None, LINKS[1:]))


def overridden() -> Page:
    return rejected("ann@example.org on 2024-03-01T09:00:00Z: carrier AA left the market in February")


KINDS = {
    "promote": promoted,
    "reject": rejected,
    "inconclusive": inconclusive,
    "first_model": first_model,
    "override": overridden,
}
