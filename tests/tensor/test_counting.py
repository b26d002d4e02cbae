"""Histograms and counts, compared with NumPy and with PyTorch."""

from __future__ import annotations

import numpy as np
import pytest

import flambeau

NAN, INF = float("nan"), float("inf")

CALLS = """
x.histc(); x.histc(4); x.histc(5, -1, 1); x.histc(bins=3, min=0, max=0)
L.histc(x, 7, min=0.5, max=2)
x[:0].histc(3); x[:1, 0].histc(3); x.float().histc(11); x.t().histc(6, -2, 2)
x.half().histc(4, -2, 2)
x.bfloat16().histc(4, -2, 2); x[0, 0].histc(2)
x.histogram(5); L.histogram(x, 4, range=(-1.0, 1.0)); x.histogram(3, density=True)
x.histogram(L.tensor([-1.0, 0.0, 0.25, 2.0]).double()); x.histogram(4, weight=x.abs())
x.histogram(L.tensor([-1.0, 0.0, 0.25, 2.0]).double(), weight=x.abs(), density=True)
x[:0].histogram(2); x[:1, 0].histogram(3); x.histogram(3, range=(1.0, 1.0)); x.float().histogram(9)
L.histogramdd(x, [2, 3]); L.histogramdd(x, 2); L.histogramdd(x, [2, 3], range=[-1, 1, 0, 2.0])
L.histogramdd(x, [2, 2], density=True); L.histogramdd(x, [3, 2], weight=x[:, 0].abs())
L.histogramdd(x, [L.tensor([-1.0, 0.0, 2.0]).double(), L.tensor([-2.0, 2.0]).double()])
L.histogramdd(x.reshape(5, 8, 2), [2, 3]); L.histogramdd(x[:0], [2, 3])
i.bincount(); i.bincount(minlength=10); i.bincount(minlength=2); i.bincount(x[:6, 0].float())
i.bincount(x[:6, 0]); L.bincount(i, weights=i); i.bincount(x[:6, 0].half())
i.to(L.uint8).bincount()
i[:0].bincount(); i[:0].bincount(minlength=3); i[:0].bincount(x[:0, 0]); i.int().bincount(i > 1)
x.count_nonzero(); x.count_nonzero(0); x.count_nonzero((0, 1)); i.count_nonzero(dim=0)
""".replace("\n", ";")


def flat(result):
    if isinstance(result, tuple):
        return [part for r in result for part in flat(r)]
    return [result.float().numpy() if "bfloat" in str(result.dtype) else result.numpy()]


@pytest.mark.parametrize("call", [c.strip() for c in CALLS.split(";") if c.strip()])
def test_calls_are_pytorchs(call):
    torch = pytest.importorskip("torch")
    values = np.random.default_rng(0).standard_normal((40, 2))
    found = []
    for library in (flambeau, torch):
        x, i = library.tensor(values), library.tensor([1, 3, 1, 7, 0, 3])
        found.append(flat(eval(call, {"L": library, "x": x, "i": i})))
    for a, b in zip(*found, strict=True):
        assert a.dtype == b.dtype and a.shape == b.shape
        np.testing.assert_allclose(a, b, rtol=1e-6 if a.dtype == np.float32 else 1e-12, atol=1e-300)


@pytest.mark.parametrize("density", [False, True])
def test_histograms_are_numpys(density):
    source = np.random.default_rng(1)
    a, w = source.standard_normal((500, 3)), source.random(500)
    x, weight = flambeau.tensor(a), flambeau.tensor(w)
    hist, edges = flambeau.histogram(x, 13, density=density)
    expected, expected_edges = np.histogram(a, 13, density=density)
    np.testing.assert_allclose(hist.numpy(), expected)
    np.testing.assert_allclose(edges.numpy(), expected_edges)
    hist, edges = flambeau.histogramdd(x, [4, 5, 6], weight=weight, density=density)
    expected, expected_edges = np.histogramdd(a, [4, 5, 6], weights=w, density=density)
    np.testing.assert_allclose(hist.numpy(), expected)
    for ours, theirs in zip(edges, expected_edges, strict=True):
        np.testing.assert_allclose(ours.numpy(), theirs)


