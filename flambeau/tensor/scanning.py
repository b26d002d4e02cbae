"""Running totals along a dim, and differences between neighbours.

Operations:
  cumsum cumprod (x) [dim]                  integers are accumulated as int64
  cum_argmax cum_argmin (x) [dim]           where the extreme so far was met last; no gradient
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flambeau.core import dtype as dt
from flambeau.core.dtype import DType
from flambeau.core.errors import message
from flambeau.core.shape import normalize_dim
from flambeau.engine.graph import build
from flambeau.engine.graph.node import Node
from flambeau.tensor import arithmetic, returns
from flambeau.tensor.apply import apply
from flambeau.tensor.gathering import GATHER
from flambeau.tensor.inplace import TO, into
from flambeau.tensor.joining import cat
from flambeau.tensor.operation import Operation, operation
from flambeau.tensor.promotion import need_tensor
from flambeau.tensor.shaping import clone, narrow
from flambeau.tensor.tensor import Tensor
from flambeau.tensor.unary import number_like

__all__ = ["CUMPROD", "CUMSUM", "FUNCTIONS", "IN_PLACE", "METHODS"]

_logaddexp, _ne = (arithmetic.FUNCTIONS[name] for name in ("logaddexp", "ne"))


# -- operations ---------------------------------------------------------------------------------
def _accumulated(x: Node) -> Node:
    return x if x.dtype.is_floating_point or x.dtype.is_complex else build.convert(x, dt.int64)


@operation("cumsum")
def CUMSUM(x: Node, dim: int) -> Node:
    need_tensor("cumsum", x)
    x = _accumulated(x)
    return build.scan(x, dim, "sum") if x.shape else x


@operation("cumprod")
def CUMPROD(x: Node, dim: int) -> Node:
    need_tensor("cumprod", x)
    x = _accumulated(x)
    return build.scan(x, dim, "prod") if x.shape else x


def _place_of_extreme(x: Node, dim: int, mode: str) -> Node:
    """The last place so far where x equals the extreme so far, or is NaN."""
    if not x.shape:
        return number_like(build.convert(x, dt.int64), 0)
    if x.dtype is dt.bool_:
        x = build.convert(x, dt.uint8)
    best = build.scan(x, dim, mode)
    found = build.apply("eq", x, best)
    if x.dtype.is_floating_point:
        found = build.apply("or", found, build.apply("ne", x, x))
    at = build.iota(x.shape, dim)
    return build.scan(build.apply("where", found, at, number_like(at, 0)), dim, "max")


@operation("cum_argmax")
def CUM_ARGMAX(x: Node, dim: int) -> Node:
    need_tensor("cummax", x)
    return _place_of_extreme(x, dim, "max")


@operation("cum_argmin")
def CUM_ARGMIN(x: Node, dim: int) -> Node:
    need_tensor("cummin", x)
    return _place_of_extreme(x, dim, "min")


# -- totals so far ------------------------------------------------------------------------------
def _total(op: Operation) -> Callable[..., Tensor]:
    def function(
        input: Tensor, dim: Any, *, dtype: DType | None = None, axis: Any = None, out: Any = None
    ) -> Tensor:
        at = normalize_dim(op.name, dim if axis is None else axis, len(input._shape))
        if dtype is not None and dtype is not input.dtype:
            input = apply(TO, (input,), (dtype,))
        result = apply(op, (input,), (at,))
        if dtype is not None and result.dtype is not dtype:
            result = apply(TO, (result,), (dtype,))
        return result if out is None else into(out, result, op.name)

    function.__name__ = function.__qualname__ = op.name
    return function


cumsum = _total(CUMSUM)
cumsum.__doc__ = """The sums up to and with each element along `dim`; integers give int64.

    >>> import flambeau
    >>> flambeau.tensor([1, 2, 3]).cumsum(0)
    tensor([1, 3, 6])
    """
cumprod = _total(CUMPROD)
cumprod.__doc__ = "The products up to and with each element along `dim`; integers give int64."


def _extreme(name: str, op: Operation, make: Any) -> Callable[..., Any]:
    def function(input: Tensor, dim: Any, *, axis: Any = None, out: Any = None) -> Any:
        at = normalize_dim(name, dim if axis is None else axis, len(input._shape))
        index = apply(op, (input,), (at,))
        values = apply(GATHER, (input, index), (at, name)) if input._shape else clone(input)
        result = make(values, index)
        return result if out is None else into(out, result, name)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = (
        f"The {'greatest' if name == 'cummax' else 'least'} so far along `dim`, and where it was "
        "met last, as a named tuple (values, indices)."
    )
    return function


cummax = _extreme("cummax", CUM_ARGMAX, returns.cummax)
cummin = _extreme("cummin", CUM_ARGMIN, returns.cummin)


def logcumsumexp(input: Tensor, dim: Any, *, axis: Any = None, out: Any = None) -> Tensor:
    """log of the running sum of exp(input) along `dim`, without overflow.

    Steps of doubled length (Hillis and Steele, 1986): each adds what lies 1, 2, 4 ... before.
    """
    if input.dtype.category in ("bool", "int"):
        raise RuntimeError(
            message("logcumsumexp", f"a tensor of dtype {input.dtype.name}",
                    "a floating-point dtype", ".float()")
        )  # fmt: skip
    at = normalize_dim("logcumsumexp", dim if axis is None else axis, len(input._shape))
    result = input * 1
    n = input._shape[at] if input._shape else 1
    step = 1
    while step < n:
        later, earlier = narrow(result, at, step, n - step), narrow(result, at, 0, n - step)
        result = cat([narrow(result, at, 0, step), _logaddexp(later, earlier)], at)
        step *= 2
    return result if out is None else into(out, result, "logcumsumexp")


# -- neighbours ---------------------------------------------------------------------------------
def diff(
    input: Tensor, n: int = 1, dim: int = -1, prepend: Tensor | None = None,
    append: Tensor | None = None, *, out: Any = None,
) -> Tensor:  # fmt: skip
    """The n-th differences of neighbours along `dim`; for bools, whether they differ.

    >>> import flambeau
    >>> flambeau.tensor([1, 4, 9]).diff()
    tensor([3, 5])
    """
    if not input._shape:
        raise RuntimeError("diff: diff expects input to be at least one-dimensional")
    if n < 0:
        raise RuntimeError(message("diff", f"order n={n}", "order must be non-negative"))
    at = normalize_dim("diff", dim, len(input._shape))
    parts = [x for x in (prepend, input, append) if x is not None]
    result = cat(parts, at) if len(parts) > 1 else clone(input) if n == 0 else input
    for _ in range(n):
        size = max(result._shape[at] - 1, 0)
        first = 1 if result._shape[at] else 0
        later, earlier = narrow(result, at, first, size), narrow(result, at, 0, size)
        result = _ne(later, earlier) if result.dtype is dt.bool_ else later - earlier
    return result if out is None else into(out, result, "diff")


def _check_samples(name: str, y: Tensor, x: Tensor | None, dim: int) -> int:
    """The dim; y and x must be numbers, and as many along it."""
    for word, tensor in (("y", y), ("x", x)):
        if tensor is not None and tensor.dtype is dt.bool_:
            raise RuntimeError(
                message(name, f"a bool tensor as `{word}`", "received a bool input, but bool is "
                        "not supported: numbers", ".float()")
            )  # fmt: skip
    at = normalize_dim(name, dim, len(y._shape))
    if x is not None and len(x._shape) == 1 and x._shape[0] != y._shape[at]:
        raise RuntimeError(
            message(name, f"x of {x._shape[0]} places for {y._shape[at]} values",
                    "There must be one `x` value for each sample point")
        )  # fmt: skip
    return at


def _doubled_areas(y: Tensor, x: Tensor | None, at: int) -> Any:
    """Twice the area of each strip between neighbours, of width 1 without x."""
    count, first = max(y._shape[at] - 1, 0), 1 if y._shape[at] else 0
    sums: Any = narrow(y, at, first, count) + narrow(y, at, 0, count)  # type: ignore[operator]
    if x is None:
        return sums
    if len(x._shape) == 1:
        return sums * diff(x).reshape((count,) + (1,) * (len(y._shape) - at - 1))  # type: ignore[attr-defined]
    return sums * diff(x, dim=at - len(y._shape))


def trapezoid(y: Tensor, x: Tensor | None = None, *, dx: Any = 1, dim: int = -1) -> Tensor:
    """The integral along `dim` by the trapezoidal rule, at places x or with spacing dx.

    >>> import flambeau
    >>> flambeau.trapezoid(flambeau.tensor([1.0, 2.0, 4.0]))
    tensor(4.5000)
    """
    at = _check_samples("trapezoid", y, x, dim)
    values: Any = y
    if not y._shape[at]:
        return values.sum(at, dtype=y.dtype)  # type: ignore[no-any-return]
    if x is None:
        ends = values.select(at, 0) + values.select(at, -1)
        return (values.sum(at) - ends * 0.5) * dx  # type: ignore[no-any-return]
    return _doubled_areas(y, x, at).sum(at) / 2  # type: ignore[no-any-return]


def cumulative_trapezoid(
    y: Tensor, x: Tensor | None = None, *, dx: Any = 1, dim: int = -1
) -> Tensor:
    """The integral up to each place but the first, by the trapezoidal rule."""
    at = _check_samples("cumulative_trapezoid", y, x, dim)
    totals: Any = cumsum(_doubled_areas(y, x, at), at)
    return totals * (dx / 2) if x is None else totals / 2  # type: ignore[no-any-return]


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "cumsum": cumsum,
    "cumprod": cumprod,
    "cummax": cummax,
    "cummin": cummin,
    "logcumsumexp": logcumsumexp,
    "diff": diff,
    "trapezoid": trapezoid,
    "trapz": trapezoid,
    "cumulative_trapezoid": cumulative_trapezoid,
}
METHODS: dict[str, Callable[..., Any]] = {}
IN_PLACE = ("cumsum", "cumprod")
