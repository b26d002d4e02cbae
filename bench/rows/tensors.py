"""Operations on tensors that training loops run often, dense and sparse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from bench.library import Library
from bench.rows.row import MILLION, Row, Work, operation

__all__ = ["TENSORS"]

Make = Callable[[Library], Work]


def indexed(function: Callable[[Any, Any, Any], Any], *shape: int, high: int | None = None) -> Make:
    """A row of function(module, x, index); the index is of x's shape, or of its first dim alone
    where `high` says how many rows are picked."""

    def make(library: Library) -> Work:
        torch = library.torch
        source = np.random.default_rng(0)
        x = torch.randn(*shape)
        size = shape if high is None else (high,)
        index = torch.from_numpy(source.integers(0, shape[0], size))
        return lambda: function(torch, x, index)

    return make


def in_memory(x: Any) -> Any:
    """x with its elements in memory of its own: a copy that nobody reads is not made otherwise."""
    x.data_ptr()
    return x


def masked(function: Callable[[Any, Any, Any], Any]) -> Make:
    """A row of function(module, x, mask): half of four million elements."""

    def make(library: Library) -> Work:
        torch = library.torch
        x = torch.randn(4 * MILLION)
        mask = torch.randn(4 * MILLION) > 0
        return lambda: function(torch, x, mask)

    return make


def embedding(library: Library) -> Work:
    """Forward and backward: 64 x 128 of 10,000 words, 256 numbers each."""
    torch = library.torch
    table = torch.nn.Embedding(10_000, 256)
    words = torch.from_numpy(np.random.default_rng(0).integers(0, 10_000, (64, 128)))

    def run() -> Any:
        table.weight.grad = None
        table(words).sum().backward()
        return table.weight.grad

    return run


def einsum(library: Library) -> Work:
    torch = library.torch
    a, b = torch.randn(8, 16, 128, 64), torch.randn(8, 16, 128, 64)
    return lambda: torch.einsum("bhqd,bhkd->bhqk", a, b)


def batched(library: Library) -> Work:
    torch = library.torch
    a, b = torch.randn(1024, 16, 16), torch.randn(1024, 16, 16)
    return lambda: a @ b


def image(function: Callable[[Any, Any], Any]) -> Make:
    """A row on 16 images of 32 channels, 64 x 64."""
    return operation(lambda torch, x: function(torch.nn.functional, x), 16, 32, 64, 64)


def filled(function: Callable[[Any], Any]) -> Make:
    """A row that fills four million elements with random numbers."""
    return operation(lambda torch, x: function(x), 4 * MILLION)


def dropout(library: Library) -> Work:
    torch = library.torch
    x = torch.randn(4 * MILLION)
    return lambda: torch.nn.functional.dropout(x, 0.1, True)


def sparse(density: float, columns: int) -> Make:
    """A CSR matrix 2048 x 2048 times a dense one."""

    def make(library: Library) -> Work:
        torch = library.torch
        matrix = torch.from_numpy(sparse_matrix(density)).to_sparse_csr()
        x = torch.randn(2048, columns)
        return lambda: matrix @ x

    return make


def sparse_matrix(density: float) -> np.ndarray:
    source = np.random.default_rng(0)
    dense = source.normal(size=(2048, 2048)) * (source.random((2048, 2048)) < density)
    return dense.astype(np.float32)


def sparse_in_scipy(density: float, columns: int) -> Make:
    """The same against SciPy, which takes PyTorch's part."""

    def make(library: Library) -> Work:
        torch = library.torch
        dense, x = sparse_matrix(density), torch.randn(2048, columns)
        if library.name != "torch":
            matrix = torch.from_numpy(dense).to_sparse_csr()
            return lambda: matrix @ x
        from scipy.sparse import csr_array  # type: ignore[import-untyped]

        theirs, array = csr_array(dense), x.numpy()
        return lambda: theirs @ array

    return make


def sparse_step(layout: str) -> Make:
    """Forward and backward to the dense side and to the values, at 1 % and 64 columns."""

    def make(library: Library) -> Work:
        torch = library.torch
        matrix = getattr(torch.from_numpy(sparse_matrix(0.01)), layout)().requires_grad_()
        x = torch.randn(2048, 64).requires_grad_()

        def run() -> Any:
            matrix.grad = x.grad = None
            torch.sparse.mm(matrix, x).sum().backward()
            return matrix.grad, x.grad

        return run

    return make


