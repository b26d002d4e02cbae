"""DLPack: tensors' memory lent to other libraries and borrowed from them, without a copy.

NumPy makes and consumes the capsules, so that their deleters are C functions: one written in
Python would lose an exception that is in flight while the capsule dies, and may be called after
the interpreter has ended. What NumPy lacks (bfloat16) is an edit of the capsule's dtype field.
Source: https://dmlc.github.io/dlpack/latest/c_api.html
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from enum import IntEnum
from typing import Any

import numpy as np

from flambeau.core import dtype as dt
from flambeau.core.device import Device
from flambeau.core.errors import message
from flambeau.tensor.external import shared_array, tensor_over
from flambeau.tensor.formats import strided
from flambeau.tensor.tensor import Tensor

__all__ = ["METHODS", "DLDeviceType", "from_dlpack", "to_dlpack"]


class DLDeviceType(IntEnum):
    """Kinds of device, as DLPack numbers them."""

    kDLCPU = 1  # noqa: N815 - DLPack's names
    kDLCUDA = 2  # noqa: N815
    kDLCUDAHost = 3  # noqa: N815
    kDLOpenCL = 4  # noqa: N815
    kDLVulkan = 7  # noqa: N815
    kDLMetal = 8  # noqa: N815
    kDLVPI = 9  # noqa: N815
    kDLROCM = 10  # noqa: N815
    kDLROCMHost = 11  # noqa: N815
    kDLExtDev = 12  # noqa: N815
    kDLCUDAManaged = 13  # noqa: N815
    kDLOneAPI = 14  # noqa: N815


# memory of these kinds can be read by the CPU as it is
_HOST = (DLDeviceType.kDLCPU, DLDeviceType.kDLCUDAHost, DLDeviceType.kDLROCMHost)
_CPU = (DLDeviceType.kDLCPU, 0)

_VERSION = (1, 0)  # the newest we ask for; NumPy 2.0 knows capsules without a version only
_HAS_VERSIONS = np.lib.NumpyVersion(np.__version__) >= "2.1.0"
_READ_ONLY, _IS_COPIED = 1, 2  # bits of a capsule's flags

_UINT, _BFLOAT = 1, 4
_CODES = {0: "int", _UINT: "uint", 2: "float", _BFLOAT: "bfloat", 5: "complex", 6: "bool"}
_NAMES = {d.name: d for d in dt.DTYPES.values()} | {"bool8": dt.bool_}


class _DLTensor(ctypes.Structure):
    _fields_ = (
        ("data", ctypes.c_void_p),
        ("device_type", ctypes.c_int32), ("device_id", ctypes.c_int32),
        ("ndim", ctypes.c_int32),
        ("code", ctypes.c_uint8), ("bits", ctypes.c_uint8), ("lanes", ctypes.c_uint16),
        ("shape", ctypes.c_void_p), ("strides", ctypes.c_void_p), ("byte_offset", ctypes.c_uint64),
    )  # fmt: skip


class _Managed(ctypes.Structure):
    """What a capsule named "dltensor" points to."""

    _fields_ = (("tensor", _DLTensor), ("context", ctypes.c_void_p), ("deleter", ctypes.c_void_p))
    major, flags = 0, 0


class _Versioned(ctypes.Structure):
    """What a capsule named "dltensor_versioned" points to."""

    _fields_ = (
        ("major", ctypes.c_uint32), ("minor", ctypes.c_uint32), ("context", ctypes.c_void_p),
        ("deleter", ctypes.c_void_p), ("flags", ctypes.c_uint64), ("tensor", _DLTensor),
    )  # fmt: skip


_KINDS: dict[bytes, Any] = {b"dltensor": _Managed, b"dltensor_versioned": _Versioned}

_is_valid = ctypes.pythonapi.PyCapsule_IsValid
_is_valid.argtypes = [ctypes.py_object, ctypes.c_char_p]
_pointer = ctypes.pythonapi.PyCapsule_GetPointer
_pointer.argtypes = [ctypes.py_object, ctypes.c_char_p]
_pointer.restype = ctypes.c_void_p


def _look_into(capsule: Any) -> Any:
    """The structure behind a capsule that nobody has consumed yet."""
    for name, kind in _KINDS.items():
        if _is_valid(capsule, name):
            return kind.from_address(_pointer(capsule, name))
    raise RuntimeError(
        message(
            "from_dlpack", f"{capsule!r}",
            "an object with __dlpack__, or a capsule named 'dltensor' or 'dltensor_versioned': "
            "each can be consumed only once, so a tensor may have been made of it already",
            "the object itself instead of its capsule",
        )
    )  # fmt: skip


# -- out ----------------------------------------------------------------------------------------
def _dlpack(
    self: Tensor, *, stream: Any = -1, max_version: tuple[int, int] | None = None,
    dl_device: tuple[int, int] | None = None, copy: bool | None = None,
) -> Any:  # fmt: skip
    """A capsule over the tensor's memory, which `from_dlpack` of another library consumes.

    max_version: the newest version of DLPack that the consumer understands; from (1, 0) on the
    capsule says whether the memory may be written. copy: True copies; None and False share.
    BufferError for tensors that require grad or a device other than the CPU.
    """
    if stream not in (None, -1):
        if not isinstance(stream, int):
            raise TypeError(message("__dlpack__", f"stream={stream!r}", "an int or None"))
        raise AssertionError(message("__dlpack__", f"stream={stream}", "stream=None on the CPU"))
    if dl_device is not None and tuple(dl_device) != _CPU:
        raise BufferError(
            message("__dlpack__", f"dl_device={dl_device}", "(1, 0), the CPU", "dl_device=None")
        )
    if self.layout is not strided:
        raise BufferError(
            message(
                "__dlpack__", f"a tensor of layout {self.layout}",
                "Can't export tensors with layout other than flambeau.strided", "to_dense()",
            )
        )  # fmt: skip
    if self._requires_grad:
        raise BufferError(
            message(
                "__dlpack__", "a tensor that requires grad", "one that does not, for other "
                "libraries don't record: Can't export tensors that require gradient",
                "tensor.detach()",
            )
        )  # fmt: skip
    return _capsule(self, max_version, copy)


def _capsule(x: Tensor, max_version: tuple[int, int] | None, copy: bool | None) -> Any:
    array: Any = shared_array(x)
    options: dict[str, Any] = {}
    if _HAS_VERSIONS:
        options = {"max_version": max_version, "copy": copy}
    elif copy:
        array = array.copy()
    if not array.flags.writeable and not copy and (max_version is None or max_version < _VERSION):
        raise BufferError(
            message(
                "__dlpack__", "a tensor over read-only memory",
                "max_version=(1, 0) or newer, with which a capsule can say so", "tensor.clone()",
            )
        )  # fmt: skip
    capsule = array.__dlpack__(**options)
    if x.dtype is dt.bfloat16:
        _look_into(capsule).tensor.code = _BFLOAT
    return capsule


def _dlpack_device(self: Tensor) -> tuple[int, int]:
    """The kind and number of the device that the tensor lies on: (kDLCPU, 0)."""
    return _CPU


def to_dlpack(tensor: Tensor) -> Any:
    """A capsule named "dltensor" over the tensor's memory, for consumers of capsules.

    Its memory is freed with the capsule if nobody consumes it.
    """
    return _capsule(tensor, None, None)


# -- in -----------------------------------------------------------------------------------------
class _Handed:
    """A capsule as an object that NumPy takes it from."""

    def __init__(self, capsule: Any, device: tuple[int, int]) -> None:
        self.capsule = capsule
        self.device = device

    def __dlpack__(self, **options: Any) -> Any:
        return self.capsule

    def __dlpack_device__(self) -> tuple[int, int]:
        return self.device


def from_dlpack(ext_tensor: Any, *, device: Any = None, copy: bool | None = None) -> Tensor:
    """A tensor that shares the memory of any object that has `__dlpack__`, or of a capsule.

    copy: True always copies, False never, None only what cannot be shared (negative strides).
    Memory that its owner marks as read-only can be read; in-place operations on it are refused.

    >>> import flambeau, numpy
    >>> array = numpy.zeros(2)
    >>> x = flambeau.from_dlpack(array)
    >>> array[0] = 1
    >>> x
    tensor([1., 0.], dtype=flambeau.float64)
    """
    if device is not None and Device(device).type != "cpu":
        raise BufferError(message("from_dlpack", f"device={device!r}", "'cpu'", "device=None"))
    if isinstance(ext_tensor, Tensor):
        _dlpack(ext_tensor)
        shared: Tensor = ext_tensor.detach()  # type: ignore[attr-defined]
        return shared.clone() if copy else shared  # type: ignore[attr-defined,no-any-return]
    is_object = hasattr(ext_tensor, "__dlpack__")
    capsule = _ask(ext_tensor, copy) if is_object else ext_tensor
    return _consume(capsule, copy)


def _ask(owner: Any, copy: bool | None) -> Any:
    """The capsule of an object that has `__dlpack__`."""
    options: dict[str, Any] = {"max_version": _VERSION} if _HAS_VERSIONS else {}
    if copy is not None:
        options["copy"] = copy
    kind = owner.__dlpack_device__()[0] if hasattr(owner, "__dlpack_device__") else 1
    if kind not in _HOST:
        options["dl_device"] = (1, 0)
        if copy is False:
            raise BufferError(_elsewhere(kind, "copy=False"))
    try:
        return owner.__dlpack__(**options)
    except TypeError:  # of before DLPack 1.0
        if kind not in _HOST:
            raise BufferError(_elsewhere(kind, "an object that cannot copy to it")) from None
        return owner.__dlpack__()


def _elsewhere(kind: int, why: str) -> str:
    names = {d.value: d.name for d in DLDeviceType}
    given = f"memory of device type {names.get(kind, kind)} and {why}"
    return message("from_dlpack", given, "memory of the CPU", "copying it to the CPU first")


def _consume(capsule: Any, copy: bool | None) -> Tensor:
    found = _look_into(capsule)
    if found.major > _VERSION[0]:
        raise BufferError(
            message("from_dlpack", f"a capsule of DLPack {found.major}", "version 1 or older")
        )
    inside, flags = found.tensor, found.flags
    if inside.device_type not in _HOST:
        raise BufferError(_elsewhere(inside.device_type, "a finished capsule"))
    dtype = _dtype_of(inside)
    handed = _Handed(capsule, (inside.device_type, inside.device_id))
    if dtype is dt.bfloat16:
        inside.code = _UINT  # NumPy lacks it: taken as the integers that its bits are
        try:
            array = np.from_dlpack(handed)
        except BaseException:
            inside.code = _BFLOAT
            raise
    else:
        array = np.from_dlpack(handed)
    # NumPy takes memory of capsules without a version as read-only, for they cannot say
    readonly = bool(flags & _READ_ONLY)
    if copy is not False and any(s < 0 for s in array.strides):
        return tensor_over(array.copy(), dtype)
    result = tensor_over(array, dtype, readonly)
    if copy and not flags & _IS_COPIED:
        return result.clone()  # type: ignore[attr-defined,no-any-return]
    return result


def _dtype_of(inside: _DLTensor) -> dt.DType:
    name = f"{_CODES.get(inside.code, f'code {inside.code} ')}{inside.bits}"
    dtype = _NAMES.get(name)
    if dtype is None or inside.lanes != 1:
        raise BufferError(
            message(
                "from_dlpack", f"elements of dtype {name} in {inside.lanes} lanes",
                f"one lane of {', '.join(sorted(dt.DTYPES))}", "another dtype",
            )
        )  # fmt: skip
    return dtype


METHODS: dict[str, Callable[..., Any]] = {
    "__dlpack__": _dlpack,
    "__dlpack_device__": _dlpack_device,
}
