"""Operations on tensors (..., channels, height, width) that move pixels."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from flambeau.core.dtype import DType, float32
from flambeau.core.errors import message
from flambeau.nn import functional as F  # noqa: N812 - PyTorch's name
from flambeau.tensor.joining import cat
from flambeau.tensor.sharing import from_numpy
from flambeau.vision.host import array_of, tensor_of
from flambeau.vision.transforms.interpolation import InterpolationMode


def as_float(x: Any) -> Any:
    """x in a floating-point dtype."""
    return x if x.dtype.is_floating_point else x.to(float32)


def as_before(x: Any, dtype: DType) -> Any:
    """x in its first dtype, rounded where that is whole."""
    if x.dtype is dtype:
        return x
    return x.to(dtype) if dtype.is_floating_point else x.round().to(dtype)


def resize(x: Any, size: Sequence[int], mode: InterpolationMode, antialias: bool) -> Any:
    """size: (height, width)."""
    smooth = mode in (InterpolationMode.BILINEAR, InterpolationMode.BICUBIC)
    if not smooth and mode.value not in ("nearest", "nearest-exact"):
        raise ValueError(
            message("transforms.resize", f"interpolation={mode.value} for a tensor",
                    "nearest, nearest-exact, bilinear or bicubic", "a PIL image for the others")
        )  # fmt: skip
    lead, dtype = x.shape[:-3], x.dtype
    x4 = as_float(x.reshape(-1, *x.shape[-3:]))
    made = F.interpolate(
        x4, list(size), mode=mode.value, align_corners=False if smooth else None,
        antialias=antialias and smooth,
    )  # fmt: skip
    if mode is InterpolationMode.BICUBIC and not dtype.is_floating_point:
        made = made.clamp(0, 255)
    return as_before(made, dtype).reshape(*lead, *made.shape[-3:])


def crop(x: Any, top: int, left: int, height: int, width: int) -> Any:
    """What lies outside is 0."""
    h, w = x.shape[-2:]
    rows = slice(max(top, 0), max(top + height, 0))
    columns = slice(max(left, 0), max(left + width, 0))
    array = array_of(x)
    inner = tensor_of(array[..., rows, columns]) if array is not None else x[..., rows, columns]
    if left < 0 or top < 0 or left + width > w or top + height > h:
        after = max(left + width - max(w, left), 0), max(top + height - max(h, top), 0)
        before = max(min(left + width, 0) - left, 0), max(min(top + height, 0) - top, 0)
        return pad(inner, before[0], before[1], after[0], after[1], 0, "constant")
    return inner


def pad(x: Any, left: int, top: int, right: int, bottom: int, fill: Any, mode: str) -> Any:
    """mode: "constant", "edge", "reflect" or "symmetric"."""
    if mode == "constant" and min(left, top, right, bottom) >= 0:
        return _pad_constant(x, left, top, right, bottom, fill)
    if mode == "constant":
        inner = crop(x, max(-top, 0), max(-left, 0), x.shape[-2] + min(top, 0) + min(bottom, 0),
                     x.shape[-1] + min(left, 0) + min(right, 0))  # fmt: skip
        return _pad_constant(inner, max(left, 0), max(top, 0), max(right, 0), max(bottom, 0), fill)
    rows = np.pad(np.arange(x.shape[-2]), (top, bottom), mode=mode)  # type: ignore[call-overload]
    columns = np.pad(np.arange(x.shape[-1]), (left, right), mode=mode)  # type: ignore[call-overload]
    return x[..., from_numpy(rows)[:, None], from_numpy(columns)]


def _pad_constant(x: Any, left: int, top: int, right: int, bottom: int, fill: Any) -> Any:
    values = fill if isinstance(fill, (tuple, list)) else [0 if fill is None else fill]
    array = array_of(x)
    if array is not None:
        *lead, h, w = array.shape
        made = np.empty((*lead, h + top + bottom, w + left + right), array.dtype)
        made[...] = np.asarray(values).astype(array.dtype)[:, None, None]
        made[..., top : top + h, left : left + w] = array
        return tensor_of(made)
    if len(values) == 1:
        return F.pad(x, (left, right, top, bottom), value=float(values[0]))
    parts = [
        F.pad(x[..., i : i + 1, :, :], (left, right, top, bottom), value=float(value))
        for i, value in enumerate(values)
    ]
    return cat(parts, -3)


def flip(x: Any, is_vertical: bool) -> Any:
    """Mirrored."""
    array = array_of(x)
    if array is not None:
        return tensor_of(array[..., ::-1, :] if is_vertical else array[..., ::-1])
    return x.flip(-2 if is_vertical else -1)


# -- affine and perspective maps -------------------------------------------------------------------
Points = tuple[np.ndarray, np.ndarray]


def inverse_matrix(
    center: Sequence[float], angle: float, translate: Sequence[float], scale: float,
    shear: Sequence[float],
) -> list[float]:  # fmt: skip
    """(2, 3) row by row, from result to source coordinates: the inverse of moving by `translate`
    after turning by `angle`, shearing (all in degrees) and scaling about `center`."""
    turn, sx, sy = (math.radians(a) for a in (angle, *shear))
    # the product of turning, shearing along y and shearing along x
    turned_y = np.array([[math.cos(turn - sy) / math.cos(sy), -math.sin(turn)],
                         [math.sin(turn - sy) / math.cos(sy), math.cos(turn)]])  # fmt: skip
    linear = scale * turned_y @ np.array([[1.0, -math.tan(sx)], [0.0, 1.0]])
    back = np.linalg.inv(linear)
    middle = np.asarray(center, float)
    offset = middle - back @ (middle + np.asarray(translate, float))
    return [*back[0], offset[0], *back[1], offset[1]]


def affine_map(matrix: Sequence[float]) -> Callable[[Points], Points]:
    """From result to source coordinates, both measured from the images' centres."""
    a, b, c, d, e, f = matrix
    return lambda p: (a * p[0] + b * p[1] + c, d * p[0] + e * p[1] + f)


