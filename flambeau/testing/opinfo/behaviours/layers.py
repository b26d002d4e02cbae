"""Behaviour of the layers of nn.functional: convolution, normalisation, padding."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from flambeau.core import dtype as dt
from flambeau.testing.opinfo.behaviours.references import softmax
from flambeau.testing.opinfo.behaviours.table import (
    ALIASES,
    ALL,
    FLOATS,
    PRECISE,
    Call,
    Error,
    T,
    add_behaviour,
    index,
)  # fmt: skip

__all__: list[str] = []

_DEFAULTS: dict[str, Any] = {"dtypes": PRECISE, "loose": 16.0, "has_method": False, "empty": ()}


def _add(name: str, reference: Any, *rows: Any, **fields: Any) -> None:
    add_behaviour(f"nn.functional.{name}", reference, *rows, **{**_DEFAULTS, **fields})


def _bad(*shapes: Any, text: str, **kwargs: Any) -> Error:
    return Error(Call(shapes, (), kwargs), RuntimeError, text)


def _each(value: Any, dims: int) -> tuple[int, ...]:
    return (value,) * dims if isinstance(value, int) else tuple(value)


# -- products -----------------------------------------------------------------------------------
_add("linear", lambda x, w, b=None: x @ w.T + (0 if b is None else b), Call(((3, 4), (5, 4), (5,
     ))), Call(((4,), (5, 4))), Call(((2, 3, 4), (5, 4), (5,))), _bad((3, 4), (5, 3),
     text="shape|size|match"), dtypes=FLOATS)  # fmt: skip
_add("bilinear", lambda a, b, w, c=None: np.einsum("bi,oij,bj->bo", a, w,
     b) + (0 if c is None else c), Call(((3, 4), (3, 2), (5, 4, 2), (5,))), Call(((3, 4), (3, 2),
     (5, 4, 2))), _bad((3, 4), (3, 3), (5, 4, 2), text="weight of shape"))  # fmt: skip
_add("scaled_dot_product_attention", lambda q, k, v, scale=None: softmax(q @ np.swapaxes(k, -1,
     -2) * (scale or q.shape[-1] ** -0.5), -1) @ v, Call(((2, 3, 4), (2, 5, 4), (2, 5, 6))),
     Call(((1, 2, 3, 4),) * 3, (), {"scale": 0.3}))  # fmt: skip


# -- convolution --------------------------------------------------------------------------------
def _conv(x: Any, w: Any, b: Any = None, stride: Any = 1, padding: Any = 0, dilation: Any = 1,
          groups: int = 1) -> Any:  # fmt: skip
    dims = w.ndim - 2
    stride, padding, dilation = (_each(v, dims) for v in (stride, padding, dilation))
    x = np.pad(x, [(0, 0), (0, 0), *[(p, p) for p in padding]])
    reach = [(k - 1) * d + 1 for k, d in zip(w.shape[2:], dilation, strict=True)]
    axes = tuple(range(2, 2 + dims))
    windows = np.lib.stride_tricks.sliding_window_view(x, reach, axes)
    every = [slice(None)] * 2
    steps = [slice(None, None, s) for s in (*stride, *dilation)]
    windows = windows[tuple([*every, *steps])]
    parts = [
        np.tensordot(a, c, ((1, *range(2 + dims, 2 + 2 * dims)), (1, *axes)))
        for a, c in zip(np.split(windows, groups, 1), np.split(w, groups), strict=True)
    ]
    found = np.moveaxis(np.concatenate(parts, -1), -1, 1)
    return found if b is None else found + b.reshape(-1, *[1] * dims)


def _conv_transpose(x: Any, w: Any, b: Any = None, stride: Any = 1, padding: Any = 0,
                    output_padding: Any = 0) -> Any:  # fmt: skip
    dims = w.ndim - 2
    stride, padding, more = (_each(v, dims) for v in (stride, padding, output_padding))
    sizes = [
        (n - 1) * s + k + o
        for n, s, k, o in zip(x.shape[2:], stride, w.shape[2:], more, strict=True)
    ]
    made = np.zeros((x.shape[0], w.shape[1], *sizes))
    for at in itertools.product(*[range(n) for n in x.shape[2:]]):
        place = [slice(i * s, i * s + k) for i, s, k in zip(at, stride, w.shape[2:], strict=True)]
        made[(slice(None), slice(None), *place)] += np.tensordot(
            x[(slice(None), slice(None), *at)], w, 1
        )
    made = made[
        (slice(None), slice(None), *[slice(p, n - p) for p, n in zip(padding, sizes, strict=True)])
    ]
    return made if b is None else made + b.reshape(-1, *[1] * dims)


_SIZES = {1: (7,), 2: (6, 5), 3: (4, 5, 4)}
for _dims, _size in _SIZES.items():
    _x, _w = (2, 4, *_size), (6, 4, *(3, 2, 2)[:_dims])
    _add(f"conv{_dims}d", _conv, Call((_x, _w, (6,))), Call((_x, _w), (), {"stride": 2,
         "padding": 1}), Call((_x, (6, 2, *_w[2:])), (), {"groups": 2}), *([Call((_x, (6, 4,
         *[2] * _dims)), (), {"dilation": 2})]), _bad(_x, (6, 3, *_w[2:]), text="channels"),
         _bad(_x, _w, text="stride|non-positive", stride=0), _bad(_x, _w, text="negative|padding",
         padding=-1), _bad(_x, (6, 4, *[9] * _dims), text="[Kk]ernel"), _bad(_x, _w,
         text="groups|divisible", groups=3), loose=32.0)  # fmt: skip
    _add(f"conv_transpose{_dims}d", _conv_transpose, Call((_x, (4, 3, *_w[2:]), (3,))),
         Call((_x, (4, 3, *_w[2:])), (), {"stride": 2, "padding": 1, "output_padding": 1}),
         _bad(_x, (3, 3, *_w[2:]), text="channels|input"), loose=32.0)  # fmt: skip
_add("conv_tbc", lambda x, w, b, pad=0: np.moveaxis(_conv(np.moveaxis(x, 0, 2), np.transpose(w, (2,
     1, 0)), b, padding=pad), 2, 0), Call(((7, 2, 4), (3, 4, 5), (5,))), Call(((7, 2, 4), (3, 4,
     5), (5,)), (1,)), loose=32.0)  # fmt: skip


# -- normalisation ------------------------------------------------------------------------------
def _normal(x: Any, axes: Any, eps: float) -> Any:
    return (x - x.mean(axes, keepdims=True)) / np.sqrt(x.var(axes, keepdims=True) + eps)


def _over_channels(v: Any, x: Any) -> Any:
    return v.reshape(1, -1, *[1] * (x.ndim - 2))


def _group_norm(
    x: Any, groups: int, weight: Any = None, bias: Any = None, eps: float = 1e-5
) -> Any:
    parts = x.reshape(x.shape[0], groups, -1)
    found = _normal(parts, -1, eps).reshape(x.shape)
    if weight is not None:
        found = found * _over_channels(weight, x) + _over_channels(bias, x)
    return found


_add("layer_norm", lambda x, shape, w=None, b=None, eps=1e-5: _normal(x, tuple(range(-len(shape),
     0)), eps) * (1 if w is None else w) + (0 if b is None else b), Call(((2, 3, 4),), ((4,),)),
     Call(((2, 3, 4),), ((3, 4), T((3, 4)), T((3, 4)))), Error(Call(((2, 3),), ((4,),)),
     RuntimeError, "shape"), dtypes=FLOATS)  # fmt: skip
_add("rms_norm", lambda x, shape, w=None, eps=None: x / np.sqrt(np.mean(x**2,
     tuple(range(-len(shape), 0)), keepdims=True) + (np.finfo(
     np.float32).eps if eps is None else eps)) * (1 if w is None else w), Call(((2, 3, 4),), ((4,),
     T((4,)), 1e-5)), Call(((2, 3, 4),), ((3, 4), None, 1e-3)), Error(Call(((2, 3),), ((4,),)),
     RuntimeError, "shape"))  # fmt: skip
_add("group_norm", _group_norm, Call(((2, 4, 3),), (2,)), Call(((2, 4, 3, 2),), (4, T((4,)), T((4,
     )))), Error(Call(((2, 4, 3),), (3,)), RuntimeError, "divisible"))  # fmt: skip
_add("instance_norm", lambda x: _normal(x, tuple(range(2, x.ndim)), 1e-5), Call(((2, 3, 4),)),
     Call(((2, 3, 4, 2),)))  # fmt: skip
_add("batch_norm", lambda x, mean, var, w=None, b=None, training=False: (x - _over_channels(mean,
     x)) / np.sqrt(_over_channels(var, x) + 1e-5) * (1 if w is None else _over_channels(w,
     x)) + (0 if b is None else _over_channels(b, x)), Call(((2, 3, 4), (3,), T((3,), 0.5, 2.0))),
     Call(((5, 3), (3,), T((3,), 0.5, 2.0)), (T((3,)), T((3,)))), Error(Call(((2, 3, 4), (4,), (4,
     ))), RuntimeError, "running_mean|elements"))  # fmt: skip


def _response(x: Any, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> Any:
    before = size // 2
    padded = np.pad(x**2, [(0, 0), (before, (size - 1) // 2), *[(0, 0)] * (x.ndim - 2)])
    mean = sum([padded[:, i : i + x.shape[1]] for i in range(size)]) / size
    return x / (k + alpha * mean) ** beta


_add(
    "local_response_norm",
    _response,
    Call(((2, 5, 4),), (3,)),
    Call(((2, 5, 4, 3),), (2, 0.1, 0.5, 2.0)),
)


# -- places -------------------------------------------------------------------------------------
_MODES = {"constant": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}


def _pad(x: Any, pad: Any, mode: str = "constant", value: float | None = None) -> Any:
    widths = [(0, 0)] * (x.ndim - len(pad) // 2) + [
        (pad[i], pad[i + 1]) for i in range(len(pad) - 2, -1, -2)
    ]
    more = {"constant_values": value or 0} if mode == "constant" else {}
    return np.pad(x, widths, _MODES[mode], **more)  # type: ignore[call-overload]


_P = ((2, 3, 5),)
_add("pad", _pad, Call(_P, ((1, 2),)), Call(_P, ((0, 1, 2, 0), "constant", 1)), *[Call(_P, ((1, 2),
     m)) for m in ("reflect", "replicate", "circular")], Error(Call(_P, ((1,),)), RuntimeError,
     "even|divisible|2"), Error(Call(_P, ((5, 5), "reflect")), RuntimeError, "at most 4"),
     Error(Call(_P, ((-3, -3),)), RuntimeError, "negative"), Error(Call(_P, ((2**62, 2**62),)),
     RuntimeError, ""), dtypes=ALL, exact=True)  # fmt: skip


def _shuffle(x: Any, r: int) -> Any:
    *batch, c, h, w = x.shape
    y = x.reshape(*batch, c // r**2, r, r, h, w)
    return np.moveaxis(y, (-4, -3), (-3, -1)).reshape(*batch, c // r**2, h * r, w * r)


def _unshuffle(x: Any, r: int) -> Any:
    *batch, c, h, w = x.shape
    y = x.reshape(*batch, c, h // r, r, w // r, r)
    return np.moveaxis(y, (-3, -1), (-4, -3)).reshape(*batch, c * r**2, h // r, w // r)


_add("pixel_shuffle", _shuffle, Call(((2, 8, 3, 2),), (2,)), Call(((9, 2, 2),), (3,)), Error(Call(
     ((2, 3, 2, 2),), (2,)), RuntimeError, "divisible"), dtypes=ALL, exact=True)  # fmt: skip
_add("pixel_unshuffle", _unshuffle, Call(((2, 2, 4, 6),), (2,)), Error(Call(((2, 2, 3, 4),), (2,)),
     RuntimeError, "divisible"), dtypes=ALL, exact=True)  # fmt: skip
for _name in ("channel_shuffle", "native_channel_shuffle"):
    _add(_name, lambda x, g: np.swapaxes(x.reshape(x.shape[0], g, -1, *x.shape[2:]), 1,
         2).reshape(x.shape), Call(((2, 6, 3, 2),), (2,)), Call(((1, 6, 2, 2),), (3,)),
         Error(Call(((2, 5, 2, 2),), (2,)), RuntimeError, "divisible"), dtypes=PRECISE, exact=True
         )  # fmt: skip
_add("embedding", lambda at, w: w[at], Call((index((2, 3), 5), (5, 4))), Call((index((4,), 5), (5,
     2))), Error(Call((T((2,), dtype=dt.int64, values=[0, 5]), (5, 4))), IndexError, "out of"),
     Error(Call((T((2,), dtype=dt.int64, values=[0, -1]), (5, 4))), IndexError, "out of"),
     dtypes=ALL, exact=True)  # fmt: skip
_add("embedding_bag", lambda at, w, mode="mean": getattr(np, mode)(w[at], 1),
     *[Call((index((2, 3), 5), (5, 4)), (), {"mode": m}) for m in ("mean", "sum",
     "max")])  # fmt: skip


def _nearest(x: Any, size: Any) -> Any:
    for axis, n in enumerate(_each(size, x.ndim - 2), 2):
        x = np.take(x, np.arange(n) * x.shape[axis] // n, axis)
    return x


_add("interpolate", _nearest, Call(((2, 3, 4),), (7,)), Call(((2, 3, 4, 5),), ((6, 3),)),
     Error(Call(((2, 3, 4),), (0,)), RuntimeError, "greater than 0|size"), Error(Call(((2, 3, 4),
     )), ValueError, "size or scale_factor"), dtypes=PRECISE, exact=True)  # fmt: skip


def _corners(x: Any, size: Any) -> Any:
    """Linear interpolation along each of the last dims, the outermost elements kept."""
    for axis, n in enumerate(_each(size, x.ndim - 2), 2):
        at = np.arange(n) * (x.shape[axis] - 1) / max(n - 1, 1)
        low = np.floor(at).astype(int)
        high = np.minimum(low + 1, x.shape[axis] - 1)
        part = (at - low).reshape(-1, *[1] * (x.ndim - axis - 1))
        x = np.take(x, low, axis) * (1 - part) + np.take(x, high, axis) * part
    return x


_add(
    "upsample_bilinear",
    _corners,
    Call(((2, 3, 4, 5),), ((7, 6),)),
    Call(((2, 3, 4, 5),), ((2, 3),)),
)


def _affine_grid(theta: Any, size: Any, align_corners: bool = False) -> Any:
    axes = [np.linspace(-1, 1, n) * (1 if align_corners else (n - 1) / n) for n in size[2:]]
    points = np.stack([*np.meshgrid(*axes, indexing="ij")[::-1], np.ones(size[2:])], -1)
    return np.einsum("...p,nqp->n...q", points, theta)


_add("affine_grid", _affine_grid, *[Call(((2, 2, 3),), ((2, 1, 4, 5), c)) for c in (False, True)])

ALIASES.update({
    "nn.functional.upsample": "nn.functional.interpolate",
    "nn.functional.upsample_nearest": "nn.functional.interpolate",
})  # fmt: skip