TENSORS = (
    Row("gather, 4096x1024", indexed(lambda torch, x, i: x.gather(0, i), 4096, 1024), 1.0),
    Row("scatter_add, 4096x1024",
        indexed(lambda torch, x, i: torch.zeros_like(x).scatter_add(0, i, x), 4096, 1024), 1.0),
    Row("index_select, 65536 of 10000x64",
        indexed(lambda torch, x, i: x.index_select(0, i), 10_000, 64, high=65_536), 1.0),
    Row("index_add, 65536 into 10000x64",
        indexed(lambda torch, x, i: torch.zeros_like(x).index_add(0, i, x[i]), 10_000, 64,
                high=65_536), 1.0),
    Row("embedding 10000x256, 64x128 words, forward+backward", embedding, 1.0),
    Row("cumsum, 4096x1024, last dim", operation(lambda torch, x: x.cumsum(1), 4096, 1024), 1.0),
    Row("cumsum, 4096x1024, first dim", operation(lambda torch, x: x.cumsum(0), 4096, 1024), 1.0),
    Row("sort, 1 Mi", operation(lambda torch, x: x.sort(), MILLION), 1.0),
    Row("sort, 4096x1024", operation(lambda torch, x: x.sort(1), 4096, 1024), 1.0),
    Row("topk 10 of 4096x1024", operation(lambda torch, x: x.topk(10, 1), 4096, 1024), 1.0),
    Row("argmax, 4096x1024, last dim", operation(lambda torch, x: x.argmax(1), 4096, 1024), 1.0),
    Row("argmax, 4096x1024, first dim", operation(lambda torch, x: x.argmax(0), 4096, 1024), 1.0),
    Row("where, 4 Mi", masked(lambda torch, x, mask: torch.where(mask, x, 0.0)), 1.0),
    Row("masked_fill, 4 Mi", masked(lambda torch, x, mask: x.masked_fill(mask, 1.0)), 1.0),
    Row("cat, 4 of 1024x1024, last dim",
        operation(lambda torch, x: torch.cat([x, x, x, x], 1), 1024, 1024), 1.0),
    Row("transpose and copy, 2048x2048",
        operation(lambda torch, x: in_memory(x.t().contiguous()), 2048, 2048), 1.0),
    Row("einsum bhqd,bhkd->bhqk, 8x16x128x64", einsum, 1.0),
    Row("batched product, 1024 of 16x16", batched, 1.0),
    Row("interpolate bilinear x2, 16x32x64x64",
        image(lambda f, x: f.interpolate(x, scale_factor=2, mode="bilinear")), 1.0),
    Row("interpolate nearest x2, 16x32x64x64",
        image(lambda f, x: f.interpolate(x, scale_factor=2)), 1.0),
    Row("max_pool2d 2, 16x32x64x64", image(lambda f, x: f.max_pool2d(x, 2)), 1.0),
    Row("avg_pool2d 3 stride 2, 16x32x64x64", image(lambda f, x: f.avg_pool2d(x, 3, 2)), 1.0),
    Row("uniform_, 4 Mi", filled(lambda x: x.uniform_()), 1.0),
    Row("normal_, 4 Mi", filled(lambda x: x.normal_()), 1.0),
    Row("dropout, 4 Mi", dropout, 1.0),
    *[
        Row(f"CSR 2048x2048 at {density:.0%} @ {columns} columns", sparse(density, columns),
            2.0 if density < 0.05 else 1.0)
        for density in (0.01, 0.1) for columns in (64, 128)
    ],
    *[
        Row(f"CSR 2048x2048 at 1% @ {columns} columns, SciPy for PyTorch",
            sparse_in_scipy(0.01, columns), 5.0)
        for columns in (64, 128)
    ],
    Row("COO 2048x2048 at 1% @ 64 columns, forward+backward", sparse_step("to_sparse"), 1.0),
    Row("CSR 2048x2048 at 1% @ 64 columns, forward+backward", sparse_step("to_sparse_csr"), 1.0),
)  # fmt: skip
