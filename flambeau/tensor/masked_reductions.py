"""flambeau.masked: reductions and normalisations of the elements that a mask keeps.

Each puts the operation's neutral element where the mask is False. `dim` is one dim, several, or
None for all; results on nothing are the neutral element, or NaN where there is none (mean, median).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from flambeau.core.dtype import DType, iinfo
from flambeau.core.errors import message
from flambeau.core.shape import normalize_dim, normalize_dims
from flambeau.tensor.elementwise import where
from flambeau.tensor.grids import broadcast_to
from flambeau.tensor.promotion import get_default_dtype
from flambeau.tensor.tensor import Tensor

__all__ = ["FUNCTIONS"]

# operation: its neutral element for a dtype
LEAST, GREATEST = "least", "greatest"
NEUTRAL: dict[str, Any] = {
    "sum": 0, "cumsum": 0, "prod": 1, "cumprod": 1, "norm": 0, "amax": LEAST, "argmax": LEAST,
    "logsumexp": LEAST, "logaddexp": LEAST, "softmax": LEAST, "log_softmax": LEAST,
    "amin": GREATEST, "argmin": GREATEST, "softmin": GREATEST, "median": math.nan,
}  # fmt: skip


def _extreme(dtype: DType, sign: int) -> Any:
    if dtype.is_complex:
        return complex(sign * math.inf, 0)
    if dtype.is_floating_point:
        return sign * math.inf
    if dtype.category == "bool":
        return sign > 0
    limits = iinfo(dtype)
    return limits.max if sign > 0 else limits.min


def _neutral(name: str, dtype: DType) -> Any:
    value = NEUTRAL[name]
    if value in (LEAST, GREATEST):
        return _extreme(dtype, 1 if value == GREATEST else -1)
    return value


def _mask_of(name: str, x: Tensor, mask: Any) -> Any:
    if len(mask._shape) > len(x._shape):
        raise ValueError(
            message(f"masked.{name}", f"a mask of {len(mask._shape)} dims for {len(x._shape)}",
                    "expected broadcastable mask (got mask dimensionality higher than of the "
                    "input)")
        )  # fmt: skip
    return broadcast_to(mask.bool(), x._shape)


def _filled(name: str, x: Any, mask: Any, value: Any = None) -> Any:
    """x with the neutral element where the mask is False."""
    if mask is None:
        return x
    value = _neutral(name, x.dtype) if value is None else value
    return where(_mask_of(name, x, mask), x, x.new_full((), value))


def _dims(name: str, x: Tensor, dim: Any) -> tuple[int, ...]:
    ndim = len(x._shape)
    if dim is None:
        return tuple(range(ndim))
    return normalize_dims(f"masked.{name}", dim, ndim)


def _all_dims(name: str, x: Any, dim: Any) -> Any:
    """Dims for functions whose () means all: PyTorch's masked functions agree."""
    dims = _dims(name, x, dim)
    return dims if dims or dim is None else None


def _accumulating(name: str) -> Callable[..., Tensor]:
    def function(
        input: Tensor, dim: Any = None, *, keepdim: Any = False, dtype: Any = None, mask: Any = None
    ) -> Tensor:
        x = _filled(name, input, mask)
        if name == "sum":
            return x.sum(_all_dims(name, x, dim), bool(keepdim), dtype=dtype)  # type: ignore[no-any-return]
        result = x
        for d in sorted(_dims(name, x, dim), reverse=True):
            result = result.prod(d, bool(keepdim), dtype=dtype)
        if not x._shape:
            result = x.prod(dtype=dtype)
        return result  # type: ignore[no-any-return]

    return function


def _running(name: str) -> Callable[..., Tensor]:
    def function(input: Tensor, dim: int, *, dtype: Any = None, mask: Any = None) -> Tensor:
        dtype = dtype or input.dtype
        x = _filled(name, input, mask)
        return getattr(x, name)(dim, dtype=dtype).to(dtype)  # type: ignore[no-any-return]

    return function


def _extremes(name: str) -> Callable[..., Tensor]:
    def function(
        input: Tensor, dim: Any = None, *, keepdim: Any = False, dtype: Any = None, mask: Any = None
    ) -> Tensor:
        x = _filled(name, input, mask)
        result = getattr(x, name)(_dims(name, x, dim), bool(keepdim))
        return result.to(dtype or input.dtype)  # type: ignore[no-any-return]

    return function


