"""Finding and reading a dataset's files, and the error for one that is missing."""

from __future__ import annotations

import gzip
import io
import lzma
import os
import pickle
import tarfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from flambeau.core.errors import message

__all__ = [
    "PlainUnpickler", "find", "folder_of", "member", "missing", "read_bytes", "read_idx",
    "read_pickle",
]  # fmt: skip

OPENERS: dict[str, Callable[..., Any]] = {"": open, ".gz": gzip.open, ".xz": lzma.open}


def find(folders: Sequence[Path], name: str) -> Path | None:
    """The file `name`, packed or not, in the first folder that has it."""
    for folder in folders:
        for ending in OPENERS:
            path = folder / (name + ending)
            if path.is_file():
                return path
    return None


def missing(dataset: str, names: Sequence[str], folder: Path, source: str) -> RuntimeError:
    """The error that says which files to put where."""
    files = ", ".join(names)
    return RuntimeError(
        message(f"datasets.{dataset}", f"a folder {folder} without {files}",
                "Dataset not found. These files in that folder (nothing is downloaded)",
                f"put {files} from {source} into {folder}")
    )  # fmt: skip


def read_bytes(path: Path) -> bytes:
    """A file's contents, unpacked."""
    with OPENERS[path.suffix if path.suffix in OPENERS else ""](path, "rb") as file:
        return file.read()


# -- the idx format: LeCun et al., "The MNIST database" -------------------------------------------
IDX_TYPES = {8: "u1", 9: "i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}


def read_idx(path: Path) -> np.ndarray:
    """The array in an idx file, in this machine's byte order."""
    data = read_bytes(path)
    kind, dims = (data[2], data[3]) if len(data) >= 4 and data[:2] == b"\0\0" else (0, 0)
    if kind not in IDX_TYPES or len(data) < 4 + 4 * dims:
        raise RuntimeError(
            message("datasets", f"{path}, which starts with {data[:4]!r}",
                    "an idx file", "copying the file again")
        )  # fmt: skip
    shape = tuple(np.frombuffer(data, ">i4", dims, 4).tolist())
    dtype = np.dtype(IDX_TYPES[kind])
    wanted = 4 + 4 * dims + int(np.prod(shape)) * dtype.itemsize
    if len(data) != wanted:
        raise RuntimeError(
            message("datasets", f"{path} with {len(data)} bytes for shape {list(shape)}",
                    f"{wanted} bytes", "copying the file again: it is cut short or damaged")
        )  # fmt: skip
    array = np.frombuffer(data, dtype, offset=4 + 4 * dims).reshape(shape)
    return array.astype(dtype.newbyteorder("="))


# -- pickles --------------------------------------------------------------------------------------
def _encode(text: str, encoding: str = "latin1") -> bytes:
    return text.encode(encoding)


def _reconstruct(kind: type, shape: tuple, code: Any) -> np.ndarray:
    return np.ndarray((0,), np.dtype("b"))


_ALLOWED: dict[tuple[str, str], Any] = {
    **{(f"numpy.{core}.multiarray", "_reconstruct"): _reconstruct for core in ("core", "_core")},
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): np.dtype,
    ("_codecs", "encode"): _encode,
}


class PlainUnpickler(pickle.Unpickler):
    """Reads numbers, text, containers and NumPy arrays; nothing else is made or called."""

    def find_class(self, module: str, name: str) -> Any:
        """What a pickle may name."""
        try:
            return _ALLOWED[module, name]
        except KeyError:
            raise pickle.UnpicklingError(
                message("datasets", f"a pickle that asks for {module}.{name}",
                        "only plain data and NumPy arrays", "a copy from the original source")
            ) from None  # fmt: skip


def read_pickle(data: bytes) -> Any:
    """What a pickle of Python 2 or 3 holds, without running code."""
    return PlainUnpickler(io.BytesIO(data), encoding="latin1").load()


def member(archive: Path, name: str) -> bytes | None:
    """The bytes of one file in a tar archive, or None."""
    with tarfile.open(archive) as tar:
        try:
            file = tar.extractfile(name)
        except KeyError:
            return None
        return None if file is None else file.read()


def folder_of(root: Any, *below: str) -> Path:
    """root/below... as a path."""
    return Path(os.path.expanduser(root), *below)
