"""Rules on reductions, whose reduced dims stay with size 1."""

from __future__ import annotations

from flambeau.core import dtype as dt
from flambeau.engine.graph import build
from flambeau.engine.graph.meaning.values import number
from flambeau.engine.graph.node import Node
from flambeau.engine.graph.rewrite import Rule
from flambeau.engine.graph.simplify.movement import match_dims

__all__ = ["REDUCTION"]

_PLAIN = ("sum", "prod", "max", "min")
_EXTREMES = ("max", "min")


def _drop_ones(node: Node) -> Node | None:
    """Reducing a dim of size 1 is no work."""
    (x,) = node.sources
    dims = tuple(d for d in node.attributes[0] if x.shape[d] != 1)
    return None if dims == node.attributes[0] else build.reduce(node.primitive, x, dims)


def _merge(node: Node) -> Node | None:
    """Two reductions of one kind in a row, dims of size 1 between them aside.

    Not for half precision sums, which would no longer be rounded in between.
    """
    name = node.primitive
    inner = node.sources[0]
    if inner.primitive == "reshape":
        inner = inner.sources[0]
    if inner.primitive != name:
        return None
    if node.dtype in (dt.float16, dt.bfloat16) and name not in _EXTREMES:
        return None
    place = match_dims(node.sources[0].shape, inner.shape)
    if place is None:
        return None
    dims = {place[d] for d in node.attributes[0] if d in place} | set(inner.attributes[0])
    whole = build.reduce(name, inner.sources[0], tuple(sorted(dims)))
    return build.reshape(whole, node.shape)


def _of_expand(node: Node) -> Node | None:
    """Reduce what is repeated once: a sum of n equal terms is n times the term."""
    (x,) = node.sources
    if x.primitive != "expand":
        return None
    name, dims, inner = node.primitive, node.attributes[0], x.sources[0]
    repeated = [d for d in dims if inner.shape[d] != x.shape[d]]
    times = 1
    for d in repeated:
        times *= x.shape[d]
    if name == "prod" and repeated and node.dtype is not dt.bool_:
        return None
    rest = tuple(d for d in dims if inner.shape[d] != 1)
    result = build.reduce(name, inner, rest)
    if name == "sum" and repeated and node.dtype is not dt.bool_:
        if node.dtype.category != "int" and number(times, node.dtype).item() != times:
            return None  # the number of terms is not exact in this dtype
        result = build.apply("mul", result, build.constant(times, node.dtype))
    return build.expand(result, node.shape)


def _arg_of_expand(node: Node) -> Node | None:
    """Dims that are repeated but not reduced."""
    (x,) = node.sources
    if x.primitive != "expand":
        return None
    inner = x.sources[0]
    dims = node.attributes[0]
    if any(inner.shape[d] != x.shape[d] for d in dims):
        return None
    return build.expand(build.make(node.primitive, (inner,), (dims,)), node.shape)


REDUCTION = (
    Rule("reduce-ones", _PLAIN, _drop_ones),
    Rule("reduce-reduce", _PLAIN, _merge),
    Rule("reduce-expand", _PLAIN, _of_expand),
    Rule("arg-expand", ("argmax", "argmin"), _arg_of_expand),
)
