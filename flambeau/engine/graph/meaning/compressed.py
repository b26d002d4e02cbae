"""The meaning of products with a sparse matrix whose rows are compressed (CSR)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from flambeau.engine.graph.meaning.values import narrow, widen
from flambeau.engine.graph.node import Node

__all__ = ["COMPRESSED"]

Array = np.ndarray[Any, Any]


def rows_of(pointers: Array) -> Array:
    """The row of each entry."""
    return np.repeat(np.arange(len(pointers) - 1), np.diff(pointers))


def _product(node: Node, pointers: Array, columns: Array, values: Array, x: Array) -> Array:
    values, x = widen(values), widen(x)
    result = np.zeros(node.shape, x.dtype)
    np.add.at(result, rows_of(pointers), values[:, None] * x[columns])
    return narrow(result, node.dtype)


def _sampled(node: Node, pointers: Array, columns: Array, x: Array, y: Array) -> Array:
    x, y = widen(x), widen(y)
    result = np.zeros(node.shape, x.dtype)
    rows = rows_of(pointers)
    step = max(1, (1 << 22) // max(x.shape[1], 1))  # entries at a time: products need memory
    for i in range(0, len(rows), step):
        some = slice(i, i + step)
        result[some] = (x[rows[some]] * y[columns[some]]).sum(1, dtype=x.dtype)
    return narrow(result, node.dtype)


COMPRESSED: dict[str, Callable[..., Array]] = {"csr_dot": _product, "csr_sampled": _sampled}
