"""Derivatives of solutions, inverses, determinants and factors with pivots.

The functions here are holomorphic or act on magnitudes alone, so for complex matrices too their
rules need no conjugates: what was saved comes conjugated (autograd/saved.py).
"""

from __future__ import annotations

from typing import Any

from flambeau.autograd.vjps.table import non_differentiable, vjp, vjp_joint
from flambeau.core import dtype as dt
from flambeau.core.errors import message
from flambeau.tensor.apply import apply
from flambeau.tensor.complex_numbers import conj, imag
from flambeau.tensor.elementwise import where
from flambeau.tensor.grids import tril, triu
from flambeau.tensor.inplace import TO
from flambeau.tensor.joining import cat
from flambeau.tensor.linear_algebra.ldl import LDL_SOLVE
from flambeau.tensor.linear_algebra.lu import REORDER, SOLVE, lu_parts, order_of
from flambeau.tensor.linear_algebra.powers import MATRIX_EXP
from flambeau.tensor.linear_algebra.solving import DET
from flambeau.tensor.linear_algebra.triangles import CHOLESKY_SOLVE, SOLVE_TRIANGULAR
from flambeau.tensor.patterns import eye
from flambeau.tensor.shaping import narrow
from flambeau.tensor.tape import mode

__all__: list[str] = []


def _mirrored(x: Any) -> Any:
    return x.transpose(-2, -1)


# -- systems ------------------------------------------------------------------------------------
def _of_matrix(right: Any, out: Any, left: bool, transposed: bool) -> Any:
    """The cotangent of A in op(A) X = B, from that of B and from X."""
    g = right @ _mirrored(out) if left else _mirrored(out) @ right
    return -(_mirrored(g) if transposed else g)


def _solve_triangular(g: Any, x: Any, out: Any, attributes: tuple, needs: tuple) -> tuple:
    upper, left, unit, transposed = attributes
    right = apply(SOLVE_TRIANGULAR, (x, g), (upper, left, unit, not transposed))
    if not needs[0]:
        return None, right
    matrix = _of_matrix(right, out, left, transposed)
    keep = triu if upper else tril
    return keep(matrix, int(unit) if upper else -int(unit)), right


def _solve(g: Any, inputs: tuple, out: Any, attributes: tuple, needs: tuple) -> tuple:
    left, transposed = attributes
    a, _, lu, order = inputs
    right = apply(SOLVE, (a, g, lu, order), (left, not transposed))
    matrix = _of_matrix(right, out, left, transposed) if needs[0] else None
    return matrix, right, None, None


vjp_joint("linalg_solve_triangular", _solve_triangular)
vjp_joint("linalg_solve_ex", _solve)
vjp("linalg_inv_ex", lambda g, out: -(_mirrored(out) @ g @ _mirrored(out)))


def _ldl_solve(g: Any, y: Any, z: Any, attributes: tuple) -> Any:
    """A hermitian matrix is its own adjoint; a symmetric one's is its conjugate, as y comes."""
    return apply(LDL_SOLVE, (g, conj(y) if attributes[0] else y, z), attributes)


vjp("linalg_ldl_solve", _ldl_solve, None, None)


def _reorder(g: Any, y: Any, attributes: tuple) -> Any:
    dim, back = attributes
    return apply(REORDER, (g, y), (dim, not back))


vjp("reorder", _reorder, None)


def _cholesky_solve(g: Any, x: Any, y: Any, out: Any, attributes: tuple, needs: tuple) -> tuple:
    """The triangle is treated as a whole matrix whose product with its adjoint is A."""
    factor, solution = conj(y), conj(out)
    right: Any = apply(CHOLESKY_SOLVE, (g, factor), attributes)
    if not needs[1]:
        return right, None
    product = right @ solution.mH  # type: ignore[attr-defined]
    both = product + product.mH
    return right, -(factor @ both if attributes[0] else both @ factor)


vjp_joint("cholesky_solve", _cholesky_solve)


# -- determinants -------------------------------------------------------------------------------
def _scaled_inverse(scale: Any, x: Any, lu: Any, pivots: Any) -> Any:
    """scale * x^-T."""
    n = lu._shape[-1]
    unit: Any = eye(n, dtype=lu.dtype)
    right = unit * scale[..., None, None]
    return apply(SOLVE, (x, right, lu, order_of(pivots, n)), (True, True))


