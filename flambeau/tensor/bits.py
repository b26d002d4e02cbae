"""A tensor's bits read as another dtype."""

from __future__ import annotations

import numpy as np

from flambeau.core import dtype as dt
from flambeau.core.dtype import DType
from flambeau.engine.graph import build
from flambeau.engine.graph.node import Node
from flambeau.tensor.apply import apply
from flambeau.tensor.boundary import read
from flambeau.tensor.creation import from_array
from flambeau.tensor.operation import operation
from flambeau.tensor.tensor import Tensor

__all__ = ["view_dtype"]


@operation("view_dtype")
def VIEW_DTYPE(x: Node, dtype: DType) -> Node:
    """x's bits read as a dtype of the same size."""
    return build.bitcast(x, dtype)


def view_dtype(self: Tensor, dtype: DType) -> Tensor:
    """The elements' bits as another dtype of the same size. A copy: it shares no memory."""
    if dtype is self.dtype:
        return self
    if dtype.itemsize == self.dtype.itemsize and dt.bool_ not in (dtype, self.dtype):
        return apply(VIEW_DTYPE, (self,), (dtype,))
    array = read(self)
    if not array.shape:
        raise RuntimeError(
            f"view: self.dim() cannot be 0 to view {self.dtype.name} as {dtype.name} (different "
            "element sizes)"
        )
    length = array.shape[-1] * array.itemsize
    if length % dtype.itemsize:
        raise RuntimeError(
            f"view: self.size(-1) must be divisible by {dtype.itemsize // array.itemsize} to view "
            f"{self.dtype.name} as {dtype.name}, but got {array.shape[-1]}"
        )
    raw = np.ascontiguousarray(array).view(np.uint8)
    found = raw.reshape(*array.shape[:-1], length).view(dtype.numpy)
    return from_array(found, dtype)
