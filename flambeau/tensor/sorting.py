"""Order along a dim: sort, argsort, msort, topk.

Operations:
  argsort (x) [dim, descending, name]     int64; equal elements keep their order; no gradient
  top_index (x) [k, dim, largest, name]   the first k of argsort; no gradient

NaN counts as greater than every number, as in PyTorch. Values are gathered from x at the indices,
so that the gradient goes to the elements that were picked.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flambeau.core import dtype as dt
from flambeau.core.errors import message
from flambeau.core.shape import normalize_dim
from flambeau.engine.graph import build
from flambeau.engine.graph.node import Node
from flambeau.tensor import returns
from flambeau.tensor.apply import apply
from flambeau.tensor.gathering import GATHER, as_vector, check_tensor
from flambeau.tensor.inplace import into, with_axis
from flambeau.tensor.operation import operation
from flambeau.tensor.shaping import reshape
from flambeau.tensor.tensor import Tensor

__all__ = ["ARGSORT", "FUNCTIONS", "METHODS", "need_int", "need_order", "sort", "sorted_index"]


# -- checks -------------------------------------------------------------------------------------
def need_int(name: str, argument: str, position: int, value: Any) -> int:
    """`value` as an int; TypeError if it is none."""
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise TypeError(
            f"{name}(): argument '{argument}' (position {position}) must be int, not "
            f"{type(value).__name__}; try int(...)"
        )
    return value.__index__()  # type: ignore[no-any-return]


def need_order(name: str, x: Node, bools: bool = False) -> None:
    """NotImplementedError (a RuntimeError) unless x's dtype has an order, bools having none."""
    if x.dtype.is_complex or (x.dtype.category == "bool" and not bools):
        raise NotImplementedError(
            message(name, f"a tensor of dtype {x.dtype.name}",
                    f"an integer or floating-point dtype: {name} does not support {x.dtype.name}",
                    ".abs()" if x.dtype.is_complex else ".to(flambeau.uint8)")
        )  # fmt: skip


# -- operations ---------------------------------------------------------------------------------
def sorted_index(x: Node, dim: int, descending: bool = False) -> Node:
    """The indices that put x, which has dims, in order along dim."""
    if x.shape[dim] <= 1:
        return build.full(x.shape, 0, dt.int64)
    return build.argsort(x, dim, descending)


@operation("argsort")
def ARGSORT(x: Node, dim: int, descending: bool, name: str) -> Node:
    need_order(name, x, bools=True)
    return sorted_index(x, dim, descending)


@operation("top_index")
def TOP_INDEX(x: Node, k: int, dim: int, largest: bool, name: str) -> Node:
    need_order(name, x)
    order = sorted_index(x, dim, largest)
    sizes = (*x.shape[:dim], k, *x.shape[dim + 1 :])
    return build.slice_(order, (0,) * len(sizes), sizes, (1,) * len(sizes))


# -- functions ----------------------------------------------------------------------------------
def _values_at(name: str, make: Any, x: Tensor, index: Tensor, dim: int, shape: Any) -> Any:
    """(values, indices) of `shape` that x has at the index along dim."""
    values = apply(GATHER, (x, index), (dim, name))
    if values._shape != shape:
        values, index = reshape(values, shape), reshape(index, shape)
    return make(values, index)


@with_axis
def sort(
    input: Tensor, dim: int = -1, descending: bool = False, *, stable: bool = False, out: Any = None
) -> Any:
    """The elements in order along `dim`, and where they were: (values, indices).

    NaN counts as the greatest. Equal elements keep their order, whether `stable` or not.

    >>> import flambeau
    >>> flambeau.tensor([3, 1, 2]).sort(descending=True).indices
    tensor([0, 2, 1])
    """
    check_tensor("sort", "input", 1, input)
    at = normalize_dim("sort", dim, len(input._shape))
    x = as_vector(input)
    index = apply(ARGSORT, (x,), (at, bool(descending), "sort"))
    result = _values_at("sort", returns.sort, x, index, at, input._shape)
    return result if out is None else into(out, result, "sort")


@with_axis
def argsort(
    input: Tensor, dim: int = -1, descending: bool = False, *, stable: bool = False, out: Any = None
) -> Tensor:
    """The indices that put `input` in order along `dim`; see `sort`.

    >>> import flambeau
    >>> flambeau.tensor([3, 1, 2]).argsort()
    tensor([1, 2, 0])
    """
    check_tensor("argsort", "input", 1, input)
    at = normalize_dim("argsort", dim, len(input._shape))
    index = apply(ARGSORT, (as_vector(input),), (at, bool(descending), "argsort"))
    result = index if input._shape else reshape(index, ())
    return result if out is None else into(out, result, "argsort")


def msort(input: Tensor, *, out: Any = None) -> Tensor:
    """The elements in order along the first dim.

    >>> import flambeau
    >>> flambeau.tensor([[3, 0], [1, 2]]).msort()
    tensor([[1, 0],
            [3, 2]])
    """
    check_tensor("msort", "input", 1, input)
    values = sort(input, 0).values
    return values if out is None else into(out, values, "msort")  # type: ignore[no-any-return]


@with_axis
def topk(
    input: Tensor, k: int, dim: int = -1, largest: bool = True, sorted: bool = True, *,
    out: Any = None,
) -> Any:  # fmt: skip
    """The `k` largest (or smallest) elements along `dim`, the first first: (values, indices).

    They are in order whether `sorted` or not; among equal ones the earlier comes first.

    >>> import flambeau
    >>> flambeau.tensor([3.0, 1.0, 2.0]).topk(2).values
    tensor([3., 2.])
    """
    check_tensor("topk", "input", 1, input)
    k = need_int("topk", "k", 2, k)
    at = normalize_dim("topk", dim, len(input._shape))
    x = as_vector(input)
    if not 0 <= k <= x._shape[at]:
        raise RuntimeError(
            message("topk", f"k={k} for dim {at} with size {x._shape[at]}",
                    f"0 <= k <= {x._shape[at]}: selected index k out of range")
        )  # fmt: skip
    if not input._shape:
        k = 1  # PyTorch has no shape for no element of a tensor without dims
    index = apply(TOP_INDEX, (x,), (k, at, bool(largest), "topk"))
    shape = (*x._shape[:at], k, *x._shape[at + 1 :]) if input._shape else ()
    result = _values_at("topk", returns.topk, x, index, at, shape)
    return result if out is None else into(out, result, "topk")


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "sort": sort,
    "argsort": argsort,
    "msort": msort,
    "topk": topk,
}
METHODS: dict[str, Callable[..., Any]] = {}
