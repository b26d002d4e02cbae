"""The exponential of matrices by scaling and squaring.

exp(A) = r(A / 2**s)**(2**s), r a rational (Pade) approximation whose degree and s follow from
the 1-norm of A. Source: N. J. Higham, "The scaling and squaring method for the matrix exponential
revisited", SIAM J. Matrix Anal. Appl. 26 (2005), algorithm 2.3; float32: table in the 2008 book
"Functions of Matrices", 10.2.
"""

from __future__ import annotations

from math import comb, factorial
from typing import Any

import numpy as np

from flambeau.engine.graph.routines.lapack import one_batch

__all__ = ["exponential"]

Array = np.ndarray[Any, Any]

# the greatest norm for which the approximation of a degree is exact to half an ulp
DEGREES = {
    "d": ((3, 1.495585217958292e-2), (5, 2.539398330063230e-1), (7, 9.504178996162932e-1),
          (9, 2.097847961257068e0), (13, 5.371920351148152e0)),
    "f": ((3, 4.258730016922831e-1), (5, 1.880152677804762e0), (7, 3.925724783138660e0)),
}  # fmt: skip


def exponential(a: Array) -> Array:
    """exp of the matrices in the last two dims (float32, float64, complex).

    >>> exponential(np.array([[0.0, 1.0], [-1.0, 0.0]])).round(4).tolist()
    [[0.5403, 0.8415], [-0.8415, 0.5403]]
    """
    matrices = one_batch(a)
    result = np.empty_like(matrices)
    norms = np.abs(matrices).sum(-2).max(-1, initial=0)
    degrees = DEGREES["f" if a.dtype in (np.float32, np.complex64) else "d"]
    left = np.isfinite(norms)
    result[~left] = np.nan
    for degree, bound in degrees:
        fits = left & (norms <= bound)
        if fits.any():
            result[fits] = _rational(matrices[fits], degree)
        left = left & ~fits
    if left.any():
        degree, bound = degrees[-1]
        result[left] = _squared(matrices[left], norms[left], degree, bound)
    return result.reshape(a.shape)


def _squared(a: Array, norms: Array, degree: int, bound: float) -> Array:
    """Matrices that have to be scaled first: each is squared as often as it was halved."""
    halvings = np.maximum(np.ceil(np.log2(norms / bound)), 0).astype(np.int64)
    x = _rational(a * np.exp2(-halvings.astype(norms.dtype))[:, None, None], degree)
    for i in range(int(halvings.max())):
        again = halvings > i
        x[again] = x[again] @ x[again]
    return x


def _rational(a: Array, degree: int) -> Array:
    """(V - U)^-1 (V + U), where V holds the even powers of A and U the odd ones."""
    ways = [factorial(2 * degree - k) * comb(degree, k) for k in range(degree + 1)]
    c = [way / ways[-1] for way in ways]
    powers = [a @ a]
    while len(powers) < min(degree // 2, 3):
        powers.append(powers[-1] @ powers[0])
    v, u = _polynomial(c[0::2], powers), a @ _polynomial(c[1::2], powers)
    return np.linalg.solve(v - u, v + u)


def _polynomial(c: list[float], powers: list[Array]) -> Array:
    """c[0] I + c[1] X + ... + c[6] X**6 at most; `powers` of X from the first to the third."""
    low = c[0] * np.eye(powers[0].shape[-1], dtype=powers[0].dtype)
    result = low + sum(v * x for v, x in zip(c[1:4], powers, strict=False))
    if len(c) > 4:
        result = result + powers[2] @ sum(v * x for v, x in zip(c[4:], powers, strict=False))
    return result
