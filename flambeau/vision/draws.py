"""Random numbers for transforms, from the default generator's next draw."""

from __future__ import annotations

import numpy as np

from flambeau.engine.runtime.random import default_generator

__all__ = ["integer", "permutation", "uniform"]

_MASK = 0xFFFFFFFFFFFFFFFF


def _mixed(x: int) -> int:
    """Another 64-bit word, every bit of which depends on every bit of x (Steele et al. 2014)."""
    x = (x + 0x9E3779B97F4A7C15) & _MASK
    x = ((x ^ x >> 30) * 0xBF58476D1CE4E5B9) & _MASK
    x = ((x ^ x >> 27) * 0x94D049BB133111EB) & _MASK
    return x ^ x >> 31


def _word() -> int:
    low, high = default_generator.next_key()
    return _mixed(_mixed(int(low) | int(high) << 32))


def uniform(low: float = 0.0, high: float = 1.0) -> float:
    """A number in [low, high)."""
    return low + (high - low) * (_word() >> 11) / 2.0**53


def integer(low: int, high: int) -> int:
    """A whole number in [low, high)."""
    return low + (_word() * (high - low) >> 64)


def permutation(n: int) -> list[int]:
    """0 to n - 1 in random order."""
    return np.random.Generator(np.random.Philox(_word())).permutation(n).tolist()
