"""Fits the estimator on the training rows. Called by the `train` stage."""

from __future__ import annotations

import os
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from threadpoolctl import threadpool_limits

from modelratchet.core.tasks import Task
from modelratchet.errors import DataError, EvidenceError, InputError
from modelratchet.modeling.frames import encode_labels, features_of
from modelratchet.modeling.labels import classes_of
from modelratchet.modeling.plans import ColumnPlan
from modelratchet.storage.files import replacing


@dataclass(frozen=True)
class Trained:
    """A fitted pipeline, and the classes that its label indices stand for (none for a regressor)."""

    pipeline: Any
    classes: tuple[str, ...]


def train(estimator: Any, rows: pd.DataFrame, plan: ColumnPlan) -> Trained:
    """Fit an unfitted pipeline.

    Args:
        estimator: takes a frame as `modeling.frames.features_of` makes it; a classifier gets class indices 0 to k - 1.
        rows: training rows, features and label.
        plan: what each column is for.

    Raises:
        DataError: a numeric column has no value in any training row, or the label has one class.
        InputError: scikit-learn refuses the rows or an option; its own words are in the message.
    """
    features = features_of(rows, plan.numeric, plan.categorical)
    _refuse_empty(features, plan)
    labels, classes = labels_of(rows, plan)
    with warnings.catch_warnings():
        warnings.simplefilter("error", ConvergenceWarning)
        try:
            with threadpool_limits(limits=_idle_cores()):
                estimator.fit(features, labels)
        except ConvergenceWarning as warning:
            raise InputError(
                f"the estimator did not converge: {_first_line(warning)}",
                hint="Raise its max_iter in params.yaml, or scale the columns.",
            ) from warning
        except (ValueError, TypeError) as error:
            raise InputError(f"the estimator could not be fitted: {_first_line(error)}") from error
    return Trained(estimator, classes)


def labels_of(rows: pd.DataFrame, plan: ColumnPlan) -> tuple[NDArray[Any], tuple[str, ...]]:
    """Labels as an estimator gets them, `(n_rows,)`: class indices int64 with their classes, or float64 with none."""
    if plan.task is Task.REGRESSION:
        return rows[plan.label].to_numpy(np.float64), ()
    classes = classes_of(rows[plan.label], plan.positive)
    if len(classes) < 2:
        raise DataError(f"the training rows have one class only, {list(classes)}; a classifier needs two")
    return encode_labels(rows[plan.label], classes), classes


def write_trained(path: Path, trained: Trained) -> None:
    """Keep a fitted pipeline for the next stages. It is a pickle: it stays in DVC's cache and never reaches a bundle.

    Raises:
        StorageError: the disk is full or the folder cannot be written.
    """
    with replacing(path) as temporary:
        joblib.dump(trained, temporary, compress=("zlib", 1))


def read_trained(path: Path) -> Trained:
    """Read what `write_trained` wrote in this project's own pipeline.

    Raises:
        EvidenceError: the file is cut or holds something else.
    """
    try:
        trained = joblib.load(path)
    except Exception as error:  # unpickling raises whatever it meets
        raise EvidenceError(f"{path} cannot be read: {error}", hint="Run `ratchet run --force train`.") from error
    if not isinstance(trained, Trained):
        raise EvidenceError(f"{path} holds {type(trained).__name__}, expected a trained pipeline")
    return trained


def _idle_cores() -> int:
    """How many threads to fit with; the model does not depend on it.

    OpenMP's threads spin while they wait for one that has no core: with two on two busy cores the example took 110 s instead
    of 15 s.
    """
    cores = len(os.sched_getaffinity(0))
    return max(1, min(cores, round(cores - os.getloadavg()[0])))


def _refuse_empty(features: pd.DataFrame, plan: ColumnPlan) -> None:
    empty = [name for name in plan.numeric if features[name].isna().all()]
    if empty:
        raise DataError(
            f"numeric columns {empty} have no value in any training row",
            hint="Leave them out of columns.numeric, or widen the window of rows.",
        )


def _first_line(error: Exception) -> str:
    text = str(error).strip().splitlines()
    return text[0] if text else type(error).__name__
