"""Datasets: what files give, what missing and damaged ones give."""

from __future__ import annotations

import gzip
import pickle
import shutil
import tarfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import flambeau
from flambeau.utils.data import DataLoader, Subset, random_split
from flambeau.vision import datasets, transforms
from flambeau.vision.datasets.files import read_idx, read_pickle

from .conftest import write_idx

TO_TENSOR = transforms.ToTensor()
NORMALIZED = transforms.Compose([TO_TENSOR, transforms.Normalize((0.1307,), (0.3081,))])


# -- MNIST -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("train", [True, False])
def test_mnist_gives_images_and_labels(mnist_root: Path, digits: Any, train: bool) -> None:
    images, labels = digits
    data = datasets.MNIST(mnist_root, train=train, download=True)
    n = 12 if train else 5
    assert len(data) == n
    assert data.data.shape == (n, 28, 28) and data.data.dtype is flambeau.uint8
    assert data.targets.tolist() == labels[:n].tolist()
    image, label = data[3]
    assert isinstance(image, Image.Image) and image.mode == "L" and type(label) is int
    assert np.array_equal(np.asarray(image), images[3]) and label == labels[3]
    assert data.classes[3] == "3 - three" and data.class_to_idx["3 - three"] == 3


@pytest.mark.parametrize("below", ["MNIST/raw", "raw", "."])
@pytest.mark.parametrize("ending", ["", ".gz"])
def test_files_are_found_packed_or_not(
    tmp_path: Path, digits: Any, below: str, ending: str
) -> None:
    for name, array in zip(("images-idx3", "labels-idx1"), digits, strict=True):
        write_idx(tmp_path / below / f"train-{name}-ubyte{ending}", array)
    data = datasets.MNIST(str(tmp_path))
    assert np.array_equal(np.asarray(data.data), digits[0])


def test_missing_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError) as caught:
        datasets.FashionMNIST(tmp_path, download=True)
    text = str(caught.value)
    assert "train-images-idx3-ubyte.gz, train-labels-idx1-ubyte.gz" in text
    assert str(tmp_path / "FashionMNIST" / "raw") in text
    assert "nothing is downloaded" in text


def test_damaged_idx_files(tmp_path: Path, digits: Any) -> None:
    path = tmp_path / "x"
    write_idx(path, digits[0])
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(RuntimeError, match="cut short"):
        read_idx(path)
    path.write_bytes(b"<html>")
    with pytest.raises(RuntimeError, match="an idx file"):
        read_idx(path)


def test_numbers_of_labels_and_images_must_agree(tmp_path: Path, digits: Any) -> None:
    write_idx(tmp_path / "train-images-idx3-ubyte", digits[0])
    write_idx(tmp_path / "train-labels-idx1-ubyte", digits[1][:5])
    with pytest.raises(RuntimeError, match="as many labels as images"):
        datasets.MNIST(tmp_path)


def test_target_transform_and_assigned_data(mnist_root: Path, digits: Any) -> None:
    data = datasets.MNIST(mnist_root, target_transform=lambda t: t + 100)
    assert data[2][1] == 102
    data.data, data.targets = data.data[4:6], data.targets[4:6]
    assert len(data) == 2 and data[0][1] == 104
    assert np.array_equal(np.asarray(data[1][0]), digits[0][5])
    assert [label for _, label in data] == [104, 105]


def test_emnist_and_qmnist(tmp_path: Path, digits: Any) -> None:
    images, labels = digits
    raw = tmp_path / "EMNIST" / "raw"
    write_idx(raw / "emnist-letters-test-images-idx3-ubyte.gz", images)
    write_idx(raw / "emnist-letters-test-labels-idx1-ubyte.gz", labels)
    data = datasets.EMNIST(tmp_path, split="letters", train=False)
    assert len(data) == 12 and data.classes[1] == "a"
    assert len(datasets.EMNIST.classes_split_dict["byclass"]) == 62
    assert len(datasets.EMNIST.classes_split_dict["balanced"]) == 47
    with pytest.raises(ValueError, match="byclass, bymerge"):
        datasets.EMNIST(tmp_path, split="all")
    known = np.stack([labels.astype(np.int32)] * 8, 1)
    write_idx(tmp_path / "QMNIST" / "raw" / "qmnist-train-images-idx3-ubyte.gz", images)
    write_idx(tmp_path / "QMNIST" / "raw" / "qmnist-train-labels-idx2-int.gz", known)
    assert datasets.QMNIST(tmp_path)[3][1] == 3
    assert datasets.QMNIST(tmp_path, "train", compat=False)[3][1].tolist() == [3] * 8


