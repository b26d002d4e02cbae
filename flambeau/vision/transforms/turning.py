"""Transforms that mirror, turn, shear and distort."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flambeau.core.errors import message
from flambeau.tensor.tensor import Tensor
from flambeau.vision import draws
from flambeau.vision.transforms import functional as F  # noqa: N812 - as in programs
from flambeau.vision.transforms.base import ImageTransform, range_of
from flambeau.vision.transforms.interpolation import InterpolationMode, mode_of

__all__ = [
    "RandomAffine", "RandomHorizontalFlip", "RandomPerspective", "RandomRotation",
    "RandomVerticalFlip",
]  # fmt: skip

NEAREST, BILINEAR = InterpolationMode.NEAREST, InterpolationMode.BILINEAR


class _Chance(ImageTransform):
    """With probability p, else the image as it is."""

    _shown: tuple[str, ...] = ("p",)

    def __init__(self, p: float = 0.5) -> None:
        super().__init__()
        self.p = p

    def _draw(self, image: Any) -> Any:
        return draws.uniform() < self.p


class RandomHorizontalFlip(_Chance):
    """Left and right exchanged, with probability p."""

    def _changed(self, image: Any, drawn: Any) -> Any:
        return F.hflip(image) if drawn else image


class RandomVerticalFlip(_Chance):
    """Top and bottom exchanged, with probability p."""

    def _changed(self, image: Any, drawn: Any) -> Any:
        return F.vflip(image) if drawn else image


def fill_for(image: Any, fill: Any) -> Any:
    """`fill` with one number for each channel of a tensor."""
    if isinstance(image, Tensor) and fill is not None and not isinstance(fill, (tuple, list)):
        return [float(fill)] * F.get_image_num_channels(image)
    return fill


class RandomRotation(ImageTransform):
    """Turned by a random angle from `degrees`: a range, or one number for (-n, n)."""

    _shown = ("degrees", "interpolation", "expand", "fill")

    def __init__(
        self, degrees: Any, interpolation: Any = NEAREST, expand: bool = False,
        center: Any = None, fill: Any = 0,
    ) -> None:  # fmt: skip
        super().__init__()
        self.degrees = range_of("RandomRotation", "degrees", degrees)
        self.interpolation = mode_of("RandomRotation", interpolation)
        self.expand = expand
        self.center = center
        self.fill = fill

    @staticmethod
    def get_params(degrees: Sequence[float]) -> float:
        """A random angle."""
        return draws.uniform(degrees[0], degrees[1])

    def _draw(self, image: Any) -> Any:
        return self.get_params(self.degrees)

    def _changed(self, image: Any, drawn: Any) -> Any:
        fill = fill_for(image, self.fill)
        return F.rotate(image, drawn, self.interpolation, self.expand, self.center, fill)


class RandomAffine(ImageTransform):
    """Turned, moved (by shares of width and height), scaled and sheared by random numbers."""

    _shown = ("degrees", "translate", "scale", "shear")

    def __init__(
        self, degrees: Any, translate: Any = None, scale: Any = None, shear: Any = None,
        interpolation: Any = NEAREST, fill: Any = 0, center: Any = None,
    ) -> None:  # fmt: skip
        super().__init__()
        self.degrees = range_of("RandomAffine", "degrees", degrees)
        if translate is not None and not all(0.0 <= t <= 1.0 for t in translate):
            raise ValueError(
                message("transforms.RandomAffine", f"translate={translate}",
                        "translation values should be between 0 and 1")
            )  # fmt: skip
        if scale is not None and not all(s > 0 for s in scale):
            raise ValueError(
                message("transforms.RandomAffine", f"scale={scale}",
                        "scale values should be positive")
            )  # fmt: skip
        self.translate = translate
        self.scale = scale
        if shear is None or (isinstance(shear, (tuple, list)) and len(shear) in (2, 4)):
            self.shear = shear
        else:
            self.shear = range_of("RandomAffine", "shear", shear)
        self.interpolation = mode_of("RandomAffine", interpolation)
        self.fill = fill
        self.center = center

    @staticmethod
    def get_params(
        degrees: Any, translate: Any, scale_ranges: Any, shears: Any, img_size: Sequence[int]
    ) -> tuple[float, tuple[int, int], float, tuple[float, float]]:
        """(angle, translation, scale, shear) for an image (width, height)."""
        angle = draws.uniform(degrees[0], degrees[1])
        moved = 0, 0
        if translate is not None:
            dx, dy = (float(t * n) for t, n in zip(translate, img_size, strict=True))
            moved = round(draws.uniform(-dx, dx)), round(draws.uniform(-dy, dy))
        scale = 1.0 if scale_ranges is None else draws.uniform(scale_ranges[0], scale_ranges[1])
        shear_x = shear_y = 0.0
        if shears is not None:
            shear_x = draws.uniform(shears[0], shears[1])
            if len(shears) == 4:
                shear_y = draws.uniform(shears[2], shears[3])
        return angle, moved, scale, (shear_x, shear_y)

    def _draw(self, image: Any) -> Any:
        size = F.get_image_size(image)
        return self.get_params(self.degrees, self.translate, self.scale, self.shear, size)

    def _changed(self, image: Any, drawn: Any) -> Any:
        fill = fill_for(image, self.fill)
        angle, translate, scale, shear = drawn
        return F.affine(
            image, angle, translate, scale, shear, self.interpolation, fill, self.center
        )


class RandomPerspective(ImageTransform):
    """Corners moved inwards by up to `distortion_scale` of half an edge, with probability p."""

    _shown = ("p",)

    def __init__(
        self, distortion_scale: float = 0.5, p: float = 0.5, interpolation: Any = BILINEAR,
        fill: Any = 0,
    ) -> None:  # fmt: skip
        super().__init__()
        self.p = p
        self.interpolation = mode_of("RandomPerspective", interpolation)
        self.distortion_scale = distortion_scale
        self.fill = fill

    @staticmethod
    def get_params(width: int, height: int, distortion_scale: float) -> tuple[list, list]:
        """The corners, and where they go."""
        reach_x, reach_y = (int(distortion_scale * (n // 2)) + 1 for n in (width, height))
        near_x, near_y = (lambda: draws.integer(0, reach_x)), (lambda: draws.integer(0, reach_y))
        start = [[0, 0], [width - 1, 0], [width - 1, height - 1], [0, height - 1]]
        end = [
            [near_x(), near_y()],
            [width - 1 - near_x(), near_y()],
            [width - 1 - near_x(), height - 1 - near_y()],
            [near_x(), height - 1 - near_y()],
        ]
        return start, end

    def _draw(self, image: Any) -> Any:
        if draws.uniform() >= self.p:
            return None
        width, height = F.get_image_size(image)
        return self.get_params(width, height, self.distortion_scale)

    def _changed(self, image: Any, drawn: Any) -> Any:
        if drawn is None:
            return image
        start, end = drawn
        fill = fill_for(image, self.fill)
        return F.perspective(image, start, end, self.interpolation, fill)
