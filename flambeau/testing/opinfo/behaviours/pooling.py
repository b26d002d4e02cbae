"""Behaviour of the functions of nn.functional that look at windows: pooling, unfold, fold."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from flambeau.core import dtype as dt
from flambeau.testing.opinfo.behaviours.table import PRECISE, Call, Error, T, add_behaviour

__all__: list[str] = []

_DEFAULTS: dict[str, Any] = {"dtypes": PRECISE, "loose": 16.0, "has_method": False, "empty": ()}


def _add(name: str, reference: Any, *rows: Any, **fields: Any) -> None:
    add_behaviour(f"nn.functional.{name}", reference, *rows, **{**_DEFAULTS, **fields})


def _each(value: Any, dims: int) -> tuple[int, ...]:
    return (value,) * dims if isinstance(value, int) else tuple(value)


_SIZES = {1: (7,), 2: (6, 5), 3: (4, 5, 4)}


# -- pooling ------------------------------------------------------------------------------------
def _windows(x: Any, kernel: Any, stride: Any, padding: Any, dims: int, fill: float) -> Any:
    kernel, padding = _each(kernel, dims), _each(padding, dims)
    stride = kernel if stride is None else _each(stride, dims)
    axes = tuple(range(x.ndim - dims, x.ndim))
    x = np.pad(x, [(0, 0)] * (x.ndim - dims) + [(p, p) for p in padding], constant_values=fill)
    windows = np.lib.stride_tricks.sliding_window_view(x, kernel, axes)
    steps = [slice(None, None, s) for s in stride]
    windows = windows[(*[slice(None)] * (x.ndim - dims), *steps)]
    return windows.reshape(*windows.shape[: x.ndim], -1)


def _pool(function: Any, dims: int, fill: float) -> Any:
    def reference(x: Any, kernel: Any, stride: Any = None, padding: Any = 0) -> Any:
        return function(_windows(x, kernel, stride, padding, dims, fill), -1)

    return reference


def _lp(dims: int) -> Any:
    def reference(x: Any, p: float, kernel: Any, stride: Any = None) -> Any:
        return np.sum(_windows(x, kernel, stride, 0, dims, 0) ** p, -1) ** (1 / p)

    return reference


def _adaptive(function: Any, dims: int) -> Any:
    def reference(x: Any, size: Any) -> Any:
        size = _each(size, dims)
        before = x.shape[: x.ndim - dims]
        made = np.empty((*before, *size))
        for at in itertools.product(*[range(n) for n in size]):
            part = [slice(i * n // m, -(-(i + 1) * n // m))
                    for i, n, m in zip(at, x.shape[-dims:], size, strict=True)]  # fmt: skip
            place: Any = (..., *at)
            made[place] = function(x[(..., *part)].reshape(*before, -1), -1)
        return made

    return reference


for _dims, _size in _SIZES.items():
    _x = (2, 3, *_size)
    _rows = (
        Call((_x,), (2,)), Call((_x,), (3, 1), {"padding": 1}), Call((_x[1:],), (2, 1)),
        Error(Call((_x,), (0,)), RuntimeError, "kernel|greater than zero"),
        Error(Call((_x,), (2,), {"padding": 2}), RuntimeError, "pad"),
        Error(Call((_x,), (9,)), RuntimeError, "size|small"),
    )  # fmt: skip
    _add(f"avg_pool{_dims}d", _pool(np.mean, _dims, 0.0), *_rows)
    _add(f"max_pool{_dims}d", _pool(np.max, _dims, -np.inf), *_rows, exact=True)
    _add(f"lp_pool{_dims}d", _lp(_dims), Call((_x,), (2.0, 2)), Call((_x,), (3.0, 2, 1)), low=0.1)
    for _name, _function in (("avg", np.mean), ("max", np.max)):
        _add(f"adaptive_{_name}_pool{_dims}d", _adaptive(_function, _dims), Call((_x,), (2,)),
             Call((_x,), (3,)), Error(Call((_x,), (-1,)), RuntimeError,
             "negative|greater|-1|non-neg"))  # fmt: skip


# -- pooling with positions, and back -----------------------------------------------------------
def _places(x: Any, dims: int) -> Any:
    """For each element its position among those of its channel."""
    size = x.shape[-dims:]
    return np.broadcast_to(np.arange(np.prod(size)).reshape(size), x.shape)


def _max_with_places(dims: int) -> Any:
    def reference(x: Any, kernel: Any, stride: Any = None, padding: Any = 0) -> Any:
        values = _windows(x, kernel, stride, padding, dims, -np.inf)
        at = _windows(_places(x, dims), kernel, stride, padding, dims, 0)
        best = np.argmax(values, -1)[..., None]
        return [np.take_along_axis(v, best, -1)[..., 0] for v in (values, at)]

    return reference


def _adaptive_with_places(dims: int) -> Any:
    def reference(x: Any, size: Any) -> Any:
        values = _adaptive(np.max, dims)(x, size)
        flat = x.reshape(*x.shape[: x.ndim - dims], -1)
        equal = flat[..., None, :] == values.reshape(*flat.shape[:-1], -1)[..., None]
        return values, np.argmax(equal, -1).reshape(values.shape)

    return reference


def _unpool(dims: int) -> Any:
    def reference(x: Any, at: Any, kernel: int) -> Any:
        before, after = x.shape[: x.ndim - dims], [n * kernel for n in x.shape[-dims:]]
        made = np.zeros((*before, int(np.prod(after))))
        np.put_along_axis(made, at.reshape(*before, -1), x.reshape(*before, -1), -1)
        return made.reshape(*before, *after)

    return reference


for _dims, _size in _SIZES.items():
    _x = (2, 3, *_size)
    _add(f"max_pool{_dims}d_with_indices", _max_with_places(_dims), Call((_x,), (2,)), Call(
         (_x,), (3, 1), {"padding": 1}), result=("same", "int64"), exact=True)  # fmt: skip
    _add(f"adaptive_max_pool{_dims}d_with_indices", _adaptive_with_places(_dims), Call((_x,), (2,
         )), Call((_x,), (3,)), result=("same", "int64"), exact=True)  # fmt: skip
    _pooled = (2, *[2] * _dims)
    _at = np.stack([np.random.default_rng(0).permutation(4**_dims)[: 2**_dims] for _ in range(2)])
    _add(f"max_unpool{_dims}d", _unpool(_dims), Call((_pooled, T(_pooled, dtype=dt.int64,
         values=_at.reshape(_pooled))), (2,)), exact=True)  # fmt: skip


# -- windows as columns, and back ---------------------------------------------------------------
def _unfold(x: Any, kernel: int, padding: int = 0, stride: int = 1) -> Any:
    n, c = x.shape[:2]
    windows = _windows(x, kernel, stride, padding, 2, 0.0)
    return np.moveaxis(windows, -1, 2).reshape(n, c * kernel**2, -1)


_add("unfold", _unfold, Call(((2, 3, 4, 5),), (2,)), Call(((2, 3, 4, 5),), (3,), {"padding": 1,
     "stride": 2}), Error(Call(((2, 3, 4, 5),), (9,)), RuntimeError, ""), exact=True)  # fmt: skip


def _fold(x: Any, size: Any, kernel: int, stride: int = 1) -> Any:
    n, c = x.shape[0], x.shape[1] // kernel**2
    made = np.zeros((n, c, *size))
    rows, columns = [(s - kernel) // stride + 1 for s in size]
    blocks = x.reshape(n, c, kernel, kernel, rows, columns)
    for i, j in itertools.product(range(rows), range(columns)):
        place = [slice(at * stride, at * stride + kernel) for at in (i, j)]
        made[(slice(None), slice(None), *place)] += blocks[..., i, j]
    return made


_add("fold", _fold, Call(((2, 8, 12),), ((4, 5), 2)), Call(((1, 8, 4),), ((4, 4), 2),
     {"stride": 2}), Error(Call(((2, 8, 11),), ((4, 5), 2)), RuntimeError, "block|size|match"),
     Error(Call(((2, 7, 12),), ((4, 5), 2)), RuntimeError, "divisible"))  # fmt: skip
