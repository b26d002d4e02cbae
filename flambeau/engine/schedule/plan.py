"""The pipeline on one page: a graph becomes a plan.

split complex values, simplify, decompose, partition, then for each group lower and transform,
then memory. Each stage is value in, value out; nothing else in the package knows the order. A
plan is data: the kernels, what each of their words holds, and where every buffer lies. The
backend makes a program of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flambeau.core.config import config, log
from flambeau.core.errors import NotCompiled
from flambeau.engine.graph import build
from flambeau.engine.graph.labels import follow
from flambeau.engine.graph.node import Node, topological
from flambeau.engine.graph.primitives import PRIMITIVES
from flambeau.engine.graph.simplify import simplify
from flambeau.engine.graph.verify import verify
from flambeau.engine.kernel import ir
from flambeau.engine.kernel.choose import PIECE
from flambeau.engine.kernel.lower import NeedsBuffer, Scratch, cut_reduction, lower_group
from flambeau.engine.kernel.transform import Lowered, finish
from flambeau.engine.schedule.complex import split_complex
from flambeau.engine.schedule.decompose import decompose
from flambeau.engine.schedule.library import (
    CsrStep,
    DotStep,
    SortStep,
    match_csr,
    match_dot,
    match_sort,
)
from flambeau.engine.schedule.memory import Lifetimes, assign_arena
from flambeau.engine.schedule.opaque import lower_opaque
from flambeau.engine.schedule.partition import Group, is_movement, partition

__all__ = ["InterpretStep", "KernelStep", "Place", "Plan", "make_plan", "preview"]

MAX_REWRITES = 64  # restarts because a value has to be stored first


@dataclass
class KernelStep:
    """One generated kernel."""

    lowered: Lowered
    node: Node  # what it computes, for the log
    members: tuple[Node, ...] = ()  # all that it computes


@dataclass
class InterpretStep:
    """Nodes that no backend compiles: the NumPy meaning answers, outside the native program.

    They have the same sources: a routine's outputs, or one node of another primitive.
    """

    nodes: list[Node]


Step = KernelStep | DotStep | SortStep | CsrStep | InterpretStep


@dataclass(frozen=True)
class Place:
    """Where a buffer lies: kind "leaf" (number i), "output" (of root i), "arena" (offset)."""

    kind: str
    at: int


@dataclass
class Plan:
    """Steps in order; places of all buffers; for each root the place of its value."""

    steps: list[Step]
    places: dict[Any, Place]  # Node or Scratch -> Place
    results: list[Place]
    arena_bytes: int


def make_plan(roots: Sequence[Node], donated: frozenset[int] = frozenset()) -> Plan:
    """The plan that computes `roots`; leaves in `donated` may be overwritten."""
    graph = _prepared(roots)
    for _ in range(MAX_REWRITES):
        refused: set[Node] = set()
        steps, shared = _steps(graph, refused)
        if not refused:
            break
        log(3, f"stored first: {refused}")
        graph = _stored_first(graph, refused)
    else:
        raise AssertionError("make_plan: values keep asking to be stored first")
    return _place(graph, steps, shared, donated)


def _prepared(roots: Sequence[Node]) -> list[Node]:
    """The graph as it is partitioned."""
    graph = simplify(split_complex(roots))
    graph = decompose(graph)
    graph = [_without_reshape(r) for r in simplify(graph)]
    if config.CHECK:
        verify(graph)
    return graph


def preview(roots: Sequence[Node]) -> list[Group]:
    """The groups of nodes that would share kernels; nothing is lowered or compiled."""
    return partition(_prepared(roots)).groups


def _stored_first(graph: list[Node], nodes: set[Node]) -> list[Node]:
    """The graph with a copy of each of `nodes` in its place."""
    made: dict[Node, Node] = {}
    for node in topological(graph):
        follow(node)
        sources = tuple(made[s] for s in node.sources)
        same = node if sources == node.sources else build.make(
            node.primitive, sources, node.attributes
        )  # fmt: skip
        made[node] = build.copy(same) if node in nodes else same
    return [made[root] for root in graph]


def _without_reshape(root: Node) -> Node:
    """A wanted reshape is the same memory as what it reshapes."""
    while root.primitive == "reshape":
        root = root.sources[0]
    return root


# -- lowering -----------------------------------------------------------------------------------
def _steps(graph: list[Node], refused: set[Node]) -> tuple[list[Step], dict[Node, Node]]:
    """Steps in order, and which values live in the memory of another.

    What has to be stored before another reads it is put into `refused`; then the steps are not all.
    """
    parts = partition(graph)
    stored_nodes = parts.stored

    def stored(node: Node) -> bool:
        # a wanted movement or constant has a buffer, but others look through it: its copy may
        # come later
        if node.primitive in ("constant", "iota", "scalar"):
            return False
        return node.primitive == "parameter" or (node in stored_nodes and not is_movement(node))

    # a kernel recomputes what is cheap rather than wait for it: a value that a later group stores
    # cannot be read yet
    computed: set[Node] = set()

    def readable(node: Node) -> bool:
        return stored(node) and (node.primitive == "parameter" or node in computed)

    shared: dict[Node, Node] = {}
    steps: list[Step] = []
    last_reader = _last_readers(parts.groups, stored)
    for i, group in enumerate(parts.groups):
        node = group.members[-1]
        computed.update(group.members)
        try:
            if not group.opaque:
                steps += _group_steps(group, readable)
            elif node.primitive == "dot":
                steps.append(match_dot(node, readable))
            elif node.primitive == "argsort":
                steps.append(match_sort(node, readable))
            elif node.primitive in ("csr_dot", "csr_sampled"):
                steps.append(match_csr(node, readable))
            else:
                steps += _opaque_steps(node, i, readable, last_reader, shared, set(graph))
        except NeedsBuffer as error:
            refused.add(error.node)
        except NotCompiled:
            try:
                _require_stored(node, readable)
            except NeedsBuffer as error:
                refused.add(error.node)
            _interpret(node, steps)
    return steps, shared


def _interpret(node: Node, steps: list[Step]) -> None:
    """Add `node` to the step that calls its routine, or make a step for it."""
    if node.primitive == "routine":
        for step in steps:
            if isinstance(step, InterpretStep) and _same_call(step.nodes[0], node):
                step.nodes.append(node)
                return
    steps.append(InterpretStep([node]))


def _same_call(a: Node, b: Node) -> bool:
    same = a.primitive == b.primitive and a.sources == b.sources
    return same and a.attributes[:-1] == b.attributes[:-1]


def _group_steps(group: Group, stored: Any) -> list[Step]:
    draft = lower_group(group.members, group.outputs, group.shape, group.reduce_dims, stored)
    drafts = [draft]
    if group.is_long and len(draft.parts) == 4:
        drafts = list(cut_reduction(draft, PIECE))
    members = tuple(group.members)
    return [KernelStep(finish(d), group.members[-1], members) for d in drafts]


def _opaque_steps(
    node: Node, position: int, stored: Any, last_reader: dict[Node, int], shared: dict[Node, Node],
    roots: set[Node],
) -> list[Step]:  # fmt: skip
    in_place = False
    if node.primitive in ("update", "scatter", "put"):
        base = node.sources[0]
        others = [s for s in node.sources[1:] if _reads(s, base, stored)]
        in_place = (
            stored(base)
            and base.primitive != "parameter"
            and base not in roots
            and last_reader.get(base, position) == position
            and not others
        )
        if in_place:
            shared[node] = base
    drafts = lower_opaque(node, _without(stored, node), in_place)
    return [KernelStep(finish(d), node, (node,)) for d in drafts]


def _without(stored: Any, node: Node) -> Any:
    return lambda n: n is not node and stored(n)


def _reads(node: Node, base: Node, stored: Any) -> bool:
    stack = [node]
    while stack:
        n = stack.pop()
        if n is base:
            return True
        if not stored(n):
            stack += n.sources
    return False


def _last_readers(groups: list[Group], stored: Any) -> dict[Node, int]:
    """For each stored node the position of the last group that reads it."""
    last: dict[Node, int] = {}
    for i, group in enumerate(groups):
        members = set(group.members)
        stack = [s for m in group.members for s in m.sources]
        while stack:
            n = stack.pop()
            if n in members:
                continue
            if stored(n):
                last[n] = i
            else:
                stack += n.sources
    return last


def _require_stored(node: Node, stored: Any) -> None:
    for s in node.sources:
        if not stored(s):
            raise NeedsBuffer(s)


# -- memory -------------------------------------------------------------------------------------
def _place(
    graph: list[Node], steps: list[Step], shared: dict[Node, Node], donated: frozenset[int]
) -> Plan:
    def owner(buffer: Any) -> Any:
        while buffer in shared:
            buffer = shared[buffer]
        return buffer

    lives = Lifetimes()
    for i, step in enumerate(steps):
        for b in _touched(step):
            lives.touch(owner(b), i)
    places: dict[Any, Place] = {}
    results: list[Place] = []
    by_owner: dict[Any, Place] = {}
    # a wanted leaf stays as it is
    taken = {r.attributes[0] for r in graph if r.primitive == "parameter"}
    # steps up to there are run again, one by one, if an index is out of range
    last_failing = max([i for i, step in enumerate(steps) if _may_fail(step)], default=-1)
    for i, root in enumerate(graph):
        if root.primitive == "parameter":
            results.append(Place("leaf", root.attributes[0]))
            continue
        home = owner(root)
        if home not in by_owner:
            leaf = None
            if lives.first.get(home, -1) > last_failing:  # else it may be needed once more
                leaf = _overwritable(root, home, steps, lives, donated - taken, owner)
            if leaf is not None:
                taken.add(leaf)
                by_owner[home] = Place("leaf", leaf)
            else:
                by_owner[home] = Place("output", i)
        results.append(by_owner[home])
    inner = [
        (b, _nbytes(b), lives.first[b], lives.last[b])
        for b in lives.first
        if b not in by_owner and not (isinstance(b, Node) and b.primitive == "parameter")
    ]
    offsets, size = assign_arena(inner)
    for b, at in offsets.items():
        by_owner[b] = Place("arena", at)
    for b in {*lives.first, *shared}:
        if isinstance(b, Node) and b.primitive == "parameter":
            places[b] = Place("leaf", b.attributes[0])
        elif owner(b) in by_owner:
            places[b] = by_owner[owner(b)]
    return Plan(steps, places, results, size)


def _touched(step: Step) -> list[Any]:
    if isinstance(step, KernelStep):
        return [w.value for w in step.lowered.words if w.kind == "buffer"]
    if isinstance(step, DotStep):
        return [step.node, step.left.buffer, step.right.buffer]
    if isinstance(step, SortStep):
        return [step.node, step.node.sources[0], *([step.scratch] if step.scratch else [])]
    if isinstance(step, CsrStep):
        return [step.node, *step.node.sources]
    return [*step.nodes, *step.nodes[0].sources]


def _nbytes(buffer: Any) -> int:
    if isinstance(buffer, Scratch):
        return buffer.numel * buffer.dtype.itemsize
    return buffer.type.nbytes


def _overwritable(
    root: Node, home: Any, steps: list[Step], lives: Lifetimes, donated: frozenset[int], owner: Any
) -> int | None:
    """A donated leaf of root's type whose memory the root may take, or None.

    The root's first writer must be the leaf's last reader, a kernel that reads the leaf only
    at the very element it writes, in the same loop.
    """
    if home is not root or home not in lives.first:
        return None
    at = lives.first[home]
    step = steps[at]
    if not isinstance(step, KernelStep):
        return None
    stores = [(index, loop) for b, index, loop in step.lowered.stores if owner(b) is home]
    reads = [(index, loop) for b, index, loop in step.lowered.loads if owner(b) is home]
    if len(stores) != 1 or reads:
        return None
    for buffer, _, _ in step.lowered.loads:
        if not (isinstance(buffer, Node) and buffer.primitive == "parameter"):
            continue
        leaf = buffer.attributes[0]
        if leaf not in donated or buffer.type is not root.type or lives.last[buffer] > at:
            continue
        loads = [(index, loop) for b, index, loop in step.lowered.loads if b is buffer]
        if all(x == stores[0] for x in loads) and not _reads_after(step.lowered, buffer, root):
            return leaf
    return None


def _may_fail(step: Step) -> bool:
    """Whether the step may meet an index out of range."""
    if isinstance(step, KernelStep):
        return any(w.kind == "record" for w in step.lowered.words)
    return (
        isinstance(step, InterpretStep) and PRIMITIVES[step.nodes[0].primitive].kind == "indexing"
    )


def _reads_after(lowered: Lowered, leaf: Node, root: Node) -> bool:
    """Whether the kernel reads `leaf` in a statement after the one that writes `root`."""
    words = lowered.words
    leaf_words = {i for i, w in enumerate(words) if w.kind == "buffer" and w.value is leaf}
    root_words = {i for i, w in enumerate(words) if w.kind == "buffer" and w.value is root}
    is_written = False
    for statement in ir.walk_statements(lowered.kernel.body):
        if is_written and any(
            isinstance(e, ir.Load) and e.buffer in leaf_words
            for e in ir.walk_expressions((statement,))
        ):
            return True
        if isinstance(statement, ir.Store) and statement.buffer in root_words:
            is_written = True
    return False
