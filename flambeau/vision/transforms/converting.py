"""Functions between PIL images, arrays and tensors, and between dtypes."""

from __future__ import annotations

from typing import Any

import numpy as np

from flambeau.core.dtype import DType, float32, float64, iinfo, int32, int64
from flambeau.core.errors import message
from flambeau.tensor.boundary import read
from flambeau.tensor.sharing import from_numpy
from flambeau.tensor.tensor import Tensor
from flambeau.vision import pillow
from flambeau.vision.host import array_of, tensor_of

__all__ = [
    "convert_image_dtype", "normalize", "normalize_array", "pil_to_array", "pil_to_tensor",
    "to_pil_image", "to_tensor",
]  # fmt: skip

# PIL modes whose pixels are not bytes
WIDE = {"I": np.int32, "I;16": np.uint16, "F": np.float32}


def pil_to_array(image: Any) -> np.ndarray:
    """(channels, h, w); what is not bytes keeps its width."""
    array = np.array(image, WIDE.get(image.mode), copy=True)
    if array.ndim == 2:
        return array[None]
    return np.ascontiguousarray(array.transpose(2, 0, 1))


def to_tensor(pic: Any) -> Tensor:
    """A PIL image, or an array (h, w[, c]), as a tensor (c, h, w); bytes become 0 to 1.

    >>> import numpy
    >>> to_tensor(numpy.full((2, 2, 3), 255, "uint8")).shape
    flambeau.Size([3, 2, 2])
    """
    if isinstance(pic, np.ndarray):
        if pic.ndim not in (2, 3):
            raise ValueError(
                message("transforms.to_tensor", f"an array with {pic.ndim} dims",
                        f"pic should be 2/3 dimensional. Got {pic.ndim} dimensions.")
            )  # fmt: skip
        array = pic[None] if pic.ndim == 2 else pic.transpose(2, 0, 1)
    elif pillow.is_pil(pic):
        array = pil_to_array(pic)
        if pic.mode == "1":
            array = array.astype(np.uint8) * np.uint8(255)
        elif array.dtype == np.uint16:
            array = array.view(np.int16)
    else:
        raise TypeError(
            message("transforms.to_tensor", f"a {type(pic).__name__}",
                    f"pic should be PIL Image or ndarray. Got {type(pic)}",
                    "leaving ToTensor out where it is a tensor already")
        )  # fmt: skip
    if array.dtype == np.uint8:
        array = np.divide(array, np.float32(255.0), dtype=np.float32)
    return tensor_of(array)


def pil_to_tensor(pic: Any) -> Tensor:
    """A PIL image as a tensor (c, h, w), with its numbers as they are."""
    if not pillow.is_pil(pic):
        raise TypeError(
            message("transforms.pil_to_tensor", f"a {type(pic).__name__}",
                    f"pic should be PIL Image. Got {type(pic)}")
        )  # fmt: skip
    return from_numpy(pil_to_array(pic))


def to_pil_image(pic: Any, mode: str | None = None) -> Any:
    """A tensor (c, h, w) or (h, w), or an array (h, w[, c]), as a PIL image of `mode`.

    Floating-point tensors are multiplied with 255.
    """
    if isinstance(pic, Tensor):
        array = _array_of_tensor(pic, mode)
    elif isinstance(pic, np.ndarray):
        if pic.ndim not in (2, 3):
            raise ValueError(_dims(pic.ndim))
        array = pic[:, :, None] if pic.ndim == 2 else pic
    else:
        raise TypeError(
            message("transforms.to_pil_image", f"a {type(pic).__name__}",
                    f"pic should be Tensor or ndarray. Got {type(pic)}.")
        )  # fmt: skip
    channels = array.shape[2]
    if channels > 4:
        raise ValueError(
            message("transforms.to_pil_image", f"{channels} channels",
                    f"pic should not have > 4 channels. Got {channels} channels.")
        )  # fmt: skip
    return _image(array, channels, mode)


def _dims(n: int) -> str:
    return message("transforms.to_pil_image", f"{n} dims",
                   f"pic should be 2/3 dimensional. Got {n} dimensions.")  # fmt: skip


def _array_of_tensor(x: Tensor, mode: str | None) -> np.ndarray:
    if x.ndim not in (2, 3):
        raise ValueError(_dims(x.ndim))
    array = read(x.detach())
    array = array[None] if array.ndim == 2 else array
    if x.dtype.is_floating_point and mode != "F":
        if x.dtype.itemsize == 2:
            array = read(x.detach().to(float32)).reshape(array.shape)
        # by way of a wider dtype, in which every such number is one
        array = (array * array.dtype.type(255)).astype(np.int64).astype(np.uint8)
    return array.transpose(1, 2, 0)


# channels -> the modes for bytes, the default first
MODES = {1: ("L",), 2: ("LA",), 3: ("RGB", "YCbCr", "HSV", "LAB"), 4: ("RGBA", "CMYK", "RGBX")}
SINGLE = {"uint8": "L", "uint16": "I;16", "int16": "I;16", "int32": "I", "float32": "F",
          "bool": "1"}  # fmt: skip


