"""Views: other ways to look at the same memory.

Operations (input x, attributes in brackets):
  view [shape]                            same elements, other shape (also reshape, flatten ...)
  expand [shape]                          dims of size 1 repeated; leading dims added
  permute [dims]                          dim i of the result is dim dims[i]
  slice [starts, sizes, steps]            one entry for each dim
  select [dim, index]                     one element of a dim, which goes away
  unsqueeze [dim]  squeeze [dims]         dims of size 1 added and removed
  diagonal [offset, dim1, dim2]           the diagonal becomes the last dim
  unfold [dim, size, step]                windows; their elements become the last dim
  as_strided [shape, strides, offset]     in tensor/view.py; elements of the storage
  clone                                   a copy
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from flambeau.core.layout import Layout
from flambeau.core.shape import (
    align_shapes,
    contiguous_strides,
    infer_shape,
    mark_shapes,
    normalize_dim,
)
from flambeau.core.types import Shape
from flambeau.engine.graph import build
from flambeau.engine.graph.node import Node
from flambeau.tensor.apply import apply, apply_view, record_history, wrap
from flambeau.tensor.operation import operation
from flambeau.tensor.reinterpret import as_bits
from flambeau.tensor.tape import mode
from flambeau.tensor.tensor import Tensor
from flambeau.tensor.view import AS_STRIDED, layout_of, value_of

__all__ = [
    "as_strided",
    "clone",
    "contiguous",
    "diagonal",
    "expand",
    "flatten",
    "movedim",
    "narrow",
    "permute",
    "ravel",
    "reshape",
    "select",
    "shape_of",
    "slice_view",
    "squeeze",
    "swapaxes",
    "t",
    "transpose",
    "unflatten",
    "unfold",
    "unsqueeze",
    "view",
]


def shape_of(name: str, sizes: tuple) -> Shape:
    """The shape that was given as one sequence or as several ints."""
    if len(sizes) == 1 and isinstance(sizes[0], (tuple, list)):
        sizes = tuple(sizes[0])
    for n in sizes:
        if type(n) is not int:
            return _shape_of_others(name, sizes)
    return sizes


def _shape_of_others(name: str, sizes: tuple) -> Shape:
    result = []
    for n in sizes:
        if isinstance(n, bool) or not hasattr(n, "__index__"):
            raise TypeError(
                f"{name}(): argument 'size' must be tuple of ints, but found element of type "
                f"{type(n).__name__} in {sizes}"
            )
        result.append(n.__index__())
    return tuple(result)


# -- another shape ------------------------------------------------------------------------------
@operation("view")
def VIEW(x: Node, shape: Shape) -> Node:
    return build.reshape(x, shape)


def view(self: Tensor, *size: Any) -> Tensor:
    """The same memory under another shape (one size may be -1), or as another dtype.

    RuntimeError if the elements do not lie in memory such that this is possible.

    >>> import flambeau
    >>> flambeau.arange(4).view(2, -1).shape
    flambeau.Size([2, 2])
    """
    shape = shape_of("view", size) if not hasattr(size[0], "itemsize") else None
    if shape is None:
        return as_bits(self, size[0])
    source = layout_of(self)
    if -1 in shape or min(shape, default=0) < 0:
        shape = infer_shape("view", shape, _numel(source.shape), source.shape)
    elif _numel(shape) != _numel(source.shape):
        infer_shape("view", shape, _numel(source.shape), source.shape)  # raises
    layout = source.reshape(shape)
    if layout is None:
        raise RuntimeError(
            f"view: view size is not compatible with input tensor's size and stride: the tensor "
            f"has size {list(source.shape)} and stride {list(source.strides)}, and no strides "
            f"make its memory read as {list(shape)} (at least one dimension spans across two "
            "contiguous subspaces); try .reshape(...) instead, which would copy\n" + _seam(source)
        )
    return apply_view(VIEW, self, (shape,), layout)


def _seam(layout: Layout) -> str:
    """The strides below the sizes, and the last dim that does not follow on the next."""
    shape, strides, _ = layout
    real = [d for d in range(len(shape)) if shape[d] != 1]
    pairs = list(pairwise(real))
    at, after = next(p for p in reversed(pairs) if strides[p[0]] != shape[p[1]] * strides[p[1]])
    covered = shape[after] * strides[after]
    note = f"dim {at}: one step is {strides[at]} elements, and dim {after} covers {covered}"
    return align_shapes([("size", shape), ("stride", strides)], at, note)


def _numel(shape: Shape) -> int:
    result = 1
    for n in shape:
        result *= n
    return result


def reshape(input: Tensor, *shape: Any) -> Tensor:
    """Another shape: a view where that is possible, else a copy.

    >>> import flambeau
    >>> flambeau.arange(6).reshape(2, 3).t().reshape(6)
    tensor([0, 3, 1, 4, 2, 5])
    """
    source = layout_of(input)
    wanted = shape_of("reshape", shape)
    wanted = infer_shape("reshape", wanted, _numel(source.shape), source.shape)
    layout = source.reshape(wanted)
    if layout is not None:
        return apply_view(VIEW, input, (wanted,), layout)
    return apply(VIEW, (input,), (wanted,))


def flatten(input: Tensor, start_dim: int = 0, end_dim: int = -1) -> Tensor:
    """Dims start_dim to end_dim as one."""
    shape = input._shape
    first = normalize_dim("flatten", start_dim, len(shape))
    last = normalize_dim("flatten", end_dim, len(shape))
    if first > last:
        raise RuntimeError(
            f"flatten: flatten() has invalid args: start_dim ({start_dim}) cannot come after "
            f"end_dim ({end_dim})"
        )
    if not shape:
        return reshape(input, 1)
    if first == last:
        return input
    return reshape(input, (*shape[:first], _numel(shape[first : last + 1]), *shape[last + 1 :]))


def ravel(input: Tensor) -> Tensor:
    """All elements in one dim."""
    return reshape(input, -1)


def unflatten(input: Tensor, dim: int, sizes: Sequence[int]) -> Tensor:
    """Dim `dim` as several dims of these sizes."""
    shape = input._shape
    dim = normalize_dim("unflatten", dim, len(shape))
    parts = infer_shape("unflatten", shape_of("unflatten", (sizes,)), shape[dim])
    return view(input, (*shape[:dim], *parts, *shape[dim + 1 :]))


# -- dims moved ---------------------------------------------------------------------------------
@operation("permute")
def PERMUTE(x: Node, dims: Shape) -> Node:
    return build.permute(x, dims)


def permute(input: Tensor, *dims: Any) -> Tensor:
    """Dims in another order."""
    given = shape_of("permute", dims)
    ndim = len(input._shape)
    if len(given) != ndim:
        raise RuntimeError(
            f"permute: permute(sparse_coo): number of dimensions in the tensor input does not "
            f"match the length of the desired ordering of dimensions i.e. input.dim() = {ndim} is "
            f"not equal to len(dims) = {len(given)}"
        )
    order = tuple([normalize_dim("permute", d, ndim) for d in given])
    if len(set(order)) != ndim:
        raise RuntimeError(f"permute: duplicate dims are not allowed, given {given}")
    return _permuted(input, order)


def _permuted(x: Tensor, order: Shape) -> Tensor:
    return apply_view(PERMUTE, x, (order,), layout_of(x).permute(order))


def transpose(input: Tensor, dim0: int, dim1: int) -> Tensor:
    """Two dims swapped."""
    ndim = len(input._shape)
    a, b = normalize_dim("transpose", dim0, ndim), normalize_dim("transpose", dim1, ndim)
    order = list(range(ndim))
    if ndim:
        order[a], order[b] = b, a
    return _permuted(input, tuple(order))


def swapaxes(input: Tensor, axis0: int, axis1: int) -> Tensor:
    """Two dims swapped."""
    return transpose(input, axis0, axis1)


def t(input: Tensor) -> Tensor:
    """A matrix transposed; fewer than two dims stay as they are."""
    ndim = len(input._shape)
    if ndim > 2:
        raise RuntimeError(
            f"t: t() expects a tensor with <= 2 dimensions, but self is {ndim}D; try .mT or "
            "transpose(dim0, dim1)"
        )
    return _permuted(input, (1, 0) if ndim == 2 else tuple(range(ndim)))


def movedim(input: Tensor, source: Any, destination: Any) -> Tensor:
    """Dims `source` moved to the places `destination`; the others keep their order."""
    ndim = len(input._shape)
    sources = source if isinstance(source, (tuple, list)) else (source,)
    targets = destination if isinstance(destination, (tuple, list)) else (destination,)
    if len(sources) != len(targets):
        raise RuntimeError(
            f"movedim: Invalid source or destination dims: source ({list(sources)} dims) should "
            f"contain the same number of dims as destination ({list(targets)} dims)"
        )
    sources = [normalize_dim("movedim", d, ndim) for d in sources]
    targets = [normalize_dim("movedim", d, ndim) for d in targets]
    if len(set(sources)) != len(sources) or len(set(targets)) != len(targets):
        raise RuntimeError("movedim: repeated dim in `source` or `destination`; name each once")
    order = [-1] * ndim
    for s, d in zip(sources, targets, strict=True):
        order[d] = s
    rest = iter([d for d in range(ndim) if d not in sources])
    return _permuted(input, tuple([next(rest) if d < 0 else d for d in order]))


def adjoint_view(self: Tensor) -> Tensor:
    """The last two dims swapped."""
    if len(self._shape) < 2:
        raise RuntimeError(
            f"mT: tensor.mT is only supported on matrices or batches of matrices. Got "
            f"{len(self._shape)}-D tensor."
        )
    return transpose(self, -2, -1)


def reversed_view(self: Tensor) -> Tensor:
    """All dims in reverse order."""
    return _permuted(self, tuple(range(len(self._shape)))[::-1])


# -- repeated, added and removed dims -----------------------------------------------------------
@operation("expand")
def EXPAND(x: Node, shape: Shape) -> Node:
    return build.expand(x, shape)


_EXPANDED = "dim {}: {} is not 1, so it cannot be repeated to {}; try repeat, or unsqueeze first"


def expand(self: Tensor, *size: Any, implicit: bool = False) -> Tensor:
    """Dims of size 1 repeated without copying; -1 keeps a size, new dims come first."""
    given = shape_of("expand", size)
    layout = layout_of(self)
    shape = layout.shape
    new = len(given) - len(shape)
    if new < 0:
        raise RuntimeError(
            f"expand: the number of sizes provided ({len(given)}) must be greater or equal to the "
            f"number of dimensions in the tensor ({len(shape)}); given {list(given)} for a tensor "
            f"of shape {list(shape)}\n"
            + mark_shapes(("size", given, None, ""), ("tensor", shape, 0, "has no size above it"))
        )
    wanted = []
    for i, n in enumerate(given):
        old = shape[i - new] if i >= new else None
        if n == -1 and old is not None:
            n = old
        elif n < 0:
            raise RuntimeError(
                f"expand: the expanded size of the tensor ({n}) isn't allowed in a leading, "
                f"non-existing dimension {i}; write the size out"
            )
        elif old is not None and old not in (1, n):
            raise RuntimeError(
                f"expand: The expanded size of the tensor ({n}) must match the existing size "
                f"({old}) at non-singleton dimension {i}. Target sizes: {list(given)}. Tensor "
                f"sizes: {list(shape)}\n"
                + align_shapes([("size", given), ("tensor", shape)], i, _EXPANDED.format(i, old, n))
            )
        wanted.append(n)
    target = tuple(wanted)
    return apply_view(EXPAND, self, (target,), layout.expand(target))


@operation("unsqueeze")
def UNSQUEEZE(x: Node, dim: int) -> Node:
    return build.reshape(x, (*x.shape[:dim], 1, *x.shape[dim:]))


def unsqueeze(input: Tensor, dim: int) -> Tensor:
    """A new dim of size 1 at `dim`."""
    shape, strides, offset = layout_of(input)
    at = normalize_dim("unsqueeze", dim, len(shape) + 1)
    step = shape[at] * strides[at] if at < len(shape) else 1
    layout = Layout((*shape[:at], 1, *shape[at:]), (*strides[:at], step, *strides[at:]), offset)
    return apply_view(UNSQUEEZE, input, (at,), layout)


@operation("squeeze")
def SQUEEZE(x: Node, dims: Shape) -> Node:
    return build.squeeze(x, dims)


def squeeze(input: Tensor, dim: Any = None) -> Tensor:
    """Without the dims of size 1, or without those of `dim` that have size 1."""
    shape, strides, offset = layout_of(input)
    ndim = len(shape)
    if dim is None:
        asked: Any = range(ndim)
    elif isinstance(dim, (tuple, list)):
        asked = [normalize_dim("squeeze", d, ndim) for d in dim]
    else:
        asked = (normalize_dim("squeeze", dim, ndim),)
    dims = tuple([d for d in asked if d < ndim and shape[d] == 1])
    keep = [d for d in range(ndim) if d not in dims]
    layout = Layout(tuple([shape[d] for d in keep]), tuple([strides[d] for d in keep]), offset)
    return apply_view(SQUEEZE, input, (dims,), layout)


# -- parts --------------------------------------------------------------------------------------
@operation("slice")
def SLICE(x: Node, starts: Shape, sizes: Shape, steps: Shape) -> Node:
    return build.slice_(x, starts, sizes, steps)


def slice_view(x: Tensor, starts: Shape, sizes: Shape, steps: Shape) -> Tensor:
    """The part that begins at `starts`; checked by the caller."""
    layout = layout_of(x).slice(starts, sizes, steps)
    return apply_view(SLICE, x, (starts, sizes, steps), layout)


@operation("select")
def SELECT(x: Node, dim: int, index: int) -> Node:
    ones = (1,) * len(x.shape)
    starts = tuple(index if i == dim else 0 for i in range(len(x.shape)))
    sizes = tuple(1 if i == dim else n for i, n in enumerate(x.shape))
    return build.squeeze(build.slice_(x, starts, sizes, ones), (dim,))


def select(input: Tensor, dim: int, index: int) -> Tensor:
    """Element `index` of dim `dim`, which goes away."""
    shape, strides, offset = layout_of(input)
    if not shape:
        raise IndexError("select: select() cannot be applied to a 0-dim tensor; try item()")
    dim = normalize_dim("select", dim, len(shape))
    size = shape[dim]
    at = index.__index__()
    if not -size <= at < size:
        raise IndexError(
            f"select: index {at} is out of bounds for dimension {dim} with size {size}"
        )
    if at < 0:
        at += size
    layout = Layout(
        shape[:dim] + shape[dim + 1 :],
        strides[:dim] + strides[dim + 1 :],
        offset + at * strides[dim],
    )
    return apply_view(SELECT, input, (dim, at), layout)


def narrow(input: Tensor, dim: int, start: Any, length: int) -> Tensor:
    """`length` elements of dim `dim` from `start`."""
    shape = input._shape
    if not shape:
        raise RuntimeError("narrow: narrow() cannot be applied to a 0-dim tensor.")
    dim = normalize_dim("narrow", dim, len(shape))
    size = shape[dim]
    at = int(start)
    if not -size <= at <= size:
        raise IndexError(
            f"narrow: Dimension out of range (expected to be in range of [{-size}, {size}], but "
            f"got {at})"
        )
    at = at + size if at < 0 else at
    if length < 0 or at + length > size:
        raise RuntimeError(
            f"narrow: start ({at}) + length ({length}) exceeds dimension size ({size}), or length "
            "is negative"
        )
    starts = tuple([at if i == dim else 0 for i in range(len(shape))])
    sizes = tuple([length if i == dim else n for i, n in enumerate(shape)])
    return slice_view(input, starts, sizes, (1,) * len(shape))


@operation("diagonal")
def DIAGONAL(x: Node, offset: int, dim1: int, dim2: int) -> Node:
    layout = _diagonal_layout(Layout(x.shape, contiguous_strides(x.shape)), offset, dim1, dim2)
    return AS_STRIDED.expand(x, *layout)


def _diagonal_layout(layout: Layout, offset: int, dim1: int, dim2: int) -> Layout:
    shape, strides, start = layout
    rows, columns = shape[dim1], shape[dim2]
    if offset >= 0:
        length = max(0, min(rows, columns - offset))
        start += offset * strides[dim2] if length else 0
    else:
        length = max(0, min(rows + offset, columns))
        start -= offset * strides[dim1] if length else 0
    keep = [d for d in range(len(shape)) if d not in (dim1, dim2)]
    return Layout(
        (*[shape[d] for d in keep], length),
        (*[strides[d] for d in keep], strides[dim1] + strides[dim2]),
        start,
    )


def diagonal(input: Tensor, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Tensor:
    """The diagonal over two dims, as the last dim."""
    ndim = len(input._shape)
    a = normalize_dim("diagonal", dim1, ndim)
    b = normalize_dim("diagonal", dim2, ndim)
    if a == b:
        raise RuntimeError(f"diagonal: diagonal dimensions cannot be identical {dim1}, {dim2}")
    layout = _diagonal_layout(layout_of(input), offset, a, b)
    return apply_view(DIAGONAL, input, (int(offset), a, b), layout)


@operation("unfold")
def UNFOLD(x: Node, dim: int, size: int, step: int) -> Node:
    layout = _unfold_layout(Layout(x.shape, contiguous_strides(x.shape)), dim, size, step)
    return AS_STRIDED.expand(x, *layout)


def _unfold_layout(layout: Layout, dim: int, size: int, step: int) -> Layout:
    shape, strides, offset = layout
    if not shape:
        return Layout((size,), (1,), offset)
    count = (shape[dim] - size) // step + 1
    return Layout(
        (*shape[:dim], count, *shape[dim + 1 :], size),
        (*strides[:dim], strides[dim] * step, *strides[dim + 1 :], strides[dim]),
        offset,
    )


def unfold(self: Tensor, dimension: int, size: int, step: int) -> Tensor:
    """All windows of `size` elements of a dim, `step` apart, as a new last dim."""
    shape = self._shape
    dim = normalize_dim("unfold", dimension, len(shape))
    limit = shape[dim] if shape else 1
    if size < 0 or size > limit:
        raise RuntimeError(
            f"unfold: maximum size for tensor at dimension {dim} is {limit} but size is {size}"
        )
    if step <= 0:
        raise RuntimeError(f"unfold: step is {step} but must be > 0")
    layout = _unfold_layout(layout_of(self), dim, size, step)
    return apply_view(UNFOLD, self, (dim, int(size), int(step)), layout)


def as_strided(
    input: Tensor, size: Sequence[int], stride: Sequence[int], storage_offset: int | None = None
) -> Tensor:
    """The storage's elements under any sizes and strides (in elements)."""
    shape, strides = tuple(size), tuple(stride)
    if len(shape) != len(strides):
        raise RuntimeError(
            f"as_strided: mismatch in length of strides and shape: {len(shape)} sizes and "
            f"{len(strides)} strides"
        )
    if any(n < 0 for n in shape):
        raise RuntimeError(f"as_strided: negative sizes: given {list(shape)}; try sizes from 0 up")
    if any(s < 0 for s in strides):
        raise RuntimeError(
            "as_strided: Negative strides are not supported at the moment, got strides: "
            f"{list(strides)}"
        )
    offset = layout_of(input).offset if storage_offset is None else int(storage_offset)
    layout = Layout(shape, strides, offset)
    numel = input._storage.value.type.numel
    if layout.last() > numel or offset < 0:
        raise RuntimeError(
            f"as_strided: setStorage: sizes {list(shape)}, strides {list(strides)}, storage offset "
            f"{offset} reach element {layout.last()}, but the storage has {numel}"
        )
    whole = input
    if input._layout is not None:  # strides are those of the storage, not of the view
        base = input._base
        whole = base if base is not None and base._layout is None else Tensor._of(input._storage)
    return apply_view(AS_STRIDED, whole, tuple(layout), layout)


# -- copies -------------------------------------------------------------------------------------
@operation("clone")
def CLONE(x: Node) -> Node:
    return build.copy(x)


def clone(input: Tensor, *, memory_format: Any = None) -> Tensor:
    """A copy; nothing is copied before one of the two is written."""
    if input._storage.external is not None:
        return apply(CLONE, (input,))
    value = value_of(input)
    result = wrap(value)
    if mode.grad:
        if input._requires_grad:
            record_history(CLONE, (input,), ((), value.type), result)
    elif mode.inference:
        result._inference = True
    return result


def contiguous(self: Tensor, memory_format: Any = None) -> Tensor:
    """The tensor itself if its elements lie row-major without gaps, else a copy that does."""
    layout = self._layout
    return self if layout is None or layout.is_contiguous else clone(self)
