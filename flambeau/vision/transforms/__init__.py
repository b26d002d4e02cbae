"""Transforms of images, PIL's or tensors (..., c, h, w), under torchvision's names."""

# ruff: noqa: F403 - the names are in transforms.__all__

from flambeau.vision.transforms import functional
from flambeau.vision.transforms.transforms import *
from flambeau.vision.transforms.transforms import __all__ as _classes

__all__ = [*_classes, "functional"]
