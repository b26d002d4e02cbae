"""Boxes with labels drawn into pixels, and resizing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from flambeau.core.errors import message
from flambeau.utils.tensorboard.arrays import InputError

__all__ = ["draw_boxes", "resize", "text_mask"]

COLOUR = (255, 0, 0, 255)
THICKNESS = 2  # pixels

# Letters of 5 x 7 pixels for the characters from space to ~: a digit of base 32 for each row, whose
# highest bit is the pixel on the left.
_LETTERS = """
0000000 4444404 aa00000 aavavaa 4fke5u4 op248j3 cik8lid 4400000 2488842 8422248 04lel40 044v440
0000448 000v000 00000cc 01248g0 ehjlphe 4c4444e eh1248v v2421he 26aiv22 vgu11he 68guhhe v124888
ehhehhe ehhf12c 0cc0cc0 0cc0448 248g842 00v0v00 8421248 eh12404 ehnlnge ehhvhhh uhhuhhu ehggghe
sihhhis vgguggv vgguggg ehgnhhf hhhvhhh e44444e 72222ic hikokih ggggggv hrllhhh hhpljhh ehhhhhe
uhhuggg ehhhlid uhhukih fgge11u v444444 hhhhhhe hhhhha4 hhhllla hha4ahh hhha444 v1248gv e88888e
0g84210 e22222e 4ah0000 000000v 8420000 00e1fhf ggmphhu 00egghe 11djhhf 00ehvge 698s888 0fhhf1e
ggmphhh 40c444e 20622ic ggikoki c44444e 00qllhh 00mphhh 00ehhhe 00uhugg 00djf11 00mpggg 00ege1u
88s8896 00hhhjd 00hhha4 00hhlla 00ha4ah 00hhf1e 00v248v 2448442 4444444 8442448 08l2000
"""
_GLYPHS = [
    np.array([[int(row, 32) >> 4 - x & 1 for x in range(5)] for row in glyph], bool)
    for glyph in _LETTERS.split()
]


def text_mask(text: str) -> np.ndarray:
    """Which pixels (9, 6 n + 1) a line of text covers, with a margin of one pixel."""
    mask = np.zeros((9, 6 * len(text) + 1), bool)
    for i, character in enumerate(text):
        at = ord(character) - 32
        mask[1:8, 6 * i + 1 : 6 * i + 6] = _GLYPHS[at if 0 <= at < len(_GLYPHS) else ord("?") - 32]
    return mask


def draw_boxes(
    pixels: np.ndarray, boxes: np.ndarray, labels: Sequence[str] | None = None
) -> np.ndarray:
    """A copy of uint8 pixels (height, width, channels) with red boxes: left, top, right, bottom.

    A label stands in the lower left corner of its box. What lies outside the image is cut off.
    """
    pixels = pixels.copy()
    height, width, channels = pixels.shape
    colour = np.array(COLOUR[:channels], np.uint8)
    limits = np.array([width, height, width, height]) + THICKNESS
    places = np.nan_to_num(boxes.astype(np.float64)).clip(-THICKNESS, limits).astype(int)
    for i, (left, top, right, bottom) in enumerate(places.tolist()):
        # the lines of two pixels lie where Pillow puts them, which PyTorch draws with
        for y in (top - 1, bottom):
            _fill(pixels, left, y, right + 1, y + THICKNESS, colour)
        for x in (left, right - 1):
            _fill(pixels, x, top - 1, x + THICKNESS, bottom + THICKNESS, colour)
        if labels is not None and labels[i]:
            _write(pixels, str(labels[i]), left, bottom, colour)
    return pixels


def _fill(
    pixels: np.ndarray, left: int, top: int, right: int, bottom: int, colour: np.ndarray
) -> None:
    pixels[max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)] = colour


def _write(pixels: np.ndarray, text: str, left: int, bottom: int, colour: np.ndarray) -> None:
    mask = text_mask(text)
    left, top = max(left, 0), max(bottom - len(mask), 0)
    area = pixels[top : top + len(mask), left : left + mask.shape[1]]
    area[:] = colour
    area[mask[: area.shape[0], : area.shape[1]], :3] = 0


# -- resizing -------------------------------------------------------------------------------------
def resize(pixels: np.ndarray, factor: float) -> np.ndarray:
    """uint8 pixels (height, width, channels) with both sides `factor` times as long."""
    height, width = int(pixels.shape[0] * factor), int(pixels.shape[1] * factor)
    if height < 1 or width < 1:
        raise InputError(
            message(
                "add_image_with_boxes",
                f"rescale={factor} for {pixels.shape[:2]} pixels",
                "a result of at least one pixel",
            )
        )
    columns = _weighted(_lanczos(pixels.shape[1], width), pixels.transpose(1, 0, 2))
    return _weighted(_lanczos(pixels.shape[0], height), columns.transpose(1, 0, 2))


def _weighted(weights: np.ndarray, pixels: np.ndarray) -> np.ndarray:
    """Weighted sums over the first dim, as bytes."""
    sums = np.tensordot(weights, pixels.astype(np.float64), 1)
    return (sums + 0.5).clip(0, 255).astype(np.uint8)


def _lanczos(old: int, new: int) -> np.ndarray:
    """Weights (new, old): the windowed sinc with three lobes, wider where it makes smaller."""
    scale = max(old / new, 1.0)
    centres = (np.arange(new)[:, None] + 0.5) * old / new
    x = (np.arange(old) + 0.5 - centres) / scale
    weights = np.where(np.abs(x) < 3, np.sinc(x) * np.sinc(x / 3), 0)
    result: np.ndarray = weights / weights.sum(axis=1, keepdims=True)
    return result
