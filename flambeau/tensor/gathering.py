"""Elements picked by index tensors: gather, index_select, take, repeat_interleave.

Operations (name is the caller's, for messages):
  gather (x, index) [dim, name]           x[..., index[i, j, k], ...], of the index's shape
  index_select (x, index) [dim, name]     dim becomes the dims of the index
  wrap_index (index) [size, dim, name]    negative indices counted from the front; no gradient
  repeated_index (repeats) [size]         i as often as repeats[i] says; no gradient

Only wrap_index takes negative indices, as in PyTorch.
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np

from flambeau.core import dtype as dt
from flambeau.core.dtype import DType
from flambeau.core.errors import message
from flambeau.core.shape import align_shapes, broadcast_shapes, normalize_dim
from flambeau.core.types import Shape
from flambeau.engine.graph import build
from flambeau.engine.graph.node import Node
from flambeau.engine.runtime.value import Value
from flambeau.tensor.apply import apply
from flambeau.tensor.boundary import is_capturing, read
from flambeau.tensor.bounds import array_of_index, out_of_range
from flambeau.tensor.indexing import wrap_index
from flambeau.tensor.indices import int64_tensor
from flambeau.tensor.inplace import TO, into, with_axis
from flambeau.tensor.operation import operation
from flambeau.tensor.shaping import clone, expand, reshape, unsqueeze
from flambeau.tensor.tensor import Tensor

__all__ = [
    "FUNCTIONS", "GATHER", "INDEX_SELECT", "METHODS", "WRAP_INDEX", "as_vector", "blame_index",
    "check_index", "check_tensor", "check_within", "gather", "index_select", "take_along_dim",
]  # fmt: skip

INDEX_DTYPES = (dt.int32, dt.int64)


# -- checks -------------------------------------------------------------------------------------
def check_tensor(name: str, argument: str, position: int, x: Any) -> None:
    """TypeError unless this argument is a tensor."""
    if not isinstance(x, Tensor):
        raise TypeError(
            f"{name}(): argument '{argument}' (position {position}) must be Tensor, not "
            f"{type(x).__name__}; try flambeau.tensor(...)"
        )


def check_index(name: str, index: Node | Tensor, dtypes: tuple[DType, ...] = INDEX_DTYPES) -> None:
    """RuntimeError unless the index has one of these dtypes."""
    if index.dtype not in dtypes:
        names = "/".join(d.name for d in dtypes)
        raise RuntimeError(
            message(name, f"an index of dtype {index.dtype.name}",
                    f"Expected dtype {names} for index", "index.long()")
        )  # fmt: skip


def check_within(name: str, dim: int, index: Shape, others: dict[str, Shape]) -> None:
    """RuntimeError unless the index fits into the others, into all but `src` except along dim."""
    rows = [*others.items(), ("index", index)]
    for what, shape in others.items():
        if len(shape) != len(index):
            raise RuntimeError(
                message(name, f"an index of {len(index)} dims and {what} of {len(shape)}: "
                        f"{list(index)} and {list(shape)}",
                        "Index tensor must have the same number of dimensions as "
                        f"{what} tensor", "unsqueeze or expand the index")
            )  # fmt: skip
        for d, (a, b) in enumerate(zip(index, shape, strict=True)):
            if a > b and (d != dim or what == "src"):
                apart = "" if what == "src" else f" apart from dimension {dim}"
                note = f"dim {d}: the index's {a} is more than the {b} of {what}"
                raise RuntimeError(
                    f"{name}: Size does not match at dimension {d}: expected index {list(index)} "
                    f"to be no larger than {what} {list(shape)}{apart}\n"
                    + align_shapes(rows, d, note)
                    + f"; try index.narrow({d}, 0, {b})"
                )


def blame_index(attributes: tuple, inputs: tuple[Value, ...]) -> str:
    """What is wrong with the index, input 1, for dim attributes[0] of input 0."""
    dim, name = attributes
    return out_of_range(name, inputs[1], dim, inputs[0].type.shape[dim], 0)


def as_vector(x: Tensor) -> Tensor:
    """A tensor without dims as one with a dim of size 1."""
    return x if x._shape else reshape(x, (1,))


# -- operations ---------------------------------------------------------------------------------
@operation("gather")
def GATHER(x: Node, index: Node, dim: int, name: str) -> Node:
    if not index.type.numel:
        return build.full(index.shape, 0, x.dtype)
    check_index(name, index)
    check_within(name, dim, index.shape, {"input": x.shape})
    return build.gather(x, build.convert(index, dt.int64), dim)


@operation("index_select")
def INDEX_SELECT(x: Node, index: Node, dim: int, name: str) -> Node:
    check_index(name, index)
    return build.take(x, build.convert(index, dt.int64), dim)


@operation("wrap_index")
def WRAP_INDEX(index: Node, size: int, dim: int | None, name: str) -> Node:
    check_index(name, index, (dt.int64,))
    return wrap_index(index, size)


def _blame_wrapped(attributes: tuple, inputs: tuple[Value, ...]) -> str:
    size, dim, name = attributes
    return out_of_range(name, inputs[0], dim, size)


GATHER.blame = blame_index
INDEX_SELECT.blame = blame_index
WRAP_INDEX.blame = _blame_wrapped


# -- picking ------------------------------------------------------------------------------------
@with_axis
def gather(
    input: Tensor, dim: int, index: Tensor, *, sparse_grad: bool = False, out: Any = None
) -> Tensor:
    """For each place of `index`, the element of `input` there, but at index[place] along `dim`.

    The index has as many dims as the input and is nowhere larger, but along `dim`. Gradients are
    dense, whatever `sparse_grad` says.

    >>> import flambeau
    >>> x = flambeau.tensor([[1, 2, 3], [4, 5, 6]])
    >>> x.gather(1, flambeau.tensor([[2], [0]]))
    tensor([[3],
            [4]])
    """
    check_tensor("gather", "index", 3, index)
    at = normalize_dim("gather", dim, len(input._shape))
    result = apply(GATHER, (as_vector(input), as_vector(index)), (at, "gather"))
    if not index._shape:
        result = reshape(result, ())
    return result if out is None else into(out, result, "gather")


@with_axis
def index_select(input: Tensor, dim: int, index: Tensor, *, out: Any = None) -> Tensor:
    """The slices of `input` along `dim` that `index` (at most one dim) names, as a copy.

    >>> import flambeau
    >>> x = flambeau.tensor([[1, 2, 3], [4, 5, 6]])
    >>> x.index_select(1, flambeau.tensor([2, 0]))
    tensor([[3, 1],
            [6, 4]])
    """
    check_tensor("index_select", "index", 3, index)
    shape = input._shape
    at = normalize_dim("index_select", dim, len(shape))
    if len(index._shape) > 1:
        raise IndexError(
            message("index_select", f"an index of shape {list(index._shape)}",
                    "Index is supposed to be a vector", "index.flatten()")
        )  # fmt: skip
    vector = as_vector(index)
    if not shape and vector._shape != (1,):
        raise RuntimeError(
            message("index_select", f"{vector._shape[0]} indices of a tensor without dims",
                    f"Index to scalar can have only 1 value, got {vector._shape[0]} value(s)",
                    "input.reshape(1)")
        )  # fmt: skip
    result = apply(INDEX_SELECT, (as_vector(input), vector), (at, "index_select"))
    if not shape:
        result = reshape(result, ())
    return result if out is None else into(out, result, "index_select")


def take(input: Tensor, index: Tensor, *, out: Any = None) -> Tensor:
    """The elements of `input`, counted row by row through all dims, that `index` names.

    >>> import flambeau
    >>> flambeau.tensor([[1, 2], [3, 4]]).take(flambeau.tensor([3, 0]))
    tensor([4, 1])
    """
    check_tensor("take", "index", 2, index)
    flat = reshape(input, -1) if 0 not in input._shape else reshape(input, 0)
    (size,) = flat._shape
    if not size and 0 not in index._shape:
        raise IndexError(
            message("take", f"indices for a tensor of shape {list(input._shape)}",
                    "elements: tried to take from an empty tensor")
        )  # fmt: skip
    at = apply(WRAP_INDEX, (index,), (size, None, "take"))
    result = apply(INDEX_SELECT, (flat, at), (0, "take"))
    return result if out is None else into(out, result, "take")


@with_axis
def take_along_dim(
    input: Tensor, indices: Tensor, dim: int | None = None, *, out: Any = None
) -> Tensor:
    """`gather` that broadcasts the other dims and counts negative indices from the end.

    Without `dim`, of the flattened tensors. IndexError for indices out of range, which PyTorch
    lets wrap around.

    >>> import flambeau
    >>> x = flambeau.tensor([[1, 2, 3], [4, 5, 6]])
    >>> x.take_along_dim(flambeau.tensor([[-1, 0]]), 1)
    tensor([[3, 1],
            [6, 4]])
    """
    check_tensor("take_along_dim", "indices", 2, indices)
    check_index("take_along_dim", indices, (dt.int64,))
    if dim is None:
        x, index, at = reshape(input, -1), reshape(indices, -1), 0
    else:
        x, index = input, indices
        at = normalize_dim("take_along_dim", dim, len(x._shape))
        if len(x._shape) != len(index._shape):
            raise RuntimeError(
                message("take_along_dim", f"input {list(x._shape)} and indices "
                        f"{list(index._shape)}", "input and indices should have the same number "
                        f"of dimensions, but got {len(x._shape)} dimensions for input, and "
                        f"{len(index._shape)} dimensions for indices", "unsqueeze the indices")
            )  # fmt: skip
        x, index = _broadcast_but(as_vector(x), as_vector(index), at)
    wrapped = apply(WRAP_INDEX, (index,), (x._shape[at], at, "take_along_dim"))
    result = apply(GATHER, (x, wrapped), (at, "take_along_dim"))
    if dim is not None and not input._shape:
        result = reshape(result, ())
    return result if out is None else into(out, result, "take_along_dim")


def _broadcast_but(x: Tensor, index: Tensor, dim: int) -> tuple[Tensor, Tensor]:
    """Both with the common size of all dims but `dim`."""
    shapes = [(*s[:dim], 1, *s[dim + 1 :]) for s in (x._shape, index._shape)]
    common = broadcast_shapes("take_along_dim", *shapes)
    wide = [
        t if t._shape[:dim] + t._shape[dim + 1 :] == common[:dim] + common[dim + 1 :]
        else expand(t, (*common[:dim], t._shape[dim], *common[dim + 1 :]))
        for t in (x, index)
    ]  # fmt: skip
    return wide[0], wide[1]


# -- repeating ----------------------------------------------------------------------------------
@operation("repeated_index")
def REPEATED_INDEX(repeats: Node, size: int) -> Node:
    """How many runs end at or before each place: found without looking at the repeats."""
    counts = build.convert(repeats, dt.int64)
    zero = build.full(counts.shape, 0, dt.int64)
    wrong = build.full(counts.shape, -1, dt.int64)
    ends = build.scan(counts, 0, "sum")
    ends = build.apply("where", build.apply("lt", counts, zero), wrong, ends)
    ones = build.full(ends.shape, 1, dt.int64)
    ended = build.put(build.full((size + 1,), 0, dt.int64), ends, ones, 0, "add")
    return build.slice_(build.scan(ended, 0, "sum"), (0,), (size,), (1,))


def _blame_repeats(attributes: tuple, inputs: tuple[Value, ...]) -> str:
    return _wrong_repeats(array_of_index(inputs[0]), attributes[0])


REPEATED_INDEX.blame = _blame_repeats


def _wrong_repeats(repeats: np.ndarray, size: int | None) -> str:
    """What is wrong with repeats of which there should be `size` in all."""
    name = "repeat_interleave"
    if repeats.size and repeats.min() < 0:
        return message(name, f"{int(repeats.min())} among the repeats",
                       "repeats can not be negative")  # fmt: skip
    if size is not None and size != repeats.sum():
        return message(name, f"output_size={size} for repeats whose sum is {int(repeats.sum())}",
                       "their sum: allocated size does not match required size")  # fmt: skip
    return ""


def _index_of_repeats(repeats: Tensor, size: int | None) -> Tensor:
    """Each index i of `repeats` as often as repeats[i] says, of repeats' dtype."""
    name = "repeat_interleave"
    if len(repeats._shape) != 1:
        raise RuntimeError(
            message(name, f"repeats of shape {list(repeats._shape)}",
                    "repeats must be 0-dim or 1-dim tensor (repeat_interleave only accept 1D "
                    "vector as repeat)", "repeats.flatten()")
        )  # fmt: skip
    if repeats.dtype not in INDEX_DTYPES:
        raise NotImplementedError(
            message(name, f"repeats of dtype {repeats.dtype.name}: not implemented for it",
                    "int32 or int64", "repeats.long()")
        )  # fmt: skip
    pending = repeats._storage.value.buffer is None or is_capturing()
    if size is not None and pending and repeats._shape[0]:
        found = apply(REPEATED_INDEX, (repeats,), (size,))
        return found if found.dtype is repeats.dtype else apply(TO, (found,), (repeats.dtype,))
    counts = read(repeats)
    words = _wrong_repeats(counts, size)
    if words:
        raise RuntimeError(words)
    found = int64_tensor(np.repeat(np.arange(counts.size), counts))
    return found if found.dtype is repeats.dtype else apply(TO, (found,), (repeats.dtype,))


