"""Linear algebra of the array API standard: the extension `linalg`, and the main namespace's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from flambeau import linalg as ours
from flambeau.array_api.dtypes import common, summed
from flambeau.core.dtype import DType
from flambeau.core.errors import message
from flambeau.tensor.methods import FUNCTIONS
from flambeau.tensor.tensor import Tensor

__all__ = [
    "cholesky", "cross", "det", "diagonal", "eigh", "eigvalsh", "inv", "matmul", "matrix_norm",
    "matrix_power", "matrix_rank", "matrix_transpose", "outer", "pinv", "qr", "slogdet", "solve",
    "svd", "svdvals", "tensordot", "trace", "vecdot", "vector_norm",
]  # fmt: skip


class EighResult(NamedTuple):
    """What eigh returns."""

    eigenvalues: Tensor
    eigenvectors: Tensor


class QRResult(NamedTuple):
    """What qr returns."""

    Q: Tensor
    R: Tensor


class SlogdetResult(NamedTuple):
    """What slogdet returns."""

    sign: Tensor
    logabsdet: Tensor


class SVDResult(NamedTuple):
    """What svd returns."""

    U: Tensor
    S: Tensor
    Vh: Tensor


# -- products -----------------------------------------------------------------------------------
def matmul(x1: Tensor, x2: Tensor, /) -> Tensor:
    """The product of matrices, or of vectors, in the last two dims."""
    return FUNCTIONS["matmul"](*common(x1, x2))  # type: ignore[no-any-return]


def matrix_transpose(x: Tensor, /) -> Tensor:
    """x with its last two dims swapped."""
    made: Tensor = x.mT
    return made


def tensordot(
    x1: Tensor, x2: Tensor, /, *, axes: int | tuple[Sequence[int], Sequence[int]] = 2
) -> Tensor:
    """Sums of products over some dims of x1 and as many of x2."""
    dims = axes if isinstance(axes, int) else [list(a) for a in axes]
    return FUNCTIONS["tensordot"](*common(x1, x2), dims)  # type: ignore[no-any-return]


def vecdot(x1: Tensor, x2: Tensor, /, *, axis: int = -1) -> Tensor:
    """Sums of products along an axis of both; complex elements of x1 are conjugated."""
    x1, x2 = common(x1, x2)
    x1, x2 = FUNCTIONS["broadcast_tensors"](*_aligned(x1, x2, axis))
    product = (x1.conj() if x1.dtype.is_complex else x1) * x2
    return product.sum(-1, dtype=product.dtype)


def _aligned(x1: Tensor, x2: Tensor, axis: int) -> tuple[Tensor, Tensor]:
    """Both with `axis` as their last dim, where it must have the same size."""
    found = FUNCTIONS["movedim"](x1, axis, -1), FUNCTIONS["movedim"](x2, axis, -1)
    sizes = [x.shape[-1] for x in found]
    if sizes[0] != sizes[1]:
        raise ValueError(
            message("vecdot", f"sizes {sizes[0]} and {sizes[1]} along axis {axis}", "equal sizes")
        )
    return found


def outer(x1: Tensor, x2: Tensor, /) -> Tensor:
    """The products of each element of a vector with each of another."""
    return FUNCTIONS["outer"](*common(x1, x2))  # type: ignore[no-any-return]


def cross(x1: Tensor, x2: Tensor, /, *, axis: int = -1) -> Tensor:
    """The cross product of vectors of 3 elements along an axis."""
    x1, x2 = common(x1, x2)
    for x in (x1, x2):
        if x.shape[axis] != 3:
            raise ValueError(message("cross", f"size {x.shape[axis]} along axis {axis}", "3"))
    return ours.cross(*FUNCTIONS["broadcast_tensors"](x1, x2), dim=axis)


def matrix_power(x: Tensor, n: int, /) -> Tensor:
    """Matrices multiplied by themselves n times."""
    return ours.matrix_power(x, n)


# -- parts --------------------------------------------------------------------------------------
def diagonal(x: Tensor, /, *, offset: int = 0) -> Tensor:
    """The diagonals number `offset` of the matrices in the last two dims."""
    return ours.diagonal(x, offset=offset)


def trace(x: Tensor, /, *, offset: int = 0, dtype: DType | None = None) -> Tensor:
    """The sums of the diagonals number `offset`; integers are added in 64 bits."""
    return diagonal(x, offset=offset).sum(-1, dtype=dtype or summed(x.dtype))


# -- systems and factors ------------------------------------------------------------------------
def cholesky(x: Tensor, /, *, upper: bool = False) -> Tensor:
    """The triangular factors of positive-definite matrices."""
    return ours.cholesky(x, upper=upper)


def det(x: Tensor, /) -> Tensor:
    """The determinants."""
    return ours.det(x)


def slogdet(x: Tensor, /) -> SlogdetResult:
    """Signs and logarithms of the determinants."""
    return SlogdetResult(*ours.slogdet(x))


def inv(x: Tensor, /) -> Tensor:
    """The inverse matrices."""
    return ours.inv(x)


def pinv(x: Tensor, /, *, rtol: float | Tensor | None = None) -> Tensor:
    """The pseudoinverses; singular values up to rtol times the greatest count as 0."""
    return ours.pinv(x, rtol=rtol)


def matrix_rank(x: Tensor, /, *, rtol: float | Tensor | None = None) -> Tensor:
    """How many singular values are greater than rtol times the greatest."""
    return ours.matrix_rank(x, rtol=rtol)


def solve(x1: Tensor, x2: Tensor, /) -> Tensor:
    """The solutions of x1 @ y = x2; x2 is a vector if it has one dim, else matrices."""
    x1, x2 = common(x1, x2)
    if x2.ndim > 1:  # never taken for a batch of vectors
        x2 = x2.reshape((1,) * (x1.ndim - x2.ndim) + tuple(x2.shape))
        return ours.solve(x1, x2)
    return ours.solve(x1, x2.reshape(-1, 1)).squeeze(-1)


def qr(x: Tensor, /, *, mode: str = "reduced") -> QRResult:
    """Orthogonal and upper triangular factors; mode is "reduced" or "complete"."""
    return QRResult(*ours.qr(x, mode))


def svd(x: Tensor, /, *, full_matrices: bool = True) -> SVDResult:
    """Singular vectors and values: x = U @ diag(S) @ Vh."""
    return SVDResult(*ours.svd(x, full_matrices))


def svdvals(x: Tensor, /) -> Tensor:
    """The singular values, in falling order."""
    return ours.svdvals(x)


def eigh(x: Tensor, /) -> EighResult:
    """Eigenvalues, in rising order, and eigenvectors of symmetric matrices."""
    return EighResult(*ours.eigh(x))


def eigvalsh(x: Tensor, /) -> Tensor:
    """The eigenvalues of symmetric matrices, in rising order."""
    return ours.eigvalsh(x)


# -- norms --------------------------------------------------------------------------------------
def matrix_norm(x: Tensor, /, *, keepdims: bool = False, ord: Any = "fro") -> Tensor:
    """Norms of the matrices in the last two dims; ord: "fro", "nuc", 1, 2, -1, -2, inf, -inf."""
    return ours.matrix_norm(x, "fro" if ord is None else ord, keepdim=keepdims)


def vector_norm(
    x: Tensor, /, *, axis: int | tuple[int, ...] | None = None, keepdims: bool = False,
    ord: float = 2,
) -> Tensor:  # fmt: skip
    """Norms of order `ord` of the vectors along an axis, over several, or of all of x."""
    if axis == ():  # each element is a vector of its own
        return ours.vector_norm(x.reshape(*x.shape, 1), ord, -1)
    return ours.vector_norm(x, ord, axis, keepdims)
