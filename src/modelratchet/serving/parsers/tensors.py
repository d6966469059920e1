"""Tensors of the Open Inference Protocol, in JSON or as binary data behind it: one a column, or the graph's own two.

What is claimed (shapes, sizes) is held against what is there before anything is made of it.
Source: Open Inference Protocol, REST, "Inference Request JSON Object"; its "Binary Tensor Data Extension".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, NamedTuple

import msgspec
import numpy as np

from modelratchet.core.schema import CATEGORICAL_INPUT, NUMERIC_INPUT, Schema
from modelratchet.serving.batches import Batch
from modelratchet.serving.parsers.records import count_colons, refuse_size, refuse_twice
from modelratchet.serving.parsers.tensor_data import Given, numbers_of, refuse, texts_of
from modelratchet.serving.problems import Problem, unreadable


class Parameters(msgspec.Struct, gc=False):
    """Of a tensor; others that stand there are not ours."""

    binary_data_size: int | None = None


class Tensor(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """One input."""

    name: str
    shape: list[int]
    datatype: str
    parameters: Parameters | None = None
    data: list[Any] | None = None


class InferRequest(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """The JSON part; which outputs are asked for is read by the encoder."""

    inputs: list[Tensor]
    id: str | None = None
    parameters: dict[str, Any] | None = None
    outputs: list[dict[str, Any]] | None = None


class _Form(NamedTuple):
    """The inputs of one way to ask: each one's columns. `inputs` are both kinds."""

    numeric: Mapping[str, tuple[str, ...]]
    categorical: Mapping[str, tuple[str, ...]]
    inputs: Mapping[str, tuple[str, ...]]


class Tensors:
    """Reads tensors of one schema."""

    def __init__(self, schema: Schema, maximum_rows: int) -> None:
        """Take the columns and the limit."""
        self._maximum_rows = maximum_rows
        by_column = [{name: (name,) for name in names} for names in (schema.numeric, schema.categorical)]
        by_graph = [
            {name: columns} if columns else {}
            for name, columns in ((NUMERIC_INPUT, schema.numeric), (CATEGORICAL_INPUT, schema.categorical))
        ]
        self._by_column, self._by_graph = (
            _Form(numeric, categorical, numeric | categorical) for numeric, categorical in (by_column, by_graph)
        )
        self._decode = msgspec.json.Decoder(InferRequest).decode

    def __call__(self, head: bytes, binary: bytes) -> Batch:
        """Read a request's JSON part, and the binary part behind it.

        Raises:
            Problem: it is not of this form, what it claims is not what is there, or the tensors are not the schema's.
        """
        try:
            read = self._decode(head)
        except (ValueError, RecursionError, msgspec.MsgspecError) as error:
            raise unreadable(error, None) from error
        if count_colons(head) != _n_keys(read):
            refuse_twice(head)
        tensors = {tensor.name: tensor for tensor in read.inputs}
        if len(tensors) != len(read.inputs):
            raise refuse("duplicate-column", "an input is named twice", None)
        form = self._form(tensors)
        n_rows = self._refuse_shapes(tensors, form)
        parts = _binary_parts(read.inputs, memoryview(binary))
        numeric = [
            numbers_of(_given(tensors[name], parts), columns).reshape(n_rows, -1)
            for name, columns in form.numeric.items()
        ]
        categorical = [
            texts_of(_given(tensors[name], parts), columns).reshape(n_rows, -1)
            for name, columns in form.categorical.items()
        ]
        return Batch(n_rows, _beside(numeric), _beside(categorical))

    def _form(self, tensors: Mapping[str, Tensor]) -> _Form:
        """Which of the two ways is meant; all of its inputs have to be there, and no other."""
        is_of_graph = (
            tensors.keys() <= self._by_graph.inputs.keys() and not tensors.keys() & self._by_column.inputs.keys()
        )
        form = self._by_graph if is_of_graph and tensors else self._by_column
        for name in tensors:
            if name not in form.inputs:
                raise refuse("unknown-column", "the model has no such input", name)
        for name in form.inputs:
            if name not in tensors:
                raise refuse("missing-column", "found no such input", name)
        return form

    def _refuse_shapes(self, tensors: Mapping[str, Tensor], form: _Form) -> int:
        """Hold each shape against its columns and against the others', and say how many rows all of them have."""
        first = next(iter(tensors.values()))
        for name, columns in form.inputs.items():
            shape, width = tensors[name].shape, len(columns)
            is_flat = len(shape) == 1 and form is self._by_column
            if not (is_flat or (len(shape) == 2 and shape[1] == width)) or shape[0] < 0:
                expected = f"[rows, {width}]" + (" or [rows]" if form is self._by_column else "")
                raise refuse("wrong-shape", f"found shape {str(shape)[:100]}, expected {expected}", name)
            if shape[0] != first.shape[0]:
                said = f"found {shape[0]} rows, expected {first.shape[0]} as {first.name[:100]} has"
                raise refuse("ragged-columns", said, name)
        refuse_size(first.shape[0], self._maximum_rows)
        return first.shape[0]


def _n_keys(read: InferRequest) -> int:
    """How many keys the text has, if none stands twice and none is null: with more colons than that it has to be looked at again."""
    members = sum(member is not None for member in (read.id, read.parameters, read.outputs))
    inputs = sum(3 + (tensor.data is not None) + 2 * (tensor.parameters is not None) for tensor in read.inputs)
    outputs = sum(len(output) + len(output.get("parameters") or ()) for output in read.outputs or ())
    return 1 + members + inputs + outputs + len(read.parameters or ())


def _binary_parts(tensors: Sequence[Tensor], binary: memoryview) -> Mapping[str, memoryview]:
    """The binary data of each tensor that has some, in the order in which they stand."""
    parts, start = {}, 0
    for tensor in tensors:
        size = tensor.parameters.binary_data_size if tensor.parameters else None
        if size is None:
            continue
        if not 0 <= size <= len(binary) - start:
            said = f"found {len(binary) - start} bytes of binary data, expected {size} as binary_data_size says"
            raise refuse("wrong-size", said, tensor.name)
        parts[tensor.name] = binary[start : start + size]
        start += size
    if start != len(binary):
        detail = f"found {len(binary)} bytes of binary data, expected {start}, the sum of binary_data_size"
        raise Problem(HTTPStatus.BAD_REQUEST, "wrong-size", detail)
    return parts


def _given(tensor: Tensor, parts: Mapping[str, memoryview]) -> Given:
    binary = parts.get(tensor.name)
    if (binary is None) == (tensor.data is None):
        raise refuse("missing-member", "expected either data or binary_data_size", tensor.name)
    return Given(tensor.name, tensor.datatype, tensor.shape[0], binary, tensor.data)


def _beside(arrays: Sequence[np.ndarray]) -> np.ndarray | None:
    if not arrays:
        return None
    return arrays[0] if len(arrays) == 1 else np.concatenate(arrays, axis=1)
