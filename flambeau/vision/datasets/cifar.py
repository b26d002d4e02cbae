"""CIFAR-10 and CIFAR-100: images 32 x 32 in colour, from Python pickles, read without running code.

The folder is looked for in root; the archive beside it (cifar-10-python.tar.gz) does as well.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from flambeau.vision.datasets.batches import pixel_reader
from flambeau.vision.datasets.files import folder_of, member, missing, read_pickle
from flambeau.vision.datasets.vision import Transform, VisionDataset
from flambeau.vision.pillow import image_from_array

__all__ = ["CIFAR10", "CIFAR100"]


class CIFAR10(VisionDataset):
    """Ten kinds of things: (PIL image 32 x 32, label). Krizhevsky, 2009.

    data: a uint8 array (n, 32, 32, 3); targets: a list of n numbers.
    """

    base_folder = "cifar-10-batches-py"
    filename = "cifar-10-python.tar.gz"
    url = "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz"
    train_list = [f"data_batch_{i}" for i in range(1, 6)]
    test_list = ["test_batch"]
    meta = {"filename": "batches.meta", "key": "label_names"}

    def __init__(
        self, root: Any, train: bool = True, transform: Transform = None,
        target_transform: Transform = None, download: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(root, transform=transform, target_transform=target_transform)
        self.train = train
        parts = [self._read(name) for name in (self.train_list if train else self.test_list)]
        self.targets: list[int] = []
        for part in parts:
            self.targets += part["labels" if "labels" in part else "fine_labels"]
        data = np.concatenate([part["data"] for part in parts]).reshape(-1, 3, 32, 32)
        self.data: Any = np.ascontiguousarray(data.transpose(0, 2, 3, 1))
        self.classes = self._read(self.meta["filename"])[self.meta["key"]]
        self.class_to_idx = {name: i for i, name in enumerate(self.classes)}

    def _read(self, name: str) -> Any:
        folder = folder_of(self.root)
        for path in (folder / self.base_folder / name, folder / name):
            if path.is_file():
                return read_pickle(path.read_bytes())
        archive = folder / self.filename
        data = member(archive, f"{self.base_folder}/{name}") if archive.is_file() else None
        if data is None:
            raise missing(type(self).__name__, [self.filename], folder, self.url)
        return read_pickle(data)

    def __getitem__(self, index: int) -> Any:
        image = image_from_array(f"datasets.{type(self).__name__}", np.asarray(self.data[index]))
        return self._transformed(image, self.targets[index])

    def _batch_reader(self) -> Any:
        """See flambeau.utils.data.dataset.batch_reader."""
        return pixel_reader(self, CIFAR10)

    def __len__(self) -> int:
        return len(self.data)

    def extra_repr(self) -> str:
        """Which part."""
        return f"Split: {'Train' if self.train is True else 'Test'}"


class CIFAR100(CIFAR10):
    """A hundred kinds of things, in CIFAR-10's format."""

    base_folder = "cifar-100-python"
    filename = "cifar-100-python.tar.gz"
    url = "https://www.cs.toronto.edu/~kriz/cifar-100-python.tar.gz"
    train_list = ["train"]
    test_list = ["test"]
    meta = {"filename": "meta", "key": "fine_label_names"}
