"""PNG files from pixels, with the standard library's zlib. Source: ISO/IEC 15948 (PNG)."""

from __future__ import annotations

import struct
import zlib

import numpy as np

__all__ = ["encode_png"]

COLOUR_TYPES = {1: 0, 2: 4, 3: 2, 4: 6}  # by number of channels: grey, grey and alpha, RGB, RGBA
LEVEL = 6  # of zlib


def encode_png(pixels: np.ndarray) -> bytes:
    """A PNG file of uint8 pixels (height, width, channels)."""
    height, width, channels = pixels.shape
    header = struct.pack(">IIBBBBB", width, height, 8, COLOUR_TYPES[channels], 0, 0, 0)
    return b"".join((
        b"\x89PNG\r\n\x1a\n",
        _chunk(b"IHDR", header),
        _chunk(b"IDAT", zlib.compress(_filtered(pixels).tobytes(), LEVEL)),
        _chunk(b"IEND", b""),
    ))  # fmt: skip


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _filtered(pixels: np.ndarray) -> np.ndarray:
    """Each row after the number of its filter: as it is (0), less its left neighbours (1), or less
    the row above (2), whichever has the smallest sum of magnitudes, as the specification advises.
    """
    height, width, channels = pixels.shape
    rows = np.ascontiguousarray(pixels).reshape(height, width * channels)
    left = rows.copy()
    left[:, channels:] -= rows[:, :-channels]
    above = rows.copy()
    above[1:] -= rows[:-1]
    choices = np.stack([rows, left, above])
    # a byte is a signed difference
    sizes = np.abs(choices.view(np.int8).astype(np.int16)).sum(axis=2, dtype=np.int64)
    best = sizes.argmin(axis=0)
    result = np.empty((height, 1 + rows.shape[1]), np.uint8)
    result[:, 0] = best
    result[:, 1:] = choices[best, np.arange(height)]
    return result
