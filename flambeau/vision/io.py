"""Images in files, as uint8 tensors (c, h, w)."""

from __future__ import annotations

import enum
import io as memory
from typing import Any

import numpy as np

from flambeau.core.dtype import uint8
from flambeau.core.errors import message
from flambeau.tensor.boundary import read
from flambeau.tensor.sharing import from_numpy
from flambeau.tensor.tensor import Tensor
from flambeau.vision import pillow
from flambeau.vision.transforms.converting import pil_to_array

__all__ = [
    "ImageReadMode", "decode_image", "decode_jpeg", "decode_png", "encode_jpeg", "encode_png",
    "read_file", "read_image", "write_file", "write_jpeg", "write_png",
]  # fmt: skip


class ImageReadMode(enum.Enum):
    """The channels that an image is given."""

    UNCHANGED = 0
    GRAY = 1
    GRAY_ALPHA = 2
    RGB = 3
    RGB_ALPHA = 4


_MODES = {
    ImageReadMode.GRAY: "L", ImageReadMode.GRAY_ALPHA: "LA", ImageReadMode.RGB: "RGB",
    ImageReadMode.RGB_ALPHA: "RGBA",
}  # fmt: skip


def read_file(path: Any) -> Tensor:
    """A file's bytes, as a uint8 tensor of one dim."""
    with open(path, "rb") as file:
        return from_numpy(np.frombuffer(bytearray(file.read()), np.uint8))


def write_file(filename: Any, data: Any) -> None:
    """Write the bytes of a uint8 tensor of one dim."""
    with open(filename, "wb") as file:
        file.write(read(data).tobytes())


def decode_image(
    input: Any, mode: Any = ImageReadMode.UNCHANGED, apply_exif_orientation: bool = False
) -> Tensor:
    """The image in a file (its path, or its bytes in a tensor), as (c, h, w)."""
    if isinstance(mode, str):
        mode = ImageReadMode["RGB_ALPHA" if mode.upper() == "RGBA" else mode.upper()]
    source = memory.BytesIO(read(input).tobytes()) if isinstance(input, Tensor) else input
    with pillow.load("io.decode_image").open(source) as image:
        if apply_exif_orientation:
            image = pillow.load("io.decode_image", "ImageOps").exif_transpose(image)
        wanted = _MODES.get(mode)
        if wanted is None and image.mode in ("P", "CMYK", "YCbCr", "1"):
            wanted = "L" if image.mode == "1" else "RGB"
        image = image if wanted is None or image.mode == wanted else image.convert(wanted)
        return from_numpy(pil_to_array(image))


def read_image(
    path: Any, mode: Any = ImageReadMode.UNCHANGED, apply_exif_orientation: bool = False
) -> Tensor:
    """The image in a file, as (c, h, w)."""
    return decode_image(str(path), mode, apply_exif_orientation)


def decode_png(input: Any, mode: Any = ImageReadMode.UNCHANGED) -> Tensor:
    """`decode_image`."""
    return decode_image(input, mode)


def decode_jpeg(input: Any, mode: Any = ImageReadMode.UNCHANGED) -> Tensor:
    """`decode_image`."""
    return decode_image(input, mode)


def _encode(operation: str, image: Any, format: str, **options: int) -> Tensor:
    if image.dtype is not uint8 or image.ndim != 3 or image.shape[0] not in (1, 3):
        raise RuntimeError(
            message(f"io.{operation}", f"a tensor of {image.dtype} {list(image.shape)}",
                    "uint8 of shape (1 or 3, h, w)", "(x * 255).to(flambeau.uint8)")
        )  # fmt: skip
    array = read(image).transpose(1, 2, 0)
    picture = pillow.image_from_array(
        f"io.{operation}", array[..., 0] if len(image) == 1 else array
    )
    file = memory.BytesIO()
    picture.save(file, format=format, **options)
    return from_numpy(np.frombuffer(bytearray(file.getvalue()), np.uint8))


def encode_png(input: Any, compression_level: int = 6) -> Tensor:
    """An image's PNG file, as a uint8 tensor of one dim."""
    return _encode("encode_png", input, "PNG", compress_level=compression_level)


def encode_jpeg(input: Any, quality: int = 75) -> Tensor:
    """An image's JPEG file, as a uint8 tensor of one dim."""
    return _encode("encode_jpeg", input, "JPEG", quality=quality)


def write_png(input: Any, filename: Any, compression_level: int = 6) -> None:
    """Write an image (1 or 3, h, w) as PNG."""
    write_file(filename, encode_png(input, compression_level))


def write_jpeg(input: Any, filename: Any, quality: int = 75) -> None:
    """Write an image (1 or 3, h, w) as JPEG."""
    write_file(filename, encode_jpeg(input, quality))
