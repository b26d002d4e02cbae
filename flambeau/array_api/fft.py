"""Discrete Fourier transforms of the array API standard: the extension `fft`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flambeau import fft as ours
from flambeau.core.dtype import DType
from flambeau.tensor.tensor import Tensor


def _along_one(name: str) -> Callable[..., Tensor]:
    function = getattr(ours, name)

    def call(x: Tensor, /, *, n: int | None = None, axis: int = -1, norm: str = "backward") -> Any:
        return function(x, n, axis, norm)

    return _named(call, function)


def _along_several(name: str) -> Callable[..., Tensor]:
    function = getattr(ours, name)

    def call(
        x: Tensor, /, *, s: Sequence[int] | None = None, axes: Sequence[int] | None = None,
        norm: str = "backward",
    ) -> Any:  # fmt: skip
        return function(x, s, axes, norm)

    return _named(call, function)


def _shift(name: str) -> Callable[..., Tensor]:
    function = getattr(ours, name)

    def call(x: Tensor, /, *, axes: int | Sequence[int] | None = None) -> Any:
        return function(x, axes)

    return _named(call, function)


def _frequencies(name: str) -> Callable[..., Tensor]:
    function = getattr(ours, name)

    def call(
        n: int, /, *, d: float = 1.0, dtype: DType | None = None, device: Any = None
    ) -> Any:  # fmt: skip
        return function(n, d, dtype=dtype, device=device)

    return _named(call, function)


def _named(call: Any, function: Callable[..., Any]) -> Any:
    call.__name__ = call.__qualname__ = function.__name__
    call.__doc__ = function.__doc__
    return call


fft, ifft, rfft, irfft, hfft, ihfft = map(_along_one, "fft ifft rfft irfft hfft ihfft".split())
fftn, ifftn, rfftn, irfftn = map(_along_several, "fftn ifftn rfftn irfftn".split())
fftshift, ifftshift = map(_shift, ("fftshift", "ifftshift"))
fftfreq, rfftfreq = map(_frequencies, ("fftfreq", "rfftfreq"))

__all__ = [
    "fft", "fftfreq", "fftn", "fftshift", "hfft", "ifft", "ifftn", "ifftshift", "ihfft", "irfft",
    "irfftn", "rfft", "rfftfreq", "rfftn",
]  # fmt: skip
