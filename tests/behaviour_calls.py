"""Make the calls that records of behaviour describe, and look at what they give."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import flambeau
from flambeau.core import dtype as dt
from flambeau.core.dtype import DType
from flambeau.engine.graph.meaning import from_storage
from flambeau.tensor.boundary import read
from flambeau.tensor.tensor import Tensor
from flambeau.testing.opinfo.behaviours import Behaviour, Call, T

# the relative and absolute error of one operation rounded to the dtype
TOLERANCE = {
    dt.float64: 1e-13, dt.float32: 2e-6, dt.float16: 2e-3, dt.bfloat16: 1.6e-2,
    dt.complex64: 3e-6, dt.complex128: 1e-13,
}  # fmt: skip


def find(name: str, package: Any = flambeau) -> Callable[..., Any]:
    """The function that a record is about: "linalg.inv" of the package."""
    for part in name.split("."):
        package = getattr(package, part)
    return package  # type: ignore[no-any-return]


def elements(t: T, record: Behaviour, dtype: DType, source: np.random.Generator) -> np.ndarray:
    """The elements of t, before they are rounded to its dtype."""
    dtype = t.dtype or dtype
    if t.values is not None:
        return np.asarray(t.values)
    low = record.low if t.low is None else t.low
    high = record.high if t.high is None else t.high
    if dtype in (dt.uint8, dt.uint16, dt.uint32, dt.uint64):
        low = max(low, 0)
    if dtype.category == "int":
        made = source.integers(int(np.ceil(low)), int(high), t.shape, endpoint=True)
    else:
        made = source.uniform(low, high, t.shape)
    if dtype.category == "bool":
        made = made > (low + high) / 2
    if dtype.category == "complex":
        made = made + 1j * source.uniform(low, high, t.shape)
    return np.asarray(made if t.form is None else t.form(made))


def each(value: Any, change: Callable[[Any], Any]) -> Any:
    """`value` with `change` applied to what stands in its lists, tuples and dicts."""
    if isinstance(value, dict):
        return {name: each(v, change) for name, v in value.items()}
    if type(value) in (list, tuple):
        return type(value)([each(v, change) for v in value])
    return change(value)


class Made:
    """The arguments of a call: `args` and `kwargs` with tensors in them."""

    def __init__(self, record: Behaviour, dtype: DType, call: Call, seed: int = 0) -> None:
        source = np.random.default_rng(seed)

        def make(value: Any) -> Any:
            if not isinstance(value, T):
                return value
            array = elements(value, record, dtype, source)
            return flambeau.tensor(array).to(value.dtype or dtype)

        first = [s if isinstance(s, T) else T(s) for s in call.shapes]
        self.record = record
        self.dtype = dtype
        self.args = each((*first, *call.args), make)
        self.kwargs = each(call.kwargs, make)

    def changed(self, change: Callable[[Tensor], Any]) -> Made:
        """The same call with every tensor replaced."""
        made = object.__new__(Made)
        made.record, made.dtype = self.record, self.dtype
        made.args, made.kwargs = [
            each(part, lambda v: change(v) if isinstance(v, Tensor) else v)
            for part in (self.args, self.kwargs)
        ]
        return made

    def tensors(self) -> list[Tensor]:
        """Every tensor among the arguments."""
        found: list[Tensor] = []
        self.changed(found.append)
        return found

    def run(self, **extra: Any) -> Any:
        return find(self.record.name)(*self.args, **self.kwargs, **extra)

    def run_method(self, name: str) -> Any:
        return getattr(self.args[0], name)(*self.args[1:], **self.kwargs)

    def expected(self, wide: bool) -> Any:
        """What the reference gives; `wide`: computed in double precision."""

        def as_array(x: Tensor) -> Any:
            array = as_numpy(x)
            if not wide or (x.dtype is not self.dtype and array.dtype.kind not in "fc"):
                return array  # positions and masks stay what they are
            return array.astype(np.complex128 if array.dtype.kind == "c" else np.float64)

        made = self.changed(as_array)
        with np.errstate(all="ignore"):
            return self.record.reference(*made.args, **made.kwargs)


def as_numpy(x: Tensor) -> np.ndarray:
    """x's elements; bfloat16 as float32."""
    array = read(x)
    return from_storage(array) if x.dtype is dt.bfloat16 else array


def results_of(found: Any) -> list[Any]:
    """What a function gives, as a flat list."""
    if isinstance(found, (list, tuple)) and not (found and all(type(n) is int for n in found)):
        return [part for entry in found for part in results_of(entry)]
    return [tuple(found) if isinstance(found, tuple) else found]


def views_of(x: Tensor) -> dict[str, Tensor]:
    """x's elements lying in memory in other ways."""
    views = {"plain": x}
    if x.dim() >= 2:
        views["transposed"] = x.transpose(0, -1).contiguous().transpose(0, -1)
    if x.dim() >= 1:
        wide = flambeau.stack([x, x], dim=-1).reshape(*x.shape[:-1], 2 * x.shape[-1])
        views["strided"] = wide[..., ::2]
    return views


def seen_as(x: Tensor, what: str) -> Tensor:
    """x as one of `views_of`, itself where that has no meaning."""
    return views_of(x).get(what, x)
