"""The graph in an ONNX file, read without the onnx package. Source: onnx.proto of ONNX."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flambeau.core.errors import message
from flambeau.utils.tensorboard.protos import DTYPES, shape_proto
from flambeau.utils.tensorboard.wire import COUNTED, EIGHT_BYTES, FOUR_BYTES, VARINT, Message

__all__ = ["load_onnx_graph"]

# numbers of fields
MODEL_GRAPH = 7
GRAPH_NODE, GRAPH_INITIALIZER, GRAPH_INPUT, GRAPH_OUTPUT, GRAPH_VALUE_INFO = 1, 5, 11, 12, 13
NODE_INPUT, NODE_OUTPUT, NODE_OP_TYPE, NODE_ATTRIBUTE = 1, 2, 4, 5
ATTRIBUTE_NAME, ATTRIBUTE_I, ATTRIBUTE_S, ATTRIBUTE_INTS = 1, 3, 4, 8
TENSOR_DIMS, TENSOR_DATA_TYPE, TENSOR_NAME = 1, 2, 8
INFO_NAME, INFO_TYPE = 1, 2

# elements' types of onnx.proto
DTYPE_NAMES = {
    1: "float32", 2: "uint8", 3: "int8", 4: "uint16", 5: "int16", 6: "int32", 7: "int64", 8: "str",
    9: "bool", 10: "float16", 11: "float64", 12: "uint32", 13: "uint64", 14: "complex64",
    15: "complex128", 16: "bfloat16",
}  # fmt: skip

Type = tuple[int, list[int]]  # (type of elements, shape with -1 for a dim of unknown size)


def load_onnx_graph(path: Any) -> Message:
    """The GraphDef of an ONNX file; nodes have the names of their first outputs."""
    data = Path(path).read_bytes()
    try:
        graphs = [value for number, value in _fields(data) if number == MODEL_GRAPH]
        (graph,) = graphs
        return _graph(graph)
    except (ValueError, IndexError, TypeError, AttributeError) as error:
        raise ValueError(
            message(
                "add_onnx_graph", f"{path}: {error}", "an ONNX file, whole", "exporting it again"
            )
        ) from None


def _graph(data: bytes) -> Message:
    parts: dict[int, list[Any]] = {}
    for number, value in _fields(data):
        parts.setdefault(number, []).append(value)
    types: dict[str, Type] = {}
    for number in (GRAPH_VALUE_INFO, GRAPH_INPUT, GRAPH_OUTPUT):
        types.update(map(_info, parts.get(number, [])))
    parameters = dict(map(_initializer, parts.get(GRAPH_INITIALIZER, [])))
    types.update(parameters)
    inputs = [name for name, _ in map(_info, parts.get(GRAPH_INPUT, [])) if name not in parameters]
    nodes = [_node(name, "IO Node", [], "", types) for name in inputs]
    nodes += [_node(name, "Parameter", [], "", types) for name in parameters]
    maker: dict[str, str] = {}  # the node that makes a tensor
    for made in parts.get(GRAPH_NODE, []):
        fields = list(_fields(made))
        outputs = [_text(v) for n, v in fields if n == NODE_OUTPUT]
        maker.update(dict.fromkeys(outputs, outputs[0]))
        sources = [_text(v) for n, v in fields if n == NODE_INPUT and v]
        kind = "".join(_text(v) for n, v in fields if n == NODE_OP_TYPE)
        note = ", ".join(_attribute(v) for n, v in fields if n == NODE_ATTRIBUTE)
        nodes.append(_node(outputs[0], kind, [maker.get(s, s) for s in sources], note, types))
    return Message("GraphDef", node=nodes, versions=Message("VersionDef", producer=22))


def _node(
    name: str, kind: str, inputs: list[str], note: str, types: dict[str, Type]
) -> Message:  # fmt: skip
    attributes = {"attr": Message("AttrValue", s=note.replace("'", " "))}
    if name in types:
        element, shape = types[name]
        shapes = Message("AttrValue.ListValue", shape=[shape_proto(shape)])
        attributes["_output_shapes"] = Message("AttrValue", list=shapes)
        if element in DTYPE_NAMES:
            number = DTYPES[DTYPE_NAMES[element]]
            attributes["dtype"] = Message("AttrValue", type=number)
    entries = [Message("NodeDef.AttrEntry", key=k, value=v) for k, v in attributes.items()]
    return Message("NodeDef", name=name, op=kind, input=inputs, attr=entries)


# -- parts of the file ----------------------------------------------------------------------------
def _info(data: bytes) -> tuple[str, Type]:
    """A ValueInfoProto: name, and type.tensor_type with its elem_type and shape.dim."""
    name, element, shape = "", 0, []
    for number, value in _fields(data):
        if number == INFO_NAME:
            name = _text(value)
        elif number == INFO_TYPE:
            for _, tensor in _fields(value):
                for place, part in _fields(tensor):
                    if place == 1:
                        element = part
                    else:
                        shape = [_dim(dim) for _, dim in _fields(part)]
    return name, (element, shape)


def _dim(data: bytes) -> int:
    sizes = [value for number, value in _fields(data) if number == 1]
    return sizes[0] if sizes else -1


def _initializer(data: bytes) -> tuple[str, Type]:
    name, element, shape = "", 0, []
    for number, value in _fields(data):
        if number == TENSOR_NAME:
            name = _text(value)
        elif number == TENSOR_DATA_TYPE:
            element = value
        elif number == TENSOR_DIMS:
            shape += _integers(value)
    return name, (element, shape)


def _attribute(data: bytes) -> str:
    name, parts = "", []
    for number, value in _fields(data):
        if number == ATTRIBUTE_NAME:
            name = _text(value)
        elif number in (ATTRIBUTE_I, ATTRIBUTE_INTS):
            parts += [str(x) for x in _integers(value)]
        elif number == ATTRIBUTE_S:
            parts.append(_text(value))
    return f"{name}: {' '.join(parts) or '...'}"


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _integers(value: Any) -> list[int]:
    """An integer, or several in one field."""
    if isinstance(value, int):
        return [value]
    result, at = [], 0
    while at < len(value):
        number, at = _varint(value, at)
        result.append(number)
    return result


# -- the wire format ------------------------------------------------------------------------------
def _fields(data: bytes) -> Iterator[tuple[int, Any]]:
    """(number, value) of each field: an int for varints, bytes for all others."""
    at = 0
    while at < len(data):
        tag, at = _varint(data, at)
        wire = tag & 7
        if wire == VARINT:
            value, at = _varint(data, at)
            yield tag >> 3, value
            continue
        if wire == COUNTED:
            length, at = _varint(data, at)
        elif wire in (EIGHT_BYTES, FOUR_BYTES):
            length = 8 if wire == EIGHT_BYTES else 4
        else:
            raise ValueError(f"a field of kind {wire} at byte {at}")
        if length < 0 or at + length > len(data):
            raise ValueError(f"a field of {length} bytes at byte {at} of {len(data)}")
        yield tag >> 3, data[at : at + length]
        at += length


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """A number and where the next one starts."""
    result = shift = 0
    while True:
        if at >= len(data) or shift > 63:
            raise ValueError(f"a number without end at byte {at}")
        byte = data[at]
        at += 1
        result |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            break
    return (result - (1 << 64) if result >> 63 else result), at
