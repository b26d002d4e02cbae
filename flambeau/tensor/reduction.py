"""Operations that reduce dims.

Operations, attributes in brackets; dims is a sorted tuple, keepdim a bool:
  sum prod amax amin any all count_nonzero logsumexp   (x) [dims, keepdim]
  mean                                                 (x) [dims, keepdim]
  var std                                              (x) [dims, correction: float, keepdim]
  max_dim min_dim                (x, index) [dim, keepdim]   values of max(dim): x at index
  argmax argmin                                        (x) [dims, keepdim]; no gradient
  norm                                                 (x) [p: float, dims, keepdim]
"""

from __future__ import annotations

import math
from collections.abc import Callable
from math import prod as product
from typing import Any

from flambeau.core import dtype as dt
from flambeau.core.dtype import DType
from flambeau.core.shape import normalize_dim, normalize_dims
from flambeau.core.types import Shape
from flambeau.engine.graph import build
from flambeau.engine.graph.node import Node
from flambeau.tensor import returns
from flambeau.tensor.apply import apply
from flambeau.tensor.inplace import TO, into
from flambeau.tensor.operation import OPERATIONS, Operation, operation
from flambeau.tensor.promotion import as_float, in_full_precision, need_tensor
from flambeau.tensor.tensor import Tensor
from flambeau.tensor.unary import number_like

__all__ = [
    "all_",
    "amax",
    "amin",
    "aminmax",
    "any_",
    "argmax",
    "argmin",
    "count_nonzero",
    "logsumexp",
    "max_",
    "mean",
    "min_",
    "prod",
    "std",
    "std_mean",
    "sum_",
    "var",
    "var_mean",
]


def finish(x: Node, dims: Shape, keepdim: bool) -> Node:
    """Without the reduced dims, unless they are to stay."""
    return x if keepdim else build.squeeze(x, dims)


def _dims_of(name: str, x: Tensor, dim: Any) -> Shape:
    shape = x._shape
    if dim is None:
        return tuple(range(len(shape)))
    return normalize_dims(name, dim if type(dim) is int else _as_sequence(dim), len(shape))


def _as_sequence(dim: Any) -> Any:
    return tuple(dim) if isinstance(dim, (list, tuple)) else dim.__index__()


def _one_dim(name: str, x: Tensor, dim: Any) -> Shape:
    ndim = len(x._shape)
    at = normalize_dim(name, dim, ndim)
    return (at,) if ndim else ()


def _need_elements(name: str, x: Node, dims: Shape) -> None:
    if any(x.shape[d] == 0 for d in dims):
        raise IndexError(
            f"{name}: Expected reduction dim to have non-zero size; given a tensor of shape "
            f"{list(x.shape)}; the {name} of no elements is not defined"
        )


# -- sums ---------------------------------------------------------------------------------------
def _accumulated(x: Node) -> Node:
    """Integers and bools are summed as int64."""
    return x if x.dtype.is_floating_point or x.dtype.is_complex else build.convert(x, dt.int64)


@operation("sum")
def SUM(x: Node, dims: Shape, keepdim: bool) -> Node:
    need_tensor("sum", x)
    return finish(build.reduce("sum", _accumulated(x), dims), dims, keepdim)


@operation("prod")
def PROD(x: Node, dims: Shape, keepdim: bool) -> Node:
    need_tensor("prod", x)
    return finish(build.reduce("prod", _accumulated(x), dims), dims, keepdim)


def _as_dtype(x: Tensor, dtype: DType | None) -> Tensor:
    return x if dtype is None or x.dtype is dtype else apply(TO, (x,), (dtype,))


def sum_(
    input: Tensor, dim: Any = None, keepdim: bool = False, *, dtype: DType | None = None,
    axis: Any = None, out: Tensor | None = None,
) -> Tensor:  # fmt: skip
    """The sum over one or several dims (all by default); integers give int64.

    >>> import flambeau
    >>> flambeau.tensor([[1, 2], [3, 4]]).sum(0)
    tensor([4, 6])
    """
    if dtype is not None:
        input = _as_dtype(input, dtype)
    dim = axis if dim is None else dim
    result = apply(SUM, (input,), (_dims_of("sum", input, dim), bool(keepdim)))
    if dtype is not None:
        result = _as_dtype(result, dtype)
    return result if out is None else into(out, result, "sum")


