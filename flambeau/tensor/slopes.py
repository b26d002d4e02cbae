"""`gradient`: slopes of sampled functions by differences of neighbours."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flambeau.core.errors import message
from flambeau.core.shape import normalize_dims
from flambeau.tensor.joining import cat
from flambeau.tensor.shaping import narrow
from flambeau.tensor.tensor import Tensor

__all__ = ["FUNCTIONS", "gradient"]


def gradient(
    input: Tensor, *, spacing: Any = 1, dim: Any = None, edge_order: int = 1
) -> tuple[Tensor, ...]:
    """The slope along each dim (all, or those of `dim`), second-order accurate inside.

    spacing: one distance for all dims, one for each, or a tensor of coordinates for each;
    edge_order: 1 or 2, the order of the differences at the ends.

    >>> import flambeau
    >>> flambeau.gradient(flambeau.tensor([1.0, 4.0, 9.0, 16.0]), edge_order=2)
    (tensor([2., 4., 6., 8.]),)
    """
    ndim = len(input._shape)
    dims = normalize_dims("gradient", dim, ndim) if dim is not None else tuple(range(ndim))
    if edge_order not in (1, 2):
        raise RuntimeError(
            message("gradient", f"edge_order={edge_order}",
                    "torch.gradient only supports edge_order=1 and edge_order=2")
        )  # fmt: skip
    steps = _steps(spacing, dims, ndim, dim is not None)
    for d in dims:
        if input._shape[d] < edge_order + 1:
            raise RuntimeError(
                message("gradient", f"size {input._shape[d]} of dim {d}",
                        "torch.gradient expected each dimension size to be at least edge_order+1")
            )  # fmt: skip
    return tuple(_along(input, d, step, edge_order) for d, step in zip(dims, steps, strict=True))


def _steps(spacing: Any, dims: tuple[int, ...], ndim: int, named: bool) -> Sequence[Any]:
    if isinstance(spacing, (list, tuple)):
        if len(spacing) != len(dims):
            which = "dim" if named else f"self.dim() = {ndim}"
            raise RuntimeError(
                message("gradient", f"a list of {len(spacing)} spacings for {len(dims)} dims",
                        "torch.gradient expected spacing to be unspecified, a scalar, or a list "
                        f"of length equal to '{which}'")
            )  # fmt: skip
        return spacing
    return [1 if spacing is None else spacing] * len(dims)


def _along(x: Any, dim: int, step: Any, edge_order: int) -> Tensor:
    n = x._shape[dim]

    def part(start: int, count: int) -> Any:
        return narrow(x, dim, start, count)

    if isinstance(step, Tensor) and step._shape:
        return _uneven(part, n, dim, step, edge_order, len(x._shape))
    inner = (part(2, n - 2) - part(0, n - 2)) / (step * 2)
    if edge_order == 1:
        first = (part(1, 1) - part(0, 1)) / step
        last = (part(n - 1, 1) - part(n - 2, 1)) / step
    else:
        first = (part(1, 1) * 4 - part(0, 1) * 3 - part(2, 1)) / (step * 2)
        last = (part(n - 1, 1) * 3 - part(n - 2, 1) * 4 + part(n - 3, 1)) / (step * 2)
    return cat([first, inner, last], dim)


def _uneven(
    part: Callable[[int, int], Any], n: int, dim: int, at: Any, edge_order: int, ndim: int
) -> Tensor:
    """Three-point formulas on uneven places; Fornberg, "Generation of finite difference formulas
    on arbitrarily spaced grids", 1988."""
    gaps = (at[1:] - at[:-1]).reshape((-1,) + (1,) * (ndim - dim - 1))
    a, b = gaps[: n - 2], gaps[1:]
    inner = (
        part(0, n - 2) * (-b / (a * (a + b)))
        + part(1, n - 2) * ((b - a) / (a * b))
        + part(2, n - 2) * (a / (b * (a + b)))
    )
    if edge_order == 1:
        first = (part(1, 1) - part(0, 1)) / gaps[:1]
        last = (part(n - 1, 1) - part(n - 2, 1)) / gaps[n - 2 : n - 1]
        return cat([first, inner, last], dim)
    a, b = gaps[:1], gaps[1:2]
    first = (
        part(0, 1) * (-(a * 2 + b) / (a * (a + b)))
        + part(1, 1) * ((a + b) / (a * b))
        - part(2, 1) * (a / (b * (a + b)))
    )
    a, b = gaps[n - 3 : n - 2], gaps[n - 2 : n - 1]
    last = (
        part(n - 3, 1) * (b / (a * (a + b)))
        - part(n - 2, 1) * ((a + b) / (a * b))
        + part(n - 1, 1) * ((b * 2 + a) / (b * (a + b)))
    )
    return cat([first, inner, last], dim)


FUNCTIONS: dict[str, Callable[..., Any]] = {"gradient": gradient}
