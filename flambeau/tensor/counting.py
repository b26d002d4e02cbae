"""Counts of elements: bincount, histc, histogram, histogramdd.

They are computed on the host, because how many bins there are, or whether a range is finite,
depends on values; a function that calls these runs uncaptured. No gradient.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any

import numpy as np

from flambeau.core import dtype as dt
from flambeau.core.dtype import DType
from flambeau.core.errors import message
from flambeau.core.types import Shape
from flambeau.engine.graph.meaning import from_storage, to_storage
from flambeau.tensor import returns
from flambeau.tensor.boundary import fresh, read
from flambeau.tensor.gathering import check_tensor
from flambeau.tensor.inplace import into
from flambeau.tensor.patterns import linspace
from flambeau.tensor.shaping import clone, reshape, unsqueeze
from flambeau.tensor.sorting import need_int
from flambeau.tensor.tensor import Tensor

__all__ = ["FUNCTIONS", "METHODS"]

Array = np.ndarray[Any, Any]


def _tensor(array: Array, dtype: DType) -> Tensor:
    result, memory = fresh(dtype, array.shape)
    memory[...] = to_storage(array) if dtype is dt.bfloat16 else array
    return result


def _numbers(x: Tensor) -> Array:
    """x's elements to compute with: float32 for half precision."""
    array = read(x)
    if x.dtype is dt.bfloat16:
        return from_storage(array)
    return array.astype(np.float32) if x.dtype is dt.float16 else array


# -- bincount -----------------------------------------------------------------------------------
def bincount(input: Tensor, weights: Tensor | None = None, minlength: int = 0) -> Tensor:
    """How often each int from 0 on occurs in a vector; with `weights`, the sum of its weights.

    The result has as many elements as the greatest int asks for, and at least `minlength`.

    >>> import flambeau
    >>> flambeau.tensor([1, 3, 1]).bincount()
    tensor([0, 2, 0, 1])
    """
    check_tensor("bincount", "input", 1, input)
    minlength = need_int("bincount", "minlength", 3, minlength)
    if input.dtype.category != "int":
        raise NotImplementedError(
            message("bincount", f"a tensor of dtype {input.dtype.name}: not implemented for it",
                    "an integer dtype", ".long()")
        )  # fmt: skip
    if minlength < 0:
        raise RuntimeError(
            message("bincount", f"minlength={minlength}", "minlength should be >= 0")
        )
    array = read(input)
    if array.ndim != 1 or (array.size and array.min() < 0):
        given = f"a tensor of shape {list(array.shape)}" if array.ndim != 1 else int(array.min())
        raise RuntimeError(
            message("bincount", str(given),
                    "bincount only supports 1-d non-negative integral inputs")
        )  # fmt: skip
    if weights is not None:
        check_tensor("bincount", "weights", 2, weights)
        if weights._shape != input._shape:
            raise RuntimeError(
                message("bincount", f"weights of shape {list(weights._shape)} for "
                        f"{array.size} elements",
                        "weights should be 1-d and have the same length as input")
            )  # fmt: skip
    if weights is None or not array.size:
        return _tensor(np.bincount(array.astype(np.int64), minlength=minlength), dt.int64)
    found = np.bincount(array.astype(np.int64), _numbers(weights), minlength)
    return _tensor(found, dt.float32 if weights.dtype is dt.float32 else dt.float64)


# -- ranges and edges ---------------------------------------------------------------------------
def _need_float(name: str, x: Tensor, halves: bool = False) -> None:
    check_tensor(name, "input", 1, x)
    if x.dtype not in (dt.float32, dt.float64) and not (halves and x.dtype.is_floating_point):
        raise NotImplementedError(
            message(name, f"a tensor of dtype {x.dtype.name}: not implemented for it",
                    "float32 or float64", ".float()")
        )  # fmt: skip


def _need_bins(name: str, bins: int) -> int:
    if bins < 1:
        raise RuntimeError(message(name, f"{bins} bins", "bins must be > 0", "100"))
    return bins


def _outermost(name: str, low: float, high: float, margin: float) -> tuple[float, float]:
    """The outermost edges; wider by `margin` if they are equal."""
    if not (np.isfinite(low) and np.isfinite(high)):
        raise RuntimeError(
            message(name, f"the range [{low}, {high}]", f"range of [{low}, {high}] is not finite",
                    "a range, or nan_to_num on the input")
        )  # fmt: skip
    return (low - margin, high + margin) if low == high else (low, high)


