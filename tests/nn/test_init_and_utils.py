"""First values of parameters; clipping of gradients; parameters as one vector."""

from __future__ import annotations

import math

import pytest

import flambeau
from flambeau import nn
from flambeau.nn import init, utils


def moments(x):
    return x.mean().item(), x.std().item()


def test_distributions():
    flambeau.manual_seed(0)
    w = flambeau.empty(200, 300)
    assert init.uniform_(w, -1, 3) is w
    assert w.min().item() >= -1
    assert w.max().item() < 3
    assert moments(w) == pytest.approx((1, 4 / math.sqrt(12)), abs=0.02)
    assert moments(init.normal_(w, 2, 0.5)) == pytest.approx((2, 0.5), abs=0.02)
    init.trunc_normal_(w, 0, 1, -0.5, 2)
    assert w.min().item() >= -0.5
    assert w.max().item() <= 2
    deviations = {
        init.xavier_uniform_: math.sqrt(2 / 500),
        init.xavier_normal_: math.sqrt(2 / 500),
        init.kaiming_uniform_: math.sqrt(2 / 300),
        init.kaiming_normal_: math.sqrt(2 / 300),
    }
    for fill, deviation in deviations.items():
        assert moments(fill(w)) == pytest.approx((0, deviation), abs=0.03 * deviation)
    fill = init.kaiming_normal_(w, mode="fan_out", nonlinearity="relu")
    assert fill.std().item() == pytest.approx(math.sqrt(2 / 200), rel=0.03)


def test_constants_and_structure():
    w = flambeau.empty(3, 4)
    assert init.eye_(w).tolist() == flambeau.eye(3, 4).tolist()
    assert init.constant_(w, 2.5).sum().item() == 30
    assert init.ones_(w).sum().item() == 12
    assert init.zeros_(w).sum().item() == 0
    for shape in ((3, 5), (5, 3), (4, 2, 2)):
        q = init.orthogonal_(flambeau.empty(shape), gain=2).flatten(1)
        q = q if q.shape[0] <= q.shape[1] else q.t()
        assert flambeau.allclose(q @ q.t(), flambeau.eye(q.shape[0]) * 4, atol=1e-5)
    filters = init.dirac_(flambeau.empty(2, 2, 3, 3))
    x = flambeau.randn(1, 2, 5, 5)
    assert flambeau.allclose(nn.functional.conv2d(x, filters, padding=1), x)
    sparse = init.sparse_(flambeau.empty(10, 4), 0.3)
    assert (sparse == 0).sum(0).tolist() == [3] * 4


def test_filling_is_not_recorded():
    p = nn.Parameter(flambeau.empty(3, 2))
    init.normal_(p)
    assert p.is_leaf
    assert p.requires_grad


def test_gain_and_errors():
    assert init.calculate_gain("leaky_relu", 0.2) == pytest.approx(math.sqrt(2 / 1.04))
    assert init.calculate_gain("tanh") == 5 / 3
    with pytest.raises(ValueError, match="Unsupported nonlinearity what"):
        init.calculate_gain("what")
    with pytest.raises(ValueError, match="fewer than 2 dimensions"):
        init.xavier_uniform_(flambeau.empty(3))
    with pytest.raises(ValueError, match="Mode x not supported"):
        init.kaiming_uniform_(flambeau.empty(3, 3), mode="x")


def test_equal_seeds_give_equal_layers():
    flambeau.manual_seed(5)
    a = nn.Linear(4, 3)
    flambeau.manual_seed(5)
    assert flambeau.equal(nn.Linear(4, 3).weight, a.weight)
    assert a.weight.abs().max().item() <= 0.5


def with_grads():
    params = [nn.Parameter(flambeau.zeros(2)), nn.Parameter(flambeau.zeros(())),
              nn.Parameter(flambeau.zeros(1))]  # fmt: skip
    params[0].grad = flambeau.tensor([3.0, 4.0])
    params[1].grad = flambeau.tensor(12.0)
    return params


@pytest.mark.parametrize(("kind", "norm"), [(2.0, 13.0), (1.0, 19.0), (math.inf, 12.0)])
def test_clip_grad_norm(kind, norm):
    params = with_grads()
    assert utils.clip_grad_norm_(params, norm / 2, kind).item() == pytest.approx(norm)
    assert params[1].grad.item() == pytest.approx(6, rel=1e-4)
    assert utils.clip_grad_norm_(params, 100.0, kind).item() == pytest.approx(norm / 2, rel=1e-4)
    assert params[1].grad.item() == pytest.approx(6, rel=1e-4)
    assert utils.clip_grad_norm_([], 1.0).item() == 0


def test_clip_grad_norm_of_what_is_not_finite():
    params = with_grads()
    params[1].grad = flambeau.tensor(math.nan)
    with pytest.raises(RuntimeError, match=r"total norm of order 2.0 for gradients"):
        utils.clip_grad_norm_(params, 1.0, error_if_nonfinite=True)
    assert params[0].grad.tolist() == [3, 4]


def test_clip_grad_value():
    params = with_grads()
    utils.clip_grad_value_(params, 3.5)
    assert params[0].grad.tolist() == [3, 3.5]


def test_parameters_as_one_vector():
    net = nn.Linear(2, 3)
    vector = utils.parameters_to_vector(net.parameters())
    assert vector.shape == (9,)
    utils.vector_to_parameters(flambeau.arange(9.0), net.parameters())
    assert net.weight.tolist() == [[0, 1], [2, 3], [4, 5]]
    assert net.bias.tolist() == [6, 7, 8]
    assert net.weight.requires_grad
    with pytest.raises(RuntimeError, match=r"required: \[9\]"):
        utils.vector_to_parameters(flambeau.ones(3), net.parameters())
