"""The LKJ distribution of correlation matrices, by their Cholesky factors."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from flambeau.autograd.modes import no_grad
from flambeau.core.dtype import finfo
from flambeau.core.errors import message
from flambeau.distributions import constraints
from flambeau.distributions.beta import Beta
from flambeau.distributions.distribution import Distribution
from flambeau.distributions.utils import broadcast_all, standard_normal
from flambeau.special import multigammaln
from flambeau.tensor.patterns import arange
from flambeau.tensor.tensor import Tensor

__all__ = ["LKJCholesky"]


class LKJCholesky(Distribution):
    """Lower factors L of dim x dim correlation matrices of density det**(concentration - 1).

    Up to a constant; concentration=1 makes the correlation matrices uniform.
    Source: Lewandowski, Kurowicka and Joe, "Generating random correlation matrices based on
    vines and extended onion method", 2009, section 3.

    >>> import flambeau
    >>> flambeau.distributions.LKJCholesky(3, 0.5).sample((4,)).shape
    flambeau.Size([4, 3, 3])
    """

    arg_constraints = {"concentration": constraints.positive}
    support = constraints.corr_cholesky
    _event_dims = {"concentration": 0}
    _kept = ("dim",)

    def __init__(
        self, dim: int, concentration: Any = 1.0, validate_args: bool | None = None
    ) -> None:
        if dim < 2:
            raise ValueError(
                message("LKJCholesky", f"dim={dim}",
                        "Expected dim to be an integer greater than or equal to 2")
            )  # fmt: skip
        self.dim = dim
        (self.concentration,) = broadcast_all(concentration)
        super().__init__(self.concentration.shape, (dim, dim), validate_args=validate_args)

    def sample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        """Row by row: a random direction, of a squared length with a beta distribution."""
        with no_grad():
            shape, dtype = self._extended_shape(sample_shape), self.concentration.dtype
            tiny = finfo(dtype).tiny
            below = arange(1, self.dim, dtype=dtype)  # elements left of the diagonal
            rest = self.concentration.unsqueeze(-1) + (self.dim - 1 - below) / 2
            length = Beta(below / 2, rest, validate_args=False).sample(sample_shape)
            direction = standard_normal(shape, dtype).tril(-1)[..., 1:, :]
            direction = direction / direction.norm(dim=-1, keepdim=True)
            lower = direction.new_zeros(shape)
            lower[..., 1:, :] = length.sqrt().unsqueeze(-1) * direction
            diagonal = (1 - lower.pow(2).sum(-1)).clamp(min=tiny).sqrt()
            return lower + diagonal.diag_embed()

    def log_prob(self, value: Tensor) -> Tensor:
        """From the logarithms of the diagonal, weighted by rows; a density of the factors."""
        if self._validate_args:
            self._validate_sample(value)
        below = self.dim - 1
        rows = arange(2, self.dim + 1, dtype=self.concentration.dtype)
        orders = 2 * (self.concentration - 1).unsqueeze(-1) + self.dim - rows
        logs = value.diagonal(dim1=-2, dim2=-1)[..., 1:].log()
        alpha = self.concentration + 0.5 * below
        norm = multigammaln(alpha - 0.5, below) - below * alpha.lgamma()
        return (orders * logs).sum(-1) - norm - 0.5 * below * math.log(math.pi)