def repeat_interleave(
    input: Any = None, repeats: Any = None, dim: int | None = None, *,
    output_size: int | None = None,
) -> Tensor:  # fmt: skip
    """Each element along `dim` (of the flattened tensor without it) repeated in place.

    `repeats` is one number or a tensor with one for each element; alone, the indices that would
    be taken are returned. `output_size`, the sum of the repeats, saves looking at them.

    >>> import flambeau
    >>> x = flambeau.tensor([1, 2, 3])
    >>> x.repeat_interleave(2), x.repeat_interleave(flambeau.tensor([0, 1, 2]))
    (tensor([1, 1, 2, 2, 3, 3]), tensor([2, 3, 3]))
    """
    name = "repeat_interleave"
    if input is None:
        input, repeats = repeats, None
    check_tensor(name, "repeats" if repeats is None else "input", 1, input)
    if repeats is None:
        return _index_of_repeats(input, output_size)
    if isinstance(repeats, bool) or not hasattr(repeats, "__index__"):
        raise TypeError(
            f"{name}(): argument 'repeats' must be Tensor or int, not {type(repeats).__name__}; "
            "try flambeau.tensor(...)"
        )
    x = reshape(input, prod(input._shape)) if dim is None else input
    at = normalize_dim(name, 0 if dim is None else dim, len(x._shape))
    if not x._shape:
        x = reshape(x, (1,))
    if not isinstance(repeats, Tensor):
        return _repeat_each(x, at, repeats.__index__(), output_size)
    size = x._shape[at]
    if len(repeats._shape) == 0 or (repeats._shape == (1,) and size != 1):
        repeats = expand(reshape(repeats, (1,)), (size,))
    elif len(repeats._shape) == 1 and repeats._shape[0] != size:
        raise RuntimeError(
            message(name, f"{repeats._shape[0]} repeats for {size} elements along dim {at}",
                    "repeats must have the same size as input along dim, but got "
                    f"repeats.size(0) = {repeats._shape[0]} and input.size({at}) = {size}")
        )  # fmt: skip
    index = _index_of_repeats(repeats, output_size)
    return apply(INDEX_SELECT, (x, index), (at, name))


def _repeat_each(x: Tensor, dim: int, times: int, output_size: int | None) -> Tensor:
    shape = x._shape
    size = shape[dim] * times
    if times < 0:
        raise RuntimeError(
            message("repeat_interleave", f"repeats={times}", "Repeats must be non-negative")
        )
    if output_size is not None and output_size != size:
        raise RuntimeError(
            message("repeat_interleave", f"output_size={output_size} for {shape[dim]} elements "
                    f"and repeats={times}", f"Invalid output_size, expected {size}")
        )  # fmt: skip
    if times == 1:
        return clone(x)
    wide = expand(unsqueeze(x, dim + 1), (*shape[: dim + 1], times, *shape[dim + 1 :]))
    return clone(reshape(wide, (*shape[:dim], size, *shape[dim + 1 :])))


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "gather": gather,
    "index_select": index_select,
    "take": take,
    "take_along_dim": take_along_dim,
    "repeat_interleave": repeat_interleave,
}
METHODS: dict[str, Callable[..., Any]] = {}
