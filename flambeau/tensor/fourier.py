"""Discrete Fourier transforms: flambeau.fft.

Operations, with attributes (dims, norm, inverse):
  fft (x)      complex to complex
  rfft (x)     real to complex, the half of the last dim that tells all
  irfft (x)    that half to real; one more attribute: the size of the last dim
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from flambeau.core import dtype as dt
from flambeau.core.errors import message
from flambeau.core.shape import normalize_dim
from flambeau.core.types import Shape
from flambeau.engine.graph import build
from flambeau.engine.graph.node import Node
from flambeau.tensor.apply import apply
from flambeau.tensor.complex_numbers import conj
from flambeau.tensor.creation import check_dtype, finish
from flambeau.tensor.inplace import TO, into
from flambeau.tensor.joining import cat, roll
from flambeau.tensor.operation import operation
from flambeau.tensor.patterns import arange
from flambeau.tensor.promotion import get_default_dtype
from flambeau.tensor.shaping import narrow
from flambeau.tensor.tensor import Tensor

__all__ = ["FFT", "FUNCTIONS", "IRFFT", "OPPOSITE", "RFFT"]

# the adjoint of a transform is the transform the other way with the scale on the other side
OPPOSITE = {"backward": "forward", "forward": "backward", "ortho": "ortho"}


# -- operations ---------------------------------------------------------------------------------
@operation("fft")
def FFT(x: Node, dims: Shape, norm: str, inverse: bool) -> Node:
    return build.routine("fft", (x,), (dims, norm, inverse))[0]


@operation("rfft")
def RFFT(x: Node, dims: Shape, norm: str, inverse: bool) -> Node:
    return build.routine("rfft", (x,), (dims, norm, inverse))[0]


@operation("irfft")
def IRFFT(x: Node, dims: Shape, norm: str, inverse: bool, size: int) -> Node:
    return build.routine("irfft", (x,), (dims, norm, inverse, size))[0]


# -- arguments ----------------------------------------------------------------------------------
def _input(name: str, x: Any) -> Tensor:
    """x as a floating-point or complex tensor."""
    if not isinstance(x, Tensor):
        raise TypeError(f"{name}(): argument 'input' must be Tensor, not {type(x).__name__}")
    if x.dtype in (dt.float16, dt.bfloat16):
        raise RuntimeError(
            message(name, f"a tensor of dtype {x.dtype.name}", "Unsupported dtype: float32, "
                    "float64 or complex numbers", ".float()")
        )  # fmt: skip
    if x.dtype.category in ("bool", "int"):
        return apply(TO, (x,), (get_default_dtype(),))
    return x


def _complex(x: Tensor) -> Tensor:
    return x if x.dtype.is_complex else apply(TO, (x,), (x.dtype.to_complex(),))


def _need_real(name: str, x: Tensor) -> None:
    if x.dtype.is_complex:
        raise RuntimeError(
            message(name, f"a tensor of dtype {x.dtype.name}",
                    f"{name} expects a real input tensor", "fft, or .real")
        )  # fmt: skip


def _norm(name: str, norm: Any) -> str:
    if norm is None:
        return "backward"
    if norm not in OPPOSITE:
        raise RuntimeError(
            message(name, f"norm {norm!r}", 'Invalid normalization mode: one of "forward", '
                    '"backward", "ortho"')
        )  # fmt: skip
    return norm  # type: ignore[no-any-return]


def _dims(name: str, x: Tensor, dim: Any, sizes: Any) -> Shape:
    """The dims of a transform, not negative: all of them, or the last ones that sizes name."""
    ndim = len(x._shape)
    if dim is None:
        count = ndim if sizes is None else len(sizes)
        if count > ndim:
            raise RuntimeError(
                message(name, f"s of {count} sizes for a tensor of {ndim} dims",
                        "Got shape with more values than input has dimensions")
            )  # fmt: skip
        dim = range(ndim - count, ndim)
    dims = tuple(normalize_dim(name, d, ndim) for d in _several(dim))
    if len(set(dims)) != len(dims):
        raise RuntimeError(message(name, f"dims {list(dims)}", "FFT dims must be unique"))
    if sizes is not None and len(sizes) != len(dims):
        raise RuntimeError(
            message(name, f"{len(dims)} dims and {len(sizes)} sizes",
                    "When given, dim and shape arguments must have the same length")
        )  # fmt: skip
    return dims


def _resized(name: str, x: Tensor, dims: Shape, sizes: Sequence[int]) -> Tensor:
    """x cut or filled with zeros to these sizes; -1 keeps one."""
    for d, n in zip(dims, sizes, strict=True):
        n = x._shape[d] if n == -1 else int(n)
        if n < 1:
            raise RuntimeError(
                message(name, f"{n} data points along dim {d}",
                        f"Invalid number of data points ({n}) specified", "at least 1")
            )  # fmt: skip
        size = x._shape[d]
        if n < size:
            x = narrow(x, d, 0, n)
        elif n > size:
            missing = tuple(n - size if i == d else m for i, m in enumerate(x._shape))
            x = cat([x, x.new_zeros(missing)], d)  # type: ignore[attr-defined]
    return x


# -- transforms ---------------------------------------------------------------------------------
def _forward(name: str, x: Any, sizes: Any, dims: Any, norm: Any, inverse: bool) -> Tensor:
    x, norm = _input(name, x), _norm(name, norm)
    at = _dims(name, x, dims, sizes)
    x = _complex(_resized(name, x, at, sizes or (-1,) * len(at)))
    return apply(FFT, (x,), (at, norm, inverse)) if at else x


def _to_half(name: str, x: Any, sizes: Any, dims: Any, norm: Any) -> Tensor:
    x, norm = _input(name, x), _norm(name, norm)
    _need_real(name, x)
    at = _dims(name, x, dims, sizes)
    if not at:
        raise RuntimeError(message(name, "no dims", f"{name} must transform at least one axis"))
    x = _resized(name, x, at, sizes or (-1,) * len(at))
    return apply(RFFT, (x,), (at, norm, False))


def _to_whole(name: str, x: Any, sizes: Any, dims: Any, norm: Any) -> Tensor:
    x, norm = _input(name, x), _norm(name, norm)
    at = _dims(name, x, dims, sizes)
    if not at:
        raise RuntimeError(message(name, "no dims", f"{name} must transform at least one axis"))
    sizes = list(sizes) if sizes is not None else [-1] * len(at)
    last = 2 * (x._shape[at[-1]] - 1) if sizes[-1] == -1 else int(sizes[-1])
    if last < 1:
        raise RuntimeError(
            message(name, f"{last} data points along dim {at[-1]}",
                    f"Invalid number of data points ({last}) specified", "n of at least 1")
        )  # fmt: skip
    x = _complex(_resized(name, x, at, [*sizes[:-1], last // 2 + 1]))
    return apply(IRFFT, (x,), (at, norm, True, last))


def _one(n: Any) -> Any:
    return None if n is None else (n,)


def _several(x: Any) -> Any:
    """Dims or sizes: one stands for itself."""
    return (x,) if isinstance(x, int) else x


def _finished(result: Tensor, out: Any, name: str) -> Tensor:
    return result if out is None else into(out, result, name)


def fft(input: Tensor, n: int | None = None, dim: int = -1, norm: str | None = None, *,
        out: Any = None) -> Tensor:  # fmt: skip
    """The discrete Fourier transform along a dim, of n points (cut or filled with zeros).

    >>> import flambeau
    >>> flambeau.fft.fft(flambeau.tensor([1.0, 2.0, 3.0, 4.0]))
    tensor([10.+0.j, -2.+2.j, -2.+0.j, -2.-2.j])
    """
    return _finished(_forward("fft", input, _one(n), (dim,), norm, False), out, "fft")


def ifft(input: Tensor, n: int | None = None, dim: int = -1, norm: str | None = None, *,
         out: Any = None) -> Tensor:  # fmt: skip
    """The inverse of `fft`."""
    return _finished(_forward("ifft", input, _one(n), (dim,), norm, True), out, "ifft")


def rfft(input: Tensor, n: int | None = None, dim: int = -1, norm: str | None = None, *,
         out: Any = None) -> Tensor:  # fmt: skip
    """`fft` of real numbers: the first n // 2 + 1 numbers, which tell the others."""
    return _finished(_to_half("rfft", input, _one(n), (dim,), norm), out, "rfft")


