"""Running totals and differences, compared with NumPy and with PyTorch."""

from __future__ import annotations

import numpy as np
import pytest

import flambeau

X = np.array([[3.0, -1, 0, 2], [0.5, 0, 0, -2], [1, 3, 3, np.pi]])

CALLS = """
x.cumsum(0); x.cumsum(-1); x.cumprod(1); x.cumprod(0); x.cummax(0); x.cummax(1); x.cummin(-1)
x.logcumsumexp(1); x.cumsum(1, dtype=L.float32); L.cumsum(x, dim=0); L.cumprod(x, 0)
x[0, 0].cumsum(0); x[:0].cumsum(0); x[:, :0].cumprod(0); x.t().cumsum(0); x[:, ::2].cumprod(1)
x.diff(); L.diff(x, n=2, dim=0); L.diff(x, 1, 1, prepend=x[:, :1]); x[:1].diff(dim=0)
L.diff(x, append=x); L.trapezoid(x); L.trapz(x, dim=0); L.trapezoid(x, dx=0.5)
L.trapezoid(x, x.cumsum(1)); L.trapezoid(x, x[0]); L.cumulative_trapezoid(x, dim=0)
L.trapezoid(x, x[:1]); L.cumulative_trapezoid(x, x[0], dim=1)
L.cumulative_trapezoid(x, dx=2.5); L.cumulative_trapezoid(x[:0], dim=0); x.diff(n=0)
x.logcumsumexp(0); x[0].cummax(0); x.diff(0); x[:, :1].cumsum(1)
""".replace("\n", ";")


@pytest.mark.parametrize("call", [c.strip() for c in CALLS.split(";") if c.strip()])
def test_calls_and_gradients_are_pytorchs(call):
    torch = pytest.importorskip("torch")
    found = []
    for library in (flambeau, torch):
        x = library.tensor(X.tolist(), dtype=library.float64, requires_grad=True)
        result = eval(call, {"L": library, "x": x})
        parts = list(result) if isinstance(result, tuple) else [result]
        (parts[0] ** 2).sum().backward()
        found.append([p.detach().numpy() for p in parts] + [x.grad.numpy()])
    for a, b in zip(*found, strict=True):
        assert a.dtype == b.dtype and a.shape == b.shape
        rtol = 1e-5 if "float32" in call else 1e-10
        np.testing.assert_allclose(a, b, rtol=rtol, atol=1e-12)


DTYPES = "bool uint8 int16 int64 float16 bfloat16 float32".split()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ["cumsum", "cumprod", "cummax", "cummin"])
def test_dtypes_are_pytorchs(name, dtype):
    torch = pytest.importorskip("torch")
    results = []
    for library in (flambeau, torch):
        x = library.tensor([[1, 0, 1, 1], [1, 1, 2, 0]]).to(getattr(library, dtype))
        result = getattr(x, name)(1)
        parts = result if isinstance(result, tuple) else (result,)
        results.append([(str(p.dtype).split(".")[-1], p.tolist()) for p in parts])
    assert results[0] == results[1]


def test_nan_counts_as_the_extreme():
    torch = pytest.importorskip("torch")
    values = [1.0, float("nan"), 5.0, float("nan"), 2.0]
    for name in ("cummax", "cummin"):
        ours, theirs = (getattr(t.tensor(values), name)(0) for t in (flambeau, torch))
        np.testing.assert_array_equal(ours.values.numpy(), theirs.values.numpy())
        assert ours.indices.tolist() == theirs.indices.tolist()


@pytest.mark.parametrize("shape", [(100_000,), (300, 700), (7, 33, 65)])
def test_large_sums_are_accurate(shape):
    a = np.random.default_rng(0).standard_normal(shape).astype(np.float32)
    for dim in range(len(shape)):
        found = flambeau.tensor(a).cumsum(dim).numpy()
        expected = np.cumsum(a.astype(np.float64), dim)
        assert np.abs(found - expected).max() < 2e-6 * np.abs(a).sum(dim).max()


def test_logcumsumexp_does_not_overflow():
    x = flambeau.tensor([1000.0, 1000.0, -1000.0])
    np.testing.assert_allclose(x.logcumsumexp(0).numpy(), [1000, 1000.6931, 1000.6931], rtol=1e-6)


def test_bools_differ():
    assert flambeau.tensor([True, True, False]).diff().tolist() == [False, True]


def test_differences_keep_the_dtype():
    for dtype in (flambeau.bool, flambeau.uint8, flambeau.float16):
        x = flambeau.tensor([1, 0, 1]).to(dtype)
        for n in (0, 1, 5):
            assert x.diff(n=n).dtype is dtype
        assert x.diff(n=0) is not x


INTEGRALS = """
L.trapezoid(u); L.trapezoid(u, dx=2.5); L.trapezoid(u, u); L.trapezoid(u, u.float())
L.cumulative_trapezoid(u); L.cumulative_trapezoid(u, u); L.trapezoid(u[:0])
L.trapezoid(u.long(), u); L.cumulative_trapezoid(u[:0]); L.trapezoid(u[:0], u[:0])
""".replace("\n", ";")


@pytest.mark.parametrize("call", [c.strip() for c in INTEGRALS.split(";") if c.strip()])
def test_integrals_of_bytes_are_pytorchs(call):
    torch = pytest.importorskip("torch")
    found = []
    for library in (flambeau, torch):
        u = library.tensor([200, 100, 50, 7]).to(library.uint8)
        y = eval(call, {"L": library, "u": u})
        found.append((str(y.dtype).split(".")[-1], y.tolist()))
    assert found[0] == found[1]


def test_in_place_and_out():
    x = flambeau.tensor([1.0, 2.0, 3.0])
    assert x.cumsum_(0) is x and x.tolist() == [1, 3, 6]
    x.cumprod_(0)
    assert x.tolist() == [1, 3, 18]
    out = flambeau.empty(3)
    assert flambeau.cumsum(x, 0, out=out) is out and out.tolist() == [1, 4, 22]


@pytest.mark.parametrize("call, text", [
    ("x.cumsum(2)", "Dimension out of range"),
    ("x.cummax(-3)", "Dimension out of range"),
    ("x.long().logcumsumexp(0)", "floating"),
    ("x.diff(-1)", "non-negative"),
    ("x.sum().diff()", "at least one-dimensional"),
    ("flambeau.trapezoid(x, x[0, :2])", "one `x` value"),
    ("flambeau.trapezoid(x > 0)", "bool"),
])  # fmt: skip
def test_bad_calls_say_what_is_wrong(call, text):
    with pytest.raises((RuntimeError, IndexError), match=text):
        eval(call, {"x": flambeau.tensor(X), "flambeau": flambeau})
