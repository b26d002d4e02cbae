"""Constraints: what they allow, their facts, and the transforms that lead to them."""

from __future__ import annotations

import numpy as np
import pytest

import flambeau
from tests.distributions.examples import lines

D = flambeau.distributions
c = D.constraints

# a constraint, and values: each event of them is checked
CHECKS = """
c.real | [0.0, inf, nan]
c.positive | [-1.0, 0.0, 1.0, nan]
c.nonnegative | [-1.0, 0.0, 1.0, nan]
c.greater_than(1.5) | [1.0, 1.5, 2.0]
c.greater_than(T([0.0, 1.0, 3.0])) | [1.0, 1.0, 2.0]
c.greater_than_eq(1.5) | [1.0, 1.5, 2.0]
c.less_than(1.5) | [1.0, 1.5, 2.0]
c.interval(-1.0, 2.0) | [-1.5, -1.0, 0.0, 2.0, 2.5]
c.half_open_interval(-1.0, 2.0) | [-1.5, -1.0, 0.0, 2.0, 2.5]
c.unit_interval | [-0.1, 0.0, 0.5, 1.0, 1.1]
c.boolean | [0.0, 1.0, 0.5, 2.0]
c.integer_interval(1, 3) | [0.0, 1.0, 2.5, 3.0, 4.0]
c.nonnegative_integer | [-1.0, 0.0, 0.5, 7.0]
c.positive_integer | [-1.0, 0.0, 0.5, 7.0]
c.one_hot | [[0.0, 1.0, 0.0], [1.0, 1.0, 0.0], [0.5, 0.5, 0.0], [0.0, 0.0, 0.0]]
c.simplex | [[0.2, 0.8], [0.5, 0.4], [1.5, -0.5], [1.0, 0.0]]
c.multinomial(3) | [[1.0, 2.0], [2.0, 2.0], [-1.0, 1.0]]
c.real_vector | [[0.0, 1.0], [nan, 1.0]]
c.lower_triangular | [[[1.0, 0.0], [2.0, -1.0]], [[1.0, 0.5], [2.0, 1.0]]]
c.lower_cholesky | [[[1.0, 0.0], [2.0, 1.0]], [[1.0, 0.0], [2.0, -1.0]], [[1.0, 0.5], [2.0, 1.0]]]
c.corr_cholesky | [[[1.0, 0.0], [0.6, 0.8]], [[1.0, 0.0], [0.6, 0.9]]]
c.square | [[[1.0, 0.0], [0.6, 0.8]]]
c.square | [[[1.0, 0.0, 2.0], [0.6, 0.8, 1.0]]]
c.symmetric | [[[1.0, 0.5], [0.5, 0.8]], [[1.0, 0.0], [0.6, 0.8]]]
c.symmetric | [[[1.0, 0.0, 2.0], [0.6, 0.8, 1.0]]]
c.positive_definite | [[[1.0, 0.5], [0.5, 0.8]], [[1.0, 0.9], [0.9, 0.2]], [[1.0, 1.0], [1.0, 1.0]]]
c.positive_definite | [[[1.0, 0.5], [0.5, 0.8]], [[1.0, 0.0], [0.9, 1.0]]]
c.positive_semidefinite | [[[1.0, 0.5], [0.5, 0.8]], [[1.0, 0.9], [0.9, 0.2]]]
c.independent(c.positive, 1) | [[1.0, 2.0], [1.0, -1.0]]
c.independent(c.simplex, 1) | [[[0.2, 0.8], [0.5, 0.5]], [[0.2, 0.8], [0.5, 0.4]]]
c.cat([c.positive, c.unit_interval], -1, [2, 1]) | [[1.0, -1.0, 0.5], [1.0, 1.0, 1.5]]
c.stack([c.positive, c.unit_interval], -1) | [[1.0, -1.0], [-1.0, 0.5]]
c.MixtureSameFamilyConstraint(c.greater_than(T([0.0, 1.0]))) | [0.5, 1.5, -1.0]
"""


def facts(library, constraint, text):
    values = eval(text, {"inf": float("inf"), "nan": float("nan")})
    module = library.distributions.constraints
    names = {"c": module, "T": lambda x: library.tensor(x, dtype=library.float64)}
    found = eval(constraint, names)
    valid = found.check(library.tensor(values, dtype=library.float64))
    return valid.tolist(), valid.dtype == library.bool, found.event_dim, found.is_discrete


