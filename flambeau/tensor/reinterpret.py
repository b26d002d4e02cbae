"""Views that read a storage's memory as another dtype: `x.real`, `view_as_real`, `x.view(dtype)`.

Such a view has a storage of its own class, `Reinterpreted`, which holds nothing: its value is
computed from the storage beneath, and what is put into it is put back there.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from flambeau.core import dtype as dt
from flambeau.core.dtype import DType
from flambeau.core.errors import message
from flambeau.core.layout import Layout
from flambeau.engine.graph import build
from flambeau.engine.graph.node import Node
from flambeau.engine.runtime.evaluate import record
from flambeau.engine.runtime.storage import External, Storage
from flambeau.engine.runtime.value import Value
from flambeau.tensor.apply import apply
from flambeau.tensor.external import export
from flambeau.tensor.operation import OPERATIONS, Operation, operation
from flambeau.tensor.tape import mode
from flambeau.tensor.tensor import Tensor
from flambeau.tensor.view import grad_fn_of, layout_of

__all__ = ["Reinterpreted", "as_bits", "as_parts", "as_whole", "part_of"]


def _recorded(op: Operation, values: tuple[Value, ...], attributes: tuple) -> Value:
    key = (attributes, *(v.type for v in values))
    return record(op.templates.get(key) or op.template(key), values)


class Reinterpreted(Storage):
    """A storage whose elements are those of `base`, read by `reader` and written by `writer`.

    reader(base, *attributes) gives the value, writer(base, value, *attributes) the base's new one.
    """

    __slots__ = ("attributes", "base", "known", "reader", "source", "writer")
    base: Storage

    def __init__(
        self, base: Storage, reader: Operation, writer: Operation, attributes: tuple = ()
    ) -> None:
        self.base = base
        self.reader, self.writer, self.attributes = reader, writer, attributes
        self.source: Value | None = None  # the base's value that `known` was read from
        self.known: Value | None = None

    @property
    def value(self) -> Value:  # type: ignore[override]
        """The present elements."""
        source = self.base.value
        if self.known is None or self.source is not source or self.base.external is not None:
            self.source = source
            self.known = _recorded(self.reader, (source,), self.attributes)
        return self.known

    @value.setter
    def value(self, value: Value) -> None:
        base = self.base
        base.value = _recorded(self.writer, (base.value, value), self.attributes)
        self.source, self.known = base.value, value

    @property
    def version(self) -> int:  # type: ignore[override]
        """How often the memory was written."""
        return self.base.version

    @version.setter
    def version(self, version: int) -> None:
        self.base.version = version

    @property
    def external(self) -> External | None:  # type: ignore[override]
        """Whether the outside sees the memory."""
        return self.base.external

    def elements(self) -> np.ndarray:
        """The elements in a row, as an array in the memory beneath."""
        base: Any = self.base
        flat = base.elements() if base.base is not None else export(base).reshape(-1)
        if self.reader is READ_PART:
            return getattr(flat, self.attributes[0])  # type: ignore[no-any-return]
        dtype = self.value.type.dtype.numpy
        whole = flat.view(np.uint8)[: flat.nbytes // dtype.itemsize * dtype.itemsize]
        return whole.view(dtype)  # type: ignore[no-any-return]

    def renew_history(self, x: Tensor) -> None:
        """x's place on the tape, which is where the tensor it reads is now."""
        source = x._source
        grad_fn_of(source)
        if source._requires_grad and source.dtype.is_complex | source.dtype.is_floating_point:
            history = {READ_PART: _PARTS.get(self.attributes), READ_PARTS: "view_as_real",
                       READ_PAIRS: "view_as_complex"}.get(self.reader)  # fmt: skip
            if history is not None:
                made = apply(OPERATIONS[history], (source,))
                x._grad_fn, x._output_nr = made._grad_fn, made._output_nr
                x._requires_grad = made._requires_grad
        x._grad_version = self.version


_PARTS = {("real",): "real", ("imag",): "imag"}


def _tensor(x: Tensor, storage: Reinterpreted, layout: Layout) -> Tensor:
    result = Tensor._of(storage)
    result._layout = layout  # also if it is all of the storage: the history goes by way of views
    result._source = x
    result._inference = mode.inference
    if mode.grad and x._requires_grad:
        storage.renew_history(result)
    else:
        result._grad_version = storage.version
    return result


