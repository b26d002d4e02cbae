"""Operations on tensors (..., channels, height, width) that change colours."""

from __future__ import annotations

from typing import Any

import numpy as np

from flambeau.core.dtype import float32, iinfo, uint8
from flambeau.core.errors import message
from flambeau.nn import functional as F  # noqa: N812 - PyTorch's name
from flambeau.tensor.boundary import read
from flambeau.tensor.joining import stack
from flambeau.tensor.sharing import from_numpy
from flambeau.vision.transforms.geometry import as_before, as_float

LUMA = (0.2989, 0.587, 0.114)  # weights of red, green and blue in grey: ITU-R BT.601


def bound_of(dtype: Any) -> float:
    """The value of white."""
    return 1.0 if dtype.is_floating_point else float(iinfo(dtype).max)


def need_channels(operation: str, x: Any, allowed: tuple[int, ...] = (1, 3)) -> None:
    """TypeError for another number of channels."""
    if x.ndim < 3 or x.shape[-3] not in allowed:
        raise TypeError(
            message(f"transforms.{operation}", f"a tensor of shape {list(x.shape)}",
                    f"(..., c, h, w) with c in {list(allowed)}: Input image tensor permitted "
                    "channel values", "x.unsqueeze(-3) for images without channels")
        )  # fmt: skip


def grayscale(x: Any, channels: int = 1) -> Any:
    """Luma, in `channels` equal channels."""
    need_channels("rgb_to_grayscale", x)
    gray = x
    if x.shape[-3] == 3:
        red, green, blue = x.unbind(-3)
        luma = LUMA[0] * red + LUMA[1] * green + LUMA[2] * blue
        gray = luma.to(x.dtype).unsqueeze(-3)
    return gray.expand(*x.shape[:-3], channels, *x.shape[-2:]).clone() if channels > 1 else gray


def _to_unit(x: Any) -> Any:
    return x if x.dtype.is_floating_point else x.to(float32) / bound_of(x.dtype)


def _from_unit(x: Any, dtype: Any) -> Any:
    return x if dtype.is_floating_point else (x * (bound_of(dtype) + 1 - 1e-3)).to(dtype)


def blend(x: Any, other: Any, ratio: float) -> Any:
    """ratio * x + (1 - ratio) * other, within the dtype's colours."""
    mixed = ratio * x + (1.0 - ratio) * other
    return mixed.clamp(0, bound_of(x.dtype)).to(x.dtype)


def adjust_brightness(x: Any, factor: float) -> Any:
    """0: black; 1: as it is."""
    need_channels("adjust_brightness", x)
    return (factor * x).clamp(0, bound_of(x.dtype)).to(x.dtype)


def adjust_contrast(x: Any, factor: float) -> Any:
    """0: the mean grey; 1: as it is."""
    need_channels("adjust_contrast", x)
    mean = as_float(grayscale(x)).mean((-3, -2, -1), keepdim=True)
    return blend(x, mean, factor)


def adjust_saturation(x: Any, factor: float) -> Any:
    """0: without colour; 1: as it is."""
    need_channels("adjust_saturation", x)
    return x if x.shape[-3] == 1 else blend(x, grayscale(x), factor)


def adjust_gamma(x: Any, gamma: float, gain: float) -> Any:
    """gain * x ** gamma, for x from 0 to 1."""
    y = _to_unit(x)
    made = (gain * y**gamma).clamp(0, 1)
    return (
        made if x.dtype.is_floating_point else (made * (bound_of(x.dtype) + 1 - 1e-3)).to(x.dtype)
    )


def adjust_hue(x: Any, factor: float) -> Any:
    """Colours turned on their wheel by `factor` turns."""
    need_channels("adjust_hue", x)
    if x.shape[-3] == 1:
        return x
    y = _to_unit(x)
    h, s, v = _hsv(y)
    made = _rgb((h + factor) % 1.0, s, v)
    return (
        made if x.dtype.is_floating_point else (made * (bound_of(x.dtype) + 1 - 1e-3)).to(x.dtype)
    )


def _hsv(x: Any) -> tuple[Any, Any, Any]:
    """Hue (in turns), saturation and value. Smith, "Color gamut transform pairs", 1978."""
    red, green, blue = x.unbind(-3)
    high, low = x.amax(-3), x.amin(-3)
    spread = high - low
    is_gray = spread == 0
    safe = spread.masked_fill(is_gray, 1.0)
    hue = (red - green) / safe + 4.0
    hue = ((blue - red) / safe + 2.0).where(high == green, hue)
    hue = ((green - blue) / safe).where(high == red, hue)
    hue = (hue / 6.0 + 1.0) % 1.0
    saturation = spread / high.masked_fill(is_gray, 1.0)
    return hue.masked_fill(is_gray, 0.0), saturation, high


