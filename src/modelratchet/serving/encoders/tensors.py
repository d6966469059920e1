"""An answer as tensors of the Open Inference Protocol, in JSON or as binary data behind it, as each output is asked for.

Source: Open Inference Protocol, REST, "Inference Response JSON Object"; its "Binary Tensor Data Extension".
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, NamedTuple

import msgspec

from modelratchet.core.schema import LABEL_OUTPUT, PREDICTION_OUTPUT, PROBABILITIES_OUTPUT, Schema
from modelratchet.serving.batches import Answer
from modelratchet.serving.problems import Problem, unreadable


class OutputParameters(msgspec.Struct, gc=False):
    """Of one output that is asked for; None leaves it to the request's."""

    binary_data: bool | None = None
    classification: int | None = None


class Output(msgspec.Struct, gc=False):
    """One output that is asked for."""

    name: str
    parameters: OutputParameters | None = None


class RequestParameters(msgspec.Struct, gc=False):
    """Of the whole request."""

    binary_data_output: bool = False


class Asked(msgspec.Struct, gc=False):
    """What a request says of its answer; the inputs are passed over."""

    id: str | None = None
    outputs: list[Output] | None = None
    parameters: RequestParameters | None = None


class TensorBody(NamedTuple):
    """The JSON part and the binary part behind it, which may be empty."""

    head: bytes
    binary: bytes


class TensorAnswers:
    """Writes answers of one schema."""

    def __init__(self, schema: Schema, model: Mapping[str, str]) -> None:
        """Take the classes, and how the model is called."""
        self._classes = schema.classes
        self._texts = [name.encode() for name in schema.classes]
        self.outputs = (LABEL_OUTPUT, PROBABILITIES_OUTPUT) if schema.task.is_classification else (PREDICTION_OUTPUT,)
        self._names = {"model_name": model["name"], "model_version": model["version"]}
        self._decode = msgspec.json.Decoder(Asked).decode

    def asked(self, head: bytes) -> Asked:
        """What a request's JSON part says of its answer.

        Raises:
            Problem: it asks for what there is not.
        """
        try:
            asked = self._decode(head)
        except (ValueError, RecursionError, msgspec.MsgspecError) as error:
            raise unreadable(error, None) from error
        names = [output.name for output in asked.outputs or ()]
        for name in names:
            if name not in self.outputs:
                raise _refusal("unknown-output", f"found {name[:100]!r}, expected one of {', '.join(self.outputs)}")
        if len(set(names)) != len(names):
            raise _refusal("duplicate-key", "an output is asked for twice")
        if any(output.parameters and output.parameters.classification for output in asked.outputs or ()):
            raise _refusal("not-offered", "Triton's classification extension is not offered; ask for `probabilities`")
        return asked

    def __call__(self, answer: Answer, asked: Asked) -> TensorBody:
        """The parts of a response's body."""
        is_binary = bool(asked.parameters and asked.parameters.binary_data_output)
        wanted = asked.outputs or [Output(name) for name in self.outputs]
        written: list[dict[str, Any]] = []
        parts: list[bytes] = []
        for output in wanted:
            own = output.parameters.binary_data if output.parameters else None
            tensor = self._tensor(output.name, answer)
            if is_binary if own is None else own:
                parts.append(self._bytes(output.name, answer))
                tensor |= {"parameters": {"binary_data_size": len(parts[-1])}}
            else:
                tensor |= {"data": self._data(output.name, answer)}
            written.append(tensor)
        named = self._names if asked.id is None else {**self._names, "id": asked.id}
        return TensorBody(msgspec.json.encode({**named, "outputs": written}), b"".join(parts))

    def _tensor(self, name: str, answer: Answer) -> dict[str, Any]:
        shape = [answer.n_rows, len(self._classes)] if name == PROBABILITIES_OUTPUT else [answer.n_rows]
        return {"name": name, "datatype": "BYTES" if name == LABEL_OUTPUT else "FP32", "shape": shape}

    def _data(self, name: str, answer: Answer) -> Sequence[Any]:
        if name == LABEL_OUTPUT:
            assert answer.labels is not None
            return [self._classes[label] for label in answer.labels.tolist()]
        values = answer.probabilities if name == PROBABILITIES_OUTPUT else answer.predictions
        assert values is not None
        return values.ravel().tolist()

    def _bytes(self, name: str, answer: Answer) -> bytes:
        if name == LABEL_OUTPUT:
            assert answer.labels is not None
            texts = (self._texts[label] for label in answer.labels.tolist())
            return b"".join(struct.pack("<I", len(text)) + text for text in texts)
        values = answer.probabilities if name == PROBABILITIES_OUTPUT else answer.predictions
        assert values is not None
        return values.astype("<f4", copy=False).tobytes()


def _refusal(kind: str, said: str) -> Problem:
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, kind, said)
