"""Elements of images put elsewhere: pixel shuffle, channel shuffle, fold and unfold."""

from __future__ import annotations

from typing import Any

from flambeau.core.errors import message
from flambeau.nn.functional.products import _entries, conv1d
from flambeau.nn.operations.pooling import Windows
from flambeau.nn.operations.unfolding import FOLD_WINDOWS, UNFOLD_WINDOWS
from flambeau.tensor.apply import apply
from flambeau.tensor.tensor import Tensor

__all__ = [
    "channel_shuffle", "conv_tbc", "fold", "native_channel_shuffle", "pixel_shuffle",
    "pixel_unshuffle", "unfold",
]  # fmt: skip


def _image(name: str, input: Any, factor: int, what: str) -> tuple[tuple[int, ...], int, int, int]:
    """(outer dims, channels, height, width)."""
    if not isinstance(factor, int) or factor <= 0:
        raise RuntimeError(message(name, f"{what}={factor}", f"{what} greater than zero"))
    if len(input._shape) < 3:
        raise RuntimeError(
            message(name, f"input {list(input._shape)}", "expects input to have at least 3 "
                    "dimensions: (..., channels, height, width)")
        )  # fmt: skip
    *outer, c, h, w = input._shape
    return tuple(outer), c, h, w


def pixel_shuffle(input: Tensor, upscale_factor: int) -> Tensor:
    """(..., c * r**2, h, w) to (..., c, h * r, w * r): channels become pixels; Shi et al. 2016."""
    r = upscale_factor
    x: Any = input
    outer, c, h, w = _image("pixel_shuffle", x, r, "upscale_factor")
    if c % (r * r):
        raise RuntimeError(
            message("pixel_shuffle", f"an input of {c} channels and upscale_factor={r}",
                    f"expects its input's 'channel' dimension to be divisible by {r * r}, the "
                    "square of upscale_factor")
        )  # fmt: skip
    n = len(outer)
    parts = x.reshape(*outer, c // (r * r), r, r, h, w)
    order = (*range(n), n, n + 3, n + 1, n + 4, n + 2)
    return parts.permute(order).reshape(*outer, c // (r * r), h * r, w * r)


def pixel_unshuffle(input: Tensor, downscale_factor: int) -> Tensor:
    """(..., c, h * r, w * r) to (..., c * r**2, h, w): the inverse of `pixel_shuffle`."""
    r = downscale_factor
    x: Any = input
    outer, c, h, w = _image("pixel_unshuffle", x, r, "downscale_factor")
    if h % r or w % r:
        raise RuntimeError(
            message("pixel_unshuffle", f"an image of height {h} and width {w}",
                    f"height and width to be divisible by downscale_factor, {r}")
        )  # fmt: skip
    n = len(outer)
    parts = x.reshape(*outer, c, h // r, r, w // r, r)
    order = (*range(n), n, n + 2, n + 4, n + 1, n + 3)
    return parts.permute(order).reshape(*outer, c * r * r, h // r, w // r)


def channel_shuffle(input: Tensor, groups: int) -> Tensor:
    """Channels (dim 1) dealt out in turn from `groups` groups; Zhang et al. 2018."""
    x: Any = input
    shape = x._shape
    if len(shape) < 3:
        raise RuntimeError(
            message("channel_shuffle", f"input {list(shape)}", "expects input with > 2 dims")
        )
    if groups <= 0 or shape[1] % groups:
        raise RuntimeError(
            message("channel_shuffle", f"{shape[1]} channels and groups={groups}",
                    "Number of channels must be divisible by groups, which are greater than zero")
        )  # fmt: skip
    n, c, *rest = shape
    return x.reshape(n, groups, c // groups, *rest).transpose(1, 2).reshape(*shape)


native_channel_shuffle = channel_shuffle


# -- windows as columns ---------------------------------------------------------------------------
def _windows(
    name: str, kernel_size: Any, dilation: Any, padding: Any, stride: Any, sizes: Any
) -> Windows:
    kernel, steps, low, dilations = (
        _entries(name, what, value, 2)
        for what, value in (("kernel_size", kernel_size), ("stride", stride),
                            ("padding", padding), ("dilation", dilation))
    )  # fmt: skip
    for what, values, least in (("kernel_size", kernel, 1), ("stride", steps, 1),
                                ("dilation", dilations, 1), ("padding", low, 0)):  # fmt: skip
        if min(values) < least:
            raise RuntimeError(message(name, f"{what}={values}", f"{what} of at least {least}"))
    w = Windows(kernel, steps, low, low, dilations)
    if min(w.sizes(tuple(sizes))) < 1:
        raise RuntimeError(
            message(name, f"spatial sizes {list(sizes)}, kernel_size={kernel}, "
                    f"dilation={dilations} and padding={low}",
                    "an array of sliding blocks that is not empty: its shape must be at least one")
        )  # fmt: skip
    return w


def unfold(
    input: Tensor, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1
) -> Tensor:
    """Each window as a column: (n, c, h, w) to (n, c * kernel, windows), or without n.

    >>> import flambeau
    >>> flambeau.nn.functional.unfold(flambeau.ones(1, 2, 4, 4), 3).shape
    flambeau.Size([1, 18, 4])
    """
    x: Any = input
    if len(x._shape) not in (3, 4):
        raise RuntimeError(
            message("unfold", f"input {list(x._shape)}", "Expected 3D or 4D (batch mode) tensor: "
                    "(n, c, h, w)")
        )  # fmt: skip
    if len(x._shape) == 3:
        return unfold(x.unsqueeze(0), kernel_size, dilation, padding, stride).squeeze(0)  # type: ignore[attr-defined, no-any-return]
    w = _windows("unfold", kernel_size, dilation, padding, stride, x._shape[2:])
    return apply(UNFOLD_WINDOWS, (x,), (w,))


def fold(
    input: Tensor, output_size: Any, kernel_size: Any, dilation: Any = 1, padding: Any = 0,
    stride: Any = 1,
) -> Tensor:  # fmt: skip
    """Columns added up where their windows lie: (n, c * kernel, windows) to (n, c, h, w)."""
    x: Any = input
    if len(x._shape) not in (2, 3):
        raise RuntimeError(
            message("fold", f"input {list(x._shape)}", "Expected 2D or 3D (batch mode) tensor: "
                    "(n, c * kernel, windows)")
        )  # fmt: skip
    if len(x._shape) == 2:
        single = fold(x.unsqueeze(0), output_size, kernel_size, dilation, padding, stride)
        return single.squeeze(0)  # type: ignore[attr-defined, no-any-return]
    sizes = _entries("fold", "output_size", output_size, 2)
    w = _windows("fold", kernel_size, dilation, padding, stride, sizes)
    count = w.kernel[0] * w.kernel[1]
    windows = w.sizes(sizes)
    if x._shape[1] % count or x._shape[2] != windows[0] * windows[1]:
        raise RuntimeError(
            message("fold", f"input {list(x._shape)}, output_size={sizes} and "
                    f"kernel_size={w.kernel}", f"Expected size of input's dimension 1 to be "
                    f"divisible by the product of kernel_size, {count}, and of dimension 2 to be "
                    f"the number of sliding blocks, {windows[0]} * {windows[1]} = "
                    f"{windows[0] * windows[1]}")
        )  # fmt: skip
    return apply(FOLD_WINDOWS, (x,), (w, sizes))


def conv_tbc(input: Tensor, weight: Tensor, bias: Tensor | None = None, pad: int = 0) -> Tensor:
    """A convolution along time of (time, batch, channels), with weight (kernel, in, out)."""
    x: Any = input
    w: Any = weight
    y: Any = conv1d(x.permute(1, 2, 0), w.permute(2, 1, 0), bias, padding=pad)
    return y.permute(2, 0, 1)  # type: ignore[no-any-return]