def test_the_last_bin_has_its_right_edge():
    x = flambeau.tensor([0.0, 1.0, 2.0, 3.0, 3.0, NAN, INF, -1.0])
    assert x.histc(3, 0, 3).tolist() == [1, 1, 3]
    assert x.histogram(3, range=(0.0, 3.0)).hist.tolist() == [1, 1, 3]
    edges = flambeau.tensor([0.0, 1.0, 2.0, 3.0])
    assert x.histogram(edges).hist.tolist() == [1, 1, 3]


def test_given_edges_are_copied():
    edges = flambeau.tensor([0.0, 1.0])
    found = flambeau.tensor([0.5]).histogram(edges)
    edges.zero_()
    assert found.bin_edges.tolist() == [0, 1]
    assert found._fields == ("hist", "bin_edges")


def test_out_takes_the_results():
    x = flambeau.tensor([1.0, 2.0])
    out = flambeau.empty(4)
    assert flambeau.histc(x, 4, 0, 4, out=out) is out and out.tolist() == [0, 1, 1, 0]
    hist, edges = flambeau.empty(0), flambeau.empty(0)
    flambeau.histogram(x, 1, out=(hist, edges))
    assert hist.tolist() == [2] and edges.tolist() == [1, 2]


def test_large_counts():
    a = np.random.default_rng(2).integers(0, 1000, 200_000)
    np.testing.assert_array_equal(flambeau.tensor(a).bincount().numpy(), np.bincount(a))


@pytest.mark.parametrize("call, error, text", [
    ("x.histc(0)", RuntimeError, "bins must be > 0"),
    ("x.histc(3, 2, 1)", RuntimeError, "max must be larger than min"),
    ("x.histc(3, 0, inf)", RuntimeError, "is not finite"),
    ("(x * nan).histc(3)", RuntimeError, "is not finite"),
    ("i.histc(3)", NotImplementedError, "not implemented"),
    ("x.histogram(0)", RuntimeError, "bins must be > 0"),
    ("x.histogram(2.5)", TypeError, "must be int, not float"),
    ("x.histogram(x.reshape(2, 1))", RuntimeError, "should have one dimension"),
    ("x.histogram(x[:0])", RuntimeError, "at least 1 element"),
    ("x.histogram(i)", RuntimeError, "same dtype"),
    ("x.histogram(3, range=(2.0, 1.0))", RuntimeError, "min should not exceed max"),
    ("x.histogram(3, range=(2.0, inf))", RuntimeError, "is not finite"),
    ("x.histogram(3, weight=x[:1])", RuntimeError, "one weight for each point"),
    ("x.histogram(3, weight=x.double())", RuntimeError, "same dtype"),
    ("x.half().histogram(3)", NotImplementedError, "not implemented"),
    ("flambeau.histogramdd(x, [2])", RuntimeError, "at least 2 dimensions"),
    ("flambeau.histogramdd(x.reshape(1, 2), [2])", RuntimeError, "size of bins must be equal"),
    ("flambeau.histogramdd(x.reshape(1, 2), 2, range=[0, 1])", RuntimeError, "should have 4"),
    ("(-i).bincount()", RuntimeError, "non-negative integral"),
    ("i.reshape(2, 1).bincount()", RuntimeError, "1-d non-negative"),
    ("x.bincount()", NotImplementedError, "not implemented"),
    ("i.bincount(minlength=-1)", RuntimeError, "minlength should be >= 0"),
    ("i.bincount(x[:1])", RuntimeError, "same length as input"),
    ("flambeau.bincount([1, 2])", TypeError, "must be Tensor, not list"),
])  # fmt: skip
def test_bad_calls_say_what_is_wrong(call, error, text):
    x, i = flambeau.tensor([1.0, 2.0]), flambeau.tensor([1, 2])
    with pytest.raises(error, match=text):
        eval(call, {"x": x, "i": i, "flambeau": flambeau, "nan": NAN, "inf": INF})
