"""Short-time Fourier transforms: the spectra of overlapping pieces of a signal, and back."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

from flambeau.core.errors import message
from flambeau.tensor.apply import apply
from flambeau.tensor.complex_numbers import view_as_real
from flambeau.tensor.cotangent import AS_STRIDED_SUM
from flambeau.tensor.fourier import fft, ifft, irfft, rfft
from flambeau.tensor.joining import cat
from flambeau.tensor.shaping import narrow, transpose, unsqueeze
from flambeau.tensor.tensor import Tensor

__all__ = ["FUNCTIONS", "istft", "stft"]


def _sizes(name: str, n_fft: int, hop_length: int | None, win_length: int | None) -> tuple:
    """(hop, window length), checked."""
    hop = n_fft // 4 if hop_length is None else hop_length
    size = n_fft if win_length is None else win_length
    if hop <= 0:
        raise RuntimeError(
            message(name, f"n_fft={n_fft}, hop_length={hop}",
                    f"expected hop_length > 0, but got hop_length={hop}")
        )  # fmt: skip
    if not 0 < size <= n_fft:
        raise RuntimeError(
            message(name, f"n_fft={n_fft}, win_length={size}",
                    f"expected 0 < win_length <= n_fft, but got win_length={size}")
        )  # fmt: skip
    return hop, size


def _taper(name: str, window: Tensor | None, size: int, n_fft: int, like: Tensor) -> Any:
    """The window with zeros on both sides up to n_fft points; ones if none is given."""
    if window is None:
        warnings.warn(
            f"{name}: A window was not provided. A rectangular window will be applied, which is "
            "known to cause spectral leakage; try window=flambeau.hann_window(win_length), or "
            "flambeau.ones(win_length) to keep the rectangle without this warning",
            UserWarning, stacklevel=3,
        )  # fmt: skip
        window = like.new_ones(size, dtype=like.dtype.to_real())  # type: ignore[attr-defined]
    if window._shape != (size,):
        raise RuntimeError(
            message(name, f"a window of shape {list(window._shape)}",
                    f"expected a 1D window tensor of size equal to win_length={size}")
        )  # fmt: skip
    left = (n_fft - size) // 2
    if size == n_fft:
        return window
    zeros = window.new_zeros  # type: ignore[attr-defined]
    return cat([zeros(left), window, zeros(n_fft - size - left)])


def _reflected(x: Any, size: int, mode: str) -> Any:
    """x, of shape (batch, n), with `size` more points on both sides."""
    n = x._shape[-1]
    if mode == "constant":
        zeros = x.new_zeros(x._shape[0], size)
        return cat([zeros, x, zeros], 1)
    if mode == "reflect":
        if size >= n:
            raise RuntimeError(
                f"stft: Padding size should be less than the corresponding input dimension, but "
                f"got: padding ({size}, {size}) at dimension 1 of input {list(x._shape)}; try a "
                "smaller n_fft or center=False"
            )
        return cat([narrow(x, 1, 1, size).flip(1), x, narrow(x, 1, n - 1 - size, size).flip(1)], 1)  # type: ignore[attr-defined]
    if mode == "replicate":
        ends = [narrow(x, 1, i, 1).expand(-1, size) for i in (0, n - 1)]  # type: ignore[attr-defined]
        return cat([ends[0], x, ends[1]], 1)
    if mode == "circular":
        return cat([narrow(x, 1, n - size, size), x, narrow(x, 1, 0, size)], 1)
    raise NotImplementedError(
        message("stft", f"pad_mode {mode!r}", "constant, reflect, replicate or circular")
    )


def stft(
    input: Tensor, n_fft: int, hop_length: int | None = None, win_length: int | None = None,
    window: Tensor | None = None, center: bool = True, pad_mode: str = "reflect",
    normalized: bool = False, onesided: bool | None = None, return_complex: bool | None = None,
    align_to_window: bool | None = None,
) -> Tensor:  # fmt: skip
    """The spectra of pieces of n_fft points, hop_length apart.

    A signal (batch, n) or (n) gives complex (batch, frequencies, pieces), or without the batch;
    frequencies are n_fft // 2 + 1 if onesided (so by default for real signals), else n_fft.

    >>> import flambeau
    >>> x = flambeau.arange(16.0)
    >>> flambeau.stft(x, 8, window=flambeau.hann_window(8), return_complex=True).shape
    flambeau.Size([5, 9])
    """
    x: Any = input
    is_complex = x.dtype.is_complex or (window is not None and window.dtype.is_complex)
    if return_complex is None:
        if not is_complex:
            raise RuntimeError(
                "stft requires the return_complex parameter be given for real inputs; try "
                "return_complex=True"
            )
        return_complex = True
    if x.dtype.category in ("bool", "int") or len(x._shape) not in (1, 2):
        raise RuntimeError(
            message("stft", f"a tensor of dtype {x.dtype.name} and shape {list(x._shape)}",
                    "expected a 1D or 2D tensor of floating point or complex values")
        )  # fmt: skip
    has_batch = len(x._shape) == 2
    x = x if has_batch else unsqueeze(x, 0)
    hop, size = _sizes("stft", n_fft, hop_length, win_length)
    taper = _taper("stft", window, size, n_fft, x)
    if center:
        x = _reflected(x, n_fft // 2, pad_mode)
    if not 0 < n_fft <= x._shape[-1]:
        raise RuntimeError(
            message("stft", f"{x._shape[-1]} points",
                    f"expected 0 < n_fft <= {x._shape[-1]}, but got n_fft={n_fft}")
        )  # fmt: skip
    if onesided and is_complex:
        raise RuntimeError("stft: Cannot have onesided output if window or input is complex")
    onesided = not is_complex if onesided is None else onesided
    pieces = x.unfold(-1, n_fft, hop) * taper
    norm = "ortho" if normalized else "backward"
    spectra = rfft(pieces, norm=norm) if onesided else fft(pieces, norm=norm)
    spectra = transpose(spectra, 1, 2)
    result: Any = spectra if has_batch else spectra[0]  # type: ignore[index]
    return result if return_complex else view_as_real(result)


def istft(
    input: Tensor, n_fft: int, hop_length: int | None = None, win_length: int | None = None,
    window: Tensor | None = None, center: bool = True, normalized: bool = False,
    onesided: bool | None = None, length: int | None = None, return_complex: bool = False,
) -> Tensor:  # fmt: skip
    """The signal whose `stft` comes closest: pieces are weighted, added, and divided by what
    their weights add up to (Griffin and Lim, 1984)."""
    x: Any = input
    if not x.dtype.is_complex or len(x._shape) not in (2, 3):
        raise RuntimeError(
            message("istft", f"a tensor of dtype {x.dtype.name} and shape {list(x._shape)}",
                    "istft requires a complex-valued input tensor matching the output from stft "
                    "with return_complex=True, of 2 or 3 dims")
        )  # fmt: skip
    has_batch = len(x._shape) == 3
    x = x if has_batch else unsqueeze(x, 0)
    hop, size = _sizes("istft", n_fft, hop_length, win_length)
    if hop > size:
        raise RuntimeError(
            message("istft", f"hop_length={hop}, win_length={size}",
                    "expected 0 < hop_length <= win_length")
        )  # fmt: skip
    frequencies, count = x._shape[1], x._shape[2]
    onesided = frequencies != n_fft if onesided is None else onesided
    wanted = n_fft // 2 + 1 if onesided else n_fft
    if frequencies != wanted:
        raise RuntimeError(
            message("istft", f"{frequencies} frequencies and n_fft={n_fft}",
                    f"expected the frequency dimension (3rd to the last) of the input tensor to "
                    f"match n_fft, {wanted}", f"onesided={not onesided}")
        )  # fmt: skip
    if return_complex and onesided:
        raise RuntimeError("istft: Cannot have onesided output if window or input is complex")
    taper = _taper("istft", window, size, n_fft, x)
    norm = "ortho" if normalized else "backward"
    spectra = transpose(x, 1, 2)
    # a real signal is told by the first half of its frequencies
    pieces: Any = ifft(spectra, norm=norm) if return_complex else irfft(spectra, n_fft, norm=norm)
    signal = _overlapped(pieces * taper, hop)
    weights = _overlapped((taper * taper).expand(1, count, n_fft), hop)
    return _cut(signal, weights, n_fft, length, center, has_batch)


def _overlapped(pieces: Any, hop: int) -> Any:
    """Pieces (batch, count, n) added up, each `hop` after the one before."""
    batch, count, n = pieces._shape
    total = n + hop * (count - 1)
    layout = ((batch, count, n), (total, hop, 1), 0)
    return apply(AS_STRIDED_SUM, (pieces,), ((batch, total), *layout))


def _cut(signal: Any, weights: Any, n_fft: int, length: int | None, center: bool,
         has_batch: bool) -> Any:  # fmt: skip
    total = signal._shape[1]
    start = n_fft // 2 if center else 0
    end = total - start if length is None else start + length
    stop = min(end, total)
    signal, weights = (narrow(t, 1, start, max(stop - start, 0)) for t in (signal, weights))
    least = weights.abs().min().item() if weights._shape[1] else 1.0
    if least < 1e-11:
        raise RuntimeError(
            message("istft", f"a window whose overlaps add up to {least:g} at one point",
                    "window overlap add min: 1: more than 1e-11 everywhere",
                    "a smaller hop_length, or another window")
        )  # fmt: skip
    signal = signal / weights
    if end > total:
        warnings.warn(
            "istft: The length of signal is shorter than the length parameter. Result is being "
            "padded with zeros in the tail; check center and hop_length",
            UserWarning, stacklevel=3,
        )  # fmt: skip
        signal = cat([signal, signal.new_zeros(signal._shape[0], end - stop)], 1)
    return signal if has_batch else signal[0]


FUNCTIONS: dict[str, Callable[..., Tensor]] = {"stft": stft, "istft": istft}
METHODS: dict[str, Callable[..., Any]] = {}
