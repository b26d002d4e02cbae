"""Matrix products, by the library and by generated kernels, around the edges of tiles."""

from __future__ import annotations

import numpy as np
import pytest

import flambeau
from flambeau.core.config import config
from flambeau.engine.backend.blas import dot_tiles

EDGES = [0, 1, 2, 15, 16, 17, 63, 64, 65, 127, 129]


def product(m, k, n, dtype, left, right):
    source = np.random.default_rng(m * 31 + k * 7 + n)
    a = source.standard_normal((k, m) if left else (m, k)).astype(dtype)
    b = source.standard_normal((n, k) if right else (k, n)).astype(dtype)
    x, y = flambeau.from_numpy(a), flambeau.from_numpy(b)
    found = (x.t() if left else x) @ (y.t() if right else y)
    a, b = (a.T if left else a), (b.T if right else b)
    expected = a.astype(np.float64) @ b.astype(np.float64)
    bound = np.abs(a).astype(np.float64) @ np.abs(b).astype(np.float64)
    assert found.shape == (m, n) and found.dtype is getattr(flambeau, dtype)
    unit = np.finfo(dtype).eps
    assert (np.abs(found.numpy() - expected) <= (k + 2) * unit * bound + 1e-300).all()


@pytest.mark.parametrize("blas", [0, 1])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_sizes_around_tile_edges(dtype, blas):
    source = np.random.default_rng(5)
    with config.override(BLAS=blas):
        for _ in range(40):
            m, k, n = (int(source.choice(EDGES)) for _ in range(3))
            product(m, k, n, dtype, *(bool(b) for b in source.integers(0, 2, 2)))


@pytest.mark.parametrize("sizes", [(1, 700, 1), (513, 3, 2), (2, 300, 513), (300, 1, 300)])
def test_long_and_thin_products(sizes):
    product(*sizes, "float32", False, True)


def test_tiles_cover_the_matrix():
    for m in (1, 17, 64, 100, 1000, 2048):
        for n in (1, 16, 65, 512, 1023):
            tile_m, tile_n, down, across = dot_tiles(m, n, 256, 1)
            assert (down - 1) * tile_m < m <= down * tile_m
            assert (across - 1) * tile_n < n <= across * tile_n


def test_slices_are_multiplied_where_they_lie():
    a = np.random.default_rng(0).standard_normal((40, 50)).astype(np.float32)
    x = flambeau.from_numpy(a)
    found = x[3:30, 5:25] @ x[10:30, 2:40]
    np.testing.assert_allclose(found.numpy(), a[3:30, 5:25] @ a[10:30, 2:40], rtol=1e-4, atol=1e-5)
    found = x[::2, ::5] @ x[:10, 1::3]
    np.testing.assert_allclose(found.numpy(), a[::2, ::5] @ a[:10, 1::3], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "int32", "int64", "uint8"])
def test_products_of_other_dtypes(dtype):
    a = np.random.default_rng(0).integers(0, 5, (20, 30))
    b = np.random.default_rng(1).integers(0, 5, (30, 10))
    kind = getattr(flambeau, dtype)
    found = flambeau.from_numpy(a).to(kind) @ flambeau.from_numpy(b).to(kind)
    assert found.dtype is kind
    exact = a @ b
    if dtype == "uint8":
        exact = exact % 256
    if dtype == "bfloat16":
        np.testing.assert_allclose(found.float().numpy(), exact, rtol=2**-8)
    else:
        assert found.tolist() == exact.tolist()
