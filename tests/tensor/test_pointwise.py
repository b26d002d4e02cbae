"""Operations on elements beyond arithmetic: powers, parts of floats, divisors, hashes, bounds."""

from __future__ import annotations

import numpy as np
import pytest

import flambeau


def test_bounds_of_bools_are_bools():
    x, y = flambeau.tensor([True, False, True]), flambeau.tensor([True, True, False])
    assert flambeau.clamp_min(x, y).tolist() == [True, True, True]
    assert flambeau.clamp_max(x, y).tolist() == [True, False, False]
    assert flambeau.clamp(x, min=0).dtype is flambeau.int64
    for call in (lambda: x.clamp_min(True), lambda: x.clamp(max=True), lambda: x.clamp(y, y)):
        with pytest.raises(NotImplementedError, match="not implemented for"):
            call()


def same(found, expected):
    assert str(found.dtype).split(".")[-1] == str(expected.dtype).split(".")[-1]
    assert tuple(found.shape) == tuple(expected.shape)
    wide = [t.double() if "float" in str(t.dtype) else t for t in (found, expected)]
    np.testing.assert_array_equal(wide[0].numpy(), wide[1].numpy())


FLOATS = [0.0, -0.0, 1.0, -1.0, 0.5, 3.25, -1e-7, 1e4, float("inf"), -float("inf"), float("nan")]
DTYPES = "float16 bfloat16 float32 float64".split()

CALLS = """
L.frexp(x)[0]; L.frexp(x)[1]; L.nextafter(x, y); L.nextafter(x, y[:1]); L.nextafter(x[:, None], y)
L.ldexp(x, n); L.ldexp(x, n[:1]); x.ldexp(n); x[:0].frexp()[0]; x[0].frexp()[1]
L.nextafter(x[:0], y[:0]); L.hash_tensor(x[:6]); L.hash_tensor(x[:6].reshape(2, 3), 1)
L.hash_tensor(x[:6].reshape(2, 3), (0, -1), keepdim=True); L.float_power(x, 2)
L.float_power(2, x); L.float_power(x, y); L.float_power(n, -1); L.hash_tensor(n)
L.hash_tensor(n > 0); L.hash_tensor(x[:0].reshape(0, 3), 1); L.hash_tensor(x[0])
""".replace("\n", ";")


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("call", [c.strip() for c in CALLS.split(";") if c.strip()])
def test_parts_of_floats_are_pytorchs(call, dtype):
    torch = pytest.importorskip("torch")
    found = []
    for library in (flambeau, torch):
        x = library.tensor(FLOATS).to(getattr(library, dtype))
        n = library.tensor([0, 1, -1, 4, -9, 120, 3, 7, 2, 5, 1])
        found.append(eval(call, {"L": library, "x": x, "y": x.flip(0), "n": n}))
    if "float_power" in call:
        np.testing.assert_allclose(found[0].numpy(), found[1].numpy(), rtol=1e-14)
    else:
        same(*found)


def test_frexp_and_nextafter_of_the_smallest_numbers():
    for name, tiny in (("float32", 1.4e-45), ("float64", 5e-324)):
        x = np.array([tiny, -3 * tiny, 1e-310, np.finfo(name).tiny, np.finfo(name).max], name)
        mantissa, exponent = flambeau.frexp(flambeau.tensor(x))
        expected = np.frexp(x)
        np.testing.assert_array_equal(mantissa.numpy(), expected[0])
        np.testing.assert_array_equal(exponent.numpy(), expected[1])
        for towards in (0.0, np.inf, -np.inf):
            found = flambeau.nextafter(
                flambeau.tensor(x), flambeau.tensor(np.full(5, towards, name))
            )
            with np.errstate(over="ignore"):
                expected = np.nextafter(x, x.dtype.type(towards))
            np.testing.assert_array_equal(found.numpy(), expected)


def test_ldexp_overflows_only_where_the_result_does():
    x = flambeau.tensor([1e-40, 3.0, 1e30, 1.0, 0.0])
    n = flambeau.tensor([140, 200, -220, -149, 400])
    with np.errstate(over="ignore"):
        expected = np.ldexp(x.numpy(), n.numpy())
    np.testing.assert_array_equal(flambeau.ldexp(x, n).numpy(), expected)
    assert flambeau.ldexp(flambeau.tensor([3]), flambeau.tensor([2])).tolist() == [12.0]
    y = flambeau.ldexp(x.double(), flambeau.tensor([0.5] * 5))
    np.testing.assert_allclose(y.numpy(), x.double().numpy() * 2**0.5, rtol=1e-15)


