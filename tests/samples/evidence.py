"""Evidence that promotes as it stands; tests replace the part they are about."""

from __future__ import annotations

from dataclasses import replace

from modelratchet.core.evidence import (
    Champion,
    Comparison,
    DataCheck,
    Difference,
    Evaluation,
    Evidence,
    FailedExpectation,
    Latency,
    MetricValue,
    Parity,
    ParityPart,
    Severity,
    SliceDifference,
)
from modelratchet.core.metrics import Direction
from modelratchet.core.policy import Policy
from modelratchet.core.tasks import Task

BUNDLE = "sha256:" + "b" * 64
HOLDOUT = "sha256:" + "d" * 64


def policy(**changes: object) -> Policy:
    usual = Policy(
        primary="roc_auc", margin=0.01, slice_margin=0.03, minimum_slice_rows=100, maximum_changed_labels=0,
        maximum_parity_share=0.0, maximum_latency_ratio=1.05, maximum_latency_ms=None, floors={"roc_auc": 0.6},
    )  # fmt: skip
    return replace(usual, **changes)  # type: ignore[arg-type]


def difference(low: float, high: float) -> Difference:
    return Difference("roc_auc", Direction.HIGHER, 0.7, 0.7 - (low + high) / 2, (low + high) / 2, low, high)


def slice_difference(category: str, n_rows: int, low: float, high: float) -> SliceDifference:
    return SliceDifference("carrier", category, n_rows, difference(low, high))


def latency(low: float, high: float) -> Latency:
    return Latency(1, 2000, 0.02, 0.03, 0.02, 0.03, (low + high) / 2, low, high)


def comparison(**changes: object) -> Comparison:
    usual = Comparison(
        bundle_digest=BUNDLE, holdout_digest=HOLDOUT, champion=Champion("3", "sha256:" + "c" * 64, "run"), n_rows=5000, confidence=0.95,
        incomparable="", differences=(difference(-0.004, 0.006),), slices=(slice_difference("UA", 900, -0.02, 0.02),),
        latency=latency(0.98, 1.02), changed_labels_share=0.01,
    )  # fmt: skip
    return replace(usual, **changes)  # type: ignore[arg-type]


def metric(low: float, high: float, name: str = "roc_auc") -> MetricValue:
    return MetricValue(name, Direction.HIGHER, (low + high) / 2, low, high)


def evaluation(*metrics: MetricValue) -> Evaluation:
    return Evaluation(Task.BINARY, BUNDLE, HOLDOUT, 5000, 0.95, "roc_auc", metrics or (metric(0.68, 0.72),), ())


def failed(severity: Severity) -> FailedExpectation:
    return FailedExpectation(
        "expect_column_values_to_be_between", "hour", severity, "hour: 3 values above 23", 3, 0.001, ("24",)
    )


def data_check(*failures: FailedExpectation) -> DataCheck:
    return DataCheck("sha256:" + "1" * 64, "sha256:" + "2" * 64, 10_000, 20, failures)


def parity(changed_labels: int = 0, share: float = 0.0, n_rows: int = 5000) -> Parity:
    return Parity(BUNDLE, 1e-5, 900, 900, (ParityPart("holdout", n_rows, 1e-7, share, changed_labels, 0),), ())


def evidence(**changes: object) -> Evidence:
    usual = Evidence(BUNDLE, data_check(), evaluation(), parity(), comparison())
    return replace(usual, **changes)  # type: ignore[arg-type]
