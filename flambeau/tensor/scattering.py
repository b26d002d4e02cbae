"""Elements put where an index tensor says: scatter, scatter_add, scatter_reduce.

Operations, one for each way to combine what meets at a place; y is a tensor or a number, name
the caller's, for messages:
  scatter scatter_add scatter_prod scatter_amax scatter_amin (x, index, y) [dim, name]
      x with y[i, j, k] at x[..., index[i, j, k], ...]; the reverse of gather

Half precision is accumulated in float32. Of what is copied to one place, the last stays.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from flambeau.core import dtype as dt
from flambeau.core.dtype import DType
from flambeau.core.errors import message
from flambeau.core.shape import normalize_dim
from flambeau.engine.graph import build
from flambeau.engine.graph.node import Node
from flambeau.tensor.apply import apply
from flambeau.tensor.cotangent import ONES
from flambeau.tensor.gathering import as_vector, blame_index, check_index, check_within
from flambeau.tensor.inplace import TO, into, with_axis
from flambeau.tensor.operation import Operation, operation
from flambeau.tensor.promotion import HALVES, check_tensor, in_full_precision, is_number
from flambeau.tensor.shaping import reshape, slice_view
from flambeau.tensor.tensor import Tensor

__all__ = [
    "FUNCTIONS", "IN_PLACE", "METHODS", "MODES", "REDUCTIONS", "SCATTER", "check_dtypes",
    "combined", "reduced",
]  # fmt: skip

# the way to combine -> mode of the primitive
MODES = {"set": "set", "sum": "add", "prod": "mul", "amax": "max", "amin": "min"}
ON_BOOLS = {"set": "set", "sum": "max", "prod": "min", "amax": "max", "amin": "min"}


# -- operations ---------------------------------------------------------------------------------
def combined(
    primitive: Callable[..., Node], x: Node, index: Node, y: Node, dim: int, how: str
) -> Node:
    index = build.convert(index, dt.int64)
    if x.dtype is dt.bool_:
        return primitive(x, index, y, dim, ON_BOOLS[how])
    if how in ("set", "amax", "amin"):
        return primitive(x, index, y, dim, MODES[how])
    wide, y = in_full_precision(x), in_full_precision(y)
    return build.convert(primitive(wide, index, y, dim, MODES[how]), x.dtype)


def check_dtypes(name: str, x: Node, y: Node) -> None:
    if x.dtype is not y.dtype:
        raise RuntimeError(
            message(name, f"a tensor of {x.dtype.name} and a source of {y.dtype.name}",
                    "one dtype: Expected self.dtype to be equal to src.dtype (must have the same "
                    "scalar type)", f"source.to(flambeau.{x.dtype.name})")
        )  # fmt: skip


def _scatter(how: str, called: str) -> Operation:
    @operation(called)
    def expansion(x: Node, index: Node, y: Node, dim: int, name: str) -> Node:
        if not index.type.numel:
            return x
        check_index(name, index)
        if is_number(y):
            check_within(name, dim, index.shape, {"input": x.shape})
            y = build.expand(build.convert(y, x.dtype), index.shape)
        else:
            check_dtypes(name, x, y)
            check_within(name, dim, index.shape, {"input": x.shape, "src": y.shape})
        return combined(build.scatter, x, index, y, dim, how)

    expansion.blame = blame_index
    return expansion


SCATTER = {
    how: _scatter(how, "scatter" if how == "set" else f"scatter_{'add' if how == 'sum' else how}")
    for how in MODES
}


# -- reductions ---------------------------------------------------------------------------------
def _neutral(reduce: str, dtype: DType) -> Any:
    """The number that leaves this reduction as it is."""
    if reduce in ("sum", "mean", "prod"):
        return int(reduce == "prod")
    least = reduce == "amax"
    if dtype.is_floating_point:
        return -np.inf if least else np.inf
    if dtype is dt.bool_:
        return not least
    info = np.iinfo(dtype.numpy)
    return int(info.min if least else info.max)


def reduced(
    table: dict[str, Operation], name: str, x: Tensor, index: Tensor, source: Tensor, dim: int,
    reduce: str, include_self: bool,
) -> Tensor:  # fmt: skip
    """x with what `source` brings to its places combined there, with x's own element or not."""
    dtype = x.dtype
    if dtype is dt.bool_ and reduce == "mean":
        raise NotImplementedError(f"{name}: reduce='mean' is not implemented for bool; try .int()")
    if dtype in HALVES and reduce == "mean" and source.dtype is dtype:
        x, source = (apply(TO, (t,), (dt.float32,)) for t in (x, source))

    def put(base: Tensor, value: Any, how: str) -> Tensor:
        return apply(table[how], (base, index, value), (dim, name))

    base = x if include_self else put(x, _neutral(reduce, x.dtype), "set")
    result = put(base, source, "sum" if reduce == "mean" else reduce)
    if reduce == "mean":
        ones = apply(ONES, (), (x._shape, x.dtype if x.dtype.is_floating_point else dt.int64))
        count = put(ones if include_self else put(ones, 0, "set"), 1, "sum")
        result = result / count if x.dtype.is_floating_point else result // count  # type: ignore[operator]
    return result if result.dtype is dtype else apply(TO, (result,), (dtype,))


