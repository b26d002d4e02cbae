"""Transforms that change colours."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from flambeau.core.errors import message
from flambeau.tensor.creation import empty
from flambeau.tensor.tensor import Tensor
from flambeau.vision import draws
from flambeau.vision.transforms import functional as F  # noqa: N812 - as in programs
from flambeau.vision.transforms.base import ImageTransform, range_of
from flambeau.vision.transforms.turning import _Chance

__all__ = [
    "ColorJitter", "GaussianBlur", "Grayscale", "RandomAdjustSharpness", "RandomAutocontrast",
    "RandomEqualize", "RandomErasing", "RandomGrayscale", "RandomInvert", "RandomPosterize",
    "RandomSolarize",
]  # fmt: skip


class Grayscale(ImageTransform):
    """Grey, in one channel or in three equal ones."""

    _shown = ("num_output_channels",)

    def __init__(self, num_output_channels: int = 1) -> None:
        super().__init__()
        self.num_output_channels = num_output_channels

    def _changed(self, image: Any, drawn: Any) -> Any:
        return F.rgb_to_grayscale(image, self.num_output_channels)


class RandomGrayscale(_Chance):
    """Grey, in as many channels as before, with probability p."""

    def __init__(self, p: float = 0.1) -> None:
        super().__init__(p)

    def _changed(self, image: Any, drawn: Any) -> Any:
        return F.rgb_to_grayscale(image, F.get_image_num_channels(image)) if drawn else image


class ColorJitter(ImageTransform):
    """Brightness, contrast, saturation and hue changed by random factors, in random order.

    Each is a range, or one number n: factors from 1 - n to 1 + n (for hue -n to n).
    """

    _shown = ("brightness", "contrast", "saturation", "hue")

    def __init__(
        self, brightness: Any = 0, contrast: Any = 0, saturation: Any = 0, hue: Any = 0
    ) -> None:
        super().__init__()
        self.brightness = self._range("brightness", brightness, 1.0, (0.0, math.inf))
        self.contrast = self._range("contrast", contrast, 1.0, (0.0, math.inf))
        self.saturation = self._range("saturation", saturation, 1.0, (0.0, math.inf))
        self.hue = self._range("hue", hue, 0.0, (-0.5, 0.5))

    @staticmethod
    def _range(name: str, value: Any, center: float, limits: tuple[float, float]) -> Any:
        found = range_of("ColorJitter", name, value, center, limits)
        return None if found == (center, center) else found

    @staticmethod
    def get_params(brightness: Any, contrast: Any, saturation: Any, hue: Any) -> tuple[Any, ...]:
        """(order, four factors)."""
        order = draws.permutation(4)
        factors = [
            None if r is None else draws.uniform(r[0], r[1])
            for r in (brightness, contrast, saturation, hue)
        ]
        return order, *factors

    def _draw(self, image: Any) -> Any:
        return self.get_params(self.brightness, self.contrast, self.saturation, self.hue)

    def _changed(self, image: Any, drawn: Any) -> Any:
        order, *factors = drawn
        functions = F.adjust_brightness, F.adjust_contrast, F.adjust_saturation, F.adjust_hue
        for i in order:
            if factors[i] is not None:
                image = functions[i](image, factors[i])
        return image


class GaussianBlur(ImageTransform):
    """Blurred with a random sigma from a range (or with one)."""

    _shown = ("kernel_size", "sigma")

    def __init__(self, kernel_size: Any, sigma: Any = (0.1, 2.0)) -> None:
        super().__init__()
        sizes = tuple(kernel_size) if isinstance(kernel_size, (tuple, list)) else (kernel_size,) * 2
        if len(sizes) != 2 or any(k <= 0 or k % 2 == 0 for k in sizes):
            raise ValueError(
                message("transforms.GaussianBlur", f"kernel_size={kernel_size}",
                        "Kernel size value should be an odd and positive number.")
            )  # fmt: skip
        self.kernel_size = sizes
        low, high = sigma if isinstance(sigma, (tuple, list)) else (sigma, sigma)
        if not 0.0 < low <= high:
            raise ValueError(
                message("transforms.GaussianBlur", f"sigma={sigma}", "sigma values should be "
                        "positive and of the form (min, max)")
            )  # fmt: skip
        self.sigma = float(low), float(high)

    @staticmethod
    def get_params(sigma_min: float, sigma_max: float) -> float:
        """A random sigma."""
        return draws.uniform(sigma_min, sigma_max)

    def _draw(self, image: Any) -> Any:
        return self.get_params(*self.sigma)

    def _changed(self, image: Any, drawn: Any) -> Any:
        return F.gaussian_blur(image, self.kernel_size, (drawn, drawn))


class RandomErasing(ImageTransform):
    """A random part of a tensor image replaced by `value` ("random": noise), with probability p.

    Zhong et al., "Random erasing data augmentation", 2017.
    """

    _shown = ("p", "scale", "ratio", "value", "inplace")

    def __init__(
        self, p: float = 0.5, scale: Any = (0.02, 0.33), ratio: Any = (0.3, 3.3), value: Any = 0,
        inplace: bool = False,
    ) -> None:  # fmt: skip
        super().__init__()
        if not isinstance(value, (int, float, str, tuple, list)):
            raise TypeError("Argument value should be either a number or str or a sequence")
        if isinstance(value, str) and value != "random":
            raise ValueError("If value is str, it should be 'random'")
        if not 0 <= scale[0] <= scale[1] <= 1 or not 0 <= p <= 1:
            raise ValueError(
                message("transforms.RandomErasing", f"p={p}, scale={scale}",
                        "Scale and random erasing probability should be between 0 and 1")
            )  # fmt: skip
        self.p = p
        self.scale = scale
        self.ratio = ratio
        self.value = value
        self.inplace = inplace

    @staticmethod
    def get_params(img: Any, scale: Any, ratio: Any, value: Any = None) -> tuple:
        """(top, left, height, width, value): ten tries, then the whole image as it is."""
        channels, h, w = img.shape[-3:]
        for _ in range(10):
            area = h * w * draws.uniform(scale[0], scale[1])
            aspect = math.exp(draws.uniform(math.log(ratio[0]), math.log(ratio[1])))
            height, width = round(math.sqrt(area * aspect)), round(math.sqrt(area / aspect))
            if height < h and width < w:
                if value is None:
                    v: Any = empty((channels, height, width), dtype=img.dtype).normal_()
                else:
                    v = img.new_tensor(value).view(-1, 1, 1)
                top = draws.integer(0, h - height + 1)
                return top, draws.integer(0, w - width + 1), height, width, v
        return 0, 0, h, w, img

    def _draw(self, image: Any) -> Any:
        if draws.uniform() >= self.p:
            return None
        value = None if self.value == "random" else self.value
        values = [float(value)] if isinstance(value, (int, float)) else value
        if values is not None and len(values) not in (1, image.shape[-3]):
            raise ValueError(
                message("transforms.RandomErasing", f"value={self.value} for {image.shape[-3]} "
                        "channels", "one number, or one for each channel")
            )  # fmt: skip
        return self.get_params(image, self.scale, self.ratio, values)

    def _changed(self, image: Any, drawn: Any) -> Any:
        if drawn is None or not isinstance(image, Tensor):
            return image
        top, left, height, width, value = drawn
        return F.erase(image, top, left, height, width, value, self.inplace)


def _by_chance(
    name: str, function: Callable[..., Any], doc: str, parameter: str | None = None
) -> type[ImageTransform]:
    """The class that applies `function(image[, parameter])` with probability p."""

    class Chance(_Chance):
        _shown = (parameter, "p") if parameter else ("p",)

        if parameter:

            def __init__(self, *args: Any, p: float = 0.5, **kwargs: Any) -> None:
                if len(args) > 1:
                    args, p = args[:1], args[1]
                super().__init__(p)
                setattr(self, parameter, args[0] if args else kwargs.pop(parameter))

        def _changed(self, image: Any, drawn: Any) -> Any:
            rest = (getattr(self, parameter),) if parameter else ()
            return function(image, *rest) if drawn else image

    Chance.__name__ = Chance.__qualname__ = name
    Chance.__doc__ = doc
    return Chance


RandomInvert = _by_chance("RandomInvert", F.invert, "The negative, with probability p.")
RandomPosterize = _by_chance(
    "RandomPosterize", F.posterize, "Only the highest bits, with probability p.", "bits"
)
RandomSolarize = _by_chance(
    "RandomSolarize", F.solarize, "The negative above threshold, with probability p.", "threshold"
)
RandomAdjustSharpness = _by_chance(
    "RandomAdjustSharpness", F.adjust_sharpness, "Sharpened or blurred, with probability p.",
    "sharpness_factor",
)  # fmt: skip
RandomAutocontrast = _by_chance(
    "RandomAutocontrast", F.autocontrast, "From black to white, with probability p."
)
RandomEqualize = _by_chance(
    "RandomEqualize", F.equalize, "Equally frequent levels, with probability p."
)
