"""Gradients of sparse tensors: at their entries, and of the dense side."""

from __future__ import annotations

import copy
import warnings

import numpy as np
import pytest

import flambeau
from flambeau.autograd import gradcheck, gradgradcheck
from tests.sparse.matrices import array_of, entries_of

SIZE = (4, 5)
INDICES, ENTRIES = entries_of(*SIZE, count=7)  # two of them at one place
X = np.random.default_rng(1).normal(size=(5, 3))
D = np.random.default_rng(2).normal(size=SIZE)
CSR = flambeau.tensor(array_of(*SIZE, density=0.4)).to_sparse_csr()


def tensor(array):
    return flambeau.tensor(array, requires_grad=True)


def coo(values):
    return flambeau.sparse_coo_tensor(flambeau.tensor(INDICES), values, SIZE)


def csr(values):
    return flambeau.sparse_csr_tensor(CSR.crow_indices(), CSR.col_indices(), values, SIZE)


def csc(values):
    return csr(values).to_sparse_csc()


# functions of a sparse tensor s, and dense tensors x (5, 3) and d (4, 5)
FUNCTIONS = {
    "mm": lambda s, x, d: s @ x,
    "from the right": lambda s, x, d: x.t() @ s.t(),
    "transposed": lambda s, x, d: s.t() @ d,
    "addmm": lambda s, x, d: flambeau.sparse.addmm(d @ x, s, x, beta=2, alpha=3),
    "mean": lambda s, x, d: flambeau.sparse.mm(s, x, "mean"),
    "to_dense": lambda s, x, d: s.to_dense() * d,
    "sparse product": lambda s, x, d: (s @ s.t()).to_dense(),
    "sum of sparse": lambda s, x, d: (s + s * 2 - s.sin()).to_dense() ** 2,
    "sum with dense": lambda s, x, d: (d + s) ** 2,
    "product with dense": lambda s, x, d: (s * d).to_dense(),
    "product of sparse": lambda s, x, d: (s * s.tanh()).to_dense(),
    "sums": lambda s, x, d: s.sum() * flambeau.sparse.sum(s, 0).to_dense() ** 2,
    "norm": lambda s, x, d: s.norm(),
    "softmax": lambda s, x, d: flambeau.sparse.softmax(s.to_sparse_coo(), 1).to_dense() * d,
    "log_softmax": lambda s, x, d: flambeau.sparse.log_softmax(s.to_sparse_coo(), 0).to_dense(),
    "mask": lambda s, x, d: (d**2).sparse_mask(s.detach()).to_dense() * s.to_dense(),
    "cat": lambda s, x, d: flambeau.cat([s.to_sparse(), s.to_sparse() * 2], 1).to_dense() ** 2,
    "select": lambda s, x, d: s.to_sparse_coo().select(1, 2).to_dense() ** 2,
    "index_select": lambda s, x, d: s.to_sparse_coo().index_select(
        1, flambeau.tensor([4, 0, 4])).to_dense() ** 2,
    "power": lambda s, x, d: (s**2 / 3).to_dense(),
    "values": lambda s, x, d: s.to_sparse_coo().coalesce().values() ** 2,
    "layouts": lambda s, x, d: s.to_sparse_csc().to_sparse_coo().to_sparse_csr().values() ** 2,
}  # fmt: skip


@pytest.mark.parametrize("make", [coo, csr, csc], ids=lambda f: f.__name__)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_gradients(name, make):
    function = FUNCTIONS[name]
    count = ENTRIES.shape[0] if make is coo else CSR._nnz()
    values = np.random.default_rng(0).uniform(0.5, 1.5, count)
    inputs = (tensor(values), tensor(X), tensor(D))
    assert gradcheck(lambda v, x, d: function(make(v), x, d), inputs)
    if name in ("mm", "sparse product", "softmax", "product with dense", "from the right"):
        assert gradgradcheck(lambda v, x, d: function(make(v), x, d), inputs)


def test_gradients_of_a_sampled_product():
    y = tensor(np.random.default_rng(0).normal(size=(3, 5)))
    x = tensor(np.random.default_rng(1).normal(size=(4, 3)))
    values = tensor(np.random.default_rng(2).normal(size=CSR._nnz()))

    def product(v, x, y):
        return flambeau.sparse.sampled_addmm(csr(v), x, y, beta=0.5, alpha=2).values()

    assert gradcheck(product, (values, x, y))
    assert gradgradcheck(product, (values, x, y))


