"""Hooks on tensors, leaves and nodes; retained gradients."""

from __future__ import annotations

import numpy as np
import pytest

import flambeau
from flambeau.testing import assert_close


@pytest.fixture
def x():
    return flambeau.tensor([1.0, 2.0], requires_grad=True)


def test_a_hook_sees_and_replaces_the_gradient(x):
    seen = []
    h = x * 3
    h.register_hook(lambda g: seen.append(g.tolist()))
    handle = h.register_hook(lambda g: g * 10)
    (h * h).sum().backward(retain_graph=True)
    assert seen == [[6.0, 12.0]]
    assert_close(x.grad, np.array([180.0, 360.0], np.float32))
    handle.remove()
    x.grad = None
    (h * h).sum().backward()
    assert_close(x.grad, np.array([18.0, 36.0], np.float32))


def test_a_hook_on_a_leaf_runs_once_with_the_whole_gradient(x):
    seen = []
    x.register_hook(lambda g: seen.append(g.tolist()))
    (x * x + x).sum().backward()
    assert seen == [[3.0, 5.0]]
    flambeau.autograd.grad((x * 2).sum(), x)
    assert seen[1:] == [[2.0, 2.0]]


def test_hooks_run_before_grad_captures(x):
    h = x * 2
    h.register_hook(lambda g: g + 1)
    (g,) = flambeau.autograd.grad(h.sum(), h)
    assert g.tolist() == [2.0, 2.0]


def test_a_hook_removed_by_a_with_block(x):
    with x.register_hook(lambda g: g * 0):
        x.sum().backward()
    x.sum().backward()
    assert x.grad.tolist() == [1.0, 1.0]


def test_post_accumulate_hook_can_step_and_free(x):
    def step(t):
        with flambeau.no_grad():
            t.sub_(t.grad)
        t.grad = None

    x.register_post_accumulate_grad_hook(step)
    (x * x).sum().backward()
    assert x.grad is None and x.tolist() == [-1.0, -2.0]
    with pytest.raises(RuntimeError, match="non-leaf"):
        (x * 2).register_post_accumulate_grad_hook(step)


def test_retain_grad(x):
    h = x * 2
    h.retain_grad()
    h.retain_grad()
    assert h.retains_grad
    (h * h).sum().backward(retain_graph=True)
    assert h.grad.tolist() == [4.0, 8.0]
    (h * 1.0).sum().backward()
    assert h.grad.tolist() == [5.0, 9.0]
    with pytest.raises(RuntimeError, match="requires_grad=False"):
        flambeau.ones(1).retain_grad()


def test_node_hooks(x):
    calls = []
    h = x * 3
    y = h.exp()
    h.grad_fn.register_prehook(lambda gs: calls.append(("before", len(gs))))
    h.grad_fn.register_hook(lambda gi, go: (gi[0] * 2, gi[1]))
    handle = h.grad_fn.register_hook(lambda gi, go: calls.append(("after", len(gi), len(go))))
    y.sum().backward(retain_graph=True)
    assert calls == [("before", 1), ("after", 2, 1)]
    assert_close(x.grad, 6 * np.exp(np.array([3.0, 6.0], np.float32)), rtol=1e-5, atol=0)
    handle.remove()
    y.sum().backward()
    assert len(calls) == 3


def test_hooks_on_accumulate_grad(x):
    calls = []
    node = (x * 1.0).grad_fn.next_functions[0][0]
    node.register_hook(lambda gi, go: calls.append(go[0].tolist()))
    (x * 2.0).sum().backward()
    assert calls == [[2.0, 2.0]]


def test_bad_hooks(x):
    x.register_hook(lambda g: 1.0)
    with pytest.raises(TypeError, match="return a Tensor or None, given float"):
        x.sum().backward()
    y = flambeau.ones(2, requires_grad=True)
    y.register_hook(lambda g: flambeau.ones(3))
    with pytest.raises(RuntimeError, match="hook has changed the size"):
        y.sum().backward()
    with pytest.raises(RuntimeError, match="doesn't require gradient"):
        flambeau.ones(2).register_hook(print)


def test_a_hook_may_run_backward_itself(x):
    w = flambeau.tensor([5.0], requires_grad=True)

    def hook(g):
        with flambeau.enable_grad():
            (w * 2).sum().backward()

    x.register_hook(hook)
    x.sum().backward()
    assert w.grad.item() == 2.0
