"""Verify: is every node of a graph what its primitive's row says?"""

from __future__ import annotations

from collections.abc import Iterable

from flambeau.engine.graph.node import Node, topological
from flambeau.engine.graph.primitives import PRIMITIVES

__all__ = ["verify"]


def verify(roots: Iterable[Node]) -> None:
    """AssertionError that names the node, if a pass made something that cannot be."""
    for node in topological(roots):
        fault = _fault(node)
        if fault:
            raise AssertionError(f"verify: {fault}: {node!r} of type {node.type}")


def _fault(node: Node) -> str:
    row = PRIMITIVES.get(node.primitive)
    if row is None:
        return "no such primitive"
    if row.arity not in (-1, len(node.sources)):
        return f"{len(node.sources)} sources, {row.arity} expected"
    if len(node.attributes) != len(row.attributes):
        return f"{len(node.attributes)} attributes, {len(row.attributes)} expected"
    types = tuple(s.type for s in node.sources)
    if row.infer(types, node.attributes) is not node.type:
        return f"the row gives type {row.infer(types, node.attributes)}"
    if row.kind == "elementwise":
        first = 1 if node.primitive == "where" else 0
        if any(t.shape != types[0].shape for t in types):
            return "sources of different shapes"
        if any(t.dtype is not types[first].dtype for t in types[first:]):
            return "sources of different dtypes"
    if node.primitive == "reshape" and node.type.numel != types[0].numel:
        return "another number of elements"
    if node.primitive == "expand" and any(
        a not in (1, b) for a, b in zip(types[0].shape, node.shape, strict=True)
    ):
        return "a dim that is neither 1 nor kept"
    return ""
