"""The names under which a candidate's parameters, metrics and tags go to the registry.

They are the same for every estimator and every run, so that two runs compare line by line. Metrics:

    roc_auc, roc_auc.low, roc_auc.high          on the holdout, with the interval
    champion.roc_auc, gain.roc_auc[.low|.high]  the champion on the same rows, and the paired gain
    slice.carrier.UA.roc_auc                    the primary metric on a slice
    latency.p50_ms, latency.ratio[.low|.high]   candidate; candidate over champion
    parity.changed_labels                       estimator against graph
    data.failed_expectations                    critical and warning together
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence

from modelratchet.core.evidence import Comparison, DataCheck, Evaluation, Evidence, Latency, Parity
from modelratchet.core.verdict import Outcome, Verdict
from modelratchet.usecases.ports import Revision

_NOT_IN_NAMES = re.compile(r"[^\w.\-/ ]")


def flat_params(settings: Mapping[str, object]) -> dict[str, str]:
    """Settings as `block.key: text`.

    Of the estimators' option blocks under `train`, only the chosen one's is kept: the others had no influence.
    """
    train = settings.get("train")
    estimator = train.get("estimator") if isinstance(train, Mapping) else None
    kept = dict(settings)
    if isinstance(train, Mapping):
        kept["train"] = {
            name: value for name, value in train.items() if not isinstance(value, Mapping) or name == estimator
        }
    return dict(_flattened("", kept))


def metrics_of(evidence: Evidence, model_size_bytes: int) -> dict[str, float]:
    """Everything that was measured, as finite numbers under stable names."""
    found: dict[str, float | None] = {}
    for part in (
        _evaluation(evidence.evaluation),
        _comparison(evidence.comparison),
        _parity(evidence.parity),
        _slices(evidence.evaluation),
        _data(evidence.data_check),
        [("model.size_bytes", float(model_size_bytes))],
    ):
        found.update(part)
    return {_named(name): value for name, value in found.items() if value is not None and math.isfinite(value)}


def tags_of(revision: Revision, digests: Mapping[str, str]) -> dict[str, str]:
    """Where a candidate comes from.

    Args:
        revision: the sources.
        digests: of what else went in, by name (`data`, `lock`, `params`).
    """
    dirty = {True: "yes", False: "no", None: "unknown"}[revision.is_dirty]
    return {
        "git.commit": revision.commit,
        "git.branch": revision.branch,
        "git.dirty": dirty,
        **{f"digest.{name}": digest for name, digest in digests.items()},
    }


def verdict_tags_of(verdict: Verdict) -> dict[str, str]:
    """What was decided, and on what; a further verdict on the same bundle replaces these."""
    failing = verdict.having(Outcome.FAILED, Outcome.INCONCLUSIVE)
    return {
        "ratchet.verdict": verdict.decision.value,
        "ratchet.because": "; ".join(f"{item.subject}: {item.message}" for item in failing) or "every rule holds",
        "ratchet.champion": f"version {verdict.champion_version}" if verdict.champion_version else "none",
        "ratchet.evidence_digest": verdict.evidence_digest,
        "ratchet.policy_digest": verdict.policy_digest,
    }


def _flattened(prefix: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from _flattened(f"{prefix}.{name}" if prefix else str(name), item)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        yield prefix, ", ".join(str(item) for item in value)
    elif value is not None:
        yield prefix, str(value)


def _evaluation(evaluation: Evaluation | None) -> Iterator[tuple[str, float | None]]:
    """Holdout metrics, the primary one first: MLflow's pages show metrics in the order they were logged."""
    for metric in sorted(evaluation.metrics, key=lambda item: item.name != evaluation.primary) if evaluation else ():
        yield from _interval(metric.name, metric.value, metric.low, metric.high)


def _slices(evaluation: Evaluation | None) -> Iterator[tuple[str, float | None]]:
    for part in evaluation.slices if evaluation else ():
        if part.metric is not None:
            yield f"slice.{part.column}.{part.category}.{part.metric.name}", part.metric.value
    if evaluation:
        yield "holdout.rows", float(evaluation.n_rows)


def _comparison(comparison: Comparison | None) -> Iterator[tuple[str, float | None]]:
    if comparison is None:
        return
    for item in comparison.differences:
        yield f"champion.{item.metric}", item.champion
        yield from _interval(f"gain.{item.metric}", item.gain, item.low, item.high)
    yield from _latency(comparison.latency)
    yield "champion.changed_labels_share", comparison.changed_labels_share


def _latency(latency: Latency) -> Iterator[tuple[str, float | None]]:
    yield "latency.p50_ms", latency.candidate_p50_ms
    yield "latency.p95_ms", latency.candidate_p95_ms
    yield "champion.latency.p50_ms", latency.champion_p50_ms
    yield "champion.latency.p95_ms", latency.champion_p95_ms
    yield from _interval("latency.ratio", latency.ratio, latency.ratio_low, latency.ratio_high)


def _parity(parity: Parity | None) -> Iterator[tuple[str, float | None]]:
    if parity is None:
        return
    yield "parity.changed_labels", float(parity.changed_labels)
    yield "parity.largest_difference", parity.largest_difference
    yield "parity.rows", float(sum(part.n_rows for part in parity.parts))


def _data(check: DataCheck | None) -> Iterator[tuple[str, float | None]]:
    if check is None:
        return
    yield "data.rows", float(check.n_rows)
    yield "data.expectations", float(check.n_expectations)
    yield "data.failed_expectations", float(len(check.failed))


def _interval(
    name: str, value: float | None, low: float | None, high: float | None
) -> Iterator[tuple[str, float | None]]:
    yield name, value
    yield f"{name}.low", low
    yield f"{name}.high", high


def _named(name: str) -> str:
    """A metric's name with only characters that MLflow takes; categories come from data."""
    return _NOT_IN_NAMES.sub("_", name).replace("/", "_").replace("..", "._")[:240]
