"""Joins bundle, holdout and settings for the stage `evaluate`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from modelratchet.config.evaluate import Evaluate
from modelratchet.config.layout import TRAIN
from modelratchet.config.split import Split
from modelratchet.core.evaluation import Evaluation
from modelratchet.errors import EvidenceError
from modelratchet.modeling.bootstrap import Resampling
from modelratchet.modeling.evaluation import Measurement, evaluate
from modelratchet.modeling.holdout import Holdout
from modelratchet.modeling.importance import permutation_importance
from modelratchet.modeling.onnx_model import OnnxModel
from modelratchet.modeling.overlap import refuse_overlap
from modelratchet.modeling.plots import Plots, plots_of
from modelratchet.modeling.splitting import Divided
from modelratchet.modeling.tables import read_table
from modelratchet.storage.bundles import Bundle
from modelratchet.storage.files import digest_file
from modelratchet.wiring.columns import ColumnSettings, column_plan


class EvaluateSettings(ColumnSettings, Protocol):
    """What `evaluate` reads."""

    @property
    def seed(self) -> int:
        """All that is random follows from it."""

    @property
    def split(self) -> Split:
        """The block."""

    @property
    def evaluate(self) -> Evaluate:
        """The block."""


@dataclass(frozen=True)
class Judged:
    """The numbers, and what shows them."""

    evaluation: Evaluation
    plots: Plots


def evaluated(bundle: Bundle, holdout: Holdout, settings: EvaluateSettings) -> Judged:
    """Score the bundle's graph, which is what will be served, on the holdout.

    Raises:
        DataError, EvidenceError: see `refuse_trained_on` and `modeling.evaluation.evaluate`.
    """
    refuse_trained_on(bundle, holdout, settings)
    model, schema = OnnxModel(bundle), bundle.schema
    features, truth = holdout.features(schema), holdout.truth(schema)
    scores = model.score(features)
    measured = evaluate(bundle.digest, schema, scores, holdout, measurement_of(settings))
    evaluation = replace(measured, model_digest=bundle.model_digest)
    importances = permutation_importance(model.score, features, truth, settings.evaluate.primary, settings.seed)
    return Judged(evaluation, plots_of(schema, evaluation, truth, scores, importances))


def refuse_trained_on(bundle: Bundle, holdout: Holdout, settings: EvaluateSettings, train: Path = TRAIN) -> None:
    """Refuse a holdout that holds rows which the bundle was trained on: files can be edited after the split.

    It reads the manifest, which is no dependency of `evaluate`: all that it takes from there is the digest of the training rows, and those are one.

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
    plan = column_plan(settings)
    rows = read_table(train, (plan.key,) if plan.key is not None else None)
    refuse_overlap(Divided(rows, holdout.rows), plan, settings.split.maximum_overlap_share)


def measurement_of(settings: EvaluateSettings) -> Measurement:
    """What `evaluate` in `params.yaml` asks for."""
    block = settings.evaluate
    return Measurement(
        primary=block.primary,
        slices=block.slices,
        groups=block.groups,
        calibration_bins=block.calibration_bins,
        resampling=Resampling(block.confidence, block.resamples, settings.seed),
    )
