"""`Digraph`: a directed graph with the names of the `graphviz` package, drawn without Graphviz."""

from __future__ import annotations

import os
import re
import webbrowser
from collections.abc import Mapping
from typing import Any

from flambeau.core.errors import message
from flambeau.debug.graph.layout import Layout, lay_out
from flambeau.debug.graph.picture import save_picture
from flambeau.debug.graph.style import box_size
from flambeau.debug.graph.svg import svg_text

__all__ = ["Digraph"]

FORMATS = ("svg", "png", "pdf", "dot", "gv")


class Digraph:
    """A directed graph: `node` and `edge` describe it, `render` and `save` write pictures of it.

    Attributes are Graphviz's; of these the pictures use style, fillcolor, fontsize, dir and label.
    In a notebook it shows itself.

    >>> from flambeau.debug import Digraph
    >>> graph = Digraph()
    >>> graph.node("a", "first")
    >>> graph.edge("a", "b")
    >>> print(graph.source)
    digraph {
        "a" [label="first"]
        "a" -> "b"
    }
    >>> graph.pipe("svg")[:4]
    b'<svg'
    """

    def __init__(
        self,
        name: str | None = None,
        comment: str | None = None,
        filename: str | None = None,
        format: str | None = None,
        graph_attr: Mapping[str, str] | None = None,
        node_attr: Mapping[str, str] | None = None,
        edge_attr: Mapping[str, str] | None = None,
    ) -> None:
        self.name = name
        self.comment = comment
        self.filename = filename or f"{name or 'Digraph'}.gv"
        self.format = format or "svg"
        self.graph_attr = dict(graph_attr or {})
        self.node_attr = dict(node_attr or {})
        self.edge_attr = dict(edge_attr or {})
        self.nodes: dict[str, dict[str, str]] = {}  # name -> attributes
        self.edges: list[tuple[str, str, dict[str, str]]] = []  # tail, head, attributes
        self._declared: set[str] = set()
        self._layout: tuple[tuple, Layout] | None = None

    def __repr__(self) -> str:
        return f"<Digraph of {len(self.nodes)} nodes and {len(self.edges)} edges>"

    # -- describing ---------------------------------------------------------------------------
    def node(self, name: str, label: str | None = None, **attrs: Any) -> None:
        """Add a node, or more attributes of it; its text is `label`, or its name."""
        found = self.nodes.setdefault(name, {})
        self._declared.add(name)
        if label is not None:
            found["label"] = str(label)
        found.update({k: str(v) for k, v in attrs.items()})

    def edge(self, tail_name: str, head_name: str, label: str | None = None, **attrs: Any) -> None:
        """Add an edge; nodes that are not there yet come with it."""
        for name in (tail_name, head_name):
            self.nodes.setdefault(name, {})
        given = {} if label is None else {"label": str(label)}
        given.update({k: str(v) for k, v in attrs.items()})
        self.edges.append((tail_name, head_name, given))

    def attr(self, kw: str | None = None, **attrs: Any) -> None:
        """Set attributes of the graph, or of all of its "node"s or "edge"s."""
        tables = {None: self.graph_attr, "graph": self.graph_attr,
                  "node": self.node_attr, "edge": self.edge_attr}  # fmt: skip
        tables[kw].update({k: str(v) for k, v in attrs.items()})

    @property
    def source(self) -> str:
        """The graph in Graphviz's language."""
        lines = [f"// {self.comment}"] if self.comment else []
        lines.append(f"digraph {_quoted(self.name)} {{" if self.name else "digraph {")
        tables = (("graph", self.graph_attr), ("node", self.node_attr), ("edge", self.edge_attr))
        lines += [f"    {kind}{_listed(table)}" for kind, table in tables if table]
        lines += [f"    {_quoted(n)}{_listed(self.nodes[n])}"
                  for n in self.nodes if n in self._declared]  # fmt: skip
        lines += [f"    {_quoted(t)} -> {_quoted(h)}{_listed(a)}" for t, h, a in self.edges]
        return "\n".join([*lines, "}", ""])

    def __str__(self) -> str:
        return self.source

    # -- pictures -----------------------------------------------------------------------------
    def layout(self) -> Layout:
        """Where everything stands; computed anew when the graph has changed."""
        key = (len(self.edges), len(self.nodes), str(self.nodes), str(self.node_attr))
        if self._layout is None or self._layout[0] != key:
            number = {name: i for i, name in enumerate(self.nodes)}
            sizes = [
                box_size(own.get("label", name), {**self.node_attr, **own})
                for name, own in self.nodes.items()
            ]
            made = lay_out(sizes, [(number[t], number[h]) for t, h, _ in self.edges])
            self._layout = key, made
        return self._layout[1]

    def pipe(self, format: str | None = None) -> bytes:
        """The picture as bytes: "svg", "png", "pdf" (these two with matplotlib) or "dot"."""
        format = (format or self.format).lower()
        if format in ("dot", "gv"):
            return self.source.encode()
        if format == "svg":
            return svg_text(self).encode()
        if format in ("png", "pdf"):
            return save_picture(self, format)
        raise ValueError(
            message("render", f"format {format!r}", f"one of {', '.join(FORMATS)}", "svg")
        )

    def save(self, filename: str | os.PathLike | None = None, directory: Any = None) -> str:
        """Write the file and return its path: a picture for .svg, .png and .pdf, else the source.

        >>> import os, tempfile
        >>> path = os.path.join(tempfile.mkdtemp(), "graph.svg")
        >>> Digraph().save(path) == path
        True
        """
        path = _path(filename or self.filename, directory)
        format = os.path.splitext(path)[1][1:].lower()
        return _write(path, self.pipe(format if format in FORMATS else "dot"))

    def render(
        self,
        filename: str | os.PathLike | None = None,
        directory: str | os.PathLike | None = None,
        view: bool = False,
        cleanup: bool = False,
        format: str | None = None,
        *,
        outfile: str | os.PathLike | None = None,
    ) -> str:
        """Write the source to `filename` and the picture to `filename.format`; the latter's path.

        outfile: the picture's path, whose suffix is the format; cleanup: no file with the source;
        view: open the picture in the browser. A filename that ends in the format's suffix gets no
        second one.
        """
        if outfile is not None:
            path = _path(outfile, directory)
            format = format or os.path.splitext(path)[1][1:]
            source = os.path.splitext(path)[0] + ".gv"
        else:
            source = _path(filename or self.filename, directory)
            format = format or self.format
            stem, suffix = os.path.splitext(source)
            path = f"{source}.{format}"
            if suffix.lower() == f".{format.lower()}":
                path, source = source, stem
        picture = self.pipe(format)
        if not cleanup:
            _write(source, self.pipe("dot"))
        _write(path, picture)
        if view:
            webbrowser.open("file://" + os.path.abspath(path))
        return path

    def _repr_svg_(self) -> str:
        return svg_text(self)

    def _repr_html_(self) -> str:
        """The picture in a box of limited height: long graphs are to be scrolled."""
        style = "max-height:40em;overflow:auto;border:1px solid #ddd;background:white"
        return f'<div style="{style}">{svg_text(self)}</div>'


def _path(filename: str | os.PathLike, directory: Any) -> str:
    return os.path.join(directory, filename) if directory is not None else os.fspath(filename)


def _write(path: str, content: bytes) -> str:
    folder = os.path.dirname(path)
    if folder:
        os.makedirs(folder, exist_ok=True)
    with open(path, "wb") as file:
        file.write(content)
    return path


_WORD = re.compile(r"[A-Za-z_]\w*|-?\d+(\.\d+)?")


def _quoted(text: str) -> str:
    """A double-quoted string; in labels backslashes are Graphviz's own (\\n, \\l)."""
    return '"' + text.replace('"', '\\"').replace("\n", "\\n") + '"'


def _listed(attributes: Mapping[str, str]) -> str:
    parts = []
    for name, value in attributes.items():
        is_word = _WORD.fullmatch(value) and name != "label"
        parts.append(f"{name}={value if is_word else _quoted(value)}")
    return f" [{' '.join(parts)}]" if parts else ""
