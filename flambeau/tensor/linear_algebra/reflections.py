"""Products of Householder's reflections, as QR decompositions leave them.

H = H_1 ... H_k with H_i = I - tau_i v_i v_i^H is I - V T V^H, where V has the vectors as columns
and T^-1 = diag(1 / tau) + striu(V^H V) (Schreiber and Van Loan, SIAM J. Sci. Stat. Comput. 10,
1989). So products of matrices and one triangular system do it, and give the derivatives too.
"""

from __future__ import annotations

from typing import Any

from flambeau.core.errors import message
from flambeau.tensor import returns
from flambeau.tensor.apply import apply
from flambeau.tensor.grids import tril, triu
from flambeau.tensor.inplace import into
from flambeau.tensor.linear_algebra.checks import need_dims, need_matrix, need_same_dtype
from flambeau.tensor.linear_algebra.routine import WITHOUT_DERIVATIVE, attach, call
from flambeau.tensor.linear_algebra.triangles import SOLVE_TRIANGULAR
from flambeau.tensor.patterns import eye
from flambeau.tensor.shaping import narrow, unsqueeze
from flambeau.tensor.tensor import Tensor

__all__ = ["geqrf", "householder_product", "ormqr"]


def geqrf(input: Tensor, *, out: Any = None) -> Any:
    """(a, tau): R of a QR decomposition in the upper triangle of a (*, m, n), and under it the
    reflections whose product is Q, for linalg.householder_product and ormqr. Has no derivative."""
    name = "geqrf"
    need_matrix(name, input)
    parts = [
        attach(WITHOUT_DERIVATIVE, (input, part), (name, "linalg.qr"), part)
        for part in call("reflectors", (input,))
    ]
    result = returns.geqrf(*parts)
    return result if out is None else into(out, result, name)


def _factors(name: str, a: Tensor, tau: Tensor) -> tuple[Any, Any]:
    """V (*, m, k), and tau V^H divided by I + tau striu(V^H V): T V^H (*, k, m)."""
    need_matrix(name, a)
    need_same_dtype(name, a, tau, ("input", "tau"))
    m, n = a._shape[-2:]
    k = tau._shape[-1] if tau._shape else 0
    if not tau._shape or len(tau._shape) != len(a._shape) - 1 or tau._shape[:-1] != a._shape[:-2]:
        raise RuntimeError(
            message(name, f"input of shape {list(a._shape)} and tau of shape {list(tau._shape)}",
                    "Expected batch dimensions of tau to be equal to input.shape[:-2], and one "
                    "more dim", "the output of geqrf")
        )  # fmt: skip
    if k > n:
        raise RuntimeError(
            message(name, f"input of shape {list(a._shape)} and tau of shape {list(tau._shape)}",
                    "input.shape[-1] must be greater than or equal to tau.shape[-1]",
                    "the output of geqrf")
        )  # fmt: skip
    vectors: Any = tril(narrow(a, -1, 0, k), -1) + eye(m, k, dtype=a.dtype)  # type: ignore[operator]
    scale = unsqueeze(tau, -1)
    inner = triu(vectors.mH @ vectors, 1) * scale  # type: ignore[operator]
    rows = apply(SOLVE_TRIANGULAR, (inner, scale * vectors.mH), (True, True, True, False))  # type: ignore[operator]
    return vectors, rows


def householder_product(input: Tensor, tau: Tensor, *, out: Any = None) -> Tensor:
    """The first n columns of the product of reflections: (*, m, n) and (*, k) give (*, m, n).

    Reflection i is I - tau[i] v v^H; v has zeros, a one at place i, then what lies below the
    diagonal in column i of the input.
    """
    return _householder_product("linalg.householder_product", input, tau, out)


def _householder_product(name: str, a: Tensor, tau: Tensor, out: Any) -> Tensor:
    need_dims(name, a, "input")
    m, n = a._shape[-2:]
    if m < n:
        raise RuntimeError(
            message(name, f"shape {list(a._shape)}",
                    "input.shape[-2] must be greater than or equal to input.shape[-1]")
        )  # fmt: skip
    vectors, rows = _factors(name, a, tau)
    result = eye(m, n, dtype=a.dtype) - vectors @ rows[..., :n]
    return result if out is None else into(out, result, name)


def orgqr(input: Tensor, input2: Tensor, *, out: Any = None) -> Tensor:
    """linalg.householder_product(input, input2)."""
    return _householder_product("orgqr", input, input2, out)


def ormqr(
    input: Tensor, input2: Tensor, input3: Tensor, left: bool = True, transpose: bool = False, *,
    out: Any = None,
) -> Tensor:  # fmt: skip
    """Q C, C Q if not `left`, with Q^H for Q if `transpose`; Q (*, m, m) is the product of the
    reflections in input (*, m, k) and input2 = tau (*, k), C is input3."""
    name = "ormqr"
    need_dims(name, input, "input")
    need_dims(name, input3, "other")
    need_same_dtype(name, input, input3, ("input", "other"))
    other: Any = input3
    m, side = input._shape[-2], other._shape[-2 if left else -1]
    if side != m:
        raise RuntimeError(
            message(name, f"input of shape {list(input._shape)} and other of shape "
                    f"{list(other._shape)}", f"other.shape[{-2 if left else -1}] must be equal to "
                    "input.shape[-2]")
        )  # fmt: skip
    vectors, rows = _factors(name, input, input2)
    if transpose:
        vectors, rows = rows.mH, vectors.mH
    result = other - (vectors @ (rows @ other) if left else (other @ vectors) @ rows)
    return result if out is None else into(out, result, name)
