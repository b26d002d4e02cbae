"""L-BFGS compared with PyTorch evaluation by evaluation, and its line search by itself."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest

import flambeau
from flambeau.optim.algorithms.line_search import Point, strong_wolfe

WOLFE = {"line_search_fn": "strong_wolfe"}


def rosenbrock(library, x):
    a, b = x[:-1], x[1:]
    return (100 * (b - a * a) ** 2 + (1 - a) ** 2).sum()


def least_squares(library, x):
    source = np.random.default_rng(3)
    matrix = library.tensor(source.standard_normal((30, 6)).tolist(), dtype=x.dtype)
    target = library.tensor(source.standard_normal(30).tolist(), dtype=x.dtype)
    return ((matrix @ x - target) ** 2).mean() + (x.abs() ** 3).sum() * 0.1


PROBLEMS = {"rosenbrock": rosenbrock, "least_squares": least_squares}
CASES = [
    ("rosenbrock", {**WOLFE, "max_iter": 25}, 1),
    ("rosenbrock", {**WOLFE, "max_iter": 5, "history_size": 3}, 3),
    ("rosenbrock", {**WOLFE, "max_iter": 20, "max_eval": 7, "lr": 0.3}, 3),
    ("rosenbrock", {"lr": 1e-3, "max_iter": 8}, 3),
    ("least_squares", {}, 2),
    ("least_squares", {"lr": 0.5, "max_iter": 3, "history_size": 2}, 4),
    ("least_squares", {**WOLFE, "tolerance_grad": 1e-3}, 2),
    ("least_squares", {**WOLFE, "tolerance_change": 1e-2}, 2),
]


def make(library, problem, options, start=None, **group):
    size = 6 if start is None else len(start)
    start = np.linspace(-1.2, 1.0, size).tolist() if start is None else start
    x = library.tensor(start, dtype=library.float64, requires_grad=True)
    optimizer = library.optim.LBFGS([x], **options)
    losses = []

    def closure():
        optimizer.zero_grad()
        loss = PROBLEMS[problem](library, x)
        loss.backward()
        losses.append(loss.item())
        return loss

    return x, optimizer, closure, losses


@pytest.mark.parametrize("problem, options, steps", CASES)
def test_evaluations_are_pytorchs(problem, options, steps):
    torch = pytest.importorskip("torch")
    found = []
    for library in (flambeau, torch):
        x, optimizer, closure, losses = make(library, problem, options)
        first = [optimizer.step(closure).item() for _ in range(steps)]
        state = optimizer.state[x]
        found.append((losses, first, x.tolist(), [state["n_iter"], state["func_evals"]]))
    for ours, theirs in zip(*found, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=1e-10)


def test_a_minimum_is_found():
    x, optimizer, closure, _ = make(flambeau, "rosenbrock", {**WOLFE, "max_iter": 200})
    optimizer.step(closure)
    np.testing.assert_allclose(x.tolist(), 1.0, atol=1e-4)


def test_parameters_of_several_shapes_and_dtypes_of_state():
    torch = pytest.importorskip("torch")
    source = np.random.default_rng(0)
    values = [source.standard_normal(s) for s in [(3, 2), (2,), (), (0,)]]
    found = []
    for library in (flambeau, torch):
        parts = [library.tensor(v.tolist(), dtype=library.float32).reshape(v.shape) for v in values]
        parts = [p.requires_grad_() for p in parts]
        unused = library.ones(2, requires_grad=True)
        optimizer = library.optim.LBFGS([*parts, unused], lr=0.1, max_iter=6)

        def closure(optimizer=optimizer, parts=parts):
            optimizer.zero_grad()
            loss = sum(((p - 0.5) ** 4).sum() for p in parts)
            loss.backward()
            return loss

        optimizer.step(closure)
        found.append([p.detach().numpy() for p in [*parts, unused]])
        state = optimizer.state[parts[0]]
        assert {str(x.dtype).split(".")[-1] for x in state["old_dirs"]} == {"float32"}
    for a, b in zip(*found, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4)


def convert(x, library):
    if hasattr(x, "tolist"):
        return library.tensor(x.tolist(), dtype=getattr(library, str(x.dtype).split(".")[-1]))
    if isinstance(x, dict):
        return {k: convert(v, library) for k, v in x.items()}
    if isinstance(x, (list, tuple)):
        return type(x)(convert(v, library) for v in x)
    return x


@pytest.mark.parametrize("options", [{**WOLFE, "max_iter": 4}, {"lr": 0.2, "max_iter": 4}])
def test_state_goes_both_ways(options):
    torch = pytest.importorskip("torch")
    curves = []
    for first, second in ((torch, torch), (flambeau, torch), (torch, flambeau)):
        x, optimizer, closure, _ = make(first, "least_squares", options)
        optimizer.step(closure)
        state = convert(optimizer.state_dict(), second)
        _, other, closure, losses = make(second, "least_squares", options, x.tolist())
        other.load_state_dict(state)
        other.step(closure)
        curves.append(losses)
    np.testing.assert_allclose(curves[1], curves[0], rtol=1e-8)
    np.testing.assert_allclose(curves[2], curves[0], rtol=1e-8)


MATRIX = flambeau.tensor(np.random.default_rng(3).standard_normal((30, 6)))
TARGET = flambeau.tensor(np.random.default_rng(4).standard_normal(30))


def in_squares(x):
    return ((MATRIX @ x - TARGET) ** 2).mean()


def closure_of(f, x, optimizer):
    def closure():
        optimizer.zero_grad()
        loss = f(x)
        loss.backward()
        return loss.detach()

    return closure


def test_a_captured_closure_is_replayed():
    found = []
    for wrap in (flambeau.compile, lambda f: f):
        x = flambeau.ones(6, dtype=flambeau.float64, requires_grad=True)
        optimizer = flambeau.optim.LBFGS([x], **WOLFE)
        closure = wrap(closure_of(in_squares, x, optimizer))
        for _ in range(2):
            optimizer.step(closure)
        found.append(x.tolist())
        assert wrap is not flambeau.compile or closure.replays >= 4
    np.testing.assert_allclose(*found, rtol=1e-9)


def test_a_step_that_cannot_be_captured_says_so_and_steps():
    found = []
    for wrap in (flambeau.compile, lambda f: f):
        x = flambeau.ones(6, dtype=flambeau.float64, requires_grad=True)
        optimizer = flambeau.optim.LBFGS([x], lr=0.1, max_iter=3)
        step = wrap(lambda x=x, o=optimizer: o.step(closure_of(in_squares, x, o)))
        if wrap is flambeau.compile:
            with pytest.warns(UserWarning, match="runs uncaptured because it looks at a tensor's"):
                for _ in range(3):
                    step()
        else:
            for _ in range(3):
                step()
        found.append(x.tolist())
    np.testing.assert_allclose(*found, rtol=1e-12)


def test_complex_parameters_are_pairs_of_real_ones():
    torch = pytest.importorskip("torch")
    found = []
    for library in (flambeau, torch):
        z = library.tensor([1 + 2j, -0.5j], dtype=library.complex128, requires_grad=True)
        optimizer = library.optim.LBFGS([z], line_search_fn="strong_wolfe", max_iter=6)

        def closure(optimizer=optimizer, z=z):
            optimizer.zero_grad()
            loss = ((z - (3 - 1j)).abs() ** 4).sum()
            loss.backward()
            return loss

        optimizer.step(closure)
        found.append(z.detach().numpy())
    np.testing.assert_allclose(*found, rtol=1e-6)


def line(f, slope):
    gradient = flambeau.zeros(1)
    return lambda t: Point(t, f(t), slope(t), gradient)


@pytest.mark.parametrize("t", [1e-3, 0.1, 1.0, 30.0])
@pytest.mark.parametrize("f, slope", [
    (lambda t: (t - 2) ** 2, lambda t: 2 * (t - 2)),
    (lambda t: -t / (t * t + 2), lambda t: (t * t - 2) / (t * t + 2) ** 2),
    (lambda t: math.exp(-t) + 0.01 * t * t, lambda t: -math.exp(-t) + 0.02 * t),
])  # fmt: skip
def test_the_point_found_satisfies_the_strong_wolfe_conditions(f, slope, t):
    evaluate = line(f, slope)
    start = evaluate(0.0)
    found, calls = strong_wolfe(evaluate, start, t, 1.0, 25)
    assert found.value <= start.value + 1e-4 * found.t * start.slope
    assert abs(found.slope) <= 0.9 * abs(start.slope)
    assert 1 <= calls <= 26


def test_the_line_search_backs_away_from_what_is_no_number():
    f = line(lambda t: math.log(1 - t) if t < 1 else math.nan, lambda t: -1 / max(1 - t, 1e-9))
    found, _ = strong_wolfe(f, Point(0.0, 0.0, -1.0, flambeau.zeros(1)), 3.0, 1.0, 25)
    assert 0 < found.t < 1 and math.isfinite(found.value)


def test_bad_arguments_are_named():
    x = flambeau.ones(2, requires_grad=True)
    with pytest.raises(ValueError, match="parameter groups"):
        flambeau.optim.LBFGS([{"params": [x]}, {"params": [flambeau.ones(1)]}])
    with pytest.raises(ValueError, match="Invalid learning rate"):
        flambeau.optim.LBFGS([x], lr=-1)
    with pytest.raises(ValueError, match="1-element"):
        flambeau.optim.LBFGS([x], lr=flambeau.ones(2))
    with pytest.raises(TypeError, match="closure"):
        flambeau.optim.LBFGS([x]).step()
    optimizer = flambeau.optim.LBFGS([x], line_search_fn="armijo")

    def closure():
        optimizer.zero_grad()
        loss = (x * x).sum()
        loss.backward()
        return loss

    with pytest.raises(RuntimeError, match="only 'strong_wolfe' is supported"):
        optimizer.step(closure)
    assert x.tolist() == [1, 1]


def test_hooks_run_and_nothing_is_recorded_on_the_tape():
    x, optimizer, closure, _ = make(flambeau, "least_squares", {"max_iter": 2})
    seen = []
    optimizer.register_step_post_hook(lambda *_: seen.append(1))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        optimizer.step(closure)
    assert seen == [1] and x.is_leaf and not optimizer.state[x]["d"].requires_grad
