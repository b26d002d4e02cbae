"""Filling a tensor with random numbers in place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from flambeau.core import dtype as dt
from flambeau.core.dtype import DType
from flambeau.engine.runtime.random import Generator
from flambeau.tensor.apply import adopt, apply
from flambeau.tensor.operation import Operation
from flambeau.tensor.random import (
    check_probabilities,
    check_std,
    integers,
    next_key,
    probability,
)
from flambeau.tensor.sampling import (
    BERNOULLI,
    CAUCHY,
    EXPONENTIAL,
    GEOMETRIC,
    LOG_NORMAL,
    NORMAL,
    UNIFORM,
)
from flambeau.tensor.tensor import Tensor

__all__ = ["METHODS"]


def _need_float(name: str, x: Tensor) -> DType:
    dtype = x.dtype
    if not dtype.is_floating_point:
        raise NotImplementedError(
            f"{name}: not implemented for {dtype.name!r}; required: a floating-point tensor; "
            "try random_"
        )
    return dtype


def _write(x: Tensor, op: Operation, inputs: tuple, name: str, generator: Any) -> Tensor:
    result = apply(op, (*next_key(generator), *inputs), (x._shape, x.dtype))
    return adopt(x, result, name)


def uniform_(
    self: Tensor, from_: float = 0.0, to: float = 1.0, *, generator: Generator | None = None,
    **named: float,
) -> Tensor:  # fmt: skip
    """Fill with uniformly distributed numbers in [from, to)."""
    low = float(named.pop("from", from_))
    if named:
        raise TypeError(f"uniform_() got an unexpected keyword argument {next(iter(named))!r}")
    _need_float("uniform_", self)
    if not low <= to:
        raise RuntimeError(
            f"uniform_: uniform_ expects to return a [from, to) range, but found from={low:g} > "
            f"to={to:g}"
        )
    return _write(self, UNIFORM, (low, float(to)), "uniform_", generator)


def normal_(
    self: Tensor, mean: float = 0.0, std: float = 1.0, *, generator: Generator | None = None
) -> Tensor:
    """Fill with normally distributed numbers."""
    _need_float("normal_", self)
    check_std("normal_", std)
    return _write(self, NORMAL, (float(mean), float(std)), "normal_", generator)


def bernoulli_(self: Tensor, p: Any = 0.5, *, generator: Generator | None = None) -> Tensor:
    """Fill with ones with probability p (a number or a tensor), else zeros."""
    if isinstance(p, Tensor):
        check_probabilities("bernoulli_", p)
        p = p.detach()  # type: ignore[attr-defined]
    else:
        p = probability("bernoulli", p)
    return _write(self, BERNOULLI, (p,), "bernoulli_", generator)


def random_(
    self: Tensor, from_: int | None = None, to: int | None = None, *,
    generator: Generator | None = None, **named: int,
) -> Tensor:  # fmt: skip
    """Fill with integers in [from, to); up to the largest the dtype holds without bounds."""
    low = named.pop("from", from_)
    if named:
        raise TypeError(f"random_() got an unexpected keyword argument {next(iter(named))!r}")
    dtype = self.dtype
    if to is None and low is not None and "from" not in named:
        low, to = 0, low
    if to is None:
        if dtype.is_floating_point:  # up to where every integer is exact
            to = (1 << {dt.float16: 11, dt.bfloat16: 8, dt.float32: 24}.get(dtype, 53)) + 1
        elif dtype is dt.bool_:
            to = 2
        else:
            to = int(np.iinfo(dtype.numpy).max) + (1 if dtype is not dt.uint64 else 0)
    found = integers("random_", low or 0, to, self._shape, dtype, generator)
    return adopt(self, found, "random_")


def exponential_(self: Tensor, lambd: float = 1.0, *, generator: Generator | None = None) -> Tensor:
    """Fill with numbers of density lambd * exp(-lambd * x)."""
    _need_float("exponential_", self)
    if not lambd > 0:
        raise RuntimeError(
            f"exponential_: exponential_ expects lambda > 0.0, but found lambda={lambd:g}"
        )
    return _write(self, EXPONENTIAL, (float(lambd),), "exponential_", generator)


def geometric_(self: Tensor, p: float, *, generator: Generator | None = None) -> Tensor:
    """Fill with the number of trials until one that has probability p succeeds."""
    if not 0 < p < 1:
        raise RuntimeError(f"geometric_: geometric_ expects p to be in (0, 1), but got p={p:g}")
    return _write(self, GEOMETRIC, (float(p),), "geometric_", generator)


def cauchy_(
    self: Tensor, median: float = 0.0, sigma: float = 1.0, *, generator: Generator | None = None
) -> Tensor:
    """Fill with Cauchy distributed numbers."""
    _need_float("cauchy_", self)
    if not sigma > 0:
        raise RuntimeError(f"cauchy_: cauchy_ expects sigma > 0.0, but found sigma={sigma:g}")
    return _write(self, CAUCHY, (float(median), float(sigma)), "cauchy_", generator)


def log_normal_(
    self: Tensor, mean: float = 1.0, std: float = 2.0, *, generator: Generator | None = None
) -> Tensor:
    """Fill with exp of normally distributed numbers."""
    _need_float("log_normal_", self)
    if not std > 0:
        raise RuntimeError(f"log_normal_: log_normal_ expects std > 0.0, but found std={std:g}")
    return _write(self, LOG_NORMAL, (float(mean), float(std)), "log_normal_", generator)


METHODS: dict[str, Callable[..., Tensor]] = {
    "uniform_": uniform_, "normal_": normal_, "bernoulli_": bernoulli_, "random_": random_,
    "exponential_": exponential_, "geometric_": geometric_, "cauchy_": cauchy_,
    "log_normal_": log_normal_,
}  # fmt: skip
