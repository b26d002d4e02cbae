"""Window functions: tapers of M points, symmetric or periodic.

Two families of names: flambeau.hann_window(...) and flambeau.signal.windows.hann(...). Sources:
Harris, "On the use of windows for harmonic analysis with the discrete Fourier transform", 1978;
Nuttall, "Some windows with very good sidelobe behavior", 1981.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from flambeau.core import dtype as dt
from flambeau.core.errors import message
from flambeau.tensor.creation import check_device, check_dtype, check_layout, finish, tensor
from flambeau.tensor.tensor import Tensor

__all__ = ["FUNCTIONS", "SIGNAL"]

Array = np.ndarray[Any, Any]
Shape = Callable[..., Array]


# -- shapes: from the places of the points, k = 0 ... M - 1, and the last place n -----------------
def _cosines(k: Array, n: float, a: Sequence[float]) -> Array:
    """sum of (-1)**i a[i] cos(2 pi i k / n)."""
    result = np.zeros(k.shape)
    for i, weight in enumerate(a):
        result += (-1) ** i * weight * np.cos(2 * np.pi * i * k / n)
    return result


def _hamming(k: Array, n: float, alpha: float = 0.54) -> Array:
    return _cosines(k, n, (alpha, 1 - alpha))


def _bartlett(k: Array, n: float) -> Array:
    return 1 - np.abs(2 * k / n - 1)


def _kaiser(k: Array, n: float, beta: float) -> Array:
    inside = np.clip(1 - (2 * k / n - 1) ** 2, 0, None)
    return np.asarray(np.i0(beta * np.sqrt(inside)) / np.i0(np.array(beta)))


def _gaussian(k: Array, n: float, std: float) -> Array:
    return np.exp(-0.5 * ((k - n / 2) / std) ** 2)


def _exponential(k: Array, n: float, center: float | None, tau: float) -> Array:
    return np.exp(-np.abs(k - (n / 2 if center is None else center)) / tau)


def _cosine(k: Array, n: float) -> Array:
    return np.sin(np.pi * (k + 0.5) / (n + 1))


NUTTALL = (0.3635819, 0.4891775, 0.1365995, 0.0106411)
BLACKMAN = (0.42, 0.5, 0.08)


def _points(name: str, count: int, is_symmetric: bool, shape: Shape, *arguments: Any) -> Array:
    """The window; a periodic one is a longer symmetric one without its last point."""
    if count == 1:
        return np.ones(1)
    n = float(count - 1 if is_symmetric else count)
    return shape(np.arange(count, dtype=np.float64), n, *arguments)


# -- flambeau.hann_window and its like ------------------------------------------------------------
def _window(name: str, shape: Shape, doc: str, **defaults: float) -> Callable[..., Tensor]:
    names = tuple(defaults)

    def function(
        window_length: int, *args: Any, dtype: Any = None, layout: Any = None, device: Any = None,
        pin_memory: bool = False, requires_grad: bool = False, **kwargs: Any,
    ) -> Tensor:  # fmt: skip
        given = dict(zip(("periodic", *names), args, strict=False))
        if len(args) > 1 + len(names) or kwargs.keys() - {"periodic", *names} - given.keys():
            raise TypeError(
                f"{name}(): given {len(args) + 1} arguments and {sorted(kwargs)}; required: "
                f"window_length, periodic{''.join(f', {n}' for n in names)}"
            )
        given.update(kwargs)
        check_device(name, device)
        check_layout(name, layout)
        dtype = check_dtype(name, dtype)
        if window_length < 0:
            raise RuntimeError(
                f"{name} requires non-negative window_length, got window_length={window_length}"
            )
        if not dtype.is_floating_point:
            raise RuntimeError(
                f"{name} expects floating point dtypes, got: {dtype.name}; try flambeau.float32"
            )
        arguments = [float(given.get(n, d)) for n, d in defaults.items()]
        is_periodic = bool(given.get("periodic", True))
        points = _points(name, int(window_length), not is_periodic, shape, *arguments)
        return finish(name, tensor(points, dtype=dtype), requires_grad, None)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = doc
    return function


def _general_hamming(k: Array, n: float, alpha: float, beta: float) -> Array:
    return alpha - beta * np.cos(2 * np.pi * k / n)


FUNCTIONS: dict[str, Callable[..., Tensor]] = {
    "hann_window": _window(
        "hann_window", lambda k, n: _hamming(k, n, 0.5),
        """Hann's window of `window_length` points, periodic unless said otherwise.

    >>> import flambeau
    >>> flambeau.hann_window(4)
    tensor([0.0000, 0.5000, 1.0000, 0.5000])
    """,
    ),
    "hamming_window": _window(
        "hamming_window", _general_hamming, "alpha - beta cos(2 pi k / n).", alpha=0.54, beta=0.46
    ),
    "blackman_window": _window(
        "blackman_window", lambda k, n: _cosines(k, n, BLACKMAN), "Blackman's window."
    ),
    "bartlett_window": _window("bartlett_window", _bartlett, "The triangle from 0 to 1 to 0."),
    "kaiser_window": _window(
        "kaiser_window", _kaiser, "Kaiser's window; a larger beta tapers more.", beta=12.0
    ),
}  # fmt: skip


# -- flambeau.signal.windows ----------------------------------------------------------------------
def _signal(name: str, shape: Shape, doc: str, check: Any = None, **defaults: Any) -> Any:
    def function(
        M: int, *, sym: bool = True, dtype: Any = None, layout: Any = None,  # noqa: N803 - PyTorch's
        device: Any = None, requires_grad: bool = False, **given: Any,
    ) -> Tensor:  # fmt: skip
        unknown = given.keys() - defaults.keys()
        if unknown:
            raise TypeError(f"{name}() got an unexpected keyword argument {min(unknown)!r}")
        check_device(name, device)
        check_layout(name, layout)
        dtype = check_dtype(name, dtype)
        if M < 0:
            raise ValueError(f"{name} requires non-negative window length, got M={M}")
        if dtype not in (dt.float32, dt.float64):
            raise ValueError(f"{name} expects float32 or float64 dtypes, got: {dtype.name}")
        arguments = {**defaults, **given}
        if check is not None:
            check(sym=sym, **arguments)
        points = _points(name, int(M), sym, shape, *arguments.values())
        return finish(name, tensor(points, dtype=dtype), requires_grad, None)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = doc
    return function


def _check_positive(name: str, key: str) -> Callable[..., None]:
    def check(**arguments: Any) -> None:
        if arguments[key] <= 0:
            raise ValueError(
                message(name, f"{key}={arguments[key]}",
                        f"{'Tau' if key == 'tau' else 'Standard deviation'} must be positive")
            )  # fmt: skip

    return check


def _check_exponential(sym: bool, center: Any, tau: float) -> None:
    _check_positive("exponential", "tau")(tau=tau)
    if sym and center is not None:
        raise ValueError("exponential: Center must be None for symmetric windows; try sym=False")


def _check_beta(sym: bool, beta: float) -> None:
    if beta < 0:
        raise ValueError(f"kaiser: beta must be non-negative, got: {beta} instead.")


def _check_cosines(sym: bool, a: Any) -> None:
    if not isinstance(a, Sequence) or not a:
        raise TypeError("general_cosine: Coefficients must be a non-empty list/tuple")


SIGNAL: dict[str, Callable[..., Tensor]] = {
    "bartlett": _signal("bartlett", _bartlett, "The triangle from 0 to 1 to 0."),
    "blackman": _signal("blackman", lambda k, n: _cosines(k, n, BLACKMAN), "Blackman's window."),
    "cosine": _signal("cosine", _cosine, "Half a wave: sin(pi (k + 1/2) / M)."),
    "exponential": _signal(
        "exponential", _exponential, "exp(-|k - center| / tau).", _check_exponential,
        center=None, tau=1.0,
    ),
    "gaussian": _signal(
        "gaussian", _gaussian, "exp(-(k - center)**2 / (2 std**2)).",
        _check_positive("gaussian", "std"), std=1.0,
    ),
    "general_cosine": _signal(
        "general_cosine", _cosines, "The sum of (-1)**i a[i] cos(2 pi i k / n).", _check_cosines,
        a=None,
    ),
    "general_hamming": _signal(
        "general_hamming", _hamming, "alpha - (1 - alpha) cos(2 pi k / n).", alpha=0.54
    ),
    "hamming": _signal("hamming", _hamming, "0.54 - 0.46 cos(2 pi k / n)."),
    "hann": _signal(
        "hann", lambda k, n: _hamming(k, n, 0.5),
        """Hann's window of M points, symmetric unless said otherwise.

    >>> import flambeau
    >>> flambeau.signal.windows.hann(5)
    tensor([0.0000, 0.5000, 1.0000, 0.5000, 0.0000])
    """,
    ),
    "kaiser": _signal(
        "kaiser", _kaiser, "Kaiser's window; a larger beta tapers more.", _check_beta, beta=12.0
    ),
    "nuttall": _signal("nuttall", lambda k, n: _cosines(k, n, NUTTALL), "Nuttall's window."),
}  # fmt: skip