# -- scatter ------------------------------------------------------------------------------------
_FROM_SCATTER = {"add": "sum", "multiply": "prod"}


def _write(
    name: str, x: Tensor, dim: int, index: Tensor, source: Any, how: str,
    include_self: bool = True,
) -> Tensor:  # fmt: skip
    """x after a scatter."""
    check_tensor(name, "index", 3, index)
    at = normalize_dim(name, dim, len(x._shape))
    own = x._shape
    x, index = as_vector(x), as_vector(index)
    if isinstance(source, Tensor):
        source = as_vector(source) if len(x._shape) == 1 else source
        shape = index._shape
        if 0 in shape:
            source, how, include_self = 0, "set", True  # nothing is read or written
        elif source._shape != shape:
            check_within(name, at, shape, {"input": x._shape, "src": source._shape})
            source = slice_view(source, (0,) * len(shape), shape, (1,) * len(shape))
    if how == "mean" or not include_self:
        result = reduced(SCATTER, name, x, index, source, at, how, include_self)
    else:
        result = apply(SCATTER[how], (x, index, source), (at, name))
    return result if own else reshape(result, ())


@with_axis
def scatter(
    input: Tensor, dim: int, index: Tensor, src: Any = None, *, value: Any = None,
    reduce: str | None = None, out: Any = None,
) -> Tensor:  # fmt: skip
    """A copy with src[place] (or one number) at each index[place] along `dim`.

    `reduce` "add" or "multiply" combines it with what is there. Else the last of those that meet
    at one place stays, and gradients are right only if none meet.

    >>> import flambeau
    >>> index = flambeau.tensor([[2], [0]])
    >>> flambeau.zeros(2, 3).scatter(1, index, 5.0)
    tensor([[0., 0., 5.],
            [5., 0., 0.]])
    """
    source = value if src is None else src
    if source is None:
        raise TypeError("scatter() missing 1 required argument: 'src' or 'value'")
    how = "set" if reduce is None else _FROM_SCATTER.get(reduce)
    if how is None:
        raise RuntimeError(
            message("scatter", f"reduce={reduce!r}",
                    "reduce argument must be either add or multiply", "scatter_reduce")
        )  # fmt: skip
    result = _write("scatter", input, dim, index, source, how)
    return result if out is None else into(out, result, "scatter")


@with_axis
def scatter_add(input: Tensor, dim: int, index: Tensor, src: Tensor, *, out: Any = None) -> Tensor:
    """A copy with src[place] added at each index[place] along `dim`.

    >>> import flambeau
    >>> index = flambeau.tensor([0, 2, 0])
    >>> flambeau.zeros(3).scatter_add(0, index, flambeau.ones(3))
    tensor([2., 0., 1.])
    """
    check_tensor("scatter_add", "src", 4, src)
    result = _write("scatter_add", input, dim, index, src, "sum")
    return result if out is None else into(out, result, "scatter_add")


REDUCTIONS = ("sum", "prod", "mean", "amax", "amin")


@with_axis
def scatter_reduce(
    input: Tensor, dim: int, index: Tensor, src: Tensor, reduce: str, *,
    include_self: bool = True, out: Any = None,
) -> Tensor:  # fmt: skip
    """A copy with all that `src` brings to one place combined: sum, prod, mean, amax or amin.

    Without `include_self`, places that get something forget what they held.

    >>> import flambeau
    >>> index, src = flambeau.tensor([0, 0, 2]), flambeau.tensor([1.0, 5.0, 3.0])
    >>> flambeau.full((3,), 4.0).scatter_reduce(0, index, src, "amax")
    tensor([5., 4., 4.])
    """
    check_tensor("scatter_reduce", "src", 4, src)
    if reduce not in REDUCTIONS:
        raise RuntimeError(
            message("scatter_reduce", f"reduce={reduce!r}", "reduce argument must be either sum, "
                    f"prod, mean, amax or amin, got {reduce}")
        )  # fmt: skip
    result = _write("scatter_reduce", input, dim, index, src, reduce, bool(include_self))
    return result if out is None else into(out, result, "scatter_reduce")


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "scatter": scatter,
    "scatter_add": scatter_add,
    "scatter_reduce": scatter_reduce,
}
METHODS: dict[str, Callable[..., Any]] = {}
IN_PLACE = tuple(FUNCTIONS)  # these have a twin with `_`
