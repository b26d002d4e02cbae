"""Averaged models, their batch statistics and their learning rate, compared with PyTorch."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

import flambeau
from flambeau.optim.swa_utils import (
    SWALR,
    AveragedModel,
    get_ema_avg_fn,
    get_ema_multi_avg_fn,
    get_swa_multi_avg_fn,
    update_bn,
)

VALUES = np.random.default_rng(0).standard_normal((5, 3, 2))


def model_of(library):
    return library.nn.Sequential(library.nn.Linear(2, 3), library.nn.BatchNorm1d(3))


def set_to(library, model, k):
    with library.no_grad():
        model[0].weight.copy_(library.tensor(VALUES[k].tolist()))
        model[0].bias.fill_(float(k))
        model[1].running_mean.fill_(float(k * k))
        model[1].num_batches_tracked.fill_(k)


AVERAGES = {
    "swa": lambda u: {},
    "swa of each": lambda u: {"avg_fn": u.get_swa_avg_fn()},
    "swa of all": lambda u: {"multi_avg_fn": u.get_swa_multi_avg_fn()},
    "ema of each": lambda u: {"avg_fn": u.get_ema_avg_fn(0.9)},
    "ema of all": lambda u: {"multi_avg_fn": u.get_ema_multi_avg_fn(0.7)},
    "buffers": lambda u: {"multi_avg_fn": u.get_ema_multi_avg_fn(0.7), "use_buffers": True},
    "own": lambda u: {"avg_fn": lambda a, b, n: a * 0.25 + b * 0.75 + n},
}


@pytest.mark.parametrize("name", AVERAGES)
def test_averages_are_pytorchs(name):
    torch = pytest.importorskip("torch")
    found = []
    for library in (flambeau, torch):
        model = model_of(library)
        averaged = library.optim.swa_utils.AveragedModel(
            model, **AVERAGES[name](library.optim.swa_utils)
        )
        for k in range(5):
            set_to(library, model, k)
            averaged.update_parameters(model)
        found.append(averaged.state_dict())
    assert list(found[0]) == list(found[1])
    for key, value in found[0].items():
        np.testing.assert_allclose(value.numpy(), found[1][key].numpy(), rtol=1e-5, err_msg=key)
        assert str(value.dtype).split(".")[-1] == str(found[1][key].dtype).split(".")[-1]


def test_an_average_is_a_model_of_its_own():
    model = flambeau.nn.Linear(2, 2)
    averaged = AveragedModel(model)
    x = flambeau.ones(1, 2)
    assert averaged(x).tolist() == model(x).tolist()
    averaged.update_parameters(model)
    assert averaged.n_averaged.item() == 1
    with flambeau.no_grad():
        model.weight.zero_()
    assert averaged.module.weight.abs().sum().item() > 0
    assert all(p.grad_fn is None for p in averaged.parameters())


@pytest.mark.parametrize("average", [get_swa_multi_avg_fn(), get_ema_multi_avg_fn(0.8)])
def test_captured_training_with_an_average(average):
    """Optimizer, batch statistics and average in one program."""
    results = []
    for wrap in (flambeau.compile, lambda f: f):
        flambeau.manual_seed(0)
        model = model_of(flambeau)
        averaged = AveragedModel(model, multi_avg_fn=average)
        optimizer = flambeau.optim.SGD(model.parameters(), lr=0.1)

        def step(x, model=model, averaged=averaged, optimizer=optimizer):
            optimizer.zero_grad()
            loss = (model(x) ** 2 * x.sum(1, keepdim=True)).sum()
            loss.backward()
            optimizer.step()
            averaged.update_parameters(model)
            return loss.detach()

        step = wrap(step)
        for k in range(5):
            step(flambeau.tensor(VALUES[k], dtype=flambeau.float32))
        results.append([x.numpy() for x in averaged.state_dict().values()])
        assert averaged.n_averaged.item() == 5
        assert wrap is not flambeau.compile or step.replays >= 3
    for a, b in zip(*results, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)


def test_batch_statistics_are_means_over_the_loader():
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(1)
    weight = rng.standard_normal((3, 2))
    batches = [rng.standard_normal((n, 2)) for n in (4, 4, 7)]
    found = []
    for library in (flambeau, torch):
        model = model_of(library).double()
        with library.no_grad():
            model[0].weight.copy_(library.tensor(weight.tolist()))
            model[0].bias.zero_()
        model.eval()
        data = [library.tensor(b.tolist(), dtype=library.float64) for b in batches]
        loader = [data[0], (data[1], "label"), [data[2]]]
        library.optim.swa_utils.update_bn(loader, model)
        assert not model.training and model[1].momentum == 0.1
        found.append([b.numpy() for b in model.buffers()])
    for a, b in zip(*found, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12)


def test_a_model_without_batch_normalization_is_not_run():
    def loader():
        raise AssertionError("read")
        yield

    update_bn(loader(), flambeau.nn.Linear(2, 2))


SCHEDULES = [
    {"swa_lr": 0.05},
    {"swa_lr": [0.05, 0.3], "anneal_epochs": 4, "anneal_strategy": "linear"},
    {"swa_lr": 0.2, "anneal_epochs": 0},
    {"swa_lr": 0.2, "anneal_epochs": 1},
]


def rates(library, options, reload_at=None):
    p, q = (library.ones(1).requires_grad_() for _ in range(2))
    optimizer = library.optim.SGD([{"params": [p]}, {"params": [q], "lr": 0.7}], 0.1)
    scheduler = library.optim.swa_utils.SWALR(optimizer, **options)
    found = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for k in range(13):
            if k == reload_at:
                state, groups = scheduler.state_dict(), optimizer.state_dict()
                scheduler = library.optim.swa_utils.SWALR(optimizer, 0.9, 5)
                scheduler.load_state_dict(state)
                optimizer.load_state_dict(groups)
            optimizer.step()
            found.append([g["lr"] for g in optimizer.param_groups])
            scheduler.step()
            found.append(list(scheduler.get_last_lr()))
    return found


@pytest.mark.parametrize("options", SCHEDULES)
def test_rates_are_pytorchs(options):
    torch = pytest.importorskip("torch")
    ours = rates(flambeau, options)
    np.testing.assert_allclose(ours, rates(torch, options), rtol=1e-12)
    np.testing.assert_allclose(rates(flambeau, options, reload_at=6), ours, rtol=1e-12)


def test_bad_arguments_are_named():
    with pytest.raises(AssertionError, match="only one of avg_fn"):
        AveragedModel(flambeau.nn.Linear(1, 1), avg_fn=get_ema_avg_fn(),
                      multi_avg_fn=get_swa_multi_avg_fn())  # fmt: skip
    for make in (get_ema_avg_fn, get_ema_multi_avg_fn):
        with pytest.raises(ValueError, match="Invalid decay value"):
            make(1.5)
    optimizer = flambeau.optim.SGD([flambeau.ones(1, requires_grad=True)], lr=0.1)
    with pytest.raises(ValueError, match="anneal_strategy"):
        SWALR(optimizer, 0.1, anneal_strategy="log")
    with pytest.raises(ValueError, match="anneal_epochs"):
        SWALR(optimizer, 0.1, anneal_epochs=-1)
    with pytest.raises(ValueError, match="swa_lr"):
        SWALR(optimizer, [0.1, 0.2])
    with pytest.raises(TypeError, match="not an Optimizer"):
        SWALR(None, 0.1)
