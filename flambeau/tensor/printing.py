"""How a tensor is shown: PyTorch's format of numbers, columns, summaries and suffixes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from flambeau.core import dtype as dt
from flambeau.core.dtype import DType
from flambeau.engine.graph.meaning.values import hold
from flambeau.tensor.boundary import read
from flambeau.tensor.promotion import get_default_dtype
from flambeau.tensor.tensor import Tensor
from flambeau.tensor.view import grad_fn_of

__all__ = ["Options", "get_printoptions", "number_style", "set_printoptions", "tensor_text"]


class Options:
    """What `set_printoptions` sets."""

    precision = 4  # digits after the point
    threshold = 1000.0  # more elements are summarised
    edgeitems = 3  # elements shown at each end of a summarised dim
    linewidth = 80  # characters
    sci_mode: bool | None = None  # None: decided for each tensor


options = Options()

PROFILES = {
    "default": (4, 1000, 3, 80),
    "short": (2, 1000, 2, 80),
    "full": (4, math.inf, 3, 80),
}


def set_printoptions(
    precision: int | None = None,
    threshold: float | None = None,
    edgeitems: int | None = None,
    linewidth: int | None = None,
    profile: str | None = None,
    sci_mode: bool | None = None,
) -> None:
    """Set how tensors are shown; `profile` is "default", "short" or "full".

    precision: digits after the point; threshold: more elements are summarised; edgeitems: how
    many are shown at each end of a summarised dim; linewidth: in characters; sci_mode: whether
    numbers are shown as 1.0000e+00 (None: as needed).

    >>> import flambeau
    >>> flambeau.set_printoptions(precision=2)
    >>> flambeau.tensor([1.23456])
    tensor([1.23])
    >>> flambeau.set_printoptions(profile="default")
    """
    if profile is not None:
        if profile not in PROFILES:
            raise ValueError(
                f"set_printoptions: given profile {profile!r}; required: one of {list(PROFILES)}"
            )
        values = PROFILES[profile]
        options.precision, options.threshold, options.edgeitems, options.linewidth = values
    given = {"precision": precision, "threshold": threshold, "edgeitems": edgeitems,
             "linewidth": linewidth}  # fmt: skip
    for name, value in given.items():
        if value is not None:
            setattr(options, name, value)
    options.sci_mode = sci_mode


def get_printoptions() -> dict[str, Any]:
    """The present options, as `set_printoptions` takes them."""
    names = ("precision", "threshold", "edgeitems", "linewidth", "sci_mode")
    return {name: getattr(options, name) for name in names}


# -- one number ---------------------------------------------------------------------------------
class _Style:
    """How all numbers of one tensor are shown: in one form and one width."""

    def __init__(self, shown: np.ndarray, dtype: DType) -> None:
        self.is_float = dtype.is_floating_point
        self.is_whole = True  # every finite number is an integer
        self.is_scientific = False
        self.width = 1
        flat = shown.reshape(-1)
        if not self.is_float:
            self.width = max((len(str(v)) for v in flat.tolist()), default=1)
            return
        numbers = flat[np.isfinite(flat) & (flat != 0)].astype(np.float64)
        if numbers.size == 0:
            return
        size = np.abs(numbers)
        least, most = float(size.min()), float(size.max())
        self.is_whole = bool((numbers == np.ceil(numbers)).all())
        if options.sci_mode is None:
            self.is_scientific = most / least > 1000.0 or most > 1.0e8 or least < 1.0e-4
        else:
            self.is_scientific = options.sci_mode
        extra = 1 if self.is_whole and not self.is_scientific else 0  # the point
        self.width = max(len(self._text(v)) for v in numbers.tolist()) + extra

    def _text(self, value: float) -> str:
        if self.is_scientific:
            return f"{value:.{options.precision}e}"
        return f"{value:.0f}" if self.is_whole else f"{value:.{options.precision}f}"

    def __call__(self, value: Any) -> str:
        if not self.is_float:
            return str(value).rjust(self.width)
        text = self._text(value)
        if self.is_whole and not self.is_scientific and math.isfinite(value):
            text += "."
        return text.rjust(self.width)


class _ComplexStyle:
    """Real and imaginary parts each in a style of their own."""

    def __init__(self, shown: np.ndarray) -> None:
        self.real = _Style(shown.real, dt.float64)
        self.imaginary = _Style(shown.imag, dt.float64)
        self.width = self.real.width + self.imaginary.width + 1

    def __call__(self, value: complex) -> str:
        real, imaginary = self.real(value.real), self.imaginary(value.imag).lstrip()
        sign = "" if imaginary[0] == "-" else "+"
        return f"{real}{sign}{imaginary}j"


def number_style(shown: np.ndarray, dtype: DType) -> Any:
    """A function from an element to its text, in the form and width that all of `shown` need."""
    return _ComplexStyle(shown) if dtype.is_complex else _Style(shown, dtype)


# -- rows and columns ---------------------------------------------------------------------------
def _summary(array: np.ndarray) -> np.ndarray:
    """Only the elements that a summary shows."""
    edge = options.edgeitems
    for axis, n in enumerate(array.shape):
        if n > 2 * edge:
            keep = np.r_[0:edge, n - edge : n]
            array = array.take(keep, axis)
    return array


def _row(values: list, indent: int, style: Any, is_cut: bool) -> str:
    edge = options.edgeitems
    per_line = max(1, (options.linewidth - indent) // (style.width + 2))
    if is_cut and not edge:
        texts = ["..."]
    elif is_cut and len(values) > 2 * edge:
        texts = [
            *[style(v) for v in values[:edge]],
            " ...",
            *[style(v) for v in values[len(values) - edge :]],
        ]
    else:
        texts = [style(v) for v in values]
    lines = [", ".join(texts[i : i + per_line]) for i in range(0, len(texts), per_line)]
    return "[" + (",\n" + " " * (indent + 1)).join(lines) + "]"


def _block(array: np.ndarray, indent: int, style: Any, is_cut: bool) -> str:
    if array.ndim == 0:
        return str(style(array.item()))
    if array.ndim == 1:
        return _row(array.tolist(), indent, style, is_cut)
    edge, n = options.edgeitems, array.shape[0]
    if is_cut and n > 2 * edge:
        chosen: list[int | None] = [*range(edge), None, *range(n - edge, n)]
    else:
        chosen = list(range(n))
    parts = ["..." if i is None else _block(array[i], indent + 1, style, is_cut) for i in chosen]
    return "[" + ("," + "\n" * (array.ndim - 1) + " " * (indent + 1)).join(parts) + "]"


def contents(array: np.ndarray, dtype: DType, indent: int) -> str:
    is_cut = array.size > options.threshold
    shown = _summary(array) if is_cut else array
    return _block(array, indent, number_style(shown, dtype), is_cut)


# -- the whole ----------------------------------------------------------------------------------
def tensor_text(x: Tensor) -> str:
    """What repr(x) and str(x) return."""
    prefix = "tensor(" if type(x).__module__.startswith("flambeau") else f"{type(x).__name__}("
    grad_fn = grad_fn_of(x) if x._base is not None or x._grad_fn is not None else None
    array = hold(read(x), x.dtype)
    dtype = x.dtype
    suffixes = []
    default = get_default_dtype()
    plain = (default, dt.int64, dt.bool_, default.to_complex())
    if array.size == 0:
        if array.ndim != 1:
            suffixes.append(f"size={tuple(array.shape)}")
        if dtype is not default:
            suffixes.append(f"dtype={dtype}")
        text = "[]"
    else:
        if not options.edgeitems:
            suffixes.append(f"size={tuple(array.shape)}")
        if dtype not in plain:
            suffixes.append(f"dtype={dtype}")
        text = contents(array, dtype, len(prefix))
    if grad_fn is not None:
        suffixes.append(f"grad_fn=<{grad_fn.name()}>")
    elif x._requires_grad:
        suffixes.append("requires_grad=True")
    return with_suffixes(prefix + text, suffixes, len(prefix))


def with_suffixes(text: str, suffixes: list[str], indent: int, apart: bool = False) -> str:
    """Suffixes go on the last line while they fit (and not `apart`), else on lines of their own."""
    parts = [text]
    length = len(text) - text.rfind("\n") + 1
    for suffix in suffixes:
        if apart or length + len(suffix) + 2 > options.linewidth:
            parts.append(",\n" + " " * indent + suffix)
            length = indent + len(suffix)
            apart = False
        else:
            parts.append(", " + suffix)
            length += len(suffix) + 2
    return "".join(parts) + ")"
