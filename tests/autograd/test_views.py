"""Views, writes through them, and gradients: examples, and random programs.

A random program is run three ways: by flambeau; on NumPy, whose views alias memory as they
should, with the gradient from finite differences; and by PyTorch where it is installed.
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import flambeau
from flambeau.testing import assert_close

try:
    import torch
except ImportError:
    torch = None


def leaf(array):
    return flambeau.tensor(np.asarray(array, np.float64), requires_grad=True)


def test_writes_through_views_reach_the_base():
    x = leaf(np.arange(6.0).reshape(2, 3))
    y = x.clone()
    y[0] = 5
    y[:, 1].mul_(2)
    (y * y).sum().backward()
    assert_close(x.grad, np.array([[0.0, 0, 0], [6, 32, 10]]))


def test_views_taken_before_the_write_see_it_and_its_history():
    x, w = leaf([1.0, 2.0, 3.0]), leaf([10.0, 20.0])
    y = x * 1
    view = y[1:]
    assert view.grad_fn.name() != "AsStridedBackward0"
    y[:2].mul_(w)
    assert_close(view, np.array([40.0, 3.0]))
    assert view.grad_fn.name() == "AsStridedBackward0"
    view.sum().backward()
    assert_close(x.grad, np.array([0.0, 20.0, 1.0]))
    assert_close(w.grad, np.array([0.0, 2.0]))


def test_a_buffer_without_grad_gets_history_by_a_write():
    w = leaf([1.0, 2.0])
    buffer = flambeau.zeros(3, dtype=flambeau.float64)
    early = buffer[2:]
    buffer[1:] = w * 2
    assert buffer.requires_grad and early.requires_grad
    (early * 3).sum().backward()
    assert_close(w.grad, np.array([0.0, 6.0]))


def test_a_view_of_a_view():
    x = leaf(np.arange(12.0).reshape(3, 4))
    y = x * 1
    y[1:].t()[2].mul_(10)
    (y * y).sum().backward()
    expected = 2 * np.arange(12.0).reshape(3, 4)
    expected[1:, 2] *= 100
    assert_close(x.grad, expected)


def test_overlapping_reads_add_up():
    x = leaf(np.arange(5.0))
    windows = (x * 1).as_strided((3, 3), (1, 1))
    windows.sum().backward()
    assert_close(x.grad, np.array([1.0, 2, 3, 2, 1]))


def test_detached_views_share_memory_and_no_history():
    x = leaf([1.0, 2.0, 3.0])
    y = x * 1
    d = y[1:].detach()
    d.zero_()
    assert_close(y, np.array([1.0, 0, 0]))
    y.sum().backward()
    assert_close(x.grad, np.ones(3))


def test_history_on_a_detached_view():
    x, w = leaf([1.0, 2.0, 3.0, 4.0]), leaf([5.0, 6.0])
    d = x.detach().clone()[1:].detach()
    d[:2].mul_(w)
    assert_close(d, np.array([10.0, 18.0, 4.0]))
    d.sum().backward()
    assert_close(w.grad, np.array([2.0, 3.0]))


def test_the_in_place_call_keeps_its_own_old_input():
    x, w = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    h = x * 1
    h.mul_(w)
    h.mul_(w)
    h.sum().backward()
    assert_close(w.grad, 2 * np.array([3.0, 8.0]))
    assert_close(x.grad, np.array([9.0, 16.0]))


def test_leaves_that_require_grad_are_not_written_to():
    x = leaf([1.0, 2.0])
    for write in (lambda: x.add_(1), lambda: x[0].zero_(), lambda: x.__setitem__(0, 1.0)):
        with pytest.raises(RuntimeError, match="leaf Variable that requires grad"):
            write()
        assert_close(x, np.array([1.0, 2.0]))
    with flambeau.no_grad():
        x.add_(1)
        x[0] = 7.0
    assert_close(x, np.array([7.0, 3.0]))
    assert x.is_leaf and x.requires_grad


def test_detach_in_place():
    x = leaf([1.0])
    y = x * 2
    y.detach_()
    assert y.is_leaf and not y.requires_grad
    with pytest.raises(RuntimeError, match="Can't detach views"):
        (x * 2)[0].detach_()


def test_second_derivatives_through_writes():
    def function(x, w):
        y = x * x
        y[1:].mul_(w)
        y[0] = w.exp().sum()
        return (y * x).sum()

    inputs = (leaf([0.5, 1.5, -1.0]), leaf([0.3, 0.7]))
    assert flambeau.autograd.gradcheck(function, inputs)
    assert flambeau.autograd.gradgradcheck(function, inputs)


# -- random programs ----------------------------------------------------------------------------
VIEWS = {
    "first": lambda a: a[0, ...],
    "last": lambda a: a[-1, ...],
    "tail": lambda a: a[1:],
    "even": lambda a: a[::2],
    "column": lambda a: a[:, 0],
    "transposed": lambda a: a.T,
    "added": lambda a: a[None],
}
NEEDS = {"column": (2, 3), "transposed": (2, 2)}  # number of dims; 1 or 2 for the others


def run(steps, x: Any, weights: Any, library: str) -> Any:
    """The value of a program; library is "numpy" or a name of tensors with PyTorch's methods."""
    numpy = library == "numpy"
    copy = (lambda a: a.copy()) if numpy else (lambda a: a.clone())
    variables = [copy(x)]
    total = 0.0
    for kind, pick, other in steps:
        a = variables[pick % len(variables)]
        b = variables[other % len(variables)]
        if kind in VIEWS:
            low, high = NEEDS.get(kind, (1, 2))
            if low <= a.ndim <= high and min(a.shape, default=1) > 0:
                variables.append(VIEWS[kind](a))
        elif kind == "sine":
            variables.append(np.asarray(np.sin(a)) if numpy else copy(a).sin())
        elif kind == "scale":
            a *= 0.5
        elif kind == "shift":
            a += copy(b) if a.shape == b.shape else 1.5
        elif kind == "multiply" and a.shape == b.shape:
            a *= copy(b) * 0.5
        elif kind == "set" and a.ndim and a.shape[0]:
            a[0] = copy(b) if b.shape == a.shape[1:] else 0.25
        elif kind == "fill":
            if numpy:
                a[...] = 2.0
            else:
                a.fill_(2.0)
        elif kind == "read":
            total = total + (copy(a) * copy(a)).sum()
    for a, weight in zip(variables, itertools.cycle(weights), strict=False):
        total = total + (copy(a) * copy(a)).sum() * weight
    return total


