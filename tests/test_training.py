"""Whole training loops: equal to PyTorch's, without growing memory, the same for any threads."""

from __future__ import annotations

import gc
import os

import numpy as np
import pytest

import flambeau as fl
from flambeau import nn


def numbers(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


def mlp(lib):
    return lib.nn.Sequential(lib.nn.Linear(8, 32), lib.nn.ReLU(), lib.nn.Linear(32, 1))


def copy_parameters(source, target, lib):
    with lib.no_grad():
        for a, b in zip(source.parameters(), target.parameters(), strict=True):
            b.copy_(lib.from_numpy(a.detach().numpy().copy()))


OPTIMIZERS = {
    "SGD": {"lr": 0.1},
    "SGD momentum": {"lr": 0.05, "momentum": 0.9, "weight_decay": 0.01},
    "SGD nesterov": {"lr": 0.05, "momentum": 0.9, "nesterov": True},
    "Adam": {"lr": 0.01},
    "AdamW": {"lr": 0.01, "weight_decay": 0.1},
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_losses_are_those_of_pytorch(name):
    torch = pytest.importorskip("torch")
    fl.manual_seed(0)
    ours = mlp(fl)
    theirs = mlp(torch)
    copy_parameters(ours, theirs, torch)
    x, y = numbers(16, 8), numbers(16, 1, seed=1)
    losses = []
    for lib, model in ((fl, ours), (torch, theirs)):
        optimizer = getattr(lib.optim, name.split()[0])(model.parameters(), **OPTIMIZERS[name])
        loss_of = lib.nn.MSELoss()
        found = []
        for _ in range(20):
            optimizer.zero_grad()
            loss = loss_of(model(lib.from_numpy(x)), lib.from_numpy(y))
            loss.backward()
            optimizer.step()
            found.append(loss.item())
        losses.append(found)
    np.testing.assert_allclose(losses[0], losses[1], rtol=2e-4)


def convolutional(lib):
    return lib.nn.Sequential(
        lib.nn.Conv2d(1, 4, 3, padding=1), lib.nn.BatchNorm2d(4), lib.nn.ReLU(),
        lib.nn.MaxPool2d(2), lib.nn.Flatten(), lib.nn.LayerNorm(64), lib.nn.Linear(64, 10),
    )  # fmt: skip


def test_a_convolutional_net_trains_as_in_pytorch():
    torch = pytest.importorskip("torch")
    fl.manual_seed(1)
    ours, theirs = convolutional(fl), convolutional(torch)
    copy_parameters(ours, theirs, torch)
    x = numbers(12, 1, 8, 8)
    labels = np.arange(12) % 10
    losses = []
    for lib, model in ((fl, ours), (torch, theirs)):
        optimizer = lib.optim.Adam(model.parameters(), lr=0.01)
        found = []
        for _ in range(10):
            optimizer.zero_grad()
            loss = lib.nn.functional.cross_entropy(model(lib.from_numpy(x)), lib.from_numpy(labels))
            loss.backward()
            optimizer.step()
            found.append(loss.item())
        losses.append(found)
    np.testing.assert_allclose(losses[0], losses[1], rtol=2e-3)


def resident_bytes():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="reads Linux' /proc")
@pytest.mark.parametrize("capture", [False, True])
def test_memory_does_not_grow_over_a_thousand_steps(capture):
    fl.manual_seed(0)
    model = mlp(fl)
    optimizer = fl.optim.Adam(model.parameters())
    x, y = fl.from_numpy(numbers(16, 8)), fl.from_numpy(numbers(16, 1))

    def step(x, y):
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(model(x), y)
        loss.backward()
        optimizer.step()
        return loss.detach()

    run = fl.compile(step) if capture else step
    for _ in range(50):
        run(x, y)
    growth = []
    for _ in range(2):  # a leak shows in both rounds; what other tests left behind, in one
        gc.collect()
        objects, memory = len(gc.get_objects()), resident_bytes()
        for _ in range(1000):
            run(x, y)
        gc.collect()
        assert len(gc.get_objects()) < objects + 200
        growth.append(resident_bytes() - memory)
    assert min(growth) < 2 << 20


def test_a_step_is_planned_once():
    from flambeau.engine.runtime import evaluate

    fl.manual_seed(0)
    model = mlp(fl)
    optimizer = fl.optim.SGD(model.parameters(), lr=0.1)
    x, y = fl.from_numpy(numbers(16, 8)), fl.from_numpy(numbers(16, 1))

    def step():
        optimizer.zero_grad()
        nn.functional.mse_loss(model(x), y).backward()
        optimizer.step()

    for _ in range(3):
        step()
    programs = len(evaluate._programs)
    for i in range(10):
        optimizer.param_groups[0]["lr"] = 0.1 / (i + 1)  # a new number is no new program
        step()
    assert len(evaluate._programs) == programs


def test_results_do_not_depend_on_the_number_of_threads():
    before = fl.get_num_threads()
    results = []
    try:
        for threads in (1, 2, 3):
            fl.set_num_threads(threads)
            fl.manual_seed(0)
            x = fl.rand(700, 300)
            w = fl.rand(300, 400, requires_grad=True)
            y = (x @ w).softmax(1)
            loss = (y * y).sum() + x.exp().mean() + x.std()
            loss.backward()
            results.append([t.detach().numpy().copy() for t in (y, loss, w.grad)])
    finally:
        fl.set_num_threads(before)
    for other in results[1:]:
        for a, b in zip(results[0], other, strict=True):
            assert a.tobytes() == b.tobytes()


def test_loss_that_is_kept_does_not_keep_the_graph_alive_after_detach():
    w = fl.ones(4, requires_grad=True)
    kept = []
    for _ in range(20):
        loss = (w * w).sum()
        loss.backward()
        kept.append(loss.detach())
    assert all(not t.requires_grad for t in kept)
    assert [t.item() for t in kept] == [4.0] * 20