def _det(g: Any, x: Any, y: Any, z: Any) -> Any:
    """det(x) x^-T, the cofactors, also where a pivot is zero.

    There another pivot is put in its place: the cofactors depend on it linearly. A tiny one will
    do; where this is to be differentiated the mean over a pivot and its negative is exact.
    """
    diagonal: Any = y.diagonal(0, -2, -1)
    zero = diagonal == 0
    size = diagonal.abs()
    if diagonal._shape[-1]:
        size = size.amax(-1, keepdim=True)
    size = where(size == 0, 1.0, size)
    eps = dt.finfo(y.dtype).eps
    if not mode.grad:
        return _cofactors(g, x, y, z, where(zero, size * eps, 0.0))
    first = zero & (zero.cumsum(-1) == 1)
    rest = where(zero, size * eps**0.5, 0.0)
    found = [_cofactors(g, x, y, z, where(first, size * sign, rest)) for sign in (1, -1)]
    return (found[0] + found[1]) * 0.5


def _cofactors(g: Any, x: Any, lu: Any, pivots: Any, change: Any) -> Any:
    """g det(x) x^-T, after a change of the diagonal of U."""
    lu = lu + change.to(lu.dtype).diag_embed()
    found: Any = apply(DET, (x, lu, pivots))
    return _scaled_inverse(g * found, x, lu, pivots)


vjp("linalg_det", _det, None, None)


def _slogdet(g: Any, x: Any, y: Any, z: Any, out: Any, attributes: tuple) -> Any:
    """x^-H for log |det|; the sign of a complex determinant turns with the rest."""
    if attributes[0] == 1:
        return _scaled_inverse(apply(TO, (g,), (y.dtype,)), x, y, z)
    if not y.dtype.is_complex:
        return None
    turn = imag(conj(g) * conj(out))  # type: ignore[operator]
    return _scaled_inverse(turn * -1j, x, y, z)


vjp("linalg_slogdet", _slogdet, None, None)


# -- factors ------------------------------------------------------------------------------------
def _lu_factor(g: Any, z: Any, out: Any) -> Any:
    """In the square case P^T L^-T (tril(L^T gL, -1) + triu(gU U^T)) U^-T.

    What lies beside the square is L^-1 times columns of A, or rows of A times U^-1.
    """
    m, n = out._shape[-2:]
    k = min(m, n)
    lower, upper = lu_parts(out)
    gl, gu = narrow(g, -1, 0, k), narrow(g, -2, 0, k)
    square: Any = narrow(narrow(out, -2, 0, k), -1, 0, k)
    rest: Any = None
    gl_square: Any = narrow(gl, -2, 0, k)
    gu_square: Any = narrow(gu, -1, 0, k)
    if n > k:
        rest = _over_lower(square, narrow(gu, -1, k, n - k))
        gl_square = gl_square - rest @ _mirrored(narrow(upper, -1, k, n - k))
    if m > k:
        rest = _over_upper(square, narrow(gl, -2, k, m - k))
        gu_square = gu_square - _mirrored(narrow(lower, -2, k, m - k)) @ rest
    inner: Any = tril(_mirrored(narrow(lower, -2, 0, k)) @ gl_square, -1)
    inner = inner + triu(gu_square @ _mirrored(narrow(upper, -1, 0, k)))
    found = _over_upper(square, _over_lower(square, inner))
    if rest is not None:
        found = cat([found, rest], -1 if n > k else -2)
    return apply(REORDER, (found, z), (-2, True))


def _over_lower(lu: Any, x: Any) -> Any:
    """L^-T x."""
    return apply(SOLVE_TRIANGULAR, (lu, x), (False, True, True, True))


def _over_upper(lu: Any, x: Any) -> Any:
    """x U^-T."""
    return apply(SOLVE_TRIANGULAR, (lu, x), (True, False, False, True))


vjp("linalg_lu_factor_ex", _lu_factor, None, None)


# -- the exponential ----------------------------------------------------------------------------
def _matrix_exp(g: Any, x: Any) -> Any:
    """The upper right block of exp [[x^T, g], [0, x^T]]; Higham, Functions of Matrices, 3.2.

    It is linear in g, which is brought to size 1, so that it does not decide the scaling.
    """
    n = x._shape[-1]
    if not n:
        return g
    size = g.detach().abs().amax((-2, -1), keepdim=True)
    size = where((size == 0) | ~size.isfinite(), 1.0, size)
    matrix = _mirrored(x)
    top = cat([matrix, g / size], -1)
    bottom = cat([matrix.new_zeros(matrix._shape), matrix], -1)
    found: Any = apply(MATRIX_EXP, (cat([top, bottom], -2),))
    return narrow(narrow(found, -2, 0, n), -1, n, n) * size  # type: ignore[operator]


vjp("linalg_matrix_exp", _matrix_exp)
non_differentiable("routine")


# -- without a derivative -----------------------------------------------------------------------
def _undefined(g: Any, attributes: tuple) -> Any:
    name, hint = attributes
    raise NotImplementedError(
        message(
            name,
            "a tensor that requires grad",
            f"the derivative for '{name}' is not implemented",
            hint,
        )
    )


vjp("without_derivative", _undefined, None)