def prod(
    input: Tensor, dim: int | None = None, keepdim: bool = False, *, dtype: DType | None = None,
    axis: Any = None, out: Tensor | None = None,
) -> Tensor:  # fmt: skip
    """The product over one dim or all; integers give int64."""
    input = _as_dtype(input, dtype)
    dim = axis if dim is None else dim
    result = _as_dtype(apply(PROD, (input,), (_dims_of("prod", input, dim), bool(keepdim))), dtype)
    return result if out is None else into(out, result, "prod")


def _need_float(name: str, x: Node) -> None:
    need_tensor(name, x)
    if not (x.dtype.is_floating_point or x.dtype.is_complex):
        raise RuntimeError(
            f"{name}(): could not infer output dtype. Input dtype must be either a floating point "
            f"or complex dtype. Got: {_title(x.dtype)}; try .float().{name}()"
            + (f" or {name}(dtype=flambeau.float32)" if name == "mean" else "")
        )


# PyTorch's names of dtypes in messages
TITLES = {
    "bool": "Bool", "uint8": "Byte", "int8": "Char", "int16": "Short", "int32": "Int",
    "int64": "Long", "float16": "Half", "bfloat16": "BFloat16", "float32": "Float",
    "float64": "Double", "complex64": "ComplexFloat", "complex128": "ComplexDouble",
}  # fmt: skip


def _title(dtype: DType) -> str:
    return TITLES.get(dtype.name, dtype.name)


def _count(x: Node, dims: Shape) -> int:
    return product(x.shape[d] for d in dims)


def _mean_node(x: Node, dims: Shape) -> Node:
    """The mean over dims, which stay; x is of full precision."""
    total = build.reduce("sum", x, dims)
    return build.apply("div", total, number_like(total, _count(x, dims)))


@operation("mean")
def MEAN(x: Node, dims: Shape, keepdim: bool) -> Node:
    _need_float("mean", x)
    return build.convert(finish(_mean_node(in_full_precision(x), dims), dims, keepdim), x.dtype)


def mean(
    input: Tensor, dim: Any = None, keepdim: bool = False, *, dtype: DType | None = None,
    axis: Any = None, out: Tensor | None = None,
) -> Tensor:  # fmt: skip
    """The mean over one or several dims (all by default)."""
    if dtype is not None:
        input = _as_dtype(input, dtype)
    dim = axis if dim is None else dim
    result = apply(MEAN, (input,), (_dims_of("mean", input, dim), bool(keepdim)))
    return result if out is None else into(out, result, "mean")


# -- variance -----------------------------------------------------------------------------------
def _squared_size(x: Node) -> Node:
    """|x|**2."""
    if not x.dtype.is_complex:
        return build.apply("mul", x, x)
    parts = [build.apply(name, x) for name in ("real", "imag")]
    return build.apply("add", *[build.apply("mul", p, p) for p in parts])


def variance_node(x: Node, dims: Shape, correction: float) -> Node:
    """sum((x - mean)**2) / max(0, count - correction) over dims, which stay."""
    gap = build.apply("sub", x, _mean_node(x, dims))
    squares = build.reduce("sum", _squared_size(gap), dims)
    return build.apply("div", squares, number_like(squares, max(0.0, _count(x, dims) - correction)))


@operation("var")
def VAR(x: Node, dims: Shape, correction: float, keepdim: bool) -> Node:
    _need_float("var", x)
    found = variance_node(in_full_precision(x), dims, correction)
    return build.convert(finish(found, dims, keepdim), x.dtype.to_real())


@operation("std")
def STD(x: Node, dims: Shape, correction: float, keepdim: bool) -> Node:
    _need_float("std", x)
    found = build.apply("sqrt", variance_node(in_full_precision(x), dims, correction))
    return build.convert(finish(found, dims, keepdim), x.dtype.to_real())


