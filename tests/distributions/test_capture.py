"""Distributions inside captured functions: fresh numbers on each call, gradients, no checks."""

from __future__ import annotations

import numpy as np
import pytest

import flambeau

D = flambeau.distributions


def both(function, *arguments):
    """The same seed for the function and for its captured program, called twice."""
    found = []
    for f in (function, flambeau.compile(function)):
        flambeau.manual_seed(31)
        found.append([f(*arguments).detach().numpy() for _ in range(2)])
    return found


@pytest.mark.parametrize(
    "make",
    [
        lambda a: D.Normal(a, 1.0),
        lambda a: D.Gamma(a, 2.0),
        lambda a: D.Beta(a, 2.0),
        lambda a: D.Laplace(a, 1.0),
        lambda a: D.Gumbel(a, 1.0),
        lambda a: D.Poisson(a),
        lambda a: D.Dirichlet(a),
        lambda a: D.Categorical(a),
        lambda a: D.Bernoulli(logits=a),
        lambda a: D.MultivariateNormal(a, flambeau.eye(3)),
        lambda a: D.Independent(D.LogNormal(a, 1.0), 1),
        lambda a: D.MixtureSameFamily(D.Categorical(a), D.Normal(a, 1.0)),
    ],
)
def test_samples_and_densities(make):
    def step(a):
        d = make(a)
        x = d.sample((4,))
        return d.log_prob(x) + x.sum()

    plain, captured = both(step, flambeau.tensor([0.5, 1.5, 2.0]))
    np.testing.assert_allclose(captured, plain, rtol=1e-5, atol=1e-6)
    assert not np.array_equal(captured[0], captured[1])


def test_a_variational_step():
    """One step of a variational autoencoder's loss: pathwise gradient and divergence."""
    flambeau.manual_seed(0)
    loc = flambeau.zeros(4, requires_grad=True)
    log_scale = flambeau.zeros(4, requires_grad=True)
    optimizer = flambeau.optim.SGD([loc, log_scale], lr=0.05)
    target = flambeau.tensor([1.0, -1.0, 2.0, 0.0])

    def step(target):
        optimizer.zero_grad()
        q = D.Normal(loc, log_scale.exp())
        likelihood = D.Normal(q.rsample((8,)), 0.5).log_prob(target).mean(0).sum()
        loss = D.kl_divergence(q, D.Normal(0.0, 1.0)).sum() - likelihood
        loss.backward()
        optimizer.step()
        return loss.detach()

    captured = flambeau.compile(step)
    first = captured(target).item()
    for _ in range(300):
        last = captured(target).item()
    assert last < first
    # the posterior of a normal mean: precision 1 + 1 / 0.25
    np.testing.assert_allclose(loc.detach(), target.numpy() * 4 / 5, atol=0.15)
    np.testing.assert_allclose(log_scale.detach().exp(), np.full(4, 5**-0.5), atol=0.08)
