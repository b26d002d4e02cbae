"""`Program`: a planned trace that can be run again and again with other leaves."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np

from flambeau.core.config import config, log
from flambeau.core.errors import NotCompiled
from flambeau.core.types import TensorType
from flambeau.engine.backend.allocator import Buffer, allocate, as_array
from flambeau.engine.backend.listening import LISTENERS
from flambeau.engine.graph import build
from flambeau.engine.graph.labels import active
from flambeau.engine.graph.meaning import interpret
from flambeau.engine.graph.node import Node, topological
from flambeau.engine.runtime.value import NUMBERS, Template, Value

if TYPE_CHECKING:
    from flambeau.engine.runtime.evaluate import Trace

__all__ = [
    "InterpretedProgram",
    "Program",
    "Recipe",
    "expand_recipe",
    "expand_trace",
    "instantiate",
    "make_program",
]


class Program(Protocol):
    """Leaves in (evaluated Values and Python numbers), one buffer for each root out."""

    recipe: Recipe

    def run(self, leaves: Sequence[Any]) -> list[Buffer]: ...


class Recipe(NamedTuple):
    """A trace without its values: what a program computes, so that it can be planned again."""

    templates: Sequence[Template]
    sources: Sequence[Sequence[int]]  # positions of inputs, as in Trace
    leaves: Sequence[Any]  # a TensorType, or a number's DType
    roots: Sequence[int]
    donated: Sequence[int]

    @staticmethod
    def of(trace: Trace) -> Recipe:
        """The recipe of a trace whose roots are known."""
        leaves = [x.type if type(x) is Value else number_dtype(x) for x in trace.leaves]
        return Recipe(trace.templates, trace.sources, leaves, trace.roots, trace.donated)


def expand_recipe(recipe: Recipe) -> list[Node]:
    """The graph of the roots; leaf i is parameter i, or scalar i if it is a number.

    Each node is labelled with the position of the template that it comes from.
    """
    leaves = [
        build.parameter(i, x) if isinstance(x, TensorType) else build.scalar(i, x)
        for i, x in enumerate(recipe.leaves)
    ]
    nodes: list[Node] = []
    pairs = zip(recipe.templates, recipe.sources, strict=True)
    for at, (template, positions) in enumerate(pairs):
        sources = [nodes[i] if i >= 0 else leaves[~i] for i in positions]
        if active:
            active[-1].current = frozenset((at,))
        nodes.append(instantiate(template, sources))
    return [nodes[at] for at in recipe.roots]


def expand_trace(trace: Trace) -> list[Node]:
    """The graph of a trace's roots."""
    return expand_recipe(Recipe.of(trace))


def instantiate(template: Template, sources: Sequence[Node]) -> Node:
    """The template's graph on these sources."""
    replacement = {
        n: sources[n.attributes[0]]
        for n in topological([template.root])
        if n.primitive in ("parameter", "scalar")
    }
    if active:
        _label_what_stays(template, replacement)
    return build.substitute(template.root, replacement)


def _label_what_stays(template: Template, replacement: dict[Node, Node]) -> None:
    """Nodes that substitution leaves as they are, because the numbers of their leaves are the same,
    are not made anew, so nobody else labels them."""
    same: set[Node] = {n for n, new in replacement.items() if n is new}
    for node in topological([template.root]):
        if node not in replacement and same.issuperset(node.sources):
            same.add(node)
            active[-1].note(node)


def number_dtype(x: Any) -> Any:
    """The dtype in which a program gets the Python number `x`."""
    return NUMBERS.get(type(x)) or NUMBERS[int]  # subclasses of int: draw keys


def make_program(trace: Trace) -> Program:
    """Plan a trace for the backend that is switched on."""
    begin = time.perf_counter_ns()
    recipe = Recipe.of(trace)
    roots = expand_recipe(recipe)
    program = _program(roots, trace)
    program.recipe = recipe
    for listener in LISTENERS:
        listener.planned(program, begin, time.perf_counter_ns())
    return program


def _program(roots: list[Node], trace: Trace) -> Program:
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

    recipe: Recipe

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
        begin = time.perf_counter_ns()
        results = interpret(self.roots, arrays, scalars)
        end = time.perf_counter_ns()
        for listener in LISTENERS:
            listener.ran(self, begin, end, [(begin, end)])
        return [_to_buffer(r, root.type) for r, root in zip(results, self.roots, strict=True)]


def _to_buffer(array: np.ndarray, type: TensorType) -> Buffer:
    buffer = allocate(type.nbytes)
    as_array(buffer, type.dtype.numpy, type.shape)[...] = array
    return buffer
