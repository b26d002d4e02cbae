"""How pixels between pixels are computed."""

from __future__ import annotations

import enum
from typing import Any

from flambeau.core.errors import message

__all__ = ["InterpolationMode", "mode_of", "pil_code"]


class InterpolationMode(enum.Enum):
    """The ways to interpolate; BOX, HAMMING and LANCZOS are for PIL images only."""

    NEAREST = "nearest"
    NEAREST_EXACT = "nearest-exact"
    BILINEAR = "bilinear"
    BICUBIC = "bicubic"
    BOX = "box"
    HAMMING = "hamming"
    LANCZOS = "lanczos"


# Pillow's numbers
CODES = {
    InterpolationMode.NEAREST: 0, InterpolationMode.NEAREST_EXACT: 0, InterpolationMode.LANCZOS: 1,
    InterpolationMode.BILINEAR: 2, InterpolationMode.BICUBIC: 3, InterpolationMode.BOX: 4,
    InterpolationMode.HAMMING: 5,
}  # fmt: skip
_BY_NAME = {mode.value: mode for mode in InterpolationMode}
_BY_CODE = {code: mode for mode, code in CODES.items() if mode.value != "nearest-exact"}


def mode_of(operation: str, interpolation: Any) -> InterpolationMode:
    """The mode, which may be given as Pillow's number or by its name."""
    if isinstance(interpolation, InterpolationMode):
        return interpolation
    if isinstance(interpolation, str) and interpolation in _BY_NAME:
        return _BY_NAME[interpolation]
    if isinstance(interpolation, int) and int(interpolation) in _BY_CODE:
        return _BY_CODE[int(interpolation)]
    raise TypeError(
        message(f"transforms.{operation}", f"interpolation={interpolation!r}",
                "Argument interpolation should be a InterpolationMode or a corresponding Pillow "
                "integer constant", "transforms.InterpolationMode.BILINEAR")
    )  # fmt: skip


def pil_code(mode: InterpolationMode) -> int:
    """Pillow's number of a mode."""
    return CODES[mode]
