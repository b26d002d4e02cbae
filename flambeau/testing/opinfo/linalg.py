"""Samples of matrix products."""

from __future__ import annotations

import flambeau
from flambeau.testing.opinfo.table import Input, add_samples

__all__: list[str] = []

A = Input((2, 3))
B = Input((3, 4))

add_samples(
    "matmul",
    (lambda a, b: a @ b, A, B),
    (lambda a, b: a @ b, Input((3,)), B),
    (lambda a, b: a @ b, A, Input((3,))),
    (lambda a, b: a @ b, Input((3,)), Input((3,))),
    (lambda a, b: a @ b, Input((2, 1, 2, 3)), Input((3, 3, 2))),
    (lambda a, b: a.t() @ b.t(), Input((3, 2)), Input((4, 3))),
    (lambda a, b: flambeau.einsum("ij,kj->ik", a, b), A, Input((4, 3))),
    (lambda a, b: flambeau.einsum("bij,bjk->bk", a, b), Input((2, 2, 3)), Input((2, 3, 2))),
    (lambda c, a, b: flambeau.addmm(c, a, b, beta=0.5, alpha=2), Input((4,)), A, B),
    (lambda a: a @ a.t(), A),
)
