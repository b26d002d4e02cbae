"""Every function that draws random numbers: shapes, dtypes, seeds, and both back ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import flambeau
from flambeau.core.config import config

F = flambeau.nn.functional
HALF = flambeau.full((50, 40), 0.5)
IMAGE = flambeau.ones(4, 30, 8, 8)

DRAWS: dict[str, Callable[[], Any]] = {
    "rand": lambda: flambeau.rand(50, 40),
    "randn": lambda: flambeau.randn(50, 40),
    "rand_like": lambda: flambeau.rand_like(HALF),
    "randn_like": lambda: flambeau.randn_like(HALF),
    "randint": lambda: flambeau.randint(-5, 9, (50, 40)),
    "randint_like": lambda: flambeau.randint_like(HALF, 0, 9),
    "randperm": lambda: flambeau.randperm(2000),
    "normal": lambda: flambeau.normal(HALF, 2.0),
    "bernoulli": lambda: flambeau.bernoulli(HALF),
    "multinomial": lambda: flambeau.multinomial(HALF, 7),
    "poisson": lambda: flambeau.poisson(HALF * 9),
    "binomial": lambda: flambeau.binomial(HALF * 20, HALF),
    "_standard_gamma": lambda: flambeau._standard_gamma(HALF),
    "_sample_dirichlet": lambda: flambeau._sample_dirichlet(HALF),
    "dropout": lambda: F.dropout(HALF),
    "dropout1d": lambda: F.dropout1d(flambeau.ones(4, 30, 5)),
    "dropout2d": lambda: F.dropout2d(IMAGE),
    "dropout3d": lambda: F.dropout3d(IMAGE),
    "alpha_dropout": lambda: F.alpha_dropout(HALF, training=True),
    "feature_alpha_dropout": lambda: F.feature_alpha_dropout(IMAGE, training=True),
    "gumbel_softmax": lambda: F.gumbel_softmax(HALF),
    "rrelu": lambda: F.rrelu(-HALF, training=True),
    "rrelu_": lambda: F.rrelu_(-HALF, training=True),
}
# name -> mean, standard deviation of one draw
MOMENTS = {
    "rand": (0.5, 12**-0.5), "randn": (0.0, 1.0), "rand_like": (0.5, 12**-0.5),
    "randn_like": (0.0, 1.0), "randint": (1.5, 4.03), "randint_like": (4.0, 2.58),
    "normal": (0.5, 2.0), "bernoulli": (0.5, 0.5), "poisson": (4.5, 4.5**0.5),
    "binomial": (5.0, 2.5**0.5), "_standard_gamma": (0.5, 0.5**0.5),
    "dropout": (0.5, 0.5), "dropout1d": (1.0, 1.0), "dropout2d": (1.0, 1.0),
    "rrelu": (-0.5 * 11 / 48, 0.5 * (1 / 3 - 1 / 8) / 12**0.5),
}  # fmt: skip


@pytest.mark.parametrize("name", DRAWS)
def test_a_seed_gives_the_same_numbers_on_both_back_ends(name: str) -> None:
    flambeau.manual_seed(3)
    first, second = DRAWS[name]().numpy(), DRAWS[name]().numpy()
    flambeau.manual_seed(3)
    again = DRAWS[name]().numpy()
    with config.override(BACKEND="interpreter"):
        flambeau.manual_seed(3)
        interpreted = DRAWS[name]().numpy()
    np.testing.assert_array_equal(first, again)
    np.testing.assert_allclose(first, interpreted, rtol=2e-6, atol=2e-6)
    assert first.shape == second.shape and not np.array_equal(first, second)


@pytest.mark.parametrize("name", MOMENTS)
def test_mean_and_spread_are_the_distributions(name: str) -> None:
    flambeau.manual_seed(4)
    x = DRAWS[name]().numpy().astype(np.float64)
    mean, spread = MOMENTS[name]
    count = x.size if name not in ("dropout1d", "dropout2d") else x.size // x[0, 0].size
    assert abs(x.mean() - mean) < 5 * spread / count**0.5
    assert abs(x.std() - spread) < 0.25 * spread


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
def test_dtypes(dtype: str) -> None:
    found = getattr(flambeau, dtype)
    x = HALF.to(found)
    made = [
        flambeau.rand(3, dtype=found), flambeau.randn(3, dtype=found), flambeau.rand_like(x),
        flambeau.randn_like(x), flambeau.bernoulli(x), flambeau.poisson(x), F.dropout(x),
    ]  # fmt: skip
    assert {y.dtype for y in made} == {found}
    assert flambeau.rand(1000, dtype=found).double().max() < 1


def test_permutations_and_shares() -> None:
    assert sorted(flambeau.randperm(50).tolist()) == list(range(50))
    shares = flambeau._sample_dirichlet(HALF)
    np.testing.assert_allclose(shares.sum(-1).numpy(), 1, rtol=1e-5)
    without = flambeau.multinomial(HALF, 40)
    assert all(len(set(row)) == 40 for row in without.tolist())
