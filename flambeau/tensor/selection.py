"""One element along a dim, chosen by its rank or its frequency: kthvalue, median, mode.

Operations; the index has size 1 along dim, and no gradient:
  kth_index (x) [k, dim]                 where the k-th smallest is, k counted from 0
  median_index (x) [dim, ignore_nan]     where the lower median is; the first NaN, if one counts
  mode_index (x) [dim]                   where the most frequent element was met last
  median (x) [ignore_nan, name]          of all elements; equal ones share the gradient
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from flambeau.core import dtype as dt
from flambeau.core.dtype import iinfo
from flambeau.core.errors import message
from flambeau.core.shape import normalize_dim
from flambeau.engine.graph import build
from flambeau.engine.graph.node import Node
from flambeau.tensor import returns
from flambeau.tensor.apply import apply
from flambeau.tensor.gathering import GATHER, as_vector, check_tensor
from flambeau.tensor.inplace import into, with_axis
from flambeau.tensor.operation import Operation, operation
from flambeau.tensor.shaping import reshape
from flambeau.tensor.sorting import need_int, need_order, sorted_index
from flambeau.tensor.tensor import Tensor
from flambeau.tensor.unary import number_like

__all__ = ["FUNCTIONS", "METHODS"]


# -- operations ---------------------------------------------------------------------------------
def _kept(x: Node, dim: int) -> tuple[int, ...]:
    return (*x.shape[:dim], 1, *x.shape[dim + 1 :])


@operation("kth_index")
def KTH_INDEX(x: Node, k: int, dim: int) -> Node:
    need_order("kthvalue", x)
    starts = tuple(k if d == dim else 0 for d in range(len(x.shape)))
    return build.slice_(sorted_index(x, dim), starts, _kept(x, dim), (1,) * len(x.shape))


def _median_index(x: Node, dim: int, ignore_nan: bool) -> Node:
    """NaN stands behind the numbers: the count of numbers tells where to look."""
    size = x.shape[dim]
    order = sorted_index(x, dim)
    middle = build.full(_kept(x, dim), (size - 1) // 2, dt.int64)
    if not x.dtype.is_floating_point:
        return build.gather(order, middle, dim)
    numbers = build.convert(build.apply("eq", x, x), dt.int64)
    count = build.reduce("sum", numbers, (dim,))
    one, all_of_them = number_like(count, 1), number_like(count, size)
    if ignore_nan:
        before = build.apply("sub", build.apply("maximum", count, one), one)
        middle = build.apply("shift_right", before, one)
    else:
        middle = build.apply("where", build.apply("lt", count, all_of_them), count, middle)
    return build.gather(order, middle, dim)


@operation("median_index")
def MEDIAN_INDEX(x: Node, dim: int, ignore_nan: bool) -> Node:
    need_order("nanmedian" if ignore_nan else "median", x)
    return _median_index(x, dim, ignore_nan)


@operation("mode_index")
def MODE_INDEX(x: Node, dim: int) -> Node:
    """Runs of equal elements in order; of the first of the longest, the last element."""
    need_order("mode", x, bools=True)
    order = sorted_index(x, dim)
    at = build.iota(x.shape, dim)
    ordered = build.gather(x, order, dim)
    zero, one = number_like(at, 0), number_like(at, 1)
    previous = build.apply("maximum", build.apply("sub", at, one), zero)
    is_first = build.apply("ne", ordered, build.gather(ordered, previous, dim))
    start = build.scan(build.apply("where", is_first, at, zero), dim, "max")
    place = build.reduce("argmax", build.apply("sub", at, start), (dim,))
    return build.gather(order, place, dim)


@operation("median")
def MEDIAN(x: Node, ignore_nan: bool, name: str) -> Node:
    need_order(name, x)
    if not x.type.numel:
        nothing = math.nan if x.dtype.is_floating_point else iinfo(x.dtype).min
        return build.constant(nothing, x.dtype)
    flat = build.reshape(x, (x.type.numel,))
    found = build.gather(flat, _median_index(flat, 0, ignore_nan), 0)
    return build.reshape(found, ())


# -- functions ----------------------------------------------------------------------------------
def _need_elements(name: str, x: Tensor, dim: int) -> None:
    if not x._shape[dim]:
        raise IndexError(
            message(name, f"a tensor of shape {list(x._shape)}",
                    f"elements: Expected reduction dim {dim} to have non-zero size")
        )  # fmt: skip


def _picked(
    name: str, make: Any, op: Operation, input: Tensor, dim: Any, keepdim: bool, *attributes: Any
) -> Any:
    """(values, indices) of the one element along dim that `op`, with these attributes, finds."""
    at = normalize_dim(name, dim, len(input._shape))
    x = as_vector(input)
    _need_elements(name, x, at)
    index = apply(op, (x,), attributes)
    values = apply(GATHER, (x, index), (at, name))
    shape = (*input._shape[:at], *((1,) if keepdim else ()), *input._shape[at + 1 :])
    if not input._shape:
        shape = ()
    return make(reshape(values, shape), reshape(index, shape))


@with_axis
def kthvalue(
    input: Tensor, k: int, dim: int = -1, keepdim: bool = False, *, out: Any = None
) -> Any:
    """The `k`-th smallest element along `dim`, k counted from 1: (values, indices).

    >>> import flambeau
    >>> flambeau.tensor([3.0, 1.0, 2.0]).kthvalue(2).values
    tensor(2.)
    """
    check_tensor("kthvalue", "input", 1, input)
    k = need_int("kthvalue", "k", 2, k)
    at = normalize_dim("kthvalue", dim, len(input._shape))
    size = as_vector(input)._shape[at]
    _need_elements("kthvalue", as_vector(input), at)
    if not 1 <= k <= size:
        raise RuntimeError(
            message("kthvalue", f"k={k} for dim {at} with size {size}",
                    f"1 <= k <= {size}: selected number k out of range for dimension {at}")
        )  # fmt: skip
    result = _picked("kthvalue", returns.kthvalue, KTH_INDEX, input, at, keepdim, k - 1, at)
    return result if out is None else into(out, result, "kthvalue")


def _median(name: str, make: Any, ignore_nan: bool) -> Callable[..., Any]:
    @with_axis
    def function(input: Tensor, dim: Any = None, keepdim: bool = False, *, out: Any = None) -> Any:
        check_tensor(name, "input", 1, input)
        if dim is None:
            result = apply(MEDIAN, (input,), (ignore_nan, name))
        else:
            at = normalize_dim(name, dim, len(input._shape))
            result = _picked(name, make, MEDIAN_INDEX, input, at, keepdim, at, ignore_nan)
        return result if out is None else into(out, result, name)

    function.__name__ = function.__qualname__ = name
    return function


median = _median("median", returns.median, False)
median.__doc__ = """The middle element in order, the lower of two: of all, or (values, indices)
    along `dim`. NaN where there is one.

    >>> import flambeau
    >>> flambeau.tensor([3.0, 1.0, 4.0, 2.0]).median()
    tensor(2.)
    """
nanmedian = _median("nanmedian", returns.nanmedian, True)
nanmedian.__doc__ = "`median` of the elements that are not NaN; NaN if there are none."


@with_axis
def mode(input: Tensor, dim: int = -1, keepdim: bool = False, *, out: Any = None) -> Any:
    """The most frequent element along `dim`, the smallest of several: (values, indices).

    The index is of its last occurrence.

    >>> import flambeau
    >>> flambeau.tensor([2, 7, 7, 2, 2]).mode()
    flambeau.return_types.mode(
    values=tensor(2),
    indices=tensor(4))
    """
    check_tensor("mode", "input", 1, input)
    at = normalize_dim("mode", dim, len(input._shape))
    result = _picked("mode", returns.mode, MODE_INDEX, input, at, keepdim, at)
    return result if out is None else into(out, result, "mode")


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "kthvalue": kthvalue,
    "median": median,
    "nanmedian": nanmedian,
    "mode": mode,
}
METHODS: dict[str, Callable[..., Any]] = {}
