"""Transforms of vectors and matrices: to simplexes, triangular and definite matrices."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from flambeau.core.dtype import finfo
from flambeau.core.errors import message
from flambeau.distributions import constraints
from flambeau.distributions.transforms.base import Transform, last_dims
from flambeau.distributions.transforms.elementwise import SigmoidTransform, _Fixed
from flambeau.distributions.utils import tril_matrix_to_vec, vec_to_tril_matrix
from flambeau.nn.functional.activation import logsigmoid, softplus
from flambeau.nn.functional.padding import pad
from flambeau.tensor.creation import ones_like
from flambeau.tensor.linear_algebra.decompositions import cholesky
from flambeau.tensor.patterns import eye
from flambeau.tensor.tensor import Size

__all__ = [
    "CorrCholeskyTransform",
    "LowerCholeskyTransform",
    "PositiveDefiniteTransform",
    "SoftmaxTransform",
    "StickBreakingTransform",
]


class SoftmaxTransform(_Fixed):
    """Probabilities proportional to exp(x) along the last dim; not bijective."""

    domain = constraints.real_vector
    codomain = constraints.simplex

    def _call(self, x: Any) -> Any:
        probs = (x - x.max(-1, keepdim=True).values).exp()
        return probs / probs.sum(-1, keepdim=True)

    def _inverse(self, y: Any) -> Any:
        return y.log()

    def forward_shape(self, shape: Sequence[int]) -> Any:
        """As it is; one dim or more."""
        last_dims("SoftmaxTransform", shape, 1)
        return shape

    inverse_shape = forward_shape


class StickBreakingTransform(_Fixed):
    """n numbers to n + 1 probabilities: each takes its share of what is left of a stick.

    >>> import flambeau
    >>> t = flambeau.distributions.transforms.StickBreakingTransform()
    >>> t(flambeau.zeros(2))
    tensor([0.3333, 0.3333, 0.3333])
    """

    domain = constraints.real_vector
    codomain = constraints.simplex
    bijective = True

    def _centred(self, x: Any) -> Any:
        """x shifted so that zeros give equal shares."""
        left = x.shape[-1] + 1 - ones_like(x).cumsum(-1)
        return x - left.log()

    def _call(self, x: Any) -> Any:
        share = SigmoidTransform()(self._centred(x))
        left = (1 - share).cumprod(-1)
        return pad(share, [0, 1], value=1.0) * pad(left, [1, 0], value=1.0)

    def _inverse(self, y: Any) -> Any:
        first = y[..., :-1]
        offset = y.shape[-1] - ones_like(first).cumsum(-1)
        left = (1 - first.cumsum(-1)).clamp(min=finfo(y.dtype).tiny)
        return first.log() - left.log() + offset.log()

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        """log |det| of the map to the first n probabilities."""
        x = self._centred(x)
        return (-x + logsigmoid(x) + y[..., :-1].log()).sum(-1)

    def forward_shape(self, shape: Sequence[int]) -> Any:
        """One more in the last dim."""
        batch, (n,) = last_dims("StickBreakingTransform", shape, 1)
        return Size((*batch, n + 1))

    def inverse_shape(self, shape: Sequence[int]) -> Any:
        """One less in the last dim."""
        batch, (n,) = last_dims("StickBreakingTransform", shape, 1)
        return Size((*batch, n - 1))


class LowerCholeskyTransform(_Fixed):
    """A matrix to a lower triangular one with a positive diagonal: exp of its diagonal."""

    domain = constraints.independent(constraints.real, 2)
    codomain = constraints.lower_cholesky

    def _call(self, x: Any) -> Any:
        return x.tril(-1) + x.diagonal(dim1=-2, dim2=-1).exp().diag_embed()

    def _inverse(self, y: Any) -> Any:
        return y.tril(-1) + y.diagonal(dim1=-2, dim2=-1).log().diag_embed()


class PositiveDefiniteTransform(_Fixed):
    """A matrix to the product of its `LowerCholeskyTransform` with that's transpose."""

    domain = constraints.independent(constraints.real, 2)
    codomain = constraints.positive_definite

    def _call(self, x: Any) -> Any:
        factor = LowerCholeskyTransform()(x)
        return factor @ factor.mT

    def _inverse(self, y: Any) -> Any:
        return LowerCholeskyTransform().inv(cholesky(y))


class CorrCholeskyTransform(Transform):
    """n (n - 1) / 2 numbers to the Cholesky factor of an n x n correlation matrix.

    tanh of the numbers are canonical partial correlations, which fill the strict lower triangle;
    each takes its share of what its row has left of length 1.
    Source: Lewandowski, Kurowicka and Joe, "Generating random correlation matrices based on
    vines and extended onion method", 2009.
    """

    domain = constraints.real_vector
    codomain = constraints.corr_cholesky
    bijective = True

    def _call(self, x: Any) -> Any:
        eps = finfo(x.dtype).eps
        r = vec_to_tril_matrix(x.tanh().clamp(min=-1 + eps, max=1 - eps), diag=-1)
        left = (1 - r * r).sqrt().cumprod(-1)
        r = r + eye(r.shape[-1], dtype=r.dtype)
        return r * pad(left[..., :-1], [1, 0], value=1.0)

    def _inverse(self, y: Any) -> Any:
        left = 1 - (y * y).cumsum(-1)
        shifted = pad(left[..., :-1], [1, 0], value=1.0)
        below = tril_matrix_to_vec(y, diag=-1)
        t = below / tril_matrix_to_vec(shifted, diag=-1).sqrt()
        return (t.log1p() - (-t).log1p()) / 2

    def log_abs_det_jacobian(self, x: Any, y: Any, intermediates: Any = None) -> Any:
        """log |det| of the map to the strict lower triangle."""
        left = 1 - (y * y).cumsum(-1)
        # the first and the last entry of each row have no part in it
        scaled = tril_matrix_to_vec(left, diag=-2).log().sum(-1) / 2
        tanh = -2 * (x + softplus(-2 * x) - math.log(2.0)).sum(-1)
        return scaled + tanh

    def forward_shape(self, shape: Sequence[int]) -> Any:
        """(..., n (n - 1) / 2) to (..., n, n)."""
        batch, (m,) = last_dims("CorrCholeskyTransform", shape, 1)
        n = round((0.25 + 2 * m) ** 0.5 + 0.5)
        if n * (n - 1) // 2 != m:
            raise ValueError(
                message("CorrCholeskyTransform", f"{m} elements in the last dim",
                        "n * (n - 1) / 2 of them: Input is not a flattened lower-diagonal number")
            )  # fmt: skip
        return Size((*batch, n, n))

    def inverse_shape(self, shape: Sequence[int]) -> Any:
        """(..., n, n) to (..., n (n - 1) / 2)."""
        batch, (n, m) = last_dims("CorrCholeskyTransform", shape, 2)
        if n != m:
            raise ValueError(
                message("CorrCholeskyTransform", f"matrices of {n} x {m}", "Input is not square")
            )
        return Size((*batch, n * (n - 1) // 2))
