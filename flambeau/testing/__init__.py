"""For tests: comparison of tensors, and a table of sample inputs for every operation."""

from __future__ import annotations

from flambeau.testing.comparison import assert_allclose, assert_close, make_tensor

__all__ = ["assert_allclose", "assert_close", "make_tensor"]
