"""Fitting, the same way each time: equal data and options give an equal model, whatever the number of cores."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from threadpoolctl import threadpool_limits

from modelratchet.core.tasks import Task
from modelratchet.errors import DataError
from modelratchet.modeling.estimators import EstimatorChoice, build_estimator


def train(choice: EstimatorChoice, features: pd.DataFrame, labels: NDArray[Any]) -> Any:
    """Build and fit one of the known estimators.

    Args:
        choice: which one, on which columns.
        features: rows in the form of `frames.features_of`.
        labels: `frames.encode_labels` of them for a classifier, float64 for a regressor.

    Raises:
        DataError: one class only, a class without rows, a column without any value, or no rows.
    """
    if choice.name != "hist_gradient_boosting":
        _check_columns(features, choice.numeric)
    return fit(build_estimator(choice), features, labels, choice.task)


def fit(pipeline: Any, features: pd.DataFrame, labels: NDArray[Any], task: Task) -> Any:
    """Fit any pipeline, the user's own too, on one BLAS thread: with more, sums depend on how many there are.

    Raises:
        DataError: as `train` does.
    """
    _check_labels(labels, task)
    fitted = clone(pipeline)
    with threadpool_limits(limits=1, user_api="blas"), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        fitted.fit(features, labels)
    _pass_on(caught)
    return _on_one_core(fitted)


def _on_one_core(fitted: Any) -> Any:
    """A forest on many cores adds its trees' answers in the order they come, and so breaks ties by luck."""
    jobs = {name: 1 for name in fitted.get_params() if name.split("__")[-1] == "n_jobs"}
    return fitted.set_params(**jobs)


def _check_labels(labels: NDArray[Any], task: Task) -> None:
    if not len(labels):
        raise DataError("there are no training rows", hint="Look at split in params.yaml.")
    if not task.is_classification:
        if not np.isfinite(labels).all():
            raise DataError(
                f"{int((~np.isfinite(labels)).sum())} training labels are missing or infinite", hint="Drop these rows."
            )
        return
    found = np.unique(labels)
    if len(found) < 2:
        raise DataError(
            "the training rows hold one class only, a classifier needs two",
            hint="Take more rows, or move the split in params.yaml.",
        )
    absent = sorted(set(range(int(found.max()) + 1)) - set(found.tolist()))
    if absent:
        raise DataError(
            f"classes {absent} (by position) have no training rows", hint="Take more rows, or move the split."
        )


def _check_columns(features: pd.DataFrame, numeric: tuple[str, ...]) -> None:
    empty = [name for name in numeric if features[name].isna().all()]
    if empty:
        raise DataError(
            f"columns {empty} have no value in any training row, so there is nothing to impute from",
            hint="Remove them from columns.numeric, or use hist_gradient_boosting.",
        )


def _pass_on(caught: list[warnings.WarningMessage]) -> None:
    for item in caught:
        if issubclass(item.category, ConvergenceWarning):
            reason = " ".join(str(item.message).split())[:150]
            text = f"training stopped before it had converged ({reason}); raise max_iter under train in params.yaml"
            warnings.warn(text, ConvergenceWarning, stacklevel=3)
        else:
            warnings.warn_explicit(item.message, item.category, item.filename, item.lineno)
