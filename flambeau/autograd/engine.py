"""Backward: walk the tape from the outputs to the leaves, and hand cotangents down.

Nodes are visited in falling order of creation, which is a topological order. A node's
cotangents are complete when its turn comes, because everything that used its outputs was
created later. A leaf's turn comes right after the last node that feeds it, so its memory and
its hooks do not wait for the end. Nothing here recurses, so depth is bounded by memory alone.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from operator import attrgetter
from typing import Any

from flambeau.autograd.anomaly import check, explain
from flambeau.autograd.saved import released_error, saved_input, saved_output
from flambeau.tensor.apply import adopt, apply, note_gradient, wrap
from flambeau.tensor.cotangent import ADD, FIT
from flambeau.tensor.layouts import NotStrided
from flambeau.tensor.tape import (
    INPUT_NAMES,
    AccumulateGrad,
    Derivative,
    GradNode,
    Node,
    anomaly,
    mode,
)
from flambeau.tensor.tensor import Tensor
from flambeau.tensor.view import value_of

__all__ = ["Edge", "fit", "run"]

Edge = tuple[Node, int]
_by_sequence = attrgetter("sequence")
_accumulating = threading.Lock()  # several threads may add to the gradient of one leaf


def fit(g: Tensor, type: Any) -> Tensor:
    """`g` as a cotangent of an input of `type`."""
    try:
        own = g._storage.value.type if g._layout is None else value_of(g).type
    except NotStrided:  # sparse cotangents have their input's shape already
        return g
    return g if own is type else apply(FIT, (g,), (type.shape, type.dtype))


# -- one node -----------------------------------------------------------------------------------
Getter = Callable[[GradNode, Tensor], Any]


def _getter(name: str) -> Getter:
    """How the argument `name` of a rule is found."""
    if name in INPUT_NAMES:
        index = INPUT_NAMES[name]
        return lambda node, g: saved_input(node, index)
    return _GETTERS[name]


_GETTERS: dict[str, Getter] = {
    "g": lambda node, g: g,
    "out": lambda node, g: saved_output(node),
    "types": lambda node, g: node.key[1:],
    "attributes": lambda node, g: node.key[0],
    "inputs": lambda node, g: tuple([saved_input(node, i) for i in range(len(node.saved))]),
}


def _find_getters(row: Derivative) -> tuple:
    """For each rule the getters of its arguments; None for rules of `g` alone."""
    row.getters = tuple(
        None if names == ("g",) else tuple(_getter(n) for n in names if n != "needs")
        for names in row.parameters
    )
    return row.getters


def _cotangents(node: GradNode, g: Tensor, needed: set[Node] | None) -> list[Tensor | None]:
    """The cotangents of the call's inputs; None where none is wanted or none exists."""
    row = node.derivative
    if row.joint is not None:
        return _joint_cotangents(node, g, needed)
    key = node.key
    rules = row.rules
    getters = row.getters or _find_getters(row)
    result: list[Tensor | None] = []
    for i, edge in enumerate(node.edges):
        if edge is None or (needed is not None and edge[0] not in needed) or rules[i] is None:
            result.append(None)
            continue
        find = getters[i]
        rule: Any = rules[i]
        c = rule(g) if find is None else rule(*[get(node, g) for get in find])
        if c is not None:
            type = key[i + 1]
            try:
                own = c._storage.value.type if c._layout is None else value_of(c).type
            except NotStrided:
                own = type
            if own is not type:
                c = apply(FIT, (c,), (type.shape, type.dtype))
        result.append(c)
    return result


def _joint_cotangents(node: GradNode, g: Tensor, needed: set[Node] | None) -> list[Tensor | None]:
    row = node.derivative
    needs = tuple(e is not None and (needed is None or e[0] in needed) for e in node.edges)
    (find,) = row.getters or _find_getters(row)
    found = [get(node, g) for get in find or (_GETTERS["g"],)]
    names = row.parameters[0]
    if "needs" in names:
        found.insert(names.index("needs"), needs)
    result = row.joint(*found)  # type: ignore[misc]
    return [
        fit(c, type) if need and c is not None else None
        for c, need, type in zip(result, needs, node.key[1:], strict=True)
    ]


