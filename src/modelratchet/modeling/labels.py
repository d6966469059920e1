"""Labels: their stored form, what is wrong with them, and the order of a classifier's classes."""

from __future__ import annotations

import pandas as pd

from modelratchet.core.tasks import Task
from modelratchet.modeling.converting import Converted, as_numbers, as_texts, listed
from modelratchet.modeling.frames import as_category

MOST_CLASSES = 1000


def classes_of(labels: pd.Series, positive: str | None) -> tuple[str, ...]:
    """The label's values as text, sorted, the positive one last: the order of a schema's classes.

    >>> classes_of(pd.Series([1, 0, 1]), positive="0")
    ('1', '0')
    """
    classes = sorted(set(as_category(labels)) - {""})
    return (*(name for name in classes if name != positive), *([positive] if positive in classes else []))


def as_labels(column: pd.Series, task: Task, positive: str | None) -> Converted:
    """Text for a classifier, float64 for a regressor.

    Faults: missing labels, one class only, more than two for a binary task, a positive class that is not there,
    labels of a regression that are no numbers.
    """
    converted = as_texts(column) if task.is_classification else as_numbers(column)
    if converted.faults:
        return converted
    missing = converted.values.eq("") if task.is_classification else converted.values.isna()
    faults = []
    if missing.any():
        faults.append(f"the label is missing in {missing.sum():,} of {len(missing):,} rows; drop them or supply it")
    if task.is_classification:
        faults += _class_faults(classes_of(converted.values, positive), task, positive)
    elif converted.values.nunique() < 2:
        faults.append("the label has the same value in every row, so there is nothing to learn")
    values = converted.values if task.is_classification else pd.to_numeric(_numbers(column)).astype("float64")
    return Converted(values, tuple(f"column {column.name}: {fault}" for fault in faults))


def _numbers(column: pd.Series) -> pd.Series:
    """Labels keep the precision of float64, other than features."""
    return column.astype("float64") if pd.api.types.is_bool_dtype(column) else pd.to_numeric(column, errors="coerce")


def _class_faults(classes: tuple[str, ...], task: Task, positive: str | None) -> list[str]:
    faults = []
    if len(classes) == 1:
        faults.append(f"the label has one class only, {classes[0]!r}; a classifier needs two")
    if task is Task.BINARY and len(classes) > 2:
        faults.append(
            f"the label has {len(classes)} classes ({listed(classes)}), expected 2; set task to multiclass, or to regression, or "
            "make two of them"
        )
    if task is Task.MULTICLASS and len(classes) > MOST_CLASSES:
        faults.append(
            f"the label has {len(classes):,} classes, at most {MOST_CLASSES:,} are allowed; is it a regression?"
        )
    if positive is not None and positive not in classes:
        faults.append(f"columns.positive is {positive!r}, but the classes are {listed(classes)}")
    return faults
