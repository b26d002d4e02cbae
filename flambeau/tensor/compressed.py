"""Products with sparse matrices whose rows are compressed (CSR).

Such a matrix is given by where the entries of each row begin (`pointers`), the column of each
entry, and its value. Operations:

  csr_dot (values, x, pointers, columns)       the matrix (m, k) times x (k, n)
  csr_sampled (x, y, pointers, columns)        x[row] . y[column] at each entry: of x @ y.T only
                                               what lies at the matrix' entries

Each is in the derivatives of the other. Indices are checked when a sparse tensor is made, not here.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from flambeau.core import dtype as dt
from flambeau.core.errors import message
from flambeau.engine.graph import build
from flambeau.engine.graph.node import Node
from flambeau.tensor.apply import apply
from flambeau.tensor.boundary import fresh, read
from flambeau.tensor.operation import operation
from flambeau.tensor.tensor import Tensor

__all__ = [
    "CSR_DOT", "CSR_SAMPLED", "csr_dot", "csr_sampled", "derived", "note", "pointers_of", "rows_of",
    "transposed",
]  # fmt: skip


def _check(name: str, x: Node, y: Node, sizes: tuple[int, int], what: str) -> None:
    if x.dtype is not y.dtype:
        raise RuntimeError(
            message(name, f"dtypes {x.dtype.name} and {y.dtype.name}",
                    "one dtype: expected m1 and m2 to have the same dtype",
                    f".to(flambeau.{x.dtype.name}) on the second operand")
        )  # fmt: skip
    if sizes[0] != sizes[1]:
        raise RuntimeError(message(name, f"{what} {sizes[0]} and {sizes[1]}", "equal sizes"))


@operation("csr_dot")
def CSR_DOT(values: Node, x: Node, pointers: Node, columns: Node) -> Node:
    _check("csr_dot", values, x, (values.shape[0], columns.shape[0]), "values and columns of sizes")
    return build.make("csr_dot", (pointers, columns, values, x), ())


@operation("csr_sampled")
def CSR_SAMPLED(x: Node, y: Node, pointers: Node, columns: Node) -> Node:
    _check("csr_sampled", x, y, (x.shape[1], y.shape[1]), "rows of sizes")
    return build.make("csr_sampled", (pointers, columns, x, y), ())


def csr_dot(pointers: Tensor, columns: Tensor, values: Tensor, x: Tensor) -> Tensor:
    """The product of the sparse matrix (m, k) and the dense x (k, n).

    >>> import flambeau
    >>> pointers, columns = flambeau.tensor([0, 1, 3]), flambeau.tensor([1, 0, 1])
    >>> csr_dot(pointers, columns, flambeau.tensor([1.0, 2.0, 3.0]), flambeau.ones(2, 2))
    tensor([[1., 1.],
            [5., 5.]])
    """
    return apply(CSR_DOT, (values, x, pointers, columns))


def csr_sampled(pointers: Tensor, columns: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """The elements of x @ y.T, of x (m, n) and y (k, n), at the entries of the sparse matrix."""
    return apply(CSR_SAMPLED, (x, y, pointers, columns))


# -- what follows from a pattern ----------------------------------------------------------------
def derived(name: str, indices: tuple[Tensor, ...], key: Any, compute: Any) -> Any:
    """What `compute` makes of the indices; kept beside the first of them until one is written."""
    first = indices[0]
    kept = first.__dict__.setdefault("_derived", {})
    now = [(x._storage, x._storage.version) for x in indices]
    found = kept.get((name, key))
    is_outside = any(x._storage.external is not None for x in indices)  # may be written unseen
    if found is None or found[0] != now or is_outside:
        found = kept[name, key] = (now, compute(*[read(x) for x in indices]))
    return found[1]


def note(name: str, indices: tuple[Tensor, ...], key: Any, found: Any = None) -> None:
    """Say what `derived` of these would find, unless it is known that it was looked for."""
    now = [(x._storage, x._storage.version) for x in indices]
    indices[0].__dict__.setdefault("_derived", {}).setdefault((name, key), (now, found))


def _as_tensors(*arrays: np.ndarray) -> tuple[Tensor, ...]:
    found = []
    for array in arrays:
        made, memory = fresh(dt.int32 if array.itemsize == 4 else dt.int64, array.shape)
        memory[...] = array
        found.append(made)
    return tuple(found)


def transposed(pointers: Tensor, columns: Tensor, height: int) -> tuple[Tensor, Tensor, Tensor]:
    """(pointers, columns, order) of the transposed matrix, which has `height` rows; its values are
    values[order]."""

    def compute(pointers: np.ndarray, columns: np.ndarray) -> tuple[Tensor, ...]:
        small = columns.astype(np.uint16) if height <= 1 << 16 else columns
        order = np.argsort(small, kind="stable")
        rows = np.repeat(np.arange(len(pointers) - 1, dtype=columns.dtype), np.diff(pointers))
        return _as_tensors(pointers_to(columns, height), rows[order], order.astype(np.int64))

    return derived("transposed", (pointers, columns), height, compute)  # type: ignore[no-any-return]


def rows_of(pointers: Tensor) -> Tensor:
    """The row of each entry."""

    def compute(pointers: np.ndarray) -> Tensor:
        rows = np.arange(len(pointers) - 1, dtype=pointers.dtype)
        return _as_tensors(np.repeat(rows, np.diff(pointers)))[0]

    return derived("rows", (pointers,), None, compute)  # type: ignore[no-any-return]


def pointers_to(rows: np.ndarray, count: int) -> np.ndarray:
    """Where the entries of each of `count` rows begin, if they are in order; of rows' dtype."""
    result = np.zeros(count + 1, rows.dtype)
    result[1:] = np.bincount(rows, minlength=count).cumsum()
    return result


def pointers_of(indices: Tensor, count: int) -> tuple[Tensor, Tensor, Tensor | None]:
    """(pointers, columns, order) of the matrix whose entry e lies at indices[:, e], of shape
    (2, entries); `order` is None if its entries are row by row already."""

    def compute(indices: np.ndarray) -> tuple[Any, ...]:
        rows, columns = indices
        order = None
        if (rows[1:] < rows[:-1]).any():
            order = np.argsort(rows, kind="stable").astype(np.int64)
            columns = columns[order]
        pointers = pointers_to(rows, count)
        found = _as_tensors(pointers, np.ascontiguousarray(columns))
        return (*found, None if order is None else _as_tensors(order)[0])

    return derived("pointers", (indices,), count, compute)  # type: ignore[no-any-return]
