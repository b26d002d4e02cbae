"""The zip file around a checkpoint: records, stored uncompressed, aligned and checked.

    archive/data.pkl            the pickle: the object without the elements of its tensors
    archive/.format_version     "1"
    archive/.storage_alignment  "64"
    archive/byteorder           "little"
    archive/data/0, 1, ...      the storages' bytes
    archive/version             "3"
    archive/.data/serialization_id

Source: PyTorch's caffe2/serialize/inline_container.h describes the layout.
"""

from __future__ import annotations

import math
import mmap
import os
import struct
import sys
import zipfile
import zlib
from hashlib import sha256
from itertools import pairwise
from typing import Any, BinaryIO

import numpy as np

from flambeau.core.dtype import DType
from flambeau.core.errors import CheckpointError
from flambeau.core.types import Shape
from flambeau.tensor.boundary import adopt_buffer, fresh
from flambeau.tensor.tensor import Tensor

__all__ = ["Reader", "write_archive"]

ALIGNMENT = 64  # bytes; storages can then be mapped and read by aligned vector loads
_LOCAL_HEADER = struct.Struct("<4s5H3L2H")  # zip's local file header, without name and extra
_LOCAL_SIGNATURE = b"PK\x03\x04"
_ZIP64_EXTRA = 20  # bytes that zipfile adds to the header of a record beyond 2 GiB


# -- writing ------------------------------------------------------------------------------------
def write_archive(file: BinaryIO, pickled: bytes, storages: list[memoryview]) -> None:
    """Write a whole checkpoint into `file`."""
    digest = sha256(pickled)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
        _write(archive, "data.pkl", pickled)
        _write(archive, ".format_version", b"1")
        _write(archive, ".storage_alignment", str(ALIGNMENT).encode())
        _write(archive, "byteorder", sys.byteorder.encode())
        for i, data in enumerate(storages):
            crc = _write(archive, f"data/{i}", data)
            digest.update(struct.pack("<QL", len(data), crc))
        _write(archive, "version", b"3\n")
        _write(archive, ".data/serialization_id", digest.hexdigest()[:40].encode())


def _write(archive: zipfile.ZipFile, name: str, data: Any) -> int:
    """Write one record so that its data start at a multiple of ALIGNMENT; its CRC."""
    info = zipfile.ZipInfo(f"archive/{name}")  # dated 1980: equal contents give equal files
    info.external_attr = 0o644 << 16
    info.file_size = len(data)
    header = _LOCAL_HEADER.size + len(info.filename)
    if len(data) * 1.05 > zipfile.ZIP64_LIMIT:
        header += _ZIP64_EXTRA
    start = archive.fp.tell() if archive.fp and _can_tell(archive.fp) else 0
    padding = -(start + header + 4) % ALIGNMENT
    info.extra = struct.pack("<2sH", b"FB", padding) + b"Z" * padding
    with archive.open(info, "w") as record:
        if len(data):
            record.write(data)
    return info.CRC


def _can_tell(file: Any) -> bool:
    try:
        file.tell()
    except (AttributeError, OSError):
        return False
    return True


