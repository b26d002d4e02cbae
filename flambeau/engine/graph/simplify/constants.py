"""Rules on values that are known or have no elements.

A constant has no dims; `expand(reshape(constant))` is the same number in every element, which
`uniform` recognises. Movements of such a value are such values again.
"""

from __future__ import annotations

from typing import Any

from flambeau.core import dtype as dt
from flambeau.core.types import TensorType
from flambeau.engine.graph import build
from flambeau.engine.graph.meaning import MEANINGS
from flambeau.engine.graph.meaning.structure import neutral
from flambeau.engine.graph.node import Node
from flambeau.engine.graph.primitives import PRIMITIVES
from flambeau.engine.graph.rewrite import Rule

__all__ = ["CONSTANTS", "filled", "uniform"]

_SPREADS = frozenset(("expand", "reshape"))
_COMPUTED = tuple(n for n, row in PRIMITIVES.items() if row.kind != "leaf")
_ELEMENTWISE = tuple(n for n, row in PRIMITIVES.items() if row.kind == "elementwise")


def uniform(node: Node) -> Node | None:
    """The constant that every element of `node` equals, if that is plain to see."""
    while node.primitive in _SPREADS:
        node = node.sources[0]
    return node if node.primitive == "constant" else None


def filled(type: TensorType, value: Any) -> Node:
    """`value` in every element of a value of `type`."""
    return build.full(type.shape, value, type.dtype)


def _empty(node: Node) -> Node | None:
    """A value without elements needs no computing."""
    if node.type.numel or (node.primitive in _SPREADS and uniform(node)):
        return None
    return filled(node.type, 0)


def _of_nothing(node: Node) -> Node | None:
    """A reduction over no elements is the neutral value."""
    if node.sources[0].type.numel:
        return None
    name = "sum" if node.primitive == "dot" else node.primitive
    return filled(node.type, neutral(name, node.dtype).item())


def _writes_nothing(node: Node) -> Node | None:
    """Scattering no elements changes nothing."""
    return None if node.sources[1].type.numel else node.sources[0]


def _fold(node: Node) -> Node | None:
    """An elementwise primitive on uniform values, computed now."""
    found = []
    for s in node.sources:
        c = uniform(s)
        if c is None:
            return None
        found.append(c)
    small = build.make(node.primitive, tuple(found), node.attributes)
    result = MEANINGS[small.primitive](small, *[MEANINGS["constant"](c) for c in found])
    return filled(node.type, result.item())


def _moved(node: Node) -> Node | None:
    """Moving the elements of a uniform value changes its shape only. Not `take`: its index must
    be checked."""
    c = uniform(node.sources[0])
    return None if c is None else filled(node.type, c.attributes[0])


def _padded_uniform(node: Node) -> Node | None:
    c = uniform(node.sources[0])
    if c is None or build.constant(node.attributes[3], node.dtype) is not c:
        return None
    return filled(node.type, c.attributes[0])


def _joined_uniform(node: Node) -> Node | None:
    c = uniform(node.sources[0])
    if c is None or any(uniform(s) is not c for s in node.sources):
        return None
    return filled(node.type, c.attributes[0])


def _plain_spread(node: Node) -> Node | None:
    """One form for one uniform value: expand(reshape(constant))."""
    c = uniform(node)
    return None if c is None else filled(node.type, c.attributes[0])


def _position_of_one(node: Node) -> Node | None:
    """argmax and argmin over dims of size 1."""
    shape = node.sources[0].shape
    if any(shape[d] != 1 for d in node.attributes[0]):
        return None
    return filled(node.type, 0)


def _flat_iota(node: Node) -> Node | None:
    """The only index of a dim of size 1 is 0."""
    if node.shape and node.shape[node.attributes[0]] != 1:
        return None
    return filled(node.type, 0)


def _uniform_condition(node: Node) -> Node | None:
    """where with a condition known now."""
    c = uniform(node.sources[0])
    return None if c is None else node.sources[1 if c.attributes[0] else 2]


def _extreme_of_uniform(node: Node) -> Node | None:
    """The greatest of equal values (and bool sums and products) is that value."""
    if node.primitive in ("sum", "prod") and node.dtype is not dt.bool_:
        return None
    c = uniform(node.sources[0])
    return None if c is None else filled(node.type, c.attributes[0])


CONSTANTS = (
    Rule("empty", _COMPUTED, _empty),
    Rule("reduce-nothing", ("sum", "prod", "max", "min", "dot"), _of_nothing),
    Rule("write-nothing", ("scatter", "put", "update"), _writes_nothing),
    Rule("plain-spread", ("expand", "reshape"), _plain_spread),
    Rule("fold", _ELEMENTWISE, _fold),
    Rule("move-uniform", ("permute", "slice", "as_strided"), _moved),
    Rule("pad-uniform", ("pad",), _padded_uniform),
    Rule("cat-uniform", ("cat",), _joined_uniform),
    Rule("iota-of-one", ("iota",), _flat_iota),
    Rule("arg-of-one", ("argmax", "argmin"), _position_of_one),
    Rule("reduce-uniform", ("sum", "prod", "max", "min"), _extreme_of_uniform),
    Rule("where-known", ("where",), _uniform_condition),
)
