"""Transforms made of transforms."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

from flambeau.core.errors import message
from flambeau.nn import Module
from flambeau.vision import draws

__all__ = ["Compose", "Lambda", "RandomApply", "RandomChoice", "RandomOrder"]


def _text(name: str, transforms: Any, *first: str) -> str:
    return "\n".join([f"{name}(", *first, *(f"    {t}" for t in transforms), ")"])


def _call(transform: Callable[..., Any], inputs: tuple) -> tuple:
    """The transform's result for one image or several, as a tuple."""
    made = transform(*inputs)
    return made if len(inputs) > 1 else (made,)


class Compose:
    """One transform after the other.

    >>> import numpy
    >>> from flambeau.vision.transforms import Normalize, ToTensor
    >>> made = Compose([ToTensor(), Normalize((0.5,), (0.5,))])
    >>> made(numpy.zeros((1, 2), "uint8"))
    tensor([[[-1., -1.]]])
    """

    def __init__(self, transforms: Sequence[Callable[..., Any]]) -> None:
        self.transforms = transforms

    def __call__(self, img: Any) -> Any:
        for transform in self.transforms:
            img = transform(img)
        return img

    def __repr__(self) -> str:
        return _text(type(self).__name__, self.transforms)


class Lambda:
    """Any function of one argument as a transform."""

    def __init__(self, lambd: Callable[[Any], Any]) -> None:
        if not callable(lambd):
            raise TypeError(
                message("transforms.Lambda", f"a {type(lambd).__name__}",
                        f"Argument lambd should be callable, got {type(lambd).__name__!r}")
            )  # fmt: skip
        self.lambd = lambd

    def __call__(self, img: Any) -> Any:
        return self.lambd(img)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class _Random:
    def __init__(self, transforms: Any) -> None:
        if not isinstance(transforms, Sequence):
            raise TypeError("Argument transforms should be a sequence")
        self.transforms = transforms

    def __repr__(self) -> str:
        return _text(type(self).__name__, self.transforms)


class RandomOrder(_Random):
    """All transforms, in random order (from Python's random)."""

    def __call__(self, *img: Any) -> Any:
        order = list(range(len(self.transforms)))
        random.shuffle(order)
        for i in order:
            img = _call(self.transforms[i], img)
        return img if len(img) > 1 else img[0]


class RandomChoice(_Random):
    """One of the transforms, with probabilities p (from Python's random)."""

    def __init__(self, transforms: Any, p: Sequence[float] | None = None) -> None:
        super().__init__(transforms)
        if p is not None and not isinstance(p, Sequence):
            raise TypeError("Argument p should be a sequence")
        self.p = p

    def __call__(self, *args: Any) -> Any:
        return random.choices(self.transforms, weights=self.p)[0](*args)

    def __repr__(self) -> str:
        return f"{super().__repr__()}(p={self.p})"


class RandomApply(Module):
    """All transforms with probability p, else none."""

    def __init__(self, transforms: Any, p: float = 0.5) -> None:
        super().__init__()
        self.transforms = transforms
        self.p = p

    def forward(self, *img: Any) -> Any:
        """The image, changed or not."""
        if self.p >= draws.uniform():
            for transform in self.transforms:
                img = _call(transform, img)
        return img if len(img) > 1 else img[0]

    def __repr__(self) -> str:
        parts: Any = self.transforms
        return _text(type(self).__name__, parts, f"    p={self.p}")