# -- real and imaginary parts -------------------------------------------------------------------
@operation("read_part")
def READ_PART(base: Node, part: str) -> Node:
    return build.apply(part, base)


@operation("write_part")
def WRITE_PART(base: Node, value: Node, part: str) -> Node:
    other = build.apply("imag" if part == "real" else "real", base)
    return build.apply("complex", *((value, other) if part == "real" else (other, value)))


def part_of(x: Tensor, part: str) -> Tensor:
    """The "real" or "imag" parts of a complex tensor, in its memory."""
    return _tensor(x, Reinterpreted(x._storage, READ_PART, WRITE_PART, (part,)), layout_of(x))


@operation("read_parts")
def READ_PARTS(base: Node) -> Node:
    parts = [build.reshape(build.apply(p, base), (*base.shape, 1)) for p in ("real", "imag")]
    return build.cat((parts[0], parts[1]), len(base.shape))


@operation("write_parts")
def WRITE_PARTS(base: Node, value: Node) -> Node:
    return _whole(value, base.shape)


def _whole(parts: Node, shape: tuple[int, ...]) -> Node:
    """Complex numbers of the two halves of the last dim."""
    starts, steps = (0,) * (len(parts.shape) - 1), (1,) * len(parts.shape)
    halves = [build.slice_(parts, (*starts, i), (*parts.shape[:-1], 1), steps) for i in (0, 1)]
    return build.apply("complex", *[build.reshape(h, shape) for h in halves])


def as_parts(x: Tensor) -> Tensor:
    """A complex tensor's memory as real numbers with a last dim of 2."""
    shape, strides, offset = layout_of(x)
    layout = Layout((*shape, 2), (*(2 * s for s in strides), 1), 2 * offset)
    return _tensor(x, Reinterpreted(x._storage, READ_PARTS, WRITE_PARTS), layout)


@operation("read_pairs")
def READ_PAIRS(base: Node) -> Node:
    """Neighbours in memory as complex numbers; an odd one at the end is left over."""
    count = base.type.numel // 2
    flat = build.reshape(base, (base.type.numel,))
    pairs = build.reshape(build.slice_(flat, (0,), (2 * count,), (1,)), (count, 2))
    return _whole(pairs, (count,))


@operation("write_pairs")
def WRITE_PAIRS(base: Node, value: Node) -> Node:
    count = base.type.numel // 2
    parts = [build.reshape(build.apply(p, value), (count, 1)) for p in ("real", "imag")]
    flat = build.reshape(build.cat((parts[0], parts[1]), 1), (2 * count,))
    return _put_back(base, flat)


def _put_back(base: Node, flat: Node) -> Node:
    """`base` with its first elements replaced."""
    if flat.type.numel == base.type.numel:
        return build.reshape(flat, base.shape)
    return build.update(base, flat, flat.shape, (1,), 0)


