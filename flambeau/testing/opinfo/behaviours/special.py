"""Behaviour of special functions."""

from __future__ import annotations

from typing import Any

import numpy as np

from flambeau.core import dtype as dt
from flambeau.testing.opinfo.behaviours.references import of_scipy, softmax
from flambeau.testing.opinfo.behaviours.table import (
    ALIASES,
    FLOATS,
    INTS,
    ONE,
    PRECISE,
    TWO,
    Call,
    Error,
    T,
    add_behaviour,
    dim_errors,
)  # fmt: skip

__all__: list[str] = []

EXACT = (*PRECISE, *INTS, dt.bool_)
_COMPLEX = Error(Call((T((3,), dtype=dt.complex64),)), RuntimeError, "complex|dtype|implemented")


def _one(names: str, low: float, high: float, loose: float, dtypes: tuple = EXACT) -> None:
    for name in names.split():
        ours, _, theirs = name.partition("=")
        add_behaviour(
            f"special.{ours}", of_scipy(f"special.{theirs or ours}"), calls=ONE, result="float",
            low=low, high=high, loose=loose, dtypes=dtypes, errors=(_COMPLEX,),
        )  # fmt: skip


_one("i0e i1 i1e modified_bessel_i0=i0 modified_bessel_i1=i1", -4, 4, 8)
_one("bessel_j0=j0 bessel_j1=j1", 0, 9, 8)
_one("bessel_y0=y0 bessel_y1=y1 modified_bessel_k0=k0 modified_bessel_k1=k1", 0.5, 5, 8,
     PRECISE + INTS[1:2])  # fmt: skip
_one("scaled_modified_bessel_k0=k0e scaled_modified_bessel_k1=k1e", 0.5, 5, 8, PRECISE)
_one("ndtr log_ndtr erfcx", -3, 3, 8)
_one("ndtri", 0.05, 0.95, 8, PRECISE)
_one("entr", 0, 3, 4, FLOATS)
add_behaviour("special.airy_ai", lambda x: of_scipy("special.airy")(x)[0], calls=ONE, low=-3,
              high=3, loose=16.0, dtypes=EXACT, result="float", errors=(_COMPLEX,))  # fmt: skip
add_behaviour("special.spherical_bessel_j0", lambda x: np.sinc(x / np.pi), calls=ONE, low=-4,
              high=4, loose=8.0, dtypes=EXACT, result="float", errors=(_COMPLEX,))  # fmt: skip

# -- two operands -------------------------------------------------------------------------------
_MISMATCH = Error(Call(((3,), (4,))), RuntimeError, "broadcast|match|expand")
add_behaviour("special.xlog1py", of_scipy("special.xlog1py"), calls=TWO, low=0, high=4, loose=4.0,
              result="float", dtypes=(*FLOATS, *INTS), errors=(_MISMATCH,))  # fmt: skip
add_behaviour("special.zeta", of_scipy("special.zeta"), calls=TWO, low=1.5, high=6, loose=16.0,
              result="float", dtypes=PRECISE, errors=(_MISMATCH,))  # fmt: skip
for _name, _reference in (("igamma", "gammainc"), ("igammac", "gammaincc")):
    add_behaviour(_name, of_scipy(f"special.{_reference}"), calls=TWO, low=0.2, high=5, loose=32.0,
                  dtypes=PRECISE, errors=(_MISMATCH,))  # fmt: skip
add_behaviour("polygamma", of_scipy("special.polygamma"), dtypes=PRECISE, low=0.5, high=6,
              loose=32.0, has_method=False, calls=(Call((), (1, T((3, 4)))), Call((), (0, T((3,)))),
              Call((), (3, T((4,))))), empty=(Call((), (1, T((0, 3)))),),
              errors=(Error(Call((), (-1, T((3,)))), RuntimeError, "negative|nonnegative"),),
              )  # fmt: skip
add_behaviour("mvlgamma", lambda x, p: np.vectorize(lambda v: of_scipy("special.multigammaln")(v,
     p), otypes=[float])(x), dtypes=PRECISE, low=2.5, high=6, loose=16.0, calls=(Call(((3, 4),),
     (1,)), Call(((3,),), (3,))), errors=(Error(Call(((3,),), (0,)), RuntimeError, "p"),)
     )  # fmt: skip


# -- polynomials --------------------------------------------------------------------------------
def _third(x: Any, n: Any) -> Any:
    """Chebyshev's V: cos((n + 1/2) a) / cos(a / 2) of cos(a)."""
    a = np.arccos(x)
    return np.cos((n + 0.5) * a) / np.cos(a / 2)


def _fourth(x: Any, n: Any) -> Any:
    """Chebyshev's W: sin((n + 1/2) a) / sin(a / 2) of cos(a)."""
    a = np.arccos(x)
    return np.sin((n + 0.5) * a) / np.sin(a / 2)


def _of(name: str) -> Any:
    return lambda x, n: of_scipy(f"special.{name}")(n.astype(np.int64), x)


def _shifted(reference: Any) -> Any:
    return lambda x, n: reference(2 * x - 1, n)


_POLYNOMIALS = {
    "chebyshev_polynomial_t": _of("eval_chebyt"), "chebyshev_polynomial_u": _of("eval_chebyu"),
    "chebyshev_polynomial_v": _third, "chebyshev_polynomial_w": _fourth,
    "hermite_polynomial_h": _of("eval_hermite"), "hermite_polynomial_he": _of("eval_hermitenorm"),
    "laguerre_polynomial_l": _of("eval_laguerre"), "legendre_polynomial_p": _of("eval_legendre"),
}  # fmt: skip
_DEGREES = (
    Call(((3, 4), T((3, 4), 0, 5, form=np.rint))),
    Call(((3, 4), T((4,), 0, 3, form=np.rint))),
)
for _name, _reference in _POLYNOMIALS.items():
    add_behaviour(f"special.{_name}", _reference, calls=_DEGREES, dtypes=PRECISE, low=-0.9,
         high=0.9, loose=32.0, errors=(_MISMATCH,))  # fmt: skip
    if _name.startswith("chebyshev"):
        add_behaviour(f"special.shifted_{_name}", _shifted(_reference), calls=_DEGREES,
             dtypes=PRECISE, low=0.1, high=0.9, loose=32.0, errors=(_MISMATCH,))  # fmt: skip

# -- shares -------------------------------------------------------------------------------------
_ALONG = (Call(((3, 4),), (1,)), Call(((2, 3, 4),), (0,)), Call(((4,),), (-1,)))
_DIMS = dim_errors(lambda dim: Call(((2, 3),), (dim,)), 2)
add_behaviour("softmax", softmax, calls=_ALONG, dtypes=FLOATS, loose=2.0, errors=_DIMS)
add_behaviour("log_softmax", lambda x, dim: np.log(softmax(x, dim)), calls=_ALONG, dtypes=FLOATS,
              loose=4.0, errors=_DIMS)  # fmt: skip

ALIASES.update({
    "special.expit": "sigmoid", "special.gammainc": "igamma", "special.gammaincc": "igammac",
    "special.gammaln": "lgamma", "special.multigammaln": "mvlgamma", "special.psi": "digamma",
    **{f"special.{name}": name for name in (
        "digamma erf erfc erfinv exp2 expm1 i0 log1p log_softmax logit logsumexp polygamma round "
        "sinc softmax xlogy").split()},
})  # fmt: skip
