"""Transforms: values, inverses, determinants by Jacobians, shapes, caches, equality."""

from __future__ import annotations

import gc

import numpy as np
import pytest

import flambeau
from tests.distributions.examples import lines, make

t = flambeau.distributions.transforms
D = flambeau.distributions

# a transform, and a point it maps
TRANSFORMS = """
ExpTransform() | [-1.0, 0.5, 2.0]
SigmoidTransform() | [-1.0, 0.5, 2.0]
SoftplusTransform() | [-1.0, 0.5, 30.0]
TanhTransform() | [-1.0, 0.5, 2.0]
AbsTransform() | [0.5, 1.0, 2.0]
PowerTransform(2.0) | [0.5, 1.0, 2.0]
PowerTransform(T([-1.0, 0.5, 3.0])) | [0.5, 1.5, 2.0]
AffineTransform(1.0, -2.0) | [-1.0, 0.5, 2.0]
AffineTransform(T([1.0, 2.0, 3.0]), T([0.5, -1.0, 2.0])) | [-1.0, 0.5, 2.0]
AffineTransform(0.5, T([0.5, -1.0, 2.0]), event_dim=1) | [-1.0, 0.5, 2.0]
AffineTransform(0.5, 3.0, event_dim=2) | [[-1.0, 0.5], [2.0, 1.0]]
SoftmaxTransform() | [-1.0, 0.5, 2.0]
StickBreakingTransform() | [-1.0, 0.5, 2.0]
LowerCholeskyTransform() | [[-1.0, 0.0], [0.5, 0.3]]
PositiveDefiniteTransform() | [[-1.0, 0.0], [0.5, 0.3]]
CorrCholeskyTransform() | [0.5, -1.0, 0.3]
CorrCholeskyTransform() | [0.5, -1.0, 0.3, 0.1, 2.0, -0.4]
ReshapeTransform((4,), (2, 2)) | [-1.0, 0.5, 2.0, 1.0]
ReshapeTransform((2, 2), (4, 1)) | [[-1.0, 0.5], [2.0, 1.0]]
CumulativeDistributionTransform(D.Normal(T(0.5), T(2.0))) | [-1.0, 0.5, 2.0]
IndependentTransform(D.ExpTransform(), 1) | [-1.0, 0.5, 2.0]
IndependentTransform(D.AffineTransform(1.0, T([2.0, 3.0])), 2) | [[-1.0, 0.5], [2.0, 1.0]]
ComposeTransform([D.AffineTransform(1.0, 2.0), D.ExpTransform()]) | [-1.0, 0.5, 2.0]
ComposeTransform([D.ExpTransform(), D.AffineTransform(0.0, 1.0, event_dim=1)]) | [-1.0, 0.5, 2.0]
ComposeTransform([D.AffineTransform(0.0, 2.0), D.StickBreakingTransform()]) | [-1.0, 0.5, 2.0]
ComposeTransform([D.ReshapeTransform((4,), (2, 2)), D.ExpTransform()]) | [-1.0, 0.5, 2.0, 1.0]
ComposeTransform([]) | [-1.0, 0.5, 2.0]
CatTransform([D.ExpTransform(), D.TanhTransform()], -1, [2, 1]) | [-1.0, 0.5, 2.0]
CatTransform([D.ExpTransform(), D.TanhTransform()]) | [[-1.0, 0.5], [2.0, 1.0]]
CatTransform([D.AffineTransform(0.0, 2.0, 1), D.ExpTransform()], -1, [2, 1]) | [-1.0, 0.5, 2.0]
StackTransform([D.ExpTransform(), D.TanhTransform()], -1) | [[-1.0, 0.5], [2.0, 1.0]]
StackTransform([D.ExpTransform(), D.TanhTransform()]) | [[-1.0, 0.5], [2.0, 1.0]]
"""
ROWS = [tuple(part.strip() for part in line.split("|")) for line in lines(TRANSFORMS)]


def point(library, text):
    return library.tensor(eval(text), dtype=library.float64)


def outcome(call):
    try:
        return call()
    except (NotImplementedError, RuntimeError, ValueError) as error:
        return type(error)


