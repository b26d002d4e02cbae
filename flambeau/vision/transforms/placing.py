"""Transforms that resize, crop and pad."""

from __future__ import annotations

import math
from typing import Any

from flambeau.core.errors import message
from flambeau.vision import draws
from flambeau.vision.transforms import functional as F  # noqa: N812 - as in programs
from flambeau.vision.transforms.base import ImageTransform, pair_of
from flambeau.vision.transforms.interpolation import InterpolationMode, mode_of

__all__ = [
    "CenterCrop", "FiveCrop", "Pad", "RandomCrop", "RandomResizedCrop", "Resize", "TenCrop",
]  # fmt: skip

BILINEAR = InterpolationMode.BILINEAR


class Resize(ImageTransform):
    """Another size: (height, width), or the shorter edge as one number."""

    _shown = ("size", "interpolation", "max_size", "antialias")

    def __init__(
        self, size: Any, interpolation: Any = BILINEAR, max_size: int | None = None,
        antialias: bool | None = True,
    ) -> None:  # fmt: skip
        super().__init__()
        if not isinstance(size, (int, tuple, list)):
            raise TypeError(f"Size should be int or sequence. Got {type(size)}")
        if not isinstance(size, int) and len(size) not in (1, 2):
            raise ValueError("If size is a sequence, it should have 1 or 2 values")
        self.size = size
        self.max_size = max_size
        self.interpolation = mode_of("Resize", interpolation)
        self.antialias = antialias

    def _changed(self, image: Any, drawn: Any) -> Any:
        return F.resize(image, self.size, self.interpolation, self.max_size, self.antialias)


class CenterCrop(ImageTransform):
    """The middle of the image."""

    _shown = ("size",)

    def __init__(self, size: Any) -> None:
        super().__init__()
        self.size = pair_of("CenterCrop", size)

    def _changed(self, image: Any, drawn: Any) -> Any:
        return F.center_crop(image, self.size)


class Pad(ImageTransform):
    """Borders around the image."""

    _shown = ("padding", "fill", "padding_mode")

    def __init__(self, padding: Any, fill: Any = 0, padding_mode: str = "constant") -> None:
        super().__init__()
        if not isinstance(padding, (int, tuple, list)):
            raise TypeError("Got inappropriate padding arg")
        if not isinstance(padding, int) and len(padding) not in (1, 2, 4):
            raise ValueError(
                "Padding must be an int or a 1, 2, or 4 element tuple, not a "
                f"{len(padding)} element tuple"
            )
        self.padding = padding
        self.fill = fill
        self.padding_mode = padding_mode

    def _changed(self, image: Any, drawn: Any) -> Any:
        return F.pad(image, self.padding, self.fill, self.padding_mode)


class RandomCrop(ImageTransform):
    """A part of `size` from a random place, of the image with borders of `padding`."""

    _shown = ("size", "padding")

    def __init__(
        self, size: Any, padding: Any = None, pad_if_needed: bool = False, fill: Any = 0,
        padding_mode: str = "constant",
    ) -> None:  # fmt: skip
        super().__init__()
        self.size = pair_of("RandomCrop", size)
        self.padding = padding
        self.pad_if_needed = pad_if_needed
        self.fill = fill
        self.padding_mode = padding_mode

    @staticmethod
    def get_params(img: Any, output_size: tuple[int, int]) -> tuple[int, int, int, int]:
        """(top, left, height, width) of a random part."""
        _, h, w = F.get_dimensions(img)
        height, width = output_size
        if h < height or w < width:
            raise ValueError(
                message("transforms.RandomCrop", f"an image ({h}, {w})",
                        f"Required crop size {(height, width)} is larger than input image size "
                        f"{(h, w)}", "padding=..., or pad_if_needed=True")
            )  # fmt: skip
        if (w, h) == (width, height):
            return 0, 0, h, w
        top = draws.integer(0, h - height + 1)
        return top, draws.integer(0, w - width + 1), height, width

    def _padded(self, image: Any) -> Any:
        if self.padding is not None:
            image = F.pad(image, self.padding, self.fill, self.padding_mode)
        if self.pad_if_needed:
            for axis in (1, 0):  # width first
                _, *found = F.get_dimensions(image)
                short = self.size[axis] - found[axis]
                if short > 0:
                    border = [short, 0] if axis else [0, short]
                    image = F.pad(image, border, self.fill, self.padding_mode)
        return image

    def _draw(self, image: Any) -> Any:
        return self.get_params(self._padded(image), self.size)

    def _changed(self, image: Any, drawn: Any) -> Any:
        return F.crop(self._padded(image), *drawn)


class RandomResizedCrop(ImageTransform):
    """A part with a random share of the area and a random shape, resized to `size`.

    Szegedy et al., "Going deeper with convolutions", 2015.
    """

    _shown = ("size", "scale", "ratio", "interpolation", "antialias")

    def __init__(
        self, size: Any, scale: Any = (0.08, 1.0), ratio: Any = (3.0 / 4.0, 4.0 / 3.0),
        interpolation: Any = BILINEAR, antialias: bool | None = True,
    ) -> None:  # fmt: skip
        super().__init__()
        self.size = pair_of("RandomResizedCrop", size)
        for name, value in (("scale", scale), ("ratio", ratio)):
            if not isinstance(value, (tuple, list)):
                raise TypeError(f"{name.capitalize()} should be a sequence")
        self.scale = scale
        self.ratio = ratio
        self.interpolation = mode_of("RandomResizedCrop", interpolation)
        self.antialias = antialias

    @staticmethod
    def get_params(img: Any, scale: Any, ratio: Any) -> tuple[int, int, int, int]:
        """(top, left, height, width): ten tries, then the largest middle part of a fit shape."""
        _, h, w = F.get_dimensions(img)
        for _ in range(10):
            area = h * w * draws.uniform(scale[0], scale[1])
            aspect = math.exp(draws.uniform(math.log(ratio[0]), math.log(ratio[1])))
            width, height = round(math.sqrt(area * aspect)), round(math.sqrt(area / aspect))
            if 0 < width <= w and 0 < height <= h:
                top = draws.integer(0, h - height + 1)
                return top, draws.integer(0, w - width + 1), height, width
        if w / h < min(ratio):
            width, height = w, round(w / min(ratio))
        elif w / h > max(ratio):
            width, height = round(h * max(ratio)), h
        else:
            width, height = w, h
        return (h - height) // 2, (w - width) // 2, height, width

    def _draw(self, image: Any) -> Any:
        return self.get_params(image, self.scale, self.ratio)

    def _changed(self, image: Any, drawn: Any) -> Any:
        top, left, height, width = drawn
        return F.resized_crop(
            image, top, left, height, width, self.size, self.interpolation, antialias=self.antialias
        )


class FiveCrop(ImageTransform):
    """The four corners and the middle, as a tuple."""

    _shown = ("size",)

    def __init__(self, size: Any) -> None:
        super().__init__()
        self.size = pair_of("FiveCrop", size)

    def _changed(self, image: Any, drawn: Any) -> Any:
        return F.five_crop(image, self.size)


class TenCrop(ImageTransform):
    """`FiveCrop` of the image and of its mirror image."""

    _shown = ("size", "vertical_flip")

    def __init__(self, size: Any, vertical_flip: bool = False) -> None:
        super().__init__()
        self.size = pair_of("TenCrop", size)
        self.vertical_flip = vertical_flip

    def _changed(self, image: Any, drawn: Any) -> Any:
        return F.ten_crop(image, self.size, self.vertical_flip)
