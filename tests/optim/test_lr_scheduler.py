"""Every scheduler's sequence of learning rates is PyTorch's, also after saving and loading."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest

import flambeau

CASES = {
    "LambdaLR": lambda s, o: s.LambdaLR(o, lambda k: 0.9**k),
    "MultiplicativeLR": lambda s, o: s.MultiplicativeLR(o, lambda k: 0.95),
    "StepLR": lambda s, o: s.StepLR(o, 3, 0.5),
    "MultiStepLR": lambda s, o: s.MultiStepLR(o, [2, 5, 5], 0.3),
    "ConstantLR": lambda s, o: s.ConstantLR(o, 0.2, 4),
    "LinearLR": lambda s, o: s.LinearLR(o, 0.25, 1.0, 6),
    "ExponentialLR": lambda s, o: s.ExponentialLR(o, 0.8),
    "PolynomialLR": lambda s, o: s.PolynomialLR(o, 8, 2.0),
    "CosineAnnealingLR": lambda s, o: s.CosineAnnealingLR(o, 5, 0.01),
    "CosineAnnealingWarmRestarts": lambda s, o: s.CosineAnnealingWarmRestarts(o, 3, 2, 0.01),
    "CyclicLR": lambda s, o: s.CyclicLR(o, 0.01, 0.3, 3, mode="triangular2"),
    "CyclicLR exp": lambda s, o: s.CyclicLR(o, 0.01, 0.3, 2, 4, mode="exp_range", gamma=0.9),
    "OneCycleLR": lambda s, o: s.OneCycleLR(o, 0.4, 14),
    "OneCycleLR linear": lambda s, o: s.OneCycleLR(
        o, 0.4, epochs=2, steps_per_epoch=7, anneal_strategy="linear", three_phase=True
    ),
    "SequentialLR": lambda s, o: s.SequentialLR(
        o, [s.ConstantLR(o, 0.1, 2), s.ExponentialLR(o, 0.9)], [4]
    ),
    "ChainedScheduler": lambda s, o: s.ChainedScheduler(
        [s.ConstantLR(o, 0.1, 2), s.ExponentialLR(o, 0.9)]
    ),
}


def make(library, name):
    p, q = (library.ones(1).requires_grad_() for _ in range(2))
    optimizer = library.optim.SGD([{"params": [p]}, {"params": [q], "lr": 0.7}], 0.1, momentum=0.9)
    return optimizer, CASES[name](library.optim.lr_scheduler, optimizer)


def rates(optimizer, scheduler, count):
    found = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # there are no gradients
        for _ in range(count):
            optimizer.step()
            found.append([g["lr"] for g in optimizer.param_groups])
            found.append(list(scheduler.get_last_lr()))
            scheduler.step()
    return found


@pytest.mark.parametrize("name", CASES)
def test_rates_are_pytorchs(name):
    torch = pytest.importorskip("torch")
    ours, theirs = rates(*make(flambeau, name), 13), rates(*make(torch, name), 13)
    np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("name", CASES)
def test_saved_schedulers_go_on(name):
    optimizer, scheduler = make(flambeau, name)
    rates(optimizer, scheduler, 5)
    states = optimizer.state_dict(), scheduler.state_dict()
    other_optimizer, other = make(flambeau, name)
    other_optimizer.load_state_dict(states[0])
    other.load_state_dict(states[1])
    assert rates(optimizer, scheduler, 6) == rates(other_optimizer, other, 6)


@pytest.mark.parametrize("options", [
    {}, {"mode": "max", "factor": 0.5, "patience": 1}, {"threshold_mode": "abs", "cooldown": 2},
    {"patience": 0, "min_lr": 0.01},
])  # fmt: skip
def test_plateaus_are_pytorchs(options):
    torch = pytest.importorskip("torch")
    curve = [5, 4, 3.9, 3.9, 3.9, 3.95, 3.9, 3.9, 3.9, 3.9, 3.8, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4]
    found = []
    for library in (flambeau, torch):
        p = library.ones(1).requires_grad_()
        optimizer = library.optim.SGD([p], lr=0.5)
        scheduler = library.optim.lr_scheduler.ReduceLROnPlateau(optimizer, **options)
        sequence = []
        for loss in curve:
            scheduler.step(loss)
            sequence.append(optimizer.param_groups[0]["lr"])
        found.append(sequence)
    np.testing.assert_allclose(*found, rtol=1e-12)


def test_a_scheduler_drives_training():
    x = flambeau.ones(1, requires_grad=True)
    optimizer = flambeau.optim.SGD([x], lr=1.0)
    scheduler = flambeau.optim.lr_scheduler.StepLR(optimizer, 1, 0.5)
    for _ in range(3):
        optimizer.zero_grad()
        x.sum().backward()
        optimizer.step()
        scheduler.step()
    assert math.isclose(x.item(), 1 - (1 + 0.5 + 0.25))


def test_stepping_before_the_optimizer_warns():
    _, scheduler = make(flambeau, "StepLR")
    with pytest.warns(UserWarning, match=r"optimizer\.step\(\)"):
        scheduler.step()


@pytest.mark.parametrize("call, text", [
    (lambda s, o: s.StepLR(5, 1), "Optimizer"),
    (lambda s, o: s.LambdaLR(o, [lambda k: 1.0]), "2"),
    (lambda s, o: s.LinearLR(o, 0.0), "factor"),
    (lambda s, o: s.OneCycleLR(o, 0.1), "total_steps"),
    (lambda s, o: s.CosineAnnealingWarmRestarts(o, 0), "T_0"),
    (lambda s, o: s.ReduceLROnPlateau(o, factor=1.5), "Factor|factor"),
])  # fmt: skip
def test_bad_arguments_are_named(call, text):
    optimizer, _ = make(flambeau, "StepLR")
    with pytest.raises((TypeError, ValueError), match=text):
        call(flambeau.optim.lr_scheduler, optimizer)
