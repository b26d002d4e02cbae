"""Rows of VJPS for the operations of neural networks, one file per family."""

from __future__ import annotations

from flambeau.nn.derivatives import (
    activation,
    loss,
    normalization,
    products,
    recurrent,
    resampling,
    windows,
)

__all__ = ["activation", "loss", "normalization", "products", "recurrent", "resampling", "windows"]
