"""Functions of nn.functional: against PyTorch where it is installed, and against differences."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

import flambeau
from flambeau.autograd import gradgradcheck
from flambeau.nn import functional
from tests.nn import image_cases  # noqa: F401 - adds its cases
from tests.nn.cases import ACTIVATIONS, CASES


def ours(case):
    made = [flambeau.tensor(np.array(a)) for a in case.arrays]
    for i, x in enumerate(made):
        if x.dtype.is_floating_point and i not in case.constant:
            x.requires_grad_()
    return made


@pytest.mark.parametrize("name", CASES)
def test_equals_pytorch(name):
    torch = pytest.importorskip("torch")
    case = CASES[name]
    mine = ours(case)
    theirs = [torch.from_numpy(np.array(a)).requires_grad_(x.requires_grad)
              for a, x in zip(case.arrays, mine, strict=True)]  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        got = case.call(functional, *mine)
        wanted = case.call(torch.nn.functional, *theirs)
    assert tuple(got.shape) == tuple(wanted.shape)
    assert got.dtype.name == str(wanted.dtype).removeprefix("torch.")
    np.testing.assert_allclose(got.detach().numpy(), wanted.detach().numpy(), 1e-9, 1e-9)
    if not wanted.requires_grad:
        return
    weight = np.random.default_rng(1).standard_normal(tuple(got.shape))
    (got * flambeau.tensor(weight)).sum().backward()
    (wanted * torch.tensor(weight)).sum().backward()
    for x, y in zip(mine, theirs, strict=True):
        if y.grad is not None:
            np.testing.assert_allclose(x.grad.numpy(), y.grad.numpy(), case.rtol, case.rtol)


@pytest.mark.parametrize("name", [n for n, c in CASES.items() if c.twice])
def test_second_derivatives(name):
    case = CASES[name]
    inputs = ours(case)
    if any(x.requires_grad for x in inputs) and case.call(functional, *inputs).requires_grad:
        # two runs may be fused differently, and then differ in the last bit
        assert gradgradcheck(
            lambda *x: case.call(functional, *x), inputs, fast_mode=True, nondet_tol=1e-12
        )


@pytest.mark.parametrize(("name", "options"), ACTIVATIONS)
def test_extreme_inputs_equal_pytorch(name, options):
    torch = pytest.importorskip("torch")
    values = np.array([np.inf, -np.inf, np.nan, 0.0, -0.0, 100, -100, 1e30])
    options = {**options, **({"dim": 0} if "dim" in options else {})}
    got = getattr(functional, name)(flambeau.tensor(values), **options)
    wanted = getattr(torch.nn.functional, name)(torch.tensor(values), **options)
    np.testing.assert_allclose(got.numpy(), wanted.numpy(), 1e-7)


HALF = {
    "gelu": lambda f, x: f.gelu(x),
    "silu": lambda f, x: f.silu(x),
    "softmax": lambda f, x: f.softmax(x, -1),
    "layer_norm": lambda f, x: f.layer_norm(x, (64,)),
    "mse_loss": lambda f, x: f.mse_loss(x, x * 2),
    "linear": lambda f, x: f.linear(x, x),
}


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
@pytest.mark.parametrize("name", HALF)
def test_half_precision_is_rounded_once(name, dtype):
    """Formulas are calculated in float32: the result is the rounded one of float32."""
    array = np.random.default_rng(0).standard_normal((8, 64))
    x = flambeau.tensor(array, dtype=getattr(flambeau, dtype))
    got = HALF[name](functional, x)
    assert got.dtype is x.dtype
    wanted = HALF[name](functional, x.float())
    digits = {"float16": 2.0**-11, "bfloat16": 2.0**-8}[dtype]
    np.testing.assert_allclose(got.float().numpy(), wanted.numpy(), 1.1 * digits, 1e-7)


def test_in_place_activations():
    x = flambeau.tensor([-1.0, 2.0])
    assert functional.relu(x, inplace=True) is x
    assert x.tolist() == [0.0, 2.0]
    y = flambeau.tensor([-3.0, 0.5])
    assert functional.hardtanh_(y) is y
    assert y.tolist() == [-1.0, 0.5]


def test_one_operation_is_one_node():
    x = flambeau.randn(3, 4, requires_grad=True)
    w = flambeau.randn(5, 4, requires_grad=True)
    names = {
        "LinearBackward0": functional.linear(x, w),
        "SoftmaxBackward0": functional.softmax(x, 1),
        "LayerNormBackward0": functional.layer_norm(x, (4,)),
        "GeluBackward0": functional.gelu(x),
        "MseLossBackward0": functional.mse_loss(x, x.detach()),
        "CrossEntropyBackward0": functional.cross_entropy(x, flambeau.tensor([0, 1, 2])),
    }
    for name, result in names.items():
        node = result.grad_fn
        assert node.name() == name
        assert node.next_functions[0][0].name() == "AccumulateGrad"


def test_no_target_counts():
    """Where every target is ignored the mean is 0 / 0, as in PyTorch."""
    x = flambeau.randn(2, 3, requires_grad=True)
    target = flambeau.tensor([-100, -100])
    assert functional.cross_entropy(x, target).isnan().item()
    assert functional.cross_entropy(x, target, reduction="sum").item() == 0


def test_gumbel_softmax_hard_is_one_hot_with_a_gradient():
    x = flambeau.randn(5, 3, requires_grad=True)
    y = functional.gumbel_softmax(x, hard=True)
    assert y.sum(1).tolist() == pytest.approx([1.0] * 5)
    assert sorted(set(y.round(decimals=5).flatten().tolist())) == [0.0, 1.0]
    y[:, 0].sum().backward()
    assert x.grad.abs().sum().item() > 0
