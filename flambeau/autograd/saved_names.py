"""`grad_fn._saved_self`, `grad_fn._saved_dim`: what a node keeps, under names for people and tools.

The names are those of the operation's arguments, with `self` and `other` for the first two tensors
and `result` for what the call gave; they are looked up only when somebody asks.
"""

from __future__ import annotations

import inspect
from typing import Any

from flambeau.autograd.saved import changed_error, check_version, released_error, unpacked
from flambeau.tensor.tape import GradNode, Packed
from flambeau.tensor.tensor import Tensor

__all__ = ["attach", "saved_names"]

PREFIX = "_saved_"
FIRST = {0: {"x": "self", "input": "self"}, 1: {"y": "other"}}  # by the input's number


def saved_names(node: GradNode) -> dict[str, tuple[str, int]]:
    """name -> ("input" | "attribute", number) or ("result", 0) of all that the node keeps.

    >>> import flambeau
    >>> x = flambeau.ones(2, 3, requires_grad=True)
    >>> saved_names(x.exp().grad_fn)
    {'result': ('result', 0)}
    """
    count = len(node.types)
    names = _argument_names(node.operation.expand, count + len(node.attributes), count)
    found: dict[str, tuple[str, int]] = {}
    for i in range(count):
        if _keeps_input(node, i):
            found[FIRST.get(i, {}).get(names[i], names[i])] = ("input", i)
    for i in range(len(node.attributes)):
        found[names[count + i]] = ("attribute", i)
    if "out" in {n for names in node.derivative.parameters for n in names}:
        found["result"] = ("result", 0)
    return found


def _keeps_input(node: GradNode, i: int) -> bool:
    if node.saved:
        return node.saved[i] is not None
    if not node.released:
        return False
    return i in node.derivative.plan(_pattern(node))[0]


def _pattern(node: GradNode) -> int:
    bits = sum(1 << i for i, edge in enumerate(node.edges) if edge is not None)
    return bits + (1 << len(node.edges))


def _argument_names(function: Any, total: int, inputs: int) -> list[str]:
    """Names of the inputs and attributes: numbered where the function takes any number."""
    names: list[str] = []
    for p in inspect.signature(function).parameters.values():
        if p.kind is p.VAR_POSITIONAL:
            names += [f"{p.name.rstrip('s')}{i}" for i in range(inputs - len(names))]
        else:
            names.append(p.name)
    return names + [f"attribute{i - inputs}" for i in range(len(names), total)]


def saved_value(node: GradNode, kind: str, number: int) -> Any:
    """What is kept: a tensor as it was at the call, a number, or an attribute."""
    if kind == "attribute":
        return node.attributes[number]
    if node.released:
        raise released_error(node)
    entry = node.output if kind == "result" else node.saved[number]
    if type(entry) is Packed:
        return unpacked(entry, (node, 0) if kind == "result" else entry.edge)
    if type(entry) is not tuple:
        return entry
    x, version = entry
    if kind == "input":
        check_version(node, x, version, f"input {number}")
        return x
    if x._storage.version != version:
        raise changed_error(node, x, version, "the result")
    out = Tensor._of(x._storage)  # a new one each time: the node must not refer to itself
    out._layout = x._layout
    out._view_value = x._view_value
    out._view_version = x._view_version
    out._grad_fn = node
    out._requires_grad = True
    return out


def _getattr(self: GradNode, name: str) -> Any:
    if name.startswith(PREFIX):
        found = saved_names(self).get(name[len(PREFIX) :])
        if found is not None:
            return saved_value(self, *found)
    raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")


def _dir(self: GradNode) -> list[str]:
    return [*object.__dir__(self), *(PREFIX + name for name in saved_names(self))]


def attach() -> None:
    """Give the tape's nodes these attributes."""
    GradNode.__getattr__ = _getattr  # type: ignore[attr-defined]
    GradNode.__dir__ = _dir  # type: ignore[method-assign,assignment]
