"""nn.utils: parametrizations, normalized weights, pruning, fusion, stateless calls."""

from __future__ import annotations

import copy
import inspect
import pickle
import warnings

import numpy as np
import pytest

import flambeau
from flambeau import nn
from flambeau.nn import utils
from flambeau.nn.utils import parametrizations, parametrize, prune
from flambeau.nn.utils.stateless import functional_call

source = np.random.default_rng(0)


def linear(inner=4, outer=3):
    return nn.Linear(inner, outer).double()


def twins(torch, make):
    """`make(nn)` for both, in float64, with the same state."""
    theirs, ours = make(torch.nn).double(), make(nn).double()
    given = {k: v.numpy() for k, v in theirs.state_dict().items()}
    assert list(ours.state_dict()) == list(given)
    ours.load_state_dict({k: flambeau.tensor(v) for k, v in given.items()})
    return ours, theirs


def compare(torch, ours, theirs, x, times=1):
    for _ in range(times):
        found = []
        for module, framework in ((ours, flambeau), (theirs, torch)):
            module.zero_grad()
            y = module(framework.tensor(x))
            (y * y).sum().backward()
            found.append([y.detach().numpy(), *[p.grad.numpy() for p in module.parameters()]])
            found[-1] += [b.numpy() for b in module.buffers()]
        for a, b in zip(*found, strict=True):
            np.testing.assert_allclose(a, b, 1e-9, 1e-11)


# -- parametrize ----------------------------------------------------------------------------------
class Symmetric(nn.Module):
    def forward(self, x):
        return x.triu() + x.triu(1).T

    def right_inverse(self, x):
        return x.triu()


class Doubled(nn.Module):
    def forward(self, x):
        return x * 2

    def right_inverse(self, x):
        return x / 2


def test_a_parametrized_weight():
    layer = linear(3, 3)
    weight = layer.weight
    parametrize.register_parametrization(layer, "weight", Symmetric())
    assert parametrize.is_parametrized(layer, "weight")
    assert not parametrize.is_parametrized(layer, "bias")
    assert type(layer).__name__ == "ParametrizedLinear"
    assert parametrize.type_before_parametrizations(layer) is nn.Linear
    assert sorted(layer.state_dict()) == ["bias", "parametrizations.weight.original"]
    assert layer.parametrizations.weight.original is weight
    assert flambeau.equal(layer.weight, layer.weight.T)
    x = flambeau.tensor(source.standard_normal((2, 3)))
    layer(x).sum().backward()
    assert weight.grad is not None
    # one more on top of it, and an assignment through both
    parametrize.register_parametrization(layer, "weight", Doubled())
    value = flambeau.eye(3, dtype=flambeau.float64) * 4
    layer.weight = value
    assert flambeau.equal(layer.weight, value)
    copied = copy.deepcopy(layer)
    assert flambeau.equal(copied.weight, value)
    assert copied.parametrizations.weight.original is not weight
    with pytest.raises(RuntimeError, match="only supported through state_dict"):
        pickle.dumps(layer)
    with parametrize.cached():
        assert layer.weight is layer.weight
    parametrize.remove_parametrizations(layer, "weight")
    assert type(layer) is nn.Linear
    assert layer.weight is weight
    assert flambeau.equal(layer.weight, value)
    assert sorted(layer.state_dict()) == ["bias", "weight"]


def test_parametrized_modules_print_as_in_pytorch():
    torch = pytest.importorskip("torch")
    texts = []
    for n in (nn, torch.nn):
        layer = n.Conv2d(1, 2, 3)
        n.utils.parametrizations.weight_norm(layer)
        texts.append(repr(n.Sequential(layer)))
    assert texts[0] == texts[1]


class Cut(nn.Module):
    def forward(self, x):
        return x[:1]


def test_a_parametrization_keeps_the_shape():
    layer = linear()
    with pytest.raises(ValueError, match=r"a forward that gives shape \[1, 4\]; required: shape"):
        parametrize.register_parametrization(layer, "weight", Cut())
    with pytest.raises(ValueError, match="does not have a parameter, a buffer"):
        parametrize.register_parametrization(layer, "wheight", Doubled())
    with pytest.raises(ValueError, match="does not have a parametrization on bias"):
        parametrize.remove_parametrizations(layer, "bias")


def test_transfer():
    a, b = linear(3, 3), linear(3, 3)
    parametrize.register_parametrization(a, "weight", Symmetric())
    parametrize.transfer_parametrizations_and_params(a, b)
    assert flambeau.equal(a.weight, b.weight)
    assert type(b).__name__ == "ParametrizedLinear"


