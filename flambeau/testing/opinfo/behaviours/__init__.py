"""BEHAVIOURS: what a function gives on every dtype and kind of view; see table.py."""

from __future__ import annotations

from flambeau.testing.opinfo.behaviours import (
    elementwise,
    indexing,
    joining,
    movement,
    products,
    reductions,
    sorting,
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
    "elementwise",
    "indexing",
    "joining",
    "movement",
    "products",
    "reductions",
    "sorting",
]
