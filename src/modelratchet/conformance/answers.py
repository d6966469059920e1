"""Answers of every protocol in one form, to hold them against each other."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from modelratchet.conformance.results import Found
from modelratchet.core.schema import Schema

_TOLERANCE = 1e-6


class Scored(NamedTuple):
    """One row's answer: a label with the share of each class, or a number."""

    label: str | None
    numbers: tuple[float, ...]


def from_records(predictions: Iterable[Mapping[str, Any]], schema: Schema) -> list[Scored]:
    """Of `/predict`: `{"label": …, "probabilities": {…}}` or `{"prediction": …}`."""
    if not schema.task.is_classification:
        return [Scored(None, (float(row["prediction"]),)) for row in predictions]
    return [
        Scored(row["label"], tuple(float(row["probabilities"][name]) for name in schema.classes)) for row in predictions
    ]


def from_flat(predictions: Iterable[Mapping[str, Any]], schema: Schema) -> list[Scored]:
    """Of the scoring routes: `{"label": …, "probability.CLASS": …}` or `{"prediction": …}`."""
    if not schema.task.is_classification:
        return [Scored(None, (float(row["prediction"]),)) for row in predictions]
    return [
        Scored(row["label"], tuple(float(row[f"probability.{name}"]) for name in schema.classes)) for row in predictions
    ]


def from_lines(lines: Iterable[Sequence[str]], schema: Schema) -> list[Scored]:
    """Of CSV: label and shares in the order of the classes, or a number."""
    if not schema.task.is_classification:
        return [Scored(None, (float(line[0]),)) for line in lines]
    return [Scored(line[0], tuple(map(float, line[1:]))) for line in lines]


def sane(scored: Sequence[Scored], n_rows: int, schema: Schema) -> Found:
    """As many as rows, each finite; a label that is a class, and shares that add up to 1."""
    if len(scored) != n_rows:
        return Found(is_right=False, said=f"{len(scored)} answers to {n_rows} rows")
    for row, (label, numbers) in enumerate(scored):
        if not all(map(math.isfinite, numbers)):
            return Found(is_right=False, said=f"row {row}: {numbers} is not finite")
        if schema.task.is_classification and (label not in schema.classes or abs(sum(numbers) - 1) > 1e-4):
            return Found(is_right=False, said=f"row {row}: label {label!r}, shares {numbers}")
    return Found(is_right=True, said=f"{n_rows} answers")


def same(found: Sequence[Scored], reference: Sequence[Scored]) -> Found:
    """The same labels, and numbers that differ by no more than the text of a float does."""
    if len(found) != len(reference):
        return Found(is_right=False, said=f"{len(found)} answers to {len(reference)} rows")
    for row, (one, other) in enumerate(zip(found, reference, strict=True)):
        is_near = len(one.numbers) == len(other.numbers) and all(
            math.isclose(a, b, rel_tol=_TOLERANCE, abs_tol=_TOLERANCE)
            for a, b in zip(one.numbers, other.numbers, strict=True)
        )
        if one.label != other.label or not is_near:
            return Found(is_right=False, said=f"row {row}: {_text(one)}, expected {_text(other)}")
    return Found(is_right=True, said="the same numbers")


def _text(scored: Scored) -> str:
    numbers = " ".join(f"{number:.6g}" for number in scored.numbers[:4])
    return numbers if scored.label is None else f"{scored.label} ({numbers})"
