"""Samples of views, copies and writes through views."""

from __future__ import annotations

from typing import Any

from flambeau.testing.opinfo.table import Input, add_samples

__all__: list[str] = []

X = Input((2, 3))
CUBE = Input((2, 3, 4))
ROW = Input((3,))
SQUARE = Input((3, 3))


def _write(x: Any, y: Any) -> Any:
    z = x.clone()
    z[1:] = y
    return z


def _write_in_detached(x: Any, y: Any) -> Any:
    z = x.detach().clone()[1:].detach()
    z[:2].mul_(y)
    return z, z[1:] * 1.0


def _overlapping(x: Any) -> Any:
    return x.as_strided((2, 3), (1, 1))


add_samples("view", (lambda x: x.view(3, 2) ** 2, X), (lambda x: x.t().reshape(6) ** 2, X))
add_samples(
    "expand", (lambda x: x.expand(2, 3) ** 2, ROW), (lambda x: x.expand(2, 3), Input((1, 3)))
)
add_samples("permute", (lambda x: x.permute(2, 0, 1) ** 2, CUBE), (lambda x: x.t(), X))
add_samples(
    "slice",
    (lambda x: x.narrow(1, 1, 2) ** 2, CUBE),
    (lambda x: x.narrow(1, 3, 0), X),
    (lambda x: x.split(1, 1)[2] ** 2, X),
)
add_samples("slice_backward", (lambda x: x.narrow(0, 1, 1) ** 2, X), uses_name=False)
add_samples("select", (lambda x: x[1] ** 2, X), (lambda x: x.select(1, -1), CUBE))
add_samples("select_backward", (lambda x: x[1] ** 2, X), uses_name=False)
add_samples("unsqueeze", (lambda x: x.unsqueeze(1) ** 2, X))
add_samples("squeeze", (lambda x: x.squeeze() ** 2, Input((1, 3, 1))))
add_samples("diagonal", (lambda x: x.diagonal() ** 2, X), (lambda x: x.diagonal(1, 0, 2), CUBE))
add_samples("unfold", (lambda x: x.unfold(1, 2, 1) ** 2, X))
add_samples("as_strided", (lambda x: _overlapping(x) ** 2, X))
add_samples("as_strided_sum", (lambda x: _overlapping(x) ** 2, X), uses_name=False)
add_samples("clone", (lambda x: x.clone() ** 2, X))
add_samples("copy", (lambda x, y: x.clone().copy_(y) ** 2, X, ROW))
add_samples("update", (_write, SQUARE, X), (_write, SQUARE, ROW))
add_samples(
    "update_in_storage", (_write_in_detached, Input((4,), requires_grad=False), Input((2,)))
)
add_samples(
    "view_in_storage",
    (_write_in_detached, Input((4,), requires_grad=False), Input((2,))),
    uses_name=False,
)
add_samples("tril", (lambda x: x.tril() ** 2, SQUARE), (lambda x: x.tril(-1) ** 2, CUBE))
add_samples("triu", (lambda x: x.triu(1) ** 2, SQUARE), (lambda x: x.triu(-1) ** 2, CUBE))
