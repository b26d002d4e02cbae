"""Functions that change colours, of PIL images and tensors."""

from __future__ import annotations

from typing import Any

from flambeau.core.errors import message
from flambeau.tensor.tensor import Tensor
from flambeau.vision.transforms import colour, pil
from flambeau.vision.transforms.converting import pil_to_tensor, to_pil_image
from flambeau.vision.transforms.images import need_image

__all__ = [
    "adjust_brightness", "adjust_contrast", "adjust_gamma", "adjust_hue", "adjust_saturation",
    "adjust_sharpness", "autocontrast", "equalize", "gaussian_blur", "invert", "posterize",
    "rgb_to_grayscale", "solarize", "to_grayscale",
]  # fmt: skip


def _is_tensor(operation: str, img: Any) -> bool:
    need_image(operation, img)
    return isinstance(img, Tensor)


def _not_negative(operation: str, name: str, factor: float) -> None:
    if factor < 0:
        raise ValueError(
            message(f"transforms.{operation}", f"{name}={factor}",
                    f"{name} ({factor}) is not non-negative.")
        )  # fmt: skip


def rgb_to_grayscale(img: Any, num_output_channels: int = 1) -> Any:
    """Luma (0.2989 R + 0.587 G + 0.114 B), in one channel or in three equal ones."""
    if num_output_channels not in (1, 3):
        raise ValueError("num_output_channels should be either 1 or 3")
    if _is_tensor("rgb_to_grayscale", img):
        return colour.grayscale(img, num_output_channels)
    return pil.grayscale(img, num_output_channels)


def to_grayscale(img: Any, num_output_channels: int = 1) -> Any:
    """`rgb_to_grayscale` of a PIL image."""
    if _is_tensor("to_grayscale", img):
        raise TypeError("Input should be PIL Image; try rgb_to_grayscale for tensors")
    return pil.grayscale(img, num_output_channels)


def adjust_brightness(img: Any, brightness_factor: float) -> Any:
    """0: black; 1: as it is; 2: twice as bright."""
    _not_negative("adjust_brightness", "brightness_factor", brightness_factor)
    if _is_tensor("adjust_brightness", img):
        return colour.adjust_brightness(img, brightness_factor)
    return pil.enhance("Brightness")(img, brightness_factor)


def adjust_contrast(img: Any, contrast_factor: float) -> Any:
    """0: the mean grey; 1: as it is."""
    _not_negative("adjust_contrast", "contrast_factor", contrast_factor)
    if _is_tensor("adjust_contrast", img):
        return colour.adjust_contrast(img, contrast_factor)
    return pil.enhance("Contrast")(img, contrast_factor)


def adjust_saturation(img: Any, saturation_factor: float) -> Any:
    """0: without colour; 1: as it is."""
    _not_negative("adjust_saturation", "saturation_factor", saturation_factor)
    if _is_tensor("adjust_saturation", img):
        return colour.adjust_saturation(img, saturation_factor)
    return pil.enhance("Color")(img, saturation_factor)


def adjust_hue(img: Any, hue_factor: float) -> Any:
    """Colours turned on their wheel by `hue_factor` turns, from -0.5 to 0.5."""
    if not -0.5 <= hue_factor <= 0.5:
        raise ValueError(f"hue_factor ({hue_factor}) is not in [-0.5, 0.5].")
    if _is_tensor("adjust_hue", img):
        return colour.adjust_hue(img, hue_factor)
    return pil.adjust_hue(img, hue_factor)


def adjust_gamma(img: Any, gamma: float, gain: float = 1) -> Any:
    """gain * x ** gamma, for x from 0 to 1."""
    _not_negative("adjust_gamma", "gamma", gamma)
    if _is_tensor("adjust_gamma", img):
        return colour.adjust_gamma(img, gamma, gain)
    return pil.adjust_gamma(img, gamma, gain)


def adjust_sharpness(img: Any, sharpness_factor: float) -> Any:
    """0: blurred; 1: as it is; 2: sharpened."""
    _not_negative("adjust_sharpness", "sharpness_factor", sharpness_factor)
    if _is_tensor("adjust_sharpness", img):
        return colour.adjust_sharpness(img, sharpness_factor)
    return pil.enhance("Sharpness")(img, sharpness_factor)


def invert(img: Any) -> Any:
    """The negative."""
    return colour.invert(img) if _is_tensor("invert", img) else pil.image_op("invert")(img)


def posterize(img: Any, bits: int) -> Any:
    """Only the highest `bits` (0 to 8) of each byte."""
    if not 0 <= bits <= 8:
        raise ValueError(f"The number if bits should be between 0 and 8. Got {bits}")
    if _is_tensor("posterize", img):
        return colour.posterize(img, bits)
    return pil.image_op("posterize")(img, bits)


def solarize(img: Any, threshold: float) -> Any:
    """The negative of what is at least as bright as `threshold`."""
    if _is_tensor("solarize", img):
        return colour.solarize(img, threshold)
    return pil.image_op("solarize")(img, threshold)


def autocontrast(img: Any) -> Any:
    """Each channel stretched from black to white."""
    if _is_tensor("autocontrast", img):
        return colour.autocontrast(img)
    return pil.image_op("autocontrast")(img)


def equalize(img: Any) -> Any:
    """Each channel's levels spread so that they are equally frequent."""
    return colour.equalize(img) if _is_tensor("equalize", img) else pil.image_op("equalize")(img)


def gaussian_blur(img: Any, kernel_size: Any, sigma: Any = None) -> Any:
    """The image through a Gaussian filter of kernel_size (odd, along width and height).

    sigma: in pixels; by default 0.15 kernel_size + 0.35.
    """
    is_tensor = _is_tensor("gaussian_blur", img)
    sizes = _pair(kernel_size)
    if min(sizes) <= 0 or any(k % 2 == 0 for k in sizes):
        raise ValueError(
            message("transforms.gaussian_blur", f"kernel_size={kernel_size}",
                    "kernel_size should have odd and positive integers")
        )  # fmt: skip
    sigmas = _pair(sigma) if sigma is not None else tuple(k * 0.15 + 0.35 for k in sizes)
    if min(sigmas) <= 0:
        raise ValueError(f"sigma should have positive values. Got {sigma}")
    x = img if is_tensor else pil_to_tensor(img)
    made = colour.gaussian_blur(x, sizes, sigmas)
    return made if is_tensor else to_pil_image(made, img.mode)


def _pair(value: Any) -> Any:
    values = tuple(value) if isinstance(value, (tuple, list)) else (value,)
    return (values * 2)[:2]
