"""Joins bundle, holdout and settings for the `evaluate` and `compare` stages."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from modelratchet.config.layout import CHAMPION, CHAMPION_BUNDLE
from modelratchet.config.params import Params
from modelratchet.core.evidence import Champion, Comparison, Evaluation
from modelratchet.modeling.bootstrap import Resampling
from modelratchet.modeling.comparison import ComparisonPlan, Contender, Reigning, compare
from modelratchet.modeling.evaluation import Measurement, evaluate
from modelratchet.modeling.holdout import Holdout
from modelratchet.modeling.importance import permutation_importance
from modelratchet.modeling.latency import LatencyPlan
from modelratchet.modeling.onnx_model import OnnxModel
from modelratchet.modeling.plots import Plots, plots_of
from modelratchet.modeling.tables import read_table
from modelratchet.storage.bundles import Bundle, read_bundle
from modelratchet.storage.files import digest_file, read_record


@dataclass(frozen=True)
class Judged:
    """The numbers, and what shows them."""

    evaluation: Evaluation
    plots: Plots


def read_holdout(path: Path) -> Holdout:
    """Read the held-out rows and digest their file."""
    return Holdout(read_table(path), digest_file(path))


def evaluated(bundle: Bundle, holdout: Holdout, params: Params) -> Judged:
    """Score the bundle's graph, which is what will be served, on the holdout.

    Raises:
        DataError, EvidenceError: see `modeling.evaluation.evaluate`.
    """
    model, schema = OnnxModel(bundle), bundle.schema
    features, truth = holdout.features(schema), holdout.truth(schema)
    scores = model.score(features)
    evaluation = evaluate(bundle.digest, schema, scores, holdout, measurement_of(params))
    importances = permutation_importance(model.score, features, truth, params.evaluate.primary, params.seed)
    return Judged(evaluation, plots_of(schema, evaluation, truth, scores, importances))


def compared(bundle: Bundle, holdout: Holdout, params: Params) -> Comparison:
    """Hold the bundle against the champion that was fetched, if there is one.

    Raises:
        DataError, EvidenceError: see `modeling.comparison.compare`; DigestError: the champion's bytes were changed.
    """
    record = read_record(CHAMPION, Champion)
    champion = contender_of(read_bundle(CHAMPION_BUNDLE)) if record.exists else None
    latency = LatencyPlan(params.compare.rows_per_call, params.compare.calls, params.evaluate.confidence, params.seed)
    plan = ComparisonPlan(measurement_of(params), latency)
    return compare(contender_of(bundle), Reigning(record, champion), holdout, plan)


def contender_of(bundle: Bundle) -> Contender:
    """Load a bundle's graph."""
    return Contender(bundle.digest, bundle.schema, OnnxModel(bundle))


def measurement_of(params: Params) -> Measurement:
    """What `evaluate` in `params.yaml` asks for."""
    settings = params.evaluate
    return Measurement(
        settings.primary, settings.slices, Resampling(settings.confidence, settings.resamples, params.seed)
    )
