"""Images sampled at given places: grid_sample, and the grids of affine maps."""

from __future__ import annotations

import itertools
import math
import warnings
from typing import Any

import numpy as np

from flambeau.core.dtype import float64
from flambeau.core.errors import message
from flambeau.nn.functional.resizing import CUBIC
from flambeau.tensor.creation import from_array
from flambeau.tensor.elementwise import where
from flambeau.tensor.gathering import gather
from flambeau.tensor.tensor import Tensor

__all__ = ["affine_grid", "grid_sample"]

MODES = ("bilinear", "nearest", "bicubic")
PADDINGS = ("zeros", "border", "reflection")


def grid_sample(
    input: Tensor, grid: Tensor, mode: str = "bilinear", padding_mode: str = "zeros",
    align_corners: bool | None = None,
) -> Tensor:  # fmt: skip
    """The input at the places of `grid`, whose last dim holds (x, y) or (x, y, z) in -1 ... 1.

    Shapes: (n, c, h, w), (n, a, b, 2) to (n, c, a, b), and the same with one dim more. -1 and 1
    are the outer edges of the image, or the centres of its corners if align_corners.
    padding_mode: what lies outside: "zeros", "border" or "reflection".
    """
    _check(input, grid, mode, padding_mode)
    if align_corners is None:
        warnings.warn(
            "Default grid_sample and affine_grid behavior has changed to align_corners=False "
            "since 1.3.0. Please specify align_corners=True if the old behavior is desired.",
            stacklevel=2,
        )
    align = bool(align_corners)
    x: Any = input
    g: Any = grid
    n, c, *sizes = x._shape
    places: list[Any] = []
    for i, size in enumerate(reversed(sizes)):  # the grid's first coordinate is of the last dim
        at = g.select(-1, i)
        at = (at + 1) * ((size - 1) / 2) if align else ((at + 1) * size - 1) / 2
        places.insert(0, at.reshape(n, -1))
    sampler = _cubic if mode == "bicubic" else _linear
    if mode != "bicubic":
        places = [
            _inside(p, size, padding_mode, align) for p, size in zip(places, sizes, strict=True)
        ]
    image = _Image(x.reshape(n, c, -1), tuple(sizes), padding_mode, align)
    if mode == "nearest":
        result = image.at([p.round() for p in places])
        if g._requires_grad:  # zeros, not None, are the gradient of the grid
            result = result + where(places[0] > math.inf, places[0], 0.0).unsqueeze(1)
    else:
        result = sampler(image, places)
    return result.reshape(n, c, *g._shape[1:-1])


def _check(x: Tensor, grid: Tensor, mode: str, padding_mode: str) -> None:
    if mode not in MODES:
        raise ValueError(
            message("grid_sample", f"mode={mode!r}", "mode to be 'bilinear', 'nearest' or "
                    "'bicubic'")
        )  # fmt: skip
    if padding_mode not in PADDINGS:
        raise ValueError(
            message("grid_sample", f"padding_mode={padding_mode!r}",
                    "padding_mode to be 'zeros', 'border', or 'reflection'")
        )  # fmt: skip
    spatial = len(x._shape) - 2
    given = f"input {list(x._shape)} and grid {list(grid._shape)}"
    if spatial not in (2, 3) or len(grid._shape) != spatial + 2:
        raise RuntimeError(
            message("grid_sample", given, "expected 4D or 5D input and grid with same number of "
                    "dimensions")
        )  # fmt: skip
    if grid._shape[-1] != spatial or grid._shape[0] != x._shape[0]:
        raise RuntimeError(
            message("grid_sample", given, f"a grid of the input's batch size whose last dim is "
                    f"{spatial}")
        )  # fmt: skip
    if 0 in x._shape[1:]:
        raise RuntimeError(message("grid_sample", given, "an input with non-empty dimensions"))
    if x.dtype is not grid.dtype:
        raise RuntimeError(
            message("grid_sample", f"input of dtype {x.dtype.name} and grid of "
                    f"{grid.dtype.name}", "expected input and grid to have same dtype",
                    "grid.to(input.dtype)")
        )  # fmt: skip
    if mode == "bicubic" and spatial != 2:
        raise RuntimeError(message("grid_sample", given, "bicubic interpolation of 4D input"))


def _inside(at: Any, size: int, padding_mode: str, align: bool) -> Any:
    """Places moved into the image, as the padding mode says; NaN is moved to 0."""
    if padding_mode == "zeros":
        return at
    if padding_mode == "reflection":
        low, high = (0, 2 * (size - 1)) if align else (-1, 2 * size - 1)
        at = _reflected(at, low / 2, (high - low) / 2)
    at = where(at > 0, at, 0.0)
    return where(at < size - 1, at, float(size - 1))


def _reflected(at: Any, low: float, span: float) -> Any:
    """Places reflected at low and at low + span until they lie between."""
    if span == 0:
        return at * 0
    at = (at - low).abs()
    flips = (at / span).detach().floor()
    rest = at - flips * span
    return where(flips % 2 == 0, rest + low, span - rest + low)


