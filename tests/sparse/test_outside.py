"""Sparse tensors in files, pickles and SciPy's hands."""

from __future__ import annotations

import io
import pickle
import warnings

import numpy as np
import pytest

import flambeau
from tests.sparse.matrices import array_of

ARRAY = array_of(4, 5)


def samples():
    x = flambeau.tensor(ARRAY)
    yield from (x.to_sparse(), x.to_sparse_csr(), x.to_sparse_csc(), x.to_sparse(1))
    yield x.float().to_sparse().requires_grad_()
    yield flambeau.sparse_coo_tensor([[1, 0, 1]], [1.0, 2.0, 3.0], (3,))
    yield flambeau.zeros(2, 3).to_sparse()


def same(a, b):
    assert a.layout is b.layout
    assert (a.shape, a.dtype, a._nnz()) == (b.shape, b.dtype, b._nnz())
    if a.is_sparse:
        assert a.is_coalesced() == b.is_coalesced()
        assert a._indices().tolist() == b._indices().tolist()
    assert flambeau.equal(a.to_dense(), b.to_dense())


def test_pickles():
    for x in samples():
        y = pickle.loads(pickle.dumps(x))
        same(x, y)
        assert y.requires_grad == x.requires_grad


def test_checkpoints():
    for x in samples():
        file = io.BytesIO()
        flambeau.save({"x": x, "layout": x.layout}, file)
        file.seek(0)
        found = flambeau.load(file)
        same(x, found["x"])
        assert found["layout"] is x.layout


def test_checkpoints_of_pytorch_and_for_it():
    torch = pytest.importorskip("torch")
    warnings.simplefilter("ignore")
    for x in samples():
        file = io.BytesIO()
        flambeau.save(x, file)
        file.seek(0)
        theirs = torch.load(file)
        assert str(theirs.layout).split(".")[1] == x.layout.name
        assert theirs.to_dense().tolist() == x.to_dense().tolist()
        file = io.BytesIO()
        torch.save(theirs, file)
        file.seek(0)
        same(flambeau.load(file), x.detach())


def test_a_checkpoint_with_bad_indices_is_refused():
    torch = pytest.importorskip("torch")
    warnings.simplefilter("ignore")
    bad = torch.sparse_coo_tensor(torch.tensor([[7]]), torch.ones(1), (3,), check_invariants=False)
    file = io.BytesIO()
    torch.save(bad, file)
    file.seek(0)
    with pytest.raises(RuntimeError, match="found index 7"):
        flambeau.load(file)


@pytest.mark.parametrize("kind", ["csr", "csc", "coo", "bsr", "dia", "lil", "dok"])
def test_from_scipy_and_back(kind):
    scipy = pytest.importorskip("scipy.sparse")
    for make in (getattr(scipy, f"{kind}_array"), getattr(scipy, f"{kind}_matrix")):
        given = make(ARRAY)
        x = flambeau.sparse.from_scipy(given)
        assert x.layout.name == (f"sparse_{kind}" if kind in ("csr", "csc") else "sparse_coo")
        assert x.dtype is flambeau.float64
        assert x.to_dense().numpy().tolist() == ARRAY.tolist()
        back = x.to_scipy()
        assert scipy.issparse(back)
        assert back.format == x.layout.name[-3:]
        assert back.toarray().tolist() == ARRAY.tolist()
        back.data[:] = 0
        assert x.to_dense().numpy().tolist() == ARRAY.tolist()


def test_scipy_arrays_that_are_not_in_order():
    scipy = pytest.importorskip("scipy.sparse")
    given = scipy.csr_array((np.ones(3), np.array([2, 0, 2]), np.array([0, 3, 3])), (2, 3))
    x = flambeau.sparse.from_scipy(given)
    assert x.col_indices().tolist() == [0, 2]
    assert x.to_dense().tolist() == [[1.0, 0.0, 2.0], [0.0] * 3]
    assert len(given.indices) == 3  # as it was
    with pytest.raises(TypeError, match="a sparse array of SciPy"):
        flambeau.sparse.from_scipy(ARRAY)
    with pytest.raises(TypeError, match="a dense tensor"):
        flambeau.ones(2).to_scipy()
    with pytest.raises(RuntimeError, match="detach"):
        flambeau.eye(2).to_sparse().requires_grad_().to_scipy()
    with pytest.raises(RuntimeError, match="a matrix or vector of numbers"):
        flambeau.ones(2, 2).to_sparse(1).to_scipy()
    assert flambeau.tensor([0.0, 2.0]).to_sparse().to_scipy().toarray().reshape(-1).tolist() == [
        0,
        2,
    ]
