"""`make_dot`: the graph that backward will walk, as a picture."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flambeau.core.errors import message
from flambeau.debug.graph.dot import Digraph
from flambeau.tensor.tensor import Tensor

__all__ = ["make_dot"]

PREFIX = "_saved_"  # of the attributes of a `grad_fn` that hold what backward needs

NODES = {
    "style": "filled", "shape": "box", "align": "left", "fontsize": "10", "ranksep": "0.1",
    "height": "0.2", "fontname": "monospace",
}  # fmt: skip


def make_dot(
    y: Any,
    params: Mapping[str, Tensor] | None = None,
    show_attrs: bool = False,
    show_saved: bool = False,
    max_attr_chars: int = 50,
) -> Digraph:
    """The graph of operations behind `y` (a tensor, or a tuple or list of tensors).

    Light blue: the leaves that get a gradient, with the names that `params` has for them, and
    shapes. Grey: the operations' backward functions. Light green: `y`; dark green: what `y` is a
    view of. Orange: saved tensors, those of custom functions always, all with show_saved=True.
    show_attrs=True lists each function's other saved attributes, cut at `max_attr_chars`
    characters.

    Source: the arguments and colours are those of the package torchviz.

    >>> import flambeau
    >>> w = flambeau.ones(2, 3, requires_grad=True)
    >>> graph = flambeau.debug.make_dot((w * 2).sum(), params={"w": w})
    >>> graph
    <Digraph of 5 nodes and 4 edges>
    >>> import os, tempfile
    >>> path = graph.render(os.path.join(tempfile.mkdtemp(), "graph"), format="svg")
    """
    outputs = y if isinstance(y, (tuple, list)) else (y,)
    for x in outputs:
        if not isinstance(x, Tensor):
            raise TypeError(
                message(
                    "make_dot", f"a {type(x).__name__}", "a tensor, or a tuple of tensors",
                    "make_dot(tuple(outputs.values())) for a dict",
                )
            )  # fmt: skip
    for name, x in (params or {}).items():
        if not isinstance(x, Tensor):
            raise TypeError(
                message(
                    "make_dot", f"a {type(x).__name__} in params[{name!r}]", "tensors",
                    "params=dict(model.named_parameters())",
                )
            )  # fmt: skip
    walk = _Walk(params or {}, show_attrs, show_saved, max_attr_chars)
    for x in outputs:
        walk.add_output(x, "darkolivegreen1")
    return walk.graph


class _Walk:
    """Goes from the outputs back to the leaves."""

    def __init__(
        self, params: Mapping[str, Tensor], show_attrs: bool, show_saved: bool, width: int
    ) -> None:
        self.graph = Digraph(graph_attr={"size": "12,12"}, node_attr=NODES)
        self.names = {id(x): name for name, x in params.items()}
        self.show_attrs = show_attrs
        self.show_saved = show_saved
        self.width = max(width, 3)
        self.numbers: dict[int, str] = {}  # id of what is shown -> its name in the graph
        self.alive: list[Any] = []  # so that no id is given twice

    def _name(self, x: Any) -> tuple[str, bool]:
        """The name of `x` in the graph, and whether it is new."""
        found = self.numbers.get(id(x))
        if found is not None:
            return found, False
        self.alive.append(x)
        made = self.numbers[id(x)] = f"n{len(self.numbers)}"
        return made, True

    def add_output(self, x: Tensor, fill: str) -> None:
        name, is_new = self._name(x)
        if not is_new:
            return
        self.graph.node(name, self._label(x), fillcolor=fill)
        node = x.grad_fn  # type: ignore[attr-defined]
        if node is not None:
            self._add_functions(node)
            self.graph.edge(self._name(node)[0], name)
        if x._base is not None:
            base = x._base
            is_leaf = base.grad_fn is None
            self.add_output(base, "lightblue" if is_leaf else "darkolivegreen3")
            self.graph.edge(self._name(base)[0], name, style="dotted")

    def _add_functions(self, first: Any) -> None:
        """Add a function and all that it leads to; graphs may be far deeper than Python's stack."""
        if not self._name(first)[1]:
            return
        stack = [first]
        while stack:
            node = stack.pop()
            name = self._name(node)[0]
            variable = getattr(node, "variable", None)
            if isinstance(variable, Tensor):
                leaf = self._name(variable)[0]
                self.graph.node(leaf, self._label(variable), fillcolor="lightblue")
                self.graph.edge(leaf, name)
            self.graph.node(name, self._function_label(node))
            for source, _ in node.next_functions:
                if source is not None:
                    source_name, is_new = self._name(source)
                    self.graph.edge(source_name, name)
                    if is_new:
                        stack.append(source)
            self._add_saved(node, name)

    def _add_saved(self, node: Any, name: str) -> None:
        if self.show_saved:
            for attribute, value in _saved(node):
                if isinstance(value, Tensor):
                    self._add_tensor(value, attribute, name)
                elif isinstance(value, (tuple, list)):
                    for i, x in enumerate(value):
                        if isinstance(x, Tensor):
                            self._add_tensor(x, f"{attribute}[{i}]", name)
        for x in getattr(node, "saved_tensors", ()):
            if isinstance(x, Tensor):
                self._add_tensor(x, "", name)

    def _add_tensor(self, x: Tensor, attribute: str, owner: str) -> None:
        name, is_new = self._name(x)
        if is_new:
            self.graph.node(name, self._label(x, attribute), fillcolor="orange")
        is_leaf = x.requires_grad and x.grad_fn is None  # type: ignore[attr-defined]
        # a leaf stands above its function in any case: an edge that leads up would be in the way
        tail, head = (name, owner) if is_leaf else (owner, name)
        self.graph.edge(tail, head, dir="none")

    def _label(self, x: Tensor, name: str = "") -> str:
        name = name or self.names.get(id(x), "")
        shape = f"({', '.join(map(str, x.shape))})"  # type: ignore[attr-defined]
        return f"{name}\n {shape}" if name else f" {shape}"

    def _function_label(self, node: Any) -> str:
        title = type(node).__name__
        if not self.show_attrs:
            return title
        rows = {name: _word(value) for name, value in _saved(node)}
        if not rows:
            return title
        left = max(map(len, rows))
        right = min(max(map(len, rows.values())), self.width)
        lines = [title, "-" * max(left + right + 2, len(title))]
        for name, text in rows.items():
            text = text if len(text) <= right else text[: max(right - 3, 0)] + "..."
            lines.append(f"{name:<{left}}: {text:>{right}}")
        return "\n".join(lines)


def _saved(node: Any) -> Iterator[tuple[str, Any]]:
    """(name, value) of each `_saved_*` attribute of a function."""
    for attribute in dir(node):
        if attribute.startswith(PREFIX):
            yield attribute[len(PREFIX) :], getattr(node, attribute)


def _word(value: Any) -> str:
    if isinstance(value, Tensor):
        return "[saved tensor]"
    if isinstance(value, (tuple, list)) and any(isinstance(x, Tensor) for x in value):
        return "[saved tensors]"
    return str(value)
