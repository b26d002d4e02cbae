"""Densities, moments, shapes and their gradients, compared with PyTorch's distributions."""

from __future__ import annotations

import numpy as np
import pytest

import flambeau
from tests.distributions.examples import ALL, make

torch = pytest.importorskip("torch")

PROPERTIES = "mean mode variance stddev".split()
CALLS = "entropy perplexity".split()


# where PyTorch's answer is wrong, rough or missing; test_scipy.py and others have these
TORCH_FAILS = {
    ("log_prob", "VonMises"),  # a polynomial of single precision
    ("variance", "VonMises"),
    ("stddev", "VonMises"),
    ("log_prob", "GeneralizedPareto"),  # float64 does not match float32 inside
    ("cdf", "GeneralizedPareto"),
    ("icdf", "GeneralizedPareto"),  # no derivative by the concentration where it is 0
    ("cdf", "Gamma"),  # no derivative
    ("cdf", "Chi2"),
    ("cdf", "InverseGamma"),
    ("mode", "Kumaraswamy"),  # NaN everywhere
    ("mode", "Uniform"),  # NaN, with gradients
    ("mean", "Pareto"),  # infinite gradients of constants
    ("variance", "Pareto"),
    ("stddev", "Pareto"),
}


def lines_but_for(name):
    return [line for line in ALL if (name, line.split("(")[0]) not in TORCH_FAILS]


def outcome(call):
    """The result, or the type of the error."""
    try:
        return call()
    except (NotImplementedError, RuntimeError, ValueError) as error:
        return type(error)


def both(line, what):
    """Results of both libraries, with the gradients of their sums."""
    found = []
    for library in (flambeau, torch):
        made = []
        d = make(library, line, made)
        result = outcome(lambda d=d, library=library: what(d, library))
        if isinstance(result, type):
            found.append((result, []))
            continue
        if result.requires_grad:
            result.sum().backward()
        gradients = [x.grad.numpy() for x in made if x.grad is not None and bool(x.grad.any())]
        if "scale_tril" in line:  # PyTorch's have numbers above the diagonal, which nobody reads
            gradients = [np.tril(x) if x.ndim > 1 else x for x in gradients]
        found.append((result.detach().numpy(), gradients))
    return found


def compare(line, what, rtol=1e-9):
    (a, da), (b, db) = both(line, what)
    if isinstance(b, type):
        assert a is b
        return
    assert not isinstance(a, type), a
    assert a.dtype == b.dtype and a.shape == b.shape
    np.testing.assert_allclose(a, b, rtol=rtol, atol=1e-10)
    assert len(da) == len(db)
    for x, y in zip(da, db, strict=True):
        np.testing.assert_allclose(x, y, rtol=rtol * 10, atol=1e-9)


def values_of(line, shape=(3,)):
    torch.manual_seed(5)
    return make(torch, line).sample(shape).numpy()


@pytest.mark.parametrize("line", lines_but_for("log_prob"))
def test_log_prob(line):
    values = values_of(line)
    compare(line, lambda d, library: d.log_prob(library.tensor(values)))


@pytest.mark.parametrize("line", lines_but_for("cdf"))
def test_cdf(line):
    values = values_of(line)
    compare(line, lambda d, library: d.cdf(library.tensor(values)))


@pytest.mark.parametrize("line", lines_but_for("icdf"))
def test_icdf(line):
    probs = np.array([0.05, 0.3, 0.9])
    shape = make(torch, line).batch_shape
    probs = np.broadcast_to(probs.reshape((3,) + (1,) * len(shape)), (3, *shape)).copy()
    compare(line, lambda d, library: d.icdf(library.tensor(probs)))


@pytest.mark.parametrize(
    ("line", "name"), [(line, name) for name in PROPERTIES for line in lines_but_for(name)]
)
def test_moments(line, name):
    compare(line, lambda d, library: getattr(d, name) * 1.0)


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("line", ALL)
def test_entropy(line, name):
    compare(line, lambda d, library: getattr(d, name)())


@pytest.mark.parametrize("expand", [True, False])
@pytest.mark.parametrize("line", ALL)
def test_enumerate_support(line, expand):
    compare(line, lambda d, library: d.enumerate_support(expand=expand))


@pytest.mark.parametrize("line", ALL)
def test_shapes_and_words(line):
    a, b = make(flambeau, line), make(torch, line)
    assert tuple(a.batch_shape) == tuple(b.batch_shape)
    assert tuple(a.event_shape) == tuple(b.event_shape)
    assert (a.has_rsample, a.has_enumerate_support) == (b.has_rsample, b.has_enumerate_support)
    assert a.support.event_dim == b.support.event_dim
    assert a.support.is_discrete == b.support.is_discrete
    if "Mixture" not in line:  # PyTorch's shows what was computed since
        assert repr(a) == repr(b).replace("torch.", "flambeau.")
    for shape in ((), (2,), (3, 1)):
        assert tuple(a.sample(shape).shape) == tuple(b.sample(shape).shape)
        assert (
            str(a.sample(shape).dtype).split(".")[-1] == str(b.sample(shape).dtype).split(".")[-1]
        )
        assert bool(a.support.check(a.sample(shape)).all())


@pytest.mark.parametrize("line", ALL)
def test_float32_stays_float32(line):
    a, b = (make(library, line, dtype="float32") for library in (flambeau, torch))
    value = a.sample((2,))
    assert str(value.dtype).split(".")[-1] == str(b.sample((2,)).dtype).split(".")[-1]
    assert a.log_prob(value).dtype is flambeau.float32
    for name in PROPERTIES:
        found = outcome(lambda name=name: getattr(a, name))
        if not isinstance(found, type):
            assert str(found.dtype).split(".")[-1] == str(getattr(b, name).dtype).split(".")[-1]