def _statistic(name: str, op: Operation) -> Callable[..., Tensor]:
    def function(
        input: Tensor, dim: Any = None, unbiased: bool | None = None, keepdim: bool = False, *,
        correction: float | None = None, axis: Any = None, out: Tensor | None = None,
    ) -> Tensor:  # fmt: skip
        if type(dim) is bool:  # var(x, unbiased)
            dim, unbiased = None, dim
        dim = axis if dim is None else dim
        if correction is None:
            correction = 0.0 if unbiased is False else 1.0
        dims = _dims_of(name, input, dim)
        result = apply(op, (input,), (dims, float(correction), bool(keepdim)))
        return result if out is None else into(out, result, name)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = (
        f"{name} over dims (all by default); the divisor is the count minus `correction` (1)."
    )
    return function


var, std = _statistic("var", VAR), _statistic("std", STD)


def var_mean(input: Tensor, dim: Any = None, unbiased: Any = None, keepdim: bool = False, *,
             correction: float | None = None) -> tuple[Tensor, Tensor]:  # fmt: skip
    """The variance and the mean over dims."""
    found = var(input, dim, unbiased, keepdim, correction=correction)
    return found, mean(input, None if type(dim) is bool else dim, keepdim)


def std_mean(input: Tensor, dim: Any = None, unbiased: Any = None, keepdim: bool = False, *,
             correction: float | None = None) -> tuple[Tensor, Tensor]:  # fmt: skip
    """The standard deviation and the mean over dims."""
    found = std(input, dim, unbiased, keepdim, correction=correction)
    return found, mean(input, None if type(dim) is bool else dim, keepdim)


# -- extremes -----------------------------------------------------------------------------------
@operation("amax")
def AMAX(x: Node, dims: Shape, keepdim: bool) -> Node:
    need_tensor("amax", x)
    _need_elements("amax", x, dims)
    return finish(build.reduce("max", x, dims), dims, keepdim)


@operation("amin")
def AMIN(x: Node, dims: Shape, keepdim: bool) -> Node:
    need_tensor("amin", x)
    _need_elements("amin", x, dims)
    return finish(build.reduce("min", x, dims), dims, keepdim)


@operation("max_dim")
def MAX_DIM(x: Node, index: Node, dim: Shape, keepdim: bool) -> Node:
    """The greatest along dim; `index` (with keepdim's shape) says where, for the gradient."""
    return finish(build.reduce("max", x, dim), dim, keepdim)


@operation("min_dim")
def MIN_DIM(x: Node, index: Node, dim: Shape, keepdim: bool) -> Node:
    return finish(build.reduce("min", x, dim), dim, keepdim)


def _arg_node(name: str, x: Node, dims: Shape, keepdim: bool) -> Node:
    """The index of the first extreme; over several dims, in the flattened tensor."""
    need_tensor(name, x)
    _need_elements(name, x, dims)
    if x.dtype is dt.bool_:
        x = build.convert(x, dt.uint8)
    if len(dims) <= 1:
        if not dims:
            return build.full(x.shape, 0, dt.int64)
        return finish(build.reduce(name, x, dims), dims, keepdim)
    assert len(dims) == len(x.shape)
    found = build.reduce(name, build.reshape(x, (x.type.numel,)), (0,))
    return build.reshape(found, (1,) * len(x.shape) if keepdim else ())


@operation("argmax")
def ARGMAX(x: Node, dims: Shape, keepdim: bool) -> Node:
    return _arg_node("argmax", x, dims, keepdim)


@operation("argmin")
def ARGMIN(x: Node, dims: Shape, keepdim: bool) -> Node:
    return _arg_node("argmin", x, dims, keepdim)


def argmax(input: Tensor, dim: int | None = None, keepdim: bool = False, *, axis: Any = None,
           out: Any = None) -> Tensor:  # fmt: skip
    """Where the greatest element is; in the flattened tensor without dim."""
    dim = axis if dim is None else dim
    dims = _dims_of("argmax", input, None) if dim is None else _one_dim("argmax", input, dim)
    result = apply(ARGMAX, (input,), (dims, bool(keepdim)))
    return result if out is None else into(out, result, "argmax")


