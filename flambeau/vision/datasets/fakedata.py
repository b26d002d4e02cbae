"""`FakeData`: random images, to try programs without data."""

from __future__ import annotations

from typing import Any

import numpy as np

from flambeau.tensor.rows import random_words
from flambeau.vision.datasets.vision import Transform, VisionDataset
from flambeau.vision.pillow import image_from_array

__all__ = ["FakeData"]


class FakeData(VisionDataset):
    """`size` random PIL images of `image_size` (channels, h, w) with random labels; sample i is
    always the same one."""

    def __init__(
        self, size: int = 1000, image_size: tuple[int, int, int] = (3, 224, 224),
        num_classes: int = 10, transform: Transform = None, target_transform: Transform = None,
        random_offset: int = 0,
    ) -> None:  # fmt: skip
        super().__init__(transform=transform, target_transform=target_transform)
        self.size = size
        self.num_classes = num_classes
        self.image_size = image_size
        self.random_offset = random_offset

    def __getitem__(self, index: int) -> Any:
        if index >= len(self):
            raise IndexError(f"{type(self).__name__} index out of range")
        key = (index + self.random_offset) % 2**64, 1
        channels, height, width = self.image_size
        words = random_words(key, 1 + (channels * height * width + 7) // 8)
        pixels = words[1:].view(np.uint8)[: channels * height * width]
        pixels = pixels.reshape(height, width, channels)
        image = image_from_array("datasets.FakeData", pixels[..., 0] if channels == 1 else pixels)
        return self._transformed(image, int(words[0] % self.num_classes))

    def __len__(self) -> int:
        return self.size
