"""Whole batches of images at once, where the transforms do to each pixel what they do to all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from flambeau.core.dtype import float32, int64
from flambeau.tensor.boundary import fresh, read
from flambeau.tensor.tensor import Tensor
from flambeau.utils.data import default_collate
from flambeau.vision.transforms.containers import Compose
from flambeau.vision.transforms.conversion import Normalize, ToTensor

__all__ = ["pixel_reader"]


def _steps(transform: Any) -> list[Any] | None:
    """The normalisations after ToTensor, if the transform is ToTensor and then only these."""
    parts = [transform]
    if type(transform) is Compose:
        parts = list(transform.transforms)
    if not parts or type(parts[0]) is not ToTensor:
        return None
    return parts[1:] if all(type(p) is Normalize for p in parts[1:]) else None


def pixel_reader(dataset: Any, owner: type) -> Callable[[Any], Any] | None:
    """A function from indices to the collated batch of `owner`'s samples, or None.

    There is one while the dataset makes samples as `owner` does, from uint8 pixels, and the
    transform is ToTensor, alone or before Normalize. What is changed later is seen.
    """
    if type(dataset).__getitem__ is not owner.__getitem__:  # type: ignore[attr-defined,index]
        return None
    if _steps(dataset.transform) is None or dataset.target_transform is not None:
        return None

    def read_batch(index: Any) -> Any:
        made = _batch(dataset, index)
        if made is not None:
            return made
        if isinstance(index, slice):
            index = range(index.start, index.stop)
        return default_collate([dataset[int(i)] for i in index])

    return read_batch


def _batch(dataset: Any, index: Any) -> list[Any] | None:
    steps = _steps(dataset.transform)
    if steps is None or dataset.target_transform is not None:
        return None
    pixels, targets = (
        read(x) if isinstance(x, Tensor) else np.asarray(x) for x in (dataset.data, dataset.targets)
    )
    if pixels.dtype != np.uint8 or pixels.ndim not in (3, 4) or targets.ndim != 1:
        return None
    chosen = pixels[index]
    chosen = chosen[:, None] if pixels.ndim == 3 else np.moveaxis(chosen, 3, 1)
    images, memory = fresh(float32, chosen.shape)
    np.divide(chosen, np.float32(255.0), out=memory)
    for step in steps:
        step.apply_to(memory)
    labels, numbers = fresh(int64, (len(chosen),))
    numbers[...] = targets[index]
    return [images, labels]
