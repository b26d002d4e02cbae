"""What weight and spectral normalization share."""

from __future__ import annotations

from typing import Any

from flambeau.nn.conv import _Transposed
from flambeau.nn.functional.normalization import normalize

__all__ = ["as_matrix", "default_dim", "norm_except", "power_iteration", "random_unit"]


def norm_except(v: Any, dim: int) -> Any:
    """The norm over all dims but one, which stay with size 1; over all for -1."""
    ndim = len(v._shape)
    dims = tuple(d for d in range(ndim) if dim == -1 or d != dim % ndim)
    if not dims:
        return v.abs()
    total = (v * v).sum(dims, dim != -1)
    return total.sqrt()


def default_dim(module: Any) -> int:
    """Which dim of a weight counts the outputs."""
    return 1 if isinstance(module, _Transposed) else 0


def as_matrix(weight: Any, dim: int) -> Any:
    """The weight with `dim` as rows."""
    if dim:
        ndim = len(weight._shape)
        weight = weight.permute(dim, *[d for d in range(ndim) if d != dim])
    return weight.reshape(weight._shape[0], -1)


def random_unit(matrix: Any, dim: int, eps: float) -> Any:
    """A random vector of length 1 for the matrix's rows or columns."""
    return normalize(matrix.new_empty(matrix._shape[dim]).normal_(0, 1), dim=0, eps=eps)


def power_iteration(
    matrix: Any, u: Any, v: Any, times: int, eps: float, u_first: bool = False
) -> None:
    """Bring u and v, in place, nearer to the first singular vectors."""
    for _ in range(times):
        if u_first:
            u.copy_(normalize(matrix @ v, dim=0, eps=eps))
        v.copy_(normalize(matrix.t() @ u, dim=0, eps=eps))
        if not u_first:
            u.copy_(normalize(matrix @ v, dim=0, eps=eps))
