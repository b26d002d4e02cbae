"""torchvision as the truth where it is installed and works, and small files of data."""

from __future__ import annotations

import gzip
import pickle
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("PIL")


@pytest.fixture(scope="session")
def torchvision() -> Any:
    pytest.importorskip("torch")
    try:
        import torchvision
        import torchvision.transforms.v2
    except Exception as error:  # builds for another PyTorch fail in many ways
        pytest.skip(f"torchvision: {error}")
    return torchvision


def write_idx(path: Path, array: np.ndarray) -> None:
    """`array` as an idx file, packed if the name ends in .gz."""
    kind = {"uint8": 8, "int32": 12}[array.dtype.name]
    head = struct.pack(f">BBBB{array.ndim}i", 0, 0, kind, array.ndim, *array.shape)
    data = head + array.astype(array.dtype.newbyteorder(">")).tobytes()
    path.parent.mkdir(parents=True, exist_ok=True)
    with (gzip.open if path.suffix == ".gz" else open)(path, "wb") as file:
        file.write(data)


@pytest.fixture(scope="session")
def digits() -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(3)
    images = random.integers(0, 256, (12, 28, 28), dtype=np.uint8)
    return images, (np.arange(12) % 10).astype(np.uint8)


@pytest.fixture(scope="session")
def mnist_root(tmp_path_factory: pytest.TempPathFactory, digits: Any) -> Path:
    root = tmp_path_factory.mktemp("mnist")
    images, labels = digits
    for part, n in (("train", 12), ("t10k", 5)):
        write_idx(root / "MNIST" / "raw" / f"{part}-images-idx3-ubyte", images[:n])
        write_idx(root / "MNIST" / "raw" / f"{part}-labels-idx1-ubyte", labels[:n])
    return root


@pytest.fixture(scope="session")
def cifar_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("cifar")
    folder = root / "cifar-10-batches-py"
    folder.mkdir()
    random = np.random.default_rng(4)
    for name in [f"data_batch_{i}" for i in range(1, 6)] + ["test_batch"]:
        batch = {
            "data": random.integers(0, 256, (4, 3072), dtype=np.uint8),
            "labels": random.integers(0, 10, 4).tolist(),
        }
        (folder / name).write_bytes(pickle.dumps(batch, 2))
    names = "airplane automobile bird cat deer dog frog horse ship truck".split()
    (folder / "batches.meta").write_bytes(pickle.dumps({"label_names": names}, 2))
    return root
