"""Print a graph as numbered lines, one for each node."""

from __future__ import annotations

from collections.abc import Iterable

from flambeau.engine.graph.node import Node, topological

__all__ = ["format_graph"]


def format_graph(roots: Iterable[Node]) -> str:
    """One line for each node, sources before users; roots are marked with `*`.

    %0 = parameter 0              float32[3]
    %1 = exp %0                   float32[3]  *
    """
    roots = list(roots)
    wanted = set(roots)
    names: dict[Node, str] = {}
    lines = []
    for node in topological(roots):
        names[node] = f"%{len(names)}"
        attributes = [a for a in node.attributes if a is not node.type]
        words = [*(names[s] for s in node.sources), *(str(a) for a in attributes)]
        text = f"{names[node]} = {node.primitive} {' '.join(words)}"
        lines.append(f"{text:<40}  {node.type}{'  *' if node in wanted else ''}")
    return "\n".join(lines)
