"""Summaries of images and videos: layouts of dims, ranges of values, grids."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from flambeau.core.errors import message
from flambeau.utils.tensorboard.arrays import InputError, describe, make_np
from flambeau.utils.tensorboard.drawing import draw_boxes, resize
from flambeau.utils.tensorboard.gif import encode_gif
from flambeau.utils.tensorboard.png import encode_png
from flambeau.utils.tensorboard.protos import summary
from flambeau.utils.tensorboard.wire import Message

__all__ = [
    "as_bytes", "figure_to_image", "image", "image_boxes", "make_grid", "make_image", "to_hwc",
    "video",
]  # fmt: skip

CHANNELS = (1, 3, 4)
COLUMNS = 8  # images beside each other in a grid


def image(tag: str, tensor: Any, rescale: float = 1, dataformats: str = "NCHW") -> Message:
    """An image, or a grid of images, as PNG."""
    pixels = to_hwc(make_np(tensor, "add_image"), dataformats, "add_image")
    return summary(tag, image=make_image(as_bytes(pixels, "add_image"), rescale))


def image_boxes(
    tag: str, tensor_image: Any, tensor_boxes: Any, rescale: float = 1, dataformats: str = "CHW",
    labels: Sequence[str] | None = None,
) -> Message:  # fmt: skip
    """An image with boxes (n, 4) drawn into it: left, top, right, bottom, in pixels."""
    name = "add_image_with_boxes"
    pixels = to_hwc(make_np(tensor_image, name), dataformats, name)
    boxes = make_np(tensor_boxes, name)
    if boxes.ndim != 2 or boxes.shape[1] != 4:
        raise InputError(
            message(
                name,
                f"box_tensor of {describe(boxes)} for {tag!r}",
                "shape (n, 4): left, top, right, bottom of each box",
                "reshape(-1, 4)",
            )
        )
    return summary(tag, image=make_image(as_bytes(pixels, name), rescale, boxes, labels))


def make_image(
    pixels: np.ndarray, rescale: float = 1, rois: np.ndarray | None = None,
    labels: Sequence[str] | None = None,
) -> Message:  # fmt: skip
    """The message for uint8 pixels (height, width, channels), with boxes `rois`."""
    if rois is not None:
        pixels = draw_boxes(pixels, rois, labels)
    if rescale != 1:
        pixels = resize(pixels, rescale)
    height, width, channels = pixels.shape
    return Message(
        "Summary.Image", height=height, width=width, colorspace=channels,
        encoded_image_string=encode_png(pixels),
    )  # fmt: skip


# -- from the given dims to (height, width, channels) ---------------------------------------------
def to_hwc(array: np.ndarray, dataformats: str, name: str = "add_image") -> np.ndarray:
    """Dims in the order height, width, channels; grey becomes RGB, several images a grid."""
    letters = str(dataformats).upper()
    if sorted(letters) not in (["H", "W"], ["C", "H", "W"], ["C", "H", "N", "W"]):
        raise InputError(
            message(
                name,
                f"dataformats={dataformats!r}",
                "one letter for each dim: H, W, for colours C, for several images N",
                '"CHW", "HWC", "HW", "NCHW" or "NHWC"',
            )
        )
    if array.ndim != len(letters):
        raise InputError(
            message(
                name,
                f"{describe(array)} with dataformats={dataformats!r}",
                f"{len(letters)} dims, one for each letter",
                f"dataformats={_suggestion(array)}",
            )
        )
    array = array.transpose([letters.index(c) for c in "NHWC" if c in letters])
    if len(letters) == 2:
        array = array[..., None]
    if array.shape[-1] not in CHANNELS or 0 in array.shape:
        raise InputError(
            message(
                name,
                f"{describe(array)} in the order {'NHWC'[-array.ndim :]}",
                "1, 3 or 4 channels, and at least one pixel",
                "another dataformats",
            )
        )
    if array.shape[-1] == 1:
        array = np.repeat(array, 3, axis=-1)
    return make_grid(array) if array.ndim == 4 else array


def _suggestion(array: np.ndarray) -> str:
    last = array.ndim > 2 and array.shape[-1] in CHANNELS and array.shape[-3] not in CHANNELS
    return repr({2: "HW", 3: "HWC" if last else "CHW", 4: "NHWC" if last else "NCHW"}.get(
        array.ndim, "CHW"
    ))  # fmt: skip


def make_grid(images: np.ndarray, columns: int = COLUMNS) -> np.ndarray:
    """Images (n, height, width, channels) in rows of `columns`, black where none are left."""
    count, height, width, channels = images.shape
    columns = min(count, columns)
    rows = -(-count // columns)
    grid = np.zeros((rows * columns, height, width, channels), images.dtype)
    grid[:count] = images
    grid = grid.reshape(rows, columns, height, width, channels).transpose(0, 2, 1, 3, 4)
    return grid.reshape(rows * height, columns * width, channels)


def as_bytes(array: np.ndarray, name: str) -> np.ndarray:
    """Pixels as uint8: uint8 as they are, others from 0 to 1; what lies outside is clipped."""
    if array.dtype == np.uint8:
        return array
    if array.dtype.kind not in "fiub":
        raise InputError(
            message(name, f"dtype {array.dtype}", "uint8 from 0 to 255, or numbers from 0 to 1")
        )
    if array.dtype.kind in "iu" and array.max() > 1:
        warnings.warn(
            f"{name}: given {array.dtype} with values up to {array.max()}; required: uint8 for 0 "
            "to 255; other dtypes are taken as 0 to 1, and clipped; try .to(uint8)",
            stacklevel=4,
        )
    with np.errstate(over="ignore"):
        scaled = np.nan_to_num(array.astype(np.float32), posinf=1, neginf=0) * 255
    return scaled.clip(0, 255).astype(np.uint8)


# -- video ----------------------------------------------------------------------------------------
def video(tag: str, tensor: Any, fps: float = 4) -> Message:
    """Videos (n, time, channels, height, width) beside each other as an animated GIF."""
    array = make_np(tensor, "add_video")
    if array.ndim != 5 or array.shape[2] not in (1, 3) or 0 in array.shape or not fps > 0:
        raise InputError(
            message(
                "add_video",
                f"{describe(array)}, fps={fps} for {tag!r}",
                "shape (N, T, C, H, W) with 1 or 3 channels and no dim of size 0, fps above 0",
                "unsqueeze(0) for one video",
            )
        )
    frames = as_bytes(_tiled(array), "add_video")
    _, height, width, channels = frames.shape
    return summary(
        tag,
        image=Message(
            "Summary.Image", height=height, width=width, colorspace=channels,
            encoded_image_string=encode_gif(frames, fps),
        ),
    )  # fmt: skip


def _tiled(videos: np.ndarray) -> np.ndarray:
    """Frames (time, height, width, channels), each a grid with a power of two of videos."""
    count, time, channels, height, width = videos.shape
    cells = 1 << (count - 1).bit_length()
    rows = 1 << (count.bit_length() - 1) // 2
    grid = np.zeros((cells, *videos.shape[1:]), videos.dtype)
    grid[:count] = videos
    grid = grid.reshape(rows, cells // rows, time, channels, height, width)
    frames = grid.transpose(2, 0, 4, 1, 5, 3)
    return frames.reshape(time, rows * height, cells // rows * width, channels)


# -- figures --------------------------------------------------------------------------------------
def figure_to_image(figures: Any, close: bool = True) -> np.ndarray:
    """Pixels of a figure of matplotlib (3, height, width), or of a list of them (n, 3, ...)."""
    if not isinstance(figures, list):
        return _rendered(figures, close)
    images = [_rendered(figure, close) for figure in figures]
    if len({x.shape for x in images}) != 1:
        raise InputError(
            message(
                "add_figure",
                f"{len(images)} figures of sizes {[x.shape[1:] for x in images]}",
                "at least one, all of one size",
                "the same figsize and dpi",
            )
        )
    return np.stack(images)


def _rendered(figure: Any, close: bool) -> np.ndarray:
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # optional

    if not hasattr(figure, "set_canvas"):
        raise TypeError(
            message("add_figure", f"a {type(figure).__name__}", "a matplotlib.figure.Figure")
        )
    before = figure.canvas
    canvas = FigureCanvasAgg(figure)
    try:
        canvas.draw()
        pixels = np.array(canvas.buffer_rgba())[..., :3]
    finally:
        figure.set_canvas(before)
    pyplot = sys.modules.get("matplotlib.pyplot")
    if close and pyplot is not None:  # which keeps the figures that it made
        pyplot.close(figure)
    return pixels.transpose(2, 0, 1)
