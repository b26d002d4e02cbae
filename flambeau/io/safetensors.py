"""safetensors files: a JSON header and the tensors' bytes.

    8 bytes: length of the header, little-endian; the header, JSON:
    {"name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [start, end]}, "__metadata__": {}}
    the bytes; offsets count from their start

Source: https://github.com/huggingface/safetensors (README, "Format").
"""

from __future__ import annotations

import json
import math
import mmap
import os
import struct
from itertools import pairwise
from typing import Any

import numpy as np

from flambeau.core import dtype as dt
from flambeau.core.dtype import DType
from flambeau.core.errors import CheckpointError, message
from flambeau.io.atomic import atomic_write
from flambeau.tensor.boundary import adopt_buffer, fresh, read, synchronize
from flambeau.tensor.tensor import Tensor

__all__ = ["load", "load_file", "read_metadata", "save", "save_file"]

DTYPE_OF_NAME: dict[str, DType] = {
    "BOOL": dt.bool_, "U8": dt.uint8, "I8": dt.int8, "I16": dt.int16, "U16": dt.uint16,
    "F16": dt.float16, "BF16": dt.bfloat16, "I32": dt.int32, "U32": dt.uint32, "F32": dt.float32,
    "I64": dt.int64, "U64": dt.uint64, "F64": dt.float64, "C64": dt.complex64,
}  # fmt: skip
NAME_OF_DTYPE = {dtype: name for name, dtype in DTYPE_OF_NAME.items()}
MAX_HEADER = 100_000_000  # bytes, the limit of the format's own library


# -- writing ------------------------------------------------------------------------------------
def save(tensors: dict[str, Tensor], metadata: dict[str, str] | None = None) -> bytes:
    """The tensors as the bytes of a safetensors file."""
    header, arrays = _prepare(tensors, metadata)
    return b"".join([header, *[a.data for a in arrays]])


def save_file(
    tensors: dict[str, Tensor], filename: str | os.PathLike[str],
    metadata: dict[str, str] | None = None,
) -> None:  # fmt: skip
    """Write tensors by name, atomically and durably; views are written in full.

    >>> import flambeau, tempfile, os
    >>> path = os.path.join(tempfile.mkdtemp(), "weights.safetensors")
    >>> save_file({"w": flambeau.ones(2)}, path)
    >>> load_file(path)
    {'w': tensor([1., 1.])}
    """
    header, arrays = _prepare(tensors, metadata)
    with atomic_write(filename) as file:
        file.write(header)
        for array in arrays:
            file.write(array.data)


def _prepare(
    tensors: dict[str, Tensor], metadata: dict[str, str] | None
) -> tuple[bytes, list[np.ndarray]]:
    synchronize()
    entries: dict[str, Any] = {}
    if metadata is not None:
        if not all(isinstance(x, str) for pair in metadata.items() for x in pair):
            raise TypeError("safetensors: metadata must be a dict of strings to strings")
        entries["__metadata__"] = metadata
    arrays = []
    at = 0
    # the widest elements first, so that all are aligned
    for name, x in sorted(tensors.items(), key=lambda i: (-_itemsize(*i), i[0])):
        if x.dtype not in NAME_OF_DTYPE:
            raise TypeError(
                message("safetensors", f"{name!r} of dtype {x.dtype.name}",
                        f"one of {', '.join(d.name for d in NAME_OF_DTYPE)}")
            )  # fmt: skip
        array = np.ascontiguousarray(read(x)).reshape(-1).view(np.uint8)
        end = at + array.size
        entries[name] = {
            "dtype": NAME_OF_DTYPE[x.dtype], "shape": list(x.shape), "data_offsets": [at, end],
        }  # fmt: skip
        arrays.append(array)
        at = end
    header = json.dumps(entries, separators=(",", ":")).encode()
    header += b" " * (-len(header) % 8)
    return struct.pack("<Q", len(header)) + header, arrays


