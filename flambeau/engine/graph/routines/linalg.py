"""Decompositions of matrices, in the last two dims of their arrays, by LAPACK."""

from __future__ import annotations

from typing import Any

import numpy as np

from flambeau.core.types import TensorType, tensor_type
from flambeau.engine.graph.routines.table import Routine

__all__ = ["LINALG"]

Arrays = tuple[Any, ...]


# -- qr: Q and R of A = Q R; options (mode,) "reduced" or "complete" ---------------------------
def _qr_types(options: tuple, a: TensorType) -> tuple[TensorType, ...]:
    *batch, m, n = a.shape
    k = m if options[0] == "complete" else min(m, n)
    return tensor_type(a.dtype, (*batch, m, k)), tensor_type(a.dtype, (*batch, k, n))


def _qr(options: tuple, a: Any) -> Arrays:
    return tuple(np.linalg.qr(a, options[0]))


LINALG: dict[str, Routine] = {
    "qr": Routine(_qr_types, _qr),
}
