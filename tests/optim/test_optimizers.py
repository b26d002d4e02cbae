"""Optimizers compared with PyTorch step by step; their state; their errors."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

import flambeau
from flambeau import nn

CASES = [
    ("SGD", {"lr": 0.1}),
    ("SGD", {"lr": 0.1, "momentum": 0.9}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "dampening": 0.3, "weight_decay": 0.05}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "nesterov": True, "weight_decay": 0.05}),
    ("SGD", {"lr": 0.1, "momentum": 0.5, "maximize": True}),
    ("Adam", {}),
    ("Adam", {"lr": 0.05, "betas": (0.8, 0.9), "eps": 1e-4, "weight_decay": 0.1}),
    ("Adam", {"lr": 0.05, "amsgrad": True}),
    ("Adam", {"lr": 0.05, "maximize": True}),
    ("AdamW", {"lr": 0.05, "weight_decay": 0.2}),
    ("AdamW", {"lr": 0.05, "amsgrad": True, "maximize": True}),
    ("Adamax", {"lr": 0.05, "weight_decay": 0.1}),
    ("NAdam", {"lr": 0.05, "weight_decay": 0.1, "momentum_decay": 0.01}),
    ("NAdam", {"lr": 0.05, "weight_decay": 0.1, "decoupled_weight_decay": True}),
    ("RAdam", {"lr": 0.05, "weight_decay": 0.1}),
    ("RAdam", {"lr": 0.05, "decoupled_weight_decay": True, "weight_decay": 0.1}),
    ("Adagrad", {"lr": 0.1, "lr_decay": 0.1, "weight_decay": 0.1, "initial_accumulator_value": 1}),
    ("Adadelta", {"lr": 0.5, "rho": 0.8, "weight_decay": 0.1}),
    ("RMSprop", {"lr": 0.05, "alpha": 0.9, "weight_decay": 0.1}),
    ("RMSprop", {"lr": 0.05, "momentum": 0.9, "centered": True}),
    ("Rprop", {"lr": 0.05, "etas": (0.4, 1.3), "step_sizes": (1e-5, 1)}),
    ("ASGD", {"lr": 0.05, "lambd": 0.01, "t0": 3, "weight_decay": 0.1}),
    ("Adafactor", {"lr": 0.05}),
    ("Adafactor", {"lr": 0.5, "weight_decay": 0.1, "beta2_decay": -0.6, "maximize": True}),
    ("Adafactor", {"lr": 0.05, "eps": (1e-3, 1e-2), "d": 1.5}),
]
IDS = [f"{name}-{k}" for k, (name, _) in enumerate(CASES)]


def problem(library, dtype="float64"):
    source = np.random.default_rng(4)
    kind = getattr(library, dtype)
    parameters = [
        library.tensor(source.standard_normal(s).tolist(), dtype=kind).requires_grad_()
        for s in [(3, 2), (2,), (1,)]
    ]
    x = library.tensor(source.standard_normal((8, 3)).tolist(), dtype=kind)
    y = library.tensor(source.standard_normal((8, 2)).tolist(), dtype=kind)

    def loss():
        w, b, s = parameters
        return (((x @ w + b) * s - y) ** 2).mean()

    return parameters, loss


def run(library, name, options, steps=8, dtype="float64", optimizer=None, given=None):
    parameters, loss = given or problem(library, dtype)
    optimizer = optimizer or getattr(library.optim, name)(parameters, **options)
    curve = []
    for _ in range(steps):
        optimizer.zero_grad()
        value = loss()
        value.backward()
        optimizer.step()
        curve.append(value.item())
    return optimizer, curve, [p.detach().numpy().copy() for p in parameters]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name, options", CASES, ids=IDS)
def test_steps_are_pytorchs(name, options, dtype):
    torch = pytest.importorskip("torch")
    _, ours, found = run(flambeau, name, options, dtype=dtype)
    _, theirs, expected = run(torch, name, options, dtype=dtype)
    rtol, atol = (1e-9, 1e-12) if dtype == "float64" else (2e-4, 2e-5)
    rtol = max(rtol, 1e-8 if name == "NAdam" else 0)  # PyTorch keeps its mu_product in float32
    np.testing.assert_allclose(ours, theirs, rtol, atol)
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol, atol)


@pytest.mark.parametrize("name, options", CASES, ids=IDS)
def test_state_goes_both_ways(name, options):
    """Steps after loading the other library's state are the other library's."""
    torch = pytest.importorskip("torch")
    results = []
    for first, second in ((flambeau, torch), (torch, flambeau), (torch, torch)):
        parameters, loss = problem(first)
        optimizer, _, values = run(first, name, options, 4, given=(parameters, loss))
        state = convert(optimizer.state_dict(), second)
        parameters, loss = problem(second)
        with second.no_grad():
            for p, v in zip(parameters, values, strict=True):
                p.copy_(second.tensor(v))
        other = getattr(second.optim, name)(parameters, **options)
        other.load_state_dict(state)
        results.append(run(second, name, options, 4, optimizer=other, given=(parameters, loss))[1])
    np.testing.assert_allclose(results[0], results[2], rtol=1e-8)
    np.testing.assert_allclose(results[1], results[2], rtol=1e-8)


def convert(x, library):
    if hasattr(x, "tolist"):
        dtype = getattr(library, str(x.dtype).split(".")[-1])
        return library.tensor(x.tolist(), dtype=dtype)
    if isinstance(x, dict):
        return {k: convert(v, library) for k, v in x.items()}
    if isinstance(x, (list, tuple)):
        return type(x)(convert(v, library) for v in x)
    return x


@pytest.mark.parametrize("name, options", CASES, ids=IDS)
def test_captured_steps_are_the_plain_ones(name, options):
    _, plain, expected = run(flambeau, name, options, 6)
    parameters, loss = problem(flambeau)
    optimizer = getattr(flambeau.optim, name)(parameters, **options)

    @flambeau.compile
    def step():
        optimizer.zero_grad()
        value = loss()
        value.backward()
        optimizer.step()
        return value.detach()

    curve = [step().item() for _ in range(6)]
    assert step.replays >= 4
    np.testing.assert_allclose(curve, plain, rtol=1e-12)
    for p, b in zip(parameters, expected, strict=True):
        np.testing.assert_allclose(p.detach().numpy(), b, rtol=1e-12)


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_copies_go_on_alike(duplicate):
    parameters, loss = problem(flambeau)
    optimizer, *_ = run(flambeau, "Adam", {"lr": 0.05}, 3, given=(parameters, loss))
    other = duplicate(optimizer)
    assert other.state_dict()["param_groups"] == optimizer.state_dict()["param_groups"]
    for p, q in zip(parameters, other.param_groups[0]["params"], strict=True):
        assert p is not q and p.tolist() == q.tolist()
        q.grad = None if p.grad is None else p.grad.clone()
    optimizer.step()
    other.step()
    for p, q in zip(parameters, other.param_groups[0]["params"], strict=True):
        assert p.tolist() == q.tolist()


def test_groups_have_options_of_their_own():
    a, b, c = (flambeau.ones(2, requires_grad=True) for _ in range(3))
    optimizer = flambeau.optim.SGD(
        [{"params": [a]}, {"params": b, "lr": 0.5}], lr=0.1, momentum=0.0
    )
    optimizer.add_param_group({"params": [c], "lr": 2.0, "weight_decay": 1.0})
    (a.sum() + b.sum() + c.sum()).backward()
    optimizer.step()
    np.testing.assert_allclose(a.tolist(), [0.9, 0.9], rtol=1e-6)
    assert b.tolist() == [0.5, 0.5] and c.tolist() == [-3, -3]
    assert [g["lr"] for g in optimizer.param_groups] == [0.1, 0.5, 2.0]


def test_zero_grad_forgets_or_zeroes():
    x = flambeau.ones(2, requires_grad=True)
    optimizer = flambeau.optim.SGD([x], lr=0.1)
    x.sum().backward()
    optimizer.zero_grad(set_to_none=False)
    assert x.grad.tolist() == [0, 0]
    optimizer.zero_grad()
    assert x.grad is None
    optimizer.step()  # nothing to do
    assert x.tolist() == [1, 1]


def test_a_closure_is_called_with_gradients():
    x = flambeau.ones(2, requires_grad=True)
    optimizer = flambeau.optim.SGD([x], lr=0.1)

    def closure():
        optimizer.zero_grad()
        loss = (x * x).sum()
        loss.backward()
        return loss

    with flambeau.no_grad():
        assert optimizer.step(closure).item() == 2
    np.testing.assert_allclose(x.tolist(), [0.8, 0.8], rtol=1e-6)


def test_hooks_run_around_a_step():
    x = flambeau.ones(1, requires_grad=True)
    optimizer = flambeau.optim.SGD([x], lr=0.1)
    seen = []
    handle = optimizer.register_step_pre_hook(lambda o, a, k: seen.append("before"))
    optimizer.register_step_post_hook(lambda o, a, k: seen.append("after"))
    x.sum().backward()
    optimizer.step()
    handle.remove()
    optimizer.step()
    assert seen == ["before", "after", "after"]


def test_a_tensor_as_learning_rate():
    x = flambeau.ones(2, requires_grad=True)
    optimizer = flambeau.optim.SGD([x], lr=flambeau.tensor(0.25))
    x.sum().backward()
    optimizer.step()
    assert x.tolist() == [0.75, 0.75]


def leaf():
    return flambeau.ones(2, requires_grad=True)


BAD = [
    (lambda: flambeau.optim.SGD([], lr=0.1), ValueError, "empty parameter list"),
    (lambda: flambeau.optim.SGD(leaf(), lr=0.1), TypeError, "iterable of Tensors"),
    (lambda: flambeau.optim.SGD([1.0], lr=0.1), TypeError, "only optimize Tensors"),
    (lambda: flambeau.optim.SGD([leaf() * 2], lr=0.1), ValueError, "non-leaf"),
    (lambda: flambeau.optim.SGD([leaf()], lr=-1), ValueError, "Invalid learning rate: -1"),
    (lambda: flambeau.optim.SGD([leaf()], momentum=-1), ValueError, "momentum"),
    (lambda: flambeau.optim.SGD([leaf()], nesterov=True), ValueError, "Nesterov"),
    (lambda: flambeau.optim.Adam([leaf()], betas=(1.0, 0.9)), ValueError, "beta"),
    (lambda: flambeau.optim.Adam([leaf()], eps=-1), ValueError, "epsilon"),
    (lambda: flambeau.optim.Adam([{"params": {leaf()}}]), TypeError, "ordered"),
    (lambda: flambeau.optim.SGD([leaf()], lr=0.1, speed=3), TypeError, "speed"),
]


@pytest.mark.parametrize("make, exception, text", BAD)
def test_bad_arguments_are_named(make, exception, text):
    with pytest.raises(exception, match=text):
        make()


def test_a_parameter_in_two_groups_is_refused():
    x = leaf()
    with pytest.raises(ValueError, match="more than one parameter group"):
        flambeau.optim.SGD([{"params": [x]}, {"params": [x]}], lr=0.1)
    optimizer = flambeau.optim.SGD([x], lr=0.1)
    with pytest.raises(ValueError, match="more than one parameter group"):
        optimizer.add_param_group({"params": [x]})
    assert len(optimizer.param_groups) == 1


def test_a_generator_used_twice_is_explained():
    parameters = nn.Linear(2, 2).parameters()
    flambeau.optim.SGD(parameters, lr=0.1)
    with pytest.raises(ValueError, match=r"try list\(model.parameters\(\)\)"):
        flambeau.optim.SGD(parameters, lr=0.1)


def test_a_state_that_does_not_fit_changes_nothing():
    optimizer = flambeau.optim.Adam([leaf()], lr=0.1)
    other = flambeau.optim.Adam([leaf(), leaf()], lr=0.7)
    with pytest.raises(ValueError, match=r"1 has|2 parameters|size of"):
        optimizer.load_state_dict(other.state_dict())
    assert optimizer.param_groups[0]["lr"] == 0.1


def test_a_step_is_one_program_for_any_number_of_tensors():
    from flambeau.engine.runtime import evaluate

    parameters = [flambeau.rand(5, requires_grad=True) for _ in range(50)]
    optimizer = flambeau.optim.Adam(parameters)
    for p in parameters:
        p.grad = flambeau.ones(5)
    for _ in range(2):
        optimizer.step()
        [p.tolist() for p in parameters]
    runs = []
    evaluate.observers.append(lambda trace, program: runs.append(1))
    try:
        optimizer.step()
        [p.tolist() for p in parameters]
    finally:
        evaluate.observers.pop()
    assert len(runs) == 1
