"""`TensorType`: a dtype and a shape, interned, so that equal types are the same object.

Everything that depends only on types (checks, promotion, expansion of an operation into
nodes) is done once for each combination and found again by identity.
"""

from __future__ import annotations

from math import prod

from flambeau.core.dtype import DType

__all__ = ["TensorType", "tensor_type"]

Shape = tuple[int, ...]


class TensorType:
    """The dtype and shape of a value; make one with `tensor_type`."""

    __slots__ = ("dtype", "ndim", "numel", "shape")

    def __init__(self, dtype: DType, shape: Shape) -> None:
        self.dtype = dtype
        self.shape = shape
        self.ndim = len(shape)
        self.numel = prod(shape)

    @property
    def nbytes(self) -> int:
        """Bytes of a contiguous value of this type."""
        return self.numel * self.dtype.itemsize

    def __repr__(self) -> str:
        return f"{self.dtype.name}{list(self.shape)}"


_TYPES: dict[tuple[DType, Shape], TensorType] = {}


def tensor_type(dtype: DType, shape: Shape) -> TensorType:
    """The interned type of `dtype` and `shape`."""
    key = (dtype, shape)
    found = _TYPES.get(key)
    if found is None:
        # setdefault is atomic, so two threads end with the same object
        found = _TYPES.setdefault(key, TensorType(dtype, shape))
    return found