# -- weight and spectral normalization ------------------------------------------------------------
LAYERS = {
    "linear": (lambda n: n.Linear(4, 3), (5, 4)),
    "conv": (lambda n: n.Conv2d(2, 3, 2), (1, 2, 4, 4)),
    "transposed": (lambda n: n.ConvTranspose1d(2, 3, 2), (1, 2, 4)),
}


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("dim", [0, None, 1])
@pytest.mark.parametrize("old", [False, True])
def test_weight_norm(layer, dim, old):
    torch = pytest.importorskip("torch")
    make, shape = LAYERS[layer]

    def build(n):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            home = n.utils if old else n.utils.parametrizations
            return home.weight_norm(make(n), dim=dim)

    ours, theirs = twins(torch, build)
    x = source.standard_normal(shape)
    compare(torch, ours, theirs, x)
    before = ours(flambeau.tensor(x))
    if old:
        utils.remove_weight_norm(ours)
    else:
        parametrize.remove_parametrizations(ours, "weight")
    assert sorted(ours.state_dict()) == ["bias", "weight"]
    assert flambeau.allclose(ours(flambeau.tensor(x)), before)


def test_new_weight_norm_loads_the_old_names():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        old = utils.weight_norm(linear())
    new = parametrizations.weight_norm(linear())
    new.load_state_dict(old.state_dict())
    x = flambeau.ones(1, 4, dtype=flambeau.float64)
    assert flambeau.allclose(new(x), old(x))


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("old", [False, True])
def test_spectral_norm(layer, old):
    torch = pytest.importorskip("torch")
    make, shape = LAYERS[layer]
    ours, theirs = twins(
        torch,
        lambda n: (n.utils if old else n.utils.parametrizations).spectral_norm(
            make(n), n_power_iterations=2
        ),
    )
    x = source.standard_normal(shape)
    compare(torch, ours, theirs, x, times=3)
    ours.eval(), theirs.eval()
    compare(torch, ours, theirs, x)
    for _ in range(40):
        ours.train()(flambeau.tensor(x))
    matrix = ours.weight.detach().numpy()
    matrix = matrix.swapaxes(0, 1) if layer == "transposed" else matrix
    top = np.linalg.svd(matrix.reshape(len(matrix), -1))[1][0]
    assert top == pytest.approx(1, abs=1e-6)
    if old:
        utils.remove_spectral_norm(ours)
        assert sorted(ours.state_dict()) == ["bias", "weight"]


@pytest.mark.parametrize("map_name", ["matrix_exp", "cayley", "householder"])
@pytest.mark.parametrize("shape", [(4, 4), (5, 3), (3, 5)])
@pytest.mark.parametrize("trivial", [True, False])
def test_orthogonal(map_name, shape, trivial):
    torch = pytest.importorskip("torch")

    def build(n):
        return n.utils.parametrizations.orthogonal(
            n.Linear(shape[1], shape[0]), orthogonal_map=map_name, use_trivialization=trivial
        )

    if not trivial and map_name != "householder":
        make = build(nn)  # it can be made, but not assigned to
        with pytest.raises(NotImplementedError):
            make.weight = make.weight.detach()
    ours, theirs = twins(torch, build)
    small = min(shape)
    w = ours.weight.detach().numpy()
    product = w @ w.T if shape[0] < shape[1] else w.T @ w
    np.testing.assert_allclose(product, np.eye(small), 1e-6, 1e-6)
    with flambeau.no_grad():
        for p, q in zip(ours.parameters(), theirs.parameters(), strict=True):
            step = source.standard_normal(tuple(p.shape)) * 0.3
            if map_name == "householder":
                step = np.tril(step, -1) if p.ndim > 1 and shape[0] >= shape[1] else (
                    np.triu(step, 1) if p.ndim > 1 else step)  # fmt: skip
            p.add_(flambeau.tensor(step))
            q.data.add_(torch.tensor(step))
    compare(torch, ours, theirs, source.standard_normal((2, shape[1])))