# -- whole batches ---------------------------------------------------------------------------------
@pytest.mark.parametrize("transform", [TO_TENSOR, NORMALIZED])
def test_batches_are_the_samples(mnist_root: Path, transform: Any) -> None:
    data = datasets.MNIST(mnist_root, transform=transform)
    samples = [data[i] for i in range(12)]
    assert data._batch_reader() is not None
    start = 0
    for images, labels in DataLoader(data, batch_size=5):
        part = samples[start : start + 5]
        assert images.dtype is flambeau.float32 and labels.dtype is flambeau.int64
        assert flambeau.equal(images, flambeau.stack([x for x, _ in part]))
        assert labels.tolist() == [t for _, t in part]
        start += 5


def test_batches_of_subsets_shuffled_and_by_workers(mnist_root: Path) -> None:
    data = datasets.MNIST(mnist_root, transform=NORMALIZED)
    for part in (Subset(data, [7, 1, 3]), random_split(data, [9, 3])[0], data):
        loader = DataLoader(part, batch_size=2, shuffle=True, num_workers=2)
        seen = [(x, int(t)) for xs, ts in loader for x, t in zip(xs, ts, strict=True)]
        assert len(seen) == len(part)
        known = {int(t): x for x, t in (part[i] for i in range(len(part))) if int(t) > 1}
        assert all(flambeau.equal(x, known[t]) for x, t in seen if t > 1)


def test_a_transform_that_is_changed_later_is_seen(mnist_root: Path) -> None:
    data = datasets.MNIST(mnist_root, transform=TO_TENSOR)
    loader = DataLoader(data, batch_size=4)
    data.transform = transforms.Compose([TO_TENSOR, lambda x: x * 0 + 7])
    assert (next(iter(loader))[0] == 7).all()


def test_subclasses_make_their_own_samples(mnist_root: Path) -> None:
    class Doubled(datasets.MNIST):
        raw_folder = property(lambda self: str(mnist_root / "MNIST" / "raw"))

        def __getitem__(self, index: int) -> Any:
            image, label = super().__getitem__(index)
            return image * 2, label

    plain = datasets.MNIST(mnist_root, transform=TO_TENSOR)
    images, _ = next(iter(DataLoader(Doubled(mnist_root, transform=TO_TENSOR), batch_size=3)))
    assert flambeau.equal(images[1], plain[1][0] * 2)


# -- others ----------------------------------------------------------------------------------------
def test_cifar(cifar_root: Path) -> None:
    data = datasets.CIFAR10(cifar_root, train=True, download=True)
    assert len(data) == 20 and data.data.shape == (20, 32, 32, 3) and len(data.targets) == 20
    image, label = data[6]
    assert image.size == (32, 32) and image.mode == "RGB" and label == data.targets[6]
    assert data.class_to_idx["frog"] == 6
    transform = transforms.Compose([TO_TENSOR, transforms.Normalize((0.4, 0.5, 0.6), (0.2,) * 3)])
    data = datasets.CIFAR10(cifar_root, train=False, transform=transform)
    images, _ = next(iter(DataLoader(data, batch_size=4)))
    assert flambeau.equal(images[2], data[2][0])


def test_cifar_from_the_archive(cifar_root: Path, tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "cifar-10-python.tar.gz", "w:gz") as tar:
        tar.add(cifar_root / "cifar-10-batches-py", "cifar-10-batches-py")
    whole = datasets.CIFAR10(cifar_root, train=False)
    assert np.array_equal(datasets.CIFAR10(tmp_path, train=False).data, whole.data)


def test_missing_cifar(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match=r"put cifar-100-python.tar.gz from https.* into"):
        datasets.CIFAR100(tmp_path, download=True)


class Harmful:
    def __reduce__(self) -> Any:
        return (print, ("harm",))


