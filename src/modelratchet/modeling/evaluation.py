"""How a model does on the holdout, whole and by slice, with intervals. Called by the `evaluate` stage."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from modelratchet.core.evaluation import Evaluation, GroupRate, MetricValue, SliceValue
from modelratchet.core.schema import Schema
from modelratchet.core.tasks import Task
from modelratchet.errors import DataError
from modelratchet.modeling.bootstrap import Resampling, metric_values
from modelratchet.modeling.calibration import calibration_of
from modelratchet.modeling.holdout import Holdout, Slice
from modelratchet.modeling.metrics import Truth, prepare
from modelratchet.modeling.scores import Scores

# below this an interval of resamples is mostly made of the resamples' own grain
MINIMUM_SLICE_ROWS = 30


@dataclass(frozen=True)
class Measurement:
    """What is measured: `primary` also on each category of the `slices` columns, rates on each of the `groups` columns."""

    primary: str
    slices: tuple[str, ...]
    groups: tuple[str, ...]
    calibration_bins: int
    resampling: Resampling


def evaluate(
    bundle_digest: str, schema: Schema, scores: Scores, holdout: Holdout, measurement: Measurement
) -> Evaluation:
    """Measure answers that the bundle's graph gave for the holdout.

    Metrics that these rows do not define are left out; so are those whose resamples too often have no value.

    Raises:
        DataError: the holdout cannot be used, or does not define the primary metric.
        EvidenceError: the model answered something that is no number.
    """
    truth = holdout.truth(schema)
    metrics = tuple(value for value in metric_values(prepare(truth, scores), measurement.resampling) if value)
    if measurement.primary not in {metric.name for metric in metrics}:
        raise DataError(
            f"{measurement.primary} cannot be measured on a holdout of {len(truth):,} rows: it or more than one in twenty of "
            "its resamples has no value, because one class or one value fills them",
            hint="Hold out more rows under split, or choose another evaluate.primary.",
        )
    slices = tuple(
        SliceValue(part.column, part.category, len(part.rows), _slice_metric(truth, scores, part, measurement))
        for part in holdout.slices(measurement.slices)
    )
    is_classification, resampling = schema.task.is_classification, measurement.resampling
    return Evaluation(
        task=schema.task,
        bundle_digest=bundle_digest,
        holdout_digest=holdout.digest,
        n_rows=len(truth),
        confidence=resampling.confidence,
        primary=measurement.primary,
        metrics=metrics,
        slices=slices,
        calibration=calibration_of(truth.astype(np.int64), scores, measurement.calibration_bins, resampling)
        if is_classification
        else None,
        groups=tuple(_group_rates(truth, scores, holdout, measurement.groups)) if is_classification else (),
    )


def flat_metrics(evaluation: Evaluation) -> dict[str, float]:
    """The metrics as `dvc metrics` shows them: each value, and its interval's ends as `<name>_low` and `<name>_high`."""
    flat: dict[str, float] = {}
    for metric in evaluation.metrics:
        flat |= {metric.name: metric.value, f"{metric.name}_low": metric.low, f"{metric.name}_high": metric.high}
    if evaluation.calibration is not None:
        flat["calibration_error"] = evaluation.calibration.error
    return flat


def _slice_metric(truth: Truth, scores: Scores, part: Slice, measurement: Measurement) -> MetricValue | None:
    if len(part.rows) < MINIMUM_SLICE_ROWS:
        return None
    prepared = prepare(truth[part.rows], scores.take(part.rows), [measurement.primary])
    return metric_values(prepared, measurement.resampling)[0]


def _group_rates(truth: Truth, scores: Scores, holdout: Holdout, columns: tuple[str, ...]) -> Iterator[GroupRate]:
    """Demographic parity for two classes, equal accuracy for more: no class of many is the favourable one.

    Source: Barocas, Hardt and Narayanan, "Fairness and machine learning" (2023), chapter 3.
    """
    counted = scores.labels == 1 if scores.task is Task.BINARY else scores.labels == truth
    for part in holdout.slices(columns):
        yield GroupRate(part.column, part.category, len(part.rows), int(np.count_nonzero(counted[part.rows])))