def irfft(input: Tensor, n: int | None = None, dim: int = -1, norm: str | None = None, *,
          out: Any = None) -> Tensor:  # fmt: skip
    """The inverse of `rfft`; n (even unless given) is the number of real points."""
    return _finished(_to_whole("irfft", input, _one(n), (dim,), norm), out, "irfft")


def hfft(input: Tensor, n: int | None = None, dim: int = -1, norm: str | None = None, *,
         out: Any = None) -> Tensor:  # fmt: skip
    """The real transform of a signal whose second half is the conjugate of its first."""
    norm = OPPOSITE[_norm("hfft", norm)]
    return _finished(_to_whole("hfft", conj(input), _one(n), (dim,), norm), out, "hfft")


def ihfft(input: Tensor, n: int | None = None, dim: int = -1, norm: str | None = None, *,
          out: Any = None) -> Tensor:  # fmt: skip
    """The inverse of `hfft`."""
    norm = OPPOSITE[_norm("ihfft", norm)]
    return _finished(conj(_to_half("ihfft", input, _one(n), (dim,), norm)), out, "ihfft")


def _family(name: str, doc: str, transform: Callable[..., Tensor], *, two: bool) -> Any:
    """The transform over several dims: the last two for the names with a 2, else all."""
    if two:

        def function(input: Tensor, s: Any = None, dim: Any = (-2, -1), norm: str | None = None,
                     *, out: Any = None) -> Tensor:  # fmt: skip
            return _finished(transform(name, input, _several(s), dim, norm), out, name)
    else:

        def function(input: Tensor, s: Any = None, dim: Any = None, norm: str | None = None,
                     *, out: Any = None) -> Tensor:  # fmt: skip
            return _finished(transform(name, input, _several(s), dim, norm), out, name)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = doc
    return function


