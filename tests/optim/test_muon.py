"""Muon compared with PyTorch, whose iteration in bfloat16 it repeats."""

from __future__ import annotations

import numpy as np
import pytest

import flambeau

OPTIONS = [
    {"lr": 0.02},
    {"lr": 0.02, "nesterov": False, "momentum": 0.8, "weight_decay": 0.0},
    {"lr": 0.02, "ns_steps": 2, "ns_coefficients": (3.0, -4.0, 2.0), "eps": 1e-3},
    {"lr": 0.05, "adjust_lr_fn": "match_rms_adamw"},
    {"lr": 0.05, "adjust_lr_fn": "original", "weight_decay": 0.3},
]


def problem(library, dtype):
    source = np.random.default_rng(1)
    kind = getattr(library, dtype)
    draw = lambda *shape: library.tensor(source.standard_normal(shape).tolist(), dtype=kind)  # noqa: E731
    parameters = [draw(9, 4).requires_grad_(), draw(4, 7).requires_grad_()]
    x, y = draw(20, 9), draw(20, 7)

    def loss():
        return (((x @ parameters[0]).tanh() @ parameters[1] - y) ** 2).mean()

    return parameters, loss


def convert(x, library):
    """A state dict's tensors as another library's."""
    if hasattr(x, "tolist"):
        return library.tensor(x.tolist(), dtype=getattr(library, str(x.dtype).split(".")[-1]))
    if isinstance(x, dict):
        return {k: convert(v, library) for k, v in x.items()}
    if isinstance(x, (list, tuple)):
        return type(x)(convert(v, library) for v in x)
    return x


def steps(parameters, loss, optimizer, count):
    for _ in range(count):
        optimizer.zero_grad()
        loss().backward()
        optimizer.step()
    return [p.detach().numpy().copy() for p in parameters]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("options", OPTIONS)
def test_steps_are_pytorchs(options, dtype):
    torch = pytest.importorskip("torch")
    found = []
    for library in (flambeau, torch):
        parameters, loss = problem(library, dtype)
        optimizer = library.optim.Muon(parameters, **options)
        found.append(steps(parameters, loss, optimizer, 6))
    for a, b in zip(*found, strict=True):
        # a bfloat16 that is rounded the other way changes a step by up to 1 part in 256
        np.testing.assert_allclose(a, b, atol=1e-9 if dtype == "float64" else 2e-4)


def test_a_step_is_nearly_orthogonal():
    """Against the polar factor by singular values: the same directions, lengths near 1."""
    rng = np.random.default_rng(0)
    grad = rng.standard_normal((30, 50))
    p = flambeau.zeros(30, 50, requires_grad=True)
    p.grad = flambeau.tensor(grad, dtype=flambeau.float32)
    flambeau.optim.Muon([p], lr=1.0, weight_decay=0.0, momentum=0.0, nesterov=False).step()
    u, _, v = np.linalg.svd(grad, full_matrices=False)
    lengths = np.diag(u.T @ -p.detach().numpy() @ v.T)
    assert lengths.min() > 0.6 and lengths.max() < 1.3
    np.testing.assert_allclose(-p.detach().numpy(), u * lengths @ v, atol=0.02)


@pytest.mark.parametrize("first", ["flambeau", "torch"])
def test_state_goes_both_ways(first):
    torch = pytest.importorskip("torch")
    a, b = (flambeau, torch) if first == "flambeau" else (torch, flambeau)
    parameters, loss = problem(a, "float64")
    optimizer = a.optim.Muon(parameters, lr=0.02)
    values = steps(parameters, loss, optimizer, 3)
    others, other_loss = problem(b, "float64")
    with b.no_grad():
        for p, v in zip(others, values, strict=True):
            p.copy_(b.tensor(v))
    other = b.optim.Muon(others, lr=0.5)
    other.load_state_dict(convert(optimizer.state_dict(), b))
    for x, y in zip(
        steps(parameters, loss, optimizer, 3), steps(others, other_loss, other, 3), strict=True
    ):
        np.testing.assert_allclose(x, y, atol=1e-9)


