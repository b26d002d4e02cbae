"""PyTorch's switches of libraries, which programs read and set; there are no such libraries here.

`settings` stand for what a library could do: they keep what a program sets, and change nothing,
since results here are deterministic and products of float32 are computed in float32 always.
"""

from __future__ import annotations

from flambeau.backends import cpu, cuda, cudnn, mkl, mkldnn, mps, openmp, opt_einsum

__all__ = ["cpu", "cuda", "cudnn", "mkl", "mkldnn", "mps", "openmp", "opt_einsum"]
