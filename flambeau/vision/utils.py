"""Pictures of batches: grids, files, boxes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from flambeau.autograd.modes import no_grad
from flambeau.core.dtype import uint8
from flambeau.core.errors import message
from flambeau.tensor.boundary import read
from flambeau.tensor.joining import cat, stack
from flambeau.tensor.sharing import from_numpy
from flambeau.tensor.tensor import Tensor
from flambeau.vision import pillow

__all__ = ["draw_bounding_boxes", "draw_segmentation_masks", "make_grid", "save_image"]


@no_grad()
def make_grid(
    tensor: Any, nrow: int = 8, padding: int = 2, normalize: bool = False,
    value_range: tuple[int, int] | None = None, scale_each: bool = False, pad_value: float = 0.0,
) -> Tensor:  # fmt: skip
    """Images (n, c, h, w), or a list of (c, h, w), as one image with `nrow` of them in a row.

    normalize: value_range (by default the least and greatest element; scale_each: of each image)
    becomes 0 to 1. Grey images get three channels.

    >>> import flambeau
    >>> make_grid(flambeau.zeros(10, 3, 4, 4)).shape
    flambeau.Size([3, 14, 50])
    """
    images = _batch_of(tensor)
    if normalize:
        if value_range is not None and not isinstance(value_range, tuple):
            raise TypeError("value_range has to be a tuple (min, max) if specified. min and max "
                            "are numbers")  # fmt: skip
        parts = [_to_unit(x, value_range) for x in images] if scale_each else None
        images = stack(parts) if parts else _to_unit(images, value_range)
    n, channels, h, w = images.shape
    if n == 1:
        return images.squeeze(0)
    columns = min(nrow, n)
    rows = math.ceil(n / columns)
    h, w = h + padding, w + padding
    grid = images.new_full((channels, h * rows + padding, w * columns + padding), pad_value)
    for i in range(n):
        top, left = i // columns * h + padding, i % columns * w + padding
        grid[:, top : top + h - padding, left : left + w - padding] = images[i]
    return grid


def _batch_of(tensor: Any) -> Any:
    is_list = isinstance(tensor, (list, tuple))
    if not (isinstance(tensor, Tensor) or (is_list and all(isinstance(t, Tensor) for t in tensor))):
        raise TypeError(
            message("utils.make_grid", f"a {type(tensor).__name__}",
                    f"tensor or list of tensors expected, got {type(tensor)}")
        )  # fmt: skip
    images: Any = stack(list(tensor)) if is_list else tensor
    if images.ndim == 2:
        images = images[None]
    if images.ndim == 3:
        images = (cat([images] * 3) if images.shape[0] == 1 else images)[None]
    if images.ndim == 4 and images.shape[1] == 1:
        images = cat([images] * 3, 1)
    return images


def _to_unit(x: Any, value_range: tuple | None) -> Any:
    low, high = value_range or (float(x.min()), float(x.max()))
    return (x.clamp(low, high) - low) / max(high - low, 1e-5)


@no_grad()
def save_image(tensor: Any, fp: Any, format: str | None = None, **kwargs: Any) -> None:
    """Write an image, or the grid of several, with elements from 0 to 1 to the file `fp`.

    format: if the name does not say it. Further arguments are `make_grid`'s.
    """
    grid: Any = make_grid(tensor, **kwargs)
    array = read((grid * 255 + 0.5).clamp(0, 255).permute(1, 2, 0).to(uint8).contiguous())
    pillow.image_from_array("utils.save_image", array).save(fp, format=format)


# -- drawing on images ----------------------------------------------------------------------------
def _pixels(operation: str, image: Any) -> np.ndarray:
    """(h, w, 3) bytes that may be written."""
    if not isinstance(image, Tensor):
        raise TypeError(f"Tensor expected, got {type(image)}")
    if not (image.dtype is uint8 or image.dtype.is_floating_point):
        raise ValueError(f"The image dtype must be uint8 or float, got {image.dtype}")
    if image.ndim != 3 or image.shape[0] not in (1, 3):
        raise ValueError(
            message(f"utils.{operation}", f"a tensor of shape {list(image.shape)}",
                    "Only grayscale and RGB images are supported: (1 or 3, h, w)")
        )  # fmt: skip
    array = read(image)
    if image.dtype is not uint8:
        array = (array * 255).astype(np.uint8)
    return np.array(np.broadcast_to(array, (3, *array.shape[1:])).transpose(1, 2, 0), order="C")


def _result(array: np.ndarray, image: Any) -> Any:
    made: Any = from_numpy(np.ascontiguousarray(array.transpose(2, 0, 1)))
    return made if image.dtype is uint8 else made.to(image.dtype) / 255


def _colours(colors: Any, n: int) -> list[Any]:
    """One RGB colour for each of n things: given as names, tuples, or spread on the wheel."""
    names = pillow.load("utils", "ImageColor")
    if colors is None:
        return [names.getrgb(f"hsv({360 * i // max(n, 1)}, 100%, 100%)") for i in range(n)]
    if not isinstance(colors, list):
        colors = [colors] * n
    if len(colors) < n:
        raise ValueError(
            f"Number of colors must be equal or larger than the number of objects, but got "
            f"{len(colors)} < {n}."
        )
    return [names.getrgb(c) if isinstance(c, str) else tuple(c) for c in colors[:n]]


@no_grad()
def draw_bounding_boxes(
    image: Any, boxes: Any, labels: Sequence[str | None] | None = None, colors: Any = None,
    fill: bool = False, width: int = 1, font: str | None = None, font_size: int | None = None,
) -> Tensor:  # fmt: skip
    """The image (3, h, w) with boxes (n, 4) as (xmin, ymin, xmax, ymax), and their labels."""
    array = _pixels("draw_bounding_boxes", image)
    n = boxes.shape[0]
    if labels is not None and len(labels) != n:
        raise ValueError(
            f"The number of boxes ({n}) and labels ({len(labels)}) mismatch. Please specify labels "
            "for each box."
        )
    corners = read(boxes)
    if n and ((corners[:, 0] > corners[:, 2]) | (corners[:, 1] > corners[:, 3])).any():
        raise ValueError("Boxes need to be in (xmin, ymin, xmax, ymax) format. Use "
                         "ops.box_convert to convert them")  # fmt: skip
    drawing = pillow.load("utils.draw_bounding_boxes", "ImageDraw")
    picture = pillow.image_from_array("utils.draw_bounding_boxes", array)
    draw = drawing.Draw(picture, "RGBA" if fill else "RGB")
    fonts = pillow.load("utils.draw_bounding_boxes", "ImageFont")
    letters = fonts.truetype(font, font_size or 10) if font else fonts.load_default()
    for box, label, colour in zip(
        corners.tolist(), labels or [None] * n, _colours(colors, n), strict=True
    ):
        draw.rectangle(box, width=width, outline=colour, fill=(*colour, 100) if fill else None)
        if label is not None:
            draw.text((box[0] + width + 1, box[1] + width + 1), label, fill=colour, font=letters)
    return _result(np.asarray(picture), image)


@no_grad()
def draw_segmentation_masks(
    image: Any, masks: Any, alpha: float = 0.8, colors: Any = None
) -> Tensor:
    """The image (3, h, w) with masks (h, w) or (n, h, w) of booleans laid over it."""
    array = _pixels("draw_segmentation_masks", image)
    layers = read(masks)
    layers = layers[None] if layers.ndim == 2 else layers
    if layers.dtype != np.bool_:
        raise ValueError(f"The masks must be of dtype bool. Got {masks.dtype}")
    if layers.shape[1:] != array.shape[:2]:
        raise ValueError("The image and the masks must have the same height and width")
    painted = array.copy()
    for layer, colour in zip(layers, _colours(colors, len(layers)), strict=True):
        painted[layer] = colour
    return _result((array * (1 - alpha) + painted * alpha).astype(np.uint8), image)
