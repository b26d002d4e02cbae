"""What an image is: a PIL image or a tensor (..., channels, height, width)."""

from __future__ import annotations

from typing import Any

from flambeau.core.errors import message
from flambeau.tensor.tensor import Tensor
from flambeau.vision import pillow

__all__ = ["get_dimensions", "get_image_num_channels", "get_image_size", "need_image"]


def need_image(operation: str, image: Any) -> None:
    """TypeError for what is no image."""
    if isinstance(image, Tensor):
        if image.ndim < 2:
            raise TypeError(
                message(f"transforms.{operation}", f"a tensor of shape {list(image.shape)}",
                        "Tensor is not a torch image: (..., h, w)")
            )  # fmt: skip
    elif not pillow.is_pil(image):
        raise TypeError(
            message(f"transforms.{operation}", f"a {type(image).__name__}",
                    f"img should be PIL Image or Tensor. Got {type(image)}",
                    "ToPILImage or ToTensor before it")
        )  # fmt: skip


def get_dimensions(img: Any) -> list[int]:
    """[channels, height, width]."""
    need_image("get_dimensions", img)
    if isinstance(img, Tensor):
        channels = 1 if img.ndim == 2 else img.shape[-3]
        return [channels, *img.shape[-2:]]
    width, height = img.size
    return [len(img.getbands()), height, width]


def get_image_size(img: Any) -> list[int]:
    """[width, height]."""
    _, height, width = get_dimensions(img)
    return [width, height]


def get_image_num_channels(img: Any) -> int:
    """The number of channels."""
    return get_dimensions(img)[0]
