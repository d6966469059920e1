"""Holds a batch's values against what the schema says of each column. The types were held by the parser.

Called by `predictor` for every batch, so that each wire format has the same checks.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from modelratchet.core.schema import MISSING_CATEGORY, Column, Schema
from modelratchet.serving.batches import Batch
from modelratchet.serving.problems import Problem, at

_LARGEST = float(np.finfo(np.float32).max)


class Unusual(NamedTuple):
    """Values that are allowed, but were never seen in training: how many in each column."""

    out_of_range: Mapping[str, int]
    unseen: Mapping[str, int]


NOTHING_UNUSUAL = Unusual({}, {})


class Checker:
    """The checks of one schema under one policy."""

    def __init__(self, schema: Schema, *, refuses_unseen: bool, refuses_out_of_range: bool) -> None:
        """Put the columns' limits into arrays once."""
        self._refuses_unseen, self._refuses_out_of_range = refuses_unseen, refuses_out_of_range
        self._numeric = [column for column in schema.columns if column.kind == "numeric"]
        self._categorical = [column for column in schema.columns if column.kind == "categorical"]
        limits = np.array([limits_of(column) for column in self._numeric], np.float32).reshape(-1, 2)
        self._low, self._high = limits.T
        self._needed = np.array([not column.allows_missing for column in self._numeric])
        self._needs_some = bool(self._needed.any())
        self._seen = [_seen(column) for column in self._categorical]

    def check(self, batch: Batch) -> Unusual:
        """Refuse what is not allowed, and count what is unusual.

        Raises:
            Problem: a missing value where none is allowed, a number that float32 cannot hold, or, where the policy says so, a category or a
                range that training never saw; the first of them, with row and column.
        """
        if batch.is_usual:
            return NOTHING_UNUSUAL
        out_of_range = self._check_numbers(batch.numeric) if batch.numeric is not None else {}
        unseen = self._check_categories(batch.categorical) if batch.categorical is not None else {}
        return Unusual(out_of_range, unseen) if out_of_range or unseen else NOTHING_UNUSUAL

    def _check_numbers(self, values: np.ndarray) -> Mapping[str, int]:
        if self._needs_some:
            missing = np.isnan(values) & self._needed
            if missing.any():
                row, place = (int(index) for index in np.argwhere(missing)[0])
                raise _missing(row, self._numeric[place])
        # infinity lies outside any range, so that one test finds both; NaN lies in none and outside none
        outside = (values < self._low) | (values > self._high)
        return self._judge_outside(values, outside) if outside.any() else {}

    def _judge_outside(self, values: np.ndarray, outside: np.ndarray) -> Mapping[str, int]:
        for row, place in np.argwhere(np.isinf(values)):
            raise _too_large(int(row), self._numeric[place])
        if self._refuses_out_of_range:
            row, place = (int(index) for index in np.argwhere(outside)[0])
            raise _out_of_range(row, self._numeric[place], float(values[row, place]))
        counts = outside.sum(axis=0)
        return {self._numeric[place].name: int(counts[place]) for place in np.flatnonzero(counts)}

    def _check_categories(self, values: np.ndarray) -> Mapping[str, int]:
        unseen: dict[str, int] = {}
        for place, (seen, found) in enumerate(zip(self._seen, values.T.tolist(), strict=True)):
            if not seen.issuperset(found):
                unseen |= self._judge_unseen(found, place)
        return unseen

    def _judge_unseen(self, found: list[str], place: int) -> Mapping[str, int]:
        column = self._categorical[place]
        strange = [row for row, value in enumerate(found) if value not in self._seen[place]]
        for row in strange:
            if found[row] == MISSING_CATEGORY:
                raise _missing(row, column)
        if self._refuses_unseen:
            raise _unseen(strange[0], column, found[strange[0]])
        return {column.name: len(strange)}


def limits_of(column: Column) -> tuple[float, float]:
    """What training saw of a numeric column; what float32 holds where it saw nothing."""
    low = -_LARGEST if column.minimum is None else column.minimum
    return low, _LARGEST if column.maximum is None else column.maximum


def _seen(column: Column) -> frozenset[str]:
    return frozenset(column.categories) | ({MISSING_CATEGORY} if column.allows_missing else frozenset())


def _missing(row: int, column: Column) -> Problem:
    return at("missing-value", "found none, expected a value, since none was missing in training", row, column.name)


def _too_large(row: int, column: Column) -> Problem:
    return at("number-too-large", f"found a number beyond float32, expected one up to {_LARGEST:.3g}", row, column.name)


def _out_of_range(row: int, column: Column, value: float) -> Problem:
    expected = f"{column.minimum:g} to {column.maximum:g}"
    return at("out-of-range", f"found {value:g}, expected {expected}", row, column.name)


def _unseen(row: int, column: Column, value: str) -> Problem:
    expected = ", ".join(column.categories[:20]) + (" …" if len(column.categories) > 20 else "")
    return at("unseen-category", f"found {value[:100]!r}, expected one of {expected}", row, column.name)
