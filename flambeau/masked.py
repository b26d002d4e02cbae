"""flambeau.masked: operations on the elements that a mask keeps, under PyTorch's names."""

from __future__ import annotations

from flambeau.tensor.masked_reductions import FUNCTIONS

__all__ = sorted(FUNCTIONS)

globals().update(FUNCTIONS)
