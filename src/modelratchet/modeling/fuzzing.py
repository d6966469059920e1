"""Rows that ask the hard questions: on every threshold and next to it, extreme numbers, every category, missing values.

Each made row is a real row with some values replaced. Called by `parity`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from modelratchet.core.schema import MISSING_CATEGORY, Schema
from modelratchet.modeling.thresholds import Thresholds

UNSEEN = ("never seen before", "\u00fcnseen \u2708", " ")
EXTREMES = np.array([0.0, -0.0, 1e-45, -1e-45, 1.1754944e-38, 3.4028235e38, -3.4028235e38, 1.0, -1.0], np.float32)
_KNOCKED_SHARE = 0.15


@dataclass(frozen=True)
class FuzzRows:
    """Rows in the form of `frames.features_of`, and how many distinct thresholds have a row on and beside them."""

    features: pd.DataFrame
    thresholds_covered: int


def knock_out(features: pd.DataFrame, columns: tuple[str, ...], generator: np.random.Generator) -> pd.DataFrame:
    """Take values away from real rows: one column in turn, and others at random.

    Args:
        features: the rows; they are not changed.
        columns: those that may lose values.
        generator: where randomness comes from.
    """
    taken = features.reset_index(drop=True).copy()
    for index, name in enumerate(columns):
        lost = generator.random(len(taken)) < _KNOCKED_SHARE
        lost[index :: len(columns)] = True
        taken.loc[lost, name] = np.nan if pd.api.types.is_float_dtype(taken[name]) else MISSING_CATEGORY
    return taken


def fuzz(
    base: pd.DataFrame, values: Mapping[str, NDArray[Any]], thresholds: Thresholds, n_rows: int, seed: int
) -> FuzzRows:
    """Make at most `n_rows` rows that try all `values`.

    When there are no more values than rows, each row tries one; otherwise a row tries values of several columns at once, so
    that many more fit. Only when one column alone has more values than there are rows are some left out, by chance.

    Args:
        base: real rows to start from.
        values: what to try in each column, from `values_to_try`.
        thresholds: for counting which are covered.
        n_rows: the most rows to make.
        seed: of the choice of base rows and of what is left out.
    """
    generator = np.random.default_rng(seed)
    tried = {name: _within(candidates, n_rows, generator) for name, candidates in values.items()}
    count = min(n_rows, sum(map(len, tried.values())))
    if count == 0 or base.empty:
        return FuzzRows(base.iloc[:0], 0)
    # the three values about one threshold mostly meet the same base row, so that only they differ
    chosen = np.repeat(generator.integers(len(base), size=-(-count // 3)), 3)[:count]
    rows = {name: base[name].to_numpy(copy=True)[chosen] for name in base.columns}
    start = 0
    for name, candidates in tried.items():
        places = np.arange(start, start + len(candidates)) % count
        rows[name][places] = candidates
        start += len(candidates)
    made = pd.DataFrame({name: pd.Series(column, dtype=base[name].dtype) for name, column in rows.items()})
    return FuzzRows(made, _covered(thresholds, values, tried))


def values_to_try(schema: Schema, thresholds: Thresholds) -> dict[str, NDArray[Any]]:
    """What each column shall hold in some row: both sides of every threshold, extremes, every category and unseen ones."""
    values: dict[str, NDArray[Any]] = {}
    for name in schema.numeric:
        values[name] = np.concatenate([_about(thresholds.numeric.get(name, EXTREMES[:0])), EXTREMES]).astype(np.float64)
    for column in schema.columns:
        if column.kind == "categorical":
            values[column.name] = np.array([*column.categories, MISSING_CATEGORY, *UNSEEN], dtype=object)
    return values


def _about(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Each value between its two neighbours, three in a row."""
    below, above = np.nextafter(values, np.float32(-np.inf)), np.nextafter(values, np.float32(np.inf))
    triples = np.stack([below, values, above], axis=1).ravel()
    return np.asarray(triples[np.isfinite(triples)], np.float32)


def _within(candidates: NDArray[Any], n_rows: int, generator: np.random.Generator) -> NDArray[Any]:
    """All when they fit, else as many whole triples as do."""
    if len(candidates) <= n_rows:
        return candidates
    groups = -(-len(candidates) // 3)
    kept = np.sort(generator.choice(groups, size=n_rows // 3, replace=False))
    places = (kept[:, None] * 3 + np.arange(3)).ravel()
    kept_values: NDArray[Any] = candidates[places[places < len(candidates)]]
    return kept_values


def _covered(thresholds: Thresholds, values: Mapping[str, NDArray[Any]], tried: Mapping[str, NDArray[Any]]) -> int:
    covered = 0
    for name, own in thresholds.numeric.items():
        found = np.isin(_about(own).astype(np.float64), tried.get(name, EXTREMES[:0]))
        covered += int(found.reshape(-1, 3).all(axis=1).sum()) if found.size == 3 * len(own) else 0
    for name, count in thresholds.categorical.items():
        covered += count if len(tried.get(name, ())) == len(values.get(name, ())) else 0
    return covered
