"""Street View House Numbers: digits on houses, from MATLAB files (needs scipy)."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np

from flambeau.core.errors import message
from flambeau.vision.datasets.files import folder_of, missing
from flambeau.vision.datasets.vision import Transform, VisionDataset
from flambeau.vision.pillow import image_from_array

__all__ = ["SVHN"]


class SVHN(VisionDataset):
    """(PIL image 32 x 32, label 0 to 9). split: "train", "test" or "extra". Netzer et al., 2011.

    data: a uint8 array (n, 3, 32, 32); labels: int64 (n,).
    """

    split_list = ("train", "test", "extra")
    source = "http://ufldl.stanford.edu/housenumbers/"

    def __init__(
        self, root: Any, split: str = "train", transform: Transform = None,
        target_transform: Transform = None, download: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(root, transform=transform, target_transform=target_transform)
        if split not in self.split_list:
            raise ValueError(
                message("datasets.SVHN", f"split={split!r}", f"one of {', '.join(self.split_list)}")
            )
        self.split = split
        path = folder_of(root, f"{split}_32x32.mat")
        if not path.is_file():
            raise missing("SVHN", [path.name], path.parent, self.source)
        try:
            matlab = importlib.import_module("scipy.io")
        except ImportError:
            raise ImportError(
                message("datasets.SVHN", "a Python without scipy", "scipy, for MATLAB files",
                        "pip install scipy")
            ) from None  # fmt: skip
        found = matlab.loadmat(path)
        self.labels = found["y"].astype(np.int64).squeeze()
        self.labels[self.labels == 10] = 0  # the file says 10 for the digit 0
        self.data = np.ascontiguousarray(found["X"].transpose(3, 2, 0, 1))

    def __getitem__(self, index: int) -> Any:
        image = image_from_array("datasets.SVHN", self.data[index].transpose(1, 2, 0))
        return self._transformed(image, int(self.labels[index]))

    def __len__(self) -> int:
        return len(self.data)

    def extra_repr(self) -> str:
        """Which part."""
        return f"Split: {self.split}"
