"""Divergences: every pair against PyTorch, against averages over samples, and the table itself."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest

import flambeau
from flambeau.distributions.kl.registry import REGISTRY
from tests.distributions.examples import lines, make

D = flambeau.distributions

# for each family two distributions of the same batch shape
FAMILIES = """
Bernoulli(T([0.2, 0.9]))
Bernoulli(logits=T([-1.0, 0.7]))
Beta(T([0.5, 2.5]), T([0.7, 4.0]))
Beta(T([1.5, 3.0]), T([2.0, 0.5]))
Binomial(5, T([0.2, 0.9]))
Binomial(5, T([0.4, 0.3]))
Categorical(T([[0.1, 0.2, 0.7], [3.0, 1.0, 1.0]]))
Categorical(logits=T([[0.5, -2.0, 0.0], [1.0, 0.0, 0.5]]))
Cauchy(T([0.0, 1.0]), T([1.0, 3.0]))
Cauchy(T([0.5, -1.0]), T([2.0, 0.3]))
ContinuousBernoulli(T([0.2, 0.9]))
ContinuousBernoulli(T([0.6, 0.4998]))
Dirichlet(T([[0.5, 2.0, 1.5], [3.0, 1.5, 4.0]]))
Dirichlet(T([[1.5, 1.0, 2.5], [2.0, 0.5, 1.0]]))
Exponential(T([0.5, 3.0]))
Exponential(T([2.0, 0.3]))
Gamma(T([0.3, 2.5]), T([1.0, 0.2]))
Gamma(T([1.3, 0.5]), T([2.0, 0.7]))
Chi2(T([1.0, 4.5]))
Geometric(T([0.2, 0.9]))
Geometric(logits=T([0.5, -1.0]))
Gumbel(T([0.0, 1.0]), T([1.0, 0.5]))
Gumbel(T([0.7, -1.0]), T([2.0, 0.9]))
HalfNormal(T([0.4, 2.0]))
HalfNormal(T([1.0, 0.5]))
Laplace(T([0.0, 1.0]), T([1.0, 0.2]))
Laplace(T([0.3, -1.0]), T([2.0, 0.5]))
Normal(T([0.0, -1.5]), T([1.0, 0.3]))
Normal(T([0.5, 1.0]), T([2.0, 0.7]))
LogNormal(T([0.0, -1.5]), T([1.0, 0.3]))
LogNormal(T([0.5, 1.0]), T([2.0, 0.7]))
OneHotCategorical(T([[0.1, 0.2, 0.7], [3.0, 1.0, 1.0]]))
OneHotCategorical(T([[0.4, 0.2, 0.4], [1.0, 2.0, 1.0]]))
Pareto(T([1.0, 0.5]), T([2.5, 5.0]))
Pareto(T([0.7, 0.6]), T([3.5, 2.0]))
Poisson(T([0.3, 8.0]))
Poisson(T([1.3, 5.0]))
Uniform(T([0.1, 0.5]), T([0.9, 0.8]))
Uniform(T([-1.0, 1.5]), T([4.0, 3.0]))
Independent(D.Normal(T([[0.5, -1.0], [0.0, 0.3]]), T([1.0, 0.4])), 1)
Independent(D.Normal(T([[0.0, 1.0], [0.2, 0.1]]), T([2.0, 0.3])), 1)
MultivariateNormal(T([[0.5, -1.0]]), T([[2.0, 0.5], [0.5, 1.0]]))
MultivariateNormal(T([[1.0, 0.5], [0.0, 0.0]]), precision_matrix=T([[3.0, -0.5], [-0.5, 1.0]]))
LowRankMultivariateNormal(T([[0.5, -1.0]]), T([[[1.0], [0.5]]]), T([1.0, 0.3]))
LowRankMultivariateNormal(T([[1.0, 0.0], [0.0, 0.5]]), T([[0.3], [-2.0]]), T([0.7, 0.9]))
InverseGamma(T([2.3, 2.5]), T([1.0, 0.2]))
InverseGamma(T([1.3, 0.5]), T([2.0, 0.7]))
"""

FAMILY_LINES = lines(FAMILIES)


def test_the_table_has_pytorchs_pairs():
    torch = pytest.importorskip("torch")
    theirs = {(p.__name__, q.__name__) for p, q in torch.distributions.kl._KL_REGISTRY}
    ours = {(p.__name__, q.__name__) for p, q in REGISTRY if "Mine" not in p.__name__}
    assert ours == theirs


def divergence(library, p, q):
    made = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        try:
            result = library.distributions.kl_divergence(
                make(library, p, made), make(library, q, made)
            )
        except NotImplementedError:
            return None, []
    if result.requires_grad:
        result.sum().backward()
    return result.detach().numpy(), [
        np.zeros(x.shape) if x.grad is None else x.grad.numpy() for x in made
    ]


@pytest.mark.parametrize("p", FAMILY_LINES)
def test_values_and_gradients_are_pytorchs(p):
    torch = pytest.importorskip("torch")
    for q in FAMILY_LINES:
        (a, da), (b, db) = divergence(flambeau, p, q), divergence(torch, p, q)
        if b is None:
            assert a is None, (p, q)
            continue
        np.testing.assert_allclose(a, b, rtol=1e-8, atol=1e-10, err_msg=f"{p} {q}")
        if np.isfinite(b).all():
            for x, y in zip(da, db, strict=True):
                np.testing.assert_allclose(x, y, rtol=1e-7, atol=1e-8, err_msg=f"{p} {q}")


MANY = 20000


@pytest.mark.parametrize("p", FAMILY_LINES)
def test_values_are_averages_of_log_ratios(p):
    """log p(x) - log q(x) over a sample of p, within five standard errors."""
    flambeau.manual_seed(21)
    d = make(flambeau, p)
    x = d.sample((MANY,))
    log_p = d.log_prob(x).numpy()
    for q in FAMILY_LINES:
        expected = divergence(flambeau, p, q)[0]
        if expected is None:
            continue
        other = make(flambeau, q)
        other._validate_args = False
        for part in ("base_dist", "_dirichlet"):
            if hasattr(other, part):
                getattr(other, part)._validate_args = False
        outside = ~other.support.check(x).all(0).numpy()
        assert (np.isinf(expected) | ~outside).all(), (p, q)
        ratios = log_p - other.log_prob(x).numpy()
        with np.errstate(invalid="ignore"):  # infinite less infinite
            error = 5 * ratios.std(0) / math.sqrt(MANY) + 1e-7
            apart = np.abs(ratios.mean(0) - expected)
        finite = np.isfinite(expected) & np.isfinite(error)
        assert (apart[finite] < error[finite]).all(), (p, q)


@pytest.mark.parametrize("p", FAMILY_LINES)
def test_a_distribution_does_not_diverge_from_itself(p):
    np.testing.assert_allclose(divergence(flambeau, p, p)[0], 0, atol=1e-12)


def test_batches_broadcast():
    p = D.Normal(flambeau.zeros(3, 1), 1.0)
    assert D.kl_divergence(p, D.Normal(flambeau.zeros(2), 1.0)).shape == (3, 2)
    assert D.kl_divergence(D.Normal(0.0, 1.0), D.Uniform(flambeau.zeros(2), 1.0)).shape == (2,)
    p = D.MultivariateNormal(flambeau.zeros(3, 1, 2), flambeau.eye(2))
    q = D.MultivariateNormal(flambeau.zeros(4, 2), flambeau.eye(2))
    assert D.kl_divergence(p, q).shape == (3, 4)


def kl(p, q):
    return D.kl_divergence(p, q).item()


def test_borders():
    """Where one of the supports touches a border of the other, or a probability is 0."""
    unit = D.Uniform(0.0, 1.0)
    beta, bernoulli = D.Beta(1.0, 1.0), D.ContinuousBernoulli(0.3)
    assert kl(beta, unit) == pytest.approx(0, abs=1e-6)
    assert kl(bernoulli, unit) == pytest.approx(-bernoulli.entropy().item())
    expected = -bernoulli.log_prob(flambeau.tensor(0.5)).item()
    assert kl(unit, bernoulli) == pytest.approx(expected, rel=1e-5)
    assert kl(unit, beta) == pytest.approx(0, abs=1e-6)
    assert kl(beta, D.Uniform(0.0, 0.9)) == math.inf
    assert kl(D.Uniform(0.0, 1.1), beta) == kl(D.Uniform(-0.1, 1.0), beta) == math.inf
    assert kl(D.Uniform(-0.1, 1.0), D.Exponential(1.0)) == math.inf
    assert kl(D.Uniform(1.0, 2.0), D.Pareto(1.5, 1.0)) == math.inf
    assert kl(D.Pareto(1.0, 2.0), D.Pareto(1.5, 1.0)) == math.inf
    assert kl(D.Pareto(1.0, 2.0), D.Normal(0.0, 1.0)) == math.inf  # no variance
    assert kl(D.Pareto(1.0, 1.0), D.Exponential(1.0)) == math.inf  # no mean

    assert kl(D.Bernoulli(0.0), D.Bernoulli(0.0)) == 0
    assert kl(D.Bernoulli(0.5), D.Bernoulli(1.0)) == math.inf
    assert kl(D.Bernoulli(1.0), D.Bernoulli(0.5)) == pytest.approx(math.log(2), rel=1e-5)
    certain, half = (D.Categorical(flambeau.tensor(x)) for x in ([1.0, 0.0], [0.5, 0.5]))
    assert kl(half, certain) == math.inf
    assert kl(certain, half) == pytest.approx(math.log(2), rel=1e-5)
    assert kl(D.Poisson(0.0), D.Poisson(2.0)) == 2
    assert kl(D.Geometric(1.0), D.Geometric(0.5)) == pytest.approx(math.log(2), rel=1e-5)
    assert kl(D.Binomial(3, 0.5), D.Binomial(2, 0.5)) == math.inf


class MineA(D.Normal):
    pass


class MineB(D.Normal):
    pass


def test_the_nearest_row_is_taken():
    assert kl(MineA(0.0, 1.0), MineB(2.0, 1.0)) == 2
    try:
        D.register_kl(MineA, D.Normal)(lambda p, q: flambeau.tensor(1.0))
        assert kl(MineA(0.0, 1.0), MineB(2.0, 1.0)) == 1
        D.register_kl(D.Normal, MineB)(lambda p, q: flambeau.tensor(3.0))
        with pytest.warns(RuntimeWarning, match="Ambiguous kl_divergence"):
            assert kl(MineA(0.0, 1.0), MineB(2.0, 1.0)) == 1
        D.register_kl(MineA, MineB)(lambda p, q: flambeau.tensor(4.0))
        assert kl(MineA(0.0, 1.0), MineB(2.0, 1.0)) == 4
        assert kl(D.Normal(0.0, 1.0), D.Normal(2.0, 1.0)) == 2
    finally:
        for pair in ((MineA, D.Normal), (D.Normal, MineB), (MineA, MineB)):
            REGISTRY.pop(pair, None)
        flambeau.distributions.kl.registry.find_divergence.cache_clear()


class Family(D.ExponentialFamily):
    """The normal distribution of variance 1, as an exponential family that has no row."""

    support = D.constraints.real
    _mean_carrier_measure = 0

    def __init__(self, loc):
        self.loc = loc
        super().__init__(loc.shape, validate_args=False)

    @property
    def _natural_params(self):
        return (self.loc,)

    def _log_normalizer(self, x):
        return x.pow(2) / 2


class OtherFamily(Family):
    pass


def test_exponential_families_by_bregman_divergence():
    p = flambeau.tensor([0.0, 1.0], requires_grad=True)
    q = flambeau.tensor([2.0, 1.5], requires_grad=True)
    result = D.kl_divergence(Family(p), Family(q))
    assert result.tolist() == [2.0, 0.125]
    result.sum().backward()
    assert p.grad.tolist() == [-2.0, -0.5] and q.grad.tolist() == [2.0, 0.5]
    with pytest.raises(NotImplementedError, match="Bregman"):
        D.kl_divergence(Family(p), OtherFamily(q))


def test_what_has_no_divergence():
    normal = D.Normal(flambeau.zeros(2), 1.0)
    calls = [
        (normal, D.StudentT(1.0), "No KL.*p type Normal and q type StudentT"),
        (D.Independent(normal, 1), D.Independent(normal, 0), "reinterpreted_batch_ndims=1 and 0"),
        (D.LogNormal(0.0, 1.0), D.LogisticNormal(0.0, 1.0), "different transforms"),
        (D.Binomial(2, 0.5), D.Binomial(3, 0.5), r"q\.total_count > p\.total_count"),
    ]
    for p, q, text in calls:
        with pytest.raises(NotImplementedError, match=text):
            D.kl_divergence(p, q)
    p, q = (D.MultivariateNormal(flambeau.zeros(n), flambeau.eye(n)) for n in (2, 3))
    with pytest.raises(ValueError, match="different event shapes"):
        D.kl_divergence(p, q)
    with pytest.raises(TypeError, match="Distribution subclass"):
        D.register_kl(int, D.Normal)
