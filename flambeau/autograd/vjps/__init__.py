"""VJPS, one file per family of operations; table.py says how to write a row."""

from __future__ import annotations

from flambeau.autograd.vjps import (
    complex_numbers,
    compressed,
    creation,
    decompositions,
    elementwise,
    fourier,
    gathering,
    indexing,
    joining,
    linalg,
    movement,
    reduction,
    scanning,
    selection,
    solving,
    special,
    structure,
    variates,
)
from flambeau.autograd.vjps.table import (
    NON_DIFFERENTIABLE,
    VJPS,
    non_differentiable,
    vjp,
    vjp_joint,
)

__all__ = [
    "NON_DIFFERENTIABLE",
    "VJPS",
    "complex_numbers",
    "compressed",
    "creation",
    "decompositions",
    "elementwise",
    "fourier",
    "gathering",
    "indexing",
    "joining",
    "linalg",
    "movement",
    "non_differentiable",
    "reduction",
    "scanning",
    "selection",
    "solving",
    "special",
    "structure",
    "variates",
    "vjp",
    "vjp_joint",
]
