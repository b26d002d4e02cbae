"""Sparse tensors turned, cut, joined, summed: against dense arrays and PyTorch."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import flambeau
from tests.sparse.matrices import array_of, both, entries_of

ARRAY = array_of(4, 5, 3)


def sparse(dims=3, array=ARRAY):
    return flambeau.tensor(array).to_sparse(dims)


def close(found, expected):
    assert tuple(found.shape) == np.shape(expected)
    np.testing.assert_allclose(found.to_dense().numpy(), expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("dims", [1, 2, 3])
def test_select_narrow_index(dims):
    x = sparse(dims)
    for dim in (0, 1, 2, -1):
        close(x.select(dim, 1), ARRAY.take(1, dim))
        close(flambeau.select(x, dim, -1), ARRAY.take(-1, dim))
        close(x.narrow_copy(dim, 1, 2), ARRAY.take([1, 2], dim))
        close(flambeau.narrow(x, dim, -2, 1), ARRAY.take([-2], dim))
        index = [2, 0, 2, 1]
        close(x.index_select(dim, flambeau.tensor(index)), ARRAY.take(index, dim))
        close(flambeau.index_select(x, dim, flambeau.tensor([]).long()), ARRAY.take([], dim))
        close(x.unsqueeze(dim), np.expand_dims(ARRAY, dim))
    close(x[1], ARRAY[1])
    close(x[1, 2, 0], ARRAY[1, 2, 0])
    close(x[1:3], ARRAY[1:3])
    close(x[..., 2], ARRAY[..., 2])
    close(x[None, :, -1, 1:], ARRAY[None, :, -1, 1:])
    close(x.unsqueeze(0).squeeze(0), ARRAY)
    close(x.unsqueeze(3).squeeze(), ARRAY)
    close(x[flambeau.tensor(2)], ARRAY[2])
    close(x[flambeau.tensor([2, 0])], ARRAY[[2, 0]])
    for i, part in enumerate(x):
        close(part, ARRAY[i])
    for i, part in enumerate(x.unbind(1)):
        close(part, ARRAY[:, i])


def test_a_slice_without_coordinates_is_dense():
    x = sparse(1)
    assert x[0].layout is flambeau.strided
    assert sparse(3)[0, 1, 2].layout is flambeau.strided
    assert sparse(3)[0].layout is flambeau.sparse_coo


def test_turned():
    x = sparse(3)
    close(x.transpose(0, 2), ARRAY.transpose(2, 1, 0))
    close(flambeau.permute(x, (1, 2, 0)), ARRAY.transpose(1, 2, 0))
    close(x.permute(2, 0, 1), ARRAY.transpose(2, 0, 1))
    close(x.movedim(0, 2), np.moveaxis(ARRAY, 0, 2))
    close(flambeau.movedim(x, (0, 1), (1, 0)), np.moveaxis(ARRAY, (0, 1), (1, 0)))
    close(x.mT, ARRAY.swapaxes(1, 2))
    m = flambeau.tensor(ARRAY[0])
    for layout in ("to_sparse", "to_sparse_csr", "to_sparse_csc"):
        y = getattr(m, layout)()
        for turned in (y.t(), flambeau.t(y), y.T, y.transpose(0, 1), y.mT, y.H, y.adjoint()):
            close(turned, ARRAY[0].T)
            close(turned.t(), ARRAY[0])
    assert m.to_sparse_csr().t().layout is flambeau.sparse_csc
    z = flambeau.complex(m, m).to_sparse()
    close(z.H, (ARRAY[0] * (1 + 1j)).conj().T)
    with pytest.raises(RuntimeError, match="between sparse and dense dimensions"):
        sparse(1).transpose(0, 1)
    with pytest.raises(RuntimeError, match="<= 2"):
        x.t()
    with pytest.raises(RuntimeError, match="each dim once"):
        x.permute(0, 0, 1)


def test_joined():
    a, b = ARRAY, array_of(4, 5, 3, seed=5)
    for dims in (1, 2, 3):
        x, y = sparse(dims, a), sparse(dims, b)
        for dim in (0, 1, 2, -1):
            close(flambeau.cat([x, y, x], dim), np.concatenate([a, b, a], dim))
        for dim in range(dims + 1):
            close(flambeau.stack([x, y], dim), np.stack([a, b], dim))
    rows = flambeau.cat([flambeau.tensor(a[0]).to_sparse_csr(), flambeau.tensor(b[0]).to_sparse()])
    close(rows, np.concatenate([a[0], b[0]]))
    with pytest.raises(RuntimeError, match="a dense tensor among sparse ones, at position 1"):
        flambeau.cat([x, flambeau.tensor(b)])
    with pytest.raises(RuntimeError, match="must match except in dimension 0"):
        flambeau.cat([x, x.transpose(1, 2)])
    with pytest.raises(RuntimeError, match="equally many sparse dims"):
        flambeau.cat([sparse(1), sparse(2)])


def test_what_is_refused():
    x = sparse()
    with pytest.raises(IndexError, match="index 4 out of range for tensor of size \\[4, 5, 3\\]"):
        x.select(0, 4)
    with pytest.raises(IndexError, match="index 9 is out of bounds for dimension 1 with size 5"):
        x.index_select(1, flambeau.tensor([0, 9]))
    with pytest.raises(IndexError, match="integer vector"):
        x.index_select(1, flambeau.zeros(1, 1).long())
    with pytest.raises(IndexError, match="too many indices"):
        x[0, 0, 0, 0]
    with pytest.raises(NotImplementedError, match="step 2"):
        x[::2]
    with pytest.raises(NotImplementedError, match="an index of Tensor"):
        x[flambeau.tensor([[0]])]
    with pytest.raises(RuntimeError, match="does not exceed dimension size"):
        x.narrow_copy(0, 3, 2)
    with pytest.raises(IndexError, match="Dimension out of range"):
        x.select(3, 0)


# -- reductions ---------------------------------------------------------------------------------
@pytest.mark.parametrize("dims", [1, 2, 3])
def test_sums(dims):
    x = sparse(dims)
    close(x.sum(), ARRAY.sum())
    close(flambeau.sum(x), ARRAY.sum())
    for dim in (0, 1, 2, (0, 1), (1, 2), (0, 2), (0, 1, 2)):
        close(flambeau.sparse.sum(x, dim), ARRAY.sum(dim))
        close(x.sum(dim), ARRAY.sum(dim))
        close(x.sum(dim, keepdim=True), ARRAY.sum(dim, keepdims=True))
    whole = flambeau.tensor([[1, 0], [2, 3]]).to_sparse().int()
    assert whole.sum(0).dtype is flambeau.int64
    assert flambeau.sparse.sum(whole, 0).dtype is flambeau.int32
    assert flambeau.sparse.sum(whole).dtype is flambeau.int64
    assert flambeau.sparse.sum(whole, dtype=flambeau.float64).dtype is flambeau.float64
    with pytest.raises(RuntimeError, match="dim 0 appears multiple times"):
        flambeau.sparse.sum(x, (0, 0))
    csr = flambeau.tensor(ARRAY[0]).to_sparse_csr()
    close(csr.sum(), ARRAY[0].sum())
    for dim in (0, 1):
        found = csr.sum(dim, keepdim=True)
        assert found.layout is flambeau.sparse_csr
        close(found, ARRAY[0].sum(dim, keepdims=True))
    with pytest.raises(RuntimeError, match="keepdim=False is unsupported"):
        csr.sum(0)


def test_norms():
    x = flambeau.sparse_coo_tensor([[0, 0, 1]], [1.0, 2.0, -4.0], (3,))
    for p in ("fro", 1, 2, 3, float("inf")):
        close(x.norm(p), flambeau.norm(x.to_dense(), p).numpy())
        close(flambeau.norm(x, p), flambeau.norm(x.to_dense(), p).numpy())
    assert flambeau.zeros(3).to_sparse().norm().item() == 0
    with pytest.raises(RuntimeError, match="full reductions"):
        sparse().norm(2, dim=0)


@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_softmax_with_pytorch(name):
    torch = pytest.importorskip("torch")
    warnings.simplefilter("ignore")
    for shape, dense in [((4, 5), ()), ((3, 4, 2), ()), ((5,), (2, 3))]:
        ours, theirs = both(*shape, count=12, dense=dense, torch=torch)
        for dim in range(-1, len(shape) + len(dense)):
            found = getattr(flambeau.sparse, name)(ours, dim)
            expected = getattr(torch.sparse, name)(theirs, dim).coalesce()
            assert found.indices().tolist() == expected.indices().tolist()
            np.testing.assert_allclose(found.values().numpy(), expected.values().numpy())
    function = getattr(flambeau.sparse, name)
    assert function(ours.float(), 0, dtype=flambeau.float64).dtype is flambeau.float64
    assert function(flambeau.zeros(3).to_sparse(), 0)._nnz() == 0
    with pytest.raises(NotImplementedError, match="dtype int32"):
        function(ours.int(), 0)
    with pytest.raises(NotImplementedError, match=r"layout flambeau\.sparse_csr"):
        function(flambeau.eye(2).to_sparse_csr(), 0)


def test_mask():
    mask = array_of(4, 5, seed=9)
    d = np.random.default_rng(0).normal(size=(4, 5))
    other = array_of(4, 5, seed=3, density=0.5)
    for layout in ("to_sparse", "to_sparse_csr", "to_sparse_csc"):
        m = getattr(flambeau.tensor(mask), layout)()
        for found, expected in [
            (flambeau.tensor(d).sparse_mask(m), d),
            (flambeau.tensor(other).to_sparse().sparse_mask(m), other),
            (flambeau.zeros(4, 5).double().to_sparse().sparse_mask(m), 0 * d),
        ]:  # fmt: skip
            assert found.layout is m.layout
            assert found._nnz() == m._nnz()
            close(found, expected * (mask != 0))
    hybrid = flambeau.tensor(d).to_sparse(1)
    close(flambeau.tensor(d).sparse_mask(hybrid), d)
    with pytest.raises(RuntimeError, match="incompatible sizes"):
        flambeau.ones(2, 2).sparse_mask(m)


def test_diagonals_with_scipy():
    scipy = pytest.importorskip("scipy.sparse")
    rows = np.arange(1.0, 10.0).reshape(3, 3)
    offsets = np.array([0, -1, 2])
    for layout in (None, flambeau.sparse_coo, flambeau.sparse_csr, flambeau.sparse_csc):
        found = flambeau.sparse.spdiags(
            flambeau.tensor(rows), flambeau.tensor(offsets), (3, 4), layout
        )
        assert found.layout is (layout or flambeau.sparse_coo)
        close(found, scipy.spdiags(rows, offsets, 3, 4).toarray())
    make = flambeau.sparse.spdiags
    ones = flambeau.ones(2, 3)
    for text, arguments in {
        "does not match the number of offsets \\(1\\)": (ones, flambeau.tensor([0]), (3, 3)),
        "duplicate values": (ones, flambeau.tensor([1, 1]), (3, 3)),
        "Output shape must be 2d": (ones, flambeau.tensor([0, 1]), (3, 3, 3)),
        "Only output layouts": (ones, flambeau.tensor([0, 1]), (3, 3), flambeau.strided),
        "Offset Tensor must have dtype Long": (ones, flambeau.ones(2), (3, 3)),
        "Diagonals must be vector or matrix": (
            flambeau.ones(1, 1, 1),
            flambeau.tensor([0]),
            (3, 3),
        ),
    }.items():
        with pytest.raises(RuntimeError, match=text):
            make(*arguments)


@given(
    shape=st.lists(st.integers(1, 5), min_size=1, max_size=4), count=st.integers(1, 20),
    dense=st.lists(st.integers(1, 3), max_size=2), seed=st.integers(0, 99), data=st.data(),
)  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_random_patterns(shape, count, dense, seed, data):
    """Whatever is done to a sparse tensor commutes with to_dense."""
    indices, values = entries_of(*shape, count=count, seed=seed, dense=tuple(dense))
    size = (*shape, *dense)
    x = flambeau.sparse_coo_tensor(flambeau.tensor(indices), flambeau.tensor(values), size)
    expected = np.zeros(size)
    np.add.at(expected, tuple(indices), values)
    close(x, expected)
    close(x.coalesce(), expected)
    dim = data.draw(st.integers(0, len(size) - 1))
    place = data.draw(st.integers(0, size[dim] - 1))
    close(x.select(dim, place), expected.take(place, dim))
    close(flambeau.sparse.sum(x, dim), expected.sum(dim))
    close(flambeau.cat([x, x * 2], dim), np.concatenate([expected, expected * 2], dim))
    chosen = data.draw(st.lists(st.integers(0, size[dim] - 1), min_size=1, max_size=6))
    close(x.index_select(dim, flambeau.tensor(chosen)), expected.take(chosen, dim))
    close(x.tanh(), np.tanh(expected))
    close(x + x.abs(), expected + np.abs(expected))
    close(x * x.coalesce(), expected**2)
    order = data.draw(st.permutations(range(len(shape))))
    whole = [*order, *range(len(shape), len(size))]
    close(x.permute(whole), expected.transpose(whole))
