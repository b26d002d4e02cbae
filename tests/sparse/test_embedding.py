"""Embeddings whose gradients are sparse, and the optimizers that take them."""

from __future__ import annotations

import numpy as np
import pytest

import flambeau
from flambeau import nn


def table(module, sparse, **options):
    e = module.nn.Embedding(6, 3, sparse=sparse, **options)
    with module.no_grad():
        e.weight.copy_(module.arange(18.0).reshape(6, 3) / 10)
    return e


def test_the_gradient_has_an_entry_for_each_index():
    e = table(flambeau, True)
    out = e(flambeau.tensor([[1, 3], [1, 0]]))
    assert type(out.grad_fn).__name__ == "EmbeddingBackward0"
    (out**2).sum().backward()
    g = e.weight.grad
    assert g.layout is flambeau.sparse_coo
    assert (g.shape, g.sparse_dim(), g._nnz(), g.is_coalesced()) == ((6, 3), 1, 4, False)
    assert g._indices().tolist() == [[1, 3, 1, 0]]
    same = table(flambeau, False)
    (same(flambeau.tensor([[1, 3], [1, 0]])) ** 2).sum().backward()
    np.testing.assert_allclose(g.to_dense().numpy(), same.weight.grad.numpy())
    (e(flambeau.tensor([5])) ** 2).sum().backward()
    assert e.weight.grad._nnz() == 5
    e.zero_grad()
    assert e.weight.grad is None


def test_padding_has_no_entry():
    e = table(flambeau, True, padding_idx=2)
    e(flambeau.tensor([1, 2, 2, 3])).sum().backward()
    assert e.weight.grad._indices().tolist() == [[1, 3]]


def test_sparse_and_dense_gradients_add_up():
    e = table(flambeau, True)
    (e(flambeau.tensor([1, 1])).sum() + e.weight.sum()).backward()
    expected = np.ones((6, 3))
    expected[1] += 2
    assert e.weight.grad.layout is flambeau.strided
    np.testing.assert_allclose(e.weight.grad.numpy(), expected)
    e.zero_grad()
    e.weight.sum().backward()
    e(flambeau.tensor([1, 1])).sum().backward()
    np.testing.assert_allclose(e.weight.grad.numpy(), expected)


def test_gradients_pass_on():
    w = flambeau.ones(4, 2, requires_grad=True)
    index = flambeau.tensor([1, 1, 3])
    nn.functional.embedding(index, w * 3, sparse=True).sum().backward()
    assert w.grad.to_dense().tolist() == [[0.0] * 2, [6.0] * 2, [0.0] * 2, [3.0] * 2]
    (g,) = flambeau.autograd.grad(nn.functional.embedding(index, w, sparse=True).sum(), w)
    assert g.layout is flambeau.sparse_coo
    seen = []
    w.register_hook(lambda g: seen.append(g.layout))
    nn.functional.embedding(index, w, sparse=True).sum().backward()
    assert seen == [flambeau.sparse_coo]
    with pytest.raises(
        RuntimeError, match="scale_grad_by_freq not supported with sparse gradients"
    ):
        nn.functional.embedding(index, w, scale_grad_by_freq=True, sparse=True)


@pytest.mark.parametrize("mode", ["sum", "mean"])
def test_bags(mode):
    def gradient(sparse):
        b = nn.EmbeddingBag(5, 2, sparse=sparse, mode=mode, _weight=flambeau.ones(5, 2))
        out = b(flambeau.tensor([1, 3, 1, 0]), flambeau.tensor([0, 3]))
        (out * flambeau.tensor([[1.0, 2.0], [3.0, 4.0]])).sum().backward()
        return b.weight.grad

    g = gradient(True)
    assert g.layout is flambeau.sparse_coo
    assert g._indices().tolist() == [[1, 3, 1, 0]]
    np.testing.assert_allclose(g.to_dense().numpy(), gradient(False).numpy(), rtol=1e-6)


OPTIMIZERS = {
    "SparseAdam": ("SparseAdam", {"lr": 0.1}),
    "SGD": ("SGD", {"lr": 0.1}),
    "SGD maximize": ("SGD", {"lr": 0.1, "maximize": True}),
    "SGD momentum": ("SGD", {"lr": 0.1, "momentum": 0.9}),
    "Adagrad": ("Adagrad", {"lr": 0.1}),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_optimizers_with_pytorch(name):
    torch = pytest.importorskip("torch")
    kind, options = OPTIMIZERS[name]
    results = []
    for module in (flambeau, torch):
        e = table(module, True, padding_idx=2)
        optimizer = getattr(module.optim, kind)(e.parameters(), **options)
        for step in range(4):
            optimizer.zero_grad()
            (e(module.tensor([1, 3, 1, 2, step])) ** 2).sum().backward()
            (e(module.tensor([0])) ** 2).sum().backward()
            optimizer.step()
        results.append(e.weight.detach().numpy())
    np.testing.assert_allclose(*results, rtol=1e-5, atol=1e-6)


def test_other_optimizers_say_so():
    e = table(flambeau, True)
    e(flambeau.tensor([1])).sum().backward()
    for kind in ("Adam", "AdamW", "RMSprop"):
        with pytest.raises(RuntimeError, match="does not support sparse gradients"):
            getattr(flambeau.optim, kind)(e.parameters()).step()
    with pytest.raises(RuntimeError, match="no weight_decay"):
        flambeau.optim.SGD(e.parameters(), lr=0.1, weight_decay=0.1).step()
    with pytest.raises(RuntimeError, match="weight_decay option is not compatible"):
        flambeau.optim.Adagrad(e.parameters(), weight_decay=0.1).step()


def test_a_step_that_is_compiled_gives_the_same():
    index = flambeau.tensor([1, 3, 1])

    def train(wrap):
        e = table(flambeau, True)
        optimizer = flambeau.optim.SparseAdam(e.parameters(), lr=0.1)

        def step():
            optimizer.zero_grad()
            (e(index) ** 2).sum().backward()
            optimizer.step()

        function = wrap(step)
        for _ in range(3):
            function()
        return e.weight.detach().numpy()

    plain = train(lambda f: f)
    np.testing.assert_array_equal(train(flambeau.compile), plain)
