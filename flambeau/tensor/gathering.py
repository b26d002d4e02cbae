"""Elements picked by index tensors: gather, index_select, take, take_along_dim.

Operations (name is the caller's, for messages):
  gather (x, index) [dim, name]           x[..., index[i, j, k], ...], of the index's shape
  index_select (x, index) [dim, name]     dim becomes the dims of the index
  wrap_index (index) [size, dim, name]    negative indices counted from the front; no gradient

Only wrap_index takes negative indices, as in PyTorch.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flambeau.core import dtype as dt
from flambeau.core.dtype import DType
from flambeau.core.errors import message
from flambeau.core.shape import align_shapes, broadcast_shapes, mark_shapes, normalize_dim
from flambeau.core.types import Shape
from flambeau.engine.graph import build
from flambeau.engine.graph.node import Node
from flambeau.engine.runtime.value import Value
from flambeau.tensor.apply import apply
from flambeau.tensor.bounds import out_of_range
from flambeau.tensor.indexing import wrap_index
from flambeau.tensor.inplace import into, with_axis
from flambeau.tensor.operation import operation
from flambeau.tensor.promotion import check_tensor
from flambeau.tensor.shaping import expand, reshape
from flambeau.tensor.tensor import Tensor

__all__ = [
    "FUNCTIONS", "GATHER", "INDEX_DTYPES", "INDEX_SELECT", "METHODS", "WRAP_INDEX", "as_vector",
    "blame_index", "check_index", "check_tensor", "check_within", "gather", "index_select",
    "take_along_dim",
]  # fmt: skip

INDEX_DTYPES = (dt.int32, dt.int64)


# -- checks -------------------------------------------------------------------------------------
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
                        f"{what} tensor", "unsqueeze or expand the index",
                        mark_shapes((what, shape, None, f"{len(shape)} dims"),
                                    ("index", index, None, f"{len(index)} dims")))
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


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "gather": gather,
    "index_select": index_select,
    "take": take,
    "take_along_dim": take_along_dim,
}
METHODS: dict[str, Callable[..., Any]] = {}
