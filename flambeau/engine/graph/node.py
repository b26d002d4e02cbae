"""`Node`: one application of a primitive, immutable and interned.

Two nodes with the same primitive, sources and attributes are the same object, so common
subexpressions merge by themselves. Nodes exist only while something is planned; what runs
is the plan made of them.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Iterator

from flambeau.core.dtype import DType
from flambeau.core.types import Shape, TensorType
from flambeau.engine.graph.labels import active

__all__ = ["Node", "intern", "topological"]


class Node:
    """`primitive(*sources, **attributes)` with the type of its value."""

    __slots__ = ("__weakref__", "attributes", "primitive", "sources", "type")

    def __init__(
        self, primitive: str, sources: tuple[Node, ...], attributes: tuple, type: TensorType
    ) -> None:
        self.primitive = primitive
        self.sources = sources
        self.attributes = attributes  # in the order of the primitive's row
        self.type = type

    @property
    def dtype(self) -> DType:
        return self.type.dtype

    @property
    def shape(self) -> Shape:
        return self.type.shape

    def __repr__(self) -> str:
        return self._text(3)

    def _text(self, depth: int) -> str:
        """The expression down to `depth` levels: all of a graph could be exponentially long."""
        if self.sources and not depth:
            return f"{self.primitive}(...)"
        sources = [s._text(depth - 1) for s in self.sources]
        inside = ", ".join(sources + [repr(a) for a in self.attributes])
        return f"{self.primitive}({inside})" if len(inside) < 200 else f"{self.primitive}(...)"


_NODES: weakref.WeakValueDictionary[tuple, Node] = weakref.WeakValueDictionary()


def intern(primitive: str, sources: tuple[Node, ...], attributes: tuple, type: TensorType) -> Node:
    """The node with this content; only engine/graph/build.py calls it."""
    # values that compare equal but differ (0 and 0.0, 1 and True, 0.0 and -0.0) must not merge
    key = (primitive, sources, attributes, repr(attributes), type)
    found = _NODES.get(key)
    if found is None:
        found = _NODES.setdefault(key, Node(primitive, sources, attributes, type))
    if active:
        active[-1].note(found)
    return found


def topological(roots: Iterable[Node]) -> Iterator[Node]:
    """Every node that the roots need, sources before users, each once."""
    done: set[Node] = set()
    stack = [(root, False) for root in reversed(list(roots))]
    while stack:
        node, expanded = stack.pop()
        if node in done:
            continue
        if expanded:
            done.add(node)
            yield node
            continue
        stack.append((node, True))
        stack.extend((s, False) for s in reversed(node.sources) if s not in done)
