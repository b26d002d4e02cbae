"""SAMPLES: calls of every differentiable operation, one file per family; see table.py."""

from __future__ import annotations

from flambeau.testing.opinfo import (
    complex_numbers,
    compressed,
    elementwise,
    fourier,
    gathering,
    indexing,
    joining,
    layers,
    linalg,
    linear_algebra,
    movement,
    network,
    reduction,
    scanning,
    selection,
    special,
)
from flambeau.testing.opinfo.table import SAMPLES, SPECIAL, Input, Sample, add_samples

__all__ = [
    "SAMPLES",
    "SPECIAL",
    "Input",
    "Sample",
    "add_samples",
    "complex_numbers",
    "compressed",
    "elementwise",
    "fourier",
    "gathering",
    "indexing",
    "joining",
    "layers",
    "linalg",
    "linear_algebra",
    "movement",
    "network",
    "reduction",
    "scanning",
    "selection",
    "special",
]
