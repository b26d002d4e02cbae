"""Arguments and values that are not allowed: the error, and what its message says."""

from __future__ import annotations

import re
import warnings

import pytest

import flambeau
from tests.distributions.examples import lines

D = flambeau.distributions

# an expression of both libraries, the error, words of ours
ERRORS = """
D.Normal(0.0, -1.0) | ValueError | Expected parameter scale .* constraint GreaterThan.lower_bound=0.0.
D.Normal(0.0, -1.0) | ValueError | found invalid values: -1
D.Normal(L.zeros(3), L.tensor([1.0, 0.0, -2.0])) | ValueError | 0 at \\[1\\] .and 1 others.
D.Normal(float("nan"), 1.0) | ValueError | Expected parameter loc
D.Normal("a", 1.0) | ValueError | argument of type str; required: .*Number
D.Normal(L.zeros(2), L.ones(3)) | RuntimeError | broadcast
D.Uniform(1.0, 1.0) | ValueError | Expected parameter low
D.Bernoulli() | ValueError | none of them; required: exactly one of probs, logits
D.Bernoulli(0.5, 0.0) | ValueError | both; required: exactly one of probs, logits
D.Bernoulli(1.5) | ValueError | Expected parameter probs
D.Bernoulli(0.5).log_prob(L.tensor(0.5)) | ValueError | within the support .* Boolean
D.Geometric(0.0) | ValueError | probs .* GreaterThan
D.Binomial(-1, 0.5) | ValueError | total_count
D.Binomial(L.tensor([1.0, 2.0]), 0.5).enumerate_support() | NotImplementedError | Inhomogeneous total count
D.Categorical(L.tensor(0.5)) | ValueError | at least one-dimensional
D.Categorical(L.tensor([-0.5, 1.5])) | ValueError | Expected parameter probs .* Simplex
D.Categorical(L.ones(3)).log_prob(L.tensor(3)) | ValueError | IntegerInterval
D.Multinomial(L.tensor(2), L.ones(3)) | NotImplementedError | inhomogeneous total_count
D.ContinuousBernoulli(1.5, validate_args=True) | ValueError | Expected parameter probs
D.Dirichlet(L.tensor(1.0)) | ValueError | at least one-dimensional
D.Normal(0.0, 1.0).log_prob(1.0) | ValueError | type float; .*must be a Tensor; try: flambeau.tensor
D.Normal(L.zeros(2), 1.0).log_prob(L.zeros(3)) | ValueError | shape .3,.; .* broadcastable with .* .2,.
D.Dirichlet(L.ones(3)).log_prob(L.ones(2)) | ValueError | right-most size of value .* .3,.
D.Exponential(1.0).log_prob(L.tensor(-1.0)) | ValueError | within the support
D.Exponential(1.0).cdf(L.tensor(-1.0)) | ValueError | within the support
D.Normal(0.0, 1.0).sample(3) | TypeError | an int; required: a sequence of ints; try: .3,.
D.Normal(0.0, 1.0).enumerate_support() | NotImplementedError | Normal does not implement enumerate_support
D.Poisson(1.0).entropy() | NotImplementedError | _mean_carrier_measure
D.Independent(D.Normal(0.0, 1.0), 1) | ValueError | reinterpreted_batch_ndims <= 0
D.Independent(D.Bernoulli(L.ones(2)), 1).enumerate_support() | NotImplementedError | cartesian product
D.MultivariateNormal(L.tensor(0.0), L.eye(1)) | ValueError | loc must be at least one-dimensional
D.MultivariateNormal(L.zeros(2)) | ValueError | no matrix; required: Exactly one of covariance_matrix
D.MultivariateNormal(L.zeros(2), L.eye(2), scale_tril=L.eye(2)) | ValueError | covariance_matrix and scale_tril
D.MultivariateNormal(L.zeros(2), L.zeros(2)) | ValueError | at least two-dimensional
D.MultivariateNormal(L.zeros(2), -L.eye(2)) | ValueError | PositiveDefinite
D.MultivariateNormal(L.zeros(2), scale_tril=L.ones(2, 2)) | ValueError | LowerCholesky
D.LowRankMultivariateNormal(L.zeros(2), L.ones(3, 1), L.ones(2)) | ValueError | shape 2 x m
D.LowRankMultivariateNormal(L.zeros(2), L.ones(2), L.ones(2)) | ValueError | at least two-dimensional
D.LowRankMultivariateNormal(L.zeros(2), L.ones(2, 1), L.ones(3)) | ValueError | cov_diag
D.LowRankMultivariateNormal(L.zeros(3, 2), L.ones(4, 2, 1), L.ones(2)) | ValueError | Incompatible batch shapes
D.Wishart(1.0, L.eye(3)) | ValueError | greater than ndim - 1 = 2
D.Wishart(3.0) | AssertionError | Exactly one of
D.Wishart(3.0, L.ones(2)) | ValueError | at least two-dimensional
D.LKJCholesky(1) | ValueError | greater than or equal to 2
D.LKJCholesky(2).log_prob(L.ones(2, 2)) | ValueError | CorrCholesky
D.MixtureSameFamily(D.Normal(0.0, 1.0), D.Normal(0.0, 1.0)) | ValueError | type Normal; .*Categorical
D.MixtureSameFamily(D.Categorical(L.ones(2)), 1) | ValueError | type int
D.MixtureSameFamily(D.Categorical(L.ones(2)), D.Normal(L.zeros(3), 1.0)) | ValueError | does not equal
D.MixtureSameFamily(D.Categorical(L.ones(3, 2)), D.Normal(L.zeros(4, 2), 1.0)) | ValueError | not compatible
D.Distribution.set_default_validate_args(7) | ValueError | True or False
D.Distribution().mean | NotImplementedError | does not implement mean
D.Distribution().support | NotImplementedError | does not implement support
D.utils.vec_to_tril_matrix(L.ones(4)) | ValueError | 4 elements
D.utils.tril_matrix_to_vec(L.ones(2, 2), 3) | ValueError | diag
"""  # noqa: E501


