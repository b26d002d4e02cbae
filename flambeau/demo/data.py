"""The handwritten digits that the package brings along; digits.txt names source and licence."""

from __future__ import annotations

from importlib.resources import files

import numpy as np

import flambeau as torch
from flambeau import Tensor

__all__ = ["CITATION", "load_digits"]

CITATION = (
    "Optical Recognition of Handwritten Digits, E. Alpaydin and C. Kaynak (1998), "
    "UCI Machine Learning Repository, doi 10.24432/C50P49, CC BY 4.0"
)
BRIGHTEST = 16.0


def load_digits() -> tuple[Tensor, Tensor]:
    """The images, (1797, 1, 8, 8) float32 from 0 to 1, and their labels, (1797,) int64.

    >>> images, labels = load_digits()
    >>> images.shape, labels[:5].tolist()
    (flambeau.Size([1797, 1, 8, 8]), [0, 1, 2, 3, 4])
    """
    with files("flambeau.demo").joinpath("digits.npz").open("rb") as file:
        arrays = np.load(file, allow_pickle=False)
        images = torch.tensor(arrays["images"], dtype=torch.float32)
        labels = torch.tensor(arrays["labels"], dtype=torch.int64)
    return images.unsqueeze(1) / BRIGHTEST, labels
