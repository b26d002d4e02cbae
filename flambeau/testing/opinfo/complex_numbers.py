"""Samples of complex numbers, made of real parts: finite differences are taken in these."""

from __future__ import annotations

import flambeau
from flambeau.testing.opinfo.table import Input, add_samples

__all__: list[str] = []

X = Input((3, 2), low=0.2, high=1.0)
Y = Input((3, 2), low=-1.0, high=-0.2)

add_samples(
    "complex", (lambda x, y: flambeau.complex(x, y).abs(), X, Y),
    (lambda x, y: flambeau.view_as_real(flambeau.complex(x, y).exp()), X, Y),
)  # fmt: skip
add_samples("real", (lambda x, y: (flambeau.complex(x, y) ** 2).real, X, Y))
add_samples("imag", (lambda x, y: (flambeau.complex(x, y) ** 2).imag, X, Y))
add_samples("conj", (lambda x, y: (flambeau.complex(x, y).conj() / 3j).imag, X, Y))
add_samples("view_as_real", (lambda x, y: flambeau.view_as_real(flambeau.complex(x, y)), X, Y))
add_samples("sgn", (lambda x, y: flambeau.view_as_real(flambeau.complex(x, y).sgn()), X, Y))
add_samples("angle", (lambda x, y: flambeau.complex(x, y).angle(), X, Y))
add_samples("view_as_complex", (lambda x: (flambeau.view_as_complex(x) ** 3).imag, X))
