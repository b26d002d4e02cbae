"""Lifting: what a function did to stand-ins of one example each becomes what it does to a batch.

A function runs once, on stand-ins: tensors of one example's shape whose values never come. The
graph it recorded is batched primitive by primitive (engine/graph/batch.py), so nothing here
knows operations. What it put on the tape is kept: backward runs over it with a stand-in for
each cotangent, and is lifted in turn. So gradients through and inside of vmap nest freely.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from flambeau.autograd.engine import Edge, run
from flambeau.core.errors import DataDependentError
from flambeau.core.types import TensorType, tensor_type
from flambeau.engine.graph import build
from flambeau.engine.graph.batch import batch
from flambeau.engine.graph.node import Node as GraphNode
from flambeau.engine.graph.node import topological
from flambeau.engine.runtime.evaluate import TRACING, record
from flambeau.engine.runtime.program import instantiate, number_dtype
from flambeau.engine.runtime.storage import Storage
from flambeau.engine.runtime.value import Template, Value
from flambeau.tensor.apply import edge_of, wrap
from flambeau.tensor.tape import AccumulateGrad, Node, mode, next_sequence
from flambeau.tensor.tensor import Tensor
from flambeau.tensor.view import grad_fn_of, value_of

__all__ = ["Trace", "stand_in", "tracing"]

_templates: dict[GraphNode, Template] = {}  # nodes are interned: an equal graph is the same key
MAX_TEMPLATES = 4096


@contextmanager
def tracing() -> Iterator[list[Value]]:
    """While a function runs on stand-ins, nothing it records is evaluated for its own sake.

    Gives the list of what is recorded.
    """
    recorded: list[Value] = []
    TRACING.append(recorded)
    try:
        yield recorded
    finally:
        TRACING.pop()


def stand_in(batched: Tensor) -> Tensor:
    """A tensor for one example of `batched`, whose examples lie along dim 0."""
    whole = value_of(batched).type
    value = Value.__new__(Value)
    value.template, value.inputs, value.buffer = None, (), None
    value.type = tensor_type(whole.dtype, whole.shape[1:])
    value.error = DataDependentError(
        "vmap: the function looked at a value (item(), bool(), numpy(), print, an index that "
        "depends on data), or wrote into a tensor from outside; given a tensor that stands for all "
        "examples at once; try where() instead of if, or a loop over the examples"
    )
    result = Tensor._of(Storage(value))
    if mode.grad and batched._requires_grad:
        result._requires_grad = True
    return result


@dataclass(eq=False)
class Trace:
    """One run on stand-ins. Pairs are (stand-in, the batch it stands for)."""

    pairs: list[tuple[Tensor, Tensor]]
    size: int
    randomness: str
    recorded: list[Value]
    start: int = field(default_factory=next_sequence)  # nodes on the tape from here on are ours
    examples: dict[Value, Tensor] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.examples = {s._storage.value: b for s, b in self.pairs}

    def random(self) -> set[Value]:
        """The recorded random numbers, unless all examples share them."""
        if self.randomness == "same":
            return set()
        return {v for v in self.recorded if v.template is not None and v.template.is_random}

    def lift(self, outputs: Sequence[Tensor]) -> list[Tensor]:
        """The batch of each output, along dim 0, on the tape where the outputs are."""
        with tracing():  # a stale view, or a part of a complex tensor, is recorded only now
            values = [value_of(o) for o in outputs]
            edges = [_edge(o) for o in outputs]
        results = [wrap(v) for v in _batched_values(self, values)]
        if mode.grad and any(e is not None for e in edges):
            node = VmapNode(self, edges)
            for i, (result, edge) in enumerate(zip(results, edges, strict=True)):
                if edge is not None:
                    result._grad_fn, result._output_nr = node, i
                    result._requires_grad = True
        return results


def _edge(x: Tensor) -> Edge | None:
    grad_fn_of(x)
    return edge_of(x)


# -- values -------------------------------------------------------------------------------------
def _batched_values(trace: Trace, values: list[Value]) -> list[Value]:
    known = dict.fromkeys(trace.examples, True)
    order = _dependents(values, known, trace.random())
    leaves: dict[Any, int] = {}  # Values that are read as they are, and numbers by identity
    kept: list[Any] = []
    nodes: dict[Value, GraphNode] = {}
    wholes: dict[GraphNode, GraphNode] = {}

    def leaf(x: Any) -> GraphNode:
        key = x if type(x) is Value else (id(x), "number")
        if key not in leaves:
            leaves[key] = len(kept)
            kept.append(x)
        at = leaves[key]
        if type(x) is Value:
            return build.parameter(at, x.type)
        return build.scalar(at, number_dtype(x))

    for value, example in trace.examples.items():
        at = len(kept)
        kept.append(value_of(example))
        nodes[value] = build.parameter(at, value.type)
        wholes[nodes[value]] = build.parameter(at, kept[at].type)
    for value in order:
        sources = [nodes[x] if x in nodes else leaf(x) for x in _inputs(value)]
        nodes[value] = instantiate(value.template, sources)  # type: ignore[arg-type]
    roots = [nodes[v] if v in nodes else leaf(v) for v in values]
    lifted = batch(roots, wholes, trace.size, trace.randomness)
    return [_record(root, kept) for root in lifted]


def _inputs(value: Value) -> tuple[Any, ...]:
    return value.inputs


def _dependents(values: list[Value], depends: dict[Value, bool], random: set[Value]) -> list[Value]:
    """The recorded values under `values` that depend on an example or are drawn, inputs first.

    `depends` tells what is known: that the stand-ins do.
    """
    order: list[Value] = []
    stack = list(reversed(values))
    while stack:
        value = stack[-1]
        if value in depends:
            stack.pop()
            continue
        inputs = [x for x in value.inputs if type(x) is Value]
        missing = [x for x in inputs if x not in depends]
        if missing:
            stack += missing
            continue
        stack.pop()
        depends[value] = value in random or any(depends[x] for x in inputs)
        if depends[value]:
            order.append(value)
    return order


def _record(root: GraphNode, kept: list[Any]) -> Value:
    """The value of a graph whose parameter i is kept[i]."""
    used = sorted({n.attributes[0] for n in topological([root])
                   if n.primitive in ("parameter", "scalar")})  # fmt: skip
    place = {at: i for i, at in enumerate(used)}
    replacement = {
        n: build.make(n.primitive, (), (place[n.attributes[0]], n.attributes[1]))
        for n in topological([root])
        if n.primitive in ("parameter", "scalar")
    }
    compact = build.substitute(root, replacement)
    template = _templates.get(compact)
    if template is None:
        if len(_templates) >= MAX_TEMPLATES:
            _templates.clear()
        template = _templates[compact] = Template("vmap", compact)
    return record(template, tuple(kept[at] for at in used))


# -- the tape -----------------------------------------------------------------------------------
class VmapNode(Node):
    """On the tape for all that a traced function did.

    Its inputs are the batches, and the edges by which the function's own tape reaches what was
    there before it: parameters that it found outside.
    """

    def __init__(self, trace: Trace, roots: list[Edge | None]) -> None:
        self.trace = trace
        self.roots = roots
        self.outputs = len(roots)
        self.types: list[TensorType] = []
        inner: list[Edge] = []
        edges: list[Edge] = []
        for stand, whole in trace.pairs:
            edge = edge_of(whole)
            if stand._requires_grad and edge is not None:
                inner.append((stand._accumulator(), 0))
                edges.append(edge)
        self.count = len(inner)  # of these the gradient is a batch; of others a sum
        outer = _crossings(trace, roots, {edge[0] for edge in inner})
        self.inner = inner + outer
        self.edges = edges + outer
        self.sequence = next_sequence()

    def name(self) -> str:
        return "VmapBackward"

    def release(self) -> None:
        """Forget the function's tape."""
        self.trace, self.roots, self.inner = None, [], []  # type: ignore[assignment]
        self.released = True

    def backward(self, gs: list[Tensor | None], needed: set[Node] | None) -> list[Tensor | None]:
        """The cotangents of the edges: backward of one example, lifted."""
        pairs = list(self.trace.pairs)
        arrived: list[tuple[Edge, Tensor]] = []
        with tracing() as recorded:
            for edge, g in zip(self.roots, gs, strict=True):
                if edge is not None and g is not None:
                    stand = stand_in(g)
                    pairs.append((stand, g))
                    arrived.append((edge, stand))
            found = run(
                arrived, True, mode.grad, self.inner, accumulate=False, floor=self.trace.start
            )
        at = [i for i, edge in enumerate(self.inner) if edge in found]
        inner = self.trace
        recorded = [*inner.recorded, *recorded]
        trace = Trace(pairs, inner.size, inner.randomness, recorded, inner.start)
        lifted = trace.lift([found[self.inner[i]] for i in at])
        result: list[Tensor | None] = [None] * len(self.edges)
        for i, g in zip(at, lifted, strict=True):
            result[i] = g if i < self.count else g.sum(0)
        return result


def _crossings(trace: Trace, roots: list[Edge | None], own: set[Node]) -> list[Edge]:
    """The edges from the function's tape to what was there before."""
    found: dict[Edge, None] = {}
    seen: set[Node] = set()
    stack = [edge for edge in roots if edge is not None]
    while stack:
        edge = stack.pop()
        node = edge[0]
        if node in own or node in seen:
            continue
        if node.sequence >= trace.start:
            seen.add(node)
            stack += [e for e in node.edges if e is not None]
        elif not (isinstance(node, AccumulateGrad) and _is_inside(trace, node.variable)):
            found[edge] = None
    return list(found)


def _is_inside(trace: Trace, leaf: Tensor) -> bool:
    """Whether a leaf was made inside, from an example: an inner gradient was taken there."""
    value = value_of(leaf)
    known = dict.fromkeys(trace.examples, True)
    return value in known or bool(_dependents([value], known, set()))
