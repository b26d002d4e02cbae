"""Samples of gathering and scattering."""

from __future__ import annotations

from typing import Any

from flambeau.core import dtype as dt
from flambeau.testing.opinfo.table import Input, add_samples

__all__: list[str] = []


def _index(*values: Any) -> Input:
    shape: tuple[int, ...] = (len(values),)
    if isinstance(values[0], tuple):
        shape = (len(values), len(values[0]))
    return Input(shape, dtype=dt.int64, requires_grad=False, values=values)


X = Input((3, 4))
APART = Input((3, 4), apart=0.1)
NEAR = Input((2, 4), apart=0.07)
ONE = Input(())
# most places are reached more than once
PLACES = _index((0, 2, 0, 1), (2, 2, 0, 1))
DISTINCT = _index((0, 2, 1, 1), (2, 0, 0, 2))
WRAPPED = _index((0, -1, 2, 1), (-3, 1, 0, 2))
ROWS = _index(2, 0, 2)
TWO_ROWS = _index(2, 0)
SOURCE = Input((2, 4))
SOURCE_ROWS = Input((3, 4))
WIDE_SOURCE = Input((3, 5))
MASK = Input(
    (3, 4), dtype=dt.bool_, requires_grad=False, values=(1, 0, 0, 1, 0, 1, 1, 0, 0, 0, 1, 0)
)
COLUMNS = Input((4,), dtype=dt.bool_, requires_grad=False, values=(True, False, True, True))
# products with one zero and with two at a place
ZEROS = Input((4,), values=(0.0, 2.0, 0.5, 3.0))
SOME_ZEROS = Input((4,), values=(0.0, 0.0, 4.0, 0.5))
MEET = _index(1, 0, 1, 3)


add_samples(
    "gather",
    (lambda x, i: x.gather(0, i) ** 2, X, PLACES),
    (lambda x, i: x.take_along_dim(i, 0) ** 2, X, WRAPPED),
    (lambda x, i: x.take_along_dim(i[:1], 1) ** 2, X, PLACES),
    (lambda x, i: x.gather(0, i[0, 0]), ONE, PLACES),
)
add_samples(
    "index_select",
    (lambda x, i: x.index_select(0, i) ** 2, X, ROWS),
    (lambda x, i: x.take(i) ** 2, X, WRAPPED),
    (lambda x, i: x.take(i[0, 1]) ** 2, X, WRAPPED),
    (lambda x, m: x.masked_select(m) ** 2, X, MASK),
    (lambda x, m: x.masked_select(m) ** 2, Input((3, 1)), COLUMNS),
    (lambda x, n: x.repeat_interleave(n, 0) ** 2, X, ROWS),
)
add_samples("expand", (lambda x: x.repeat_interleave(3, 1) ** 2, X), uses_name=False)
add_samples(
    "scatter",
    (lambda x, i, y: x.scatter(0, i, y) ** 2, X, DISTINCT, SOURCE),
    (lambda x, i, y: x.scatter(0, i, y) ** 2, X, DISTINCT, WIDE_SOURCE),
    (lambda x, i: x.scatter(0, i, 0.5) ** 2, X, DISTINCT),
)
add_samples(
    "scatter_add",
    (lambda x, i, y: x.scatter_add(0, i, y) ** 2, X, PLACES, SOURCE),
    (lambda x, i, y: x.scatter_reduce(0, i, y, "mean") ** 2, X, PLACES, SOURCE),
    (lambda x, i, y: x.scatter_reduce(0, i, y, "mean", include_self=False) ** 2, X, PLACES, SOURCE),
)
add_samples(
    "scatter_prod",
    (lambda x, i, y: x.scatter_reduce(0, i, y, "prod") ** 2, X, PLACES, SOURCE),
    (lambda x, i, y: x.scatter_reduce(0, i, y, "prod"), ZEROS, MEET, SOME_ZEROS),
    (lambda x, i, y: x.scatter_reduce(0, i, y, "prod", include_self=False), ZEROS, MEET, ZEROS),
    (lambda x, i: x.scatter(0, i, 0.5, reduce="multiply") ** 2, X, PLACES),
)
for _name in ("amax", "amin"):
    add_samples(
        f"scatter_{_name}",
        (lambda x, i, y, n=_name: x.scatter_reduce(0, i, y, n) ** 2, APART, PLACES, NEAR),
        (
            lambda x, i, y, n=_name: x.scatter_reduce(0, i, y, n, include_self=False) ** 2,
            APART, PLACES, NEAR,
        ),
    )  # fmt: skip
    add_samples(
        f"index_{_name}",
        (lambda x, i, y, n=_name: x.index_reduce(0, i, y, n) ** 2, APART, TWO_ROWS, NEAR),
    )
add_samples(
    "index_copy",
    (lambda x, i, y: x.index_copy(0, i, y) ** 2, X, TWO_ROWS, SOURCE),
    (lambda x, i: x.index_fill(1, i, 0.5) ** 2, X, _index(1, -1)),
    (lambda x, i, v: x.index_fill(1, i, v) ** 2, X, _index(1, -1, 1), ONE),
    (lambda x, i, y: x.put(i, y) ** 2, X, _index(5, -1), Input((2, 1))),
)
add_samples(
    "index_add",
    (lambda x, i, y: x.index_add(0, i, y, alpha=3) ** 2, X, ROWS, SOURCE_ROWS),
    (lambda x, i, y: x.index_reduce(0, i, y, "mean") ** 2, X, ROWS, SOURCE_ROWS),
    (lambda x, i, y: x.put(i, y, accumulate=True) ** 2, X, _index(5, -1, 5), Input((3,))),
)
add_samples(
    "index_prod",
    (lambda x, i, y: x.index_reduce(0, i, y, "prod") ** 2, X, ROWS, SOURCE_ROWS),
    (lambda x, i, y: x.index_reduce(0, i, y, "prod"), ZEROS, MEET, SOME_ZEROS),
)
add_samples(
    "masked_scatter",
    (lambda x, m, y: x.masked_scatter(m, y) ** 2, X, MASK, SOURCE),
    (lambda x, m, y: x.masked_scatter(m, y) ** 2, Input((2, 1)), COLUMNS, SOURCE),
)
add_samples(
    "masked_collect",
    (lambda x, m, y: x.masked_scatter(m, y) ** 2, X, MASK, SOURCE),
    uses_name=False,
)


# -- pieces -------------------------------------------------------------------------------------
def _strided(x: Any, y: Any) -> Any:
    return x.t().as_strided_scatter(y, (2, 2), (1, 4), 1) ** 2


add_samples(
    "update",
    (lambda x, y: x.select_scatter(y, 1, -1) ** 2, X, Input((3,))),
    (lambda x, y: x.slice_scatter(y, 1, 0, 4, 2) ** 2, X, Input((3, 2))),
    (lambda x, y: x.diagonal_scatter(y, 1) ** 2, X, Input((3,))),
    (lambda x, y: x.as_strided_scatter(y, (2, 2), (1, 4), 1) ** 2, X, Input((2, 2))),
)
add_samples("update_in_storage", (_strided, X, Input((2, 2))))
add_samples("update", (lambda x: x.diagflat(1) ** 2, X))