def histc(input: Tensor, bins: int = 100, min: Any = 0, max: Any = 0, *, out: Any = None) -> Tensor:
    """Counts of elements in `bins` equal bins from `min` to `max` (from the data if equal).

    Elements outside, and NaN, are not counted.

    >>> import flambeau
    >>> flambeau.tensor([1.0, 2.0, 1.0]).histc(bins=4, min=0, max=3)
    tensor([0., 2., 1., 0.])
    """
    _need_float("histc", input, halves=True)
    count = _need_bins("histc", need_int("histc", "bins", 2, bins))
    array = _numbers(input).reshape(-1)
    if min > max:
        raise RuntimeError(
            message("histc", f"min={min} and max={max}", "max must be larger than min")
        )
    low, high = float(min), float(max)
    if low == high and array.size:
        low, high = array.min(), array.max()
    low, high = _outermost("histc", low, high, 1.0)
    inside = array[(array >= low) & (array <= high)]
    kind = inside.dtype.type
    at = ((inside - kind(low)) * kind(count) / (kind(high) - kind(low))).astype(np.int64)
    hist = np.bincount(np.minimum(at, count - 1), minlength=count)
    result = _tensor(hist.astype(array.dtype), input.dtype)
    return result if out is None else into(out, result, "histc")  # type: ignore[no-any-return]


def _equal_bins(name: str, array: Array, bins: int, limits: Any, dim: int, dtype: DType) -> Tensor:
    """The edges of `bins` equal bins."""
    _need_bins(name, bins)
    if limits is not None:
        low, high = (float(v) for v in limits)
    else:
        low, high = (array.min(), array.max()) if array.size else (0.0, 1.0)
    if low > high:
        raise RuntimeError(
            message(name, f"the range ({low}, {high}) for dimension {dim}",
                    f"min should not exceed max, but got min {low:g} max {high:g}")
        )  # fmt: skip
    low, high = _outermost(f"{name}, dimension {dim}", low, high, 0.5)
    return linspace(float(low), float(high), bins + 1, dtype=dtype)


def _given_bins(name: str, x: Tensor, bins: Tensor, dim: int) -> Tensor:
    """Edges that were given."""
    if len(bins._shape) != 1 or not bins._shape[0]:
        raise RuntimeError(
            message(name, f"bins of shape {list(bins._shape)} for dimension {dim}",
                    "bins tensor should have one dimension" if len(bins._shape) != 1 else
                    "bins tensor should have at least 1 element")
        )  # fmt: skip
    if bins.dtype is not x.dtype:
        raise RuntimeError(
            message(name, f"bins of dtype {bins.dtype.name} for an input of {x.dtype.name}",
                    "input tensor and bins tensors should have the same dtype",
                    f"bins.to(flambeau.{x.dtype.name})")
        )  # fmt: skip
    _need_bins(name, bins._shape[0] - 1)
    return clone(bins.detach())  # type: ignore[attr-defined]


# -- histograms ---------------------------------------------------------------------------------
def _histogram(
    name: str, x: Tensor, edges: Sequence[Tensor], weight: Tensor | None, density: bool
) -> Tensor:
    """The histogram of x's rows; a bin has its left edge, the last one its right edge too."""
    points = read(x).reshape(-1, len(edges))
    mass = None if weight is None else _numbers(weight).reshape(-1)
    bounds = [read(e) for e in edges]
    inside = np.ones(len(points), bool)
    for column, b in zip(points.T, bounds, strict=True):
        inside &= (column >= b[0]) & (column <= b[-1])
    shape = tuple([len(b) - 1 for b in bounds])
    places = [
        np.minimum(np.searchsorted(b, column[inside], "right") - 1, n - 1)
        for column, b, n in zip(points.T, bounds, shape, strict=True)
    ]
    flat = np.ravel_multi_index(places, shape)
    hist = np.bincount(flat, None if mass is None else mass[inside], prod(shape))
    hist = hist.reshape(shape).astype(np.float64)
    if density:
        volume = np.ones(shape)
        for d, b in enumerate(bounds):
            width = np.diff(b.astype(np.float64))
            volume *= width.reshape((-1,) + (1,) * (len(shape) - d - 1))
        with np.errstate(all="ignore"):
            hist = hist / hist.sum() / volume
    return _tensor(hist, x.dtype)


