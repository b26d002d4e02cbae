"""Linear algebra on batches of matrices, which are the last two dims, with PyTorch's names."""

from __future__ import annotations

from flambeau.core.errors import LinAlgError
from flambeau.tensor.linear_algebra import LINALG

__all__ = ["LinAlgError"]

globals().update(LINALG)
__all__ += sorted(LINALG)
