"""Samples of Fourier transforms of real numbers, seen as real numbers again."""

from __future__ import annotations

import flambeau
from flambeau.testing.opinfo.table import Input, add_samples

__all__: list[str] = []

X = Input((3, 5))
EVEN = Input((4, 6))
fft, parts = flambeau.fft, flambeau.view_as_real

add_samples(
    "fft", (lambda x: parts(fft.fft(x)), X), (lambda x: parts(fft.ifft2(x, norm="forward")), X),
    (lambda x: parts(fft.fft(x, 8, 0, "ortho")) ** 2, X),
)  # fmt: skip
add_samples(
    "rfft", (lambda x: parts(fft.rfft(x)) ** 2, X), (lambda x: parts(fft.rfft2(x)), EVEN),
    (lambda x: parts(fft.ihfft(x, norm="forward")) ** 2, EVEN),
)  # fmt: skip
add_samples(
    "irfft", (lambda x: fft.irfft(x) ** 2, X), (lambda x: fft.irfft(x * (1 + 2j), 7) ** 2, X),
    (lambda x: fft.irfft2(x * 1j) ** 2, EVEN), (lambda x: fft.hfft(x * (1 - 1j)) ** 2, EVEN),
)  # fmt: skip