def _image(array: np.ndarray, channels: int, mode: str | None) -> Any:
    if channels == 1:
        array = array[:, :, 0]
        natural = SINGLE.get(array.dtype.name)
        allowed: tuple[str, ...] = (natural,) if natural else ()
        if natural == "L":
            allowed = ("L", "P", "1")
    else:
        allowed = MODES[channels] if array.dtype == np.uint8 else ()
    if not allowed:
        raise TypeError(
            message("transforms.to_pil_image", f"{channels} channels of {array.dtype}",
                    f"Input type {array.dtype} is not supported", "x.to(flambeau.uint8)")
        )  # fmt: skip
    if mode is not None and mode not in allowed:
        raise ValueError(
            message("transforms.to_pil_image", f"mode={mode!r} for {channels} channels of "
                    f"{array.dtype}", f"Only modes {list(allowed)} are supported for it")
        )  # fmt: skip
    mode = mode or allowed[0]
    if array.dtype == np.uint8 and mode != "1":
        image_module = pillow.load("transforms.to_pil_image")
        size = array.shape[1], array.shape[0]
        return image_module.frombytes(mode, size, np.ascontiguousarray(array).tobytes())
    made = pillow.image_from_array(
        "transforms.to_pil_image", array.astype(np.uint16) if mode == "I;16" else array
    )
    return made.convert("1") if mode == "1" and made.mode != "1" else made


def convert_image_dtype(image: Any, dtype: DType = float32) -> Any:
    """The image in another dtype, whose white is 1 for floating-point and the highest number for
    whole ones."""
    if image.dtype is dtype:
        return image
    before, after = image.dtype.is_floating_point, dtype.is_floating_point
    if before and after:
        return image.to(dtype)
    if before:
        unsafe = (image.dtype is float32 and dtype in (int32, int64)) or (
            image.dtype is float64 and dtype is int64
        )
        if unsafe:
            raise RuntimeError(
                message("transforms.convert_image_dtype", f"{image.dtype} to {dtype}",
                        f"The cast from {image.dtype} to {dtype} cannot be performed safely")
            )  # fmt: skip
        return (image * (iinfo(dtype).max + 1.0 - 1e-3)).to(dtype)
    highest = iinfo(image.dtype).max
    if after:
        array = array_of(image)
        if array is not None and dtype is float32:
            return tensor_of(np.divide(array, np.float32(highest), dtype=np.float32))
        return image.to(dtype) / highest
    wanted = iinfo(dtype).max
    if highest > wanted:
        return (image // ((highest + 1) // (wanted + 1))).to(dtype)
    return image.to(dtype) * ((wanted + 1) // (highest + 1))


def _columns(mean: Any, std: Any, dtype: Any) -> tuple[np.ndarray, np.ndarray]:
    means, stds = (np.asarray(v, dtype).reshape(-1, 1, 1) for v in (mean, std))
    if (stds == 0).any():
        raise ValueError(
            message("transforms.normalize", f"std={std}", f"std evaluated to zero after conversion "
                    f"to {np.dtype(dtype)}, leading to division by zero.")
        )  # fmt: skip
    return means, stds


def normalize_array(array: np.ndarray, mean: Any, std: Any) -> None:
    """(array - mean) / std in place, for each channel of (..., c, h, w)."""
    means, stds = _columns(mean, std, array.dtype)
    array -= means
    array /= stds


def normalize(tensor: Any, mean: Any, std: Any, inplace: bool = False) -> Any:
    """(x - mean) / std for each channel of a floating-point tensor (..., c, h, w)."""
    if not isinstance(tensor, Tensor):
        raise TypeError(
            message("transforms.normalize", f"a {type(tensor).__name__}",
                    f"img should be Tensor Image. Got {type(tensor)}", "ToTensor before it")
        )  # fmt: skip
    if not tensor.dtype.is_floating_point:
        raise TypeError(
            message("transforms.normalize", f"a tensor of {tensor.dtype}", "Input tensor should be "
                    f"a float tensor. Got {tensor.dtype}.", "ConvertImageDtype before it")
        )  # fmt: skip
    if tensor.ndim < 3:
        raise ValueError(
            message("transforms.normalize", f"a tensor of shape {list(tensor.shape)}",
                    f"Expected tensor to be a tensor image of size (..., C, H, W). Got "
                    f"tensor.size() = {tensor.shape}")
        )  # fmt: skip
    array = None if inplace else array_of(tensor)
    if array is not None:
        made = array.copy()
        normalize_array(made, mean, std)
        return tensor_of(made)
    columns = _columns(mean, std, np.float64 if tensor.dtype is float64 else np.float32)
    means, stds = (from_numpy(c).to(tensor.dtype) for c in columns)
    if inplace:
        return tensor.sub_(means).div_(stds)
    return (tensor - means) / stds
