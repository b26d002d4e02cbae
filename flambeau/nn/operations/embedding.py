"""Embedding: rows of a table.

Operations:
  embedding (weight, index) [padding_idx or -1]                (n, d), (...) -> (..., d)
  embedding_sparse (weight, index) [padding_idx or -1]     the same; its gradient is sparse
  embedding_by_frequency (weight, index, n) [padding_idx or -1]
                                     the same; each row's gradient is divided by n, its frequency
  embedding_backward (g, index) [n, padding_idx or -1]         (..., d), (...) -> (n, d)
  embedding_rows (c, index) [padding_idx or -1]   the transpose of embedding_backward
"""

from __future__ import annotations

from flambeau.core import dtype as dt
from flambeau.core.errors import message
from flambeau.engine.graph import build
from flambeau.engine.graph.node import Node
from flambeau.tensor.operation import operation
from flambeau.tensor.promotion import in_full_precision

__all__ = [
    "EMBEDDING", "EMBEDDING_BACKWARD", "EMBEDDING_BY_FREQUENCY", "EMBEDDING_ROWS",
    "EMBEDDING_SPARSE",
]  # fmt: skip


def _rows(weight: Node, index: Node) -> Node:
    return build.take(weight, build.convert(index, dt.int64), 0)


@operation("embedding")
def EMBEDDING(weight: Node, index: Node, padding_idx: int) -> Node:
    """The row of each index; the row `padding_idx` gets no gradient."""
    if index.dtype not in (dt.int64, dt.int32):
        raise RuntimeError(
            message("embedding", f"indices of dtype {index.dtype.name}", "Expected tensor for "
                    "argument 'indices' to have one of the following scalar types: Long, Int",
                    "input.long(); the indices are the first argument")
        )  # fmt: skip
    if len(weight.shape) != 2:
        raise RuntimeError(
            message("embedding", f"a weight of shape {list(weight.shape)}", "'weight' must be 2-D")
        )
    return _rows(weight, index)


@operation("embedding_sparse")
def EMBEDDING_SPARSE(weight: Node, index: Node, padding_idx: int) -> Node:
    """The same; the gradient is a sparse tensor with an entry for each index."""
    return EMBEDDING.expand(weight, index, padding_idx)


@operation("embedding_by_frequency")
def EMBEDDING_BY_FREQUENCY(weight: Node, index: Node, n: Node, padding_idx: int) -> Node:
    return _rows(weight, index)


def _is_padding(index: Node, ndim: int, padding_idx: int) -> Node:
    mask = build.apply("eq", index, build.constant(padding_idx, index.dtype))
    return build.reshape(mask, (*mask.shape, *(1,) * (ndim - len(mask.shape))))


def _without_padding(x: Node, index: Node, padding_idx: int) -> Node:
    if padding_idx < 0:
        return x
    mask = build.expand(_is_padding(index, len(x.shape), padding_idx), x.shape)
    return build.apply("where", mask, build.constant(0, x.dtype), x)


@operation("embedding_backward")
def EMBEDDING_BACKWARD(g: Node, index: Node, rows: int, padding_idx: int) -> Node:
    """Zeros to which g is added at the index of each row."""
    wide = _without_padding(in_full_precision(g), index, padding_idx)
    count, width = index.type.numel, g.shape[-1]
    zeros = build.full((rows, width), 0, wide.dtype)
    flat = build.reshape(build.convert(index, dt.int64), (count,))
    result = build.put(zeros, flat, build.reshape(wide, (count, width)), 0, "add")
    return build.convert(result, g.dtype)


@operation("embedding_rows")
def EMBEDDING_ROWS(c: Node, index: Node, padding_idx: int) -> Node:
    """The row of each index, zeros for padding."""
    return _without_padding(_rows(c, index), index, padding_idx)
