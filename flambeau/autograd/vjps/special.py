"""Derivatives of special functions, and of the parts of floats."""

from __future__ import annotations

import math
from typing import Any

from flambeau.autograd.vjps.table import non_differentiable, vjp
from flambeau.tensor.apply import apply
from flambeau.tensor.elementwise import where
from flambeau.tensor.float_parts import FREXP_EXPONENT, LDEXP
from flambeau.tensor.special import bessel, error_functions, modified_bessel
from flambeau.tensor.special.airy import AIRY_AI_SLOPE
from flambeau.tensor.special.airy import FUNCTIONS as AIRY
from flambeau.tensor.special.gamma_functions import TRIGAMMA, ZETA, polygamma
from flambeau.tensor.special.polynomials import POLYNOMIAL
from flambeau.tensor.tensor import Tensor

__all__: list[str] = []

J, MODIFIED, AI = bessel.FUNCTIONS, modified_bessel.FUNCTIONS, AIRY["airy_ai"]
ERFCX = error_functions.FUNCTIONS["erfcx"]

# -- parts of floats ----------------------------------------------------------------------------
vjp("ldexp", lambda g, y: apply(LDEXP, (g, y)), lambda g, out: g * (out * math.log(2.0)))
vjp("frexp_mantissa", lambda g, x: apply(LDEXP, (g, -apply(FREXP_EXPONENT, (x,)))))  # type: ignore[operator]
non_differentiable("frexp_exponent", "nextafter", "hash_tensor", "gcd", "lcm")

# -- the gamma function -------------------------------------------------------------------------
vjp("digamma", lambda g, x: g * apply(TRIGAMMA, (x,)))
vjp("trigamma", lambda g, x: g * polygamma(2, x))
vjp("zeta", None, lambda g, x, y: g * (-x * apply(ZETA, (x + 1, y))))


def _density(a: Any, x: Any) -> Any:
    """x**(a - 1) exp(-x) / gamma(a), the slope of the incomplete gamma function."""
    logarithm = a.lgamma() if isinstance(a, Tensor) else math.lgamma(a)
    return (x.log() * (a - 1) - x - logarithm).exp()


vjp("gammainc", None, lambda g, x, y: g * _density(x, y))
vjp("gammaincc", None, lambda g, x, y: -g * _density(x, y))
non_differentiable(POLYNOMIAL.name)  # of numbers in a tensor; a whole number is unrolled

# -- error functions and the normal distribution ------------------------------------------------
TWO_BY_ROOT_PI, ROOT_TWO_PI = 2 / math.sqrt(math.pi), math.sqrt(2 * math.pi)
vjp("erfcx", lambda g, x, out: g * (x * out * 2 - TWO_BY_ROOT_PI))
vjp("ndtr", lambda g, x: g * ((x * x * -0.5).exp() / ROOT_TWO_PI))
vjp("log_ndtr", lambda g, x: g * (math.sqrt(2 / math.pi) / ERFCX(x * -math.sqrt(0.5))))
vjp("ndtri", lambda g, out: g * ((out * out * 0.5).exp() * ROOT_TWO_PI))
vjp("entr", lambda g, x: -g * (x.log() + 1))
vjp("xlog1py", lambda g, x, y: where(_zero_times_infinity(x, y), 0.0, g * _log1p(y)),
    lambda g, x, y: g * (x / (y + 1)))  # fmt: skip


def _log1p(y: Any) -> Any:
    return y.log1p() if isinstance(y, Tensor) else math.log1p(y)


def _zero_times_infinity(x: Any, y: Any) -> Any:
    """Where x * log1p(y) is 0 because x is, though log1p(y) is infinite."""
    return (x == 0) & (y <= -1)


# -- Bessel and Airy functions ------------------------------------------------------------------
vjp("bessel_j0", lambda g, x: -g * J["bessel_j1"](x))
vjp("bessel_y0", lambda g, x: -g * J["bessel_y1"](x))
vjp("bessel_j1", lambda g, x, out: g * (J["bessel_j0"](x) - _by(out, x, 0.5)))
vjp("bessel_y1", lambda g, x, out: g * (J["bessel_y0"](x) - out / x))
vjp("spherical_bessel_j0", lambda g, x, out: g * where(x == 0, 0.0, (x.cos() - out) / x))
vjp("i0", lambda g, x: g * MODIFIED["i1"](x))
vjp("i1", lambda g, x, out: g * (MODIFIED["i0"](x) - _by(out, x, 0.5)))
vjp("i0e", lambda g, x, out: g * (MODIFIED["i1e"](x) - x.sign() * out))
vjp("i1e", lambda g, x, out: g * (MODIFIED["i0e"](x) - out * x.sign() - _by(out, x, 0.5)))
vjp("modified_bessel_k0", lambda g, x: -g * MODIFIED["modified_bessel_k1"](x))
vjp("modified_bessel_k1", lambda g, x, out: -g * (MODIFIED["modified_bessel_k0"](x) + out / x))
vjp(
    "scaled_modified_bessel_k0",
    lambda g, x, out: g * (out - MODIFIED["scaled_modified_bessel_k1"](x)),
)
vjp(
    "scaled_modified_bessel_k1",
    lambda g, x, out: g * (out - MODIFIED["scaled_modified_bessel_k0"](x) - out / x),
)
vjp("airy_ai", lambda g, x: g * apply(AIRY_AI_SLOPE, (x,)))
vjp("airy_ai_slope", lambda g, x: g * (x * AI(x)))


def _by(out: Any, x: Any, at_zero: float) -> Any:
    """out / x, and its limit at 0."""
    return where(x == 0, at_zero, out / where(x == 0, 1.0, x))