class _Image:
    """An image (n, c, elements) that is read at whole places."""

    def __init__(self, flat: Any, sizes: tuple[int, ...], padding_mode: str, align: bool) -> None:
        self.flat = flat
        self.sizes = sizes
        self.padding_mode = padding_mode
        self.align = align

    def at(self, places: list[Any]) -> Any:
        """(n, c, k): the elements at places (n, k), one tensor of whole numbers for each dim."""
        index: Any = None
        inside: Any = None
        for p, size in zip(places, self.sizes, strict=True):
            p = p.detach()
            is_in = (p >= 0) & (p <= size - 1)  # false for NaN
            inside = is_in if inside is None else inside & is_in
            whole = where(is_in, p, 0.0).long()
            index = whole if index is None else index * size + whole
        n, k = index._shape
        c = self.flat._shape[1]
        found: Any = gather(self.flat, -1, index.unsqueeze(1).expand(n, c, k))
        if self.padding_mode != "zeros":
            return found
        return where(inside.unsqueeze(1), found, 0.0)


def _linear(image: _Image, places: list[Any]) -> Any:
    """The mean of the corners around each place, weighted by how near they are."""
    lows = [p.detach().floor() for p in places]
    parts = [p - low for p, low in zip(places, lows, strict=True)]
    result: Any = None
    for corner in itertools.product((0, 1), repeat=len(places)):
        weight: Any = None
        for part, high in zip(parts, corner, strict=True):
            factor = part if high else 1 - part
            weight = factor if weight is None else weight * factor
        ends = [low + high for low, high in zip(lows, corner, strict=True)]
        if image.padding_mode != "zeros":  # a corner past the edge has weight zero
            ends = [e.clamp(0, n - 1) for e, n in zip(ends, image.sizes, strict=True)]
        value = image.at(ends) * weight.unsqueeze(1)
        result = value if result is None else result + value
    return result


def _cubic_weights(t: Any) -> list[Any]:
    """The four weights of cubic convolution at the distance t from the second element."""
    a = CUBIC

    def near(x: Any) -> Any:
        return ((a + 2) * x - (a + 3)) * x * x + 1

    def far(x: Any) -> Any:
        return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a

    return [far(t + 1), near(t), near(1 - t), far(2 - t)]


def _cubic(image: _Image, places: list[Any]) -> Any:
    lows = [p.detach().floor() for p in places]
    weights = [_cubic_weights(p - low) for p, low in zip(places, lows, strict=True)]
    result: Any = None
    for i in range(4):
        row: Any = None
        for j in range(4):
            ends = [
                _inside(low + k - 1, size, image.padding_mode, image.align)
                for low, k, size in zip(lows, (i, j), image.sizes, strict=True)
            ]
            value = image.at(ends) * weights[1][j].unsqueeze(1)
            row = value if row is None else row + value
        row = row * weights[0][i].unsqueeze(1)
        result = row if result is None else result + row
    return result


# -- affine maps ----------------------------------------------------------------------------------
def affine_grid(theta: Tensor, size: Any, align_corners: bool | None = None) -> Tensor:
    """The grid for `grid_sample` of affine maps theta: (n, 2, 3) to (n, h, w, 2), or (n, 3, 4).

    size: (n, c, h, w) or (n, c, d, h, w), of the image to be made.
    """
    if not theta.dtype.is_floating_point:
        raise ValueError(
            f"affine_grid: Expected theta to have floating point type, but got {theta.dtype}"
        )
    sizes = [int(s) for s in size]
    n, spatial = sizes[0], len(sizes) - 2
    if spatial not in (2, 3) or tuple(theta._shape) != (n, spatial, spatial + 1):
        raise ValueError(
            message("affine_grid", f"theta {list(theta._shape)} and size {sizes}",
                    "Expected a batch of 2D affine matrices of shape Nx2x3 for size (N, C, H, W), "
                    "or of 3D ones of shape Nx3x4 for size (N, C, D, H, W)")
        )  # fmt: skip
    if min(sizes) <= 0:
        raise ValueError(f"affine_grid: Expected non-zero, positive output size. Got {sizes}")
    if align_corners is None:
        warnings.warn(
            "Default grid_sample and affine_grid behavior has changed to align_corners=False "
            "since 1.3.0. Please specify align_corners=True if the old behavior is desired.",
            stacklevel=2,
        )
    axes = [_axis(k, bool(align_corners)) for k in sizes[2:]]
    mesh = np.meshgrid(*axes, indexing="ij")
    base = np.stack([*reversed(mesh), np.ones_like(mesh[0])], -1).reshape(-1, spatial + 1)
    points: Any = from_array(np.ascontiguousarray(base), float64)
    t: Any = theta
    return (points.to(theta.dtype) @ t.transpose(1, 2)).reshape(n, *sizes[2:], spatial)


def _axis(count: int, align: bool) -> np.ndarray:
    """The centres of `count` elements between -1 and 1."""
    if count == 1:
        return np.zeros(1)
    whole = np.linspace(-1.0, 1.0, count)
    return whole if align else whole * (count - 1) / count
