"""Derivatives of decompositions.

A rule gets the matrix and all computed parts, and attaches the parts again as functions of the
matrix (tensor/linear_algebra/routine.py), so that it can be differentiated. Each part has a rule
of its own, because cotangents are added. What was saved comes conjugated and is conjugated back.

Sources: M. Giles, Collected matrix derivative results for forward and reverse mode algorithmic
differentiation (2008); S. Walter et al., On evaluating higher-order derivatives of the QR
decomposition of tall matrices (2012); D.-B. Roberts and L. Roberts, QR and LQ decomposition matrix
backpropagation algorithms (2020); Z.-Q. Wan and S.-X. Zhang, Automatic differentiation for complex
valued SVD (2019); G. Golub and V. Pereyra, The differentiation of pseudo-inverses (1973).
"""

from __future__ import annotations

from typing import Any

from flambeau.autograd.vjps.table import vjp, vjp_joint
from flambeau.core.errors import message
from flambeau.tensor.apply import apply
from flambeau.tensor.complex_numbers import conj
from flambeau.tensor.grids import tril, triu
from flambeau.tensor.joining import cat
from flambeau.tensor.linear_algebra.decompositions import QR, SVD
from flambeau.tensor.linear_algebra.eigenvalues import EIG, EIGH
from flambeau.tensor.linear_algebra.least_squares import LSTSQ, PINV, pinv
from flambeau.tensor.linear_algebra.routine import attach
from flambeau.tensor.linear_algebra.solving import solve
from flambeau.tensor.linear_algebra.triangles import SOLVE_TRIANGULAR
from flambeau.tensor.operation import Operation
from flambeau.tensor.shaping import narrow

__all__: list[str] = []


def _parts(op: Operation, inputs: tuple, *further: Any) -> tuple[Any, ...]:
    """The parts in inputs[1:] as functions of inputs[0]."""
    plain = tuple([conj(x) for x in inputs])
    return tuple([attach(op, plain, (i, *further), x) for i, x in enumerate(plain[1:])])


def _diagonal(x: Any) -> Any:
    return x.diagonal(0, -2, -1)


def _without_diagonal(x: Any) -> Any:
    return tril(x, -1) + triu(x, 1)


def _gaps(values: Any) -> Any:
    """values[j] - values[i] off the diagonal, and 1 on it."""
    gaps = values.unsqueeze(-2) - values.unsqueeze(-1)
    return gaps + gaps.new_ones(values._shape).diag_embed()


# -- Cholesky -----------------------------------------------------------------------------------
def _cholesky(g: Any, out: Any, attributes: tuple) -> Any:
    """L^-H sym(tril(L^H g)) L^-1, where sym takes half of what is below to above."""
    (upper,) = attributes
    factor, cotangent = conj(out), g
    if upper:
        factor, cotangent = factor.mH, g.mH  # type: ignore[attr-defined]
    inner: Any = tril(factor.mH @ tril(cotangent))  # type: ignore[attr-defined]
    inner = (inner + tril(inner, -1).mH) * 0.5  # type: ignore[attr-defined]
    left = apply(SOLVE_TRIANGULAR, (conj(factor), inner), (False, True, False, True))
    return apply(SOLVE_TRIANGULAR, (factor, left), (False, False, False, False))


vjp("cholesky", _cholesky)


# -- QR -----------------------------------------------------------------------------------------
def _qr(g: Any, inputs: tuple, attributes: tuple) -> tuple:
    part, mode = attributes
    m, n = inputs[0]._shape[-2:]
    if mode == "r" or (mode == "complete" and m > n):
        raise RuntimeError(
            message("linalg.qr", f"mode={mode!r} and a matrix of shape {[m, n]}",
                    "The derivative of linalg.qr depends on Q, and on a Q whose columns the matrix "
                    "determines", "mode='reduced'")
        )  # fmt: skip
    q, r = _parts(QR, inputs, mode)
    gq, gr = (g, None) if part == 0 else (None, g)
    if m >= n:
        return _tall(q, r, gq, gr), None, None
    first, rest = narrow(r, -1, 0, m), narrow(r, -1, m, n - m)
    if gr is None:
        return cat([_tall(q, first, gq, None), rest.new_zeros(rest._shape)], -1), None, None  # type: ignore[attr-defined]
    columns: Any = narrow(gr, -1, m, n - m)
    extra = q @ rest @ columns.mH
    return cat([_tall(q, first, extra, narrow(gr, -1, 0, m)), q @ columns], -1), None, None


def _tall(q: Any, r: Any, gq: Any, gr: Any) -> Any:
    """(gQ + Q hermitian(triu(gR R^H - Q^H gQ))) R^-H, for as many rows as columns, or more."""
    inner: Any = 0 if gr is None else gr @ r.mH
    if gq is not None:
        inner = inner - q.mH @ gq
    inner = triu(inner)
    both = _without_diagonal(inner + inner.mH)
    found = q @ (both + _real(_diagonal(inner)).diag_embed())
    if gq is not None:
        found = found + gq
    return apply(SOLVE_TRIANGULAR, (conj(r), found), (True, False, False, True))


