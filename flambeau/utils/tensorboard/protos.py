"""Messages that several summaries share."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from flambeau.utils.tensorboard.wire import Message

__all__ = ["DTYPES", "float_tensor", "metadata", "shape_proto", "summary"]

# numbers of types.proto
DTYPES = {
    "float32": 1, "float64": 2, "int32": 3, "uint8": 4, "int16": 5, "int8": 6, "str": 7,
    "complex64": 8, "int64": 9, "bool": 10, "bfloat16": 14, "uint16": 17, "complex128": 18,
    "float16": 19, "uint32": 22, "uint64": 23,
}  # fmt: skip


def summary(tag: str, **fields: Any) -> Message:
    """A summary of one value."""
    return Message("Summary", value=[Message("Summary.Value", tag=tag, **fields)])


def metadata(plugin: str, content: Message | None = None) -> Message:
    """Which of TensorBoard's plugins shows a value, and what it wants to know."""
    data = b"" if content is None else content.SerializeToString()
    return Message(
        "SummaryMetadata",
        plugin_data=Message("SummaryMetadata.PluginData", plugin_name=plugin, content=data),
    )


def shape_proto(shape: Iterable[int]) -> Message:
    """A shape."""
    return Message("TensorShapeProto", dim=[Message("TensorShapeProto.Dim", size=n) for n in shape])


def float_tensor(array: np.ndarray) -> Message:
    """An array as a tensor of float32."""
    return Message(
        "TensorProto", dtype=DTYPES["float32"], tensor_shape=shape_proto(array.shape),
        float_val=array.reshape(-1),
    )  # fmt: skip