STEP = st.tuples(
    st.sampled_from([*VIEWS, "sine", "scale", "shift", "multiply", "set", "fill", "read"]),
    st.integers(0, 7),
    st.integers(0, 7),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(STEP, min_size=1, max_size=12), st.integers(0, 1000))
def test_random_programs(steps, seed):
    source = np.random.default_rng(seed)
    start = source.uniform(-1, 1, (2, 3))
    weights = [float(w) for w in source.uniform(0.5, 1.5, 5)]
    x = leaf(start)
    value = run(steps, x, weights, "flambeau")
    assert_close(value, np.asarray(run(steps, start, weights, "numpy")), rtol=1e-9, atol=1e-9)
    (gradient,) = flambeau.autograd.grad(value, x)
    direction = source.standard_normal(start.shape)
    eps = 1e-6
    up = run(steps, start + eps * direction, weights, "numpy")
    down = run(steps, start - eps * direction, weights, "numpy")
    slope = float((gradient.numpy() * direction).sum())
    assert slope == pytest.approx((up - down) / (2 * eps), rel=1e-5, abs=1e-5)
    if torch is not None:
        y = torch.tensor(start, requires_grad=True)
        run(steps, y, weights, "torch").backward()
        assert_close(gradient, y.grad.numpy(), rtol=1e-9, atol=1e-9)


@settings(max_examples=25, deadline=None)
@given(st.lists(STEP, min_size=1, max_size=8), st.integers(0, 1000))
def test_random_programs_twice(steps, seed):
    """The gradient of the squared gradient, against PyTorch."""
    if torch is None:
        pytest.skip("compares with PyTorch")
    source = np.random.default_rng(seed)
    start = source.uniform(-1, 1, (2, 3))
    weights = [float(w) for w in source.uniform(0.5, 1.5, 5)]
    found = []
    for library, x in (
        ("flambeau", leaf(start)),
        ("torch", torch.tensor(start, requires_grad=True)),
    ):
        grad = flambeau.autograd.grad if library == "flambeau" else torch.autograd.grad
        (g,) = grad(run(steps, x, weights, library), x, create_graph=True)
        if not g.requires_grad:
            found.append(np.zeros_like(start))
            continue
        (h,) = grad((g * g).sum(), x, allow_unused=True)
        found.append(np.zeros_like(start) if h is None else h.detach().numpy())
    assert_close(found[0], found[1], rtol=1e-8, atol=1e-8)