def argmin(input: Tensor, dim: int | None = None, keepdim: bool = False, *, axis: Any = None,
           out: Any = None) -> Tensor:  # fmt: skip
    """Where the least element is; in the flattened tensor without dim."""
    dim = axis if dim is None else dim
    dims = _dims_of("argmin", input, None) if dim is None else _one_dim("argmin", input, dim)
    result = apply(ARGMIN, (input,), (dims, bool(keepdim)))
    return result if out is None else into(out, result, "argmin")


def _extreme(name: str, whole: Operation, values: Operation, index: Operation, pair: Any) -> Any:
    def function(
        input: Tensor, dim: Any = None, keepdim: bool = False, *, axis: Any = None,
        other: Any = None, out: Any = None,
    ) -> Any:  # fmt: skip
        dim = axis if dim is None else dim
        if other is None and isinstance(dim, Tensor):
            other = dim
        if other is not None:
            result = apply(OPERATIONS[f"{name}imum"], (input, other))
        elif dim is None:
            result = apply(whole, (input,), (tuple(range(len(input._shape))), False))
        else:
            at = _one_dim(name, input, dim)
            where_kept = apply(index, (input,), (at, True))
            found = apply(values, (input, where_kept), (at, bool(keepdim)))
            place = where_kept if keepdim or not at else apply(index, (input,), (at, False))
            result = pair(found, place)
        return result if out is None else into(out, result, name)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = (
        f"max: the {name}imum of all elements, or (values, indices) along dim, or of two tensors."
    )
    return function


max_ = _extreme("max", AMAX, MAX_DIM, ARGMAX, returns.max)
min_ = _extreme("min", AMIN, MIN_DIM, ARGMIN, returns.min)


def amax(input: Tensor, dim: Any = (), keepdim: bool = False, *, axis: Any = None,
         out: Any = None) -> Tensor:  # fmt: skip
    """The greatest over dims; equal ones share the gradient."""
    dims = _dims_of("amax", input, axis if axis is not None else dim)
    result = apply(AMAX, (input,), (dims, bool(keepdim)))
    return result if out is None else into(out, result, "amax")


def amin(input: Tensor, dim: Any = (), keepdim: bool = False, *, axis: Any = None,
         out: Any = None) -> Tensor:  # fmt: skip
    """The least over dims; equal ones share the gradient."""
    dims = _dims_of("amin", input, axis if axis is not None else dim)
    result = apply(AMIN, (input,), (dims, bool(keepdim)))
    return result if out is None else into(out, result, "amin")


def aminmax(
    input: Tensor, *, dim: int | None = None, keepdim: bool = False, out: Any = None
) -> Any:
    """The least and the greatest, over one dim or all: (min, max)."""
    dims = _dims_of("aminmax", input, None) if dim is None else _one_dim("aminmax", input, dim)
    if any(not input._shape[d] for d in dims):
        error = RuntimeError if dim is None else IndexError
        raise error(
            f"aminmax: given a tensor of shape {list(input._shape)}; required: elements: cannot "
            "compute aminmax over an empty dimension as the operation has no identity"
        )
    found = [apply(op, (input,), (dims, bool(keepdim))) for op in (AMIN, AMAX)]
    result = returns.aminmax(*found)
    return result if out is None else into(out, result, "aminmax")


# -- any, all, counts ---------------------------------------------------------------------------
@operation("any")
def ANY(x: Node, dims: Shape, keepdim: bool) -> Node:
    need_tensor("any", x)
    found = finish(build.reduce("max", build.convert(x, dt.bool_), dims), dims, keepdim)
    return build.convert(found, dt.uint8) if x.dtype is dt.uint8 else found


@operation("all")
def ALL(x: Node, dims: Shape, keepdim: bool) -> Node:
    need_tensor("all", x)
    found = finish(build.reduce("min", build.convert(x, dt.bool_), dims), dims, keepdim)
    return build.convert(found, dt.uint8) if x.dtype is dt.uint8 else found


