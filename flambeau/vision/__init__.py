"""flambeau.vision: what programs use of torchvision, under torchvision's names.

datasets from local files, transforms of images, networks, pictures of batches. Nothing is
downloaded: a missing file is an error that says where to put it. Images need Pillow
(`pip install flambeau[vision]`). `import torchvision` means this package under `flambeau run`.
"""

from __future__ import annotations

import importlib
from typing import Any

from flambeau.core.errors import message

__version__ = "0.28.0"  # the torchvision whose names are offered

_MODULES = ("datasets", "io", "models", "ops", "transforms", "tv_tensors", "utils")

__all__ = ["get_image_backend", "set_image_backend", *_MODULES]


def set_image_backend(backend: str) -> None:
    """Which package reads images: only "PIL" is there."""
    if backend != "PIL":
        raise ValueError(
            message("vision.set_image_backend", repr(backend), "'PIL', which is used already")
        )


def get_image_backend() -> str:
    """The package that reads images: "PIL"."""
    return "PIL"


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(
            f"flambeau has no torchvision.{name} yet; there are {', '.join(_MODULES)}"
        )
    return importlib.import_module(f"flambeau.vision.{name}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_MODULES})
