"""Requests and answers of the Open Inference Protocol as this suite writes and reads them.

Source: Open Inference Protocol, "REST"; "Binary Tensor Data Extension".
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Mapping, Sequence
from typing import Any

from modelratchet.conformance.answers import Scored
from modelratchet.conformance.endpoint import Heard
from modelratchet.conformance.rows import as_columns
from modelratchet.conformance.subject import Subject

LENGTH = "inference-header-content-length"


def by_column(subject: Subject, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """A tensor a column."""
    kinds = {column.name: column.kind for column in subject.schema.columns}
    return [
        {
            "name": name,
            "shape": [len(rows), 1],
            "datatype": "FP32" if kinds[name] == "numeric" else "BYTES",
            "data": values,
        }
        for name, values in as_columns(rows).items()
    ]


def by_graph(subject: Subject, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The graph's own two tensors, as far as the model has both."""
    inputs = {"numeric": (subject.schema.numeric, "FP32"), "categorical": (subject.schema.categorical, "BYTES")}
    return [
        {
            "name": name,
            "shape": [len(rows), len(columns)],
            "datatype": datatype,
            "data": [[row[column] for column in columns] for row in rows],
        }
        for name, (columns, datatype) in inputs.items()
        if columns
    ]


def in_binary(tensors: Sequence[Mapping[str, Any]]) -> tuple[list[dict[str, Any]], bytes]:
    """The same, one value a row, with the data behind the JSON."""
    heads: list[dict[str, Any]] = []
    parts: list[bytes] = []
    for tensor in tensors:
        parts.append(b"".join(_packed(value, tensor["datatype"]) for value in tensor["data"]))
        kept = {name: value for name, value in tensor.items() if name != "data"}
        heads.append({**kept, "parameters": {"binary_data_size": len(parts[-1])}})
    return heads, b"".join(parts)


def infer(subject: Subject, path: str, document: Any, binary: bytes = b"") -> Heard:
    """Post a request, with its binary part if it has one."""
    head = json.dumps(document).encode()
    headers = {"content-type": "application/octet-stream", LENGTH: str(len(head))} if binary else {}
    return subject.endpoint.call(
        "POST", f"{path}/infer", head + binary, {"content-type": "application/json", **headers}
    )


def scored(heard: Heard, subject: Subject) -> list[Scored]:
    """The rows of an answer.

    Raises:
        ValueError: it is another answer.
    """
    if heard.status != 200:
        raise ValueError(heard.said)
    outputs = tensors_of(heard)
    if not subject.schema.task.is_classification:
        return [Scored(None, (float(value),)) for value in outputs["prediction"]]
    width, shares = len(subject.schema.classes), outputs["probabilities"]
    rows = [tuple(map(float, shares[start : start + width])) for start in range(0, len(shares), width)]
    return [Scored(label, row) for label, row in zip(outputs["label"], rows, strict=True)]


def tensors_of(heard: Heard) -> dict[str, list[Any]]:
    """The values of each output, flat, out of JSON or binary data."""
    length = int(heard.headers.get(LENGTH, len(heard.body)))
    binary, start = heard.body[length:], 0
    found: dict[str, list[Any]] = {}
    for output in json.loads(heard.body[:length])["outputs"]:
        size = (output.get("parameters") or {}).get("binary_data_size")
        if size is None:
            found[output["name"]] = _flat(output["data"])
            continue
        found[output["name"]] = _unpacked(binary[start : start + size], output["datatype"])
        start += size
    return found


def _packed(value: Any, datatype: str) -> bytes:
    if datatype == "FP32":
        return struct.pack("<f", math.nan if value is None else value)
    text = (value or "").encode()
    return struct.pack("<I", len(text)) + text


def _unpacked(binary: bytes, datatype: str) -> list[Any]:
    if datatype in ("FP32", "FP64"):
        return [value for (value,) in struct.iter_unpack("<f" if datatype == "FP32" else "<d", binary)]
    texts: list[Any] = []
    while binary:
        (size,) = struct.unpack_from("<I", binary)
        texts.append(binary[4 : 4 + size].decode())
        binary = binary[4 + size :]
    return texts


def _flat(data: Sequence[Any]) -> list[Any]:
    return [value for inner in data for value in inner] if data and isinstance(data[0], list) else list(data)
