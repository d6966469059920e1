"""Joins bundle, holdout and settings for the `evaluate` and `compare` stages."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from modelratchet.config.layout import ANCHOR, REIGNING, STANDING, TRAIN
from modelratchet.config.params import Params
from modelratchet.core.comparison import Comparison
from modelratchet.core.evaluation import Evaluation
from modelratchet.core.manifest import BUNDLE_FOLDER
from modelratchet.core.standing import Champion, Standing
from modelratchet.errors import DigestError, EvidenceError
from modelratchet.modeling.bootstrap import Resampling
from modelratchet.modeling.comparison import ComparisonPlan, Contender, References, compare
from modelratchet.modeling.evaluation import Measurement, evaluate
from modelratchet.modeling.holdout import Holdout
from modelratchet.modeling.importance import permutation_importance
from modelratchet.modeling.onnx_model import OnnxModel
from modelratchet.modeling.overlap import refuse_overlap
from modelratchet.modeling.plots import Plots, plots_of
from modelratchet.modeling.splitting import Divided
from modelratchet.modeling.tables import read_table
from modelratchet.storage.bundles import Bundle, read_bundle
from modelratchet.storage.files import digest_file, read_record
from modelratchet.wiring.columns import column_plan


@dataclass(frozen=True)
class Judged:
    """The numbers, and what shows them."""

    evaluation: Evaluation
    plots: Plots


def evaluated(bundle: Bundle, holdout: Holdout, params: Params) -> Judged:
    """Score the bundle's graph, which is what will be served, on the holdout.

    Raises:
        DataError, EvidenceError: see `refuse_trained_on` and `modeling.evaluation.evaluate`.
    """
    refuse_trained_on(bundle, holdout, params)
    model, schema = OnnxModel(bundle), bundle.schema
    features, truth = holdout.features(schema), holdout.truth(schema)
    scores = model.score(features)
    measured = evaluate(bundle.digest, schema, scores, holdout, measurement_of(params))
    evaluation = replace(measured, model_digest=bundle.model_digest)
    importances = permutation_importance(model.score, features, truth, params.evaluate.primary, params.seed)
    return Judged(evaluation, plots_of(schema, evaluation, truth, scores, importances))


def refuse_trained_on(bundle: Bundle, holdout: Holdout, params: Params, train: Path = TRAIN) -> None:
    """Refuse a holdout that holds rows which the bundle was trained on: files can be edited after the split.

    Raises:
        EvidenceError: the training rows are not the ones that the bundle names.
        DataError: see `modeling.overlap.refuse_overlap`.
    """
    named, found = bundle.manifest.lineage.data_digest, digest_file(train)
    if named != found:
        raise EvidenceError(
            f"the bundle was trained on rows with digest {named}, {train} has {found}, so nobody can tell whether held-out rows are among them",
            hint="Run `ratchet run` to train on the rows that are there.",
        )
    plan = column_plan(params)
    rows = read_table(train, (plan.key,) if plan.key is not None else None)
    refuse_overlap(Divided(rows, holdout.rows), plan, params.split.maximum_overlap_share)


def compared(bundle: Bundle, holdout: Holdout, params: Params) -> Comparison:
    """Hold the bundle against the champion and the anchor that were fetched, if there are any.

    Raises:
        DataError, EvidenceError: see `modeling.comparison.compare`.
        DigestError: the bytes of the champion or the anchor were changed, or are another version's.
    """
    settings, standing = params.compare, read_record(STANDING, Standing)
    plan = ComparisonPlan(
        params.evaluate.primary, params.evaluate.slices, settings.cluster, settings.resamples, params.seed
    )
    references = References(
        standing=standing,
        champion=_fetched(standing.champion, REIGNING) if standing.champion.exists else None,
        anchor=_fetched(standing.anchor, ANCHOR) if standing.has_own_anchor else None,
    )
    return replace(compare(contender_of(bundle), references, holdout, plan), model_digest=bundle.model_digest)


def contender_of(bundle: Bundle) -> Contender:
    """Load a bundle's graph."""
    return Contender(bundle.digest, bundle.schema, OnnxModel(bundle))


def measurement_of(params: Params) -> Measurement:
    """What `evaluate` in `params.yaml` asks for."""
    settings = params.evaluate
    return Measurement(
        primary=settings.primary,
        slices=settings.slices,
        groups=settings.groups,
        calibration_bins=settings.calibration_bins,
        resampling=Resampling(settings.confidence, settings.resamples, params.seed),
    )


def _fetched(record: Champion, folder: Path) -> Contender:
    bundle = read_bundle(folder / BUNDLE_FOLDER)
    if bundle.digest != record.bundle_digest:
        raise DigestError(
            f"{folder} holds bundle {bundle.digest}, version {record.version} is {record.bundle_digest}",
            hint="Run `ratchet run`: it fetches it again.",
        )
    return contender_of(bundle)