def test_captured_steps_follow_changed_options():
    parameters, loss = problem(flambeau, "float64")
    plain = flambeau.optim.Muon(parameters, lr=0.02)
    others, other_loss = problem(flambeau, "float64")
    optimizer = flambeau.optim.Muon(others, lr=0.02)

    @flambeau.compile
    def step():
        optimizer.zero_grad()
        value = other_loss()
        value.backward()
        optimizer.step()
        return value.detach()

    for changes in ({}, {}, {}, {"lr": 0.5}, {"momentum": 0.5}, {"ns_steps": 2}, {}, {}):
        plain.param_groups[0].update(changes)
        optimizer.param_groups[0].update(changes)
        expected = steps(parameters, loss, plain, 1)
        step()
        for p, b in zip(others, expected, strict=True):
            np.testing.assert_allclose(p.detach().numpy(), b, atol=1e-12)
    assert step.captures <= 4 and step.replays >= 4


BAD = [
    (lambda x: flambeau.optim.Muon([x[0]]), "2D parameters"),
    (lambda x: flambeau.optim.Muon([x], lr=-1), "Learning rate"),
    (lambda x: flambeau.optim.Muon([x], momentum=-1), "momentum"),
    (lambda x: flambeau.optim.Muon([x], weight_decay=-1), "weight decay"),
    (lambda x: flambeau.optim.Muon([x], adjust_lr_fn="fast"), "'fast'|fast is not supported"),
    (lambda x: flambeau.optim.Muon([x], ns_steps=100), "less than 100"),
    (lambda x: flambeau.optim.Muon([x], ns_coefficients=(1, 2)), "exactly 3"),
    (lambda x: flambeau.optim.Adafactor([x], lr=-1), "Learning rate"),
    (lambda x: flambeau.optim.Adafactor([x], beta2_decay=0.1), "beta2_decay"),
    (lambda x: flambeau.optim.Adafactor([x], eps=(-1, 1)), "epsilon1"),
    (lambda x: flambeau.optim.Adafactor([x], eps=(None, -1)), "epsilon2"),
    (lambda x: flambeau.optim.Adafactor([x], d=0.5), "threshold d"),
    (lambda x: flambeau.optim.Adafactor([x], weight_decay=-1), "weight_decay"),
]


@pytest.mark.parametrize("make, text", BAD)
def test_bad_arguments_are_named(make, text):
    x = flambeau.ones(2, 2)
    with pytest.raises(ValueError, match=text):
        make(x)


def test_adafactor_takes_any_number_of_dims():
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(0)
    for shape in ((), (1,), (5,), (1, 1), (3, 4), (2, 3, 4), (2, 1, 3, 3), (0, 3)):
        start, grads = rng.standard_normal(shape), [rng.standard_normal(shape) for _ in range(3)]
        found = []
        for library in (flambeau, torch):
            p = library.tensor(start.tolist(), dtype=library.float64).reshape(shape)
            p.requires_grad_()
            optimizer = library.optim.Adafactor([p], lr=0.1)
            for g in grads:
                p.grad = library.tensor(g.tolist(), dtype=library.float64).reshape(shape)
                if p.numel() or library is flambeau:  # PyTorch divides by 0
                    optimizer.step()
            found.append(p.detach().numpy())
            if library is flambeau:
                names = set(optimizer.state[p]) - {"step"}
                assert names == ({"row_var", "col_var"} if len(shape) > 1 else {"variance"})
        np.testing.assert_allclose(*found, rtol=1e-10)


def test_adafactor_in_bfloat16_keeps_its_dtypes():
    p = flambeau.ones(4, 4, dtype=flambeau.bfloat16, requires_grad=True)
    optimizer = flambeau.optim.Adafactor([p], lr=0.1)
    p.grad = flambeau.ones(4, 4, dtype=flambeau.bfloat16)
    optimizer.step()
    assert {x.dtype for n, x in optimizer.state[p].items() if n != "step"} == {flambeau.bfloat16}
    np.testing.assert_allclose(p.detach().float().numpy(), 0.9, rtol=5e-3)
