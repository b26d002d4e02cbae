"""Constraints on vectors and matrices."""

from __future__ import annotations

from typing import Any

from flambeau.core.dtype import finfo
from flambeau.distributions.constraints.base import Constraint
from flambeau.distributions.constraints.bounds import _Boolean, _UpperBound
from flambeau.tensor.creation import full
from flambeau.tensor.linear_algebra.decompositions import cholesky_ex
from flambeau.tensor.linear_algebra.eigenvalues import eigvalsh

__all__ = [
    "_CorrCholesky", "_LowerCholesky", "_LowerTriangular", "_Multinomial", "_OneHot",
    "_PositiveDefinite", "_PositiveSemidefinite", "_Simplex", "_Square", "_Symmetric",
]  # fmt: skip


# -- vectors ------------------------------------------------------------------------------------
class _OneHot(Constraint):
    """One 1 among zeros."""

    is_discrete = True
    event_dim = 1

    def check(self, value: Any) -> Any:
        return _Boolean().check(value).all(-1) & (value.sum(-1) == 1)


class _Simplex(Constraint):
    """Not negative, of sum 1."""

    event_dim = 1

    def check(self, value: Any) -> Any:
        return (value >= 0).all(-1) & ((value.sum(-1) - 1).abs() < 1e-6)


class _Multinomial(_UpperBound):
    """Counts with a sum of at most the bound."""

    is_discrete = True
    event_dim = 1

    def check(self, value: Any) -> Any:
        return (value >= 0).all(-1) & (value.sum(-1) <= self.upper_bound)


# -- matrices -----------------------------------------------------------------------------------
class _Square(Constraint):
    event_dim = 2

    def check(self, value: Any) -> Any:
        return full(value.shape[:-2], value.shape[-2] == value.shape[-1])


class _LowerTriangular(Constraint):
    """Zero above the diagonal."""

    event_dim = 2

    def check(self, value: Any) -> Any:
        return (value.tril() == value).flatten(-2).all(-1)


class _LowerCholesky(_LowerTriangular):
    """Lower triangular with a positive diagonal."""

    def check(self, value: Any) -> Any:
        positive_diagonal = (value.diagonal(dim1=-2, dim2=-1) > 0).all(-1)
        return super().check(value) & positive_diagonal


class _CorrCholesky(_LowerCholesky):
    """Cholesky factors of correlation matrices: rows of length 1."""

    def check(self, value: Any) -> Any:
        tolerance = finfo(value.dtype).eps * value.shape[-1] * 10
        lengths = (value * value).sum(-1).sqrt()
        return ((lengths - 1).abs() <= tolerance).all(-1) & super().check(value)


class _Symmetric(_Square):
    def check(self, value: Any) -> Any:
        if value.shape[-2] != value.shape[-1]:
            return super().check(value)
        return value.isclose(value.mT, atol=1e-6).flatten(-2).all(-1)


class _PositiveSemidefinite(_Symmetric):
    def check(self, value: Any) -> Any:
        valid = super().check(value)
        return valid & (eigvalsh(value) >= 0).all(-1) if bool(valid.all()) else valid


class _PositiveDefinite(_Symmetric):
    def check(self, value: Any) -> Any:
        valid = super().check(value)
        return valid & (cholesky_ex(value).info == 0) if bool(valid.all()) else valid
