"""Random sparse matrices, as arrays, as tensors of both libraries."""

from __future__ import annotations

import numpy as np

import flambeau


def array_of(*shape, density=0.3, seed=0, dtype=np.float64):
    """An array most of whose elements are zero."""
    source = np.random.default_rng(seed)
    return (source.normal(size=shape) * (source.random(shape) < density)).astype(dtype)


def entries_of(*shape, count=8, seed=0, dense=()):
    """(indices, values) with repeated places and in no order."""
    source = np.random.default_rng(seed)
    indices = np.stack([source.integers(0, n, count) for n in shape])
    indices[:, -1] = indices[:, 0]
    return indices, source.normal(size=(count, *dense))


def both(*shape, count=8, seed=0, dense=(), torch=None):
    """The same uncoalesced COO tensor here and in PyTorch."""
    indices, values = entries_of(*shape, count=count, seed=seed, dense=dense)
    size = (*shape, *dense)
    ours = flambeau.sparse_coo_tensor(flambeau.tensor(indices), flambeau.tensor(values), size)
    theirs = torch.sparse_coo_tensor(torch.tensor(indices), torch.tensor(values), size)
    return ours, theirs
