"""The names under which a candidate's parameters, metrics and tags go to the registry.

They are the same for every estimator and every run, so that two runs compare line by line. Metrics:

    roc_auc, roc_auc.low, roc_auc.high          on the holdout, with the interval
    champion.roc_auc, gain.roc_auc[.low|.high]  the champion on the same rows, and the paired gain with its 95 % interval
    anchor.roc_auc, anchor.gain.roc_auc[...]    the same against the anchor, where it is not the champion
    churn.share, churn.mended, churn.broken     rows answered otherwise than by the champion
    slice.carrier.UA.roc_auc                    the primary metric on a slice
    group.origin.JFK.rate                       how often a group is answered with the positive class, or rightly
    calibration.error[.low|.high]               expected calibration error
    latency.p50_ms, latency.ratio[.low|.high]   candidate in process; candidate's median over the champion's
    latency.ratio_p95[...], champion.latency.*  the same of the 95th percentile; the champion
    server.latency.*                            the same names, through the real server
    server.memory_bytes, server.start_ms        of the server with the candidate; champion.server.* of the champion's
    bundle.size_bytes, model.size_bytes         all files; the graph alone
    tests.passed, tests.failed, tests.skipped   of tests/model
    parity.changed_labels                       estimator against graph
    data.failed_expectations                    critical and warning together
    holdout.look, anchor.look                   the candidate is the n-th on this holdout, against this anchor
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping

from modelratchet.core.comparison import Comparison, Contest
from modelratchet.core.data_check import DataCheck
from modelratchet.core.evaluation import Evaluation
from modelratchet.core.evidence import Evidence
from modelratchet.core.judgement import judgement_of
from modelratchet.core.latency import MEDIAN, Footprint, LatencyReport, Route, Timing
from modelratchet.core.model_tests import ModelTests, TestOutcome
from modelratchet.core.paired import interval
from modelratchet.core.parity import Parity
from modelratchet.core.verdict import Outcome, Verdict
from modelratchet.usecases.ports.sources import Revision
from modelratchet.version import RELEASE

GAIN_CONFIDENCE = 0.95
"""Of the logged intervals of gains. The gate asks for more where a holdout was used often; its findings say how much."""

_Named = Iterator[tuple[str, float | None]]
_NOT_IN_NAMES = re.compile(r"[^\w.\-/ ]")


def metrics_of(evidence: Evidence, model_size_bytes: int) -> dict[str, float]:
    """Everything that was measured, as finite numbers under stable names."""
    found: dict[str, float | None] = {}
    for part in (
        _evaluation(evidence.evaluation),
        _comparison(evidence.comparison),
        _latency(evidence.latency),
        _parity(evidence.parity),
        _tests(evidence.model_tests),
        _parts(evidence.evaluation),
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


def verdict_tags_of(verdict: Verdict, evidence: Evidence) -> dict[str, str]:
    """What was decided, and on what; a further verdict on the same bundle replaces these on its version, each run keeps its own.

    The registry counts by `ratchet.holdout_digest` and `ratchet.anchor_digest` how many candidates a holdout or an anchor has seen: they
    say what was really compared, so a run without a comparison has neither.
    """
    comparison = evidence.comparison
    failing = verdict.having(Outcome.FAILED, Outcome.INCONCLUSIVE)
    return {
        "ratchet.verdict": verdict.decision.value,
        "ratchet.because": "; ".join(f"{item.subject}: {item.message}" for item in failing) or "every rule holds",
        "ratchet.champion": f"version {verdict.champion_version}" if verdict.champion_version else "none",
        "ratchet.evidence_digest": verdict.evidence_digest,
        "ratchet.policy_digest": verdict.policy_digest,
        "ratchet.judgement": judgement_of(verdict, evidence),
        "ratchet.release": RELEASE,
        **(_looks(comparison) if comparison else {}),
    }


def _looks(comparison: Comparison) -> dict[str, str]:
    standing = comparison.standing
    looks = {"ratchet.holdout_digest": comparison.holdout_digest, "ratchet.holdout_look": str(standing.holdout_look)}
    if standing.anchor.bundle_digest is not None:
        looks |= {
            "ratchet.anchor_digest": standing.anchor.bundle_digest,
            "ratchet.anchor_look": str(standing.anchor_look),
        }
    return looks


def _evaluation(evaluation: Evaluation | None) -> _Named:
    """Holdout metrics, the primary one first: MLflow's pages show metrics in the order they were logged."""
    for metric in sorted(evaluation.metrics, key=lambda item: item.name != evaluation.primary) if evaluation else ():
        yield from _interval(metric.name, metric.value, metric.low, metric.high)


