"""What would compute a value: the recorded operations, and the kernels they would become."""

from __future__ import annotations

from typing import Any

from flambeau.core.errors import NotCompiled
from flambeau.core.language import say
from flambeau.engine.graph.node import Node
from flambeau.engine.runtime.evaluate import Trace
from flambeau.engine.runtime.program import expand_trace
from flambeau.engine.runtime.value import Value
from flambeau.engine.schedule.partition import Group
from flambeau.engine.schedule.plan import preview

__all__ = ["kernels_of", "operations_of", "state_of", "trace_of"]

MOST_PLANNED = 600  # operations up to which kernels are shown


def state_of(value: Value) -> str:
    """ "evaluated", "pending" or "failed"."""
    if value.buffer is not None:
        return "evaluated"
    return "pending" if value.template is not None else "failed"


def trace_of(value: Value) -> Trace | None:
    """What `value` is computed from, in order; None if an input failed."""
    trace = Trace()
    try:
        trace.add(value)
    except Exception:
        return None
    trace.roots = [trace.index[value]]
    return trace


def operations_of(trace: Trace) -> list[str]:
    """One line for each operation: its name, its inputs, its result's type."""
    lines = []
    for at, (value, positions) in enumerate(zip(trace.order, trace.sources, strict=True)):
        inputs = ", ".join(_input(trace, p) for p in positions)
        name = value.template.name if value.template is not None else "?"
        lines.append(f"%{at} = {name}({inputs})  {value.type}")
    return lines


def _input(trace: Trace, position: int) -> str:
    if position >= 0:
        return f"%{position}"
    leaf: Any = trace.leaves[~position]
    return str(leaf.type) if type(leaf) is Value else repr(leaf)


def kernels_of(trace: Trace) -> list[str]:
    """One line for each kernel: what is fused in it and what it gives. Nothing is compiled."""
    if len(trace.order) > MOST_PLANNED:
        return []
    try:
        groups = preview(expand_trace(trace))
    except NotCompiled as reason:
        return [say(f"NumPy computes all of it: no code for {reason}")]
    return [_kernel(group) for group in groups]


def _kernel(group: Group) -> str:
    made = ", ".join(str(node.type) for node in group.outputs or group.members[-1:])
    if group.opaque:
        return f"{_title(group.members[-1])} -> {made}"
    names = [_title(node) for node in group.members]
    return f"{' + '.join(names)} -> {made}"


def _title(node: Node) -> str:
    if node.primitive == "routine":
        return str(node.attributes[0])
    return node.primitive
