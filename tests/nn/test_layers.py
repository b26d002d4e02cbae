"""Layers: normalization, dropout, embedding, containers, convolutions, and training."""

from __future__ import annotations

from collections import OrderedDict

import numpy as np
import pytest

import flambeau
from flambeau import nn
from flambeau.nn import functional


# -- normalization --------------------------------------------------------------------------------
@pytest.mark.parametrize("momentum", [0.1, 0.3, None])
def test_batch_norm_running_statistics(momentum):
    torch = pytest.importorskip("torch")
    ours, theirs = (t.nn.BatchNorm2d(3, momentum=momentum) for t in (flambeau, torch))
    source = np.random.default_rng(0)
    for _ in range(3):
        x = (source.standard_normal((4, 3, 5, 2)) * 3 + 1).astype(np.float32)
        a, b = ours(flambeau.tensor(x)), theirs(torch.tensor(x))
        np.testing.assert_allclose(a.detach().numpy(), b.detach().numpy(), 1e-4, 1e-5)
    for name in ("running_mean", "running_var", "num_batches_tracked"):
        np.testing.assert_allclose(
            getattr(ours, name).numpy(), getattr(theirs, name).numpy(), 1e-5, 1e-6
        )
    ours.eval(), theirs.eval()
    a, b = ours(flambeau.tensor(x)), theirs(torch.tensor(x))
    np.testing.assert_allclose(a.detach().numpy(), b.detach().numpy(), 1e-4, 1e-5)
    assert ours.running_mean.tolist() == ours.running_mean.tolist()
    ours.reset_running_stats()
    assert ours.running_var.tolist() == [1, 1, 1]
    assert ours.num_batches_tracked.item() == 0


def test_batch_norm_without_statistics_uses_the_batch():
    norm = nn.BatchNorm1d(2, track_running_stats=False).eval()
    x = flambeau.randn(8, 2) * 5 + 3
    assert flambeau.allclose(norm(x).mean(0), flambeau.zeros(2), atol=1e-5)
    assert list(norm.state_dict()) == ["weight", "bias"]


def test_statistics_are_not_part_of_the_tape():
    norm = nn.BatchNorm1d(2)
    norm(flambeau.randn(4, 2, requires_grad=True)).sum().backward()
    assert not norm.running_mean.requires_grad
    norm(flambeau.randn(4, 2, requires_grad=True)).sum().backward()


def test_instance_norm_statistics():
    torch = pytest.importorskip("torch")
    options = {"affine": True, "track_running_stats": True}
    ours, theirs = (t.nn.InstanceNorm1d(3, **options) for t in (flambeau, torch))
    x = np.random.default_rng(0).standard_normal((4, 3, 5)).astype(np.float32)
    for training in (True, False):
        ours.train(training), theirs.train(training)
        a, b = ours(flambeau.tensor(x)), theirs(torch.tensor(x))
        np.testing.assert_allclose(a.detach().numpy(), b.detach().numpy(), 1e-4, 1e-5)
    np.testing.assert_allclose(ours.running_var.numpy(), theirs.running_var.numpy(), 1e-5)


# -- dropout --------------------------------------------------------------------------------------
@pytest.mark.parametrize("p", [0.1, 0.5, 0.9])
def test_dropout_frequency_scale_and_gradient(p):
    flambeau.manual_seed(0)
    x = flambeau.ones(200, 200, requires_grad=True)
    y = nn.Dropout(p)(x)
    kept = (y != 0).float().mean().item()
    assert kept == pytest.approx(1 - p, abs=0.01)
    assert sorted(set(y.flatten().tolist()))[-1] == pytest.approx(1 / (1 - p))
    y.sum().backward()
    assert flambeau.equal(x.grad, y.detach())  # the same mask


def test_dropout_draws_anew_and_repeats_with_the_seed():
    x = flambeau.ones(100)
    flambeau.manual_seed(1)
    a, b = functional.dropout(x), functional.dropout(x)
    assert not flambeau.equal(a, b)
    flambeau.manual_seed(1)
    assert flambeau.equal(functional.dropout(x), a)