def any_(input: Tensor, dim: Any = None, keepdim: bool = False, *, axis: Any = None,
         out: Any = None) -> Tensor:  # fmt: skip
    """Whether any element is nonzero."""
    dims = _dims_of("any", input, axis if dim is None else dim)
    result = apply(ANY, (input,), (dims, bool(keepdim)))
    return result if out is None else into(out, result, "any")


def all_(input: Tensor, dim: Any = None, keepdim: bool = False, *, axis: Any = None,
         out: Any = None) -> Tensor:  # fmt: skip
    """Whether all elements are nonzero."""
    dims = _dims_of("all", input, axis if dim is None else dim)
    result = apply(ALL, (input,), (dims, bool(keepdim)))
    return result if out is None else into(out, result, "all")


any_.__name__ = any_.__qualname__ = "any"
all_.__name__ = all_.__qualname__ = "all"
sum_.__name__ = sum_.__qualname__ = "sum"


@operation("count_nonzero")
def COUNT_NONZERO(x: Node, dims: Shape, keepdim: bool) -> Node:
    need_tensor("count_nonzero", x)
    ones = build.convert(build.convert(x, dt.bool_), dt.int64)
    return finish(build.reduce("sum", ones, dims), dims, keepdim)


def count_nonzero(input: Tensor, dim: Any = None) -> Tensor:
    """How many elements are not zero."""
    return apply(COUNT_NONZERO, (input,), (_dims_of("count_nonzero", input, dim), False))


# -- logsumexp, norm ----------------------------------------------------------------------------
@operation("logsumexp")
def LOGSUMEXP(x: Node, dims: Shape, keepdim: bool) -> Node:
    """log(sum(exp(x))), computed on x - max(x)."""
    need_tensor("logsumexp", x)
    source = as_float(x)
    wide = in_full_precision(source)
    if any(wide.shape[d] == 0 for d in dims):
        found = build.apply("log", build.reduce("sum", wide, dims))
        return build.convert(finish(found, dims, keepdim), source.dtype)
    # complex numbers are shifted by the greatest real part
    part = build.apply("real", wide) if wide.dtype.is_complex else wide
    high = build.reduce("max", part, dims)
    infinite = build.apply("eq", build.apply("abs", high), number_like(high, math.inf))
    shift = build.convert(build.apply("where", infinite, number_like(high, 0), high), wide.dtype)
    total = build.reduce("sum", build.apply("exp", build.apply("sub", wide, shift)), dims)
    found = build.apply("add", build.apply("log", total), shift)
    return build.convert(finish(found, dims, keepdim), source.dtype)


def logsumexp(input: Tensor, dim: Any, keepdim: bool = False, *, out: Any = None) -> Tensor:
    """log(sum(exp(input))) over dims, without overflow."""
    result = apply(LOGSUMEXP, (input,), (_dims_of("logsumexp", input, dim), bool(keepdim)))
    return result if out is None else into(out, result, "logsumexp")


@operation("norm")
def NORM(x: Node, p: float, dims: Shape, keepdim: bool) -> Node:
    """(sum |x|**p)**(1/p); the count of nonzeros for p = 0, extremes for infinite p."""
    if not (x.dtype.is_floating_point or x.dtype.is_complex):
        raise RuntimeError(
            f"norm: linalg.vector_norm: Expected a floating point or complex tensor as input. Got "
            f"{_title(x.dtype)}; try .float()"
        )
    size = build.apply("abs", in_full_precision(x))
    if p == math.inf:
        found = build.reduce("max", size, dims)
    elif p == -math.inf:
        found = build.reduce("min", size, dims)
    elif p == 0:
        nonzero = build.convert(build.apply("ne", size, number_like(size, 0)), size.dtype)
        found = build.reduce("sum", nonzero, dims)
    elif p == 1:
        found = build.reduce("sum", size, dims)
    elif p == 2:
        found = build.apply("sqrt", build.reduce("sum", build.apply("mul", size, size), dims))
    else:
        total = build.reduce("sum", build.apply("pow", size, number_like(size, p)), dims)
        found = build.apply("pow", total, number_like(total, 1 / p))
    return build.convert(finish(found, dims, keepdim), x.dtype.to_real())
