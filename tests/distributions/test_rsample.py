"""Gradients of samples: of each draw where a distribution function decides, else on average."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

import flambeau
from tests.distributions.examples import ALL, lines, make

D = flambeau.distributions

# a distribution, its parameters, and its distribution function for scipy (S)
WITH_CDF = """
Normal | 0.5, 2.0 | S.norm(a, b)
LogNormal | 0.5, 0.7 | S.lognorm(b, 0, np.exp(a))
HalfNormal | 0.7 | S.halfnorm(0, a)
Laplace | 0.5, 2.0 | S.laplace(a, b)
Cauchy | 0.5, 2.0 | S.cauchy(a, b)
HalfCauchy | 0.7 | S.halfcauchy(0, a)
Exponential | 3.0 | S.expon(0, 1 / a)
Gamma | 2.5, 0.7 | S.gamma(a, 0, 1 / b)
Gamma | 0.3, 2.0 | S.gamma(a, 0, 1 / b)
Chi2 | 3.5 | S.chi2(a)
InverseGamma | 2.5, 0.7 | S.invgamma(a, 0, b)
Beta | 2.5, 0.7 | S.beta(a, b)
Beta | 0.4, 5.0 | S.beta(a, b)
Gumbel | 0.5, 2.0 | S.gumbel_r(a, b)
Weibull | 0.5, 2.0 | S.weibull_min(b, 0, a)
Pareto | 0.5, 2.0 | S.pareto(b, 0, a)
GeneralizedPareto | 0.5, 2.0, 0.3 | S.genpareto(c, a, b)
GeneralizedPareto | 0.5, 2.0, 0.0 | S.genpareto(c, a, b)
Uniform | -1.0, 2.0 | S.uniform(a, b - a)
"""


@pytest.mark.parametrize("line", lines(WITH_CDF))
def test_draws_move_along_the_distribution_function(line):
    """dx/da = -(dF/da) / density, from F(x(a), a) = u for a fixed u."""
    name, parameters, reference = [part.strip() for part in line.split("|")]
    values = [float(v) for v in parameters.split(",")]
    given = [flambeau.tensor(v, dtype=flambeau.float64, requires_grad=True) for v in values]
    flambeau.manual_seed(3)
    d = getattr(D, name)(*given)
    code = compile(reference, reference, "eval")
    for _ in range(4):
        x = d.rsample()
        gradients = flambeau.autograd.grad(x, given, retain_graph=True)

        def known(at):
            return eval(code, {"S": stats, "np": np, **dict(zip("abc", at, strict=False))})

        density = known(values).pdf(x.item())
        for i, found in enumerate(gradients):
            step = 1e-5 * max(1, abs(values[i]))
            up, down = list(values), list(values)
            up[i] += step
            down[i] -= step
            slope = (known(up).cdf(x.item()) - known(down).cdf(x.item())) / (2 * step)
            assert found.item() == pytest.approx(-slope / density, rel=1e-4, abs=1e-7)


def gradients_of_mean(d, f, given, draws=20000):
    flambeau.manual_seed(9)
    mean = f(d.rsample((draws,))).mean(0).sum()
    return [g.numpy() for g in flambeau.autograd.grad(mean, given)]


def double(data):
    return flambeau.tensor(data, dtype=flambeau.float64, requires_grad=True)


def test_multivariate_normal_draws():
    loc, tril = double([0.5, -1.0]), double([[2.0, 0.0], [0.5, 1.0]])
    x = D.MultivariateNormal(loc, scale_tril=tril).rsample()
    weights = flambeau.tensor([3.0, -2.0], dtype=flambeau.float64)
    of_loc, of_tril = flambeau.autograd.grad((weights * x).sum(), [loc, tril])
    z = np.linalg.solve(tril.detach().numpy(), (x - loc).detach().numpy())
    np.testing.assert_allclose(of_loc, weights)
    np.testing.assert_allclose(np.tril(of_tril), np.tril(np.outer(weights, z)), rtol=1e-10)


def test_low_rank_draws():
    loc, factor, diag = double([0.5, -1.0]), double([[1.0], [-0.5]]), double([1.0, 0.3])
    d = D.LowRankMultivariateNormal(loc, factor, diag)
    found = gradients_of_mean(d, lambda x: x.pow(2), [loc, factor, diag])
    np.testing.assert_allclose(found[0], 2 * loc.detach().numpy(), atol=0.1)
    np.testing.assert_allclose(found[1], 2 * factor.detach().numpy(), atol=0.1)
    np.testing.assert_allclose(found[2], [1, 1], atol=0.1)


def test_wishart_draws():
    df, tril = double(4.5), double([[2.0, 0.0], [0.5, 1.0]])
    d = D.Wishart(df, scale_tril=tril)
    of_df, of_tril = gradients_of_mean(d, lambda x: x.diagonal(dim1=-2, dim2=-1), [df, tril])
    assert of_df == pytest.approx(4 + 0.25 + 1, rel=0.05)
    np.testing.assert_allclose(np.tril(of_tril), 2 * 4.5 * tril.detach().numpy(), atol=0.3)


def test_dirichlet_draws():
    a, weights = double([0.5, 2.0, 1.5]), flambeau.tensor([1.0, -2.0, 3.0]).double()
    (found,) = gradients_of_mean(D.Dirichlet(a), lambda x: x * weights, [a])
    total, values = 4.0, a.detach().numpy()
    mean = (values * weights.numpy()).sum() / total
    np.testing.assert_allclose(found, (weights.numpy() - mean) / total, atol=0.03)


def test_student_and_fisher_draws():
    df, loc, scale = double(8.0), double(1.0), double(0.5)
    found = gradients_of_mean(D.StudentT(df, loc, scale), lambda x: x.pow(2), [df, loc, scale])
    expected = [0.25 * -2 / 36, 2.0, 2 * 0.5 * 8 / 6]
    np.testing.assert_allclose(found, expected, atol=0.02)

    df1, df2 = double(5.0), double(12.0)
    found = gradients_of_mean(D.FisherSnedecor(df1, df2), lambda x: x, [df1, df2])
    np.testing.assert_allclose(found, [0.0, -2 / 100], atol=0.01)


def test_relaxed_draws():
    logits, temperature = double(0.7), double(0.5)
    x = D.RelaxedBernoulli(temperature, logits=logits).rsample()
    (found,) = flambeau.autograd.grad(x, logits)
    assert found.item() == pytest.approx((x * (1 - x) / temperature).item(), rel=1e-8)

    logits = double([0.7, -1.0, 0.0])
    x = D.RelaxedOneHotCategorical(temperature, logits=logits).rsample()
    (found,) = flambeau.autograd.grad(x[0], logits)
    expected = x[0] * (flambeau.tensor([1.0, 0.0, 0.0]) - x) / temperature
    np.testing.assert_allclose(found, expected.detach(), rtol=1e-7, atol=1e-12)


def test_continuous_bernoulli_draws():
    for value in (0.2, 0.9):
        probs = double(value)
        d = D.ContinuousBernoulli(probs)
        x = d.rsample()
        (found,) = flambeau.autograd.grad(x, probs, retain_graph=True)
        slope = flambeau.autograd.grad(d.cdf(x.detach()), probs)[0]
        expected = -slope / d.log_prob(x.detach()).exp()
        assert found.item() == pytest.approx(expected.item(), rel=1e-7)


def test_straight_through_gradients_are_those_of_the_probabilities():
    probs = double([0.2, 0.3, 0.5])
    weights = flambeau.tensor([1.0, 2.0, 4.0]).double()
    x = D.OneHotCategoricalStraightThrough(probs).rsample((3,))
    assert set(x.detach().flatten().tolist()) <= {0.0, 1.0}
    (found,) = flambeau.autograd.grad((x * weights).sum(), probs)
    np.testing.assert_allclose(found, 3 * (weights - (weights * probs).sum()).detach())


@pytest.mark.parametrize("line", ALL)
def test_samples_carry_no_gradient_and_rsamples_do(line):
    made = []
    d = make(flambeau, line, made)
    assert not d.sample().requires_grad
    if d.has_rsample:
        assert d.rsample((2,)).requires_grad
    else:
        with pytest.raises(NotImplementedError):
            d.rsample()


@pytest.mark.parametrize("line", ALL)
def test_seeds_repeat_draws(line):
    d = make(flambeau, line)
    flambeau.manual_seed(4)
    first, second = d.sample((3,)), d.sample((3,))
    flambeau.manual_seed(4)
    assert flambeau.equal(first, d.sample((3,)))
    assert first.numel() < 9 or not flambeau.equal(first, second)
