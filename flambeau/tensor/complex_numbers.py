"""Complex numbers: their parts, their conjugates, and how they are made.

Operations:
  real imag conj sgn (x)       of complex tensors
  angle (x)
  complex (x, y)               from a real and an imaginary part of one dtype
  view_as_real view_as_complex the two parts as a last dim of 2
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from flambeau.core import dtype as dt
from flambeau.core.errors import message
from flambeau.engine.graph import build
from flambeau.engine.graph.node import Node
from flambeau.tensor.apply import adopt, apply
from flambeau.tensor.inplace import into
from flambeau.tensor.operation import OPERATIONS, operation
from flambeau.tensor.promotion import as_float
from flambeau.tensor.reinterpret import as_parts, as_whole, part_of
from flambeau.tensor.tensor import Tensor
from flambeau.tensor.unary import number_like

__all__ = ["CONJ", "FUNCTIONS", "METHODS", "PROPERTIES", "complex_", "conj", "imag", "real"]


# -- operations ---------------------------------------------------------------------------------
@operation("real")
def REAL(x: Node) -> Node:
    return build.apply("real", x)


@operation("imag")
def IMAG(x: Node) -> Node:
    return build.apply("imag", x)


@operation("complex")
def COMPLEX(x: Node, y: Node) -> Node:
    return build.apply("complex", x, y)


@operation("conj")
def CONJ(x: Node) -> Node:
    imaginary = build.apply("neg", build.apply("imag", x))
    return build.apply("complex", build.apply("real", x), imaginary)


@operation("sgn")
def SGN(x: Node) -> Node:
    return build.apply("sign", x)


@operation("angle")
def ANGLE(x: Node) -> Node:
    """atan2(imag, real); 0 or pi for real numbers, NaN for NaN."""
    if x.dtype.is_complex:
        return build.apply("atan2", build.apply("imag", x), build.apply("real", x))
    x = as_float(x)
    angle = build.apply("where", build.apply("lt", x, number_like(x, 0)), number_like(x, math.pi),
                        number_like(x, 0))  # fmt: skip
    return build.apply("where", build.apply("ne", x, x), x, angle)


@operation("view_as_real")
def VIEW_AS_REAL(x: Node) -> Node:
    parts = [build.reshape(build.apply(p, x), (*x.shape, 1)) for p in ("real", "imag")]
    return build.cat((parts[0], parts[1]), len(x.shape))


@operation("view_as_complex")
def VIEW_AS_COMPLEX(x: Node) -> Node:
    shape = x.shape[:-1]
    starts, steps = (0,) * len(shape), (1,) * len(x.shape)
    parts = [build.slice_(x, (*starts, i), (*shape, 1), steps) for i in (0, 1)]
    return build.apply("complex", *[build.reshape(p, shape) for p in parts])


# -- parts --------------------------------------------------------------------------------------
def real(input: Tensor) -> Tensor:
    """The real part, which shares memory; a real tensor itself.

    >>> import flambeau
    >>> flambeau.tensor([1 + 2j, 3 - 4j]).real
    tensor([1., 3.])
    """
    return part_of(input, "real") if input.dtype.is_complex else input


def imag(input: Tensor) -> Tensor:
    """The imaginary part, which shares memory; RuntimeError for real tensors."""
    if not input.dtype.is_complex:
        raise RuntimeError(
            "imag: imag is not implemented for tensors with non-complex dtypes; given "
            f"{input.dtype.name}; try .to(flambeau.complex64)"
        )
    return part_of(input, "imag")


def conj(input: Tensor) -> Tensor:
    """The complex conjugate; a real tensor itself."""
    return apply(CONJ, (input,)) if input.dtype.is_complex else input


def conj_physical(input: Tensor, *, out: Any = None) -> Tensor:
    """The complex conjugate, as memory of its own."""
    result = apply(CONJ, (input,)) if input.dtype.is_complex else input.clone()  # type: ignore[attr-defined]
    return result if out is None else into(out, result, "conj_physical")


def conj_physical_(self: Tensor) -> Tensor:
    """The complex conjugate in place."""
    return adopt(self, conj(self), "conj_physical_") if self.dtype.is_complex else self


def sgn(input: Tensor, *, out: Any = None) -> Tensor:
    """x / |x|, and 0 at 0: the sign of real numbers."""
    result = apply(SGN if input.dtype.is_complex else OPERATIONS["sign"], (input,))
    return result if out is None else into(out, result, "sgn")


def angle(input: Tensor, *, out: Any = None) -> Tensor:
    """The angle with the positive real axis, in radians.

    >>> import flambeau
    >>> flambeau.tensor([1j, -1, 2]).angle()
    tensor([1.5708, 3.1416, 0.0000])
    """
    result = apply(ANGLE, (input,))
    return result if out is None else into(out, result, "angle")


def isreal(input: Tensor) -> Tensor:
    """Which elements have no imaginary part."""
    return (imag(input) if input.dtype.is_complex else input.new_zeros(input._shape)) == 0  # type: ignore[attr-defined, no-any-return]


def _set_real(self: Tensor, value: Any) -> None:
    if self.dtype.is_complex:
        _replace(self, _as(value, self), imag(self), "real")
    else:
        self.copy_(value)  # type: ignore[attr-defined]


def _set_imag(self: Tensor, value: Any) -> None:
    _replace(self, real(self), _as(value, self), "imag")


def _as(value: Any, like: Tensor) -> Tensor:
    """`value`, a number or a tensor, as a tensor of a part of `like`."""
    part = real(like)
    result: Tensor = part.new_zeros(part._shape) + value  # type: ignore[attr-defined]
    return result.to(part.dtype)  # type: ignore[attr-defined, no-any-return]


def _replace(self: Tensor, re: Tensor, im: Tensor, name: str) -> None:
    adopt(self, apply(COMPLEX, (re, im)), name)


# -- made of parts ------------------------------------------------------------------------------
_REALS = (dt.float32, dt.float64)


def _check_parts(name: str, x: Any, y: Any) -> None:
    if not (isinstance(x, Tensor) and isinstance(y, Tensor)):
        raise TypeError(
            f"{name}(): given {type(x).__name__} and {type(y).__name__}; required: two tensors; "
            "try flambeau.tensor(...)"
        )
    if x.dtype not in _REALS or y.dtype not in _REALS:
        raise RuntimeError(
            message(name, f"inputs of dtypes {x.dtype.name} and {y.dtype.name}",
                    "Expected both inputs to be Float or Double tensors", ".float()")
        )  # fmt: skip
    if x.dtype is not y.dtype:
        raise RuntimeError(
            message(name, f"inputs of dtypes {x.dtype.name} and {y.dtype.name}",
                    f"Expected object of scalar type {x.dtype.name} for the second argument",
                    f".to(flambeau.{x.dtype.name})")
        )  # fmt: skip


def complex_(real: Tensor, imag: Tensor, *, out: Any = None) -> Tensor:
    """real + 1j * imag, element by element.

    >>> import flambeau
    >>> flambeau.complex(flambeau.tensor([1.0, 2.0]), flambeau.tensor([3.0, 4.0]))
    tensor([1.+3.j, 2.+4.j])
    """
    _check_parts("complex", real, imag)
    result = apply(COMPLEX, (real, imag))
    return result if out is None else into(out, result, "complex")


def polar(abs: Tensor, angle: Tensor, *, out: Any = None) -> Tensor:
    """Complex numbers of these magnitudes and angles (in radians)."""
    _check_parts("polar", abs, angle)
    cosine, sine = angle.cos(), angle.sin()  # type: ignore[attr-defined]
    result = apply(COMPLEX, (abs * cosine, abs * sine))  # type: ignore[operator]
    return result if out is None else into(out, result, "polar")


def view_as_real(input: Tensor) -> Tensor:
    """The same memory as real numbers: (...) complex to (..., 2), real and imaginary part."""
    if not input.dtype.is_complex:
        raise RuntimeError(
            message("view_as_real", f"a tensor of dtype {input.dtype.name}",
                    "view_as_real is only supported for complex tensors", "view_as_complex")
        )  # fmt: skip
    return as_parts(input)


def view_as_complex(input: Tensor) -> Tensor:
    """The same memory as complex numbers: (..., 2) real to (...), of real and imaginary part."""
    if input.dtype not in _REALS:
        raise RuntimeError(
            message("view_as_complex", f"a tensor of dtype {input.dtype.name}",
                    "view_as_complex is only supported for half, float and double tensors",
                    ".float()")
        )  # fmt: skip
    if not input._shape or input._shape[-1] != 2:
        raise RuntimeError(
            message("view_as_complex", f"shape {list(input._shape)}",
                    "Tensor must have a last dimension of size 2", "stack([real, imag], -1)")
        )  # fmt: skip
    return as_whole(input)


# functions of the package as well as methods
FUNCTIONS: dict[str, Callable[..., Any]] = {
    "real": real, "imag": imag, "conj": conj, "conj_physical": conj_physical,
    "sgn": sgn, "angle": angle, "isreal": isreal, "complex": complex_, "polar": polar,
    "view_as_real": view_as_real, "view_as_complex": view_as_complex,
}  # fmt: skip
IN_PLACE = ("sgn",)
METHODS: dict[str, Callable[..., Any]] = {"conj_physical_": conj_physical_}
PROPERTIES: dict[str, property] = {
    "real": property(real, _set_real, doc="The real part."),
    "imag": property(imag, _set_imag, doc="The imaginary part."),
}
