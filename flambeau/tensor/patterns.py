"""Tensors with a regular pattern of numbers.

Operations (lazy, so that they take part in fusion and cost no memory):
  arange (start, step) [count, dtype]
  linspace (start, end) [steps, dtype]
  logspace (start, end, base) [steps, dtype]
  eye () [rows, columns, dtype]
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from flambeau.core import dtype as dt
from flambeau.core.dtype import DType
from flambeau.engine.graph import build
from flambeau.engine.graph.node import Node
from flambeau.tensor.apply import apply
from flambeau.tensor.creation import check_device, check_dtype, check_layout, finish
from flambeau.tensor.operation import operation
from flambeau.tensor.promotion import get_default_dtype
from flambeau.tensor.tensor import Tensor

__all__ = ["FUNCTIONS", "arange", "eye", "linspace", "logspace", "range_"]


def _wide(dtype: DType) -> DType:
    """What positions are calculated in before they are rounded to `dtype`."""
    return dt.float64 if dtype.is_floating_point else dt.int64


@operation("arange")
def ARANGE(start: Node, step: Node, count: int, dtype: DType) -> Node:
    """start + step * i for i = 0 ... count - 1."""
    wide = _wide(dtype)
    i = build.convert(build.iota((count,), 0), wide)
    scaled = build.apply("mul", i, build.convert(step, wide))
    return build.convert(build.apply("add", scaled, build.convert(start, wide)), dtype)


def arange(
    start: Any = 0, end: Any = None, step: Any = 1, *, out: Tensor | None = None,
    dtype: DType | None = None, layout: Any = None, device: Any = None, pin_memory: bool = False,
    requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """start, start + step, ... up to but without end; int64 if all are ints.

    >>> import flambeau
    >>> flambeau.arange(5)
    tensor([0, 1, 2, 3, 4])
    >>> flambeau.arange(1, 2.5, 0.5)
    tensor([1.0000, 1.5000, 2.0000])
    """
    check_device("arange", device)
    check_layout("arange", layout)
    if end is None:
        start, end = 0, start
    start, end, step = (_number("arange", x) for x in (start, end, step))
    is_float = isinstance(start, float) or isinstance(end, float) or isinstance(step, float)
    otherwise = get_default_dtype() if is_float else dt.int64
    dtype = check_dtype("arange", dtype, otherwise if out is None else out.dtype)
    if dtype is dt.bool_:
        raise NotImplementedError("arange: not implemented for bool; try .bool() of the result")
    if step == 0:
        raise RuntimeError("arange: step must be nonzero")
    if not (math.isfinite(start) and math.isfinite(end)):
        raise RuntimeError(f"arange: unsupported range: {start} -> {end}")
    if (step > 0) != (end >= start) and end != start:
        raise RuntimeError(
            f"arange: upper bound and lower bound inconsistent with step sign: from {start} to "
            f"{end} by {step}"
        )
    if dtype is dt.int64 and is_float:
        start, end, step, is_float = int(start), int(end), int(step), False
        if step == 0:
            raise RuntimeError("arange: step must be nonzero, and is 0 as int64")
    count = math.ceil((end - start) / step) if is_float else -((start - end) // step)
    if not dtype.is_floating_point and is_float:  # PyTorch counts before it rounds
        start, step = int(start), int(step)
    result = apply(ARANGE, (start, step), (int(max(count, 0)), dtype))
    return finish("arange", result, requires_grad, out)


def range_(start: Any = 0, end: Any = None, step: Any = 1, **options: Any) -> Tensor:
    """start, start + step, ... up to and with end; deprecated in favour of arange."""
    if end is None:
        raise TypeError("range() missing 1 required positional argument: 'end'")
    if step == 0:
        raise RuntimeError("range: step must be nonzero; given 0")
    count = math.floor((end - start) / step) + 1
    options["dtype"] = options.get("dtype") or get_default_dtype()
    return arange(float(start), start + count * step - step / 2, float(step), **options)


range_.__name__ = range_.__qualname__ = "range"


def _number(name: str, x: Any) -> Any:
    """A number argument, which may be a tensor with one element."""
    if type(x) is int or type(x) is float:
        return x
    if isinstance(x, (Tensor, np.generic)):
        return x.item()  # type: ignore[union-attr]
    if isinstance(x, bool):
        return int(x)
    if isinstance(x, (int, float)):
        return x
    if hasattr(x, "__index__"):
        return x.__index__()
    raise TypeError(f"{name}(): arguments must be Numbers, not {type(x).__name__}; given {x!r}")


def _line(start: Node, end: Node, steps: int) -> Node:
    """steps float64 numbers from start to end, counted from the nearer of the two."""
    a, b = build.convert(start, dt.float64), build.convert(end, dt.float64)
    if steps == 1:
        return build.expand(a, (1,))
    i = build.convert(build.iota((steps,), 0), dt.float64)
    gap = build.apply("div", build.apply("sub", b, a), build.constant(steps - 1, dt.float64))
    low = build.apply("add", a, build.apply("mul", i, gap))
    back = build.apply("sub", build.constant(steps - 1, dt.float64), i)
    high = build.apply("sub", b, build.apply("mul", back, gap))
    is_low = build.apply("lt", i, build.constant(steps // 2, dt.float64))
    return build.apply("where", is_low, low, high)


@operation("linspace")
def LINSPACE(start: Node, end: Node, steps: int, dtype: DType) -> Node:
    """`steps` numbers, evenly spaced from start to end, which are included."""
    return build.convert(_line(start, end, steps), dtype)


@operation("logspace")
def LOGSPACE(start: Node, end: Node, base: Node, steps: int, dtype: DType) -> Node:
    """base to the power of evenly spaced numbers."""
    power = build.apply("pow", build.convert(base, dt.float64), _line(start, end, steps))
    return build.convert(power, dtype)


def _ends(name: str, start: Any, end: Any, steps: int, dtype: DType) -> tuple[Any, Any]:
    if steps < 0:
        raise RuntimeError(f"{name}: number of steps must be non-negative, given {steps}")
    start, end = _number(name, start), _number(name, end)
    if not dtype.is_floating_point:
        return int(start), int(end)
    return float(start), float(end)


def linspace(
    start: Any, end: Any, steps: int, *, out: Tensor | None = None, dtype: DType | None = None,
    layout: Any = None, device: Any = None, pin_memory: bool = False, requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """`steps` numbers, evenly spaced from start to end, both included.

    >>> import flambeau
    >>> flambeau.linspace(0, 1, 5)
    tensor([0.0000, 0.2500, 0.5000, 0.7500, 1.0000])
    """
    check_device("linspace", device)
    check_layout("linspace", layout)
    dtype = check_dtype("linspace", dtype, None if out is None else out.dtype)
    ends = _ends("linspace", start, end, steps, dtype)
    return finish("linspace", apply(LINSPACE, ends, (int(steps), dtype)), requires_grad, out)


def logspace(
    start: Any, end: Any, steps: int, base: float = 10.0, *, out: Tensor | None = None,
    dtype: DType | None = None, layout: Any = None, device: Any = None, pin_memory: bool = False,
    requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """base to the power of `steps` numbers that are evenly spaced from start to end.

    >>> import flambeau
    >>> flambeau.logspace(0, 3, 4)
    tensor([   1.,   10.,  100., 1000.])
    """
    check_device("logspace", device)
    check_layout("logspace", layout)
    dtype = check_dtype("logspace", dtype, None if out is None else out.dtype)
    inputs = (*_ends("logspace", start, end, steps, dtype), float(base))
    return finish("logspace", apply(LOGSPACE, inputs, (int(steps), dtype)), requires_grad, out)


@operation("eye")
def EYE(rows: int, columns: int, dtype: DType) -> Node:
    """Ones on the diagonal."""
    shape = (rows, columns)
    return build.convert(build.apply("eq", build.iota(shape, 0), build.iota(shape, 1)), dtype)


def eye(
    n: int, m: int | None = None, *, out: Tensor | None = None, dtype: DType | None = None,
    layout: Any = None, device: Any = None, pin_memory: bool = False, requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """A matrix of n rows and m columns (n by default) with ones on the diagonal.

    >>> import flambeau
    >>> flambeau.eye(2, 3)
    tensor([[1., 0., 0.],
            [0., 1., 0.]])
    """
    m = n if m is None else m
    for letter, size in (("n", n), ("m", m)):
        if size < 0:
            raise RuntimeError(f"eye: {letter} must be greater or equal to 0, got {size}")
    check_device("eye", device)
    check_layout("eye", layout)
    dtype = check_dtype("eye", dtype, None if out is None else out.dtype)
    return finish("eye", apply(EYE, (), (int(n), int(m), dtype)), requires_grad, out)


FUNCTIONS: dict[str, Callable[..., Tensor]] = {
    "arange": arange,
    "eye": eye,
    "linspace": linspace,
    "logspace": logspace,
    "range": range_,
}
