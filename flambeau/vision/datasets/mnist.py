"""MNIST and the datasets in its format: images and labels in idx files.

Files are looked for in root/NAME/raw, where torchvision keeps them, in root/raw and in root.
"""

from __future__ import annotations

import string
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from flambeau.core.errors import message
from flambeau.tensor.boundary import read
from flambeau.tensor.sharing import from_numpy
from flambeau.tensor.tensor import Tensor
from flambeau.vision.datasets.batches import pixel_reader
from flambeau.vision.datasets.files import find, folder_of, missing, read_idx
from flambeau.vision.datasets.vision import Transform, VisionDataset
from flambeau.vision.pillow import image_from_array

__all__ = ["EMNIST", "KMNIST", "MNIST", "QMNIST", "FashionMNIST"]


class MNIST(VisionDataset):
    """Handwritten digits: (PIL image 28 x 28 in grey, label from 0 to 9).

    data: uint8 (n, 28, 28); targets: int64 (n,). train: the 60,000 images to learn from, or the
    10,000 to test with. LeCun, Cortes, Burges, 1998.
    """

    source = "https://ossci-datasets.s3.amazonaws.com/mnist/"
    training_file, test_file = "training.pt", "test.pt"
    classes = [
        "0 - zero", "1 - one", "2 - two", "3 - three", "4 - four", "5 - five", "6 - six",
        "7 - seven", "8 - eight", "9 - nine",
    ]  # fmt: skip

    def __init__(
        self, root: Any, train: bool = True, transform: Transform = None,
        target_transform: Transform = None, download: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(root, transform=transform, target_transform=target_transform)
        self.train = train
        self.data: Any
        self.targets: Any
        self.data, self.targets = self._load_data()

    # -- files --------------------------------------------------------------------------------
    @property
    def raw_folder(self) -> str:
        """Where the files belong."""
        return str(folder_of(self.root, type(self).__name__, "raw"))

    @property
    def processed_folder(self) -> str:
        """Where old versions of torchvision kept tensors."""
        return str(folder_of(self.root, type(self).__name__, "processed"))

    def _names(self) -> tuple[str, str]:
        part = "train" if self.train else "t10k"
        return f"{part}-images-idx3-ubyte", f"{part}-labels-idx1-ubyte"

    def _paths(self) -> list[Path]:
        folders = [Path(self.raw_folder), folder_of(self.root, "raw"), folder_of(self.root)]
        names = self._names()
        found = [find(folders, name) for name in names]
        absent = [f"{n}.gz" for n, path in zip(names, found, strict=True) if path is None]
        if absent:
            raise missing(type(self).__name__, absent, folders[0], self.source)
        return [path for path in found if path is not None]

    def _load_data(self) -> tuple[Any, Any]:
        images, labels = (read_idx(path) for path in self._paths())
        if images.ndim != 3 or labels.shape[:1] != images.shape[:1]:
            raise RuntimeError(
                message(f"datasets.{type(self).__name__}", f"images {list(images.shape)} and "
                        f"labels {list(labels.shape)}", "as many labels as images (n, h, w)",
                        "files that belong together")
            )  # fmt: skip
        return from_numpy(images), from_numpy(labels.astype(np.int64))

    # -- samples ------------------------------------------------------------------------------
    def __getitem__(self, index: int) -> Any:
        pixels = self.data[index] if not isinstance(self.data, Tensor) else read(self.data)[index]
        image = image_from_array(f"datasets.{type(self).__name__}", np.asarray(pixels))
        return self._transformed(image, self._target(index))

    def _target(self, index: int) -> Any:
        targets = self.targets
        return int(read(targets)[index] if isinstance(targets, Tensor) else targets[index])

    def _batch_reader(self) -> Any:
        """See flambeau.utils.data.dataset.batch_reader."""
        return pixel_reader(self, MNIST)

    def __len__(self) -> int:
        return len(self.data)

    def extra_repr(self) -> str:
        """Which part."""
        return f"Split: {'Train' if self.train is True else 'Test'}"

    @property
    def class_to_idx(self) -> dict[str, int]:
        """The number of each class."""
        return {name: i for i, name in enumerate(self.classes)}

    def _old_name(self, old: str, new: str) -> Any:
        warnings.warn(f"{old} has been renamed {new}", stacklevel=3)
        return getattr(self, new)

    @property
    def train_labels(self) -> Any:
        """The old name of targets."""
        return self._old_name("train_labels", "targets")

    @property
    def test_labels(self) -> Any:
        """The old name of targets."""
        return self._old_name("test_labels", "targets")

    @property
    def train_data(self) -> Any:
        """The old name of data."""
        return self._old_name("train_data", "data")

    @property
    def test_data(self) -> Any:
        """The old name of data."""
        return self._old_name("test_data", "data")


class FashionMNIST(MNIST):
    """Articles of clothing, in MNIST's format. Xiao, Rasul, Vollgraf, 2017."""

    source = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"
    classes = [
        "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag",
        "Ankle boot",
    ]  # fmt: skip


class KMNIST(MNIST):
    """Japanese characters in cursive, in MNIST's format. Clanuwat et al., 2018."""

    source = "http://codh.rois.ac.jp/kmnist/dataset/kmnist/"
    classes = ["o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"]


# letters whose small form looks like the capital share a class
_ALIKE = set("cijklmopsuvwxyz")
_EVERY = set(string.digits + string.ascii_letters)


class EMNIST(MNIST):
    """Digits and letters, in MNIST's format; images are stored transposed. Cohen et al., 2017."""

    source = "https://biometrics.nist.gov/cs_links/EMNIST/gzip.zip"
    splits = ("byclass", "bymerge", "balanced", "letters", "digits", "mnist")
    classes_split_dict = {
        "byclass": sorted(_EVERY),
        "bymerge": sorted(_EVERY - _ALIKE),
        "balanced": sorted(_EVERY - _ALIKE),
        "letters": ["N/A", *string.ascii_lowercase],
        "digits": list(string.digits),
        "mnist": list(string.digits),
    }

    def __init__(self, root: Any, split: str, **kwargs: Any) -> None:
        if split not in self.splits:
            raise ValueError(
                message("datasets.EMNIST", f"split={split!r}", f"one of {', '.join(self.splits)}")
            )
        self.split = split
        super().__init__(root, **kwargs)
        self.classes = self.classes_split_dict[split]

    def _names(self) -> tuple[str, str]:
        head = f"emnist-{self.split}-{'train' if self.train else 'test'}"
        return f"{head}-images-idx3-ubyte", f"{head}-labels-idx1-ubyte"


class QMNIST(MNIST):
    """MNIST with all that was known of each digit. Yadav, Bottou, 2019.

    what: "train", "test", "test10k", "test50k" or "nist". compat=False: targets (n, 8).
    """

    source = "https://raw.githubusercontent.com/facebookresearch/qmnist/master/"
    subsets = {
        "train": "train", "test": "test", "test10k": "test", "test50k": "test", "nist": "nist",
    }  # fmt: skip

    def __init__(
        self, root: Any, what: str | None = None, compat: bool = True, train: bool = True,
        **kwargs: Any,
    ) -> None:  # fmt: skip
        self.what = ("train" if train else "test") if what is None else what
        if self.what not in self.subsets:
            raise ValueError(
                message("datasets.QMNIST", f"what={what!r}", f"one of {', '.join(self.subsets)}")
            )
        self.compat = compat
        super().__init__(root, train, **kwargs)

    def _names(self) -> tuple[str, str]:
        part = self.subsets[self.what]
        head = "xnist" if part == "nist" else f"qmnist-{part}"
        return f"{head}-images-idx3-ubyte", f"{head}-labels-idx2-int"

    def _load_data(self) -> tuple[Any, Any]:
        part = {"test10k": slice(10000), "test50k": slice(10000, None)}.get(self.what, slice(None))
        images, labels = (read_idx(path)[part] for path in self._paths())
        return from_numpy(images), from_numpy(labels.astype(np.int64))

    def _target(self, index: int) -> Any:
        row = self.targets[index]
        return int(row[0]) if self.compat else row

    def _batch_reader(self) -> None:
        return None

    def extra_repr(self) -> str:
        """Which part."""
        return f"Split: {self.what}"
