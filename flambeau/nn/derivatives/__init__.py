"""Rows of VJPS for the operations of neural networks, one file per family."""

from __future__ import annotations

from flambeau.nn.derivatives import (
    activation,
    gathering,
    loss,
    normalization,
    products,
    recurrent,
    windows,
)

__all__ = ["activation", "gathering", "loss", "normalization", "products", "recurrent", "windows"]