def _parts(evaluation: Evaluation | None) -> _Named:
    if evaluation is None:
        return
    if (calibration := evaluation.calibration) is not None:
        yield from _interval("calibration.error", calibration.error, calibration.low, calibration.high)
    for part in evaluation.slices:
        if part.metric is not None:
            yield f"slice.{part.column}.{part.category}.{part.metric.name}", part.metric.value
    for group in evaluation.groups:
        yield f"group.{group.column}.{group.category}.rate", group.count / group.n_rows
    yield "holdout.rows", float(evaluation.n_rows)


def _comparison(comparison: Comparison | None) -> _Named:
    if comparison is None:
        return
    yield from _contest(comparison.champion, "champion.", "gain.")
    yield from _contest(comparison.anchor, "anchor.", "anchor.gain.")
    if comparison.champion is not None and (churn := comparison.champion.churn) is not None:
        yield "churn.share", churn.share
        yield "churn.mended", float(churn.mended)
        yield "churn.broken", float(churn.broken)
    yield "holdout.look", float(comparison.standing.holdout_look)
    yield "anchor.look", float(comparison.standing.anchor_look)


def _contest(contest: Contest | None, reference: str, gain: str) -> _Named:
    for item in contest.differences if contest else ():
        bounds = interval(item, GAIN_CONFIDENCE)
        yield f"{reference}{item.metric}", item.reference
        yield from _interval(f"{gain}{item.metric}", item.gain, bounds.low, bounds.high)


def _latency(report: LatencyReport | None) -> _Named:
    if report is None:
        return
    for route, prefix in ((Route.IN_PROCESS, ""), (Route.SERVER, "server.")):
        if (timing := report.timing(route)) is not None:
            yield from _timing(timing, prefix)
    yield "bundle.size_bytes", float(report.footprint.bundle_bytes)
    yield from _footprint(report.footprint, "")
    yield from _footprint(report.champion_footprint, "champion.")


def _timing(timing: Timing, prefix: str) -> _Named:
    """`prefix` names the route; in process it is empty."""
    for whose, times in (("", timing.candidate), ("champion.", timing.champion)):
        if times is not None:
            yield f"{whose}{prefix}latency.p50_ms", times.p50_ms
            yield f"{whose}{prefix}latency.p95_ms", times.p95_ms
    for ratio in timing.ratios:
        ending = "" if ratio.quantile == MEDIAN else f"_p{100 * ratio.quantile:g}"
        yield from _interval(f"{prefix}latency.ratio{ending}", ratio.value, ratio.low, ratio.high)


def _footprint(footprint: Footprint | None, whose: str) -> _Named:
    if footprint is not None:
        yield f"{whose}server.memory_bytes", _number(footprint.memory_bytes)
        yield f"{whose}server.start_ms", footprint.start_ms


def _tests(found: ModelTests | None) -> _Named:
    if found is None:
        return
    for outcome in TestOutcome:
        yield f"tests.{outcome.value}", float(sum(test.outcome is outcome for test in found.tests))


def _parity(parity: Parity | None) -> _Named:
    if parity is None:
        return
    yield "parity.changed_labels", float(parity.changed_labels)
    yield "parity.largest_difference", parity.largest_difference
    yield "parity.rows", float(sum(part.n_rows for part in parity.parts))


def _data(check: DataCheck | None) -> _Named:
    if check is None:
        return
    yield "data.rows", float(check.n_rows)
    yield "data.expectations", float(check.n_expectations)
    yield "data.failed_expectations", float(len(check.failed))


def _interval(name: str, value: float, low: float, high: float) -> _Named:
    yield name, value
    yield f"{name}.low", low
    yield f"{name}.high", high


def _number(value: int | None) -> float | None:
    return None if value is None else float(value)


def _named(name: str) -> str:
    """A metric's name with only characters that MLflow takes; categories come from data."""
    return _NOT_IN_NAMES.sub("_", name).replace("/", "_").replace("..", "._")[:240]
