"""Samples of reading and writing through x[...]."""

from __future__ import annotations

from typing import Any

import flambeau
from flambeau.core import dtype as dt
from flambeau.testing.opinfo.table import Input, add_samples

__all__: list[str] = []

X = Input((3, 4))
CUBE = Input((2, 3, 4))
ROWS = Input((3,), dtype=dt.int64, requires_grad=False, values=(2, 0, 2))
DISTINCT = Input((3,), dtype=dt.int64, requires_grad=False, values=(1, -1, 0))
MASK = Input((3,), dtype=dt.bool_, requires_grad=False, values=(True, False, True))


def _put(x: Any, values: Any, rows: Any) -> Any:
    z = x.clone()
    z[rows, 1:] = values
    return z**2


def _add(x: Any, values: Any, rows: Any) -> Any:
    return x.clone().index_put_((rows,), values, accumulate=True) ** 2


add_samples(
    "getitem",
    (lambda x: x[:, 1:, ::2] ** 2, CUBE),
    (lambda x: x[..., None, 1, 1:3] ** 2, CUBE),
    (lambda x: x[1:, 4:], X),
)
add_samples(
    "index",
    (lambda x, rows: x[rows] ** 2, X, ROWS),
    (lambda x, rows: x[:, rows] ** 2, X, ROWS),
    (lambda x, depth, rows: x[depth, :, rows] ** 2, CUBE, DISTINCT, ROWS),
    (lambda x, mask: x[mask] ** 2, X, MASK),
    (lambda x, mask: x[mask, 1] ** 2, X, MASK),
)
add_samples(
    "index_put",
    (_put, X, Input((3,)), Input((2,), dtype=dt.int64, requires_grad=False, values=(2, 0))),
    (_put, X, Input((2, 3)), MASK),
    (_add, X, Input((3, 4)), ROWS),
    (lambda x, v, i: flambeau.index_put(x, (i, i), v) ** 2, X, Input((3,)), DISTINCT),
)