def _places(name: str) -> Callable[..., Tensor]:
    def function(
        input: Tensor, dim: Any = None, *, keepdim: Any = False, dtype: Any = None, mask: Any = None
    ) -> Tensor:
        x = _filled(name, input, mask)
        result = getattr(x, name)(dim, bool(keepdim))
        return result.to(dtype or input.dtype)  # type: ignore[no-any-return]

    return function


def logsumexp(
    input: Tensor, dim: Any = None, *, keepdim: bool = False, dtype: Any = None, mask: Any = None
) -> Tensor:
    """log(sum(exp(x))) of the kept elements over dims."""
    x = _filled("logsumexp", input, mask)
    return x.logsumexp(_dims("logsumexp", x, dim), keepdim).to(dtype or input.dtype)  # type: ignore[no-any-return]


def logaddexp(
    input: Tensor, other: Tensor, *, dtype: Any = None, input_mask: Any = None,
    other_mask: Any = None,
) -> Tensor:  # fmt: skip
    """log(exp(x) + exp(y)), where what a mask drops adds nothing."""
    x = _filled("logaddexp", input, input_mask)
    y = _filled("logaddexp", other, other_mask)
    return x.logaddexp(y).to(dtype or input.dtype)  # type: ignore[no-any-return]


def _count(x: Any, dim: Any, keepdim: bool, mask: Any) -> Any:
    ones = x.new_ones(x._shape, dtype=x.dtype.to_real())
    return ones.sum(dim, keepdim) if mask is None else mask.sum(dim, keepdim)


def mean(
    input: Tensor, dim: Any = None, *, keepdim: Any = False, dtype: Any = None, mask: Any = None
) -> Tensor:
    """The mean of the kept elements over dims; NaN where none is kept."""
    dtype = dtype or input.dtype
    if dtype.category in ("bool", "int"):
        raise ValueError(
            message("masked.mean", f"dtype {dtype.name}", "mean(): Could not infer output dtype. "
                    "Input dtype must be either a floating point or complex dtype",
                    "dtype=flambeau.float32")
        )  # fmt: skip
    mask = None if mask is None else _mask_of("mean", input, mask)
    dims = _all_dims("mean", input, dim)
    total: Any = FUNCTIONS["sum"](input, dim, keepdim=keepdim, dtype=dtype, mask=mask)
    return total / _count(input, dims, bool(keepdim), mask)  # type: ignore[no-any-return]


def median(
    input: Tensor, dim: int = -1, *, keepdim: bool = False, dtype: Any = None, mask: Any = None
) -> Tensor:
    """The median of the kept elements along a dim; NaN where none is kept."""
    x: Any = input
    is_float = x.dtype.is_floating_point
    x = _filled("median", x if is_float else x.float(), mask)
    result = x.nanmedian(normalize_dim("masked.median", dim, len(x._shape)), keepdim).values
    if is_float:
        return result  # type: ignore[no-any-return]
    if result.isnan().any():
        raise ValueError(
            message("masked.median", f"dtype {input.dtype.name} and a row of which nothing is kept",
                    "masked median expects no fully masked out rows if dtype is not floating "
                    "point", ".float()")
        )  # fmt: skip
    return result.to(dtype or input.dtype)  # type: ignore[no-any-return]


def norm(
    input: Tensor, ord: float | None = 2.0, dim: Any = None, *, keepdim: Any = False,
    dtype: Any = None, mask: Any = None,
) -> Tensor:  # fmt: skip
    """The vector norm of order `ord` of the kept elements over dims."""
    order = 2.0 if ord is None else float(ord)
    value = math.inf if order == -math.inf else 0
    x = _filled("norm", input, mask, value)
    return x.norm(order, _all_dims("norm", x, dim), bool(keepdim), dtype=dtype)  # type: ignore[no-any-return]


