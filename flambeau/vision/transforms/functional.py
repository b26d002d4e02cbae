"""transforms.functional: one operation on one image, a PIL image or a tensor (..., c, h, w)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from flambeau.core.errors import message
from flambeau.tensor.tensor import Tensor
from flambeau.vision.transforms import geometry, pil
from flambeau.vision.transforms.colour_functions import (
    adjust_brightness,
    adjust_contrast,
    adjust_gamma,
    adjust_hue,
    adjust_saturation,
    adjust_sharpness,
    autocontrast,
    equalize,
    gaussian_blur,
    invert,
    posterize,
    rgb_to_grayscale,
    solarize,
    to_grayscale,
)
from flambeau.vision.transforms.converting import (
    convert_image_dtype,
    normalize,
    pil_to_tensor,
    to_pil_image,
    to_tensor,
)
from flambeau.vision.transforms.images import (
    get_dimensions,
    get_image_num_channels,
    get_image_size,
    need_image,
)
from flambeau.vision.transforms.interpolation import InterpolationMode, mode_of, pil_code

__all__ = [
    "InterpolationMode", "adjust_brightness", "adjust_contrast", "adjust_gamma", "adjust_hue",
    "adjust_saturation", "adjust_sharpness", "affine", "autocontrast", "center_crop",
    "convert_image_dtype", "crop", "equalize", "erase", "five_crop", "gaussian_blur",
    "get_dimensions", "get_image_num_channels", "get_image_size", "hflip", "invert", "normalize",
    "pad", "perspective", "pil_to_tensor", "posterize", "resize", "resized_crop",
    "rgb_to_grayscale", "rotate", "solarize", "ten_crop", "to_grayscale", "to_pil_image",
    "to_tensor", "vflip",
]  # fmt: skip

NEAREST, BILINEAR = InterpolationMode.NEAREST, InterpolationMode.BILINEAR


def _numbers(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (tuple, list)) else [value]


# -- sizes ----------------------------------------------------------------------------------------
def resized_size(
    height: int, width: int, size: Sequence[int], max_size: int | None = None
) -> tuple[int, int]:
    """(height, width) after `resize`: one number is the shorter edge, two are both."""
    if len(size) == 2:
        return int(size[0]), int(size[1])
    short, long = sorted((width, height))
    new_short, new_long = int(size[0]), int(size[0] * long / short)
    if max_size is not None and new_long > max_size:
        new_short, new_long = int(max_size * new_short / new_long), max_size
    return (new_long, new_short) if width <= height else (new_short, new_long)


def resize(
    img: Any, size: Any, interpolation: Any = BILINEAR, max_size: int | None = None,
    antialias: bool | None = True,
) -> Any:  # fmt: skip
    """The image in another size: (height, width), or the shorter edge as one number.

    max_size limits the longer edge. antialias: for tensors; PIL images always are.

    >>> import flambeau
    >>> resize(flambeau.zeros(3, 20, 40), 10).shape
    flambeau.Size([3, 10, 20])
    """
    need_image("resize", img)
    mode = mode_of("resize", interpolation)
    sizes = _numbers(size)
    if len(sizes) not in (1, 2):
        raise ValueError(
            message("transforms.resize", f"size={size}", "Size must be an int or a 1 or 2 element "
                    "tuple/list")
        )  # fmt: skip
    if max_size is not None and (len(sizes) == 2 or max_size <= sizes[0]):
        raise ValueError(
            message("transforms.resize", f"size={size} and max_size={max_size}",
                    "max_size should only be passed if size specifies the length of the smaller "
                    "edge, and must be strictly greater than it")
        )  # fmt: skip
    _, height, width = get_dimensions(img)
    wanted = resized_size(height, width, sizes, max_size)
    if wanted == (height, width):
        return img
    if isinstance(img, Tensor):
        return geometry.resize(img, wanted, mode, antialias is not False)
    return pil.resize(img, wanted, pil_code(mode))


# -- padding and cropping -------------------------------------------------------------------------
def pad(img: Any, padding: Any, fill: Any = 0, padding_mode: str = "constant") -> Any:
    """Borders around the image: one width, [left and right, top and bottom], or all four from the
    left clockwise. padding_mode: "constant" (of `fill`), "edge", "reflect", "symmetric"."""
    need_image("pad", img)
    widths = _numbers(padding)
    if len(widths) not in (1, 2, 4):
        raise ValueError(
            message("transforms.pad", f"padding={padding}", "Padding must be an int or a 1, 2, or "
                    f"4 element tuple, not a {len(widths)} element tuple")
        )  # fmt: skip
    if padding_mode not in ("constant", "edge", "reflect", "symmetric"):
        raise ValueError(
            message("transforms.pad", f"padding_mode={padding_mode!r}", "Padding mode should be "
                    "either constant, edge, reflect or symmetric")
        )  # fmt: skip
    left, top, right, bottom = (widths * 4)[:4]
    side = geometry.pad if isinstance(img, Tensor) else pil.pad
    return side(img, left, top, right, bottom, fill, padding_mode)


def crop(img: Any, top: int, left: int, height: int, width: int) -> Any:
    """The part of `height` and `width` at (top, left); what lies outside the image is 0."""
    need_image("crop", img)
    side = geometry.crop if isinstance(img, Tensor) else pil.crop
    return side(img, int(top), int(left), int(height), int(width))


def center_crop(img: Any, output_size: Any) -> Any:
    """The middle of the image, with a border of 0 where it is too small."""
    need_image("center_crop", img)
    height, width = (_numbers(output_size) * 2)[:2]
    _, h, w = get_dimensions(img)
    if height > h or width > w:
        left, top = max((width - w) // 2, 0), max((height - h) // 2, 0)
        right, bottom = max((width - w + 1) // 2, 0), max((height - h + 1) // 2, 0)
        img = pad(img, [left, top, right, bottom])
        _, h, w = get_dimensions(img)
        if (h, w) == (height, width):
            return img
    return crop(img, round((h - height) / 2.0), round((w - width) / 2.0), height, width)


def resized_crop(
    img: Any, top: int, left: int, height: int, width: int, size: Any,
    interpolation: Any = BILINEAR, antialias: bool | None = True,
) -> Any:  # fmt: skip
    """`crop`, then `resize`."""
    return resize(crop(img, top, left, height, width), size, interpolation, antialias=antialias)


def five_crop(img: Any, size: Any) -> tuple[Any, ...]:
    """The four corners (top left, top right, bottom left, bottom right) and the middle."""
    height, width = (_numbers(size) * 2)[:2]
    _, h, w = get_dimensions(img)
    if width > w or height > h:
        raise ValueError(
            message("transforms.five_crop", f"size ({height}, {width}) for an image ({h}, {w})",
                    f"Requested crop size {(height, width)} is bigger than input size {(h, w)}")
        )  # fmt: skip
    corners = [(0, 0), (0, w - width), (h - height, 0), (h - height, w - width)]
    parts = [crop(img, top, left, height, width) for top, left in corners]
    return (*parts, center_crop(img, [height, width]))


def ten_crop(img: Any, size: Any, vertical_flip: bool = False) -> tuple[Any, ...]:
    """`five_crop` of the image and of its mirror image."""
    mirrored = vflip(img) if vertical_flip else hflip(img)
    return five_crop(img, size) + five_crop(mirrored, size)


# -- mirroring, turning, shearing -----------------------------------------------------------------
def hflip(img: Any) -> Any:
    """Left and right exchanged."""
    need_image("hflip", img)
    return (geometry if isinstance(img, Tensor) else pil).flip(img, False)


def vflip(img: Any) -> Any:
    """Top and bottom exchanged."""
    need_image("vflip", img)
    return (geometry if isinstance(img, Tensor) else pil).flip(img, True)


def _tensor_mode(operation: str, mode: InterpolationMode) -> str:
    if mode not in (NEAREST, BILINEAR):
        raise ValueError(
            message(f"transforms.{operation}", f"interpolation={mode.value} for a tensor",
                    "nearest or bilinear", "a PIL image for the others")
        )  # fmt: skip
    return mode.value


def rotate(
    img: Any, angle: float, interpolation: Any = NEAREST, expand: bool = False,
    center: Any = None, fill: Any = None,
) -> Any:  # fmt: skip
    """Turned counter-clockwise by `angle` degrees about `center` (x, y), the middle by default.

    expand: the result is large enough for all of the image.
    """
    need_image("rotate", img)
    mode = mode_of("rotate", interpolation)
    if not isinstance(img, Tensor):
        return pil.rotate(img, angle, pil_code(mode), expand, center, fill)
    _, h, w = get_dimensions(img)
    about = (0.0, 0.0) if center is None else (center[0] - w * 0.5, center[1] - h * 0.5)
    # the vertical axis points down: counter-clockwise is a negative angle
    matrix = geometry.inverse_matrix(about, -angle, (0.0, 0.0), 1.0, (0.0, 0.0))
    size = geometry.expanded_size(matrix, h, w) if expand else (h, w)
    return geometry.sample(
        img, size, geometry.affine_map(matrix), _tensor_mode("rotate", mode), fill
    )


def affine(
    img: Any, angle: float, translate: Any, scale: float, shear: Any,
    interpolation: Any = NEAREST, fill: Any = None, center: Any = None,
) -> Any:  # fmt: skip
    """Turned clockwise by `angle` degrees, sheared, scaled about `center`, moved by `translate`."""
    need_image("affine", img)
    mode = mode_of("affine", interpolation)
    if not isinstance(translate, (tuple, list)) or len(translate) != 2:
        raise ValueError(
            message("transforms.affine", f"translate={translate}", "translate should be a list or "
                    "tuple of length 2")
        )  # fmt: skip
    if scale <= 0.0:
        raise ValueError(
            message("transforms.affine", f"scale={scale}", "Argument scale should be positive")
        )
    shears = (_numbers(shear) * 2)[:2] if isinstance(shear, (tuple, list)) else [shear, 0.0]
    _, h, w = get_dimensions(img)
    if isinstance(img, Tensor):
        about = (0.0, 0.0) if center is None else (center[0] - w * 0.5, center[1] - h * 0.5)
        matrix = geometry.inverse_matrix(about, angle, translate, scale, shears)
        return geometry.sample(
            img, (h, w), geometry.affine_map(matrix), _tensor_mode("affine", mode), fill
        )
    about = (w * 0.5, h * 0.5) if center is None else tuple(center)
    matrix = geometry.inverse_matrix(about, angle, translate, scale, shears)
    return pil.transform(img, "AFFINE", matrix, pil_code(mode), fill)


def perspective_coefficients(startpoints: Any, endpoints: Any) -> list[float]:
    """a to h, with x = (a u + b v + c) / (g u + h v + 1) and y = (d u + e v + f) / (same) for the
    four end points (u, v) and start points (x, y)."""
    rows, values = [], []
    for (x, y), (u, v) in zip(startpoints, endpoints, strict=True):
        rows += [[u, v, 1, 0, 0, 0, -x * u, -x * v], [0, 0, 0, u, v, 1, -y * u, -y * v]]
        values += [x, y]
    return np.linalg.lstsq(np.array(rows, float), np.array(values, float), rcond=None)[0].tolist()


def perspective(
    img: Any, startpoints: Any, endpoints: Any, interpolation: Any = BILINEAR, fill: Any = None
) -> Any:
    """The image with its points `startpoints` moved to `endpoints` (four each, as (x, y))."""
    need_image("perspective", img)
    mode = mode_of("perspective", interpolation)
    numbers = perspective_coefficients(startpoints, endpoints)
    if not isinstance(img, Tensor):
        return pil.transform(img, "PERSPECTIVE", numbers, pil_code(mode), fill)
    a, b, c, d, e, f, g, h = numbers

    def source_of(p: geometry.Points) -> geometry.Points:
        below = g * p[0] + h * p[1] + 1.0
        return (a * p[0] + b * p[1] + c) / below, (d * p[0] + e * p[1] + f) / below

    _, height, width = get_dimensions(img)
    return geometry.sample(
        img, (height, width), source_of, _tensor_mode("perspective", mode), fill, from_corner=True
    )


def erase(img: Any, i: int, j: int, h: int, w: int, v: Any, inplace: bool = False) -> Any:
    """A tensor image with `v` in the part of height h and width w at (i, j)."""
    if not isinstance(img, Tensor):
        raise TypeError(
            message("transforms.erase", f"a {type(img).__name__}",
                    f"img should be Tensor Image. Got {type(img)}", "ToTensor before it")
        )  # fmt: skip
    image: Any = img if inplace else img.clone()
    image[..., i : i + h, j : j + w] = v
    return image
