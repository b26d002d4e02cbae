"""Distributions of vectors and matrices: batches, parametrisations, moments of samples."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

import flambeau
from flambeau.distributions import matrices

D = flambeau.distributions
RNG = np.random.default_rng(7)


def definite(*batch, n=3):
    a = RNG.normal(size=(*batch, n, n))
    return flambeau.tensor(a @ np.swapaxes(a, -1, -2) + n * np.eye(n))


def normal(*shape):
    return flambeau.tensor(RNG.normal(size=shape))


@pytest.mark.parametrize("batch", [(), (2,), (4, 2), (1, 2), (4, 1)])
@pytest.mark.parametrize("more", [(), (5,), (3, 4, 2), (4, 2)])
def test_mahalanobis_broadcasts(batch, more):
    try:
        shape = np.broadcast_shapes(batch, more)
    except ValueError:
        pytest.skip("shapes that do not broadcast")
    covariance, x = definite(*batch), normal(*more, 3)
    found = matrices.mahalanobis(flambeau.linalg.cholesky(covariance), x)
    c, v = np.broadcast_to(covariance, (*shape, 3, 3)), np.broadcast_to(x, (*shape, 3))
    expected = np.einsum("...i,...ij,...j->...", v, np.linalg.inv(c), v)
    np.testing.assert_allclose(found, expected, rtol=1e-10)


def test_parametrisations_agree():
    loc, covariance = normal(4, 1, 3), definite(2)
    factor = flambeau.linalg.cholesky(covariance)
    given = {
        "covariance_matrix": covariance,
        "precision_matrix": flambeau.linalg.inv(covariance),
        "scale_tril": factor,
    }
    x = normal(5, 4, 2, 3)
    expected = D.MultivariateNormal(loc, covariance)
    for name, matrix in given.items():
        d = D.MultivariateNormal(loc, **{name: matrix})
        assert d.batch_shape == (4, 2) and d.event_shape == (3,)
        np.testing.assert_allclose(d.log_prob(x), expected.log_prob(x), rtol=1e-9)
        np.testing.assert_allclose(d.entropy(), expected.entropy(), rtol=1e-9)
        for other, value in given.items():
            shown = np.broadcast_to(value, (4, 2, 3, 3))
            np.testing.assert_allclose(getattr(d, other), shown, rtol=1e-8, atol=1e-10)
        w = D.Wishart(flambeau.tensor(5.0).double(), **{name: matrix})
        v = definite(2)
        same = D.Wishart(flambeau.tensor(5.0).double(), covariance)
        np.testing.assert_allclose(w.log_prob(v), same.log_prob(v), rtol=1e-9)


def test_low_rank_is_the_same_distribution():
    loc, factor, diag = normal(4, 3), normal(2, 1, 3, 2), normal(3).exp()
    low = D.LowRankMultivariateNormal(loc, factor, diag)
    full = D.MultivariateNormal(loc, factor @ factor.mT + diag.diag_embed())
    x = normal(5, 2, 4, 3)
    assert low.batch_shape == full.batch_shape == (2, 4)
    for name in ("covariance_matrix", "precision_matrix", "scale_tril", "mean", "variance"):
        np.testing.assert_allclose(getattr(low, name), getattr(full, name), rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(low.log_prob(x), full.log_prob(x), rtol=1e-9)
    np.testing.assert_allclose(low.entropy(), full.entropy(), rtol=1e-9)
    zero = D.kl_divergence(low, full), D.kl_divergence(full, low), D.kl_divergence(low, low)
    for value in zero:
        np.testing.assert_allclose(value, np.zeros((2, 4)), atol=1e-10)


@pytest.mark.parametrize("kind", ["full", "low rank"])
def test_normal_samples(kind):
    flambeau.manual_seed(13)
    loc, factor, diag = normal(3), normal(3, 2), normal(3).exp()
    d = D.LowRankMultivariateNormal(loc, factor, diag)
    if kind == "full":
        d = D.MultivariateNormal(loc, d.covariance_matrix)
    x = d.sample((5000,)).numpy()
    np.testing.assert_allclose(np.cov(x.T), d.covariance_matrix, rtol=0.15, atol=0.15)
    whitened = np.linalg.solve(d.scale_tril.numpy(), (x - loc.numpy()).T)
    for row in whitened:
        assert stats.kstest(row, stats.norm.cdf).pvalue > 1e-3


@pytest.mark.parametrize(("dim", "eta"), [(2, 0.5), (3, 1.0), (3, 2.5), (5, 0.7)])
def test_lkj_samples_have_beta_distributed_correlations(dim, eta):
    """Each correlation r has (r + 1) / 2 distributed as Beta(b, b), b = eta + dim / 2 - 1."""
    flambeau.manual_seed(17)
    d = D.LKJCholesky(dim, flambeau.tensor(eta).double())
    factors = d.sample((4000,))
    assert bool(d.support.check(factors).all())
    correlations = (factors @ factors.mT).numpy()
    b = eta + dim / 2 - 1
    for i in range(dim):
        for j in range(i):
            r = (correlations[:, i, j] + 1) / 2
            assert stats.kstest(r, stats.beta(b, b).cdf).pvalue > 1e-3, (i, j)


@pytest.mark.parametrize("eta", [0.8, 1.0, 3.0])
def test_lkj_density_integrates_to_one(eta):
    """Over the strict lower triangles: the unit disc for the last row, a segment for the first."""
    rng = np.random.default_rng(1)
    n = 200_000
    first = rng.uniform(-1, 1, n)
    row = rng.uniform(-1, 1, (n, 2))
    inside = (row**2).sum(1) < 1
    factors = np.zeros((n, 3, 3))
    factors[:, 0, 0] = 1
    factors[:, 1, 0], factors[:, 1, 1] = first, np.sqrt(1 - first**2)
    factors[:, 2, :2] = row * inside[:, None]
    factors[:, 2, 2] = np.sqrt(1 - (factors[:, 2, :2] ** 2).sum(1))
    d = D.LKJCholesky(3, flambeau.tensor(eta).double())
    density = d.log_prob(flambeau.tensor(factors)).exp().numpy() * inside
    assert 8 * density.mean() == pytest.approx(1, abs=0.03)


def test_wishart_samples():
    flambeau.manual_seed(19)
    covariance = definite()
    d = D.Wishart(flambeau.tensor([3.5, 8.0]).double(), covariance)
    x = d.sample((6000,)).numpy()
    for i in range(2):
        scale = np.abs(d.mean[i].numpy()).max()
        np.testing.assert_allclose(x[:, i].mean(0), d.mean[i], atol=0.08 * scale)
        np.testing.assert_allclose(x[:, i].var(0), d.variance[i], rtol=0.3, atol=0.1 * scale)
    log_dets = np.linalg.slogdet(x).logabsdet
    for i, df in enumerate([3.5, 8.0]):
        halves = [stats.loggamma(df / 2 - j / 2).mean() + math.log(2) for j in range(3)]
        expected = sum(halves) + np.linalg.slogdet(covariance.numpy()).logabsdet
        assert log_dets[:, i].mean() == pytest.approx(expected, abs=0.1)


def test_singular_wishart_samples_are_drawn_again(monkeypatch):
    d = D.Wishart(3.0, flambeau.eye(2))
    drawn = iter([flambeau.zeros(2, 2), flambeau.zeros(2, 2), flambeau.eye(2)])
    monkeypatch.setattr(d, "_bartlett", lambda shape: next(drawn))
    with pytest.warns(UserWarning, match="Singular sample"):
        assert d.rsample().tolist() == [[1, 0], [0, 1]]
    drawn = iter([flambeau.zeros(2, 2)])
    with pytest.warns(UserWarning, match="Singular sample"):
        assert d.rsample(max_try_correction=0).tolist() == [[0, 0], [0, 0]]


def test_dirichlet_and_multinomial_samples():
    flambeau.manual_seed(23)
    d = D.Dirichlet(flambeau.tensor([0.5, 2.0, 1.5]).double())
    x = d.sample((4000,)).numpy()
    for i, a in enumerate([0.5, 2.0, 1.5]):
        assert stats.kstest(x[:, i], stats.beta(a, 4.0 - a).cdf).pvalue > 1e-3
    d = D.Multinomial(6, flambeau.tensor([0.2, 0.3, 0.5]).double())
    counts = d.sample((4000,)).numpy()
    assert (counts.sum(-1) == 6).all()
    np.testing.assert_allclose(counts.mean(0), d.mean, atol=0.1)
    np.testing.assert_allclose(counts.var(0), d.variance, atol=0.1)


def test_a_mixtures_parts_broadcast():
    weights = D.Categorical(flambeau.tensor([0.25, 0.75]).double())
    parts = D.Normal(flambeau.tensor([[0.0, 4.0], [1.0, 8.0], [2.0, 2.0]]).double(), 0.5)
    d = D.MixtureSameFamily(weights, parts)
    flambeau.manual_seed(29)
    x = d.sample((4000,)).numpy()
    assert x.shape == (4000, 3)
    for i, (a, b) in enumerate([(0.0, 4.0), (1.0, 8.0), (2.0, 2.0)]):

        def cdf(v, a=a, b=b):
            return 0.25 * stats.norm(a, 0.5).cdf(v) + 0.75 * stats.norm(b, 0.5).cdf(v)

        assert stats.kstest(x[:, i], cdf).pvalue > 1e-3
        np.testing.assert_allclose(d.cdf(flambeau.tensor([[1.5] * 3]))[0, i], cdf(1.5), rtol=1e-6)
    np.testing.assert_allclose(d.mean, [3.0, 6.25, 2.0])
    np.testing.assert_allclose(d.variance, [3.25, 0.25 + 147 / 16, 0.25])


def test_zero_size_batches():
    for d in (D.Normal(flambeau.zeros(0), 1.0), D.Categorical(flambeau.ones(0, 3)),
              D.MultivariateNormal(flambeau.zeros(0, 2), flambeau.eye(2)),
              D.Gamma(flambeau.ones(0), 1.0)):  # fmt: skip
        x = d.sample((2,))
        assert tuple(x.shape) == (2, 0, *d.event_shape)
        assert tuple(d.log_prob(x).shape) == (2, 0)
