"""Copies with one piece replaced, and copies of pieces: what a view would write, as a value.

All are the operation `update` (tensor/apply.py) under the layout that the view would have.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any

from flambeau.core.errors import message
from flambeau.core.layout import Layout, contiguous
from flambeau.core.shape import align_shapes, normalize_dim
from flambeau.tensor.apply import UPDATE, UPDATE_IN_STORAGE, apply
from flambeau.tensor.inplace import TO, into, with_axis
from flambeau.tensor.joining import diag_embed
from flambeau.tensor.promotion import check_tensor
from flambeau.tensor.shaping import _diagonal_layout as diagonal_layout
from flambeau.tensor.shaping import as_strided, clone, narrow, reshape
from flambeau.tensor.tensor import Tensor
from flambeau.tensor.view import layout_of

__all__ = ["FUNCTIONS", "METHODS"]


def _source(name: str, src: Any, dtype: Any, piece: tuple[int, ...]) -> Tensor:
    """`src` in the tensor's dtype; RuntimeError unless it has the piece's shape."""
    check_tensor(name, "src", 2, src)
    shape = src._shape
    if shape != piece:
        text = (
            f"{name}: expected src to have a size equal to the slice of self. src size = "
            f"{list(shape)}, slice size = {list(piece)}"
        )
        if len(shape) == len(piece):
            d = next(i for i, (a, b) in enumerate(zip(shape, piece, strict=True)) if a != b)
            note = f"dim {d}: {shape[d]} and {piece[d]} differ"
            text += "\n" + align_shapes([("src", shape), ("slice", piece)], d, note)
        raise RuntimeError(text + "; try expand or reshape on src")
    return src if src.dtype is dtype else apply(TO, (src,), (dtype,))


def _replaced(name: str, x: Tensor, src: Any, layout: Layout) -> Tensor:
    """x with `src` where `layout`, of x's elements row by row, reaches."""
    source = _source(name, src, x.dtype, layout.shape)
    return apply(UPDATE, (x, source), tuple(layout))


@with_axis
def select_scatter(input: Tensor, src: Tensor, dim: int, index: int) -> Tensor:
    """A copy whose `select(dim, index)` is `src`.

    >>> import flambeau
    >>> flambeau.zeros(2, 2).select_scatter(flambeau.ones(2), 0, 1)
    tensor([[0., 0.],
            [1., 1.]])
    """
    name = "select_scatter"
    shape = input._shape
    if not shape:
        raise IndexError(f"{name}: select() cannot be applied to a 0-dim tensor; try reshape(1)")
    at, i = normalize_dim(name, dim, len(shape)), index.__index__()
    if not -shape[at] <= i < shape[at]:
        raise IndexError(
            message(name, f"index {i} for a tensor of shape {list(shape)}",
                    f"{-shape[at]} <= index < {shape[at]}: index {i} out of range in dim {at}")
        )  # fmt: skip
    whole = contiguous(shape)
    keep = [d for d in range(len(shape)) if d != at]
    layout = Layout(
        tuple([shape[d] for d in keep]),
        tuple([whole.strides[d] for d in keep]),
        i % shape[at] * whole.strides[at],
    )
    return _replaced(name, input, src, layout)


@with_axis
def slice_scatter(
    input: Tensor, src: Tensor, dim: int = 0, start: int | None = None, end: int | None = None,
    step: int = 1,
) -> Tensor:  # fmt: skip
    """A copy whose slice start:end:step along `dim` is `src`.

    >>> import flambeau
    >>> flambeau.zeros(5).slice_scatter(flambeau.ones(3), step=2)
    tensor([1., 0., 1., 0., 1.])
    """
    name = "slice_scatter"
    shape = input._shape
    if not shape:
        raise RuntimeError(f"{name}: slice() cannot be applied to a 0-dim tensor; try reshape(1)")
    if step <= 0:
        raise RuntimeError(message(name, f"step={step}", "slice step must be positive", "flip"))
    at = normalize_dim(name, dim, len(shape))
    first, last, _ = slice(start, end).indices(shape[at])
    size = max(0, -(-(last - first) // step))
    starts = tuple([first if d == at else 0 for d in range(len(shape))])
    sizes = tuple([size if d == at else n for d, n in enumerate(shape)])
    steps = tuple([step if d == at else 1 for d in range(len(shape))])
    return _replaced(name, input, src, contiguous(shape).slice(starts, sizes, steps))


def diagonal_scatter(
    input: Tensor, src: Tensor, offset: int = 0, dim1: int = 0, dim2: int = 1
) -> Tensor:
    """A copy whose `diagonal(offset, dim1, dim2)` is `src`.

    >>> import flambeau
    >>> flambeau.zeros(2, 2).diagonal_scatter(flambeau.ones(2))
    tensor([[1., 0.],
            [0., 1.]])
    """
    name = "diagonal_scatter"
    a, b = (normalize_dim(name, d, len(input._shape)) for d in (dim1, dim2))
    if a == b:
        raise RuntimeError(f"{name}: diagonal dimensions cannot be identical {dim1}, {dim2}")
    layout = diagonal_layout(contiguous(input._shape), int(offset), a, b)
    return _replaced(name, input, src, layout)


def as_strided_scatter(
    input: Tensor, src: Tensor, size: Sequence[int], stride: Sequence[int],
    storage_offset: int | None = None,
) -> Tensor:  # fmt: skip
    """A copy whose `as_strided(size, stride, storage_offset)` is `src`.

    As there, the strides are those of the storage; they should not overlap.

    >>> import flambeau
    >>> flambeau.zeros(2, 3).as_strided_scatter(flambeau.ones(2), (2,), (4,))
    tensor([[1., 0., 0.],
            [0., 1., 0.]])
    """
    name = "as_strided_scatter"
    view = layout_of(as_strided(input.detach(), size, stride, storage_offset))  # type: ignore[attr-defined]
    if input._layout is None:
        return _replaced(name, input, src, view)
    source = _source(name, src, input.dtype, view.shape)
    shape = input._storage.value.type.shape
    return apply(UPDATE_IN_STORAGE, (input, source), (shape, input._layout, view))


@with_axis
def narrow_copy(input: Tensor, dim: int, start: Any, length: int, *, out: Any = None) -> Tensor:
    """A copy of `length` elements of dim `dim` from `start`."""
    result = clone(narrow(input, dim, start, length))
    return result if out is None else into(out, result, "narrow_copy")


def diagflat(input: Tensor, offset: int = 0) -> Tensor:
    """A matrix with all elements, in order, on a diagonal, and zeros elsewhere.

    >>> import flambeau
    >>> flambeau.diagflat(flambeau.tensor([1, 2]), 1)
    tensor([[0, 1, 0],
            [0, 0, 2],
            [0, 0, 0]])
    """
    return diag_embed(reshape(input, prod(input._shape)), offset)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "select_scatter": select_scatter,
    "slice_scatter": slice_scatter,
    "diagonal_scatter": diagonal_scatter,
    "as_strided_scatter": as_strided_scatter,
    "narrow_copy": narrow_copy,
    "diagflat": diagflat,
}
METHODS: dict[str, Callable[..., Any]] = {}
