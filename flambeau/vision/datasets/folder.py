"""Datasets whose classes are folders: root/class/.../image.png."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from flambeau.core.errors import message
from flambeau.vision import pillow
from flambeau.vision.datasets.vision import Transform, VisionDataset

__all__ = [
    "IMG_EXTENSIONS", "DatasetFolder", "ImageFolder", "default_loader", "find_classes",
    "has_file_allowed_extension", "is_image_file", "make_dataset", "pil_loader",
]  # fmt: skip

IMG_EXTENSIONS = tuple(
    ".jpg .jpeg .png .ppm .bmp .pgm .tif .tiff .webp".split()
)  # what pil_loader is given

Sample = tuple[str, int]


def has_file_allowed_extension(filename: str, extensions: str | tuple[str, ...]) -> bool:
    """Whether the name ends in one of the extensions, in any case."""
    ends = (extensions,) if isinstance(extensions, str) else tuple(extensions)
    return filename.lower().endswith(ends)


def is_image_file(filename: str) -> bool:
    """Whether the name ends like an image's."""
    return has_file_allowed_extension(filename, IMG_EXTENSIONS)


def find_classes(directory: str | os.PathLike[str]) -> tuple[list[str], dict[str, int]]:
    """The folders in `directory`, sorted, and their numbers."""
    classes = sorted(entry.name for entry in os.scandir(directory) if entry.is_dir())
    if not classes:
        raise FileNotFoundError(
            message("datasets.ImageFolder", f"folder {directory} without folders in it",
                    f"Couldn't find any class folder in {directory}: one folder for each class",
                    "the folder above, or putting images in directory/class_name/")
        )  # fmt: skip
    return classes, {name: i for i, name in enumerate(classes)}


def make_dataset(
    directory: str | os.PathLike[str], class_to_idx: dict[str, int] | None = None,
    extensions: str | tuple[str, ...] | None = None,
    is_valid_file: Callable[[str], bool] | None = None, allow_empty: bool = False,
) -> list[Sample]:  # fmt: skip
    """(path, class number) of each file that `extensions` or `is_valid_file` lets pass, sorted."""
    if class_to_idx is None:
        class_to_idx = find_classes(directory)[1]
    elif not class_to_idx:
        raise ValueError("'class_to_index' must have at least one entry to collect any samples.")
    if (extensions is None) == (is_valid_file is None):
        raise ValueError("Both extensions and is_valid_file cannot be None or not None at the same "
                         "time")  # fmt: skip
    if is_valid_file is None:
        ends = extensions

        def is_valid_file(name: str) -> bool:
            return has_file_allowed_extension(name, ends)  # type: ignore[arg-type]

    samples: list[Sample] = []
    empty = set(class_to_idx)
    for name in sorted(class_to_idx):
        top = os.path.join(os.path.expanduser(directory), name)
        for folder, _, files in sorted(os.walk(top, followlinks=True)):
            paths = (os.path.join(folder, file) for file in sorted(files))
            found = [(path, class_to_idx[name]) for path in paths if is_valid_file(path)]
            samples += found
            if found:
                empty.discard(name)
    if empty and not allow_empty:
        ends_text = f" Supported extensions are: {_joined(extensions)}" if extensions else ""
        raise FileNotFoundError(
            message("datasets.ImageFolder", f"folder {directory}",
                    f"Found no valid file for the classes {', '.join(sorted(empty))}.{ends_text}",
                    "allow_empty=True")
        )  # fmt: skip
    return samples


def _joined(extensions: str | Iterable[str]) -> str:
    return extensions if isinstance(extensions, str) else ", ".join(extensions)


class DatasetFolder(VisionDataset):
    """(loader(path), class number) of the files in root/class/.

    classes, class_to_idx, samples (paths with class numbers) and targets say what was found.
    """

    def __init__(
        self, root: Any, loader: Callable[[str], Any], extensions: tuple[str, ...] | None = None,
        transform: Transform = None, target_transform: Transform = None,
        is_valid_file: Callable[[str], bool] | None = None, allow_empty: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(root, transform=transform, target_transform=target_transform)
        self.classes, self.class_to_idx = self.find_classes(self.root)
        self.samples = self.make_dataset(
            self.root, self.class_to_idx, extensions, is_valid_file, allow_empty
        )
        self.loader = loader
        self.extensions = extensions
        self.targets = [target for _, target in self.samples]

    @staticmethod
    def make_dataset(
        directory: Any, class_to_idx: dict[str, int], extensions: tuple[str, ...] | None = None,
        is_valid_file: Callable[[str], bool] | None = None, allow_empty: bool = False,
    ) -> list[Sample]:  # fmt: skip
        """The samples; a subclass may have its own way."""
        return make_dataset(directory, class_to_idx, extensions, is_valid_file, allow_empty)

    def find_classes(self, directory: Any) -> tuple[list[str], dict[str, int]]:
        """The classes; a subclass may have its own way."""
        return find_classes(directory)

    def __getitem__(self, index: int) -> Any:
        path, target = self.samples[index]
        return self._transformed(self.loader(path), target)

    def __len__(self) -> int:
        return len(self.samples)


def pil_loader(path: str | Path) -> Any:
    """The image at `path`, in RGB."""
    with open(path, "rb") as file:
        return pillow.load("datasets.ImageFolder").open(file).convert("RGB")


def default_loader(path: str | Path) -> Any:
    """`pil_loader`."""
    return pil_loader(path)


class ImageFolder(DatasetFolder):
    """(image, class number) of the images in root/class/; `imgs` is another name of `samples`."""

    def __init__(
        self, root: Any, transform: Transform = None, target_transform: Transform = None,
        loader: Callable[[str], Any] = default_loader,
        is_valid_file: Callable[[str], bool] | None = None, allow_empty: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(
            root, loader, IMG_EXTENSIONS if is_valid_file is None else None, transform,
            target_transform, is_valid_file, allow_empty,
        )  # fmt: skip
        self.imgs = self.samples