def _real(x: Any) -> Any:
    """The real part, in x's dtype."""
    return (x + conj(x)) * 0.5 if x.dtype.is_complex else x


vjp_joint("linalg_qr", _qr)


# -- singular values ----------------------------------------------------------------------------
def _svd(g: Any, inputs: tuple, attributes: tuple) -> tuple:
    """For U: U (skew(U^H g) / E) S V^H, with E[i, j] = s[j]**2 - s[i]**2, and what leaves U's
    span, divided by S; for V likewise; for S: U g V^H."""
    (part,) = attributes
    a, u, s, vh = inputs
    k = s._shape[-1]
    reduced = (a, narrow(u, -1, 0, k), s, narrow(vh, -2, 0, k))
    u, s, vh = _parts(SVD, reduced)
    if part == 1:
        return (u * g.unsqueeze(-2)) @ vh, None, None, None
    if part == 0:
        found = _of_left(narrow(g, -1, 0, k), u, s, vh)
    else:
        found = _of_left(narrow(g, -2, 0, k).mH, vh.mH, s, u.mH).mH  # type: ignore[attr-defined]
    return found, None, None, None


def _of_left(g: Any, u: Any, s: Any, vh: Any) -> Any:
    inner = u.mH @ g
    skew = inner - inner.mH
    middle = _without_diagonal(skew / _gaps(s * s)) * s.unsqueeze(-2)
    if u.dtype.is_complex:  # a phase that U and V share: each has half of it
        middle = middle + (_diagonal(skew) / (s * 4.0)).diag_embed()
    found = u @ middle
    if u._shape[-2] > s._shape[-1]:
        found = found + (g - u @ inner) / s.unsqueeze(-2)
    return found @ vh


vjp_joint("linalg_svd", _svd)


# -- eigenvalues --------------------------------------------------------------------------------
def _eigh(g: Any, inputs: tuple, attributes: tuple) -> tuple:
    """V diag(g) V^H for the values, V (V^H g / E) V^H for the vectors, E[i, j] = l[j] - l[i]."""
    values, vectors = _parts(EIGH, inputs)
    if attributes[0] == 0:
        found = (vectors * g.unsqueeze(-2)) @ vectors.mH
    else:
        found = vectors @ _without_diagonal((vectors.mH @ g) / _gaps(values)) @ vectors.mH
    return found, None, None


def _eig(g: Any, inputs: tuple, attributes: tuple) -> tuple:
    """V^-H diag(g) V^H for the values; for the vectors, which have length 1,
    V^-H ((V^H g - V^H V diag(re(V^H g))) / conj(E)) V^H."""
    values, vectors = _parts(EIG, inputs[:1] + inputs[1:])
    adjoint = vectors.mH
    if attributes[0] == 0:
        inner = g.unsqueeze(-1) * adjoint
    else:
        product = adjoint @ g
        product = product - (adjoint @ vectors) * _real(_diagonal(product)).unsqueeze(-2)
        inner = _without_diagonal(product / conj(_gaps(values))) @ adjoint
    return solve(adjoint, inner), None, None


vjp_joint("linalg_eigh", _eigh)
vjp_joint("linalg_eig", _eig)


# -- pseudo-inverses ----------------------------------------------------------------------------
def _of_pinv(g: Any, a: Any, p: Any) -> Any:
    """-P^H g P^H + (1 - A P) g^H P P^H + P^H P g^H (1 - P A), with P the inverse of A."""
    back = g.mH
    if a._shape[-2] <= a._shape[-1]:
        k = back @ p
        outer = k @ p.mH
        return outer - (p @ k).mH - (a @ p) @ outer + (p.mH @ p) @ (back - k @ a)
    k = p @ back
    outer = p.mH @ k
    return outer - (k @ p).mH + (back - a @ k) @ p @ p.mH - (outer @ p) @ a


def _pinv(g: Any, x: Any, y: Any, attributes: tuple) -> Any:
    a, p = conj(x), conj(y)
    found = _of_pinv(g, a, attach(PINV, (a, p), attributes, p))
    if attributes[0]:
        found = (found + found.mH) * 0.5
    return found


def _lstsq(g: Any, x: Any, y: Any, needs: tuple) -> tuple:
    """X is P B, with P the pseudo-inverse of A."""
    a, b = conj(x), conj(y)
    p: Any = pinv(a)
    matrix = _of_pinv(g @ b.mH, a, p) if needs[0] else None  # type: ignore[attr-defined]
    return matrix, p.mH @ g, None


vjp("linalg_pinv", _pinv, None)
vjp_joint("linalg_lstsq", _lstsq)
assert LSTSQ.derivative is not None