def facts(library, line, text):
    transform = make(library, line)
    x = point(library, text)
    if not line.startswith(("Cat", "Stack")) or "-1" in line:  # others look at the first dim
        x = library.stack([x, x * 0.7 + 0.1])
    y = transform(x)
    found = [y, transform.inv(y), outcome(lambda: transform.log_abs_det_jacobian(x, y))]
    values = [v if isinstance(v, type) else v.numpy() for v in found]
    shapes = [tuple(transform.forward_shape(x.shape)), tuple(transform.inverse_shape(y.shape))]
    dims = [
        outcome(lambda: transform.domain.event_dim),
        outcome(lambda: transform.codomain.event_dim),
    ]
    words = [outcome(lambda: transform.event_dim), transform.bijective]
    sign = outcome(lambda: transform.sign)
    sign = sign.tolist() if hasattr(sign, "tolist") else sign
    valid = outcome(lambda: transform.codomain.check(y).all().item())
    return values, [*shapes, *dims, *words, sign, valid]


@pytest.mark.parametrize(("line", "text"), ROWS)
def test_values_and_facts_are_pytorchs(line, text):
    torch = pytest.importorskip("torch")
    (a, facts_a), (b, facts_b) = facts(flambeau, line, text), facts(torch, line, text)
    assert facts_a == facts_b
    for x, y in zip(a, b, strict=True):
        if isinstance(y, type):
            assert x is y
        else:
            assert x.shape == y.shape and x.dtype == y.dtype
            np.testing.assert_allclose(x, y, rtol=1e-9, atol=1e-12)


def free_elements(transform, y):
    """The elements of y that determine the others, in order."""
    if isinstance(transform.codomain, type(D.constraints.simplex)):
        return y[..., :-1]
    if isinstance(transform.codomain, type(D.constraints.corr_cholesky)):
        return D.utils.tril_matrix_to_vec(y, diag=-1)
    return y.flatten()


@pytest.mark.parametrize(("line", "text"), ROWS)
def test_inverses_and_determinants(line, text):
    transform = make(flambeau, line)
    x = point(flambeau, text)
    y = transform(x)
    if not transform.bijective:
        if not line.startswith(("LowerCh", "PositiveD")):
            np.testing.assert_allclose(transform(transform.inv(y)), y, rtol=1e-9)
        return
    np.testing.assert_allclose(transform.inv(y), x, rtol=1e-9, atol=1e-12)
    rows = []
    flat = x.flatten().requires_grad_()
    image = free_elements(transform, transform(flat.reshape(x.shape)))
    for element in image:
        rows.append(flambeau.autograd.grad(element, flat, retain_graph=True)[0].numpy())
    expected = np.linalg.slogdet(np.array(rows)).logabsdet
    found = outcome(lambda: transform.log_abs_det_jacobian(x, y))
    if isinstance(found, type):
        assert line.startswith(("LowerCh", "PositiveD"))
        return
    assert found.sum().item() == pytest.approx(expected, rel=1e-9, abs=1e-10)
    back = transform.inv.log_abs_det_jacobian(y, x)
    assert back.sum().item() == pytest.approx(-expected, rel=1e-9, abs=1e-10)


@pytest.mark.parametrize(("line", "text"), ROWS)
def test_inverse_of_the_inverse(line, text):
    transform = make(flambeau, line)
    inverse = transform.inv
    assert inverse.inv is transform and transform.inv is inverse
    assert inverse.domain.event_dim == transform.codomain.event_dim
    assert inverse.bijective == transform.bijective
    y = transform(point(flambeau, text))
    np.testing.assert_array_equal(inverse(y), transform.inv(y))


@pytest.mark.parametrize(("line", "text"), ROWS)
def test_a_cache_returns_the_very_point(line, text):
    cached = make(flambeau, line).with_cache()
    x = point(flambeau, text)
    y = cached(x)
    assert cached.inv(y) is x
    if not line.startswith("Compose"):
        assert cached(x) is y
    assert cached.with_cache(1) is cached
    assert cached.with_cache(0)(x) is not y or line.startswith("ComposeTransform([])")


def test_equality():
    one = [t.ExpTransform(), t.AffineTransform(1.0, 2.0), t.PowerTransform(2.0)]
    two = [t.ExpTransform(), t.AffineTransform(1.0, 2.0), t.PowerTransform(2.0)]
    assert one == two and t.ComposeTransform(one) == t.ComposeTransform(two)
    assert t.ExpTransform().inv == t.ExpTransform().inv != t.ExpTransform()
    assert t.AffineTransform(1.0, 2.0) != t.AffineTransform(1.0, 3.0)
    assert t.AffineTransform(flambeau.ones(2), 2.0) == t.AffineTransform(1.0, flambeau.tensor(2.0))
    assert t.PowerTransform(2.0) != t.PowerTransform(3.0) and t.ExpTransform() != t.TanhTransform()


