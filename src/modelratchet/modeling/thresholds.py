"""Where the trees of a pipeline decide, in terms of the raw columns. Called by `fuzzing`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modelratchet.errors import ConversionError
from modelratchet.modeling.onnx_columns import Origin
from modelratchet.modeling.onnx_export import final_step
from modelratchet.modeling.onnx_graph import GraphBuilder
from modelratchet.modeling.onnx_models import ensemble_of


@dataclass(frozen=True)
class Thresholds:
    """Distinct thresholds of all trees.

    `numeric` maps a column to the float32 values next to its thresholds, sorted; `categorical` counts the thresholds on
    codes of a column's categories; `untraced` counts those on a mixture of columns (a principal component, say).
    """

    numeric: Mapping[str, NDArray[np.float32]]
    categorical: Mapping[str, int]
    untraced: int

    @property
    def total(self) -> int:
        """All of them."""
        return sum(map(len, self.numeric.values())) + sum(self.categorical.values()) + self.untraced


NONE = Thresholds({}, {}, 0)


def thresholds_of(pipeline: Any, numeric: Sequence[str], categorical: Sequence[str]) -> Thresholds:
    """Find them; none for a model without trees, or one that cannot be taken apart."""
    try:
        final = final_step(GraphBuilder(numeric, categorical), pipeline)
        ensemble = ensemble_of(final.estimator, final.path)
    except ConversionError:
        return NONE
    if ensemble is None:
        return NONE
    inner = [tree.left >= 0 for _, tree in ensemble.trees]
    features = np.concatenate([tree.feature[keep] for keep, (_, tree) in zip(inner, ensemble.trees, strict=True)])
    values = np.concatenate([tree.threshold[keep] for keep, (_, tree) in zip(inner, ensemble.trees, strict=True)])
    origins = final.matrix.origins
    pairs = [(origins[feature], np.unique(values[features == feature])) for feature in np.unique(features)]
    return _by_column(pairs, set(categorical))


def _by_column(pairs: list[tuple[Origin | None, NDArray[np.float64]]], categorical: set[str]) -> Thresholds:
    numbers: dict[str, list[NDArray[np.float32]]] = {}
    codes: dict[str, int] = {}
    untraced = 0
    for origin, values in pairs:
        finite = values[np.isfinite(values)]  # an infinite one only asks whether the value is missing
        if origin is None:
            untraced += len(finite)
        elif origin.column in categorical:
            codes[origin.column] = codes.get(origin.column, 0) + len(finite)
        else:
            raw = finite * origin.scale + origin.center
            numbers.setdefault(origin.column, []).append(raw.astype(np.float32))
    return Thresholds({name: np.unique(np.concatenate(parts)) for name, parts in numbers.items()}, codes, untraced)