def as_whole(x: Tensor) -> Tensor:
    """Real numbers with a last dim of 2 as complex ones in the same memory."""
    shape, strides, offset = layout_of(x)
    if strides[-1] != 1 or offset % 2 or any(s % 2 for s in strides[:-1]):
        raise RuntimeError(
            message("view_as_complex", f"strides {list(strides)} and offset {offset}",
                    "Tensor must have a stride divisible by 2 for all but last dimension, and 1 "
                    "for that", ".contiguous()")
        )  # fmt: skip
    layout = Layout(shape[:-1], tuple(s // 2 for s in strides[:-1]), offset // 2)
    return _tensor(x, Reinterpreted(x._storage, READ_PAIRS, WRITE_PAIRS), layout)


# -- bits ---------------------------------------------------------------------------------------
_UNSIGNED = {1: dt.uint8, 2: dt.uint16, 4: dt.uint32, 8: dt.uint64}


def _as_unsigned(x: Node) -> Node:
    """x's bits as unsigned integers; complex numbers as two of them in a last dim."""
    if x.dtype is dt.bool_:
        return build.convert(x, dt.uint8)
    if x.dtype.is_complex:
        parts = [_as_unsigned(build.apply(p, x)) for p in ("real", "imag")]
        wide = [build.reshape(p, (*p.shape, 1)) for p in parts]
        return build.cat((wide[0], wide[1]), len(x.shape))
    return build.bitcast(x, _UNSIGNED[x.dtype.itemsize])


def _from_unsigned(x: Node, dtype: DType) -> Node:
    if dtype is dt.bool_:
        return build.convert(x, dtype)
    return build.bitcast(x, dtype)


def _changed_size(x: Node, size: int) -> Node:
    """A vector of unsigned integers as one of another size, low parts first in memory."""
    own = x.dtype.itemsize
    if own == size:
        return x
    target = _UNSIGNED[size]
    if own > size:
        pieces = []
        for i in range(own // size):
            moved = build.apply("shift_right", x, build.constant(8 * size * i, x.dtype))
            pieces.append(build.reshape(build.convert(moved, target), (*x.shape, 1)))
        return build.reshape(build.cat(tuple(pieces), 1), (x.shape[0] * len(pieces),))
    ratio = size // own
    count = x.shape[0] // ratio
    rows = build.reshape(build.slice_(x, (0,), (count * ratio,), (1,)), (count, ratio))
    total = None
    for i in range(ratio):
        column = build.reshape(build.slice_(rows, (0, i), (count, 1), (1, 1)), (count,))
        moved = build.apply(
            "shift_left", build.convert(column, target), build.constant(8 * own * i, target)
        )
        total = moved if total is None else build.apply("or", total, moved)
    assert total is not None
    return total


def _bits(x: Node, dtype: DType) -> Node:
    """A tensor's bits, in a row, as elements of another dtype."""
    flat = _as_unsigned(x)
    flat = build.reshape(flat, (flat.type.numel,))
    if not dtype.is_complex:
        return _from_unsigned(_changed_size(flat, dtype.itemsize), dtype)
    parts = build.bitcast(_changed_size(flat, dtype.itemsize // 2), dtype.to_real())
    count = parts.shape[0] // 2
    even = build.slice_(parts, (0,), (2 * count,), (1,))
    return _whole(build.reshape(even, (count, 2)), (count,))


@operation("read_bits")
def READ_BITS(base: Node, dtype: DType) -> Node:
    return _bits(base, dtype)


@operation("write_bits")
def WRITE_BITS(base: Node, value: Node, dtype: DType) -> Node:
    return _put_back(base, _bits(value, base.dtype))


def as_bits(x: Tensor, dtype: DType) -> Tensor:
    """x's memory read as `dtype`; the last dim grows or shrinks with the elements' size."""
    shape, strides, offset = layout_of(x)
    own, size = x.dtype.itemsize, dtype.itemsize
    storage = Reinterpreted(x._storage, READ_BITS, WRITE_BITS, (dtype,))
    if own == size:
        return _tensor(x, storage, Layout(shape, strides, offset))
    names = f"{x.dtype.name} as {dtype.name} (different element sizes)"
    if not shape:
        raise RuntimeError(f"view: self.dim() cannot be 0 to view {names}; try reshape(1)")
    if strides[-1] != 1 and shape[-1] != 1:
        raise RuntimeError(
            f"view: self.stride(-1) must be 1 to view {names}, but got {strides[-1]}; try "
            "contiguous()"
        )
    if own > size:
        ratio = own // size
        grown = tuple(s * ratio for s in strides[:-1])
        return _tensor(x, storage, Layout((*shape[:-1], shape[-1] * ratio), (*grown, 1),
                                       offset * ratio))  # fmt: skip
    ratio = size // own
    if shape[-1] % ratio:
        raise RuntimeError(
            f"view: self.size(-1) must be divisible by {ratio} to view {names}, but got {shape[-1]}"
        )
    if offset % ratio or any(s % ratio for s in strides[:-1]):
        raise RuntimeError(
            f"view: self.storage_offset() and self.stride(:-1) must be divisible by {ratio} to "
            f"view {names}, but got {offset} and {list(strides[:-1])}; try contiguous()"
        )
    shrunk = tuple(s // ratio for s in strides[:-1])
    layout = Layout((*shape[:-1], shape[-1] // ratio), (*shrunk, 1), offset // ratio)
    return _tensor(x, storage, layout)
