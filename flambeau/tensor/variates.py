"""Gamma, Dirichlet, Poisson, binomial and von Mises variates: what is drawn by rejection.

Operations (key0 and key1 are the words of a draw's key, as in sampling.py; the numbers are made
in float64 by a routine on the host, and rounded):
  standard_gamma (key0, key1, concentration)
  sample_dirichlet (key0, key1, concentration)      along the last dim
  poisson (key0, key1, rate)
  binomial (key0, key1, count, prob)
  von_mises (key0, key1, concentration)             around 0

Gamma and Dirichlet variates have implicit derivatives (implicit.py); the others have none.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flambeau.core import dtype as dt
from flambeau.core.dtype import DType
from flambeau.core.errors import message
from flambeau.core.shape import broadcast_shapes
from flambeau.engine.graph import build
from flambeau.engine.graph.node import Node
from flambeau.engine.runtime.random import Generator
from flambeau.tensor.apply import apply
from flambeau.tensor.boundary import is_capturing
from flambeau.tensor.implicit import dirichlet_gradient, gamma_gradient
from flambeau.tensor.literal import held_array
from flambeau.tensor.operation import Operation, operation
from flambeau.tensor.random import next_key
from flambeau.tensor.tensor import Tensor

__all__ = [
    "FUNCTIONS",
    "binomial",
    "poisson",
    "sample_dirichlet",
    "standard_gamma",
    "von_mises",
]


# -- operations ---------------------------------------------------------------------------------
def _drawn(routine: str, key0: Node, key1: Node, *parameters: Node) -> Node:
    """float64 variates of the parameters' common shape."""
    keys = (build.convert(key0, dt.uint32), build.convert(key1, dt.uint32))
    shape = broadcast_shapes(routine, *[x.shape for x in parameters])
    wide = [build.expand(build.convert(x, dt.float64), shape) for x in parameters]
    return build.routine(routine, (*keys, *wide))[0]


def _smallest(dtype: DType) -> float:
    return float(dt.finfo(dtype).tiny)


@operation("standard_gamma")
def STANDARD_GAMMA(key0: Node, key1: Node, concentration: Node) -> Node:
    dtype = concentration.dtype
    drawn = _drawn("gamma", key0, key1, concentration)
    positive = build.apply("maximum", drawn, build.constant(_smallest(dtype), dt.float64))
    return build.convert(positive, dtype)


@operation("sample_dirichlet")
def SAMPLE_DIRICHLET(key0: Node, key1: Node, concentration: Node) -> Node:
    """Gamma variates divided by their sum, as softmax of their logarithms."""
    dtype = concentration.dtype
    logs = _drawn("log_gamma", key0, key1, concentration)
    dims = (len(logs.shape) - 1,)
    scaled = build.apply("exp", build.apply("sub", logs, build.reduce("max", logs, dims)))
    part = build.apply("div", scaled, build.reduce("sum", scaled, dims))
    least = build.constant(_smallest(dtype), dt.float64)
    most = build.constant(1 - float(dt.finfo(dtype).eps) / 2, dt.float64)
    part = build.apply("minimum", build.apply("maximum", part, least), most)
    return build.convert(part, dtype)


@operation("poisson")
def POISSON(key0: Node, key1: Node, rate: Node) -> Node:
    return build.convert(_drawn("poisson", key0, key1, rate), rate.dtype)


@operation("binomial")
def BINOMIAL(key0: Node, key1: Node, count: Node, prob: Node) -> Node:
    return build.convert(_drawn("binomial", key0, key1, count, prob), count.dtype)


@operation("von_mises")
def VON_MISES(key0: Node, key1: Node, concentration: Node) -> Node:
    return build.convert(_drawn("von_mises", key0, key1, concentration), concentration.dtype)


# -- functions ----------------------------------------------------------------------------------
def _need_float(name: str, *tensors: Tensor) -> None:
    for x in tensors:
        if not x.dtype.is_floating_point:
            raise NotImplementedError(
                message(name, f"a tensor of dtype {x.dtype.name}", "a floating-point dtype",
                        ".float()")
            )  # fmt: skip


def _need_positive(name: str, what: str, x: Tensor, zero: bool = False) -> None:
    """RuntimeError for negative parameters; NaN passes and gives NaN."""
    if is_capturing():  # values are not looked at then
        return
    values = held_array(x)
    wrong = values < 0 if zero else values <= 0
    if wrong.any():
        required = "non-negative" if zero else "positive"
        raise RuntimeError(message(name, f"{what} {values[wrong].flat[0]:g}", f"{required} {what}"))


def _draw(op: Operation, generator: Generator | None, *parameters: Tensor) -> Tensor:
    return apply(op, (*next_key(generator), *parameters))


def standard_gamma(input: Tensor, generator: Generator | None = None) -> Tensor:
    """Gamma variates with input's elements as concentrations and rate 1, differentiable.

    >>> import flambeau
    >>> bool((flambeau._standard_gamma(flambeau.tensor([0.5, 2.0])) > 0).all())
    True
    """
    _need_float("_standard_gamma", input)
    return _draw(STANDARD_GAMMA, generator, input)


def sample_dirichlet(input: Tensor, generator: Generator | None = None) -> Tensor:
    """Dirichlet variates, which sum to 1 along the last dim; input: their concentrations."""
    _need_float("_sample_dirichlet", input)
    if not input._shape:
        raise RuntimeError(message("_sample_dirichlet", "a tensor without dims", "one dim or more"))
    return _draw(SAMPLE_DIRICHLET, generator, input)


def poisson(input: Tensor, generator: Generator | None = None) -> Tensor:
    """Poisson variates with input's elements as rates, in input's shape and dtype.

    >>> import flambeau
    >>> flambeau.poisson(flambeau.zeros(3))
    tensor([0., 0., 0.])
    """
    _need_float("poisson", input)
    _need_positive("poisson: invalid Poisson rate", "rate", input, zero=True)
    return _draw(POISSON, generator, input.detach())


def binomial(count: Tensor, prob: Tensor, generator: Generator | None = None) -> Tensor:
    """How many of `count` trials succeed, each with probability `prob`; the two broadcast.

    >>> import flambeau
    >>> flambeau.binomial(flambeau.tensor([3.0, 5.0]), flambeau.tensor([0.0, 1.0]))
    tensor([0., 5.])
    """
    _need_float("binomial", count, prob)
    if count.dtype is not prob.dtype:
        raise RuntimeError(
            message("binomial", f"dtypes {count.dtype.name} and {prob.dtype.name}",
                    "Found dtype that differs; one dtype for both", "count.to(prob.dtype)")
        )  # fmt: skip
    return _draw(BINOMIAL, generator, count.detach(), prob.detach())


def von_mises(concentration: Tensor, generator: Generator | None = None) -> Tensor:
    """Angles in [-pi, pi] around 0, more alike the larger `concentration` is."""
    _need_float("von_mises", concentration)
    return _draw(VON_MISES, generator, concentration.detach())


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "poisson": poisson,
    "binomial": binomial,
    "_standard_gamma": standard_gamma,
    "_standard_gamma_grad": gamma_gradient,
    "_sample_dirichlet": sample_dirichlet,
    "_dirichlet_grad": dirichlet_gradient,
}
