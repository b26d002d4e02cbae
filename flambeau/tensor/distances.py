"""Lengths that matter: dist between two tensors, renorm of slices to a greatest length.

Their derivatives follow from the norm's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flambeau.core.errors import message
from flambeau.core.shape import normalize_dim
from flambeau.tensor.apply import apply
from flambeau.tensor.elementwise import where
from flambeau.tensor.gathering import check_tensor
from flambeau.tensor.inplace import TO, into, with_axis
from flambeau.tensor.promotion import full_precision
from flambeau.tensor.reduction import norm
from flambeau.tensor.tensor import Tensor

__all__ = ["FUNCTIONS", "IN_PLACE", "METHODS"]


def dist(input: Tensor, other: Tensor, p: float = 2) -> Tensor:
    """The p-norm of input - other.

    >>> import flambeau
    >>> flambeau.tensor([3.0, 0.0]).dist(flambeau.tensor([0.0, 4.0]))
    tensor(5.)
    """
    check_tensor("dist", "input", 1, input)
    check_tensor("dist", "other", 2, other)
    return norm(input - other, float(p))  # type: ignore[operator]


@with_axis
def renorm(input: Tensor, p: float, dim: int, maxnorm: float, *, out: Any = None) -> Tensor:
    """`input` with each slice along `dim` whose p-norm is above `maxnorm` scaled down to it.

    >>> import flambeau
    >>> flambeau.tensor([[3.0, 4.0], [0.3, 0.4]]).renorm(2, 0, 1)
    tensor([[0.6000, 0.8000],
            [0.3000, 0.4000]])
    """
    check_tensor("renorm", "input", 1, input)
    if p <= 0:
        raise RuntimeError(message("renorm", f"p={p}", "p > 0: non-positive-norm not supported", "2"))
    if maxnorm < 0:
        raise RuntimeError(
            message("renorm", f"maxnorm={maxnorm}", "expected maxnorm to be >= 0")
        )
    ndim = len(input._shape)
    if ndim < 2:
        raise RuntimeError(
            message("renorm", f"a tensor of shape {list(input._shape)}",
                    f"input needs at least 2 dimensions, got {ndim} dimensions", "unsqueeze(0)")
        )  # fmt: skip
    at = normalize_dim("renorm", dim, ndim)
    others = tuple(d for d in range(ndim) if d != at)
    wide = full_precision(input.dtype)
    length = norm(input, p, others, True, dtype=None if wide is input.dtype else wide)
    # PyTorch's small number keeps the quotient finite
    factor = where(length > maxnorm, maxnorm / (length + 1e-7), 1.0)  # type: ignore[operator]
    if factor.dtype is not input.dtype.to_real():
        factor = apply(TO, (factor,), (input.dtype.to_real(),))
    result = input * factor  # type: ignore[operator]
    return result if out is None else into(out, result, "renorm")  # type: ignore[no-any-return]


FUNCTIONS: dict[str, Callable[..., Any]] = {"dist": dist, "renorm": renorm}
METHODS: dict[str, Callable[..., Any]] = {}
IN_PLACE = ("renorm",)