def _check_weight(name: str, x: Tensor, weight: Any, shape: Shape) -> None:
    if weight is None:
        return
    check_tensor(name, "weight", 4, weight)
    if weight.dtype is not x.dtype:
        raise RuntimeError(
            message(name, f"a weight of dtype {weight.dtype.name} for an input of {x.dtype.name}",
                    "input tensor and weight tensor should have the same dtype",
                    f"weight.to(flambeau.{x.dtype.name})")
        )  # fmt: skip
    if weight._shape != shape:
        raise RuntimeError(
            message(name, f"a weight of shape {list(weight._shape)} for an input of shape "
                    f"{list(x._shape)}", f"one weight for each point, {list(shape)}: if weight "
                    "tensor is provided it should have the same shape as the input tensor "
                    "excluding its innermost dimension")
        )  # fmt: skip


def histogram(
    input: Tensor, bins: Any, *, range: Any = None, weight: Tensor | None = None,
    density: bool = False, out: Any = None,
) -> Any:  # fmt: skip
    """Counts (or sums of `weight`) of elements in bins: (hist, bin_edges).

    `bins` is a number of equal bins over `range`, by default the data's, or a tensor of edges.
    With `density`, the integral of the histogram is 1.

    >>> import flambeau
    >>> flambeau.tensor([1.0, 2.0, 1.0]).histogram(bins=2, range=(0.0, 3.0)).hist
    tensor([2., 1.])
    """
    _need_float("histogram", input)
    _check_weight("histogram", input, weight, input._shape)
    if isinstance(bins, Tensor):
        edges = _given_bins("histogram", input, bins, 0)
    else:
        count = need_int("histogram", "bins", 2, bins)
        edges = _equal_bins("histogram", read(input), count, range, 0, input.dtype)
    points = unsqueeze(reshape(input.detach(), -1), 1)  # type: ignore[attr-defined]
    hist = _histogram("histogram", points, [edges], weight, density)
    result = returns.histogram(hist, edges)
    return result if out is None else into(out, result, "histogram")


def _limits_of(limits: Any, ndim: int) -> list[Any]:
    """(min, max) of each dimension."""
    if limits is None:
        return [None] * ndim
    if len(limits) != 2 * ndim:
        raise RuntimeError(
            message("histogramdd", f"a range of {len(limits)} numbers",
                    f"for a {ndim}-dimensional histogram range should have {2 * ndim} elements")
        )  # fmt: skip
    return [(limits[2 * d], limits[2 * d + 1]) for d in range(ndim)]


def histogramdd(
    input: Tensor, bins: Any, *, range: Any = None, weight: Tensor | None = None,
    density: bool = False,
) -> Any:  # fmt: skip
    """The histogram of points, the rows of `input` (..., d), in d dimensions: (hist, bin_edges).

    `bins` is one number of bins for all dimensions, one for each, or a tensor of edges for each;
    `range` has a minimum and a maximum for each dimension, one after the other.

    >>> import flambeau
    >>> points = flambeau.tensor([[0.0, 0.0], [1.0, 1.0], [1.0, 0.0]])
    >>> flambeau.histogramdd(points, [2, 2]).hist
    tensor([[1., 0.],
            [1., 1.]])
    """
    name = "histogramdd"
    _need_float(name, input)
    if len(input._shape) < 2:
        raise RuntimeError(
            message(name, f"a tensor of shape {list(input._shape)}",
                    "input tensor should have at least 2 dimensions", "unsqueeze(-1)")
        )  # fmt: skip
    ndim = input._shape[-1]
    if not isinstance(bins, (tuple, list)):
        bins = [need_int(name, "bins", 2, bins)] * ndim
    if len(bins) != ndim:
        raise RuntimeError(
            message(name, f"{len(bins)} bins for points of {ndim} dimensions",
                    "The size of bins must be equal to the innermost dimension of the input")
        )  # fmt: skip
    _check_weight(name, input, weight, input._shape[:-1])
    columns = read(input).reshape(-1, ndim)
    edges = [
        _given_bins(name, input, b, d) if isinstance(b, Tensor)
        else _equal_bins(name, columns[:, d], need_int(name, "bins", 2, b), limits, d, input.dtype)
        for d, (b, limits) in enumerate(zip(bins, _limits_of(range, ndim), strict=True))
    ]  # fmt: skip
    hist = _histogram(name, input, edges, weight, density)
    return returns.histogramdd(hist, tuple(edges))


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "bincount": bincount,
    "histc": histc,
    "histogram": histogram,
    "histogramdd": histogramdd,
}
METHODS: dict[str, Callable[..., Any]] = {}