def split(row):
    return [part.strip() for part in row.split(" | ")]


def error_of(library, call):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            eval(call, {"D": library.distributions, "L": library})
        except Exception as error:
            return error
    return None


@pytest.mark.parametrize("row", lines(ERRORS))
def test_errors(row):
    call, name, text = split(row)
    error = error_of(flambeau, call)
    assert error is not None and type(error).__name__ == name
    assert re.search(text, str(error)), error


@pytest.mark.parametrize("row", [row for row in lines(ERRORS) if "vec_to" not in row])
def test_the_errors_are_pytorchs(row):
    torch = pytest.importorskip("torch")
    call = split(row)[0]
    ours, theirs = error_of(flambeau, call), error_of(torch, call)
    assert isinstance(ours, type(theirs)) or type(ours).__name__ == type(theirs).__name__


def test_checks_can_be_switched_off():
    d = D.Normal(0.0, -1.0, validate_args=False)
    d.log_prob(flambeau.tensor(0.0))
    assert D.Exponential(1.0, validate_args=False).log_prob(flambeau.tensor(-1.0)).item() == 1
    try:
        D.Distribution.set_default_validate_args(False)
        D.Normal(0.0, -1.0)
        with pytest.raises(ValueError, match="scale"):
            D.Normal(0.0, -1.0, validate_args=True)
    finally:
        D.Distribution.set_default_validate_args(True)


def test_lazy_arguments_are_not_computed_for_a_check():
    d = D.Bernoulli(0.5)
    assert "logits" not in d.__dict__
    assert d.logits.item() == 0 and "logits" in d.__dict__


def test_warnings():
    class Bare(D.Distribution):
        pass

    with pytest.warns(UserWarning, match="arg_constraints"):
        Bare()
    with pytest.warns(FutureWarning, match="sample_n"):
        assert D.Normal(0.0, 1.0).sample_n(3).shape == (3,)
    with pytest.warns(UserWarning, match="Singular samples are highly likely"):
        D.Wishart(1.5, flambeau.eye(2))
