"""flambeau.signal.windows, under PyTorch's names."""

from __future__ import annotations

from flambeau.tensor.windows import SIGNAL

__all__ = sorted(SIGNAL)

globals().update(SIGNAL)
