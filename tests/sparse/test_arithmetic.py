"""Arithmetic of sparse tensors against dense arrays and PyTorch."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

import flambeau
from tests.sparse.matrices import array_of, both

A, B, D = (
    array_of(4, 5, seed=1),
    array_of(4, 5, seed=2),
    np.random.default_rng(3).normal(size=(4, 5)),
)
LAYOUTS = ["to_sparse_coo", "to_sparse_csr", "to_sparse_csc"]


def close(found, expected):
    assert found.shape == expected.shape
    np.testing.assert_allclose(found.to_dense().numpy(), expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_sums_products_and_quotients(layout):
    a, b = (getattr(flambeau.tensor(x), layout)() for x in (A, B))
    d = flambeau.tensor(D)
    for found, expected in [
        (a + b, A + B), (a - b, A - B), (a + a, A + A), (a.add(b, alpha=2), A + 2 * B),
        (flambeau.sub(a, b, alpha=3), A - 3 * B), (a * b, A * B), (a * 2, A * 2), (2 * a, A * 2),
        (a * d, A * D), (d * a, A * D), (a / 2, A / 2), (-a, -A), (a.neg(), -A), (a**2, A**2),
        (a * flambeau.tensor(3.0), A * 3), (a // 2, A // 2), (a * np.float64(2), A * 2),
    ]:  # fmt: skip
        assert found.layout is a.layout
        close(found, expected)
    for found, expected in [
        (d + a, D + A),
        (d - a, D - A),
        (flambeau.add(d, a, alpha=2), D + 2 * A),
    ]:
        assert found.layout is flambeau.strided
        close(found, expected)


def test_layouts_may_be_mixed():
    a, b = flambeau.tensor(A).to_sparse(), flambeau.tensor(B).to_sparse_csr()
    close(a + b, A + B)
    close(a * b, A * B)
    assert (a + b).layout is flambeau.sparse_coo
    assert (a * b).layout is flambeau.sparse_csr


def test_uncoalesced_operands_with_pytorch():
    torch = pytest.importorskip("torch")
    a, ta = both(4, 5, torch=torch)
    b, tb = both(4, 5, seed=1, torch=torch)
    d = np.random.default_rng(0).normal(size=(4, 5))
    functions = [
        lambda m, x, y, d: x + y, lambda m, x, y, d: x - y, lambda m, x, y, d: x * y,
        lambda m, x, y, d: x * d, lambda m, x, y, d: d + x, lambda m, x, y, d: x * 3 / 2,
        lambda m, x, y, d: x.abs(), lambda m, x, y, d: x.sin() + y.relu(),
        lambda m, x, y, d: x**2, lambda m, x, y, d: x.coalesce() + y.coalesce(),
        lambda m, x, y, d: m.sparse_coo_tensor(x._indices(), x._values()) * 2,
    ]  # fmt: skip
    for function in functions:
        found = function(flambeau, a, b, flambeau.tensor(d))
        expected = function(torch, ta, tb, torch.tensor(d))
        close(found, expected.to_dense().numpy())
    same = a.coalesce() + b.coalesce()
    assert same.is_coalesced()
    assert same._nnz() == (ta.coalesce() + tb.coalesce())._nnz()
    assert (a + b)._nnz() == (ta + tb)._nnz()


KEEP_ZERO = (
    "abs sin tan sinh tanh asinh atan erf expm1 sign sgn floor ceil round trunc frac relu square "
    "deg2rad rad2deg positive nan_to_num asin"
).split()


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", KEEP_ZERO)
def test_functions_that_keep_zeros(name, layout):
    small = A / (np.abs(A).max() + 1)
    dense = flambeau.tensor(small)
    x = getattr(dense, layout)()
    expected = getattr(dense, name)().numpy()
    close(getattr(x, name)(), expected)
    close(getattr(flambeau, name)(x), expected)


def test_bool_results():
    x = flambeau.sparse_coo_tensor([[0, 1]], [float("nan"), -1.0], (3,))
    assert x.isnan().to_dense().tolist() == [True, False, False]
    assert x.signbit().to_dense().tolist() == [False, True, False]
    assert x.any().item() is True


@pytest.mark.parametrize("layout", LAYOUTS)
def test_in_place(layout):
    a, b = (getattr(flambeau.tensor(x), layout)() for x in (A, B))
    x = a.clone()
    y = x
    x *= 2
    x += b
    x.sub_(b).div_(4)
    x /= 2
    x.neg_()
    assert x is y
    close(x, -A / 4)
    close(a, A)
    x.copy_(b)
    close(x, B)
    x.zero_()
    assert x._nnz() == 0
    d = flambeau.tensor(D)
    d.add_(a, alpha=2).mul_(2)
    close(d, 2 * (D + 2 * A))
    c = flambeau.tensor(A).to_sparse()
    c.t_()
    close(c, A.T)
    c.sin_().abs_()
    close(c, np.abs(np.sin(A.T)))


def test_dtypes():
    a = flambeau.tensor(A).to_sparse()
    assert (a.float() * a).dtype is flambeau.float64
    assert (a.float() + a).dtype is flambeau.float64
    assert (a.int() / 2).dtype is flambeau.float32
    assert a.to(flambeau.float32).dtype is flambeau.float32
    assert a.float().double().half().dtype is flambeau.float16
    assert a.to(a.dtype) is a
    assert a.cpu() is a
    assert a.bool().dtype is flambeau.bool
    assert a.type_as(a.float()).dtype is flambeau.float32
    with pytest.raises(RuntimeError, match="can't be cast"):
        a.int().add_(a)


REFUSED = {
    "Use add\\(dense, sparse\\) instead": lambda x, d: x + d,
    "the result would have no zeros": lambda x, d: x + 1,
    "equally many sparse dims": lambda x, d: d.to_sparse(1) + x,
    "but \\[4, 5\\] != \\[5, 4\\]": lambda x, d: x + x.t(),
    "scalar or zero-dim dense tensor divisor \\(got shape \\[4, 5\\]": lambda x, d: x / d,
    "cannot raise to zeroth power": lambda x, d: x**0,
    "shape of sparse dimensions": lambda x, d: x * x.t(),
    "can be expanded": lambda x, d: x * d.t(),
    "copy_\\(\\) between dense and sparse": lambda x, d: x.copy_(d),
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_refused(text):
    with pytest.raises(RuntimeError, match=text):
        REFUSED[text](flambeau.tensor(A).to_sparse(), flambeau.tensor(D))


def test_like_and_clone():
    for layout in LAYOUTS:
        x = getattr(flambeau.tensor(A), layout)()
        for make in (flambeau.zeros_like, flambeau.empty_like):
            y = make(x, dtype=flambeau.float32)
            assert (y.layout, y._nnz(), y.dtype, y.shape) == (
                x.layout, 0, flambeau.float32, x.shape)  # fmt: skip
        assert flambeau.zeros_like(x, layout=flambeau.strided).tolist() == np.zeros((4, 5)).tolist()
        z = x.clone()
        z *= 2
        close(x, A)
        close(z, 2 * A)
        close(flambeau.clone(x), A)
    with pytest.raises(NotImplementedError):
        flambeau.ones_like(x)


def test_printing_is_pytorchs():
    torch = pytest.importorskip("torch")

    def texts(m):
        i, v = m.tensor([[0, 1, 1], [2, 0, 2]]), m.tensor([3.0, 4.0, 5.5])
        s = m.sparse_coo_tensor(i, v, (2, 3))
        yield from (s, s.coalesce(), s * 1e9, s.int(), s.double(), s.to(m.complex64), s.bool())
        yield m.sparse_coo_tensor(size=(2, 3))
        yield m.sparse_coo_tensor(i, m.arange(12.0).reshape(3, 2, 2), (2, 3, 2, 2))
        yield s.clone().detach().requires_grad_()
        yield m.sparse_coo_tensor(i, v.requires_grad_(), (2, 3))
        yield m.sparse_coo_tensor(m.arange(2000).reshape(1, -1), m.arange(2000.0), (2000,))
        yield m.sparse_coo_tensor(m.arange(40).reshape(2, 20), m.arange(20.0) * 1.5, (60, 60))
        d = s.detach().to_dense()
        yield from (d.to_sparse_csr(), d.to_sparse_csc(), d.double().to_sparse_csr())
        yield (d * 0).to_sparse_csr()

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = [repr(x) for x in texts(torch)]
    for found, text in zip([repr(x) for x in texts(flambeau)], expected, strict=True):
        # our package's name is longer, so lines may end elsewhere
        ours = found.replace("flambeau.", "torch.").split()
        assert ours == text.split()
    assert repr(next(iter(texts(flambeau)))) == expected[0].replace("torch.", "flambeau.")