@pytest.mark.parametrize("row", lines(CHECKS))
def test_checks_are_pytorchs(row):
    torch = pytest.importorskip("torch")
    constraint, text = [part.strip() for part in row.split(" | ")]
    assert facts(flambeau, constraint, text) == facts(torch, constraint, text)


def test_words():
    torch = pytest.importorskip("torch")
    for name in c.__all__:
        a, b = getattr(c, name), getattr(torch.distributions.constraints, name)
        if isinstance(a, c.Constraint):
            assert repr(a) == repr(b)
    assert repr(c.greater_than(2)) == "GreaterThan(lower_bound=2)"
    assert repr(c.independent(c.real, 1)) == "IndependentConstraint(Real(), 1)"


def test_dependent_constraints():
    assert c.is_dependent(c.dependent) and not c.is_dependent(c.real)
    assert c.is_dependent(D.Uniform.support) and not c.is_dependent(D.Uniform(0.0, 1.0).support)
    assert D.Uniform.support.event_dim == 0 and D.Uniform.support.is_discrete is False
    with pytest.raises(ValueError, match="dependent constraint"):
        c.dependent.check(1)
    with pytest.raises(NotImplementedError, match="event_dim cannot be determined"):
        c.dependent.event_dim  # noqa: B018
    assert c.dependent(event_dim=2).event_dim == 2

    class Mine:
        @c.dependent_property(is_discrete=True, event_dim=1)
        def support(self):
            return c.simplex

    assert Mine.support.is_discrete and Mine.support.event_dim == 1
    assert Mine().support is c.simplex


# -- transforms to constraints --------------------------------------------------------------------
TARGETS = """
c.real
c.positive
c.nonnegative
c.greater_than(1.5)
c.greater_than(flambeau.tensor([0.0, 1.0, 3.0]).double())
c.greater_than_eq(-2.0)
c.less_than(1.5)
c.interval(-1.0, 2.0)
c.half_open_interval(-1.0, 2.0)
c.unit_interval
c.simplex
c.corr_cholesky
c.lower_cholesky
c.positive_definite
c.positive_semidefinite
c.real_vector
c.independent(c.positive, 1)
c.cat([c.positive, c.unit_interval], -1, [2, 1])
c.stack([c.positive, c.unit_interval, c.real], -1)
"""


@pytest.mark.parametrize("registry", ["biject_to", "transform_to"])
@pytest.mark.parametrize("target", lines(TARGETS))
def test_transforms_lead_to_the_constraint(target, registry):
    constraint = eval(target)
    is_matrix = "lower_ch" in target or "definite" in target
    if is_matrix and registry == "biject_to":
        with pytest.raises(NotImplementedError, match="Cannot transform"):
            D.biject_to(constraint)
        return
    transform = getattr(D, registry)(constraint)
    assert transform.bijective or registry == "transform_to"
    rng = np.random.default_rng(3)
    x = flambeau.tensor(rng.normal(size=(3, 3)) * 2)
    y = transform(x)
    assert bool(constraint.check(y).all())
    np.testing.assert_allclose(transform(transform.inv(y)), y, rtol=1e-8)
    if transform.bijective:
        np.testing.assert_allclose(transform.inv(y), x, rtol=1e-7)


def test_rows_can_be_added():
    registry = D.constraint_registry.ConstraintRegistry()

    class Mine(c.Constraint):
        pass

    @registry.register(Mine)
    def make(constraint):
        return D.ExpTransform()

    registry.register(Mine(), lambda constraint: D.TanhTransform())
    assert registry(Mine()) == D.TanhTransform() and make(None) == D.ExpTransform()
    with pytest.raises(TypeError, match="Constraint subclass or instance"):
        registry.register(int, make)
    with pytest.raises(NotImplementedError, match="Cannot transform"):
        registry(c.real)


ERRORS = """
c.independent(1, 1) | AssertionError | a Constraint
c.independent(c.real, -1) | AssertionError | at least 0
c.independent(c.real, 2).check(flambeau.zeros(2)) | ValueError | dim.. >= 2
c.cat([1]) | AssertionError | a Constraint
c.cat([c.real], 0, [1, 2]) | AssertionError | lengths
c.stack([c.real], 1).check(flambeau.zeros(2)) | AssertionError | dim 1
c.MixtureSameFamilyConstraint(1) | AssertionError | a Constraint
c.Constraint().check(1) | NotImplementedError | check
"""


@pytest.mark.parametrize("row", lines(ERRORS))
def test_errors(row):
    call, error, text = [part.strip() for part in row.split(" | ")]
    with pytest.raises(Exception, match=text) as caught:
        eval(call)
    assert type(caught.value).__name__ == error
