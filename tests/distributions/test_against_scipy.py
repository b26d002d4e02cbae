"""Densities, quantiles and moments compared with scipy.stats; samples with the densities."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

import flambeau
from tests.distributions.examples import make

# a distribution, and the same for scipy (S); a row of parameters each
CONTINUOUS = """
Normal(T([0.0, -1.5]), T([1.0, 0.3])) | S.norm([0.0, -1.5], [1.0, 0.3])
LogNormal(T([0.0, -0.5]), T([1.0, 0.3])) | S.lognorm([1.0, 0.3], 0, np.exp([0.0, -0.5]))
HalfNormal(T([0.4, 2.0])) | S.halfnorm(0, [0.4, 2.0])
Laplace(T([0.0, 1.0]), T([1.0, 0.2])) | S.laplace([0.0, 1.0], [1.0, 0.2])
Cauchy(T([0.0, 1.0]), T([1.0, 3.0])) | S.cauchy([0.0, 1.0], [1.0, 3.0])
HalfCauchy(T([0.5, 2.0])) | S.halfcauchy(0, [0.5, 2.0])
Exponential(T([0.5, 3.0])) | S.expon(0, [2.0, 1 / 3])
Gamma(T([0.3, 2.5]), T([1.0, 0.2])) | S.gamma([0.3, 2.5], 0, [1.0, 5.0])
Chi2(T([1.0, 4.5])) | S.chi2([1.0, 4.5])
InverseGamma(T([2.7, 4.5]), T([1.0, 2.0])) | S.invgamma([2.7, 4.5], 0, [1.0, 2.0])
Beta(T([0.5, 2.5]), T([0.7, 4.0])) | S.beta([0.5, 2.5], [0.7, 4.0])
FisherSnedecor(T([1.5, 5.0]), T([4.5, 6.0])) | S.f([1.5, 5.0], [4.5, 6.0])
StudentT(T([2.5, 5.0]), T([0.0, 1.0]), T([1.0, 0.5])) | S.t([2.5, 5.0], [0.0, 1.0], [1.0, 0.5])
Gumbel(T([0.0, 1.0]), T([1.0, 0.5])) | S.gumbel_r([0.0, 1.0], [1.0, 0.5])
Weibull(T([1.0, 0.5]), T([0.7, 3.0])) | S.weibull_min([0.7, 3.0], 0, [1.0, 0.5])
Pareto(T([1.0, 0.5]), T([2.5, 5.0])) | S.pareto([2.5, 5.0], 0, [1.0, 0.5])
GeneralizedPareto(T([0.0, 1.0]), T([1.0, 0.5]), T([0.3, -0.4])) | S.genpareto([0.3, -0.4], [0.0, 1.0], [1.0, 0.5])
GeneralizedPareto(T([2.0]), T([0.5]), T([0.0])) | S.expon([2.0], [0.5])
Uniform(T([0.0, -2.0]), T([1.0, 5.0])) | S.uniform([0.0, -2.0], [1.0, 7.0])
VonMises(T([0.0, 1.0]), T([0.3, 20.0])) | S.vonmises([0.3, 20.0], [0.0, 1.0])
Kumaraswamy(T([1.0, 2.5]), T([0.7, 1.0])) | S.beta([1.0, 2.5], [0.7, 1.0])
"""  # noqa: E501

DISCRETE = """
Bernoulli(T([0.2, 0.9])) | S.bernoulli([0.2, 0.9])
Binomial(5, T([0.2, 0.9])) | S.binom(5, [0.2, 0.9])
Geometric(T([0.2, 0.9])) | S.geom([0.2, 0.9], -1)
NegativeBinomial(T([3.0, 0.5]), T([0.2, 0.7])) | S.nbinom([3.0, 0.5], [0.8, 0.3])
Poisson(T([0.3, 8.0])) | S.poisson([0.3, 8.0])
"""


def pairs(table):
    return [[part.strip() for part in line.split("|")] for line in table.strip().splitlines()]


def known(call):
    try:
        return call().numpy()
    except NotImplementedError:
        return None


def both(line, reference):
    return make(flambeau, line), eval(reference, {"S": stats, "np": np})


@pytest.mark.parametrize(("line", "reference"), pairs(CONTINUOUS))
def test_continuous(line, reference):
    d, r = both(line, reference)
    probs = np.array([[1e-3], [0.1], [0.5], [0.97]])
    values = r.ppf(np.broadcast_to(probs, (4, len(d.mean))))
    if "Weibull" not in line:  # the last digits of the border
        np.testing.assert_allclose(
            d.log_prob(flambeau.tensor(values)), r.logpdf(values), rtol=1e-10
        )
    expected = np.broadcast_to(probs, values.shape)
    cdf = known(lambda: d.cdf(flambeau.tensor(values)))
    if cdf is not None:
        np.testing.assert_allclose(cdf, expected, rtol=1e-9, atol=1e-12)
    icdf = known(lambda: d.icdf(flambeau.tensor(expected.copy())))
    if icdf is not None:
        np.testing.assert_allclose(icdf, values, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(("line", "reference"), pairs(DISCRETE))
def test_discrete(line, reference):
    d, r = both(line, reference)
    values = np.array([[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    np.testing.assert_allclose(d.log_prob(flambeau.tensor(values)), r.logpmf(values), rtol=1e-10)


@pytest.mark.parametrize(("line", "reference"), pairs(CONTINUOUS + DISCRETE.lstrip()))
def test_moments(line, reference):
    d, r = both(line, reference)
    if "Cauchy" in line or "VonMises" in line:  # none, and circular ones
        return
    np.testing.assert_allclose(d.mean, r.mean(), rtol=1e-9, atol=1e-12)
    with np.errstate(all="ignore"):
        expected = np.asarray(r.var())
    if "FisherSnedecor" not in line:
        np.testing.assert_allclose(d.variance, expected, rtol=1e-9)
        np.testing.assert_allclose(d.stddev, np.sqrt(expected), rtol=1e-9)
    entropy = known(d.entropy)
    if entropy is not None:
        np.testing.assert_allclose(entropy, r.entropy(), rtol=1e-7)


@pytest.mark.parametrize(("line", "reference"), pairs(CONTINUOUS))
def test_samples_follow_the_distribution(line, reference):
    """Kolmogorov and Smirnov's test; with this seed no p-value is below 1e-3."""
    d, r = both(line, reference)
    flambeau.manual_seed(11)
    drawn = d.sample((4000,)).numpy()
    for i in range(drawn.shape[1]):
        p = stats.kstest(
            drawn[:, i], lambda x, i=i: r.cdf(np.stack([x] * drawn.shape[1], -1))[:, i]
        )
        assert p.pvalue > 1e-3, (i, p)