def _itemsize(name: Any, x: Any) -> int:
    if not isinstance(name, str) or not isinstance(x, Tensor):
        raise TypeError(
            message("safetensors", f"{name!r}: {type(x).__name__}", "a dict of names to tensors",
                    "model.state_dict()")
        )  # fmt: skip
    return x.dtype.itemsize


# -- reading ------------------------------------------------------------------------------------
def load(data: bytes) -> dict[str, Tensor]:
    """The tensors in the bytes of a safetensors file."""
    return _tensors(np.frombuffer(data, np.uint8), "bytes", copy=True)


def load_file(
    filename: str | os.PathLike[str], device: Any = "cpu", *, mmap: bool = True
) -> dict[str, Tensor]:
    """The tensors in a safetensors file, by name; elements are read when they are used.

    With mmap=False they are read now.
    """
    name = os.fsdecode(filename)
    return _tensors(_map(name), name, copy=not mmap)


def read_metadata(filename: str | os.PathLike[str]) -> dict[str, str]:
    """The notes that were saved with the tensors."""
    name = os.fsdecode(filename)
    return _header(_map(name), name)[0].get("__metadata__", {})


def _map(name: str) -> np.ndarray:
    with open(name, "rb") as file:
        if os.fstat(file.fileno()).st_size == 0:
            raise CheckpointError(f"safetensors: {name}: the file is empty")
        return np.frombuffer(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ), np.uint8)


def _fail(name: str, what: str) -> CheckpointError:
    return CheckpointError(
        f"safetensors: {name}: {what}; the file is damaged, cut short, or no safetensors file"
    )


def _header(data: np.ndarray, name: str) -> tuple[dict[str, Any], int]:
    """The header, and where the bytes start."""
    if len(data) < 8:
        raise _fail(name, f"it has only {len(data)} bytes")
    (length,) = struct.unpack("<Q", data[:8].tobytes())
    if length > min(MAX_HEADER, len(data) - 8):
        raise _fail(name, f"it claims a header of {length} bytes")
    try:
        header = json.loads(data[8 : 8 + length].tobytes().decode())
    except (ValueError, RecursionError) as error:
        raise _fail(name, f"the header is no JSON ({error})") from error
    if not isinstance(header, dict):
        raise _fail(name, "the header is no JSON object")
    return header, 8 + length


def _tensors(data: np.ndarray, name: str, copy: bool) -> dict[str, Tensor]:
    header, start = _header(data, name)
    header.pop("__metadata__", None)
    spans = []
    result = {}
    for key, entry in header.items():
        dtype, shape, first, last = _entry(entry, key, name)
        if last > len(data) - start:
            raise _fail(name, f"{key!r} reaches byte {last} of {len(data) - start}")
        spans.append((first, last, key))
        part = data[start + first : start + last]
        address = part.__array_interface__["data"][0]
        if not copy and part.size and address % dtype.itemsize == 0:
            result[key] = adopt_buffer(address, dtype, shape, part)
        else:
            result[key], memory = fresh(dtype, shape)
            memory.reshape(-1).view(np.uint8)[...] = part
    spans.sort()
    for (_, end, a), (begin, _, b) in pairwise(spans):
        if begin < end:
            raise _fail(name, f"{a!r} and {b!r} overlap")
    return result


def _entry(entry: Any, key: str, name: str) -> tuple[DType, tuple[int, ...], int, int]:
    try:
        dtype = DTYPE_OF_NAME[entry["dtype"]]
        shape = tuple(entry["shape"])
        first, last = entry["data_offsets"]
    except (KeyError, TypeError, ValueError) as error:
        raise _fail(name, f"the entry of {key!r} is {entry!r}") from error
    if any(type(n) is not int or n < 0 for n in (*shape, first, last)):
        raise _fail(name, f"the entry of {key!r} is {entry!r}")
    if last - first != math.prod(shape) * dtype.itemsize:
        raise _fail(name, f"{key!r} has {last - first} bytes, but shape {list(shape)}")
    return dtype, shape, first, last
