"""Operations on PIL images, done by Pillow."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from flambeau.core.errors import message
from flambeau.vision import pillow

Filled = Any  # None, a number or one for each channel


def _fill(image: Any, fill: Filled) -> Any:
    """`fill` with one number for each band, whole where the image's are."""
    bands = len(image.getbands())
    values = list(fill) if isinstance(fill, (tuple, list)) else [0 if fill is None else fill]
    if len(values) == 1:
        values = values * bands
    if len(values) != bands:
        raise ValueError(
            message("transforms", f"fill={fill}", f"The number of elements in 'fill' does not "
                    f"match the number of bands of the image ({len(values)} != {bands})")
        )  # fmt: skip
    if image.mode != "F":
        values = [int(v) for v in values]
    return values[0] if bands == 1 else tuple(values)


# -- geometry -------------------------------------------------------------------------------------
def resize(image: Any, size: Sequence[int], code: int) -> Any:
    """size: (height, width)."""
    return image.resize((size[1], size[0]), code)


def crop(image: Any, top: int, left: int, height: int, width: int) -> Any:
    """What lies outside is black."""
    return image.crop((left, top, left + width, top + height))


def pad(image: Any, left: int, top: int, right: int, bottom: int, fill: Filled, mode: str) -> Any:
    """mode: "constant", or one of NumPy's."""
    if mode == "constant":
        border = (left, top, right, bottom)
        if min(border) < 0:
            size = image.size
            box = (-left, -top, size[0] + right, size[1] + bottom)
            return image.crop(box)
        ops = pillow.load("transforms.pad", "ImageOps")
        made = ops.expand(image, border=border, fill=_fill(image, fill))
        if image.mode == "P":
            made.putpalette(image.getpalette())
        return made
    if image.mode == "P":
        made = pad(_of(np.asarray(image)), left, top, right, bottom, fill, mode).convert("P")
        made.putpalette(image.getpalette())
        return made
    widths = ((top, bottom), (left, right), (0, 0))
    array = np.asarray(image)
    return _of(np.pad(array, widths[: array.ndim], mode=mode))  # type: ignore[call-overload]


def _of(array: np.ndarray) -> Any:
    return pillow.image_from_array("transforms", array)


def flip(image: Any, is_vertical: bool) -> Any:
    """Mirrored."""
    return image.transpose(1 if is_vertical else 0)


def rotate(image: Any, angle: float, code: int, expand: bool, center: Any, fill: Filled) -> Any:
    """Counter-clockwise, in degrees."""
    return image.rotate(angle, code, expand, center, fillcolor=_fill(image, fill))


def transform(image: Any, kind: str, numbers: Sequence[float], code: int, fill: Filled) -> Any:
    """kind: "AFFINE" (6 numbers) or "PERSPECTIVE" (8): from result to source coordinates."""
    method = getattr(pillow.load("transforms").Transform, kind)
    return image.transform(image.size, method, numbers, code, fillcolor=_fill(image, fill))


# -- colours --------------------------------------------------------------------------------------
def grayscale(image: Any, channels: int) -> Any:
    """One channel, or three equal ones."""
    gray = image.convert("L")
    return gray if channels == 1 else _of(np.stack([np.asarray(gray)] * 3, 2))


def enhance(kind: str) -> Callable[[Any, float], Any]:
    """kind: "Brightness", "Contrast", "Color" or "Sharpness"."""

    def apply(image: Any, factor: float) -> Any:
        maker = getattr(pillow.load("transforms", "ImageEnhance"), kind)
        return maker(image).enhance(factor)

    return apply


def adjust_hue(image: Any, factor: float) -> Any:
    """Colours turned on their wheel by `factor` turns."""
    if image.mode in ("L", "1", "I", "F"):
        return image
    h, s, v = image.convert("HSV").split()
    turned = np.asarray(h) + np.uint8(int(factor * 255) % 256)
    image_class = pillow.load("transforms.adjust_hue")
    return image_class.merge("HSV", (_of(turned), s, v)).convert(image.mode)


def adjust_gamma(image: Any, gamma: float, gain: float) -> Any:
    """255 * gain * (pixel / 255) ** gamma."""
    table = [int((255 + 1 - 1e-3) * gain * (level / 255.0) ** gamma) for level in range(256)]
    rgb = image.convert("RGB")
    return rgb.point([min(v, 255) for v in table] * 3).convert(image.mode)


def image_op(name: str) -> Callable[..., Any]:
    """The function of PIL.ImageOps of that name."""

    def apply(image: Any, *args: Any) -> Any:
        return getattr(pillow.load(f"transforms.{name}", "ImageOps"), name)(image, *args)

    return apply
