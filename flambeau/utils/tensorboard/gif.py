"""Animated GIF files from frames. Source: the GIF89a specification (CompuServe, 1990)."""

from __future__ import annotations

import struct

import numpy as np

__all__ = ["encode_gif"]

COLOURS = 256
HIGHEST_CODE = 4096


def encode_gif(frames: np.ndarray, fps: float) -> bytes:
    """A GIF file, repeated for ever, of uint8 frames (time, height, width, 3 or 1).

    Each frame has 256 colours of its own; it is exact if it has no more than that.
    """
    _, height, width, channels = frames.shape
    if channels == 1:
        frames = np.repeat(frames, 3, axis=3)
    delay = max(round(100 / fps), 1)  # in hundredths of a second
    parts = [
        b"GIF89a", struct.pack("<HHBBB", width, height, 0x70, 0, 0),  # no global colours
        b"\x21\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00",  # repeat for ever
    ]  # fmt: skip
    for frame in frames:
        palette, indices = _quantize(frame.reshape(-1, 3))
        bits = max((len(palette) - 1).bit_length(), 2)  # a table of 4 to 256 colours
        table = palette.tobytes().ljust(3 << bits, b"\0")
        parts += [
            struct.pack("<BBBBHBB", 0x21, 0xF9, 4, 4, delay, 0, 0),  # stays until the next frame
            struct.pack("<BHHHHB", 0x2C, 0, 0, width, height, 0x80 | bits - 1),
            table, bytes((bits,)), _blocks(_compress(indices, bits)), b"\0",
        ]  # fmt: skip
    return b"".join([*parts, b"\x3b"])


def _blocks(data: bytes) -> bytes:
    pieces = [data[i : i + 255] for i in range(0, len(data), 255)]
    return b"".join([bytes((len(piece),)) + piece for piece in pieces])


def _compress(indices: bytes, bits: int) -> bytes:
    """LZW: codes for ever longer strings of indices, packed from the lowest bit on."""
    clear, end = 1 << bits, (1 << bits) + 1
    single = {bytes((i,)): i for i in range(clear)}
    codes = dict(single)
    width, following = bits + 1, end + 1
    packed, filled = clear, width
    result = bytearray()
    string = b""
    for i in range(len(indices)):
        longer = string + indices[i : i + 1]
        if longer in codes:
            string = longer
            continue
        packed |= codes[string] << filled
        filled += width
        if following < HIGHEST_CODE:
            codes[longer] = following
            if following == 1 << width:
                width += 1
            following += 1
        else:
            packed |= clear << filled
            filled += width
            codes, width, following = dict(single), bits + 1, end + 1
        whole = filled >> 3
        result += (packed & (1 << 8 * whole) - 1).to_bytes(whole, "little")
        packed >>= 8 * whole
        filled -= 8 * whole
        string = indices[i : i + 1]
    packed |= codes[string] << filled
    filled += width
    if following == 1 << width and width < 12:  # the reader's table has grown by the last string
        width += 1
    packed |= end << filled
    filled += width
    return bytes(result + packed.to_bytes((filled + 7) // 8, "little"))


# -- colours --------------------------------------------------------------------------------------
def _quantize(pixels: np.ndarray) -> tuple[np.ndarray, bytes]:
    """(colours (n, 3), the number of each pixel's colour)."""
    wide = pixels.astype(np.uint32)
    packed = wide[:, 0] << 16 | wide[:, 1] << 8 | wide[:, 2]
    found, indices = np.unique(packed, return_inverse=True)
    if len(found) > COLOURS:
        return _median_cut(pixels)
    palette = np.stack([found >> 16, found >> 8 & 255, found & 255], axis=1)
    return palette.astype(np.uint8), indices.astype(np.uint8).tobytes()


def _median_cut(pixels: np.ndarray) -> tuple[np.ndarray, bytes]:
    """Colours of boxes that are halved, the most spread one first, on five bits a channel.

    Source: P. Heckbert, "Color Image Quantization for Frame Buffer Display" (1982).
    """
    high = pixels >> 3
    cells = high[:, 0].astype(np.int64) << 10 | high[:, 1].astype(np.int64) << 5 | high[:, 2]
    weights = np.bincount(cells, minlength=1 << 15)
    used = np.flatnonzero(weights)
    # the mean colour of what lies in a cell
    means = np.stack(
        [np.bincount(cells, pixels[:, c], 1 << 15)[used] / weights[used] for c in range(3)], axis=1
    )
    weight = weights[used]
    boxes = [_box(np.arange(len(used)), means, weight)]
    while len(boxes) < COLOURS:
        at = max(range(len(boxes)), key=lambda i: boxes[i][0])
        spread, members, channel = boxes[at]
        if spread <= 0:
            break
        order = members[np.argsort(means[members, channel], kind="stable")]
        total = np.cumsum(weight[order])
        cut = int(np.clip(np.searchsorted(total, total[-1] / 2) + 1, 1, len(order) - 1))
        boxes[at] = _box(order[:cut], means, weight)
        boxes.append(_box(order[cut:], means, weight))
    palette = np.empty((len(boxes), 3), np.uint8)
    number = np.zeros(1 << 15, np.uint8)
    for i, (_, members, _) in enumerate(boxes):
        palette[i] = np.average(means[members], axis=0, weights=weight[members]).round()
        number[used[members]] = i
    return palette, number[cells].tobytes()


def _box(
    members: np.ndarray, means: np.ndarray, weight: np.ndarray
) -> tuple[float, np.ndarray, int]:
    """(how much is gained by halving it, its cells, the channel to halve)."""
    inside = means[members]
    centre = np.average(inside, axis=0, weights=weight[members])
    spread = ((inside - centre) ** 2 * weight[members, None]).sum(axis=0)
    channel = int(spread.argmax())
    return float(spread[channel]) if len(members) > 1 else 0.0, members, channel