def test_dropout_in_eval_and_at_the_ends():
    x = flambeau.ones(10)
    assert nn.Dropout(0.5).eval()(x) is x
    assert functional.dropout(x, 0.0) is x
    assert functional.dropout(x, 1.0).tolist() == [0.0] * 10
    y = flambeau.ones(1000)
    assert functional.dropout(y, 0.5, inplace=True) is y
    assert 0 < (y == 0).sum().item() < 1000


def test_dropout_of_channels():
    y = functional.dropout2d(flambeau.ones(8, 16, 3, 3), 0.5)
    per_channel = y.flatten(2)
    assert flambeau.equal(per_channel.amax(2), per_channel.amin(2))


def test_alpha_dropout_keeps_mean_and_variance():
    flambeau.manual_seed(0)
    y = functional.alpha_dropout(flambeau.randn(100000), 0.3, True)
    assert y.mean().item() == pytest.approx(0, abs=0.02)
    assert y.std().item() == pytest.approx(1, abs=0.02)


def test_a_captured_step_draws_fresh_masks():
    dropout = nn.Dropout(0.5)
    step = flambeau.compile(lambda x: dropout(x))
    x = flambeau.ones(1000)
    results = [step(x).tolist() for _ in range(4)]
    assert len({tuple(r) for r in results}) == 4
    assert step.replays >= 1
    dropout.eval()
    assert step(x).tolist() == x.tolist()


# -- embedding ------------------------------------------------------------------------------------
def test_embedding_padding_and_max_norm():
    table = nn.Embedding(5, 3, padding_idx=-1, max_norm=0.5)
    assert table.weight[4].tolist() == [0, 0, 0]
    out = table(flambeau.tensor([1, 4, 1]))
    assert (out.norm(dim=1) <= 0.5 + 1e-6).all().item()
    out.sum().backward()
    assert table.weight.grad[4].tolist() == [0, 0, 0]
    assert table.weight.grad[1].tolist() == [2, 2, 2]


def test_from_pretrained():
    data = flambeau.arange(6.0).reshape(3, 2)
    table = nn.Embedding.from_pretrained(data)
    assert table(flambeau.tensor(2)).tolist() == [4, 5]
    assert not table.weight.requires_grad
    assert nn.Embedding.from_pretrained(data, freeze=False).weight.requires_grad


# -- containers -----------------------------------------------------------------------------------
def test_sequential():
    net = nn.Sequential(OrderedDict([("a", nn.Linear(2, 3)), ("b", nn.ReLU())]))
    assert net.a is net[0] is net[-2]
    assert list(net[1:]._modules) == ["b"]
    net.append(nn.Linear(3, 1))
    assert net(flambeau.ones(4, 2)).shape == (4, 1)
    del net[1]
    assert [type(m).__name__ for m in net] == ["Linear", "Linear"]
    assert list(net._modules) == ["0", "1"]
    net[0] = nn.Identity()
    assert len(net + nn.Sequential(nn.ReLU())) == 3
    assert len(net * 2) == 4
    net.insert(0, nn.Tanh())
    assert type(net.pop(0)) is nn.Tanh
    with pytest.raises(IndexError, match="index 7 is out of range"):
        net[7]


def test_module_list_and_dict():
    layers = nn.ModuleList([nn.Linear(2, 2)])
    layers += [nn.ReLU()]
    layers.insert(0, nn.Tanh())
    assert [type(m).__name__ for m in layers] == ["Tanh", "Linear", "ReLU"]
    assert len(layers[:2]) == 2
    assert [n for n, _ in layers.named_parameters()] == ["1.weight", "1.bias"]
    with pytest.raises(NotImplementedError, match="ModuleList"):
        layers(1)
    named = nn.ModuleDict({"a": nn.ReLU(), "b": nn.Linear(1, 1)})
    assert list(named) == list(named.keys()) == ["a", "b"]
    assert "a" in named
    named["c"] = nn.Tanh()
    assert type(named.pop("a")) is nn.ReLU
    assert [n for n, _ in named.items()] == ["b", "c"]


