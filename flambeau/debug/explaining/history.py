"""A tensor's place on the tape: what backward would pass and reach."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flambeau.core.language import say
from flambeau.debug.explaining.memory import dtype_of, layout_in, name_of
from flambeau.tensor.tape import AccumulateGrad, GradNode, Node
from flambeau.tensor.tensor import Tensor

__all__ = ["changed_since", "node_of", "reached", "walk"]


def node_of(x: Tensor) -> tuple[Node | None, bool]:
    """(x's node, whether it requires grad), as of now.

    A view of what was written in place since gets its history when it is used next: until then it
    is that of its base.
    """
    base = x._base
    is_stale = base is not None and x._grad_version != x._storage.version
    if is_stale and base._requires_grad and base._grad_fn is not None:
        return base._grad_fn, True
    return x._grad_fn, bool(x._requires_grad)


def walk(node: Node | None) -> Iterator[Node]:
    """The nodes that backward from `node` may pass, itself first."""
    seen: set[int] = set()
    stack = [node]
    while stack:
        n = stack.pop()
        if n is None or id(n) in seen:
            continue
        seen.add(id(n))
        yield n
        stack += [edge[0] for edge in n.edges if edge is not None]


def reached(node: Node | None, names: Mapping[str, Any]) -> list[str]:
    """The leaves that get a gradient."""
    return [
        described(n.variable, names) for n in walk(node) if isinstance(n, AccumulateGrad)
    ]  # fmt: skip


def described(x: Tensor, names: Mapping[str, Any]) -> str:
    """A tensor in few words: the global variable that holds it, its dtype and shape."""
    type_ = f"{dtype_of(x).name}{list(layout_in(x).shape)}"
    name = name_of(x, names)
    return f"{name} {type_}" if name else type_


def changed_since(node: Node | None) -> list[str]:
    """What would make backward fail: kept values that were written since, or are gone."""
    problems = []
    for n in walk(node):
        if n.released:
            problems.append(say(f"{n.name()} has given back what it kept: backward has been here"))
        elif isinstance(n, GradNode):
            problems += list(_written(n))
    return problems


def _written(node: GradNode) -> Iterator[str]:
    for i, entry in enumerate(node.saved or ()):
        if type(entry) is tuple and entry[0]._storage.version != entry[1]:
            yield say(f"{node.name()} kept its input {i}, which was written in place since")
    entry = node.output
    if type(entry) is tuple and entry[0]._storage.version != entry[1]:
        yield say(f"{node.name()} kept its result, which was written in place since")