# -- reading ------------------------------------------------------------------------------------
class Reader:
    """A checkpoint's records, each checked when it is read. A context manager."""

    def __init__(self, file: BinaryIO, name: str, mapped: bool) -> None:
        self.file = file
        self.name = name
        self.file.seek(0, os.SEEK_END)
        self.size = self.file.tell()
        self.records = self._find_records()
        self.prefix = self._find_prefix()
        self.memory: np.ndarray | None = None
        if mapped:
            pages = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            self.memory = np.frombuffer(pages, np.uint8)
        order = self.read("byteorder").decode("ascii", "replace") if self.has("byteorder") else ""
        self.swap = order not in ("", sys.byteorder)

    def _fail(self, what: str) -> CheckpointError:
        return CheckpointError(
            f"load: {self.name}: {what}; the file is damaged or was cut short: try to copy or "
            "download it again, or an earlier checkpoint"
        )

    def _find_records(self) -> dict[str, tuple[int, int, int]]:
        """(offset, size, CRC) of the data of each record."""
        try:
            archive = zipfile.ZipFile(self.file)
        except (
            zipfile.BadZipFile, EOFError, NotImplementedError, OSError, OverflowError,
            UnicodeError, ValueError, struct.error,
        ) as error:  # fmt: skip
            raise self._fail(f"the zip directory cannot be read ({error})") from error
        records = {}
        ends = []
        for info in archive.infolist():
            if info.compress_type != zipfile.ZIP_STORED or info.compress_size != info.file_size:
                raise self._fail(f"record {info.filename} is compressed, which no checkpoint is")
            if info.flag_bits & 1:
                raise self._fail(f"record {info.filename} is encrypted")
            start = self._data_offset(info)
            if start + info.file_size > self.size:
                raise self._fail(
                    f"record {info.filename} claims {info.file_size} bytes at offset {start}, but "
                    f"the file has {self.size} bytes"
                )
            if info.filename in records:
                raise self._fail(f"record {info.filename} is there twice")
            records[info.filename] = (start, info.file_size, info.CRC)
            ends.append((info.header_offset, start + info.file_size, info.filename))
        ends.sort()
        for (_, end, first), (start, _, second) in pairwise(ends):
            if start < end:
                raise self._fail(f"records {first} and {second} overlap")
        return records

    def _data_offset(self, info: zipfile.ZipInfo) -> int:
        offset = info.header_offset
        header = b""
        if 0 <= offset <= self.size:
            self.file.seek(offset)
            header = self.file.read(_LOCAL_HEADER.size)
        if len(header) != _LOCAL_HEADER.size or not header.startswith(_LOCAL_SIGNATURE):
            raise self._fail(f"record {info.filename} has no header at offset {offset}")
        fields = _LOCAL_HEADER.unpack(header)
        return offset + _LOCAL_HEADER.size + fields[-2] + fields[-1]

    def _find_prefix(self) -> str:
        found = [name for name in self.records if name.endswith("/data.pkl")]
        if len(found) != 1:
            raise CheckpointError(
                f"load: {self.name}: a zip file with {len(self.records)} records but "
                f"{'no' if not found else 'more than one'} data.pkl in it; required: what save() "
                "or torch.save() wrote (TorchScript archives are not)"
            )
        return found[0][: -len("data.pkl")]

    def has(self, name: str) -> bool:
        """Whether there is a record `name`."""
        return self.prefix + name in self.records

    def read(self, name: str) -> bytes:
        """The bytes of a small record."""
        start, size, crc = self.records[self.prefix + name]
        self.file.seek(start)
        data = self.file.read(size)
        if len(data) != size:
            raise self._fail(f"record {name} ends in the middle")
        self._check(name, data, crc)
        return data

    def _check(self, name: str, data: Any, crc: int) -> None:
        if zlib.crc32(data) != crc:
            raise self._fail(f"the checksum of record {name} is wrong")

    def storage(self, key: str, dtype: DType, shape: Shape) -> Tensor:
        """The whole storage `key` as a tensor of `shape`."""
        name = f"data/{key}"
        found = self.records.get(self.prefix + name)
        if found is None:
            raise self._fail(f"there is no record {name}, which a tensor refers to")
        start, size, crc = found
        if size != math.prod(shape) * dtype.itemsize:
            raise self._fail(
                f"record {name} has {size} bytes, but {math.prod(shape)} elements of {dtype.name} "
                "were announced"
            )
        if self.memory is not None and not self.swap and size and start % dtype.itemsize == 0:
            part = self.memory[start : start + size]
            address = part.__array_interface__["data"][0]
            return adopt_buffer(address, dtype, shape, part)
        result, memory = fresh(dtype, shape)
        if size:
            self._fill(name, memory, start, crc)
            if self.swap:
                memory.byteswap(inplace=True)
        return result

    def _fill(self, name: str, memory: np.ndarray, start: int, crc: int) -> None:
        view = memory.reshape(-1).view(np.uint8).data
        self.file.seek(start)
        done = 0
        while done < len(view):
            n = _read_into(self.file, view[done:])
            if not n:
                raise self._fail(f"record {name} ends in the middle")
            done += n
        self._check(name, view, crc)


def _read_into(file: Any, view: memoryview) -> int:
    read = getattr(file, "readinto", None)
    if read is not None:
        return read(view) or 0
    data = file.read(len(view))
    view[: len(data)] = data
    return len(data)
