"""Samples of sorting, selection and statistics; most reach other operations' derivatives."""

from __future__ import annotations

from flambeau.testing.opinfo.table import Input, add_samples

__all__: list[str] = []

APART = Input((3, 4), apart=0.1)
WITH_NAN = Input((2, 3), values=(0.5, float("nan"), 2.0, 1.0, -1.0, 0.25))
X = Input((3, 4))

add_samples(
    "gather",
    (lambda x: x.sort(0, True).values ** 2, APART), (lambda x: x.msort() ** 2, APART),
    (lambda x: x.topk(2, 1).values ** 2, APART), (lambda x: x.kthvalue(2, 0, True)[0] ** 2, APART),
    (lambda x: x.median(1).values ** 2, APART), (lambda x: x.nanmedian(0)[0] ** 2, APART),
    (lambda x: x.mode(1).values ** 2, APART),
    (lambda x: x.quantile(0.3, 1) ** 2, APART),
    (lambda x, q: x.quantile(q, interpolation="midpoint") ** 2, APART,
     Input((2,), 0.1, 0.9, requires_grad=False)),
    (lambda x, q: x.quantile(q, 0) ** 2, APART, Input((2,), values=(0.2, 0.75))),
    (lambda x: x.nanquantile(0.6, 0, True, interpolation="higher") ** 2, APART),
)  # fmt: skip
add_samples(
    "median",
    (lambda x: x.median() ** 2, APART), (lambda x: x.nanmedian() * x.sum(), APART),
    (lambda x: x.median() ** 2, Input(())),
)  # fmt: skip
add_samples("sum", (lambda x: x.nansum(1) ** 2, X), (lambda x: x.nanmean((0, 1)) ** 2, X))
add_samples(
    "matmul",
    (lambda x: x.cov() ** 2, X), (lambda x: x.corrcoef(), X),
    (lambda x, w: x.cov(aweights=w), X, Input((4,), 0.5, 1.5)),
    uses_name=False,
)  # fmt: skip
