"""A fitted scikit-learn pipeline as the bytes of an ONNX graph that answers like it.

Called by the `convert` stage and, for where thresholds lie, by `fuzzing`. The graph's interface is `core.schema`'s.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.pipeline import Pipeline

from modelratchet.core.tasks import Task
from modelratchet.errors import ConversionError
from modelratchet.modeling.onnx_answers import finish_classifier, finish_regressor
from modelratchet.modeling.onnx_columns import Matrix, Table, as_matrix
from modelratchet.modeling.onnx_foreign import export_foreign_classifier, export_foreign_regressor
from modelratchet.modeling.onnx_graph import GraphBuilder
from modelratchet.modeling.onnx_models import export_classifier, export_regressor
from modelratchet.modeling.onnx_steps import export_steps


@dataclass(frozen=True)
class FinalStep:
    """The last estimator of a pipeline, what it is called, and the matrix it gets."""

    estimator: Any
    path: str
    matrix: Matrix


def export_onnx(pipeline: Any, numeric: Sequence[str], categorical: Sequence[str], task: Task) -> bytes:
    """Write a fitted pipeline as ONNX; equal pipelines give equal bytes.

    Args:
        pipeline: a fitted Pipeline, or an estimator alone, that takes the frame of `frames.features_of`.
        numeric: the numeric columns, in order.
        categorical: the categorical columns, in order.
        task: what it was fitted for; classifiers were given labels 0 to n_classes - 1.

    Raises:
        ConversionError: a step that ONNX cannot express, by name, and what to use instead.
    """
    builder = GraphBuilder(numeric, categorical)
    final = final_step(builder, pipeline)
    if task.is_classification:
        _check_classes(final)
        answer = export_classifier(builder, final.estimator, final.matrix, final.path)
        return finish_classifier(builder, answer or export_foreign_classifier(builder, *_parts(final)))
    if hasattr(final.estimator, "classes_"):
        raise ConversionError(
            f"{final.path} is a classifier, but task is {task}", hint="Mend task in params.yaml or use a regressor."
        )
    raw = export_regressor(builder, final.estimator, final.matrix, final.path)
    return finish_regressor(builder, raw or export_foreign_regressor(builder, *_parts(final)))


def final_step(builder: GraphBuilder, pipeline: Any) -> FinalStep:
    """Emit all steps but the last."""
    steps = _flat(pipeline.steps, "") if isinstance(pipeline, Pipeline) else [("estimator", pipeline)]
    table = Table((*builder.numeric, *builder.categorical))
    value = export_steps(builder, steps[:-1], table, "")
    path, estimator = steps[-1]
    return FinalStep(estimator, path, as_matrix(builder, value, path))


def _flat(steps: Sequence[tuple[str, Any]], path: str) -> list[tuple[str, Any]]:
    """Steps by full name, with a pipeline in the last place taken apart."""
    named = [(f"{path} > {name}" if path else name, step) for name, step in steps]
    last_name, last = named[-1]
    return named[:-1] + _flat(last.steps, last_name) if isinstance(last, Pipeline) else named


def _parts(final: FinalStep) -> tuple[Any, Matrix, str]:
    return final.estimator, final.matrix, final.path


def _check_classes(final: FinalStep) -> None:
    classes = getattr(final.estimator, "classes_", None)
    if classes is None:
        raise ConversionError(
            f"{final.path} ({type(final.estimator).__name__}) is no classifier", hint="Mend task in params.yaml."
        )
    if not np.array_equal(np.asarray(classes), np.arange(len(classes))):
        raise ConversionError(
            f"{final.path} was fitted on labels {list(classes)[:5]}, expected 0 to {len(classes) - 1}",
            hint="Fit it on what encode_labels gives; every class has to be among the training rows.",
        )