def _rgb(h: Any, s: Any, v: Any) -> Any:
    """Each channel is v less a part of v * s that depends on how far its hue is away."""

    def channel(n: int) -> Any:
        k = (n + h * 6.0) % 6.0
        away = k.minimum(4.0 - k).clamp(0.0, 1.0)
        return (v - v * s * away).clamp(0.0, 1.0)

    return stack([channel(5), channel(3), channel(1)], -3)


def invert(x: Any) -> Any:
    """The negative."""
    return bound_of(x.dtype) - x if x.dtype.is_floating_point else int(bound_of(x.dtype)) - x


def _need_uint8(operation: str, x: Any) -> None:
    if x.dtype is not uint8:
        raise TypeError(
            message(f"transforms.{operation}", f"a tensor of {x.dtype}",
                    "Only uint8 image tensors are supported", "x.to(flambeau.uint8)")
        )  # fmt: skip


def posterize(x: Any, bits: int) -> Any:
    """Only the highest `bits` of each byte."""
    _need_uint8("posterize", x)
    return x & (256 - 2 ** (8 - bits))


def solarize(x: Any, threshold: float) -> Any:
    """The negative of what is as bright as `threshold`."""
    if threshold > bound_of(x.dtype):
        raise TypeError(
            message("transforms.solarize", f"threshold={threshold}", "Threshold should be at most "
                    f"the bound of the image's dtype, {bound_of(x.dtype)}")
        )  # fmt: skip
    return invert(x).where(x >= threshold, x)


def autocontrast(x: Any) -> Any:
    """Each channel stretched from black to white."""
    y = as_float(x)
    bound = bound_of(x.dtype)
    low, high = y.amin((-2, -1), keepdim=True), y.amax((-2, -1), keepdim=True)
    is_flat = high == low
    low = low.masked_fill(is_flat, 0.0)
    scale = (bound / (high - low)).masked_fill(is_flat, 1.0)
    return ((y - low) * scale).clamp(0, bound).to(x.dtype)


def equalize(x: Any) -> Any:
    """Each channel's levels spread so that they are equally frequent."""
    _need_uint8("equalize", x)
    pixels = read(x)
    result = np.empty(pixels.shape, np.uint8)
    for at in np.ndindex(pixels.shape[:-2]):
        result[at] = _equalized(pixels[at])
    return from_numpy(result)


def _equalized(channel: np.ndarray) -> np.ndarray:
    counts = np.bincount(channel.reshape(-1), minlength=256)
    used = counts[counts > 0]
    step = int(used[:-1].sum()) // 255
    if step == 0:
        return channel
    table = (np.concatenate([[0], np.cumsum(counts)[:-1]]) + step // 2) // step
    return np.clip(table, 0, 255).astype(np.uint8)[channel]


def adjust_sharpness(x: Any, factor: float) -> Any:
    """0: blurred; 1: as it is; 2: sharpened."""
    need_channels("adjust_sharpness", x)
    h, w = x.shape[-2:]
    if h <= 2 or w <= 2:
        return x
    kernel = np.ones((3, 3))
    kernel[1, 1] = 5.0
    inner = as_before(_filtered(as_float(x), kernel / kernel.sum()), x.dtype)
    blurred = x.clone()
    blurred[..., 1:-1, 1:-1] = inner
    return blend(x, blurred, factor)


def _filtered(x: Any, kernel: np.ndarray) -> Any:
    """x through one filter for all channels, where it fits."""
    lead = x.shape[:-3]
    x4 = x.reshape(-1, *x.shape[-3:])
    channels = x4.shape[1]
    weight = x4.new_tensor(kernel.tolist()).expand(channels, 1, *kernel.shape)
    made = F.conv2d(x4, weight, groups=channels)
    return made.reshape(*lead, *made.shape[-3:])


def gaussian_blur(x: Any, size: tuple[int, int], sigma: tuple[float, float]) -> Any:
    """size and sigma: along the width, along the height."""
    rows, columns = (_bell(k, s) for k, s in zip(reversed(size), reversed(sigma), strict=True))
    lead = x.shape[:-3]
    y = as_float(x).reshape(-1, *x.shape[-3:])
    y = F.pad(y, (size[0] // 2, size[0] // 2, size[1] // 2, size[1] // 2), mode="reflect")
    made = as_before(_filtered(y, np.outer(rows, columns)), x.dtype)
    return made.reshape(*lead, *made.shape[-3:])


def _bell(size: int, sigma: float) -> np.ndarray:
    at = np.linspace(-(size - 1) / 2, (size - 1) / 2, size) / sigma
    bell = np.exp(-0.5 * at**2)
    return bell / bell.sum()
