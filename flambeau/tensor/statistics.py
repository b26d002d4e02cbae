"""Statistics composed of other operations: nansum, nanmean, cov, corrcoef.

Their derivatives follow from those of what they are composed of.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

from flambeau.core import dtype as dt
from flambeau.core.dtype import DType
from flambeau.core.errors import message
from flambeau.tensor.boundary import is_capturing, read
from flambeau.tensor.complex_numbers import complex_
from flambeau.tensor.elementwise import clamp, clamp_min, where
from flambeau.tensor.gathering import check_tensor
from flambeau.tensor.inplace import into, with_axis
from flambeau.tensor.linalg import matmul
from flambeau.tensor.reduction import sum_
from flambeau.tensor.shaping import diagonal, reshape, squeeze, transpose, unsqueeze
from flambeau.tensor.tensor import Tensor
from flambeau.tensor.unary import FUNCTIONS as UNARY

__all__ = ["FUNCTIONS", "METHODS"]


# -- without NaN --------------------------------------------------------------------------------
@with_axis
def nansum(
    input: Tensor, dim: Any = None, keepdim: bool = False, *, dtype: DType | None = None,
    out: Any = None,
) -> Tensor:  # fmt: skip
    """The sum over one or several dims (all by default), NaN counting as zero.

    >>> import flambeau
    >>> flambeau.tensor([1.0, float("nan"), 2.0]).nansum()
    tensor(3.)
    """
    check_tensor("nansum", "input", 1, input)
    if input.dtype.is_complex:
        raise RuntimeError(
            message("nansum", f"a tensor of dtype {input.dtype.name}", "a real dtype: nansum "
                    "does not support complex inputs", "where(x.isnan(), 0, x).sum()")
        )  # fmt: skip
    numbers = where(UNARY["isnan"](input), 0, input) if input.dtype.is_floating_point else input
    result = sum_(numbers, dim, keepdim, dtype=dtype)
    return result if out is None else into(out, result, "nansum")  # type: ignore[no-any-return]


@with_axis
def nanmean(
    input: Tensor, dim: Any = None, keepdim: bool = False, *, dtype: DType | None = None,
    out: Any = None,
) -> Tensor:  # fmt: skip
    """The mean over one or several dims (all by default) of what is not NaN.

    >>> import flambeau
    >>> flambeau.tensor([1.0, float("nan"), 2.0]).nanmean()
    tensor(1.5000)
    """
    check_tensor("nanmean", "input", 1, input)
    if input.dtype.category in ("bool", "int"):
        raise RuntimeError(
            message("nanmean", f"a tensor of dtype {input.dtype.name}",
                    "expected input to have floating point or complex dtype", ".float()")
        )  # fmt: skip
    count = sum_(UNARY["logical_not"](UNARY["isnan"](input)), dim, keepdim)
    result = nansum(input, dim, keepdim, dtype=dtype) / count
    return result if out is None else into(out, result, "nanmean")  # type: ignore[no-any-return]


# -- covariances --------------------------------------------------------------------------------
def _check_weights(kind: str, weights: Any, count: int) -> None:
    """fweights are counts, aweights are importances: one for each of `count` observations."""
    check_tensor("cov", kind, 3, weights)
    wanted = "integral" if kind == "fweights" else "floating point"
    if len(weights._shape) > 1:
        raise RuntimeError(
            message("cov", f"{kind} of shape {list(weights._shape)}",
                    f"expected {kind} to have one or fewer dimensions", f"{kind}.flatten()")
        )  # fmt: skip
    if weights.dtype.category != ("int" if kind == "fweights" else "float"):
        raise RuntimeError(
            message("cov", f"{kind} of dtype {weights.dtype.name}",
                    f"expected {kind} to have {wanted} dtype",
                    f"{kind}.{'long' if kind == 'fweights' else 'float'}()")
        )  # fmt: skip
    given = weights._shape[0] if weights._shape else 1
    if given != count:
        raise RuntimeError(
            message("cov", f"{given} {kind} for {count} observations, the columns of the input",
                    f"expected {kind} to have the same numel as there are observations")
        )  # fmt: skip
    if not is_capturing() and (read(weights.detach().double()) < 0).any():
        raise RuntimeError(
            message("cov", f"{kind} of {weights.tolist()}", f"{kind} cannot be negative")
        )


def _weights(x: Tensor, fweights: Any, aweights: Any) -> Any:
    """The weight of each column, or None if all weigh the same."""
    for kind, given in (("fweights", fweights), ("aweights", aweights)):
        if given is not None:
            _check_weights(kind, given, x._shape[1])
    if fweights is None or aweights is None:
        return fweights if aweights is None else aweights
    return fweights * aweights


def _degrees_of_freedom(weight: Any, aweights: Any, count: int, correction: int) -> Any:
    """What the sum of products is divided by; not below zero."""
    if weight is None:
        factor: Any = count - correction
        known: Any = factor
    else:
        total = sum_(weight)
        factor = total - correction
        if aweights is not None and correction:
            factor = total - correction * sum_(weight * aweights) / total
        known = None if is_capturing() else float(read(factor.detach().double()))
    if known is not None and known <= 0:
        warnings.warn(
            "cov(): degrees of freedom is <= 0. Correction should be strictly less than the "
            "number of observations.",
            stacklevel=3,
        )
    return max(factor, 0) if weight is None else clamp_min(factor, 0)


def cov(
    input: Tensor, *, correction: int = 1, fweights: Tensor | None = None,
    aweights: Tensor | None = None,
) -> Tensor:  # fmt: skip
    """The covariances of variables, the rows of `input`, over observations, its columns.

    A vector is one variable. `fweights` says how often each observation occurs, `aweights` how
    much it counts; the divisor is the count minus `correction`.

    >>> import flambeau
    >>> flambeau.tensor([[1.0, 2.0, 3.0], [3.0, 2.0, 1.0]]).cov()
    tensor([[ 1., -1.],
            [-1.,  1.]])
    """
    check_tensor("cov", "input", 1, input)
    if len(input._shape) > 2:
        raise RuntimeError(
            message("cov", f"a tensor of shape {list(input._shape)}",
                    "expected input to have two or fewer dimensions", "flatten(1)")
        )  # fmt: skip
    if input.dtype is dt.bool_:
        raise RuntimeError(
            message("cov", "a tensor of dtype bool", "bool dtype is not supported for input",
                    ".float()")
        )  # fmt: skip
    x = input if len(input._shape) == 2 else reshape(input, (1, -1 if input._shape else 1))
    count = x._shape[1]
    weight = _weights(x, fweights, aweights)
    total = count if weight is None else sum_(weight)
    if weight is not None and not is_capturing() and not read(total.detach()):  # type: ignore[union-attr]
        raise RuntimeError(
            message("cov", "weights that sum to zero",
                    "weights that do not: weights sum to zero, can't be normalized")
        )  # fmt: skip
    mean = sum_(x if weight is None else x * weight, 1, True) / total
    gaps = x - mean
    weighted = gaps if weight is None else gaps * weight
    products = matmul(gaps, transpose(weighted, 0, 1).conj())  # type: ignore[attr-defined]
    freedom = _degrees_of_freedom(weight, aweights, count, correction)
    return squeeze(products / freedom)


def corrcoef(input: Tensor) -> Tensor:
    """Pearson's correlation coefficients of the rows of `input`: covariances over deviations.

    >>> import flambeau
    >>> flambeau.tensor([[1.0, 2.0, 3.0], [3.0, 2.0, 1.0]]).corrcoef()
    tensor([[ 1., -1.],
            [-1.,  1.]])
    """
    check_tensor("corrcoef", "input", 1, input)
    if len(input._shape) > 2:
        raise RuntimeError(
            message("corrcoef", f"a tensor of shape {list(input._shape)}",
                    "expected input to have two or fewer dimensions", "flatten(1)")
        )  # fmt: skip
    found = cov(input)
    if not found._shape:
        return found / found  # type: ignore[operator, no-any-return]
    deviation = UNARY["sqrt"](diagonal(found).real)  # type: ignore[attr-defined]
    found = found / unsqueeze(deviation, 1) / deviation  # type: ignore[operator]
    if found.dtype.is_complex:
        return complex_(clamp(found.real, -1, 1), clamp(found.imag, -1, 1))  # type: ignore[attr-defined]
    return clamp(found, -1, 1)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "nansum": nansum,
    "nanmean": nanmean,
    "cov": cov,
    "corrcoef": corrcoef,
}
METHODS: dict[str, Callable[..., Any]] = {}
