"""Emits scikit-learn's usual transformers in double precision, so that the graph computes what scikit-learn computes.

Raises `NotEmittedError` for a transformer that is not known here; `onnx_export` then leaves the pipeline to skl2onnx.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from onnx import TensorProto
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, OrdinalEncoder, StandardScaler

from modelratchet.modeling.onnx_graph import Block, GraphBuilder

# parts column and category of a key; a category that holds it is not emitted
_SEPARATOR = "\x1f"


class NotEmittedError(Exception):
    """A part that this module does not know. Never leaves `modeling.onnx_export`."""


def emit_transformer(graph: GraphBuilder, transformer: Any, block: Block) -> Block:
    """Emit one fitted transformer on one block.

    Raises:
        NotEmittedError: it is not one of those known here.
    """
    emit = _EMITTERS.get(type(transformer))
    if emit is None:
        raise NotEmittedError(type(transformer).__name__)
    return emit(graph, transformer, block)


def emit_columns(graph: GraphBuilder, transformer: ColumnTransformer, blocks: Sequence[Block]) -> Block:
    """Emit a fitted ColumnTransformer on the graph's inputs, and join what its parts give."""
    parts = []
    for _, part, columns in transformer.transformers_:
        names = [columns] if isinstance(columns, str) else list(columns)
        if part == "drop" or not names:
            continue
        chosen = _select(graph, blocks, names)
        parts.append(_emit_any(graph, part, chosen))
    return concatenate(graph, parts)


def concatenate(graph: GraphBuilder, blocks: Sequence[Block]) -> Block:
    """Join numeric blocks side by side."""
    if any(block.is_text for block in blocks):
        raise NotEmittedError("text that no encoder turns into numbers")
    if len(blocks) == 1:
        return blocks[0]
    name = graph.add("Concat", [block.name for block in blocks], axis=1)
    width = sum(block.n_columns for block in blocks)
    return Block(name, (), width, is_text=False, is_float32=all(block.is_float32 for block in blocks))


def _emit_any(graph: GraphBuilder, part: Any, block: Block) -> Block:
    steps = [step for _, step in part.steps] if isinstance(part, Pipeline) else [part]
    for step in steps:
        if not is_identity(step):
            block = emit_transformer(graph, step, block)
    return block


def is_identity(step: Any) -> bool:
    """Whether a step passes its input on; a fitted ColumnTransformer holds a FunctionTransformer where "passthrough" was."""
    return step in ("passthrough", None) or (isinstance(step, FunctionTransformer) and step.func is None)


def _select(graph: GraphBuilder, blocks: Sequence[Block], names: Sequence[str]) -> Block:
    holding = [block for block in blocks if set(names) & set(block.columns)]
    if len(holding) != 1 or not set(names) <= set(holding[0].columns):
        raise NotEmittedError("a transformer on numbers and text at once")
    block = holding[0]
    if tuple(names) == block.columns:
        return block
    positions = graph.constant([block.columns.index(name) for name in names], np.int64)
    chosen = graph.add("Gather", [block.name, positions], axis=1)
    return replace(block, name=chosen, columns=tuple(names), n_columns=len(names))


def _impute(graph: GraphBuilder, imputer: SimpleImputer, block: Block) -> Block:
    statistics = np.asarray(imputer.statistics_)
    if block.is_text or not _is_nan(imputer.missing_values) or np.isnan(statistics.astype(float)).any():
        raise NotEmittedError("SimpleImputer of text, of other than NaN, or of a column without values")
    missing = graph.add("IsNaN", [block.name])
    filled = graph.add("Where", [missing, graph.constant(statistics[None, :], np.float64), block.name])
    is_float32 = block.is_float32 and bool(np.all(statistics == statistics.astype(np.float32)))
    imputed = replace(block, name=filled, is_float32=is_float32)
    if imputer.indicator_ is None:
        return imputed
    marked = graph.add("Gather", [missing, graph.constant(imputer.indicator_.features_, np.int64)], axis=1)
    marks = graph.add("Cast", [marked], to=TensorProto.DOUBLE)
    indicator = Block(marks, (), len(imputer.indicator_.features_), is_text=False, is_float32=True)
    return concatenate(graph, [imputed, indicator])


