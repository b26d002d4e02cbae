"""Operations on the elements of three operands, choices, and questions about closeness.

Operations:
  where (condition, x, y)            x where condition holds, else y
  masked_fill (x, mask, value)       value where mask holds, else x; x's dtype
  clamp_min clamp_max (x, bound)     bounds are tensors or numbers
  clamp (x, low, high)
  lerp (x, end, weight)              x + weight * (end - x)
  addcmul addcdiv (x, y, z, value)   x + value * y * z, x + value * y / z
  isclose (x, y, rtol, atol) with attribute (equal_nan)
  copy (x), attributes (shape, dtype) a value broadcast and converted for another tensor
  clone (x)
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from flambeau.core import dtype as dt
from flambeau.core.dtype import DType
from flambeau.core.shape import broadcast_shapes, mark_shapes
from flambeau.core.types import Shape
from flambeau.engine.graph import build
from flambeau.engine.graph.node import Node
from flambeau.engine.runtime.evaluate import read_array
from flambeau.tensor.apply import apply
from flambeau.tensor.inplace import into
from flambeau.tensor.literal import check_fits
from flambeau.tensor.operation import operation
from flambeau.tensor.promotion import common_dtype, full_precision, is_number, promoted
from flambeau.tensor.tensor import Tensor
from flambeau.tensor.unary import number_like
from flambeau.tensor.view import value_of

__all__ = [
    "COPY",
    "addcdiv",
    "addcmul",
    "allclose",
    "clamp",
    "clamp_max",
    "clamp_min",
    "equal",
    "isclose",
    "lerp",
    "masked_fill",
    "where",
]


# -- choices ------------------------------------------------------------------------------------
_WHERE = ("condition", "input", "other")


@operation("where")
def WHERE(condition: Node, x: Node, y: Node) -> Node:
    if condition.dtype not in (dt.bool_, dt.uint8):
        raise RuntimeError(
            "where: expected condition to be a boolean tensor, but got a tensor with dtype "
            f"{condition.dtype.name}; try condition != 0"
        )
    dtype = common_dtype(x, y)
    condition = build.convert(condition, dt.bool_)
    shape = broadcast_shapes("where", condition.shape, x.shape, y.shape, names=_WHERE)
    a, b = build.convert(x, dtype), build.convert(y, dtype)
    return build.apply("where", *[build.expand(n, shape) for n in (condition, a, b)])


def where(condition: Tensor, input: Any, other: Any, *, out: Any = None) -> Tensor:
    """input where condition holds, else other."""
    result = apply(WHERE, (condition, input, other))
    return result if out is None else into(out, result, "where")


@operation("masked_fill")
def MASKED_FILL(x: Node, mask: Node, value: Node) -> Node:
    if mask.dtype is not dt.bool_:
        raise RuntimeError(
            f"masked_fill: masked_fill only supports boolean masks, but got mask with dtype "
            f"{mask.dtype.name}; try mask.bool()"
        )
    if value.shape:
        raise RuntimeError(
            "masked_fill: masked_fill only supports a 0-dimensional value tensor, but got tensor "
            f"with {len(value.shape)} dimension(s); try where"
        )
    if value.dtype.is_complex and not x.dtype.is_complex:
        raise RuntimeError(
            f"masked_fill: value cannot be converted to type {x.dtype.name} without overflow; "
            "given a complex number; try value.real, or convert the tensor first"
        )
    shape = broadcast_shapes("masked_fill", x.shape, mask.shape, names=("input", "mask"))
    value = build.expand(build.convert(value, x.dtype), shape)
    return build.apply("where", build.expand(mask, shape), value, build.expand(x, shape))


def masked_fill(input: Tensor, mask: Tensor, value: Any) -> Tensor:
    """`value`, converted to the input's dtype, where `mask` holds, else input.

    >>> import flambeau
    >>> x = flambeau.tensor([1.0, 2.0, 3.0])
    >>> x.masked_fill(x > 1, 0)
    tensor([1., 0., 0.])
    """
    if isinstance(value, (int, float)):
        check_fits(value, input.dtype, "masked_fill")
    return apply(MASKED_FILL, (input, mask, value))


# -- bounds -------------------------------------------------------------------------------------
def _bounded(name: str, primitive: str, x: Node, bound: Node) -> Node:
    dtype = common_dtype(x, bound)
    if dtype is dt.bool_ and is_number(bound):
        raise NotImplementedError(
            f"{name}: not implemented for a bool tensor and a bool number; "
            "try a bool tensor as the bound, or .int()"
        )
    return build.apply(primitive, build.convert(x, dtype), build.convert(bound, dtype))


@operation("clamp_min")
def CLAMP_MIN(x: Node, low: Node) -> Node:
    return _bounded("clamp_min", "maximum", x, low)


@operation("clamp_max")
def CLAMP_MAX(x: Node, high: Node) -> Node:
    return _bounded("clamp_max", "minimum", x, high)


@operation("clamp")
def CLAMP(x: Node, low: Node, high: Node) -> Node:
    """min(max(x, low), high): high wins where the bounds are in the wrong order."""
    a, low, high = promoted("clamp", x, low, high)
    if a.dtype is dt.bool_:
        raise NotImplementedError("clamp: not implemented for bool; try .int()")
    return build.apply("minimum", build.apply("maximum", a, low), high)


def clamp(input: Tensor, min: Any = None, max: Any = None, *, out: Tensor | None = None) -> Tensor:
    """Each element, but at least min and at most max (numbers or tensors)."""
    if min is None and max is None:
        raise RuntimeError("clamp: at least one of 'min' or 'max' must not be None")
    if max is None:
        result = apply(CLAMP_MIN, (input, min))
    elif min is None:
        result = apply(CLAMP_MAX, (input, max))
    else:
        result = apply(CLAMP, (input, min, max))
    return result if out is None else into(out, result, "clamp")


def clamp_min(input: Tensor, min: Any, *, out: Tensor | None = None) -> Tensor:
    """Each element, but at least min."""
    return clamp(input, min=min, out=out)


def clamp_max(input: Tensor, max: Any, *, out: Tensor | None = None) -> Tensor:
    """Each element, but at most max."""
    return clamp(input, max=max, out=out)


# -- three operands -----------------------------------------------------------------------------
@operation("lerp")
def LERP(x: Node, end: Node, weight: Node) -> Node:
    """x + weight * (end - x), from whichever end is nearer, so that weight 1 gives end exactly."""
    if x.dtype is not end.dtype or (weight.primitive != "scalar" and weight.dtype is not x.dtype):
        raise RuntimeError(
            f"lerp: expected dtype {x.dtype.name} for `end` and `weight` but got dtype "
            f"{end.dtype.name} and {weight.dtype.name}"
        )
    wide = full_precision(x.dtype)
    a, b, w = (build.convert(n, wide) for n in (x, end, weight))
    gap = build.apply("sub", b, a)
    near = build.apply("add", a, build.apply("mul", w, gap))
    rest = build.apply("sub", number_like(w, 1), w)
    far = build.apply("sub", b, build.apply("mul", gap, rest))
    size = build.apply("abs", w)
    is_near = build.apply("lt", size, number_like(size, 0.5))
    shape = broadcast_shapes("lerp", a.shape, b.shape, w.shape)
    result = build.apply("where", build.expand(is_near, shape), near, far)
    return build.convert(build.expand(result, shape), x.dtype)


def lerp(input: Tensor, end: Tensor, weight: Any, *, out: Tensor | None = None) -> Tensor:
    """input + weight * (end - input)."""
    result = apply(LERP, (input, end, weight))
    return result if out is None else into(out, result, "lerp")


def _add_combined(name: str, primitive: str, x: Node, y: Node, z: Node, value: Node) -> Node:
    dtype = common_dtype(x, y, z)
    if dtype.category in ("int", "bool") and primitive == "div":
        raise RuntimeError(
            "addcdiv: Integer division with addcdiv is not supported; "
            "try input + value * trunc(tensor1 / tensor2), or .float()"
        )
    wide = full_precision(dtype)
    a, b, c, v = (build.convert(n, wide) for n in (x, y, z, value))
    product = build.apply(primitive, build.apply("mul", v, b), c)
    return build.convert(build.apply("add", a, product), dtype)


@operation("addcmul")
def ADDCMUL(x: Node, y: Node, z: Node, value: Node) -> Node:
    return _add_combined("addcmul", "mul", x, y, z, value)


@operation("addcdiv")
def ADDCDIV(x: Node, y: Node, z: Node, value: Node) -> Node:
    return _add_combined("addcdiv", "div", x, y, z, value)


def addcmul(
    input: Tensor, tensor1: Tensor, tensor2: Tensor, *, value: Any = 1, out: Any = None
) -> Tensor:
    """input + value * tensor1 * tensor2."""
    result = apply(ADDCMUL, (input, tensor1, tensor2, value))
    return result if out is None else into(out, result, "addcmul")


def addcdiv(
    input: Tensor, tensor1: Tensor, tensor2: Tensor, *, value: Any = 1, out: Any = None
) -> Tensor:
    """input + value * tensor1 / tensor2."""
    result = apply(ADDCDIV, (input, tensor1, tensor2, value))
    return result if out is None else into(out, result, "addcdiv")


# -- closeness ----------------------------------------------------------------------------------
@operation("isclose")
def ISCLOSE(x: Node, y: Node, rtol: Node, atol: Node, equal_nan: bool, exact: bool) -> Node:
    """|x - y| <= atol + rtol * |y|, infinities only to themselves; x == y if `exact`."""
    if x.dtype is not y.dtype:
        raise RuntimeError(
            f"isclose: {x.dtype.name} did not match {y.dtype.name}; convert one of them"
        )
    shape = broadcast_shapes("isclose", x.shape, y.shape)
    x, y = build.expand(x, shape), build.expand(y, shape)
    same = build.apply("eq", x, y)
    if x.dtype.is_complex:
        wide = x.dtype
    else:
        wide = dt.float32 if x.dtype.is_floating_point and x.dtype.itemsize < 8 else dt.float64
    a, b = build.convert(x, wide), build.convert(y, wide)
    real = wide.to_real()
    size = build.apply("abs", b)
    allowed = build.apply("add", build.convert(atol, real),
                          build.apply("mul", build.convert(rtol, real), size))  # fmt: skip
    near = build.apply("le", build.apply("abs", build.apply("sub", a, b)), allowed)
    infinity = build.constant(math.inf, real)
    finite = build.apply("and", *[
        build.apply("lt", length, infinity) for length in (build.apply("abs", a), size)
    ])  # fmt: skip
    result = same if exact else build.apply("or", same, build.apply("and", near, finite))
    if equal_nan:
        both = build.apply("and", build.apply("ne", x, x), build.apply("ne", y, y))
        result = build.apply("or", result, both)
    return result


def isclose(
    input: Tensor, other: Tensor, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False
) -> Tensor:
    """Whether |input - other| <= atol + rtol * |other|, element by element."""
    attributes = (bool(equal_nan), rtol == 0 and atol == 0)
    return apply(ISCLOSE, (input, other, float(rtol), float(atol)), attributes)


def allclose(
    input: Tensor, other: Tensor, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False
) -> bool:
    """Whether all elements are close."""
    return bool(read_array(value_of(isclose(input, other, rtol, atol, equal_nan))).all())


def equal(input: Tensor, other: Tensor) -> bool:
    """Whether both have the same shape and equal elements.

    >>> import flambeau
    >>> flambeau.equal(flambeau.tensor([1, 2]), flambeau.tensor([1, 2]))
    True
    """
    if input._shape != other._shape:
        return False
    a, b = read_array(value_of(input)), read_array(value_of(other))
    if dt.bfloat16 in (input.dtype, other.dtype):
        return bool(read_array(value_of(input == other)).all())
    return bool(np.array_equal(a, b))


# -- copies -------------------------------------------------------------------------------------
@operation("copy")
def COPY(x: Node, shape: Shape, dtype: DType) -> Node:
    """A value for a tensor of this shape and dtype."""
    if broadcast_shapes("copy_", x.shape, shape, names=("source", "tensor")) != shape:
        raise RuntimeError(
            f"copy_: The size of the source {list(x.shape)} must match or broadcast to that of "
            f"the tensor that is written, {list(shape)}\n"
            + mark_shapes(("source", x.shape, None, ""), ("tensor", shape, None, ""))
        )
    return build.expand(build.convert(x, dtype), shape)
