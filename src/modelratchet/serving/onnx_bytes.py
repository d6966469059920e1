"""Looks into a serialized graph without the onnx package, which the image does not carry: refuses what reaches outside its bytes.

Called by `model` before onnxruntime sees the graph.
Source: onnx.proto of ONNX 1.23 for the field numbers; the protobuf encoding guide for the wire format.
"""

from __future__ import annotations

from collections.abc import Iterator

from modelratchet.errors import EvidenceError

DOMAINS = frozenset({"", "ai.onnx", "ai.onnx.ml"})

_GRAPH, _OPSET, _FUNCTIONS = 7, 8, 25
_DOMAIN_OF_OPSET = 1
_EXTERNAL_DATA, _DATA_LOCATION = 13, 14
# messages in which a tensor may lie: message -> {field: (message of the field)}
_INSIDE = {
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
}
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5


def refuse_foreign(model: bytes) -> None:
    """Refuse a graph with operators that are not ONNX's own, or with weights outside its bytes.

    Raises:
        EvidenceError: it has such, or is no serialized graph.
    """
    try:
        fields = list(_fields(memoryview(model)))
        domains = {_domain(value) for number, value in fields if number == _OPSET and isinstance(value, memoryview)}
        graphs = [value for number, value in fields if number == _GRAPH and isinstance(value, memoryview)]
        # an external tensor says where it lies by this word; without it the long walk can be spared
        is_external = b"location" in model and any(_has_external(graph, "graph") for graph in graphs)
    except (IndexError, ValueError, RecursionError) as error:
        raise EvidenceError(f"the bundle's model is no ONNX graph: {error}", hint="Make the bundle again.") from error
    if domains - DOMAINS or any(number == _FUNCTIONS for number, _ in fields):
        raise EvidenceError(f"the graph uses operators of {sorted(domains)}, expected ONNX's own only")
    if is_external:
        raise EvidenceError("the graph reads weights from outside its file, which no digest covers")


def _domain(opset: memoryview) -> str:
    for number, value in _fields(opset):
        if number == _DOMAIN_OF_OPSET and isinstance(value, memoryview):
            return bytes(value).decode()
    return ""


def _has_external(message: memoryview, kind: str) -> bool:
    if kind == "tensor":
        return any(
            number == _EXTERNAL_DATA or (number == _DATA_LOCATION and value != 0) for number, value in _fields(message)
        )
    inside = _INSIDE[kind]
    return any(
        isinstance(value, memoryview) and _has_external(value, inside[number])
        for number, value in _fields(message)
        if number in inside
    )


def _fields(message: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """Each field's number with its value: a number, or the bytes of what has a length or a fixed size."""
    position = 0
    while position < len(message):
        tag, position = _varint(message, position)
        number, wire_type = tag >> 3, tag & 7
        if wire_type == _VARINT:
            value, position = _varint(message, position)
            yield number, value
            continue
        if wire_type == _BYTES:
            size, position = _varint(message, position)
        elif wire_type in (_FIXED32, _FIXED64):
            size = 4 if wire_type == _FIXED32 else 8
        else:
            raise ValueError(f"wire type {wire_type} at byte {position}")
        if position + size > len(message):
            raise ValueError(f"a field of {size} bytes at byte {position} runs past the end")
        yield number, message[position : position + size]
        position += size


def _varint(message: memoryview, position: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
        shift += 7
        if shift > 63:
            raise ValueError(f"a number at byte {position} never ends")
