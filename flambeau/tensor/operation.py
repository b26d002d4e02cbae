"""`Operation`: a named function of tensors that expands into nodes, and the table of them."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from flambeau.engine.graph.node import Node
from flambeau.engine.runtime.value import Template, input_node

__all__ = ["OPERATIONS", "Operation", "operation"]


class Operation:
    """`expand(*inputs, *attributes) -> Node` with checks, promotion and composition.

    The inputs are nodes: `parameter` for tensors, `scalar` for Python numbers, so the expansion
    sees types and never values. It runs once for each combination of input types and attributes;
    errors for wrong types are raised here, at the call. `derivative` is filled in by
    autograd/vjps.py: None for what is not differentiable.
    """

    __slots__ = ("blame", "derivative", "expand", "name", "templates")

    def __init__(self, name: str, expand: Callable[..., Node]) -> None:
        self.name = name
        self.expand = expand
        self.templates: dict[tuple, Template] = {}
        self.derivative: Any = None
        # blame(attributes, values): which index is out of range, in words; None if none is
        self.blame: Callable[[tuple, tuple], str | None] | None = None

    def template(self, key: tuple) -> Template:
        """The template for key = (attributes, kind of input 0, kind of input 1, ...).

        A kind is a TensorType, or the class of a Python number.
        """
        attributes, *kinds = key
        nodes = [input_node(i, kind) for i, kind in enumerate(kinds)]
        template = Template(self.name, self.expand(*nodes, *attributes))
        if self.blame is not None:
            template.blame = functools.partial(self.blame, attributes)
        if len(self.templates) > 4096:  # a program with ever new shapes must not grow for ever
            self.templates.clear()
        self.templates[key] = template
        return template

    def __repr__(self) -> str:
        return f"<operation {self.name}>"


OPERATIONS: dict[str, Operation] = {}


def operation(name: str) -> Callable[[Callable[..., Node]], Operation]:
    """Decorator: make the expansion below it the operation `name`."""

    def register(expand: Callable[..., Node]) -> Operation:
        assert name not in OPERATIONS, f"operation {name} is defined twice"
        made = OPERATIONS[name] = Operation(name, expand)
        return made

    return register
