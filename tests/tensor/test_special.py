"""Special functions: against SciPy in float64, and PyTorch's dtypes, shapes and errors."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.special as sp

import flambeau
from flambeau import special

LINE = np.concatenate([np.linspace(-30, 30, 1201), [0.0, 1e-8, -1e-8, 1e-300, 8.0, -8.0, 2.0, 1.0]])
RIGHT = np.abs(LINE[LINE != 0])
INSIDE = np.concatenate([np.linspace(0.0005, 0.9995, 999), [1e-12, 1e-300, 1 - 1e-12]])
INF, NAN = float("inf"), float("nan")
EDGES = [float("nan"), 0.0, -0.0]

# name: SciPy's function, where, how far off relative to the larger of |value| and `floor`.
# Functions that oscillate are compared with 1e-3, as beside their zeros nothing relative holds.
ONE = {
    "bessel_j0": (sp.j0, LINE, 1e-11, 1e-3), "bessel_j1": (sp.j1, LINE, 1e-11, 1e-3),
    "bessel_y0": (sp.y0, RIGHT, 1e-11, 1e-3), "bessel_y1": (sp.y1, RIGHT, 1e-11, 1e-3),
    "i0": (sp.i0, LINE, 1e-13, 0), "i0e": (sp.i0e, LINE, 1e-13, 0),
    "i1": (sp.i1, LINE, 1e-13, 0), "i1e": (sp.i1e, LINE, 1e-13, 0),
    "modified_bessel_k0": (sp.k0, RIGHT, 1e-13, 0), "modified_bessel_k1": (sp.k1, RIGHT, 1e-13, 0),
    "scaled_modified_bessel_k0": (sp.k0e, RIGHT, 1e-13, 0),
    "scaled_modified_bessel_k1": (sp.k1e, RIGHT, 1e-13, 0),
    "spherical_bessel_j0": (lambda x: sp.spherical_jn(0, x), LINE, 1e-11, 1e-3),
    "airy_ai": (lambda x: sp.airy(x)[0], LINE, 1e-11, 1e-30),
    "digamma": (sp.digamma, RIGHT, 1e-13, 1e-1), "gammaln": (sp.gammaln, RIGHT, 1e-13, 1e-1),
    "erfcx": (sp.erfcx, LINE[LINE > -26], 1e-13, 0), "ndtr": (sp.ndtr, LINE, 1e-12, 0),
    "log_ndtr": (sp.log_ndtr, LINE, 1e-12, 0), "ndtri": (sp.ndtri, INSIDE, 1e-12, 1e-3),
    "entr": (sp.entr, RIGHT, 1e-13, 1e-3), "expit": (sp.expit, LINE, 1e-13, 0),
    "logit": (sp.logit, INSIDE, 1e-12, 1e-3), "sinc": (np.sinc, LINE, 1e-12, 1e-3),
}  # fmt: skip


def _compare(found, expected, tolerance, floor):
    wrong = np.isnan(found) != np.isnan(expected)
    assert not wrong.any(), "NaN elsewhere"
    finite = np.isfinite(expected)
    np.testing.assert_array_equal(found[~finite], expected[~finite])
    with np.errstate(over="ignore"):
        scale = np.maximum(np.abs(expected[finite]), max(floor, 1e-290))
    error = np.abs(found[finite] - expected[finite]) / scale
    assert error.max(initial=0) < tolerance, error.max()


@pytest.mark.parametrize("name", ONE)
def test_values_are_scipys(name):
    reference, points, tolerance, floor = ONE[name]
    points = np.concatenate([points, EDGES])
    with np.errstate(all="ignore"):
        expected = reference(points)
    _compare(getattr(special, name)(flambeau.tensor(points)).numpy(), expected, tolerance, floor)


@pytest.mark.parametrize("name", ONE)
def test_float32_is_as_good_as_its_dtype(name):
    reference, points, _, floor = ONE[name]
    points = points[(np.abs(points) < 20) & (points > -9)].astype(np.float32)
    with np.errstate(all="ignore"):
        expected = reference(points.astype(np.float64))
    keep = np.abs(expected) > 1e-30
    found = getattr(special, name)(flambeau.tensor(points))
    assert found.dtype is flambeau.float32
    _compare(found.numpy()[keep].astype(float), expected[keep], 1e-5, max(floor, 0.1))


def _grid(*axes):
    return [g.ravel() for g in np.meshgrid(*axes)]


TWO = {
    "zeta": (sp.zeta, _grid(np.linspace(1.1, 30, 40), np.linspace(0.1, 40, 41)), 1e-13),
    "gammainc": (sp.gammainc, _grid(np.linspace(0.05, 60, 60), np.linspace(0, 90, 61)), 1e-11),
    "gammaincc": (sp.gammaincc, _grid(np.linspace(0.05, 60, 60), np.linspace(0, 90, 61)), 1e-11),
    "xlog1py": (sp.xlog1py, _grid(np.linspace(-2, 2, 9), np.linspace(-0.9, 9, 30)), 1e-13),
    "xlogy": (sp.xlogy, _grid(np.linspace(-2, 2, 9), np.linspace(0.1, 9, 30)), 1e-13),
}


@pytest.mark.parametrize("name", TWO)
def test_values_of_two_are_scipys(name):
    reference, (x, y), tolerance = TWO[name]
    found = getattr(special, name)(flambeau.tensor(x), flambeau.tensor(y)).numpy()
    _compare(found, reference(x, y), tolerance, 1e-200)


@pytest.mark.parametrize("order", range(6))
def test_polygamma_is_scipys(order):
    x = np.concatenate([np.linspace(0.01, 30, 300), [0.5, 1.0]])
    found = flambeau.polygamma(order, flambeau.tensor(x)).numpy()
    _compare(found, sp.polygamma(order, x), 1e-12, 1e-3)


def test_trigamma_left_of_zero_is_its_reflection():
    left = np.array([-0.3, -1.7, -4.4, -20.5])
    expected = (np.pi / np.sin(np.pi * left)) ** 2 - sp.polygamma(1, 1 - left)
    found = flambeau.polygamma(1, flambeau.tensor(left)).numpy()
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_zeta_of_large_numbers():
    s, q = _grid(np.geomspace(1.001, 3000, 60), np.geomspace(1e-5, 5000, 60))
    expected = sp.zeta(s, q)
    _compare(special.zeta(flambeau.tensor(s), flambeau.tensor(q)).numpy(), expected, 1e-13, 0)


@pytest.mark.parametrize("p", [1, 2, 5])
def test_multigammaln_is_scipys(p):
    x = np.linspace(p / 2, 20, 50)
    expected = [sp.multigammaln(v, p) for v in x]
    found = special.multigammaln(flambeau.tensor(x), p).numpy()
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)


POLYNOMIALS = {
    "chebyshev_polynomial_t": sp.eval_chebyt, "chebyshev_polynomial_u": sp.eval_chebyu,
    "hermite_polynomial_h": sp.eval_hermite, "hermite_polynomial_he": sp.eval_hermitenorm,
    "laguerre_polynomial_l": sp.eval_laguerre, "legendre_polynomial_p": sp.eval_legendre,
    "shifted_chebyshev_polynomial_t": sp.eval_sh_chebyt,
    "shifted_chebyshev_polynomial_u": sp.eval_sh_chebyu,
}  # fmt: skip


@pytest.mark.parametrize("n", [0, 1, 2, 7, 24, 31])
@pytest.mark.parametrize("name", POLYNOMIALS)
def test_polynomials_are_scipys(name, n):
    x = np.linspace(-1, 1, 41)
    expected = POLYNOMIALS[name](n, x)
    scale = np.abs(expected).max()
    of_number = getattr(special, name)(flambeau.tensor(x), n).numpy()
    of_tensor = getattr(special, name)(flambeau.tensor(x), flambeau.tensor([float(n)])).numpy()
    for found in (of_number, of_tensor):
        np.testing.assert_allclose(found / scale, expected / scale, rtol=0, atol=1e-11)


@pytest.mark.parametrize("kind, phase", [("v", 0.5), ("w", 0.5)])
def test_chebyshev_polynomials_of_the_third_and_fourth_kind(kind, phase):
    angle = np.linspace(0.1, 3.0, 30)
    wave = {"v": np.cos, "w": np.sin}[kind]
    for n in (0, 1, 4, 9):
        expected = wave((n + phase) * angle) / wave(phase * angle)
        x = flambeau.tensor(np.cos(angle))
        np.testing.assert_allclose(
            getattr(special, f"chebyshev_polynomial_{kind}")(x, n).numpy(), expected, atol=1e-11
        )


LIMITS = {
    "bessel_j0": (0, 0), "bessel_j1": (0, 0), "bessel_y0": (NAN, 0), "bessel_y1": (NAN, 0),
    "i0": (INF, INF), "i1": (-INF, INF), "i0e": (0, 0), "i1e": (0, 0),
    "modified_bessel_k0": (NAN, 0), "modified_bessel_k1": (NAN, 0), "erfcx": (INF, 0),
    "ndtr": (0, 1), "log_ndtr": (-INF, 0), "entr": (-INF, -INF), "digamma": (NAN, INF),
    "spherical_bessel_j0": (0, 0),
}  # fmt: skip


@pytest.mark.parametrize("name", LIMITS)
def test_values_at_infinity_are_the_limits(name):
    found = getattr(special, name)(flambeau.tensor([-INF, INF])).numpy()
    np.testing.assert_array_equal(found, LIMITS[name])  # to it -0 is 0


# -- as in PyTorch ------------------------------------------------------------------------------
DTYPES = "bool int32 int64 float32 float64".split()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", [*ONE, "zeta", "xlog1py", "chebyshev_polynomial_t"])
def test_dtypes_and_values_are_pytorchs(name, dtype):
    torch = pytest.importorskip("torch")
    found = []
    for library in (flambeau, torch):
        x = library.tensor([[1, 1, 0], [1, 0, 1]]).to(getattr(library, dtype))
        function = getattr(library.special, name)
        result = function(x) if name in ONE else function(x, library.ones_like(x))
        found.append((str(result.dtype).split(".")[-1], result.numpy()))
    assert found[0][0] == found[1][0]
    np.testing.assert_allclose(found[0][1], found[1][1], rtol=1e-4, atol=1e-6)


def test_names_are_pytorchs():
    torch = pytest.importorskip("torch")
    missing = {n for n in torch.special.__all__ if not hasattr(special, n)}
    assert not missing


@pytest.mark.parametrize("name", ONE)
def test_nothing_and_views(name):
    function = getattr(special, name)
    assert function(flambeau.zeros(0, 3)).shape == (0, 3)
    x = flambeau.tensor(np.linspace(0.1, 0.9, 12).reshape(3, 4))
    assert flambeau.equal(function(x.t()), function(x).t())
    assert flambeau.equal(function(x[:, ::2]), function(x)[:, ::2])
    assert flambeau.equal(function(x[1, 2]), function(x)[1, 2])


def test_out_receives_the_result():
    out = flambeau.empty(2)
    assert special.i0(flambeau.tensor([0.0, 1.0]), out=out) is out
    np.testing.assert_allclose(out.numpy(), [1.0, 1.26606588], rtol=1e-6)


BAD = [
    ("flambeau.polygamma(-1, x)", RuntimeError, "does not support negative n"),
    ("special.multigammaln(x, 0)", RuntimeError, "greater than or equal to 1"),
    ("special.zeta(x.to(flambeau.complex64), 1.0)", (RuntimeError, NotImplementedError), "zeta"),
    ("special.bessel_j0(x.to(flambeau.complex64))", (RuntimeError, NotImplementedError), "bessel"),
    ("special.gammainc(x, flambeau.ones(5))", RuntimeError, "size"),
]


@pytest.mark.parametrize("call, error, text", BAD)
def test_bad_calls_say_what_is_wrong(call, error, text):
    with pytest.raises(error, match=text):
        eval(call, {"x": flambeau.ones(3), "flambeau": flambeau, "special": special})


@pytest.mark.parametrize("name", "gammainc zeta".split())
def test_out_of_the_domain_is_not_a_number(name):
    x = flambeau.tensor([-1.0, float("nan"), 1.5])
    y = flambeau.tensor([2.0, 1.0, float("nan")])
    assert getattr(special, name)(x, y).isnan().all()