@pytest.mark.parametrize("dtype", ["uint8", "int8", "int32", "int64"])
def test_divisors_are_numpys(dtype):
    limits = np.iinfo(dtype)
    a = np.array([12, 0, 0, 7, limits.max, limits.max - 1, 100], dtype)
    b = np.array([18, 5, 0, 14, limits.max, 6, 75], dtype)
    if limits.min < 0:
        a = np.concatenate([a, np.array([-12, 12, -7, limits.min], dtype)])
        b = np.concatenate([b, np.array([18, -18, -21, 0], dtype)])
    x, y = flambeau.tensor(a), flambeau.tensor(b)
    np.testing.assert_array_equal(flambeau.gcd(x, y).numpy(), np.gcd(a, b))
    np.testing.assert_array_equal(flambeau.lcm(x, y).numpy()[:4], np.lcm(a, b)[:4])
    np.testing.assert_array_equal(flambeau.gcd(x[:, None], y).numpy(), np.gcd(a[:, None], b))
    assert x[:0].gcd(y[:0]).shape == (0,) and x[0].lcm(y[0]).item() == 36
    assert x.clone().gcd_(y).tolist() == flambeau.gcd(x, y).tolist()


def test_divisors_are_promoted():
    x = flambeau.tensor([4, 6], dtype=flambeau.uint8)
    assert flambeau.gcd(x, flambeau.tensor([-8, 9])).dtype is flambeau.int64
    assert flambeau.lcm(x, flambeau.tensor([-8, 9])).tolist() == [8, 18]


def test_float_power_in_place_keeps_the_dtype():
    x = flambeau.tensor([2.0, 3.0], dtype=flambeau.float64)
    assert x.float_power_(2) is x and x.tolist() == [4, 9]
    with pytest.raises(RuntimeError, match="requires dtype float64"):
        flambeau.ones(2).float_power_(2)
    z = flambeau.float_power(flambeau.tensor([1j, 2.0]), 2)
    assert z.dtype is flambeau.complex128 and np.allclose(z.numpy(), [-1, 4])


def test_out():
    x = flambeau.tensor([8.0, 3.0])
    m, e = flambeau.empty(2), flambeau.empty(2, dtype=flambeau.int32)
    flambeau.frexp(x, out=(m, e))
    assert m.tolist() == [0.5, 0.75] and e.tolist() == [4, 2]
    out = flambeau.empty(2)
    assert flambeau.ldexp(x, flambeau.tensor([1, 1]), out=out) is out and out.tolist() == [16, 6]


@pytest.mark.parametrize("call, error, text", [
    ("L.frexp(n)", RuntimeError, "floating-point dtypes"),
    ("L.nextafter(n, n)", NotImplementedError, "floating-point tensors"),
    ("L.gcd(x, x)", NotImplementedError, "required: integers"),
    ("L.lcm(n > 0, n > 0)", NotImplementedError, "required: integers"),
    ("L.gcd(n, 3)", TypeError, "position 2.*Tensor, not int"),
    ("L.ldexp(2.0, n)", TypeError, "position 1.*Tensor, not float"),
    ("L.float_power(2, 3)", TypeError, "at least one Tensor"),
    ("L.hash_tensor(x, mode=1)", RuntimeError, "mode"),
    ("L.hash_tensor(x[:0])", RuntimeError, "Expected reduction dim"),
    ("L.hash_tensor(x[:0], 0)", IndexError, "non-zero size"),
    ("L.hash_tensor(x, 2)", IndexError, "Dimension out of range"),
    ("L.hash_tensor(x + 1j)", NotImplementedError, "real numbers"),
    ("L.gcd(n, n[:1].expand(3))", RuntimeError, "size|shape"),
])  # fmt: skip
def test_bad_calls_say_what_is_wrong(call, error, text):
    x, n = flambeau.tensor([1.0, 2.0]), flambeau.tensor([1, 2])
    with pytest.raises(error, match=text):
        eval(call, {"L": flambeau, "x": x, "n": n})