def test_pickles_run_no_code(capsys: Any) -> None:
    with pytest.raises(pickle.UnpicklingError, match=r"builtins\.print"):
        read_pickle(pickle.dumps(Harmful()))
    assert capsys.readouterr().out == ""
    array = np.arange(6, dtype=np.uint8).reshape(2, 3)
    assert np.array_equal(read_pickle(pickle.dumps({"data": array}, 2))["data"], array)


def test_svhn(tmp_path: Path) -> None:
    matlab = pytest.importorskip("scipy.io")
    pixels = np.random.default_rng(0).integers(0, 256, (32, 32, 3, 4), dtype=np.uint8)
    matlab.savemat(tmp_path / "test_32x32.mat", {"X": pixels, "y": np.array([[10], [1], [2], [3]])})
    data = datasets.SVHN(tmp_path, split="test")
    assert [label for _, label in (data[i] for i in range(4))] == [0, 1, 2, 3]
    assert np.array_equal(np.asarray(data[2][0]), pixels[..., 2])
    with pytest.raises(RuntimeError, match=r"train_32x32\.mat"):
        datasets.SVHN(tmp_path)


def test_image_folder(tmp_path: Path) -> None:
    for i, name in enumerate(["cat/a.png", "cat/deep/b.JPG", "dog/c.bmp", "dog/notes.txt"]):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".txt":
            path.write_text("no image")
        else:
            Image.new("L" if i == 0 else "RGB", (4, 3), i * 50).save(path)
    data = datasets.ImageFolder(tmp_path, transform=TO_TENSOR)
    assert data.classes == ["cat", "dog"] and data.targets == [0, 0, 1]
    assert [Path(path).name for path, _ in data.imgs] == ["a.png", "b.JPG", "c.bmp"]
    assert data[0][0].shape == (3, 3, 4) and data[2][1] == 1
    texts = datasets.DatasetFolder(
        tmp_path / "..", lambda p: p, allow_empty=True, extensions=("t",)
    )
    assert len(texts) >= 1
    shutil.rmtree(tmp_path / "cat")
    (tmp_path / "bird").mkdir()
    with pytest.raises(FileNotFoundError, match="no valid file for the classes bird"):
        datasets.ImageFolder(tmp_path)
    with pytest.raises(FileNotFoundError, match="one folder for each class"):
        datasets.ImageFolder(tmp_path / "bird")


def test_fake_data() -> None:
    data = datasets.FakeData(5, (3, 6, 7), num_classes=4, transform=TO_TENSOR)
    assert len(data) == 5 and data[1][0].shape == (3, 6, 7) and 0 <= data[1][1] < 4
    assert flambeau.equal(data[1][0], data[1][0]) and not flambeau.equal(data[1][0], data[2][0])
    with pytest.raises(IndexError):
        data[5]
    assert datasets.FakeData(2, (1, 4, 4))[0][0].mode == "L"


def test_text_of_a_dataset(mnist_root: Path, torchvision: Any) -> None:
    ours = datasets.MNIST(str(mnist_root), transform=TO_TENSOR)
    theirs = torchvision.datasets.MNIST(
        str(mnist_root), transform=torchvision.transforms.ToTensor()
    )
    assert repr(ours) == repr(theirs)


def test_equal_to_torchvision(mnist_root: Path, cifar_root: Path, torchvision: Any) -> None:
    transform = torchvision.transforms.ToTensor()
    theirs = torchvision.datasets.MNIST(str(mnist_root), transform=transform)
    ours = datasets.MNIST(str(mnist_root), transform=TO_TENSOR)
    for (x, t), (y, u) in zip(ours, theirs, strict=True):
        assert np.array_equal(x.numpy(), y.numpy()) and t == u


def test_transforms_and_transform_exclude_each_other() -> None:
    with pytest.raises(ValueError, match="Only transforms or"):
        datasets.VisionDataset("x", transforms=TO_TENSOR, transform=TO_TENSOR)


def test_packed_files_are_read_once(tmp_path: Path, digits: Any) -> None:
    with gzip.open(tmp_path / "f.gz", "wb") as file:
        file.write(b"\0\0\x08\x01\0\0\0\x02ab")
    assert read_idx(tmp_path / "f.gz").tolist() == [97, 98]