def _accumulate(leaf: Tensor, g: Tensor) -> None:
    """Add `g` to the leaf's gradient: the first becomes it, later ones go into the same tensor."""
    with _accumulating:
        note_gradient(leaf)
        present = leaf._grad
        if present is None:
            leaf._grad = _own(g)
        elif mode.grad:  # create_graph: the old gradient stays what it was
            leaf._grad = apply(ADD, (present, g))
        else:
            total = apply(ADD, (present, g))
            try:
                adopt(present, total)
            except NotStrided:  # one of them is sparse
                leaf._grad = total
    hooks = leaf._post_accumulate_hooks
    if hooks:
        for hook in tuple(hooks.values()):
            hook(leaf)


def _own(g: Tensor) -> Tensor:
    """A tensor of its own with g's value, and g's history where that is recorded."""
    try:
        result = wrap(value_of(g))
    except NotStrided:
        return g if mode.grad else g.detach()  # type: ignore[attr-defined, no-any-return]
    if mode.grad and g._requires_grad:
        if g._grad_fn is None:  # a leaf that the caller gave as the gradient
            return g.clone()  # type: ignore[attr-defined, no-any-return]
        result._grad_fn = g._grad_fn
        result._output_nr = g._output_nr
        result._requires_grad = True
    return result


# -- the walk -----------------------------------------------------------------------------------
def _reachable(roots: list[Node]) -> list[Node]:
    """All nodes under `roots`, in rising order of creation; each leaf before its first user."""
    seen: set[Node] = set(roots)
    stack = list(roots)
    while stack:
        for edge in stack.pop().edges:
            if edge is not None and edge[0] not in seen:
                seen.add(edge[0])
                stack.append(edge[0])
    calls = sorted([n for n in seen if n.sequence >= 0], key=_by_sequence)
    result: list[Node] = []
    placed: set[Node] = set()
    for node in calls:
        for edge in node.edges:
            if edge is not None and edge[0].sequence < 0 and edge[0] not in placed:
                placed.add(edge[0])
                result.append(edge[0])
        result.append(node)
    return [n for n in roots if n.sequence < 0 and n not in placed] + result


def _running(order: list[Node], targets: set[Node]) -> set[Node]:
    """The nodes that have a target below them."""
    running: set[Node] = set()
    for node in order:
        if any(e is not None and (e[0] in targets or e[0] in running) for e in node.edges):
            running.add(node)
    return running


def run(
    roots: list[tuple[Edge, Tensor]],
    keep: bool,
    create_graph: bool,
    targets: list[Edge] | None = None,
    accumulate: bool = True,
    floor: int = -1,
) -> dict[Edge, Tensor]:
    """Send the roots' cotangents down the tape.

    keep        leave what the nodes saved in place (retain_graph)
    targets     only these edges matter; the cotangents that arrive there are returned
    accumulate  leaves that are reached get their .grad
    floor       nodes made before this number in the sequence are ends, as leaves are
    """
    order = _reachable(list(dict.fromkeys([edge[0] for edge, _ in roots])))
    running = needed = None
    wanted = frozenset(targets or ())
    if targets is not None:
        target_nodes = {node for node, _ in targets}
        running = _running(order, target_nodes)
        needed = running | target_nodes
    pending: dict[Any, Tensor] = {}  # what has arrived, by node (output 0) or (node, output)
    captured: dict[Edge, Tensor] = {}
    anomalous = anomaly.enabled
    before = mode.grad
    mode.grad = create_graph
    try:
        for (node, nr), g in roots:
            _send(pending, node if nr == 0 else (node, nr), g)
        order.reverse()
        for node in order:
            if needed is not None and node not in needed:
                continue
            if type(node) is AccumulateGrad:
                arrived = pending.pop(node, None)
                if arrived is not None:
                    _arrive(node, arrived, accumulate, wanted, captured)
                continue
            if node.sequence < floor:
                _capture(node, pending, wanted, captured)
                continue
            if node.hooks is not None:
                _meet(node, pending)
            if wanted:
                _capture(node, pending, wanted, captured)
            if running is not None and node not in running:
                continue
            if isinstance(node, GradNode):
                arrived = pending.pop(node, None)
                if arrived is None:
                    continue
                if anomalous or node.hooks is not None:
                    cotangents = _watched(node, [arrived], needed)
                elif node.released:
                    raise released_error(node)
                else:
                    cotangents = _cotangents(node, arrived, needed)
                if not keep and (node.saved or node.output is not None):
                    node.saved = ()
                    node.output = None
                    node.released = True
            else:  # the node of a custom Function
                gs = [pending.pop(node, None)]
                gs += [pending.pop((node, i), None) for i in range(1, node.outputs)]
                if all([g is None for g in gs]):
                    continue
                cotangents = _watched(node, gs, needed)
                if not keep:
                    node.release()  # type: ignore[attr-defined]
            for edge, c in zip(node.edges, cotangents, strict=True):
                if edge is not None and c is not None:
                    target, nr = edge
                    at = target if nr == 0 else edge
                    old = pending.get(at)
                    pending[at] = c if old is None else apply(ADD, (old, c))
    finally:
        mode.grad = before
    return captured


