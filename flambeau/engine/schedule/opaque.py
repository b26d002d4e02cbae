"""Kernels of the nodes that share a kernel with no other: writes into parts of a tensor,
scatter, cumulative operations, concatenation."""

from __future__ import annotations

from collections.abc import Callable
from math import prod

from flambeau.core.errors import NotCompiled
from flambeau.engine.graph.node import Node
from flambeau.engine.kernel import ir
from flambeau.engine.kernel.affine import ZERO, Affine, axis, linearize, number
from flambeau.engine.kernel.lower import Access, Draft, Reduced

__all__ = ["lower_opaque"]

Stored = Callable[[Node], bool]


class _Body:
    """One draft: axes for a shape, an access, and the statements so far."""

    def __init__(self, shape: tuple[int, ...], stored: Stored) -> None:
        self.axes = [(f"k{d}", n) for d, n in enumerate(shape) if n != 1]
        self.coords = [axis(f"k{d}") if n != 1 else ZERO for d, n in enumerate(shape)]
        self.access = Access(stored, dict(self.axes))
        self.statements: list[ir.Statement] = []

    def value(self, node: Node, coords: list[Affine]) -> ir.Expr:
        e = self.access.at(node, coords)
        self.statements += self.access.checks
        self.access.checks = []
        return e

    def store(
        self, target: Node, index: Affine, value: ir.Expr, combine: str | None = None
    ) -> None:
        self.statements.append(ir.Store(target, index, value, None, combine))  # type: ignore[arg-type]


def lower_opaque(node: Node, stored: Stored, in_place: bool) -> list[Draft]:
    """The kernels that compute `node`, run one after the other.

    For nodes that rewrite part of a base, `in_place` tells that the result's memory already
    holds the base.
    """
    rule = _RULES.get(node.primitive)
    if rule is None:
        raise NotCompiled(node.primitive)
    return rule(node, stored, in_place)


def copy_draft(target: Node, source: Node, stored: Stored) -> Draft:
    """target = source, element by element."""
    body = _Body(source.shape, stored)
    body.store(target, linearize(body.coords, source.shape), body.value(source, body.coords))
    return Draft(body.axes, [], [body.statements])


def _update(node: Node, stored: Stored, in_place: bool) -> list[Draft]:
    base, value = node.sources
    shape, strides, offset = node.attributes
    drafts = [] if in_place else [copy_draft(node, base, stored)]
    if prod(shape):
        body = _Body(shape, stored)
        index = number(offset)
        for c, s, n in zip(body.coords, strides, shape, strict=True):
            if n != 1:
                index = index.plus(c.scale(s))
        body.store(node, index, body.value(value, body.coords))
        drafts.append(Draft(body.axes, [], [body.statements]))
    return drafts


_COMBINE = {"set": None, "add": "add", "mul": "mul", "max": "max", "min": "min"}


def _scatter(node: Node, stored: Stored, in_place: bool) -> list[Draft]:
    base, index, source = node.sources
    dim, mode = node.attributes
    drafts = [] if in_place else [copy_draft(node, base, stored)]
    if index.type.numel:
        drafts.append(_scatter_loops(node, index, source, index.shape, dim, mode, stored, False))
    return drafts


def _put(node: Node, stored: Stored, in_place: bool) -> list[Draft]:
    base, index, source = node.sources
    dim, mode = node.attributes
    drafts = [] if in_place else [copy_draft(node, base, stored)]
    if source.type.numel:
        drafts.append(_scatter_loops(node, index, source, source.shape, dim, mode, stored, True))
    return drafts


def _scatter_loops(
    node: Node, index: Node, source: Node, shape: tuple[int, ...], dim: int, mode: str,
    stored: Stored, flat_index: bool,
) -> Draft:  # fmt: skip
    """Other dims run in parallel; the scattered dim runs in order, so that equal targets of
    the index are combined one after the other."""
    body = _Body(shape, stored)
    at_index = [body.coords[dim]] if flat_index else body.coords
    place = body.access.index_value(index, at_index, node.shape[dim])
    body.statements += body.access.checks
    body.access.checks = []
    value = body.value(source, body.coords)
    coords = [*body.coords[:dim], place, *body.coords[dim + 1 :]]
    body.store(node, linearize(coords, node.shape), value, _COMBINE[mode])
    serial = [a for a in body.axes if a[0] == f"k{dim}"]
    kept = [a for a in body.axes if a[0] != f"k{dim}"]
    return Draft(kept, serial, [Reduced(body.statements)], in_order=True)


def _scan(node: Node, stored: Stored, in_place: bool) -> list[Draft]:
    (x,) = node.sources
    dim, mode = node.attributes
    body = _Body(x.shape, stored)
    value = body.value(x, body.coords)
    body.statements.append(ir.Accumulate("total", value))
    body.store(node, linearize(body.coords, x.shape), ir.Ref("total", node.dtype))
    serial = [a for a in body.axes if a[0] == f"k{dim}"]
    kept = [a for a in body.axes if a[0] != f"k{dim}"]
    declare: list[ir.Statement] = [ir.Declare("total", mode, node.dtype)]
    return [Draft(kept, serial, [declare, Reduced(body.statements)], in_order=True)]


def _cat(node: Node, stored: Stored, in_place: bool) -> list[Draft]:
    (dim,) = node.attributes
    drafts = []
    start = 0
    for source in node.sources:
        if source.type.numel:
            body = _Body(source.shape, stored)
            coords = list(body.coords)
            coords[dim] = coords[dim].shift(start)
            value = body.value(source, body.coords)
            body.store(node, linearize(coords, node.shape), value)
            drafts.append(Draft(body.axes, [], [body.statements]))
        start += source.shape[dim]
    return drafts


_RULES: dict[str, Callable[[Node, Stored, bool], list[Draft]]] = {
    "update": _update,
    "scatter": _scatter,
    "put": _put,
    "scan": _scan,
    "cat": _cat,
}
