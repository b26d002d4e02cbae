"""Pillow, where it is installed: images as PIL's objects."""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import Any

import numpy as np

from flambeau.core.errors import message

__all__ = ["image_class", "image_from_array", "is_pil", "load"]

_loaded: dict[str, ModuleType] = {}


def load(operation: str, part: str = "Image") -> ModuleType:
    """PIL.Image, or another part of Pillow; ImportError with the command that installs it."""
    found = _loaded.get(part)
    if found is None:
        try:
            found = importlib.import_module(f"PIL.{part}")
        except ImportError:
            raise ImportError(
                message(operation, "a Python without Pillow", "the package Pillow",
                        "pip install pillow, or pip install flambeau[vision]")
            ) from None  # fmt: skip
        _loaded[part] = found
    return found


def image_class() -> type | None:
    """PIL's class of images, or None without Pillow."""
    try:
        return load("vision").Image
    except ImportError:
        return None


def is_pil(image: Any) -> bool:
    """Whether `image` is an image of Pillow's."""
    kind = image_class()
    return kind is not None and isinstance(image, kind)


def image_from_array(operation: str, array: np.ndarray) -> Any:
    """A PIL image of an array (h, w) or (h, w, channels)."""
    return load(operation).fromarray(np.ascontiguousarray(array))
