"""Samples of special functions, and of the parts of floats."""

from __future__ import annotations

import flambeau
from flambeau.core import dtype as dt
from flambeau.testing.opinfo.table import Input, add_samples

__all__: list[str] = []

ANY = Input((2, 3), -2.0, 2.0)
ROW = Input((3,), -2.0, 2.0)
WHOLE = Input((3,), dtype=dt.int64, requires_grad=False, values=(3, -1, 0))

# -- parts of floats ----------------------------------------------------------------------------
APART = Input((3,), values=(0.6, 1.3, -2.9))
add_samples("ldexp", (flambeau.ldexp, ANY, WHOLE), (flambeau.ldexp, ANY, ROW))
add_samples("frexp_mantissa", (lambda x: flambeau.frexp(x).mantissa ** 2, APART))
