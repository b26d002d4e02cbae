"""Quantiles, statistics and distances, compared with NumPy and with PyTorch."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

import flambeau

NAN = float("nan")
X = np.random.default_rng(0).standard_normal((3, 4, 5))

CALLS = """
x.quantile(0.3); x.quantile(0.0, 1); x.quantile(1.0, 0, True); x.quantile(0.5, -1, keepdim=True)
x.quantile(0.37, keepdim=True); x.quantile(1); x[0, 0, 0].quantile(0.4); x[0, 0, 0].quantile(0.4, 0)
x.quantile(L.tensor([0.1, 0.5, 0.9]).double(), 1); x.quantile(L.tensor(0.25).double(), 2)
x.quantile(L.tensor([0.25]).double(), 2, True); L.quantile(x, L.tensor([0.1, 1.0]).double())
x.quantile(L.tensor([0.1]).double(), keepdim=True); x.quantile(0.61, 2, interpolation="lower")
x.quantile(0.61, 2, interpolation="higher"); x.quantile(0.61, 2, interpolation="midpoint")
x.quantile(0.61, 2, interpolation="nearest"); x.transpose(0, 1).quantile(0.2, 0)
L.quantile(x, q=0.7, dim=1); x.nanquantile(0.3); x.nanquantile(0.8, 1, True)
x.nanquantile(L.tensor([0.2, 0.9]).double(), 0, interpolation="nearest"); x[:, 1:2].quantile(0.3, 1)
x.nansum(); x.nansum(1); x.nansum((0, 2), True); x.nansum(dtype=L.float32); L.nansum(x, dim=-1)
x.nanmean(); x.nanmean(2); x.nanmean((0, 1), keepdim=True); x.nanmean(dtype=L.float32)
x[0].cov(); x[0].cov(correction=0); x[0, 0].cov(); x[0, 0, 0:1].cov(correction=0); L.cov(x[0].t())
L.cov(x[0], fweights=L.tensor([1, 2, 3, 1, 2])); L.cov(x[0], aweights=x[1, 0].abs())
L.cov(x[0], fweights=L.tensor([1, 2, 3, 0, 2]), aweights=x[1, 0].abs(), correction=2)
L.cov(x[0], aweights=x[1, 0].abs(), correction=0); x[0].corrcoef(); L.corrcoef(x[0, 0])
x.dist(x[0]); L.dist(x, x + 1, 1); L.dist(x, x * 2, 3.5); x.dist(x * 0, float("inf"))
x.dist(x[:, :1]); x.renorm(2, 0, 1.0); x.renorm(1, 1, 0.5); x.renorm(2, -1, 100)
x.renorm(p=float("inf"), dim=2, maxnorm=0.5); L.renorm(x, 3, 1, 2.0); x.renorm(2, 0, 0)
x.aminmax(); x.aminmax(dim=1); x.aminmax(dim=-1, keepdim=True); L.aminmax(x, dim=0)
""".replace("\n", ";")


def results_of(library, call, x):
    result = eval(call, {"L": library, "x": x})
    return list(result) if isinstance(result, tuple) else [result]


@pytest.mark.parametrize("call", [c.strip() for c in CALLS.split(";") if c.strip()])
def test_calls_and_gradients_are_pytorchs(call):
    torch = pytest.importorskip("torch")
    found = []
    for library in (flambeau, torch):
        x = library.tensor(X.tolist(), dtype=library.float64, requires_grad=True)
        parts = results_of(library, call, x)
        sum((p**2).sum() for p in parts).backward()
        found.append([p.detach().numpy() for p in parts] + [x.grad.numpy()])
    for a, b in zip(*found, strict=True):
        assert a.dtype == b.dtype and a.shape == b.shape
        rtol = 2e-5 if "float32" in call else 1e-9
        np.testing.assert_allclose(a, b, rtol=rtol, atol=1e-12)


@pytest.mark.parametrize("interpolation", ["linear", "lower", "higher", "midpoint", "nearest"])
@pytest.mark.parametrize("dim", [None, 0, 1])
def test_quantiles_are_numpys(interpolation, dim):
    a = np.random.default_rng(1).standard_normal((37, 11))
    q = np.array([0.0, 0.1, 1 / 3, 0.5, 0.77, 1.0])
    found = flambeau.tensor(a).quantile(flambeau.tensor(q), dim, interpolation=interpolation)
    np.testing.assert_allclose(found.numpy(), np.quantile(a, q, dim, method=interpolation))
    a[a > 1] = NAN
    found = flambeau.tensor(a).nanquantile(flambeau.tensor(q), dim, interpolation=interpolation)
    np.testing.assert_allclose(found.numpy(), np.nanquantile(a, q, dim, method=interpolation))


def test_nan_makes_a_quantile_nan_but_not_a_nanquantile():
    x = flambeau.tensor([[1.0, NAN, 3.0], [4.0, 5.0, 6.0], [NAN, NAN, NAN]])
    np.testing.assert_array_equal(x.quantile(0.5, 1).numpy(), [NAN, 5, NAN])
    np.testing.assert_array_equal(x.nanquantile(0.5, 1).numpy(), [2, 5, NAN])
    x.requires_grad_()
    x.nanquantile(0.5, 1)[:2].sum().backward()
    assert x.grad.tolist() == [[0.5, 0, 0.5], [0, 1, 0], [0, 0, 0]]


def test_the_place_may_be_differentiated():
    q = flambeau.tensor([0.25, 0.75], dtype=flambeau.float64, requires_grad=True)
    flambeau.tensor([0.0, 1.0, 4.0, 9.0], dtype=flambeau.float64).quantile(q).sum().backward()
    np.testing.assert_allclose(q.grad.numpy(), [3.0, 15.0])


NAN_CALLS = """
x.nansum(); x.nansum(1); x.nanmean(); x.nanmean(0); x.nanmean(1, True); x.quantile(0.3)
x.nanquantile(0.3, 0); x.nanquantile(L.tensor([0.0, 0.6]), 1, keepdim=True); x.aminmax()
x[:1].cov()
""".replace("\n", ";")


@pytest.mark.parametrize("call", [c.strip() for c in NAN_CALLS.split(";") if c.strip()])
def test_nan_is_treated_as_pytorch_does(call):
    torch = pytest.importorskip("torch")
    values = [[3.0, NAN, 1.0, 2.0], [5.0, 4.0, NAN, NAN], [NAN] * 4]
    found = [results_of(t, call, t.tensor(values)) for t in (flambeau, torch)]
    for a, b in zip(*found, strict=True):
        np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=1e-6)


def test_nan_has_no_gradient():
    x = flambeau.tensor([1.0, NAN, 3.0], requires_grad=True)
    (x.nansum() ** 2).backward()
    assert x.grad.tolist() == [8, 0, 8]


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int32", "int64", "float16", "bfloat16"])
@pytest.mark.parametrize("call", ["x.nansum(0)", "x.nansum()", "x[0].cov()", "x.corrcoef()",
                                  "x.aminmax(dim=1)"])  # fmt: skip
def test_dtypes_are_pytorchs(call, dtype):
    torch = pytest.importorskip("torch")
    if dtype == "bool" and "co" in call:
        pytest.skip("an error: below")
    found = []
    for library in (flambeau, torch):
        x = library.tensor([[1, 0, 3], [1, 1, 2]]).to(getattr(library, dtype))
        parts = results_of(library, call, x)
        found.append([(str(p.dtype).split(".")[-1], p.float()) for p in parts])
    for (kind, ours), (their_kind, theirs) in zip(*found, strict=True):
        assert kind == their_kind
        np.testing.assert_allclose(ours.numpy(), theirs.numpy(), rtol=1e-2, atol=1e-2)


def test_covariances_are_numpys():
    source = np.random.default_rng(3)
    a, counts, importance = (
        source.normal(size=(4, 30)),
        source.integers(0, 4, 30),
        source.random(30),
    )
    x, f, w = (flambeau.tensor(v) for v in (a, counts, importance))
    for correction in (0, 1, 3):
        found = flambeau.cov(x, correction=correction, fweights=f, aweights=w)
        expected = np.cov(a, ddof=correction, fweights=counts, aweights=importance)
        np.testing.assert_allclose(found.numpy(), expected)
    np.testing.assert_allclose(x.corrcoef().numpy(), np.corrcoef(a))


def test_too_few_observations_warn():
    with pytest.warns(UserWarning, match="degrees of freedom"):
        assert flambeau.tensor([1.0]).cov().isnan().item()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        flambeau.tensor([1.0, 2.0]).cov()


def test_renorm_in_place_and_out():
    x = flambeau.tensor([[3.0, 4.0], [0.3, 0.4]])
    out = flambeau.empty(2, 2)
    flambeau.renorm(x, 2, 0, 1, out=out)
    assert x.renorm_(2, 0, 1) is x
    np.testing.assert_allclose(x.numpy(), [[0.6, 0.8], [0.3, 0.4]], rtol=1e-6)
    assert out.tolist() == x.tolist()


def test_out_takes_the_results():
    x, out = flambeau.tensor([1.0, 2.0, 3.0]), flambeau.empty(())
    assert flambeau.quantile(x, 0.5, out=out) is out and out.item() == 2
    assert flambeau.nansum(x, out=out) is out and out.item() == 6
    assert flambeau.nanmean(x, out=out) is out and out.item() == 2
    low, high = flambeau.empty(()), flambeau.empty(())
    flambeau.aminmax(x, out=(low, high))
    assert (low.item(), high.item()) == (1, 3)


@pytest.mark.parametrize("call, error, text", [
    ("x.quantile(1.5)", RuntimeError, r"in the range \[0, 1\]"),
    ("x.quantile(nan)", RuntimeError, r"in the range \[0, 1\]"),
    ("x.quantile(flambeau.tensor([0.5, -1.0]).double())", RuntimeError, r"in the range \[0, 1\]"),
    ("x.quantile(flambeau.tensor([0.5]))", RuntimeError, "same dtype as the input"),
    ("x.quantile(flambeau.tensor([[0.5]]).double())", RuntimeError, "scalar or 1D"),
    ("x.quantile([0.5])", TypeError, "must be float or Tensor, not list"),
    ("x.quantile(0.5, interpolation='cubic')", RuntimeError, "must be one of linear, lower"),
    ("x.long().quantile(0.5)", RuntimeError, "either float or double"),
    ("x[:0].nanquantile(0.5)", RuntimeError, "must be non-empty"),
    ("x.quantile(0.5, 3)", IndexError, "Dimension out of range"),
    ("x.cfloat().nansum()", RuntimeError, "does not support complex"),
    ("x.long().nanmean()", RuntimeError, "floating point or complex"),
    ("x.cov()", RuntimeError, "two or fewer dimensions"),
    ("x.corrcoef()", RuntimeError, "two or fewer dimensions"),
    ("(x[0] > 0).cov()", RuntimeError, "bool dtype is not supported"),
    ("x[0].cov(fweights=x[0, 0])", RuntimeError, "fweights to have integral dtype"),
    ("x[0].cov(aweights=x[0, 0].long())", RuntimeError, "aweights to have floating point dtype"),
    ("x[0].cov(aweights=x[0])", RuntimeError, "one or fewer dimensions"),
    ("x[0].cov(aweights=x[0, 0, 1:])", RuntimeError, "the same numel"),
    ("x[0].cov(aweights=-x[0, 0].abs())", RuntimeError, "cannot be negative"),
    ("x[0].cov(aweights=x[0, 0] * 0)", RuntimeError, "sum to zero"),
    ("x.renorm(0, 0, 1)", RuntimeError, "non-positive-norm"),
    ("x.renorm(2, 0, -1)", RuntimeError, "maxnorm to be >= 0"),
    ("x[0, 0].renorm(2, 0, 1)", RuntimeError, "at least 2 dimensions"),
    ("x[:0].aminmax()", RuntimeError, "aminmax: .* no identity"),
    ("x[:0].aminmax(dim=0)", IndexError, "aminmax: .* no identity"),
    ("x.aminmax(dim=(0, 1))", TypeError, "must be an int, given tuple"),
])  # fmt: skip
def test_bad_calls_say_what_is_wrong(call, error, text):
    with pytest.raises(error, match=text):
        eval(call, {"x": flambeau.tensor(X), "flambeau": flambeau, "nan": NAN})
