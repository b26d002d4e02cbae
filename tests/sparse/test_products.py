"""Products of sparse matrices against dense arrays, SciPy and PyTorch."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import flambeau
from flambeau.core.config import config
from flambeau.tensor.compressed import csr_dot, csr_sampled
from tests.sparse.matrices import array_of, both

A, B = array_of(6, 5, seed=1), array_of(5, 4, seed=2)
X, Y = np.random.default_rng(3).normal(size=(5, 3)), np.random.default_rng(4).normal(size=(7, 6))
LAYOUTS = ["to_sparse_coo", "to_sparse_csr", "to_sparse_csc"]


def close(found, expected, tolerance=1e-12):
    assert found.shape == expected.shape
    found = found.to_dense().numpy()
    np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_products_with_dense_matrices(layout):
    a, x, y = getattr(flambeau.tensor(A), layout)(), flambeau.tensor(X), flambeau.tensor(Y)
    for found, expected in [
        (a @ x, A @ X), (a.mm(x), A @ X), (flambeau.mm(a, x), A @ X), (a.matmul(x), A @ X),
        (flambeau.sparse.mm(a, x), A @ X), (y @ a, Y @ A), (flambeau.sparse.mm(y, a), Y @ A),
        (a.mv(x[:, 0]), A @ X[:, 0]), (a @ x[:, 1], A @ X[:, 1]), (y[0] @ a, Y[0] @ A),
        (a.t() @ y.t(), A.T @ Y.T), (a @ flambeau.tensor(X.T.copy()).t(), A @ X),
        (flambeau.nn.functional.linear(a, x.t()), A @ X),
        (flambeau.nn.functional.linear(a, x.t(), x[0]), A @ X + X[0]),
        (a @ x[:, :0], np.zeros((6, 0))), (flambeau.spmm(a, x), A @ X),
        (flambeau.dsmm(y, a), Y @ A),
    ]:  # fmt: skip
        assert found.layout is flambeau.strided
        close(found, expected)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_sums_of_products(layout):
    a, x = getattr(flambeau.tensor(A), layout)(), flambeau.tensor(X)
    c = np.random.default_rng(0).normal(size=(6, 3))
    start = flambeau.tensor(c)
    close(flambeau.addmm(start, a, x), c + A @ X)
    close(flambeau.sparse.addmm(start, a, x, beta=2, alpha=3), 2 * c + 3 * (A @ X))
    close(flambeau.sparse.addmm(start, a, x, beta=0), A @ X)
    close(start.addmm(a, x, beta=0.5), 0.5 * c + A @ X)
    close(flambeau.addmv(start[:, 0], a, x[:, 0]), c[:, 0] + A @ X[:, 0])
    close(start.clone().addmm_(a, x), c + A @ X)


def test_products_of_two_sparse_matrices():
    for first in LAYOUTS:
        for second in LAYOUTS:
            a, b = getattr(flambeau.tensor(A), first)(), getattr(flambeau.tensor(B), second)()
            close(a @ b, A @ B)
            close(flambeau.sparse.mm(a, b), A @ B)
    assert (a.to_sparse_csr() @ b.to_sparse_csr()).layout is flambeau.sparse_csr
    found = a.to_sparse_coo() @ b.to_sparse_coo()
    assert found.layout is flambeau.sparse_coo
    assert found.is_coalesced()
    nothing = flambeau.zeros(6, 5).double().to_sparse() @ b.to_sparse_coo()
    assert (nothing._nnz(), nothing.shape) == (0, (6, 4))


def test_batches_and_older_names_with_pytorch():
    torch = pytest.importorskip("torch")
    warnings.simplefilter("ignore")
    a, ta = both(2, 4, 5, count=15, torch=torch)
    x = np.random.default_rng(0).normal(size=(2, 5, 3))
    close(flambeau.bmm(a, flambeau.tensor(x)), torch.bmm(ta, torch.tensor(x)).numpy())
    m, tm = both(4, 5, torch=torch)
    d = np.random.default_rng(1).normal(size=(5, 3))
    close(flambeau.smm(m, flambeau.tensor(d)), torch.smm(tm, torch.tensor(d)).to_dense().numpy())
    ours, theirs = flambeau.hspmm(m, flambeau.tensor(d)), torch.hspmm(tm, torch.tensor(d))
    assert (ours.sparse_dim(), ours.dense_dim()) == (1, 1)
    close(ours, theirs.to_dense().numpy())
    s, ts = both(4, 3, torch=torch)
    found = flambeau.sspaddmm(s, m, flambeau.tensor(d), beta=2, alpha=3)
    close(found, torch.sspaddmm(ts, tm, torch.tensor(d), beta=2, alpha=3).to_dense().numpy())
    close(
        s.sspaddmm(m, flambeau.tensor(d)),
        (torch.sspaddmm(ts, tm, torch.tensor(d))).to_dense().numpy(),
    )


@pytest.mark.parametrize("reduce", ["sum", "mean", "amax", "amin"])
def test_reduced_products_with_pytorch(reduce):
    torch = pytest.importorskip("torch")
    warnings.simplefilter("ignore")
    a, x = array_of(6, 5, seed=5), X
    ours, theirs = flambeau.tensor(a).to_sparse_csr(), torch.tensor(a).to_sparse_csr()
    v, w = flambeau.tensor(x, requires_grad=True), torch.tensor(x, requires_grad=True)
    found, expected = flambeau.sparse.mm(ours, v, reduce), torch.sparse.mm(theirs, w, reduce)
    close(found.detach(), expected.detach().numpy())
    weight = np.random.default_rng(0).normal(size=(6, 3))
    (found * flambeau.tensor(weight)).sum().backward()
    (expected * torch.tensor(weight)).sum().backward()
    close(v.grad, w.grad.numpy())


def test_sampled_product():
    pattern = array_of(6, 4, seed=8)
    a = flambeau.tensor(pattern).to_sparse_csr()
    x, y = (
        np.random.default_rng(0).normal(size=(6, 9)),
        np.random.default_rng(1).normal(size=(9, 4)),
    )
    found = flambeau.sparse.sampled_addmm(
        a, flambeau.tensor(x), flambeau.tensor(y), beta=0.5, alpha=2
    )
    assert found.layout is flambeau.sparse_csr
    close(found, 0.5 * pattern + 2 * (x @ y) * (pattern != 0))
    found = flambeau.sparse.sampled_addmm(a, flambeau.tensor(x), flambeau.tensor(y), beta=0)
    close(found, (x @ y) * (pattern != 0))
    for text, arguments in {
        "expected sparse row compressed": (a.to_sparse_coo(), x, y),
        "Expected mat1 to be a dense matrix": (a, a, y),
        "cannot be multiplied \\(6x9 and 4x9\\)": (a, x, y.T),
        "must match mat1.shape": (a, x[:5], y),
        "same dtype": (a, x.astype(np.float32), y),
    }.items():
        tensors = [flambeau.tensor(t) if isinstance(t, np.ndarray) else t for t in arguments]
        with pytest.raises(RuntimeError, match=text):
            flambeau.sparse.sampled_addmm(*tensors)


REFUSED = {
    "cannot be multiplied \\(6x5 and 6x5\\)": lambda a: a @ a,
    "equal to the second's last but one": lambda a: a @ flambeau.ones(3, 3).double(),
    "have the same dtype": lambda a: a @ flambeau.ones(5, 3),
    "reduce type of prod": lambda a: flambeau.sparse.mm(a, flambeau.ones(5, 1).double(), "prod"),
    "matrices: two dims": lambda a: flambeau.sparse.mm(a, flambeau.ones(5).double()),
    "sparse dims alone": lambda a: flambeau.ones(6, 5).double().to_sparse(1) @ a.t(),
    "equal batch sizes": lambda a: flambeau.bmm(a.unsqueeze(0), flambeau.ones(2, 5, 3).double()),
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_refused(text):
    with pytest.raises((RuntimeError, NotImplementedError), match=text):
        REFUSED[text](flambeau.tensor(A).to_sparse())


@given(
    rows=st.integers(0, 40), height=st.integers(0, 40), width=st.integers(0, 70),
    density=st.floats(0, 1), seed=st.integers(0, 1000), wide=st.booleans(), narrow=st.booleans(),
)  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_random_patterns(rows, height, width, density, seed, wide, narrow):
    """Any pattern, any width, both dtypes and index dtypes: as the dense product."""
    dtype = np.float64 if wide else np.float32
    array = array_of(rows, height, density=density, seed=seed, dtype=dtype)
    x = np.random.default_rng(seed).normal(size=(height, width)).astype(dtype)
    coo = flambeau.tensor(array).to_sparse()
    csr = coo.to_sparse_csr()
    if narrow:
        parts = (csr.crow_indices().int(), csr.col_indices().int(), csr.values())
        csr = flambeau.sparse_csr_tensor(*parts, csr.shape)
    expected = array.astype(np.float64) @ x
    tolerance = 1e-11 if wide else 1e-4
    for matrix in (coo, csr, csr.to_sparse_csc()):
        close(matrix @ flambeau.tensor(x), expected, tolerance)
        assert matrix.to_dense().numpy().tolist() == array.tolist()
    close(flambeau.tensor(x.T.copy()) @ csr.t(), expected.T, tolerance)


def test_as_scipy():
    scipy = pytest.importorskip("scipy.sparse")
    array = array_of(300, 200, density=0.05, dtype=np.float32)
    x = np.random.default_rng(0).normal(size=(200, 65)).astype(np.float32)
    expected = scipy.csr_array(array) @ x
    close(flambeau.tensor(array).to_sparse_csr() @ flambeau.tensor(x), expected, 1e-4)


def test_one_long_row():
    """All work in one row: still right, and the same for any number of threads."""
    array = np.zeros((500, 3000), np.float32)
    array[250] = np.random.default_rng(0).normal(size=3000)
    array[::7, 5] = 1
    x = np.random.default_rng(1).normal(size=(3000, 100)).astype(np.float32)
    a = flambeau.tensor(array).to_sparse_csr()
    before = flambeau.get_num_threads()
    results = []
    for threads in (1, 2):
        flambeau.set_num_threads(threads)
        results.append((a @ flambeau.tensor(x)).numpy().copy())
    flambeau.set_num_threads(before)
    assert np.array_equal(*results)
    np.testing.assert_allclose(results[0], array @ x, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("backend", ["simulated", "interpreter"])
def test_other_backends(backend):
    with config.override(BACKEND=backend):
        a, x = flambeau.tensor(A).to_sparse_csr(), flambeau.tensor(X)
        close(a @ x, A @ X)
        close(a.to_sparse() @ x, A @ X)


def test_examples_of_a_batch_share_the_matrix():
    a = flambeau.tensor(A).to_sparse_csr()
    x = flambeau.tensor(np.random.default_rng(0).normal(size=(3, 5, 2)))
    found = flambeau.vmap(lambda x: flambeau.sparse.mm(a, x))(x)
    close(found, A @ x.numpy())
    values = flambeau.stack([a.values(), 2 * a.values()])
    pointers, columns = a.crow_indices(), a.col_indices()

    one = flambeau.tensor(X)
    found = flambeau.vmap(lambda v: csr_dot(pointers, columns, v, one))(values)
    close(found, np.stack([A @ X, 2 * A @ X]))
    left = flambeau.tensor(np.random.default_rng(0).normal(size=(3, 6, 2)))
    right = flambeau.tensor(np.random.default_rng(1).normal(size=(3, 5, 2)))
    found = flambeau.vmap(lambda x, y: csr_sampled(pointers, columns, x, y))(left, right)
    expected = (left.numpy() @ right.numpy().transpose(0, 2, 1))[:, A != 0]
    close(found, expected)
