"""flambeau.fft: discrete Fourier transforms, under PyTorch's names."""

from __future__ import annotations

from flambeau.tensor.fourier import FUNCTIONS

__all__ = sorted(FUNCTIONS)

globals().update(FUNCTIONS)
