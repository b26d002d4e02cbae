"""Derivatives of special functions, and of the parts of floats."""

from __future__ import annotations

import math

from flambeau.autograd.vjps.table import non_differentiable, vjp
from flambeau.tensor.apply import apply
from flambeau.tensor.float_parts import FREXP_EXPONENT, LDEXP

__all__: list[str] = []

# -- parts of floats ----------------------------------------------------------------------------
vjp("ldexp", lambda g, y: apply(LDEXP, (g, y)), lambda g, out: g * (out * math.log(2.0)))
vjp("frexp_mantissa", lambda g, x: apply(LDEXP, (g, -apply(FREXP_EXPONENT, (x,)))))  # type: ignore[operator]
non_differentiable("frexp_exponent", "nextafter", "hash_tensor", "gcd", "lcm")
