"""`Program`: a planned trace that can be run again and again with other leaves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from flambeau.core.config import config, log
from flambeau.core.errors import NotCompiled
from flambeau.core.types import TensorType
from flambeau.engine.backend.allocator import Buffer, allocate, as_array
from flambeau.engine.graph import build
from flambeau.engine.graph.meaning import interpret
from flambeau.engine.graph.node import Node, topological
from flambeau.engine.runtime.value import NUMBERS, Template, Value

if TYPE_CHECKING:
    from flambeau.engine.runtime.evaluate import Trace

__all__ = ["InterpretedProgram", "Program", "expand_trace", "instantiate", "make_program"]


class Program(Protocol):
    """Leaves in (evaluated Values and Python numbers), one buffer for each root out."""

    def run(self, leaves: Sequence[Any]) -> list[Buffer]: ...


def expand_trace(trace: Trace) -> list[Node]:
    """The graph of the trace's roots; leaf i is parameter i, or scalar i if it is a number."""
    leaves = [
        build.parameter(i, x.type) if type(x) is Value else build.scalar(i, number_dtype(x))
        for i, x in enumerate(trace.leaves)
    ]
    nodes: list[Node] = []
    for template, positions in zip(trace.templates, trace.sources, strict=True):
        sources = [nodes[at] if at >= 0 else leaves[~at] for at in positions]
        nodes.append(instantiate(template, sources))
    return [nodes[at] for at in trace.roots]


def instantiate(template: Template, sources: Sequence[Node]) -> Node:
    """The template's graph on these sources."""
    replacement = {
        n: sources[n.attributes[0]]
        for n in topological([template.root])
        if n.primitive in ("parameter", "scalar")
    }
    return build.substitute(template.root, replacement)


def number_dtype(x: Any) -> Any:
    """The dtype in which a program gets the Python number `x`."""
    return NUMBERS.get(type(x)) or NUMBERS[int]  # subclasses of int: draw keys


def make_program(trace: Trace) -> Program:
    """Plan a trace for the backend that is switched on."""
    roots = expand_trace(trace)
    if config.BACKEND == "interpreter":
        return InterpretedProgram(roots)
    from flambeau.engine.runtime.compiled import compile_program  # backend loading

    try:
        return compile_program(roots, trace)
    except NotCompiled as reason:
        log(1, f"interpreted as a whole: {reason}")
        return InterpretedProgram(roots)


class InterpretedProgram:
    """The graph evaluated by the NumPy meaning of its primitives."""

    def __init__(self, roots: list[Node]) -> None:
        self.roots = roots

    def run(self, leaves: Sequence[Any]) -> list[Buffer]:
        arrays: list[Any] = [
            as_array(x.buffer, x.type.dtype.numpy, x.type.shape)  # type: ignore[arg-type]
            if type(x) is Value
            else None
            for x in leaves
        ]
        scalars = [None if type(x) is Value else x for x in leaves]
        results = interpret(self.roots, arrays, scalars)
        return [_to_buffer(r, root.type) for r, root in zip(results, self.roots, strict=True)]


def _to_buffer(array: np.ndarray, type: TensorType) -> Buffer:
    buffer = allocate(type.nbytes)
    as_array(buffer, type.dtype.numpy, type.shape)[...] = array
    return buffer