def _scale(graph: GraphBuilder, scaler: StandardScaler, block: Block) -> Block:
    name = block.name
    if scaler.with_mean:
        name = graph.add("Sub", [name, graph.constant(scaler.mean_[None, :], np.float64)])
    if scaler.with_std:
        name = graph.add("Div", [name, graph.constant(scaler.scale_[None, :], np.float64)])
    return replace(block, name=name, is_float32=False)


def _ordinal(graph: GraphBuilder, encoder: OrdinalEncoder, block: Block) -> Block:
    if encoder.handle_unknown != "use_encoded_value" or _infrequent(encoder) or not block.is_text:
        raise NotEmittedError("OrdinalEncoder other than handle_unknown='use_encoded_value' on text")
    unknown = encoder.unknown_value
    if _is_nan(unknown) or int(unknown) != unknown:
        raise NotEmittedError("OrdinalEncoder with an unknown_value that is no whole number")
    codes = [list(range(len(categories))) for categories in encoder.categories_]
    looked_up = _look_up(graph, encoder, block, codes, int(unknown))
    name = graph.add("Cast", [looked_up], to=TensorProto.DOUBLE)
    return replace(block, name=name, is_text=False, is_float32=True)


def _one_hot(graph: GraphBuilder, encoder: OneHotEncoder, block: Block) -> Block:
    if encoder.handle_unknown != "ignore" or encoder.drop is not None or _infrequent(encoder) or not block.is_text:
        raise NotEmittedError("OneHotEncoder other than handle_unknown='ignore' on text")
    sizes = [len(categories) for categories in encoder.categories_]
    starts = np.concatenate([[0], np.cumsum(sizes)])
    codes = [list(range(start, start + size)) for start, size in zip(starts, sizes, strict=False)]
    width = int(starts[-1])
    # a code past the end is a row of zeros: what `ignore` asks for
    looked_up = _look_up(graph, encoder, block, codes, width + 1)
    rows = graph.constant(np.vstack([np.eye(width), np.zeros((2, width))]), np.float64)
    hot = graph.add("Gather", [rows, looked_up], axis=0)
    name = graph.add("ReduceSum", [hot, graph.constant([1], np.int64)], keepdims=0)
    return Block(name, (), width, is_text=False, is_float32=True)


def _look_up(graph: GraphBuilder, encoder: Any, block: Block, codes: list[list[int]], unknown: int) -> str:
    """Turn text into whole numbers, all columns in one node: each value gets its column's number in front."""
    keys, values = [], []
    for column, (categories, numbers) in enumerate(zip(encoder.categories_, codes, strict=True)):
        if not all(isinstance(category, str) and _SEPARATOR not in category for category in categories):
            raise NotEmittedError("categories that are no plain text")
        keys += [f"{column}{_SEPARATOR}{category}" for category in categories]
        values += numbers
    prefixes = graph.text([f"{column}{_SEPARATOR}" for column in range(block.n_columns)])
    keyed = graph.add("StringConcat", [prefixes, block.name]) if block.n_columns > 1 else block.name
    if block.n_columns == 1:
        keys = [key.split(_SEPARATOR, 1)[1] for key in keys]
    return graph.add_ml("LabelEncoder", [keyed], keys_strings=keys, values_int64s=values, default_int64=unknown)


def _infrequent(encoder: Any) -> bool:
    return bool(getattr(encoder, "_infrequent_enabled", False))


def _is_nan(value: Any) -> bool:
    return isinstance(value, float) and np.isnan(value)


_EMITTERS: dict[type, Callable[[GraphBuilder, Any, Block], Block]] = {
    SimpleImputer: _impute,
    StandardScaler: _scale,
    OrdinalEncoder: _ordinal,
    OneHotEncoder: _one_hot,
}
