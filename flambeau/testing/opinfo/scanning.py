"""Samples of running totals."""

from __future__ import annotations

import flambeau
from flambeau.testing.opinfo.table import Input, add_samples

__all__: list[str] = []

X = Input((3, 4))
WITH_ZEROS = Input((4,), values=(0.5, 0.0, 2.0, 0.0))
APART = Input((3, 4), apart=0.1)

add_samples(
    "cumsum", (lambda x: x.cumsum(1) ** 2, X), (lambda x: flambeau.cumsum(x, 0) * x, X),
    (lambda x: x.cumsum(0) ** 2, Input(())),
)  # fmt: skip
add_samples(
    "cumprod", (lambda x: x.cumprod(1) ** 2, X), (lambda x: x.cumprod(0), WITH_ZEROS),
    (lambda x: x.cumprod(-2), Input((1, 3))),
)  # fmt: skip
add_samples(
    "gather", (lambda x: x.cummax(1).values ** 2, APART), (lambda x: x.cummin(0)[0] ** 2, APART)
)
add_samples("logaddexp", (lambda x: x.logcumsumexp(1) ** 2, X), uses_name=False)
