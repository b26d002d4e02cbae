"""A routine on complex numbers, in a graph whose complex values were split into real ones."""

from __future__ import annotations

from typing import Any

import numpy as np

from flambeau.core.types import TensorType, tensor_type
from flambeau.engine.graph.routines.table import Routine

__all__ = ["on_parts"]


def on_parts(routines: dict[str, Routine]) -> Routine:
    """The row that calls another one: complex values come and go as real ones with a last dim of 2.

    Options are (name, options, for each source whether it stands for a complex value).
    """

    def infer(options: tuple, *types: TensorType) -> tuple[TensorType, ...]:
        name, inner, is_complex = options
        sources = [
            tensor_type(t.dtype.to_complex(), t.shape[:-1]) if c else t
            for t, c in zip(types, is_complex, strict=True)
        ]
        return tuple(
            tensor_type(t.dtype.to_real(), (*t.shape, 2)) if t.dtype.is_complex else t
            for t in routines[name].infer(inner, *sources)
        )

    def compute(options: tuple, *arrays: Any) -> tuple[Any, ...]:
        name, inner, is_complex = options
        sources = [_joined(a) if c else a for a, c in zip(arrays, is_complex, strict=True)]
        return tuple(_parted(r) for r in routines[name].compute(inner, *sources))

    return Routine(infer, compute, None)  # made when a plan is, after batching


def _joined(x: Any) -> Any:
    dtype = np.complex64 if x.dtype == np.float32 else np.complex128
    return np.ascontiguousarray(x).view(dtype)[..., 0]


def _parted(x: Any) -> Any:
    x = np.asarray(x)
    if x.dtype.kind != "c":
        return x
    return np.stack([x.real, x.imag], -1)
