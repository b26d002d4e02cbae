"""Derivatives of parts and conjugates; saved.py says what `x` and `out` are for complex ones."""

from __future__ import annotations

from flambeau.autograd.vjps.table import non_differentiable, vjp
from flambeau.tensor.apply import apply
from flambeau.tensor.complex_numbers import COMPLEX, imag, real, view_as_complex, view_as_real

__all__: list[str] = []

vjp("real", lambda g: g)
vjp("imag", lambda g: apply(COMPLEX, (g * 0.0, g)))  # type: ignore[operator]
vjp("conj", lambda g: g.conj())
vjp("complex", lambda g: real(g), lambda g: imag(g))
vjp("view_as_real", lambda g: view_as_complex(g))
vjp("view_as_complex", lambda g: view_as_real(g))

non_differentiable("complex_number")
