"""Floating-point numbers as what they are made of: mantissa, exponent and bits.

Operations:
  frexp_mantissa frexp_exponent (x)   x = mantissa * 2**exponent, the mantissa in [0.5, 1)
  ldexp (x, y)                        x * 2**y
  nextafter (x, y)                    the neighbour of x in the direction of y
  hash_tensor (x) [dims, keepdim]     exclusive or of the elements' 64 bits
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flambeau.core import dtype as dt
from flambeau.core.dtype import finfo
from flambeau.core.errors import message
from flambeau.core.shape import normalize_dims
from flambeau.core.types import Shape
from flambeau.engine.graph import build
from flambeau.engine.graph.node import Node
from flambeau.tensor import returns
from flambeau.tensor.apply import apply
from flambeau.tensor.inplace import into
from flambeau.tensor.operation import operation
from flambeau.tensor.promotion import (
    as_float,
    common_dtype,
    full_precision,
    in_full_precision,
    need_tensor_arguments,
    promoted,
)
from flambeau.tensor.reduction import finish
from flambeau.tensor.tensor import Tensor
from flambeau.tensor.unary import number_like

__all__ = ["FREXP_EXPONENT", "FREXP_MANTISSA", "FUNCTIONS", "IN_PLACE", "LDEXP", "METHODS"]

# dtype: the integer of its size, and the bits of the mantissa that are stored
_FORMATS = {
    dt.float16: (dt.int16, 10), dt.bfloat16: (dt.int16, 7), dt.float32: (dt.int32, 23),
    dt.float64: (dt.int64, 52),
}  # fmt: skip


# -- mantissa and exponent ----------------------------------------------------------------------
def _parts(x: Node) -> tuple[Node, Node, Node]:
    """The mantissa in [0.5, 1) and the exponent of float32 or float64, and which elements have
    none: zeros, infinities, NaN."""
    integer, stored = _FORMATS[x.dtype]
    bias = (1 << (x.dtype.itemsize * 8 - stored - 2)) - 1
    size = build.apply("abs", x)
    plain = build.apply("or", build.apply("eq", x, number_like(x, 0)),
                        build.apply("not", _is_finite(x)))  # fmt: skip
    is_tiny = build.apply("lt", size, number_like(x, finfo(x.dtype).tiny))
    up = build.apply("mul", x, number_like(x, 2.0 ** (stored + 1)))
    bits = build.bitcast(build.apply("where", is_tiny, up, x), integer)
    mask = 2 * bias + 1
    field = build.apply("and", build.apply("shift_right", bits, number_like(bits, stored)),
                        number_like(bits, mask))  # fmt: skip
    exponent = build.apply("sub", field, number_like(bits, bias - 1))
    less = build.apply("sub", exponent, number_like(bits, stored + 1))
    exponent = build.apply("where", is_tiny, less, exponent)
    kept = build.apply("and", bits, number_like(bits, ~(mask << stored)))
    mantissa = build.apply("or", kept, number_like(bits, (bias - 1) << stored))
    return build.bitcast(mantissa, x.dtype), exponent, plain


def _is_finite(x: Node) -> Node:
    return build.apply("lt", build.apply("abs", x), number_like(x, float("inf")))


def _need_float(name: str, x: Node) -> Node:
    if not x.dtype.is_floating_point:
        raise RuntimeError(
            message(name, f"a tensor of dtype {x.dtype.name}",
                    f"{name} only supports floating-point dtypes", ".float()")
        )  # fmt: skip
    return in_full_precision(x)


@operation("frexp_mantissa")
def FREXP_MANTISSA(x: Node) -> Node:
    wide = _need_float("frexp", x)
    mantissa, _, plain = _parts(wide)
    return build.convert(build.apply("where", plain, wide, mantissa), x.dtype)


@operation("frexp_exponent")
def FREXP_EXPONENT(x: Node) -> Node:
    wide = _need_float("frexp", x)
    _, exponent, plain = _parts(wide)
    exponent = build.apply("where", plain, number_like(exponent, 0), exponent)
    return build.convert(exponent, dt.int32)


def frexp(input: Tensor, *, out: Any = None) -> Any:
    """(mantissa, exponent): input = mantissa * 2**exponent, with 0.5 <= |mantissa| < 1.

    Exponents are int32; zeros, infinities and NaN are their own mantissa, with exponent 0.

    >>> import flambeau
    >>> flambeau.frexp(flambeau.tensor([8.0, -0.75])).exponent
    tensor([4, 0], dtype=flambeau.int32)
    """
    mantissa = apply(FREXP_MANTISSA, (input,))
    result = returns.frexp(mantissa, apply(FREXP_EXPONENT, (input,)))
    return result if out is None else into(out, result, "frexp")


@operation("ldexp")
def LDEXP(x: Node, y: Node) -> Node:
    """In three factors, as 2**y alone may overflow, or become 0, where x * 2**y does not."""
    x = as_float(x)
    dtype = x.dtype if y.dtype.category in ("bool", "int") else common_dtype(x, y)
    wide = full_precision(dtype)
    result = build.convert(x, wide)
    if y.dtype.is_complex:
        power = build.apply("pow", number_like(result, 2), build.convert(y, wide))
        return build.apply("mul", result, power)
    part = wide.to_real()
    limit = 2200.0 if part is dt.float64 else 300.0  # further than any two exponents are apart
    y = build.apply("maximum", build.convert(y, part), build.constant(-limit, part))
    y = build.apply("minimum", y, build.constant(limit, part))
    third = build.apply("floor", build.apply("mul", y, build.constant(1 / 3, part)))
    rest = build.apply("sub", y, build.apply("add", third, third))
    two = build.constant(2.0, part)
    for n in (third, third, rest):
        factor = build.apply("pow", two, n)
        result = build.apply("mul", result, build.convert(factor, wide))
    return build.convert(result, dtype)


def ldexp(input: Tensor, other: Tensor, *, out: Any = None) -> Tensor:
    """input * 2**other, in floating point.

    >>> import flambeau
    >>> flambeau.ldexp(flambeau.tensor([1.0, 3.0]), flambeau.tensor([4, -1]))
    tensor([16.0000,  1.5000])
    """
    need_tensor_arguments("ldexp", input=input, other=other)
    result = apply(LDEXP, (input, other))
    return result if out is None else into(out, result, "ldexp")


# -- bits ---------------------------------------------------------------------------------------
@operation("nextafter")
def NEXTAFTER(x: Node, y: Node) -> Node:
    """The bits of a float, read as an integer, count up in the direction away from zero."""
    a, b = promoted("nextafter", x, y)
    if not a.dtype.is_floating_point:
        raise NotImplementedError(
            message("nextafter", f"tensors of dtype {a.dtype.name}", "floating-point tensors",
                    ".float()")
        )  # fmt: skip
    integer, _ = _FORMATS[a.dtype]
    zero = number_like(a, 0)
    bits = build.bitcast(a, integer)
    one = number_like(bits, 1)
    up, positive = build.apply("gt", b, a), build.apply("gt", a, zero)
    outwards = build.apply("eq", up, positive)
    step = build.apply("where", outwards, one, number_like(bits, -1))
    moved = build.apply("add", bits, step)
    least = build.apply("where", up, one, number_like(bits, -(2 ** (8 * integer.itemsize - 1)) + 1))
    moved = build.apply("where", build.apply("eq", a, zero), least, moved)
    result = build.apply("where", build.apply("eq", a, b), b, build.bitcast(moved, a.dtype))
    return build.apply("where", build.apply("ne", b, b), b,
                       build.apply("where", build.apply("ne", a, a), a, result))  # fmt: skip


def nextafter(input: Tensor, other: Tensor, *, out: Any = None) -> Tensor:
    """The next number that the dtype holds after input, in the direction of other.

    >>> import flambeau
    >>> eps = flambeau.finfo(flambeau.float32).eps
    >>> flambeau.nextafter(flambeau.tensor([1.0]), flambeau.tensor([2.0])) == 1 + eps
    tensor([True])
    """
    need_tensor_arguments("nextafter", input=input, other=other)
    result = apply(NEXTAFTER, (input, other))
    return result if out is None else into(out, result, "nextafter")


@operation("hash_tensor")
def HASH_TENSOR(x: Node, dims: Shape, keepdim: bool) -> Node:
    if x.dtype.is_complex:
        raise NotImplementedError(
            message("hash_tensor", f"a tensor of dtype {x.dtype.name}", "real numbers",
                    "view_as_real")
        )  # fmt: skip
    wide = build.convert(x, dt.float64 if x.dtype.is_floating_point else dt.int64)
    bits = build.bitcast(wide, dt.int64)
    if dims:
        (bits,) = build.routine("xor", (bits,), (dims,))
    return finish(build.bitcast(bits, dt.uint64), dims, keepdim)


def hash_tensor(
    input: Tensor, dim: Any = (), *, keepdim: bool = False, mode: int = 0, out: Any = None
) -> Tensor:
    """A hash (uint64) of the elements over one or several dims, all by default.

    Elements are converted to float64 or int64, and the exclusive or of their bits is taken.

    >>> import flambeau
    >>> flambeau.hash_tensor(flambeau.tensor([[1, 2], [4, 7]]), 1).tolist()
    [3, 3]
    """
    if mode != 0:
        raise RuntimeError(
            message("hash_tensor", f"mode={mode}, an unknown mode", "0, the exclusive or")
        )
    dims = normalize_dims("hash_tensor", dim, len(input._shape))
    empty = [d for d in dims if input._shape[d] == 0]
    if empty and dim in (None, (), []):
        raise RuntimeError(
            message("hash_tensor", f"a tensor of shape {list(input._shape)}", "Expected reduction "
                    "dim to be specified for input.numel() == 0", "dim=...")
        )  # fmt: skip
    if empty:
        raise IndexError(
            message("hash_tensor", f"a tensor of shape {list(input._shape)}",
                    f"Expected reduction dim {empty[0]} to have non-zero size")
        )  # fmt: skip
    result = apply(HASH_TENSOR, (input,), (dims, bool(keepdim)))
    return result if out is None else into(out, result, "hash_tensor")


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "frexp": frexp, "ldexp": ldexp, "nextafter": nextafter, "hash_tensor": hash_tensor,
}  # fmt: skip
IN_PLACE = ("ldexp", "nextafter")
METHODS: dict[str, Callable[..., Any]] = {}
