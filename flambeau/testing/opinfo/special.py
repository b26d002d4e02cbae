"""Samples of special functions, and of the parts of floats."""

from __future__ import annotations

import flambeau
from flambeau.core import dtype as dt
from flambeau.tensor.apply import apply
from flambeau.tensor.special.airy import AIRY_AI_SLOPE
from flambeau.testing.opinfo.table import Input, add_samples

__all__: list[str] = []

ANY = Input((2, 3), -2.0, 2.0)
ROW = Input((3,), -2.0, 2.0)
WHOLE = Input((3,), dtype=dt.int64, requires_grad=False, values=(3, -1, 0))

# -- parts of floats ----------------------------------------------------------------------------
APART = Input((3,), values=(0.6, 1.3, -2.9))
add_samples("ldexp", (flambeau.ldexp, ANY, WHOLE), (flambeau.ldexp, ANY, ROW))
add_samples("frexp_mantissa", (lambda x: flambeau.frexp(x).mantissa ** 2, APART))

# -- about the gamma function -------------------------------------------------------------------
special = flambeau.special
RIGHT = Input((2, 3), 0.3, 4.0)
LEFT = Input((3,), values=(-0.4, -1.7, -2.2))
FIXED = Input((3,), requires_grad=False, values=(1.5, 2.5, 4.0))  # has no derivative
for _name in ("digamma", "trigamma"):
    _order = 0 if _name == "digamma" else 1
    add_samples(
        _name, *[(lambda x, n=_order: flambeau.polygamma(n, x), at) for at in (RIGHT, LEFT)]
    )
add_samples("zeta", (special.zeta, FIXED, Input((2, 3), 1.0, 3.0)))
for _name in ("gammainc", "gammaincc"):
    add_samples(_name, (getattr(special, _name), FIXED, RIGHT))

# -- error functions and entropy ----------------------------------------------------------------
INSIDE = Input((2, 3), 0.1, 0.9)
add_samples("xlog1py", (special.xlog1py, ANY, Input((3,), 0.1, 2.0)))
for _name, _at in (
    ("erfcx", (ANY,)), ("ndtr", (ANY,)), ("log_ndtr", (ANY, Input((3,), values=(-9.0, -4.0, 3.0)))),
    ("ndtri", (INSIDE,)), ("entr", (INSIDE,)),
):  # fmt: skip
    add_samples(_name, *[(getattr(special, _name), at) for at in _at])

# -- Bessel and Airy functions, on both sides of where their formulas change --------------------
NEAR, FAR = Input((2, 3), 0.4, 4.0), Input((3,), 8.5, 12.0)
MIXED = Input((4,), values=(-9.0, -2.5, 1.5, 10.0))
_ON_THE_LINE = "bessel_j0 bessel_j1 spherical_bessel_j0 i0 i0e i1 i1e"
_RIGHT_OF_ZERO = """bessel_y0 bessel_y1 modified_bessel_k0 modified_bessel_k1
    scaled_modified_bessel_k0 scaled_modified_bessel_k1"""
for _names, _at in ((_ON_THE_LINE, (NEAR, MIXED)), (_RIGHT_OF_ZERO, (NEAR, FAR))):
    for _name in _names.split():
        add_samples(_name, *[(getattr(special, _name), at) for at in _at])
add_samples("airy_ai", (special.airy_ai, NEAR), (special.airy_ai, MIXED))
add_samples("airy_ai_slope", (lambda x: apply(AIRY_AI_SLOPE, (x,)), NEAR))