def _whole_of_conj(name: str, x: Any, sizes: Any, dims: Any, norm: Any) -> Tensor:
    return _to_whole(name, conj(x), sizes, dims, OPPOSITE[_norm(name, norm)])


def _conj_of_half(name: str, x: Any, sizes: Any, dims: Any, norm: Any) -> Tensor:
    return conj(_to_half(name, x, sizes, dims, OPPOSITE[_norm(name, norm)]))


_SEVERAL: dict[str, tuple[Callable[..., Tensor], str]] = {
    "fft": (partial(_forward, inverse=False), "`fft` over {}."),
    "ifft": (partial(_forward, inverse=True), "The inverse of `fft` over {}."),
    "rfft": (_to_half, "`rfft` over {}; the last one is halved."),
    "irfft": (_to_whole, "The inverse of `rfft` over {}."),
    "hfft": (_whole_of_conj, "`hfft` over {}."),
    "ihfft": (_conj_of_half, "The inverse of `hfft` over {}."),
}


# -- frequencies and their order ----------------------------------------------------------------
def fftfreq(n: int, d: float = 1.0, *, out: Any = None, dtype: Any = None, layout: Any = None,
            device: Any = None, requires_grad: bool = False) -> Tensor:  # fmt: skip
    """The frequencies of `fft`'s n numbers at sample spacing d: 0, 1, ... -2, -1 over n d.

    >>> import flambeau
    >>> flambeau.fft.fftfreq(5)
    tensor([ 0.0000,  0.2000,  0.4000, -0.4000, -0.2000])
    """
    dtype = check_dtype("fftfreq", dtype)
    positive = arange(0, (n + 1) // 2, dtype=dtype)
    negative = arange(-(n // 2), 0, dtype=dtype)
    result: Any = cat([positive, negative]) * (1.0 / (n * d))  # type: ignore[operator]
    return finish("fftfreq", result, requires_grad, out)


def rfftfreq(n: int, d: float = 1.0, *, out: Any = None, dtype: Any = None, layout: Any = None,
             device: Any = None, requires_grad: bool = False) -> Tensor:  # fmt: skip
    """The frequencies of `rfft`'s n // 2 + 1 numbers at sample spacing d."""
    dtype = check_dtype("rfftfreq", dtype)
    result: Any = arange(0, n // 2 + 1, dtype=dtype) * (1.0 / (n * d))  # type: ignore[operator]
    return finish("rfftfreq", result, requires_grad, out)


def _shifted(name: str, input: Tensor, dim: Any, sign: int) -> Tensor:
    ndim = len(input._shape)
    if dim is None:
        dims = tuple(range(ndim))
    else:
        dims = tuple(normalize_dim(name, d, ndim) for d in _several(dim))
    sizes = [input._shape[d] for d in dims]
    return roll(input, [n // 2 if sign > 0 else (n + 1) // 2 for n in sizes], dims)


def fftshift(input: Tensor, dim: Any = None) -> Tensor:
    """The order of `fft` turned so that frequency 0 is in the middle."""
    return _shifted("fftshift", input, dim, 1)


def ifftshift(input: Tensor, dim: Any = None) -> Tensor:
    """The inverse of `fftshift`."""
    return _shifted("ifftshift", input, dim, -1)


FUNCTIONS: dict[str, Callable[..., Tensor]] = {
    "fft": fft, "ifft": ifft, "rfft": rfft, "irfft": irfft, "hfft": hfft, "ihfft": ihfft,
    "fftfreq": fftfreq, "rfftfreq": rfftfreq, "fftshift": fftshift, "ifftshift": ifftshift,
}  # fmt: skip
for _name, (_transform, _doc) in _SEVERAL.items():
    FUNCTIONS[f"{_name}2"] = _family(
        f"{_name}2", _doc.format("the last two dims"), _transform, two=True
    )
    FUNCTIONS[f"{_name}n"] = _family(
        f"{_name}n", _doc.format("several dims (all by default)"), _transform, two=False
    )