# -- pruning --------------------------------------------------------------------------------------
PRUNINGS = {
    "l1": lambda p, m: p.l1_unstructured(m, "weight", 0.4),
    "l1 of a number": lambda p, m: p.l1_unstructured(m, "weight", 3),
    "rows": lambda p, m: p.ln_structured(m, "weight", 1, 2, 0),
    "columns": lambda p, m: p.ln_structured(m, "weight", 0.5, 1, 1),
    "rows, then elements": lambda p, m: p.l1_unstructured(
        p.ln_structured(m, "weight", 1, 2, 0), "weight", 0.3),
    "elements, then rows": lambda p, m: p.ln_structured(
        p.l1_unstructured(m, "weight", 0.3), "weight", 1, 2, -2),
    "three times": lambda p, m: p.l1_unstructured(
        p.l1_unstructured(p.l1_unstructured(m, "weight", 2), "weight", 2), "weight", 2),
    "nothing": lambda p, m: p.identity(m, "weight"),
}  # fmt: skip


@pytest.mark.parametrize("name", PRUNINGS)
def test_pruning_equals_pytorch(name):
    torch = pytest.importorskip("torch")
    pytest.importorskip("torch.nn.utils.prune")
    ours, theirs = twins(torch, lambda n: n.Linear(4, 3))
    PRUNINGS[name](prune, ours)
    PRUNINGS[name](torch.nn.utils.prune, theirs)
    assert list(ours.state_dict()) == list(theirs.state_dict())
    assert ours.weight_mask.tolist() == theirs.weight_mask.tolist()
    compare(torch, ours, theirs, source.standard_normal((2, 4)))
    assert prune.is_pruned(nn.Sequential(ours))
    prune.remove(ours, "weight")
    torch.nn.utils.prune.remove(theirs, "weight")
    assert list(ours.state_dict()) == list(theirs.state_dict())
    assert type(ours.weight) is nn.Parameter
    assert not prune.is_pruned(ours)
    np.testing.assert_allclose(ours.weight.detach().numpy(), theirs.weight.detach().numpy())


def test_pruning_of_all_at_once():
    torch = pytest.importorskip("torch")
    pytest.importorskip("torch.nn.utils.prune")
    ours, theirs = twins(torch, lambda n: n.Sequential(n.Linear(4, 3), n.Linear(3, 2)))
    for n, net in ((nn, ours), (torch.nn, theirs)):
        p = n.utils.prune
        pairs = [(layer, "weight") for layer in net]
        p.global_unstructured(pairs, p.L1Unstructured, amount=0.5)
        p.global_unstructured(pairs, p.L1Unstructured, amount=2)
    for a, b in zip(ours, theirs, strict=True):
        assert a.weight_mask.tolist() == b.weight_mask.tolist()


def test_random_pruning_and_its_errors():
    flambeau.manual_seed(0)
    layer = prune.random_unstructured(nn.Linear(10, 10), "weight", 0.3)
    assert int((layer.weight == 0).sum().item()) == 30
    layer = prune.random_structured(nn.Linear(10, 10), "weight", 4, 0)
    assert int((layer.weight == 0).all(1).sum().item()) == 4
    with pytest.raises(ValueError, match="should be smaller than the number of parameters"):
        prune.l1_unstructured(nn.Linear(2, 2), "weight", 9)
    layer = nn.Linear(2, 2)
    with pytest.raises(ValueError, match="a float in the range"):
        prune.l1_unstructured(layer, "weight", 1.5)
    with pytest.raises(ValueError, match="Structured pruning"):
        prune.ln_structured(layer, "bias", 1, 2, 0)
    assert sorted(layer.state_dict()) == ["bias", "weight"]  # nothing has changed
    with pytest.raises(ValueError, match="has to be pruned before"):
        prune.remove(layer, "weight")


def test_training_keeps_what_is_pruned_at_zero():
    layer = prune.custom_from_mask(nn.Linear(3, 1), "weight", flambeau.tensor([[1.0, 0.0, 1.0]]))
    sgd = flambeau.optim.SGD(layer.parameters(), lr=0.1)
    for _ in range(3):
        sgd.zero_grad()
        layer(flambeau.randn(4, 3)).square().mean().backward()
        sgd.step()
    layer(flambeau.ones(1, 3))
    assert layer.weight[0, 1].item() == 0


# -- fusion ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("affine", [True, False])
def test_fusion_of_batch_norm(bias, affine):
    x = flambeau.randn(2, 3, 5, 5, dtype=flambeau.float64)
    for layer, transpose in ((nn.Conv2d(3, 4, 2, bias=bias), False),
                             (nn.ConvTranspose2d(3, 4, 2, bias=bias), True)):  # fmt: skip
        net = nn.Sequential(layer, nn.BatchNorm2d(4, affine=affine)).double()
        for _ in range(3):
            net(x)
        net.eval()
        fused = utils.fuse_conv_bn_eval(net[0], net[1], transpose)
        assert flambeau.allclose(fused(x), net(x))
    net = nn.Sequential(nn.Linear(5, 4, bias), nn.BatchNorm1d(4)).double()
    rows = x[:, 0, 0]
    net(rows)
    net.eval()
    assert flambeau.allclose(utils.fuse_linear_bn_eval(net[0], net[1])(rows), net(rows))
    with pytest.raises(AssertionError, match="Fusion only for eval"):
        utils.fuse_linear_bn_eval(net[0].train(), net[1])


