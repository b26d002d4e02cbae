"""Directed graphs as pictures, without Graphviz: description, layout, SVG and PNG."""

from flambeau.debug.graph.dot import Digraph
from flambeau.debug.graph.history import make_dot

__all__ = ["Digraph", "make_dot"]
