"""Derivatives of Fourier transforms: the transform the other way, with the scale moved over."""

from __future__ import annotations

from typing import Any

from flambeau.autograd.vjps.table import vjp
from flambeau.tensor.apply import apply
from flambeau.tensor.elementwise import where
from flambeau.tensor.fourier import FFT, OPPOSITE, RFFT
from flambeau.tensor.joining import cat
from flambeau.tensor.patterns import arange

__all__: list[str] = []


def _fft(g: Any, attributes: tuple) -> Any:
    dims, norm, inverse = attributes
    return apply(FFT, (g,), (dims, OPPOSITE[norm], not inverse))


def _rfft(g: Any, types: tuple, attributes: tuple) -> Any:
    """The missing half gets nothing; a real input takes the real part."""
    dims, norm, _ = attributes
    size, last = types[0].shape[dims[-1]], dims[-1]
    missing = tuple(size - n if d == last else n for d, n in enumerate(g._shape))
    whole = cat([g, g.new_zeros(missing)], last)
    return apply(FFT, (whole,), (dims, OPPOSITE[norm], True)).real  # type: ignore[attr-defined]


def _irfft(g: Any, types: tuple, attributes: tuple) -> Any:
    """Numbers that stand for two, themselves and their conjugate, count twice."""
    dims, norm, _, size = attributes
    half = apply(RFFT, (g,), (dims, OPPOSITE[norm], False))
    last = dims[-1]
    shape = tuple(-1 if d == last else 1 for d in range(len(g._shape)))
    place: Any = arange(half._shape[last]).reshape(shape)  # type: ignore[attr-defined]
    alone = (place == 0) | (place * 2 == size)
    return half * where(alone, 1.0, 2.0)  # type: ignore[operator]


vjp("fft", _fft)
vjp("rfft", _rfft)
vjp("irfft", _irfft)
