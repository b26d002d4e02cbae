"""Samples of joining, repeating, and moving elements around."""

from __future__ import annotations

import flambeau
from flambeau.testing.opinfo.table import Input, add_samples

__all__: list[str] = []

X = Input((2, 3))

add_samples(
    "cat",
    (lambda x, y: flambeau.cat([x, y]) ** 2, X, Input((1, 3))),
    (lambda x, y: flambeau.cat([x, y, x], -1) ** 2, X, Input((2, 2))),
    (lambda x, y: flambeau.stack([x, y], 1) ** 2, X, X),
    (lambda x, y: flambeau.cat([x, y]), X, Input((0, 3))),
)
add_samples(
    "flip", (lambda x: flambeau.flip(x, (0, 1)) ** 2, X), (lambda x: x.flip(1) * x.fliplr(), X)
)
add_samples(
    "roll",
    (lambda x: flambeau.roll(x, 1, 1) ** 2, X),
    (lambda x: flambeau.roll(x, (1, -1), (0, 1)) ** 2, X),
    (lambda x: flambeau.roll(x, 2) * x, X),
)
add_samples(
    "repeat",
    (lambda x: x.repeat(2, 1) ** 2, X),
    (lambda x: x.repeat(2, 1, 3) ** 2, X),
    (lambda x: x.repeat(0, 2), X),
)