def _send(pending: dict[Any, Tensor], at: Any, g: Tensor) -> None:
    old = pending.get(at)
    pending[at] = g if old is None else apply(ADD, (old, g))


def _meet(node: Node, pending: dict[Any, Tensor]) -> None:
    """Run the hooks on the node's outputs, and keep the gradients that are to be retained."""
    hooks = node.hooks
    assert hooks is not None
    for nr in range(node.outputs):
        at = node if nr == 0 else (node, nr)
        if at in pending:
            pending[at] = _run_tensor_hooks(hooks.tensor.get(nr), pending[at])
    for nr, reference in hooks.retains:
        tensor, g = reference(), pending.get(node if nr == 0 else (node, nr))
        if tensor is not None and g is not None:
            present = tensor._grad
            tensor._grad = _own(g) if present is None else apply(ADD, (present, g))


def _capture(
    node: Node, pending: dict[Any, Tensor], wanted: frozenset[Edge], captured: dict[Edge, Tensor]
) -> None:
    """Note what arrived at the wanted outputs of `node`."""
    for nr in range(node.outputs):
        at = node if nr == 0 else (node, nr)
        if (node, nr) in wanted and at in pending:
            captured[node, nr] = pending[at]


def _arrive(
    node: AccumulateGrad,
    g: Tensor,
    accumulate: bool,
    wanted: frozenset[Edge],
    captured: dict[Edge, Tensor],
) -> None:
    """A cotangent has reached a leaf."""
    leaf = node.variable
    if leaf._hooks:
        g = _run_tensor_hooks(leaf._hooks, g)
    if wanted:
        captured[node, 0] = g
    if not accumulate:
        return
    if node.hooks is None:
        _accumulate(leaf, g)
        return
    g = _run_before(node, [g])[0]
    _accumulate(leaf, g)
    for hook in tuple(node.hooks.after.values()):
        hook((), (g,))


# -- hooks --------------------------------------------------------------------------------------
def _watched(node: Any, gs: list, needed: set[Node] | None) -> list:
    """Run a node with its hooks, explain its errors, look for NaN where that was asked for."""
    if node.released:
        raise released_error(node)
    hooks = node.hooks
    if hooks is not None and hooks.before:
        gs = _run_before(node, gs)
    try:
        if isinstance(node, GradNode):
            result = _cotangents(node, gs[0], needed)
        else:
            result = node.backward(gs, needed)
    except Exception:
        explain(node)
        raise
    if anomaly.enabled and anomaly.check_nan:
        check(node, result)
    if hooks is not None and hooks.after:
        result = _run_after(node, result, gs)
    return result


def _run_tensor_hooks(hooks: dict[int, Callable] | None, g: Tensor) -> Tensor:
    for hook in tuple(hooks.values()) if hooks else ():
        new = hook(g)
        if new is not None:
            _check_replacement(new, g)
            g = new
    return g


def _check_replacement(new: Any, g: Tensor) -> None:
    if not isinstance(new, Tensor):
        raise TypeError(
            f"register_hook: expected the hook to return a Tensor or None, given "
            f"{type(new).__name__}"
        )
    if new._shape != g._shape:
        raise RuntimeError(
            f"register_hook: hook has changed the size of value: given {list(new._shape)}; "
            f"required: {list(g._shape)}, the shape of the gradient"
        )


def _run_before(node: Node, gs: list) -> list:
    assert node.hooks is not None
    for hook in tuple(node.hooks.before.values()):
        new = hook(tuple(gs))
        if new is not None:
            gs = list(new) if isinstance(new, (tuple, list)) else [new]
    return gs


def _run_after(node: Node, result: list, gs: list) -> list:
    assert node.hooks is not None
    for hook in tuple(node.hooks.after.values()):
        new = hook(tuple(result), tuple(gs))
        if new is not None:
            result = list(new) if isinstance(new, (tuple, list)) else [new]
    return result
