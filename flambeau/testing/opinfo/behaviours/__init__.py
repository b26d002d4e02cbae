"""BEHAVIOURS: what a function gives on every dtype and kind of view; see table.py."""

from __future__ import annotations

from flambeau.testing.opinfo.behaviours import (
    activations,
    complex_numbers,
    creation,
    elementwise,
    fourier,
    indexing,
    joining,
    layers,
    linalg,
    movement,
    pooling,
    products,
    reductions,
    sorting,
    special,
    without,
)
from flambeau.testing.opinfo.behaviours.table import (
    ALIASES,
    BEHAVIOURS,
    WITHOUT_RECORD,
    Behaviour,
    Call,
    Error,
    T,
)

__all__ = [
    "ALIASES",
    "BEHAVIOURS",
    "WITHOUT_RECORD",
    "Behaviour",
    "Call",
    "Error",
    "T",
    "activations",
    "complex_numbers",
    "creation",
    "elementwise",
    "fourier",
    "indexing",
    "joining",
    "layers",
    "linalg",
    "movement",
    "pooling",
    "products",
    "reductions",
    "sorting",
    "special",
    "without",
]