def test_gradients_of_a_batch_and_of_entries_with_dims():
    indices = flambeau.tensor(entries_of(2, 4, 5, count=9)[0])
    values = tensor(np.random.default_rng(0).normal(size=9))
    y = tensor(np.random.default_rng(1).normal(size=(2, 5, 3)))
    assert gradcheck(
        lambda v, y: flambeau.bmm(flambeau.sparse_coo_tensor(indices, v, (2, 4, 5)), y),
        (values, y),
    )
    places = flambeau.tensor([[0, 2, 0]])
    hybrid = tensor(np.random.default_rng(2).normal(size=(3, 2)))

    def function(v):
        s = flambeau.sparse_coo_tensor(places, v, (3, 2))
        return (s.coalesce() * 2).to_dense() ** 2 + flambeau.sparse.softmax(s, 1).to_dense()

    assert gradcheck(function, (hybrid,))


def test_gradients_of_to_sparse():
    x = tensor(np.abs(array_of(4, 5)) + (array_of(4, 5) != 0))
    for way in ("to_sparse", "to_sparse_csr", "to_sparse_csc"):
        x.grad = None
        (getattr(x, way)().to_dense() * flambeau.tensor(D)).sum().backward()
        np.testing.assert_allclose(x.grad.numpy(), D * (array_of(4, 5) != 0))


# -- leaves -------------------------------------------------------------------------------------
@pytest.mark.parametrize("layout", ["to_sparse_coo", "to_sparse_csr", "to_sparse_csc"])
def test_the_gradient_of_a_sparse_leaf_has_its_entries(layout):
    s = getattr(flambeau.tensor(array_of(*SIZE)), layout)().requires_grad_()
    assert s.is_leaf
    assert s.requires_grad
    assert s.grad is None
    x = flambeau.tensor(X)
    flambeau.sparse.mm(s, x).sum().backward()
    first = s.grad
    assert first is s.grad
    assert first.layout is s.layout
    expected = np.broadcast_to(X.sum(1), SIZE) * (array_of(*SIZE) != 0)
    np.testing.assert_allclose(first.to_dense().numpy(), expected)
    (s @ x).sum().backward()
    np.testing.assert_allclose(s.grad.to_dense().numpy(), 2 * expected)
    s.grad = None
    assert s.grad is None
    (g,) = flambeau.autograd.grad((s @ x).sum(), s)
    assert g.layout is s.layout
    np.testing.assert_allclose(g.to_dense().numpy(), expected)
    s.grad = g
    np.testing.assert_allclose(s.grad.to_dense().numpy(), expected)
    del s.grad
    with flambeau.no_grad():
        s.sub_(g * 0.5)
    assert s.is_leaf
    assert s.requires_grad
    with pytest.raises(RuntimeError, match="a leaf Variable that requires grad"):
        s.mul_(2)


def test_gradients_agree_with_pytorch_where_they_are_sparse_there():
    torch = pytest.importorskip("torch")
    warnings.simplefilter("ignore")
    dense = array_of(*SIZE)

    def functions(m):
        x, d = m.tensor(X), m.tensor(D)
        return [
            lambda s: m.sparse.mm(s, x).sum(), lambda s: (s.to_dense() * d).sum(),
            lambda s: m.sparse.sum(s, 0).to_dense().pow(2).sum(),
            lambda s: (s * d).to_dense().sum(),
            lambda s: m.sparse.mm(s, s.t()).to_dense().sum(),
            lambda s: (m.sparse.softmax(s, 1).to_dense() * d).sum(),
            lambda s: (s.coalesce().values() ** 2).sum(),
        ]  # fmt: skip

    for ours, theirs in zip(functions(flambeau), functions(torch), strict=True):
        a = flambeau.tensor(dense).to_sparse().requires_grad_()
        b = torch.tensor(dense).to_sparse().requires_grad_()
        ours(a).backward()
        theirs(b).backward()
        np.testing.assert_allclose(
            a.grad.to_dense().numpy(), b.grad.to_dense().numpy(), rtol=1e-10, atol=1e-12
        )