def test_the_inverse_does_not_keep_the_transform_in_a_cycle():
    transform = t.ExpTransform()
    kept = transform.inv
    assert kept.inv is transform
    del kept
    gc.collect()
    assert transform.inv.inv is transform


def test_extremes_stay_inside():
    x = flambeau.tensor([-1000.0, 1000.0])
    assert (t.SigmoidTransform()(x) > 0).all() and (t.SigmoidTransform()(x) < 1).all()
    assert t.SoftplusTransform().inv(flambeau.tensor(50.0)).item() == 50
    assert t.TanhTransform().log_abs_det_jacobian(x, x.tanh()).isfinite().all()
    corr = t.CorrCholeskyTransform()(x[:1].double())
    assert D.constraints.corr_cholesky.check(corr).item()


def test_gradients_are_right_twice():
    for line, text in ROWS:
        if line.startswith(("Abs", "Softmax")):
            continue
        transform = make(flambeau, line)
        x = point(flambeau, text).requires_grad_()

        def both(x, transform=transform):
            y = transform(x)
            parts = [y, transform.inv(y * 1.0)]
            return tuple(parts)

        assert flambeau.autograd.gradcheck(both, (x,)), line
        assert flambeau.autograd.gradgradcheck(transform, (x,)), line


ERRORS = """
t.ExpTransform(cache_size=2) | ValueError | cache_size must be 0 or 1
t.ReshapeTransform((2,), (3,)) | ValueError | equal numbers of elements
t.ReshapeTransform((2,), (1, 2))(flambeau.zeros(3)) | ValueError | Shape mismatch
t.ReshapeTransform((2,), (1, 2)).forward_shape(()) | ValueError | Too few dimensions
t.CorrCholeskyTransform().forward_shape((4,)) | ValueError | flattened lower-diagonal
t.CorrCholeskyTransform().inverse_shape((2, 3)) | ValueError | not square
t.StickBreakingTransform().forward_shape(()) | ValueError | Too few dimensions
t.IndependentTransform(t.ExpTransform(), 1)(flambeau.tensor(0.0)) | ValueError | Too few dimensions
t.StickBreakingTransform().sign | NotImplementedError | sign
t.CatTransform([1]) | AssertionError | must be Transforms
t.CatTransform([t.ExpTransform()], 0, [1, 2]) | AssertionError | lengths
t.StackTransform([t.ExpTransform()])(flambeau.zeros(2)) | AssertionError | size 1 in dim 0
t.ComposeTransform([t.CorrCholeskyTransform()]).event_dim | ValueError | domain.event_dim
D.TransformedDistribution(D.Normal(0.0, 1.0), t.StickBreakingTransform()) | ValueError | at least 1
D.TransformedDistribution(D.Normal(0.0, 1.0), [1]) | ValueError | list of Transforms
"""


@pytest.mark.parametrize("row", lines(ERRORS))
def test_errors(row):
    call, error, text = [part.strip() for part in row.split("|")]
    with pytest.raises(Exception, match=text) as caught:
        eval(call)
    assert type(caught.value).__name__ == error


def test_a_transform_of_ones_own():
    class Cube(t.Transform):
        domain = codomain = D.constraints.real
        bijective = True
        sign = 1

        def _call(self, x):
            return x**3

        def _inverse(self, y):
            return y.sign() * y.abs() ** (1 / 3)

        def log_abs_det_jacobian(self, x, y):
            return (3 * x**2).log()

    d = D.TransformedDistribution(D.Uniform(1.0, 2.0), Cube())
    y = flambeau.tensor(3.375)
    assert d.log_prob(y).item() == pytest.approx(-np.log(3 * 1.5**2), rel=1e-5)
    assert d.cdf(y).item() == pytest.approx(0.5, rel=1e-5)
    assert d.icdf(flambeau.tensor(0.5)).item() == pytest.approx(3.375, rel=1e-5)
    assert Cube().with_cache()(y) is not None
    with pytest.raises(NotImplementedError, match="log_abs_det_jacobian"):
        t.SoftmaxTransform().log_abs_det_jacobian(y, y)
