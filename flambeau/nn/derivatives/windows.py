"""Derivatives of pooling, padding and embedding: linear maps and their transposes."""

from __future__ import annotations

from typing import Any

import numpy as np

from flambeau.autograd.vjps.table import non_differentiable, vjp
from flambeau.nn.operations.embedding import EMBEDDING_BACKWARD, EMBEDDING_ROWS
from flambeau.nn.operations.padding import PAD, PAD_BACKWARD, PAD_MIRRORED, PAD_MIRRORED_BACKWARD
from flambeau.nn.operations.pooling import (
    ADAPTIVE_AVG,
    ADAPTIVE_AVG_BACKWARD,
    AVG_POOL,
    AVG_POOL_BACKWARD,
    MAX_POOL_BACKWARD,
    MAX_POOL_PICK,
)
from flambeau.sparse.coo import CooTensor, index_tensor
from flambeau.tensor.apply import apply
from flambeau.tensor.boundary import read
from flambeau.tensor.gathering import index_select

__all__: list[str] = []

# -- max: where the greatest element is does not change -------------------------------------------
vjp("max_pool", lambda g, x, attributes: apply(MAX_POOL_BACKWARD, (g, x), attributes))
vjp(
    "max_pool_backward",
    lambda g, y, attributes: apply(MAX_POOL_PICK, (g, y), attributes),
    None,
)
vjp(
    "max_pool_pick",
    lambda g, y, attributes: apply(MAX_POOL_BACKWARD, (g, y), attributes),
    None,
)
non_differentiable("max_pool_index")


# -- mean -----------------------------------------------------------------------------------------
def _avg_pool(g: Any, types: tuple, attributes: tuple) -> Any:
    windows, _ = attributes
    shape = types[0].shape
    size = shape[len(shape) - len(windows.kernel) :]
    return apply(AVG_POOL_BACKWARD, (g,), (*attributes, size))


vjp("avg_pool", _avg_pool)
vjp("avg_pool_backward", lambda g, attributes: apply(AVG_POOL, (g,), attributes[:2]))
vjp(
    "adaptive_avg",
    lambda g, types, attributes: apply(
        ADAPTIVE_AVG_BACKWARD, (g,), (attributes[0], types[0].shape[attributes[0]])
    ),
)
vjp(
    "adaptive_avg_backward",
    lambda g, types, attributes: apply(
        ADAPTIVE_AVG, (g,), (attributes[0], types[0].shape[attributes[0]])
    ),
)

# -- padding --------------------------------------------------------------------------------------
vjp("pad", lambda g, attributes: apply(PAD_BACKWARD, (g,), attributes[:2]))
vjp("pad_backward", lambda g, attributes: apply(PAD, (g,), (*attributes, 0.0)))
vjp("pad_mirrored", lambda g, attributes: apply(PAD_MIRRORED_BACKWARD, (g,), attributes))
vjp("pad_mirrored_backward", lambda g, attributes: apply(PAD_MIRRORED, (g,), attributes))


# -- embedding ------------------------------------------------------------------------------------
def _embedding(g: Any, y: Any, types: tuple, attributes: tuple) -> Any:
    return apply(EMBEDDING_BACKWARD, (g, y), (types[0].shape[0], *attributes))


def _by_frequency(g: Any, y: Any, z: Any, types: tuple, attributes: tuple) -> Any:
    return _embedding(g / z.unsqueeze(-1).to(g.dtype), y, types, attributes)


def _embedding_sparse(g: Any, y: Any, types: tuple, attributes: tuple) -> Any:
    rows, width = types[0].shape
    (padding,) = attributes
    index, values = y.reshape(-1), g.reshape(-1, width)
    if padding >= 0:
        kept = index_tensor(np.flatnonzero(read(index) != padding))
        index, values = index_select(index, 0, kept), index_select(values, 0, kept)
    return CooTensor._make(index.long().unsqueeze(0), values, (rows, width))


vjp("embedding", _embedding, None)
vjp("embedding_sparse", _embedding_sparse, None)
vjp("embedding_by_frequency", _by_frequency, None, None)
vjp(
    "embedding_backward",
    lambda g, y, attributes: apply(EMBEDDING_ROWS, (g, y), attributes[1:]),
    None,
)
vjp("embedding_rows", _embedding, None)
non_differentiable("index_along")