# -- stateless ------------------------------------------------------------------------------------
def test_functional_call():
    net = nn.Sequential(linear(2, 3), nn.BatchNorm1d(3).double())
    before = {k: v.clone() for k, v in net.state_dict().items()}
    new = {k: (v * 2 if v.dtype.is_floating_point else v.clone()).detach().requires_grad_(
        v.dtype.is_floating_point and "running" not in k) for k, v in before.items()}  # fmt: skip
    x = flambeau.tensor(source.standard_normal((4, 2)))
    y = functional_call(net, new, (x,))
    y.square().sum().backward()
    assert new["0.weight"].grad is not None
    assert net[0].weight.grad is None
    for k, v in net.state_dict().items():
        assert flambeau.equal(v, before[k])
    assert new["1.num_batches_tracked"].item() == 1  # what the call changed is what it was given
    # a part of them, several dicts, keyword arguments
    part = functional_call(net[0], [{"weight": flambeau.zeros(3, 2, dtype=flambeau.float64)},
                                    {"bias": flambeau.ones(3, dtype=flambeau.float64)}], None,
                           {"input": x})  # fmt: skip
    assert part.tolist() == [[1.0] * 3] * 4


def test_functional_call_of_tied_weights_and_errors():
    net = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
    net[1].weight = net[0].weight
    weight = flambeau.zeros(2, 2)
    y = functional_call(net, {"0.weight": weight}, flambeau.ones(1, 2))
    assert flambeau.equal(y[0], net[1].bias)
    with pytest.raises(ValueError, match="different values for tied weights"):
        functional_call(net, {"0.weight": weight, "1.weight": flambeau.ones(2, 2)},
                        flambeau.ones(1, 2))  # fmt: skip
    with pytest.raises(RuntimeError, match=r"unexpected keys \['2.weight'\]"):
        functional_call(net, {"2.weight": weight}, flambeau.ones(1, 2))
    with pytest.raises(RuntimeError, match="missing keys"):
        functional_call(net, {"0.weight": weight}, flambeau.ones(1, 2), strict=True)
    with pytest.raises(RuntimeError):  # and the module is as it was
        functional_call(net, {"0.weight": flambeau.ones(2, 9)}, flambeau.ones(1, 2))
    assert net[0].weight.shape == (2, 2)
    assert type(net[0].weight) is nn.Parameter


# -- others ---------------------------------------------------------------------------------------
def test_old_names_warn():
    x = flambeau.zeros(3, 3)
    with pytest.warns(FutureWarning, match="in favor of `nn.init.constant_`"):
        nn.init.constant(x, 2.0)
    assert x.tolist() == [[2.0] * 3] * 3
    p = nn.Parameter(x)
    p.grad = flambeau.ones(3, 3)
    with pytest.warns(FutureWarning, match="clip_grad_norm_"):
        utils.clip_grad_norm(p, 1.0)
    assert p.grad.norm().item() == pytest.approx(1, abs=1e-5)


def test_all_names_are_there():
    torch = pytest.importorskip("torch")
    pytest.importorskip("torch.nn.utils.prune")
    skipped = {"Literal", "ParamSpec", "TypeVar", "torch"}  # PyTorch's own imports
    for theirs, ours in ((torch.nn.utils, utils), (torch.nn.init, nn.init),
                         (torch.nn.utils.prune, prune),
                         (torch.nn.utils.rnn, utils.rnn)):  # fmt: skip
        names = getattr(theirs, "__all__", None) or [
            n for n in dir(theirs)
            if not n.startswith("_") and not inspect.ismodule(getattr(theirs, n))
        ]  # fmt: skip
        missing = {n for n in names if not hasattr(ours, n)} - skipped
        assert not missing - {"ABC", "abstractmethod", "Iterable"}, ours.__name__


def test_skip_init():
    assert utils.skip_init(nn.Linear, 2, 3).weight.shape == (3, 2)
    with pytest.raises(RuntimeError, match="must support a 'device' arg"):
        utils.skip_init(nn.ReLU)
