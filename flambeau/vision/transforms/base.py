"""`ImageTransform`: what the classes have in common, whatever number of images they get."""

from __future__ import annotations

import math
from typing import Any

from flambeau.core.errors import message
from flambeau.nn import Module

__all__ = ["ImageTransform", "pair_of", "range_of", "repr_of"]


class ImageTransform(Module):
    """First random numbers are drawn for an image, then each image is changed by them.

    A subclass defines `_draw(image)`, unless nothing is random, and `_changed(image, drawn)`.
    """

    def _draw(self, image: Any) -> Any:
        return None

    def _changed(self, image: Any, drawn: Any) -> Any:
        raise NotImplementedError

    def forward(self, img: Any) -> Any:
        """The image, changed."""
        return self._changed(img, self._draw(img))

    def __call__(self, *inputs: Any, **kwargs: Any) -> Any:
        if self._forward_hooks or self._forward_pre_hooks:
            return super().__call__(*inputs, **kwargs)
        return self.forward(*inputs, **kwargs)

    _shown: tuple[str, ...] = ()  # the attributes in the text

    def __repr__(self) -> str:
        return repr_of(self, self._shown)


def repr_of(x: Any, names: tuple[str, ...]) -> str:
    """Name(attribute=value, ...)."""
    values = ((n, getattr(x, n)) for n in names)
    parts = ", ".join(f"{n}={getattr(v, 'value', v)}" for n, v in values)
    return f"{type(x).__name__}({parts})"


def pair_of(operation: str, size: Any) -> tuple[int, int]:
    """(height, width) of one number or two."""
    values = list(size) if isinstance(size, (tuple, list)) else [size]
    if len(values) not in (1, 2):
        raise ValueError(
            message(f"transforms.{operation}", f"size={size}", "Please provide only two dimensions "
                    "(h, w) for size.")
        )  # fmt: skip
    height, width = (values * 2)[:2]
    return int(height), int(width)


def range_of(
    operation: str, name: str, value: Any, center: float = 0.0,
    limits: tuple[float, float] = (-math.inf, math.inf),
) -> tuple[float, float]:  # fmt: skip
    """(low, high) of two numbers, or of one number around `center`."""
    if isinstance(value, (tuple, list)):
        if len(value) != 2:
            raise ValueError(
                message(f"transforms.{operation}", f"{name}={value}",
                        f"{name} should be a sequence of length 2.")
            )  # fmt: skip
        low, high = float(value[0]), float(value[1])
    else:
        if value < 0:
            raise ValueError(
                message(f"transforms.{operation}", f"{name}={value}",
                        f"If {name} is a single number, it must be non negative.")
            )  # fmt: skip
        low, high = max(center - value, limits[0]), center + value
    if not limits[0] <= low <= high <= limits[1]:
        raise ValueError(
            message(f"transforms.{operation}", f"{name}={value}", f"{name} values should be "
                    f"between {limits[0]} and {limits[1]}, the lower one first")
        )  # fmt: skip
    return low, high
