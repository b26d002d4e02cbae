"""Hooks on saved tensors, gradient edges, and recomputation in backward."""

from __future__ import annotations

import numpy as np
import pytest

import flambeau
from flambeau.autograd import graph
from flambeau.utils.checkpoint import CheckpointError, checkpoint, checkpoint_sequential


def leaf(shape=(3, 4), seed=0):
    values = np.random.default_rng(seed).uniform(-1, 1, shape)
    return flambeau.tensor(values, requires_grad=True)


FUNCTIONS = {
    "product": lambda x, w: (x @ w).tanh(),
    "output": lambda x, w: (x.exp() * w.sum()).sigmoid(),
    "in place": lambda x, w: (x * 2).add_(w.t()).exp_(),
    "view": lambda x, w: (x.t()[1:] * w[1:]).softmax(0),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_what_hooks_give_back_is_used(name):
    function, packed = FUNCTIONS[name], []
    x, w = leaf(), leaf((4, 3), 1)
    expected = flambeau.autograd.grad(function(x, w).sum(), (x, w))

    def pack(t):
        packed.append(t)
        return t.detach().numpy().copy()

    with graph.saved_tensors_hooks(pack, flambeau.tensor):
        y = function(x, w).sum()
    found = flambeau.autograd.grad(y, (x, w))
    assert packed
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=1e-12)


def test_second_derivatives_through_hooks():
    x = leaf((3,))
    with graph.saved_tensors_hooks(lambda t: t, lambda t: t):
        y = (x**3).sum()
        (g,) = flambeau.autograd.grad(y, x, create_graph=True)
        (h,) = flambeau.autograd.grad(g.sum(), x)
    np.testing.assert_allclose(h.numpy(), 6 * x.detach().numpy(), rtol=1e-12)


def test_custom_functions_use_the_hooks():
    class Square(flambeau.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        def backward(ctx, g):
            (x,) = ctx.saved_tensors
            return 2 * x * g

    x = leaf((3,))
    with graph.saved_tensors_hooks(lambda t: t, lambda t: t * 10):
        Square.apply(x).sum().backward()
    np.testing.assert_allclose(x.grad.numpy(), 20 * x.detach().numpy(), rtol=1e-12)


def test_hooks_end_with_their_block_and_can_be_forbidden():
    x = leaf((3,))
    with graph.saved_tensors_hooks(lambda t: t, lambda t: t * 0):
        pass
    (x * x).sum().backward()
    assert x.grad.abs().sum().item() > 0
    hooks = graph.saved_tensors_hooks(lambda t: t, lambda t: t)
    with graph.disable_saved_tensors_hooks("not here"), pytest.raises(RuntimeError, match="not h"):
        hooks.__enter__()
    with graph.saved_tensors_hooks(lambda t: t, lambda t: 3):
        y = (x * x).sum()
    with pytest.raises(TypeError, match="unpack_hook expected to be a Tensor"):
        y.backward()


def test_saved_values_survive_writes():
    x = leaf((3,))
    y = x * 1
    with graph.allow_mutation_on_saved_tensors():
        z = (y * y).sum()
        with flambeau.no_grad():
            y.zero_()
    z.backward()
    np.testing.assert_allclose(x.grad.numpy(), 2 * x.detach().numpy(), rtol=1e-12)


def test_edges_and_versions():
    x = leaf((3,))
    y = x * 2
    edge = graph.get_gradient_edge(y)
    assert edge.node is y.grad_fn and edge.output_nr == 0
    with pytest.raises(RuntimeError, match="does not require gradients"):
        graph.get_gradient_edge(flambeau.ones(1))
    z = (y * y).sum()
    graph.increment_version(y)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        z.backward()


@pytest.mark.parametrize("mode", ["all", "any"])
def test_hooks_on_several_gradients(mode):
    x, y, called = leaf((2,)), leaf((2,), 1), []
    handle = graph.register_multi_grad_hook((x, y), called.append, mode=mode)
    (x * y).sum().backward()
    assert len(called) == 1
    if mode == "all":
        assert [g.shape for g in called[0]] == [(2,), (2,)]
    handle.remove()
    (x * y).sum().backward()
    assert len(called) == 1


# -- recomputation ------------------------------------------------------------------------------
@pytest.mark.parametrize("early_stop", [True, False])
@pytest.mark.parametrize("use_reentrant", [True, False])
def test_gradients_are_those_without_checkpoints(use_reentrant, early_stop):
    x, w = leaf(), leaf((4, 4), 1)
    drop = flambeau.nn.Dropout(0.5)
    calls = []

    def block(x, scale=1.0):
        calls.append(1)
        return drop((x @ w).tanh() * scale).exp()

    flambeau.manual_seed(0)
    block(x, scale=2.0).sum().backward()
    expected = x.grad.clone(), w.grad.clone()
    x.grad = w.grad = None
    flambeau.manual_seed(0)
    y = checkpoint(block, x, scale=2.0, use_reentrant=use_reentrant, early_stop=early_stop)
    after = flambeau.rand(3)
    y.sum().backward()
    assert len(calls) == 3
    assert flambeau.equal(x.grad, expected[0]) and flambeau.equal(w.grad, expected[1])
    flambeau.manual_seed(0)
    drop(flambeau.ones(3, 4))
    assert flambeau.equal(after, flambeau.rand(3))  # the numbers after are as without


def test_intermediate_values_are_not_kept():
    import weakref

    x = flambeau.ones(1000, requires_grad=True)
    kept = []

    def block(x):
        hidden = x.exp()
        kept.append(weakref.ref(hidden._storage))
        return hidden.tanh().sin()

    y = checkpoint(block, x)
    assert kept[0]() is None
    y.sum().backward()
    assert x.grad.shape == (1000,)


def test_sequences_and_bad_calls():
    layers = flambeau.nn.Sequential(*[flambeau.nn.Linear(4, 4) for _ in range(5)])
    x = flambeau.ones(2, 4, requires_grad=True)
    expected = layers(x)
    found = checkpoint_sequential(layers, 2, x, use_reentrant=False)
    assert flambeau.allclose(found, expected)
    found.sum().backward()
    assert all(p.grad is not None for p in layers.parameters())
    with pytest.raises(ValueError, match="determinism_check"):
        checkpoint(layers, x, determinism_check="maybe")


def test_functions_that_change_are_found_out():
    x, state = leaf((3,)), [0]

    def block(x):
        state[0] += 1
        return (x * x).sum() if state[0] == 1 else x.sum() * 1

    y = checkpoint(block, x)
    with pytest.raises(CheckpointError, match="different"):
        y.backward()
