"""Discrete Fourier transforms over several dims, by NumPy (pocketfft).

Options are (dims, norm, inverse) and, for irfft, the size of the last of dims. `norm` is
NumPy's and PyTorch's: "backward" scales inverse transforms by 1/n, "forward" the others,
"ortho" both by 1/sqrt(n).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from flambeau.core.types import TensorType, tensor_type
from flambeau.engine.graph.routines.table import Routine

__all__ = ["FOURIER"]


def _same(options: tuple, x: TensorType) -> tuple[TensorType, ...]:
    return (x,)


def _fft(options: tuple, x: Any) -> tuple[Any, ...]:
    dims, norm, inverse = options
    transform = np.fft.ifftn if inverse else np.fft.fftn
    return (transform(x, axes=dims, norm=norm),)


def _half(options: tuple, x: TensorType) -> tuple[TensorType, ...]:
    last = options[0][-1]
    shape = tuple(n // 2 + 1 if d == last else n for d, n in enumerate(x.shape))
    return (tensor_type(x.dtype.to_complex(), shape),)


def _rfft(options: tuple, x: Any) -> tuple[Any, ...]:
    dims, norm, _ = options
    return (np.fft.rfftn(x, axes=dims, norm=norm),)


def _whole(options: tuple, x: TensorType) -> tuple[TensorType, ...]:
    last, size = options[0][-1], options[3]
    shape = tuple(size if d == last else n for d, n in enumerate(x.shape))
    return (tensor_type(x.dtype.to_real(), shape),)


def _irfft(options: tuple, x: Any) -> tuple[Any, ...]:
    dims, norm, _, size = options
    sizes = (*(x.shape[d] for d in dims[:-1]), size)
    return (np.fft.irfftn(x, sizes, axes=dims, norm=norm),)


def _later(options: tuple) -> tuple:
    return (tuple(d + 1 for d in options[0]), *options[1:])


FOURIER: dict[str, Routine] = {
    "fft": Routine(_same, _fft, _later),  # complex to complex
    "rfft": Routine(_half, _rfft, _later),  # real to the first half of the last dim: n // 2 + 1
    "irfft": Routine(_whole, _irfft, _later),  # and back
}