@pytest.mark.parametrize(("line", "reference"), pairs(DISCRETE))
def test_counts_follow_the_distribution(line, reference):
    """Pearson's test on counts that are expected often enough."""
    d, r = both(line, reference)
    flambeau.manual_seed(11)
    drawn = d.sample((4000,)).numpy()
    for i in range(drawn.shape[1]):
        ks = np.arange(60)
        expected = 4000 * r.pmf(np.stack([ks] * drawn.shape[1], -1))[:, i]
        often = expected > 5
        found = np.array([(drawn[:, i] == k).sum() for k in ks])
        if often.sum() < 2:
            continue
        rest = [4000 - found[often].sum()], [4000 - expected[often].sum() + 1e-9]
        found, expected = (
            np.concatenate([x[often], y]) for x, y in zip((found, expected), rest, strict=True)
        )
        statistic = ((found - expected) ** 2 / np.maximum(expected, 1)).sum()
        assert stats.chi2.sf(statistic, len(found) - 1) > 1e-3, i


def test_multivariate_normal():
    loc, covariance = [0.5, -1.0], [[2.0, 0.5], [0.5, 1.0]]
    reference = stats.multivariate_normal(loc, covariance)
    d = make(flambeau, f"MultivariateNormal(T({loc}), T({covariance}))")
    values = np.array([[0.0, 0.0], [3.0, -1.0], [0.5, -1.0]])
    np.testing.assert_allclose(d.log_prob(flambeau.tensor(values)), reference.logpdf(values))
    np.testing.assert_allclose(d.entropy(), reference.entropy())


def test_dirichlet_multinomial_and_wishart():
    a, x = [0.5, 2.0, 1.5], np.array([0.2, 0.5, 0.3])
    d = make(flambeau, f"Dirichlet(T({a}))")
    np.testing.assert_allclose(d.log_prob(flambeau.tensor(x)), stats.dirichlet(a).logpdf(x))
    np.testing.assert_allclose(d.entropy(), stats.dirichlet(a).entropy())
    np.testing.assert_allclose(d.variance, stats.dirichlet(a).var())

    probs, counts = [0.1, 0.2, 0.7], np.array([1.0, 0.0, 3.0])
    d = make(flambeau, f"Multinomial(4, T({probs}))")
    reference = stats.multinomial(4, probs)
    np.testing.assert_allclose(d.log_prob(flambeau.tensor(counts)), reference.logpmf(counts))
    np.testing.assert_allclose(d.entropy(), reference.entropy())

    scale, x = [[2.0, 0.5], [0.5, 1.0]], np.array([[3.0, -1.0], [-1.0, 5.0]])
    d = make(flambeau, f"Wishart(T(4.5), T({scale}))")
    reference = stats.wishart(4.5, scale)
    np.testing.assert_allclose(d.log_prob(flambeau.tensor(x)), reference.logpdf(x))
    np.testing.assert_allclose(d.entropy(), reference.entropy())
    np.testing.assert_allclose(d.variance, reference.var())
