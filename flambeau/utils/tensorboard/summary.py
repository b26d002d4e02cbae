"""Summaries of numbers, text and sound; each function makes the message of one call of `add_*`.

The names are those of PyTorch's `utils.tensorboard.summary`, for programs that write summaries
through `FileWriter.add_summary`.
"""

from __future__ import annotations

import io
import warnings
import wave
from typing import Any

import numpy as np

from flambeau.core.dtype import bfloat16
from flambeau.core.errors import message
from flambeau.tensor.tensor import Tensor
from flambeau.utils.tensorboard.arrays import InputError, describe, make_np
from flambeau.utils.tensorboard.histogram import histogram, histogram_raw, make_histogram
from flambeau.utils.tensorboard.images import image, image_boxes, make_image, video
from flambeau.utils.tensorboard.plugins import (
    compute_curve,
    custom_scalars,
    hparams,
    mesh,
    pr_curve,
    pr_curve_raw,
)
from flambeau.utils.tensorboard.protos import DTYPES, metadata, shape_proto, summary
from flambeau.utils.tensorboard.wire import Message

__all__ = [
    "audio", "compute_curve", "custom_scalars", "histogram", "histogram_raw", "hparams", "image",
    "image_boxes", "make_histogram", "make_image", "mesh", "pr_curve", "pr_curve_raw", "scalar",
    "tensor_proto", "text", "video",
]  # fmt: skip


def scalar(
    name: str, tensor: Any, collections: Any = None, new_style: bool = False,
    double_precision: bool = False,
) -> Message:  # fmt: skip
    """One number: as float32, or with `new_style` as a tensor, there in float64 if
    `double_precision`."""
    array = make_np(tensor, "add_scalar")
    if array.size != 1 or array.dtype.kind == "c":
        raise InputError(
            message(
                "add_scalar",
                f"{describe(array)} for {name!r}",
                "one real number",
                "mean() or item() of it, or add_histogram",
            )
        )
    try:
        number = float(array.reshape(()).item())
    except (TypeError, ValueError) as error:
        raise type(error)(
            message("add_scalar", f"{array.reshape(()).item()!r} for {name!r}", "one real number")
        ) from None
    if not new_style:
        return summary(name, simple_value=number)
    if double_precision:
        proto = Message("TensorProto", dtype=DTYPES["float64"], double_val=[number])
    else:
        proto = Message("TensorProto", dtype=DTYPES["float32"], float_val=[number])
    return summary(name, tensor=proto, metadata=metadata("scalars"))


# dtype -> the field that holds the elements
_FIELDS = {
    "float16": "half_val", "bfloat16": "half_val", "float32": "float_val", "float64": "double_val",
    "int8": "int_val", "uint8": "int_val", "int16": "int_val", "uint16": "int_val",
    "int32": "int_val", "int64": "int64_val", "uint32": "tensor_content",
    "uint64": "tensor_content", "bool": "bool_val",
    "complex64": "scomplex_val", "complex128": "dcomplex_val",
}  # fmt: skip


def tensor_proto(tag: str, tensor: Any) -> Message:
    """All elements of a tensor with their shape and dtype."""
    is_bfloat16 = isinstance(tensor, Tensor) and tensor.dtype is bfloat16
    array = make_np(tensor, "add_tensor")
    dtype = "bfloat16" if is_bfloat16 else array.dtype.name
    if array.nbytes >= 1 << 31:
        raise ValueError(
            message(
                "add_tensor",
                f"{array.nbytes} bytes for {tag!r}",
                "less than 2 GiB, the limit of a message",
                "flambeau.save",
            )
        )
    if dtype not in _FIELDS:
        raise ValueError(
            message("add_tensor", f"dtype {dtype} for {tag!r}", f"one of {', '.join(_FIELDS)}")
        )
    field = _FIELDS[dtype]
    flat: np.ndarray = np.ascontiguousarray(array).reshape(-1)
    if is_bfloat16:  # the upper halves of float32, exactly
        flat = flat.view(np.uint32) >> 16
    elif dtype == "float16":
        flat = flat.view(np.uint16)
    elif flat.dtype.kind == "c":
        flat = flat.view(f"f{flat.dtype.itemsize // 2}")
    data = (
        flat.astype(flat.dtype.newbyteorder("<")).tobytes() if field == "tensor_content" else flat
    )
    proto = Message(
        "TensorProto", dtype=DTYPES[dtype], tensor_shape=shape_proto(array.shape),
        **{field: data},
    )  # fmt: skip
    return summary(tag, tensor=proto, metadata=metadata("tensor"))


def text(tag: str, text: str) -> Message:
    """A text, which TensorBoard shows as Markdown."""
    if not isinstance(text, str):
        raise TypeError(
            message("add_text", f"a {type(text).__name__} for {tag!r}", "a str", "str(...) of it")
        )
    proto = Message(
        "TensorProto", dtype=DTYPES["str"], tensor_shape=shape_proto((1,)), string_val=[text]
    )
    plugin = Message("TextPluginData", version=0)
    return summary(f"{tag}/text_summary", tensor=proto, metadata=metadata("text", plugin))


def audio(tag: str, tensor: Any, sample_rate: int = 44100) -> Message:
    """Samples between -1 and 1 as a WAV file with one channel of 16 bits."""
    given = make_np(tensor, "add_audio")
    array = given.squeeze()
    if array.size == 1:
        array = array.reshape(1)
    if array.ndim != 1 or array.size == 0 or array.dtype.kind not in "fiub":
        raise InputError(
            message(
                "add_audio",
                f"{describe(given)} for {tag!r}",
                "real samples in one dim, (L) or (1, L)",
                "one channel, or the mean over channels",
            )
        )
    array = np.nan_to_num(array.astype(np.float64 if array.dtype.kind != "f" else array.dtype))
    if np.abs(array).max() > 1:
        warnings.warn(
            f"add_audio: given samples up to {np.abs(array).max():.4g} for {tag!r}; required: "
            "between -1 and 1; they are clipped; try dividing by the largest",
            stacklevel=3,
        )
        array = array.clip(-1, 1)
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(sample_rate)
        out.writeframes((array * 32767).astype("<i2").tobytes())
    return summary(
        tag,
        audio=Message(
            "Summary.Audio", sample_rate=sample_rate, num_channels=1, length_frames=array.size,
            encoded_audio_string=file.getvalue(), content_type="audio/wav",
        ),
    )  # fmt: skip
