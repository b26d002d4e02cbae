"""Samples of products with sparse matrices."""

from __future__ import annotations

import flambeau
from flambeau.core import dtype as dt
from flambeau.tensor.apply import apply
from flambeau.tensor.compressed import csr_dot, csr_sampled
from flambeau.tensor.layouts import VALUES as KEPT
from flambeau.testing.opinfo.table import Input, add_samples

__all__: list[str] = []

# three rows of two, none and three entries in four columns
POINTERS = Input((4,), requires_grad=False, dtype=dt.int64, values=(0, 2, 2, 5))
COLUMNS = Input((5,), requires_grad=False, dtype=dt.int64, values=(3, 0, 1, 3, 1))
NARROW = Input((5,), requires_grad=False, dtype=dt.int32, values=(3, 0, 1, 3, 1))
VALUES = Input((5,))

add_samples(
    "csr_dot",
    (lambda p, c, v, x: csr_dot(p, c, v, x) ** 2, POINTERS, COLUMNS, VALUES, Input((4, 3))),
    (lambda p, c, v, x: csr_dot(p, c, v, x), POINTERS, COLUMNS, VALUES, Input((4, 1))),
    (lambda c, v, x: csr_dot(flambeau.tensor([0, 2, 2, 5], dtype=flambeau.int32), c, v, x) * 2,
     NARROW, VALUES, Input((4, 9))),
)  # fmt: skip
add_samples(
    "csr_sampled",
    (lambda p, c, x, y: csr_sampled(p, c, x, y) ** 2,
     POINTERS, COLUMNS, Input((3, 5)), Input((4, 5))),
    (lambda p, c, x, y: csr_sampled(p, c, x, y), POINTERS, COLUMNS, Input((3, 1)), Input((4, 1))),
)  # fmt: skip
add_samples(KEPT.name, (lambda x: apply(KEPT, (x,)) ** 2, VALUES))
