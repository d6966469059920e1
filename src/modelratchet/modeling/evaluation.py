"""How a model does on the holdout, whole and by slice, with intervals. Called by the `evaluate` stage."""

from __future__ import annotations

from dataclasses import dataclass

from modelratchet.core.evidence import Evaluation, MetricValue, SliceValue
from modelratchet.core.schema import Schema
from modelratchet.errors import DataError
from modelratchet.modeling.bootstrap import Resampling, metric_values
from modelratchet.modeling.holdout import Holdout, Slice
from modelratchet.modeling.metrics import Truth, prepare
from modelratchet.modeling.scores import Scores

# below this an interval of resamples is mostly made of the resamples' own grain
MINIMUM_SLICE_ROWS = 30


@dataclass(frozen=True)
class Measurement:
    """What is measured: `primary` also on each category of the `slices` columns."""

    primary: str
    slices: tuple[str, ...]
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
    resampling = measurement.resampling
    return Evaluation(
        schema.task,
        bundle_digest,
        holdout.digest,
        len(truth),
        resampling.confidence,
        measurement.primary,
        metrics,
        slices,
    )


def flat_metrics(evaluation: Evaluation) -> dict[str, float]:
    """The metrics as `dvc metrics` shows them: each value, and its interval's ends as `<name>_low` and `<name>_high`."""
    flat: dict[str, float] = {}
    for metric in evaluation.metrics:
        flat |= {metric.name: metric.value, f"{metric.name}_low": metric.low, f"{metric.name}_high": metric.high}
    return flat


def _slice_metric(truth: Truth, scores: Scores, part: Slice, measurement: Measurement) -> MetricValue | None:
    if len(part.rows) < MINIMUM_SLICE_ROWS:
        return None
    prepared = prepare(truth[part.rows], scores.take(part.rows), [measurement.primary])
    return metric_values(prepared, measurement.resampling)[0]
