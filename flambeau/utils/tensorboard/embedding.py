"""Files of the embedding projector: vectors, labels, a sprite, and the list of them."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from flambeau.core.errors import message
from flambeau.utils.tensorboard.arrays import InputError, describe
from flambeau.utils.tensorboard.images import CHANNELS, as_bytes, make_grid
from flambeau.utils.tensorboard.png import encode_png

__all__ = ["check", "encode_tag", "entry", "write_all", "write_config"]

VECTORS, LABELS, SPRITE = "tensors.tsv", "metadata.tsv", "sprite.png"


def check(
    mat: np.ndarray, metadata: Any, images: np.ndarray | None, header: Sequence | None
) -> None:
    """Raise if the arguments do not fit each other; nothing is written before."""
    if mat.ndim != 2 or mat.dtype.kind not in "fiub":
        raise InputError(
            message("add_embedding", f"mat of {describe(mat)}", "real numbers of shape (N, D)")
        )
    if metadata is not None and len(metadata) != len(mat):
        raise InputError(
            message(
                "add_embedding", f"{len(metadata)} labels for {len(mat)} points", "one for each"
            )
        )
    if header:
        wrong = [i for i, row in enumerate(metadata or ()) if len(row) != len(header)]
        if metadata is None or wrong:
            given = "no metadata" if metadata is None else f"another number in row {wrong[0]}"
            raise InputError(
                message(
                    "add_embedding",
                    f"{len(header)} names in metadata_header, {given}",
                    "metadata with as many columns in each row",
                )
            )
    if images is not None:
        good = images.ndim == 4 and images.shape[1] in CHANNELS and 0 not in images.shape
        if not good or len(images) != len(mat):
            raise InputError(
                message(
                    "add_embedding",
                    f"label_img of {describe(images)} for {len(mat)} points",
                    "one image for each: (N, C, H, W) with 1, 3 or 4 channels",
                )
            )


def encode_tag(tag: str) -> str:
    """A tag as the name of a folder: what separates folders becomes %2f or %5c."""
    return tag.replace("%", "%25").replace("/", "%2f").replace("\\", "%5c")


def write_all(
    folder: str, mat: np.ndarray, metadata: Any, images: np.ndarray | None, header: Any
) -> None:
    """Write the files that are wanted into `folder`."""
    rows = ["\t".join(map(str, row)) for row in mat.tolist()]
    _write(os.path.join(folder, VECTORS), _lines(rows))
    if metadata is not None:
        if header:
            rows = ["\t".join(map(_cell, row)) for row in (header, *metadata)]
        else:
            rows = [_cell(x) for x in metadata]
        _write(os.path.join(folder, LABELS), _lines(rows))
    if images is not None:
        _write(os.path.join(folder, SPRITE), encode_png(_sprite(images)))


def _lines(rows: list[str]) -> bytes:
    return ("\n".join(rows) + "\n").encode("utf-8", "replace")


def _cell(x: Any) -> str:
    """A value that is one cell of a table, whatever is in it."""
    return str(x).replace("\t", " ").replace("\n", " ").replace("\r", " ")


def _sprite(images: np.ndarray) -> np.ndarray:
    """All images in as many columns as rows, which is what the projector expects."""
    pixels = as_bytes(images.transpose(0, 2, 3, 1), "add_embedding")
    if pixels.shape[-1] == 1:
        pixels = np.repeat(pixels, 3, axis=-1)
    side = math.ceil(math.sqrt(len(pixels)))
    square = np.zeros((side * side, *pixels.shape[1:]), np.uint8)
    square[: len(pixels)] = pixels
    return make_grid(square, side)


# -- the list of embeddings -----------------------------------------------------------------------
def entry(
    folder: str, name: str, has_labels: bool, image_size: tuple[int, int] | None
) -> list[str]:
    """Lines of projector_config.pbtxt for one embedding; `folder` is below the log's folder."""
    lines = ["embeddings {", f'  tensor_name: "{_quoted(name)}"']
    if has_labels:
        lines.append(f'  metadata_path: "{_quoted(f"{folder}/{LABELS}")}"')
    if image_size is not None:
        height, width = image_size
        lines += ["  sprite {", f'    image_path: "{_quoted(f"{folder}/{SPRITE}")}"']
        lines += [f"    single_image_dim: {n}" for n in (width, height)] + ["  }"]
    return [*lines, f'  tensor_path: "{_quoted(f"{folder}/{VECTORS}")}"', "}"]


def _quoted(text: str) -> str:
    """A string in the text format of Protocol Buffers: other bytes than ASCII letters in octal."""
    return "".join(
        chr(b) if 32 <= b < 127 and b not in b'"\\' else f"\\{b:03o}" for b in text.encode()
    )


def write_config(folder: str, lines: list[str]) -> None:
    """Replace the list of embeddings."""
    _write(os.path.join(folder, "projector_config.pbtxt"), ("\n".join(lines) + "\n").encode())


def _write(path: str, data: bytes) -> None:
    """Write a file that readers see whole or not at all."""
    temporary = f"{path}.{os.getpid()}.tmp"
    try:
        with open(temporary, "wb") as file:
            file.write(data)
        os.replace(temporary, path)
    finally:
        if os.path.exists(temporary):
            os.unlink(temporary)
