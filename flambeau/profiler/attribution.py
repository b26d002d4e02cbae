"""Which operations and lines each kernel of a program computes, and what it is called.

The plan is made once more with labels (engine/graph/labels.py), after the measurement; planning
gives the same steps every time, so step i of the labelled plan is step i of the program.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flambeau.core.errors import NotCompiled
from flambeau.engine.graph.labels import collecting
from flambeau.engine.graph.node import Node, topological
from flambeau.engine.runtime.evaluate import run_locked
from flambeau.engine.runtime.program import Recipe, expand_recipe
from flambeau.engine.schedule.library import CsrStep, DotStep, SortStep
from flambeau.engine.schedule.plan import InterpretStep, KernelStep, Plan, make_plan

__all__ = ["Kernel", "kernels_of", "operation_name"]


@dataclass(frozen=True)
class Kernel:
    """One step of a plan: its name, the positions of the operations in it, bytes and flops."""

    name: str
    kind: str  # "kernel", "BLAS", "sort", "sparse" or "NumPy"
    operations: tuple[int, ...]
    result: str  # type of what it computes last
    nbytes: int  # read and written, each buffer once
    flops: int  # of products


def operation_name(recipe: Recipe, at: int) -> str:
    """The name of the operation at a position."""
    return recipe.templates[at].name


def kernels_of(program: Any) -> list[Kernel]:
    """What each step of the program's plan is."""
    recipe = program.recipe
    plan = getattr(program, "plan", None)
    if plan is None:  # interpreted as a whole
        everything = tuple(i for i, t in enumerate(recipe.templates) if not t.is_view)
        name = _joined(recipe, everything) or "interpreter"
        return [Kernel(name, "NumPy", everything, "", 0, 0)]
    sets = run_locked(_labelled, recipe, plan)
    return [_described(recipe, step, sets[i] if sets else ()) for i, step in enumerate(plan.steps)]


def _labelled(recipe: Recipe, plan: Plan) -> list[tuple[int, ...]] | None:
    """For each step the positions of the operations it computes; None if the plan came out
    differently."""
    with collecting() as labels:
        try:
            again = make_plan(expand_recipe(recipe), frozenset(recipe.donated))
        except NotCompiled:
            return None
        if [type(s) for s in again.steps] != [type(s) for s in plan.steps]:
            return None
        result = []
        for step in again.steps:
            found: set[int] = set()
            for node in _nodes(step):
                found |= labels.of.get(node, frozenset())
            views = {at for at in found if recipe.templates[at].is_view}
            result.append(tuple(sorted(found - views or found)))
        return result


def _nodes(step: Any) -> Iterable[Node]:
    if isinstance(step, KernelStep):
        return step.members
    if isinstance(step, InterpretStep):
        return step.nodes
    return (step.node,)


def _joined(recipe: Recipe, positions: Iterable[int], most: int = 5) -> str:
    """add+relu+sum: names in order, each once, long lists cut."""
    names = list(dict.fromkeys(operation_name(recipe, at) for at in positions))
    if len(names) > most:
        names = [*names[: most - 1], f"{len(names) - most + 1} more"]
    return "+".join(names)


def _described(recipe: Recipe, step: Any, operations: tuple[int, ...]) -> Kernel:
    nodes = list(_nodes(step))
    last = nodes[-1]
    name = _joined(recipe, operations) or _primitives(nodes)
    if isinstance(step, DotStep):
        sizes = f"[{step.batch}x{step.m}x{step.k}] @ [{step.k}x{step.n}]"
        flops = 2 * step.batch * step.m * step.n * step.k
        return Kernel(f"{name}: gemm {sizes}", "BLAS", operations, str(last.type),
                      _nbytes([last, step.left.buffer, step.right.buffer]), flops)  # fmt: skip
    kind = {KernelStep: "kernel", SortStep: "sort", CsrStep: "sparse"}.get(type(step), "NumPy")
    if isinstance(step, KernelStep):
        buffers = [w.value for w in step.lowered.words if w.kind == "buffer"]
    else:
        buffers = [*nodes, *last.sources]
    flops = 0
    if isinstance(step, CsrStep):
        flops = 2 * step.entries * step.width
    elif last.primitive == "conv":
        flops = 2 * last.type.numel * _size(last.sources[1].shape[1:])
    return Kernel(name, kind, operations, str(last.type), _nbytes(buffers), flops)


def _primitives(nodes: list[Node]) -> str:
    return "+".join(dict.fromkeys(n.primitive for n in nodes[-4:]))


def _nbytes(buffers: list[Any]) -> int:
    total = 0
    for buffer in {id(b): b for b in buffers}.values():
        if isinstance(buffer, Node):
            total += buffer.type.nbytes
        else:  # scratch memory
            total += buffer.numel * buffer.dtype.itemsize
    return total


def _size(shape: Iterable[int]) -> int:
    result = 1
    for n in shape:
        result *= n
    return result


def input_shapes(recipe: Recipe, at: int) -> list[list[int]]:
    """The shapes of an operation's tensors."""
    nodes = topological([recipe.templates[at].root])
    found = {n.attributes[0]: list(n.shape) for n in nodes if n.primitive == "parameter"}
    return [found[i] for i in sorted(found)]
