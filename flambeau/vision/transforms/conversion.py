"""Transforms between PIL images, arrays and tensors, and between dtypes."""

from __future__ import annotations

from typing import Any

import numpy as np

from flambeau.core.dtype import DType, float32
from flambeau.core.errors import message
from flambeau.vision.transforms import converting
from flambeau.vision.transforms.base import ImageTransform

__all__ = [
    "ConvertImageDtype", "LinearTransformation", "Normalize", "PILToTensor", "ToPILImage",
    "ToTensor",
]  # fmt: skip


class ToTensor:
    """PIL image or array (h, w[, c]) to a tensor (c, h, w); bytes become 0 to 1."""

    def __call__(self, pic: Any) -> Any:
        return converting.to_tensor(pic)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class PILToTensor:
    """PIL image to a tensor (c, h, w) of the same numbers."""

    def __call__(self, pic: Any) -> Any:
        return converting.pil_to_tensor(pic)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class ToPILImage:
    """Tensor (c, h, w) or array (h, w, c) to a PIL image of `mode`."""

    def __init__(self, mode: str | None = None) -> None:
        self.mode = mode

    def __call__(self, pic: Any) -> Any:
        return converting.to_pil_image(pic, self.mode)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({f'mode={self.mode}' if self.mode else ''})"


class ConvertImageDtype(ImageTransform):
    """A tensor image in another dtype: white stays white."""

    def __init__(self, dtype: DType = float32) -> None:
        super().__init__()
        self.dtype = dtype

    def _changed(self, image: Any, drawn: Any) -> Any:
        return converting.convert_image_dtype(image, self.dtype)

    _shown = ("dtype",)


class Normalize(ImageTransform):
    """(x - mean) / std for each channel of a tensor image."""

    _shown = ("mean", "std")

    def __init__(self, mean: Any, std: Any, inplace: bool = False) -> None:
        super().__init__()
        self.mean = mean
        self.std = std
        self.inplace = inplace

    def _changed(self, image: Any, drawn: Any) -> Any:
        return converting.normalize(image, self.mean, self.std, self.inplace)

    def apply_to(self, images: np.ndarray) -> None:
        """The same to float32 images (n, c, h, w), in place."""
        converting.normalize_array(images, self.mean, self.std)


class LinearTransformation(ImageTransform):
    """(flattened image - mean_vector) @ transformation_matrix, in the image's shape."""

    _shown = ("transformation_matrix", "mean_vector")

    def __init__(self, transformation_matrix: Any, mean_vector: Any) -> None:
        super().__init__()
        n = transformation_matrix.shape[0]
        if tuple(transformation_matrix.shape) != (n, n) or mean_vector.shape[0] != n:
            raise ValueError(
                message("transforms.LinearTransformation", f"transformation_matrix "
                        f"{list(transformation_matrix.shape)} and mean_vector "
                        f"{list(mean_vector.shape)}", "transformation_matrix should be square, and "
                        "mean_vector should have as many elements")
            )  # fmt: skip
        self.transformation_matrix = transformation_matrix
        self.mean_vector = mean_vector

    def _changed(self, image: Any, drawn: Any) -> Any:
        n = self.transformation_matrix.shape[0]
        flat = image.reshape(-1, n) - self.mean_vector
        return (flat @ self.transformation_matrix).reshape(image.shape)