def normalize(
    input: Tensor, ord: float, dim: int, *, eps: float = 1e-12, dtype: Any = None, mask: Any = None
) -> Tensor:
    """The kept elements divided by their norm along a dim, but at least by eps; zeros elsewhere."""
    length: Any = norm(input, ord, dim, keepdim=True, dtype=dtype, mask=mask)
    return _filled("sum", input, mask) / length.clamp(min=eps)  # type: ignore[no-any-return]


def _spread(
    name: str, input: Any, dim: Any, unbiased: Any, correction: Any, keepdim: Any, dtype: Any,
    mask: Any,
) -> Any:  # fmt: skip
    """The variance of the kept elements."""
    if correction is None:
        correction = 0.0 if unbiased is False else 1.0
    dtype = dtype or (
        input.dtype if input.dtype.category not in ("bool", "int") else get_default_dtype()
    )
    mask = None if mask is None else _mask_of(name, input, mask)
    dims = _all_dims(name, input, dim)
    count = _count(input, dims, True, mask)
    total = FUNCTIONS["sum"](input, dim, keepdim=True, dtype=dtype, mask=mask)
    gap = input - total / count  # type: ignore[operator]
    squares: Any = FUNCTIONS["sum"](
        gap * gap.conj(), dim, keepdim=bool(keepdim), dtype=dtype, mask=mask
    )
    if not keepdim:
        count = count.reshape(squares._shape)
    return squares / (count.to(squares.dtype.to_real()) - correction).clamp(min=0)


def var(
    input: Tensor, dim: Any = None, unbiased: Any = None, *, correction: Any = None,
    keepdim: Any = False, dtype: Any = None, mask: Any = None,
) -> Tensor:  # fmt: skip
    """The variance of the kept elements over dims."""
    return _spread("var", input, dim, unbiased, correction, keepdim, dtype, mask)  # type: ignore[no-any-return]


def std(
    input: Tensor, dim: Any = None, unbiased: Any = None, *, correction: Any = None,
    keepdim: Any = False, dtype: Any = None, mask: Any = None,
) -> Tensor:  # fmt: skip
    """The standard deviation of the kept elements over dims."""
    return _spread("std", input, dim, unbiased, correction, keepdim, dtype, mask).sqrt()  # type: ignore[no-any-return]


def _soft(name: str) -> Callable[..., Tensor]:
    def function(input: Tensor, dim: int, *, dtype: Any = None, mask: Any = None) -> Tensor:
        x = _filled(name, input, mask)
        if name == "softmin":
            return (-x).softmax(dim, dtype=dtype)  # type: ignore[no-any-return]
        return getattr(x, name)(dim, dtype=dtype)  # type: ignore[no-any-return]

    return function


def _described(name: str, function: Callable[..., Tensor], doc: str) -> Callable[..., Tensor]:
    function.__name__ = function.__qualname__ = name
    function.__doc__ = doc
    return function


FUNCTIONS: dict[str, Callable[..., Tensor]] = {
    "sum": _described(
        "sum", _accumulating("sum"),
        """The sum of the kept elements over dims.

    >>> import flambeau
    >>> x, mask = flambeau.tensor([1, 2, 3]), flambeau.tensor([True, False, True])
    >>> flambeau.masked.sum(x, mask=mask)
    tensor(4)
    """,
    ),
    "prod": _described("prod", _accumulating("prod"), "The product of the kept elements."),
    "cumsum": _described("cumsum", _running("cumsum"), "Running sums of the kept elements."),
    "cumprod": _described("cumprod", _running("cumprod"), "Running products of the kept elements."),
    "amax": _described("amax", _extremes("amax"), "The greatest kept element over dims."),
    "amin": _described("amin", _extremes("amin"), "The least kept element over dims."),
    "argmax": _described("argmax", _places("argmax"), "Where the greatest kept element is."),
    "argmin": _described("argmin", _places("argmin"), "Where the least kept element is."),
    "logsumexp": logsumexp, "logaddexp": logaddexp, "mean": mean, "median": median, "norm": norm,
    "normalize": normalize, "var": var, "std": std,
    "softmax": _described("softmax", _soft("softmax"), "The softmax of the kept elements."),
    "log_softmax": _described("log_softmax", _soft("log_softmax"), "The logarithm of it."),
    "softmin": _described("softmin", _soft("softmin"), "The softmax of the negated elements."),
}  # fmt: skip