def test_parameter_list_and_dict():
    values = nn.ParameterList([flambeau.ones(1), nn.Parameter(flambeau.ones(2))])
    values.append(flambeau.ones(3))
    assert [n for n, _ in values.named_parameters()] == ["0", "1", "2"]
    assert values[-1].shape == (3,)
    assert len(list(values)) == len(values) == 3
    named = nn.ParameterDict({"w": flambeau.ones(2)})
    named["v"] = flambeau.ones(1)
    assert list(named.keys()) == ["w", "v"]
    assert isinstance(named["w"], nn.Parameter)
    assert named.get("nothing") is None
    named.pop("w")
    assert [n for n, _ in named.named_parameters()] == ["v"]


# -- convolutions ---------------------------------------------------------------------------------
@pytest.mark.parametrize("mode", ["zeros", "reflect", "replicate", "circular"])
@pytest.mark.parametrize("padding", [2, "same", "valid"])
def test_padding_modes(mode, padding):
    torch = pytest.importorskip("torch")
    ours, theirs = (
        t.nn.Conv2d(2, 3, (3, 4), padding=padding, padding_mode=mode) for t in (flambeau, torch)
    )
    ours.load_state_dict({k: flambeau.tensor(v.numpy()) for k, v in theirs.state_dict().items()})
    x = np.random.default_rng(0).standard_normal((1, 2, 6, 7)).astype(np.float32)
    got, wanted = ours(flambeau.tensor(x)), theirs(torch.tensor(x))
    assert tuple(got.shape) == tuple(wanted.shape)
    np.testing.assert_allclose(got.detach().numpy(), wanted.detach().numpy(), 1e-4, 1e-5)


def test_output_size_of_a_transposed_convolution():
    up = nn.ConvTranspose2d(1, 1, 3, stride=2, padding=1)
    x = flambeau.ones(1, 1, 4, 4)
    assert up(x).shape == (1, 1, 7, 7)
    assert up(x, output_size=(8, 8)).shape == (1, 1, 8, 8)
    with pytest.raises(ValueError, match="requested an output size of"):
        up(x, output_size=(9, 9))


# -- training -------------------------------------------------------------------------------------
def test_a_small_network_learns():
    flambeau.manual_seed(0)
    x = flambeau.randn(64, 2)
    target = (x[:, 0] * x[:, 1] > 0).long()
    net = nn.Sequential(nn.Linear(2, 16), nn.BatchNorm1d(16), nn.Tanh(), nn.Linear(16, 2))
    adam = flambeau.optim.Adam(net.parameters(), lr=0.05)
    loss = nn.CrossEntropyLoss()
    for _ in range(60):
        adam.zero_grad()
        loss(net(x), target).backward()
        adam.step()
    net.eval()
    assert (net(x).argmax(1) == target).float().mean().item() > 0.95


def test_a_weight_that_is_computed_from_another_parameter():
    """As pruning and weight normalization do it: a plain tensor, or a property of the class."""
    layer = nn.Linear(2, 1, bias=False)
    layer.raw = nn.Parameter(flambeau.ones(1, 2))
    del layer._parameters["weight"]
    layer.weight = layer.raw * 3
    layer(flambeau.ones(1, 2)).sum().backward()
    assert layer.raw.grad.tolist() == [[3.0, 3.0]]

    class Doubled(nn.Linear):
        pass

    other = Doubled(2, 1, bias=False)
    other.raw = nn.Parameter(flambeau.ones(1, 2))
    del other.weight
    Doubled.weight = property(lambda self: self.raw * 2)
    assert other(flambeau.ones(1, 2)).item() == 4.0
