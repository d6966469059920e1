"""The walk through a graph's bytes finds what the onnx package would, and takes no rubbish."""

from __future__ import annotations

from collections.abc import Callable

import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import TensorProto, helper

from modelratchet.errors import EvidenceError
from modelratchet.serving.model import Model
from modelratchet.serving.onnx_bytes import refuse_foreign
from modelratchet.storage.bundles import make_bundle
from tests.samples.bundles import LINEAGE, binary_bundle


def _graph() -> onnx.ModelProto:
    return onnx.load_model_from_string(binary_bundle().model)


def _external(tensor: onnx.TensorProto) -> onnx.TensorProto:
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="/etc/passwd")
    return tensor


def _external_initializer(model: onnx.ModelProto) -> None:
    _external(model.graph.initializer[0])


def _external_in_a_branch(model: onnx.ModelProto) -> None:
    tensor = _external(helper.make_tensor("far", TensorProto.FLOAT, [1], [0.0]))
    branch = helper.make_graph([helper.make_node("Constant", [], ["c"], value=tensor)], "branch", [], [])
    model.graph.node.append(helper.make_node("If", ["flag"], ["out"], then_branch=branch, else_branch=branch))


def _custom_domain(model: onnx.ModelProto) -> None:
    model.opset_import.append(helper.make_opsetid("ai.onnx.contrib", 1))


def _function(model: onnx.ModelProto) -> None:
    node = helper.make_node("Abs", ["x"], ["y"])
    model.functions.append(helper.make_function("own", "f", ["x"], ["y"], [node], [helper.make_opsetid("", 21)]))


@pytest.mark.parametrize("spoil", [_external_initializer, _external_in_a_branch, _custom_domain, _function])
def test_what_reaches_outside_the_bytes_is_refused(spoil: Callable[[onnx.ModelProto], None]) -> None:
    model = _graph()
    spoil(model)
    with pytest.raises(EvidenceError, match="the graph"):
        refuse_foreign(model.SerializeToString())


def test_a_category_of_that_name_is_no_external_tensor() -> None:
    model = _graph()
    model.graph.initializer.append(helper.make_tensor("place", TensorProto.STRING, [1], [b"location"]))
    refuse_foreign(model.SerializeToString())


def test_branches_within_branches_without_end_are_no_graph() -> None:
    inner = b"location"
    for field in (6, 5, 1) * 700:  # a graph in an attribute of a node of a graph
        inner = bytes([field << 3 | 2]) + _length(inner) + inner
    with pytest.raises(EvidenceError, match="is no ONNX graph"):
        refuse_foreign(bytes([7 << 3 | 2]) + _length(inner) + inner)


def _length(data: bytes) -> bytes:
    size, written = len(data), b""
    while size > 0x7F:
        written, size = written + bytes([size & 0x7F | 0x80]), size >> 7
    return written + bytes([size])


@given(st.binary(max_size=200))
def test_rubbish_ends_with_one_kind_of_error(data: bytes) -> None:
    try:
        refuse_foreign(data)
    except EvidenceError:
        return


@pytest.mark.parametrize("size", [0, 1, 10, 200])
def test_a_cut_graph_is_not_served(size: int) -> None:
    bundle = make_bundle(binary_bundle().model[:size], binary_bundle().schema, LINEAGE)
    with pytest.raises(EvidenceError):
        Model(bundle)


def test_an_operator_that_onnxruntime_does_not_know_is_not_served() -> None:
    model = _graph()
    model.graph.node[0].op_type = "OpenFile"
    with pytest.raises(EvidenceError, match="cannot load"):
        Model(make_bundle(model.SerializeToString(), binary_bundle().schema, LINEAGE))
