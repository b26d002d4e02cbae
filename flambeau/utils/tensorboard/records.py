"""Records in a file: length, its checksum, the data, their checksum.

The framing is that of TensorFlow's TFRecord files (record_writer.h). The checksum is CRC-32C, the
Castagnoli polynomial (RFC 3720, appendix B.4), rotated and shifted by a constant so that a
checksum of data that hold checksums does not lose strength.
"""

from __future__ import annotations

import struct
from functools import cache

import numpy as np

__all__ = ["crc32c", "frame", "masked_crc32c"]

POLYNOMIAL = 0x82F63B78  # bits reversed
MASK = 0xA282EAD8
MANY = 4096  # bytes from which NumPy is faster


def frame(data: bytes) -> bytes:
    """`data` as a record."""
    length = struct.pack("<Q", len(data))
    return b"".join((
        length, struct.pack("<I", masked_crc32c(length)),
        data, struct.pack("<I", masked_crc32c(data)),
    ))  # fmt: skip


def masked_crc32c(data: bytes) -> int:
    """The checksum as it stands in a record."""
    crc = crc32c(data)
    return ((crc >> 15 | crc << 17) + MASK) & 0xFFFF_FFFF


def crc32c(data: bytes) -> int:
    """The CRC-32C of `data`.

    >>> hex(crc32c(b"123456789"))
    '0xe3069283'
    """
    if len(data) >= MANY:
        return _of_many(data)
    crc = 0xFFFF_FFFF
    table = _TABLE
    for byte in data:
        crc = table[(crc ^ byte) & 255] ^ crc >> 8
    return crc ^ 0xFFFF_FFFF


def _make_table() -> list[int]:
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (POLYNOMIAL if byte & 1 else 0)
        table.append(byte)
    return table


_TABLE = _make_table()
_ARRAY = np.array(_TABLE, np.uint32)


# -- long data ------------------------------------------------------------------------------------
def _of_many(data: bytes) -> int:
    """The same with many blocks side by side.

    The register is a linear function of its start and the data. So blocks can start from zero
    and be joined later: two neighbours are the left one's register, moved over as many zero
    bytes as the right one has, plus the right one's. The register's start, all ones, amounts to
    inverting the first four bytes; zeros in front change nothing.
    """
    depth = (len(data).bit_length() + 1) // 2
    width = 1 << depth  # bytes in a block
    count = 1 << (-(-len(data) // width) - 1).bit_length()  # blocks, a power of two
    padded = np.zeros(count * width, np.uint8)
    own = padded[padded.size - len(data) :]
    own[:] = np.frombuffer(data, np.uint8)
    own[:4] ^= 255
    columns = np.ascontiguousarray(padded.reshape(count, width).T)
    crc = np.zeros(count, np.uint32)
    for column in columns:
        crc = _ARRAY[(crc ^ column) & 255] ^ crc >> 8
    while crc.size > 1:
        crc = _move(_zeros(depth), crc[0::2]) ^ crc[1::2]
        depth += 1
    return int(crc[0]) ^ 0xFFFF_FFFF


def _move(matrix: np.ndarray, registers: np.ndarray) -> np.ndarray:
    """The linear function whose values for the 32 single bits are `matrix`."""
    bits = registers[:, None] >> np.arange(32, dtype=np.uint32) & 1
    result: np.ndarray = np.bitwise_xor.reduce(bits * matrix, axis=1)
    return result


@cache
def _zeros(depth: int) -> np.ndarray:
    """What 2 ** depth zero bytes do to each bit of the register."""
    if depth == 0:
        bits = np.uint32(1) << np.arange(32, dtype=np.uint32)
        return _ARRAY[bits & 255] ^ bits >> 8
    half = _zeros(depth - 1)
    return _move(half, half)
