"""Derivatives of reductions. Attributes are (dims, keepdim) unless said otherwise."""

from __future__ import annotations

import math
from math import prod as product
from typing import Any

from flambeau.autograd.vjps.table import non_differentiable, vjp
from flambeau.core.types import Shape
from flambeau.tensor.apply import apply
from flambeau.tensor.cotangent import PICK_ALONG, PUT_ALONG, SPREAD, ZEROS
from flambeau.tensor.elementwise import where
from flambeau.tensor.reduction import MEAN, PROD, SUM
from flambeau.tensor.shaping import VIEW
from flambeau.tensor.tensor import Tensor

__all__: list[str] = []


def _spread(g: Tensor, types: tuple, dims: Shape, divisor: float = 1.0) -> Any:
    """A reduction's result (or its cotangent) in the shape of the input."""
    return apply(SPREAD, (g,), (types[0].shape, dims, divisor))


def _kept(g: Tensor, types: tuple, dims: Shape) -> Any:
    """A reduction's result with the reduced dims of size 1."""
    shape = tuple([1 if i in dims else n for i, n in enumerate(types[0].shape)])
    return apply(VIEW, (g,), (shape,))


def _count(types: tuple, dims: Shape) -> int:
    return product([types[0].shape[d] for d in dims])


# -- sums ---------------------------------------------------------------------------------------
vjp("sum", lambda g, types, attributes: _spread(g, types, attributes[0]))
vjp(
    "mean",
    lambda g, types, attributes: _spread(
        g, types, attributes[0], float(_count(types, attributes[0]))
    ),
)


def _unspread(g: Tensor, types: tuple, attributes: tuple) -> Any:
    _, dims, divisor = attributes
    total = apply(SUM, (g,), (dims, True))
    total = apply(VIEW, (total,), (types[0].shape,))
    return total if divisor == 1.0 else total / divisor


vjp("spread", _unspread)


def _prod(g: Tensor, x: Tensor, types: tuple, attributes: tuple) -> Any:
    """The product of all others, right also where some elements are zero.

    Its derivative in turn is that of a product without zeros.
    """
    dims, _ = attributes
    is_zero = x == 0
    others = where(is_zero, 1.0, x)
    zeros = apply(SUM, (is_zero,), (dims, True))
    total = _kept(g, types, dims) * apply(PROD, (others,), (dims, True))
    return where(is_zero, total * (zeros == 1), total / others * (zeros == 0))


vjp("prod", _prod)


# -- variance: attributes are (dims, correction, keepdim) ---------------------------------------
def _var(g: Tensor, x: Tensor, types: tuple, attributes: tuple) -> Any:
    dims, correction, _ = attributes
    divisor = _count(types, dims) - correction
    scale = 2.0 / divisor if divisor > 0 else math.nan
    x = x.conj()  # type: ignore[attr-defined]  # |x|**2 is not holomorphic
    return _kept(g, types, dims) * ((x - apply(MEAN, (x,), (dims, True))) * scale)


def _std(g: Tensor, x: Tensor, out: Tensor, types: tuple, attributes: tuple) -> Any:
    return _var(where(out == 0, 0.0, g / (out * 2.0)), x, types, attributes)


vjp("var", _var)
vjp("std", _std)


# -- extremes -----------------------------------------------------------------------------------
def _extreme(g: Tensor, x: Tensor, out: Tensor, types: tuple, attributes: tuple) -> Any:
    """Equal extremes share the gradient."""
    dims, _ = attributes
    is_best = x == _kept(out, types, dims)
    count = apply(SUM, (is_best,), (dims, True))
    return where(is_best, _kept(g, types, dims) / count, 0.0)


vjp("amax", _extreme)
vjp("amin", _extreme)


def _of_index(g: Tensor, y: Tensor, types: tuple, attributes: tuple) -> Any:
    dim, _ = attributes
    if not dim:
        return g
    return apply(PUT_ALONG, (g, y), (types[0].shape, dim[0]))


vjp("max_dim", _of_index, None)
vjp("min_dim", _of_index, None)
vjp(
    "put_along",
    lambda g, y, types, attributes: apply(PICK_ALONG, (g, y), (attributes[1], types[0].shape)),
    None,
)
vjp(
    "pick_along",
    lambda g, y, types, attributes: apply(PUT_ALONG, (g, y), (types[0].shape, attributes[0])),
    None,
)


# -- logsumexp, norm ----------------------------------------------------------------------------
def _logsumexp(g: Tensor, x: Tensor, out: Tensor, types: tuple, attributes: tuple) -> Any:
    dims, _ = attributes
    return _kept(g, types, dims) * (x - _kept(out, types, dims)).exp()


vjp("logsumexp", _logsumexp)


def _norm(g: Tensor, x: Tensor, out: Tensor, types: tuple, attributes: tuple) -> Any:
    """Attributes are (p, dims, keepdim). Zero where the norm is zero."""
    p, dims, _ = attributes
    x = x.conj()  # type: ignore[attr-defined]  # |x| is not holomorphic
    if p == 0:
        return apply(ZEROS, (), (types[0].shape, g.dtype))
    kept = _kept(g, types, dims)
    if p == 1:
        return kept * x.sign()
    length = _kept(out, types, dims)
    if p == 2:
        return x * where(length == 0, 0.0, kept / length)
    if math.isinf(p):
        is_best = x.abs() == length
        count = apply(SUM, (is_best,), (dims, True))
        return where(is_best, x.sign() * (kept / count), 0.0)
    scale = where(length == 0, 0.0, kept / length ** (p - 1))
    return where(x == 0, 0.0, x.sign() * x.abs() ** (p - 1)) * scale


vjp("norm", _norm)

non_differentiable("any", "all", "count_nonzero", "argmax", "argmin")