def test_history():
    v = tensor(ENTRIES)
    s = coo(v)
    assert s.requires_grad
    assert not s.is_leaf
    assert type(s.grad_fn).__name__ == "SparseCooTensorWithDimsAndTensorsBackward0"
    assert not s._values().requires_grad
    assert s.coalesce().values().requires_grad
    assert not s.detach().requires_grad
    assert not coo(flambeau.tensor(ENTRIES)).requires_grad
    fresh = flambeau.tensor(ENTRIES)
    leaf = coo(fresh).requires_grad_()
    assert leaf.is_leaf
    assert not fresh.requires_grad
    assert not leaf.t().is_leaf
    assert coo(fresh).requires_grad is False
    made = flambeau.sparse_coo_tensor(INDICES, fresh, SIZE, requires_grad=True)
    assert made.is_leaf
    assert made.requires_grad
    with flambeau.no_grad():
        assert not (leaf * 2).requires_grad
    (leaf * 2).to_dense().sum().backward()
    assert leaf.grad._values().tolist() == [2.0] * len(ENTRIES)
    leaf.detach_()
    assert not leaf.requires_grad


def test_hooks_kept_gradients_and_backward_from_a_sparse_result():
    s = coo(flambeau.tensor(ENTRIES)).requires_grad_()
    seen = []
    s.register_hook(lambda g: seen.append(g.layout) or g * 3)
    t = s * 2
    t.retain_grad()
    t.backward(flambeau.sparse_coo_tensor(INDICES, flambeau.ones(7).double(), SIZE))
    # each entry gets what the gradient holds at its place, where two add up
    place = flambeau.sparse_coo_tensor(INDICES, flambeau.ones(7), SIZE).to_dense()
    expected = place[INDICES[0], INDICES[1]]
    assert seen == [flambeau.sparse_coo]
    assert t.grad._values().tolist() == expected.tolist()
    assert s.grad._values().tolist() == (6 * expected).tolist()
    with pytest.raises(RuntimeError, match="only for scalar outputs"):
        (s * 2).backward()
    with pytest.raises(RuntimeError, match="a gradient of shape \\[4, 4\\]"):
        (s * 2).backward(flambeau.ones(4, 4))


def test_copies():
    s = coo(flambeau.tensor(ENTRIES)).requires_grad_()
    for made in (copy.deepcopy(s), copy.copy(s)):
        assert made.is_leaf
        assert made.requires_grad
        assert flambeau.equal(made.to_dense(), s.to_dense())
    with pytest.raises(RuntimeError, match="created explicitly by the user"):
        copy.deepcopy(s * 2)


# -- captured -----------------------------------------------------------------------------------
@pytest.mark.parametrize("layout", ["to_sparse_coo", "to_sparse_csr", "to_sparse_csc"])
def test_a_compiled_step_with_a_sparse_matrix(layout):
    a = getattr(flambeau.tensor(array_of(30, 20).astype(np.float32)), layout)()
    start = np.random.default_rng(0).normal(size=(20, 4)).astype(np.float32)

    def losses(wrap):
        w = tensor(start)
        optimizer = flambeau.optim.SGD([w], lr=0.1)

        def step(y):
            optimizer.zero_grad()
            loss = ((a @ w - y) ** 2).mean()
            loss.backward()
            optimizer.step()
            return loss.detach()

        function = wrap(step)
        return function, [function(flambeau.ones(30, 4)).item() for _ in range(4)]

    function, found = losses(flambeau.compile)
    assert function.replays == 3
    assert found == losses(lambda f: f)[1]


def test_sparse_arguments_and_results_of_compiled_functions():
    @flambeau.compile
    def product(s, x):
        return s @ x

    for seed in range(3):
        array = array_of(6, 5, seed=seed)
        s = flambeau.tensor(array).to_sparse_csr()
        np.testing.assert_allclose(product(s, flambeau.tensor(X)).numpy(), array @ X)
        np.testing.assert_allclose(product(s, flambeau.tensor(X)).numpy(), array @ X)
    assert product.replays

    @flambeau.compile
    def scaled(s):
        return s * 2

    with pytest.warns(UserWarning, match="sparse tensor"):
        assert scaled(s).layout is flambeau.sparse_csr
