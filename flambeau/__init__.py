"""flambeau: deep learning with PyTorch's names, written in Python, compiled through LLVM.

    import flambeau as torch

What costs time to import (nn, optim, compile, ...) is loaded when it is first named.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from flambeau import autograd
from flambeau.autograd import (
    enable_grad,
    inference_mode,
    is_grad_enabled,
    is_inference_mode_enabled,
    no_grad,
    set_grad_enabled,
)
from flambeau.core.device import Device as device
from flambeau.core.dtype import (
    DType as dtype,
)
from flambeau.core.dtype import (
    bfloat16,
    complex64,
    complex128,
    finfo,
    float16,
    float32,
    float64,
    iinfo,
    int8,
    int16,
    int32,
    int64,
    uint8,
    uint16,
    uint32,
    uint64,
)
from flambeau.core.dtype import bool_ as bool
from flambeau.engine.runtime.random import Generator, default_generator
from flambeau.tensor import methods as _methods
from flambeau.tensor import returns as return_types
from flambeau.tensor.formats import Layout as layout
from flambeau.tensor.formats import MemoryFormat as memory_format
from flambeau.tensor.formats import (
    channels_last,
    channels_last_3d,
    contiguous_format,
    preserve_format,
    strided,
)
from flambeau.tensor.tensor import Size, Tensor

half, float, double = float16, float32, float64
cfloat, cdouble = complex64, complex128
short, int, long = int16, int32, int64

from math import e, inf, nan, pi  # noqa: E402

newaxis = None
__version__ = "0.1.0"

globals().update(_methods.FUNCTIONS)

# name -> the module it lives in and its name there ("" for the module itself)
_LAZY = {
    "nn": ("flambeau.nn", ""),
    "optim": ("flambeau.optim", ""),
    "utils": ("flambeau.utils", ""),
    "io": ("flambeau.io", ""),
    "testing": ("flambeau.testing", ""),
    "linalg": ("flambeau.linalg", ""),
    "fft": ("flambeau.fft", ""),
    "special": ("flambeau.special", ""),
    "random": ("flambeau.random", ""),
    "compiler": ("flambeau.compiler", ""),
    "save": ("flambeau.io", "save"),
    "load": ("flambeau.io", "load"),
    "compile": ("flambeau.compiler", "compile"),
}


def __getattr__(name: str) -> Any:
    found = _LAZY.get(name)
    if found is None:
        raise AttributeError(f"module 'flambeau' has no attribute {name!r}")
    module = importlib.import_module(found[0])
    value = getattr(module, found[1]) if found[1] else module
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY})
