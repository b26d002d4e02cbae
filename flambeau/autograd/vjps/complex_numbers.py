"""Derivatives of parts and conjugates; saved.py says what `x` and `out` are for complex ones."""

from __future__ import annotations

from typing import Any

from flambeau.autograd.vjps.table import non_differentiable, vjp
from flambeau.tensor.apply import apply
from flambeau.tensor.complex_numbers import COMPLEX, imag, real, view_as_complex, view_as_real
from flambeau.tensor.elementwise import where

__all__: list[str] = []

vjp("real", lambda g: g)
vjp("imag", lambda g: apply(COMPLEX, (g * 0.0, g)))  # type: ignore[operator]
vjp("conj", lambda g: g.conj())
vjp("complex", lambda g: real(g), lambda g: imag(g))
vjp("view_as_real", lambda g: view_as_complex(g))
vjp("view_as_complex", lambda g: view_as_real(g))


def _sgn(g: Any, x: Any, out: Any) -> Any:
    """What turns, not what lengthens: both arguments come conjugated."""
    unit, size = out.conj(), x.abs()
    turning = g - unit * (unit.conj() * g).real
    return where(size == 0, 0.0, turning / where(size == 0, 1.0, size))


def _angle(g: Any, x: Any) -> Any:
    """1j * x / |x|**2; nothing for real numbers."""
    if not x.dtype.is_complex:
        return g * 0.0
    unit, size = x.conj().sgn(), x.abs()
    return where(size == 0, 0.0, unit * 1j * (g / where(size == 0, 1.0, size)))


vjp("sgn", _sgn)
vjp("angle", _angle)

non_differentiable("complex_number")