def sample(
    x: Any, size: Sequence[int], source_of: Callable[[Points], Points], mode: str, fill: Any,
    from_corner: bool = False,
) -> Any:  # fmt: skip
    """The image of `size` whose pixel at p has the colour of x at source_of(p); outside is `fill`.

    Coordinates are those of pixels' centres, measured from the image's centre, or its corner.
    """
    h, w = x.shape[-2:]
    rows, columns = np.meshgrid(
        *(np.arange(n, dtype=np.float64) + 0.5 for n in size), indexing="ij"
    )
    if not from_corner:
        rows, columns = rows - size[0] / 2, columns - size[1] / 2
    sx, sy = source_of((columns, rows))
    grid = np.stack([sx / (w / 2), sy / (h / 2)], -1) - (1.0 if from_corner else 0.0)
    lead, dtype = x.shape[:-3], x.dtype
    x4 = as_float(x.reshape(-1, *x.shape[-3:]))
    points = from_numpy(np.ascontiguousarray(grid[None], np.float32)).to(x4.dtype)
    points = points.expand(x4.shape[0], *grid.shape)
    values = list(fill) if isinstance(fill, (tuple, list)) else [fill] if fill is not None else []
    if not values or not any(values):
        made = F.grid_sample(x4, points, mode, "zeros", False)
    else:
        inside = F.grid_sample(x4.new_ones(x4.shape[0], 1, h, w), points, mode, "zeros", False)
        made = F.grid_sample(x4, points, mode, "zeros", False)
        colour = x4.new_tensor([float(v) for v in values]).view(1, -1, 1, 1)
        if mode == "nearest":
            made = made.where(inside >= 0.5, colour)
        else:
            made = made * inside + (1.0 - inside) * colour
    return as_before(made, dtype).reshape(*lead, *made.shape[-3:])


def expanded_size(matrix: Sequence[float], height: int, width: int) -> tuple[int, int]:
    """(height, width) of the smallest image that holds the whole turned one."""
    half = np.array([[-width / 2, -height / 2], [-width / 2, height / 2],
                     [width / 2, height / 2], [width / 2, -height / 2]])  # fmt: skip
    linear = np.array([[matrix[0], matrix[1]], [matrix[3], matrix[4]]])
    corners = half @ linear.T + (width / 2, height / 2)
    corners = np.trunc(corners / 1e-4) * 1e-4  # so that rounding errors add no pixel
    size = np.ceil(corners.max(0)) - np.floor(corners.min(0))
    return int(size[1]), int(size[0])
