"""Derivatives of functions: against known ones, against PyTorch, nested in every order."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import flambeau
from flambeau.func import grad, grad_and_value, hessian, jacfwd, jacrev, jvp, vjp, vmap

A = np.random.default_rng(0).normal(size=(3, 4))
B = np.random.default_rng(1).normal(size=(4,))


def test_orders() -> None:
    function, known = lambda x: x**5, [lambda x: 5 * x**4, lambda x: 20 * x**3, lambda x: 60 * x**2]
    for derivative in known:
        function = grad(function)
        x = flambeau.tensor(1.3, dtype=flambeau.float64)
        found = function(x)
        assert not found.requires_grad
        assert found.item() == pytest.approx(derivative(1.3))


def test_arguments_and_aux() -> None:
    def function(x: Any, tree: dict) -> Any:
        return (x * tree["w"]).sum(), x + 1

    x, w = flambeau.ones(2), flambeau.arange(2.0)
    gradients, (value, aux) = grad_and_value(function, (0, 1), has_aux=True)(x, {"w": w})
    assert gradients[0].tolist() == [0, 1] and gradients[1]["w"].tolist() == [1, 1]
    assert value.item() == 1 and aux.tolist() == [2, 2]
    found, aux = grad(function, 1, has_aux=True)(x, {"w": w})
    assert found["w"].tolist() == [1, 1] and not aux.requires_grad
    assert grad(lambda x, y: x.sum(), -1)(x, w).tolist() == [0, 0]


def test_a_parameter_from_outside_keeps_its_history() -> None:
    w = flambeau.tensor([2.0, 3.0], requires_grad=True)
    found = grad(lambda x: (x**2 * w).sum())(flambeau.ones(2))
    found.sum().backward()
    assert w.grad.tolist() == [2, 2]


PROGRAMS = {
    "elementwise": lambda lib, x, y: (x * y).sin().exp(),
    "matrix": lambda lib, x, y: x @ y,
    "tree": lambda lib, x, y: {"a": x.sum(0) * y, "b": (y.cumsum(0), (x**2).mean())},
    "softmax": lambda lib, x, y: (x * 2).softmax(1)[:, 1:] * y[1:],
    "independent": lambda lib, x, y: y.pow(3),
}


def _numpy(tree: Any) -> list[np.ndarray]:
    if isinstance(tree, dict):
        return [a for k in tree for a in _numpy(tree[k])]
    if isinstance(tree, (tuple, list)):
        return [a for x in tree for a in _numpy(x)]
    return [tree.detach().numpy()]


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.parametrize("transform", ["jacrev", "jacfwd", "jacfwd of jacrev", "jacrev of jacfwd"])
def test_jacobians_are_pytorchs(name: str, transform: str) -> None:
    torch = pytest.importorskip("torch")
    results = []
    for lib in (flambeau, torch):
        function = lambda x, y, lib=lib: PROGRAMS[name](lib, x, y)  # noqa: E731
        for part in reversed(transform.split(" of ")):
            function = getattr(lib.func, part)(function, argnums=(0, 1))
        x, y = lib.from_numpy(A.copy()), lib.from_numpy(B.copy())
        results.append(_numpy(function(x, y)))
    assert len(results[0]) == len(results[1])
    for found, expected in zip(*results, strict=True):
        assert found.shape == expected.shape
        np.testing.assert_allclose(found, expected, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("name", PROGRAMS)
def test_products_are_pytorchs(name: str) -> None:
    torch = pytest.importorskip("torch")
    results = []
    for lib in (flambeau, torch):
        function = lambda x, y, lib=lib: PROGRAMS[name](lib, x, y)  # noqa: E731
        x, y = lib.from_numpy(A.copy()), lib.from_numpy(B.copy())
        output, pull = lib.func.vjp(function, x, y)
        leaves, spec = lib.utils._pytree.tree_flatten(output)
        ones = lib.utils._pytree.tree_unflatten([o * 0 + 1 for o in leaves], spec)
        forward = lib.func.jvp(function, (x, y), (x * 2, y + 1))
        results.append(_numpy([output, pull(ones), forward]))
    for found, expected in zip(*results, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-8, atol=1e-10)


def test_hessian_and_its_batches() -> None:
    x = flambeau.from_numpy(A)
    found = vmap(hessian(lambda x: (x**3).sum() + x[0] * x[1]))(x)
    expected = np.zeros((3, 4, 4))
    expected[:, range(4), range(4)] = 6 * A
    expected[:, 0, 1] = expected[:, 1, 0] = 1
    np.testing.assert_allclose(found.numpy(), expected, atol=1e-12)


def test_chunks_give_the_same() -> None:
    x = flambeau.from_numpy(A)
    whole = jacrev(lambda x: x.sin() @ x.t())(x)
    for transform in (jacrev, jacfwd):
        found = transform(lambda x: x.sin() @ x.t(), chunk_size=2)(x)
        np.testing.assert_allclose(found.numpy(), whole.numpy(), atol=1e-12)


def test_directional_derivative_of_an_integer_result() -> None:
    output, tangent = jvp(lambda x: x.argmax(), (flambeau.arange(3.0),), (flambeau.ones(3),))
    assert output.item() == 2 and tangent.item() == 0


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda x: grad(lambda x: x)(x), "Expected f.* to return a scalar tensor"),
        (lambda x: grad(lambda x: x.sum(), 1)(x), "numbers from -1 to 0"),
        (lambda x: grad(lambda x: x.sum(), has_aux=True)(x), "did not return a pair"),
        (lambda x: vjp(lambda x: (x, x), x)[1](x), "Expected pytree structure of cotangents"),
        (lambda x: jvp(lambda x: x, x, x), "Expected primals and tangents to be tuples"),
        (lambda x: jvp(lambda x: x, (x,), (x[:1],)), "shapes of the primals"),
        (lambda x: jvp(lambda x: flambeau.ones(1), (x,), (x,), strict=True), "does not depend"),
    ],
)
def test_errors(call: Any, text: str) -> None:
    with pytest.raises(RuntimeError, match=text):
        call(flambeau.ones(2))
