"""Lower: a group of nodes becomes loops.

Values are written as expressions at *coordinates* (one `Affine` for each dim). Movements only
change coordinates, so they cost nothing; a node that is neither a member of the group nor
stored is written in place where it is used. The result is a `Draft`: statements for the kept
points and for the reduced ones, with concrete numbers in the indices;
`engine/kernel/transform.py` makes loops of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from flambeau.core import dtype as dt
from flambeau.core.shape import Shape
from flambeau.engine.graph.node import Node
from flambeau.engine.graph.primitives import EXPENSIVE, PRIMITIVES
from flambeau.engine.kernel import ir
from flambeau.engine.kernel.affine import (
    ZERO,
    Affine,
    axis,
    delinearize,
    linearize,
    number,
)

__all__ = ["Access", "Draft", "NeedsBuffer", "Scratch", "lower_group"]


class NeedsBuffer(Exception):
    """`node` cannot be read through the movements above it: it must be stored first."""

    def __init__(self, node: Node) -> None:
        super().__init__(repr(node))
        self.node = node


@dataclass(eq=False)
class Scratch:
    """Memory that only this plan sees: partial results of a reduction cut into pieces."""

    dtype: dt.DType
    numel: int


@dataclass
class Draft:
    """Loops in the making. `parts` are run for each kept point, in order: a list of statements,
    or a `Reduced`, whose statements are run for each reduced point."""

    kept: list[tuple[str, int]]  # axis names and extents, outermost first
    reduced: list[tuple[str, int]]
    parts: list[list[ir.Statement] | Reduced]
    chunk: tuple[str, int, str] | None = None  # (axis cut into pieces, piece, axis of the pieces)
    in_order: bool = False  # the reduced axes are walked in order: no vectors along them


@dataclass
class Reduced:
    """Statements inside the loops over the reduced axes."""

    body: list[ir.Statement] = field(default_factory=list)


class Access:
    """Expressions for values at coordinates."""

    def __init__(self, stored: Callable[[Node], bool], extents: dict[object, int]) -> None:
        self.stored = stored
        self.extents = extents
        self.bound: dict[Node, ir.Expr] = {}  # group members that have a name in this scope
        self.coords: dict[Node, tuple[Affine, ...]] = {}  # where members are named
        self.checks: list[ir.Statement] = []
        self.counter = 0

    def at(self, node: Node, coords: list[Affine], mask: ir.Expr | None = None) -> ir.Expr:
        """The value of `node` at `coords`; where `mask` is false no memory is read."""
        if node in self.bound and self.coords[node] == tuple(coords):
            return self.bound[node]
        if self.stored(node):
            return ir.Load(node, linearize(coords, node.shape), node.dtype, mask)  # type: ignore[arg-type]
        rule = _RULES.get(node.primitive)
        if rule is not None:
            return rule(self, node, coords, mask)
        kind = PRIMITIVES[node.primitive].kind
        if kind == "elementwise":
            args = tuple(self.at(s, coords, mask) for s in node.sources)
            return ir.Apply(node.primitive, args, node.dtype)
        raise NeedsBuffer(node)

    def at_linear(self, node: Node, index: Affine, mask: ir.Expr | None) -> ir.Expr:
        """The value of `node` at a row-major position."""
        if self.stored(node):
            return ir.Load(node, index, node.dtype, mask)  # type: ignore[arg-type]
        if node.primitive == "reshape":
            return self.at_linear(node.sources[0], index, mask)
        coords = delinearize(index, node.shape, self.extents)
        if coords is None:
            raise NeedsBuffer(node)
        return self.at(node, coords, mask)

    def name(self, value: ir.Expr) -> ir.Ref:
        """`value` computed once, under a name."""
        self.counter += 1
        ref = ir.Ref(f"x{self.counter}", _dtype_of(value))
        self.checks.append(ir.Let(ref.name, value))
        return ref

    def index_value(self, node: Node, coords: list[Affine], limit: int) -> Affine:
        """The value of an index tensor as a coordinate, reported and clamped if out of range."""
        ref = self.name(self.at(node, coords))
        if _is_order(node, limit):
            self.extents[ref] = limit
            return Affine(((ref, 1),))
        self.checks.append(ir.Check(ref, limit, -1))  # numbers and words are put in later
        top = ir.ScalarArgument(("limit", limit - 1), dt.int64)  # type: ignore[arg-type]
        clamped = ir.Apply("minimum", (ref, top), dt.int64)
        clamped = ir.Apply("maximum", (clamped, ir.Const(0, dt.int64)), dt.int64)
        safe = self.name(clamped)
        self.extents[safe] = limit
        return Affine(((safe, 1),))


def _is_order(node: Node, limit: int) -> bool:
    """Whether these are indices that a sort of `limit` elements found: never out of range."""
    while node.primitive in ("reshape", "permute", "slice", "expand", "copy"):
        node = node.sources[0]
    return node.primitive == "argsort" and node.shape[node.attributes[0]] == limit


def _dtype_of(e: ir.Expr) -> dt.DType:
    return dt.int64 if isinstance(e, ir.Coordinate) else e.dtype


def conjunction(a: ir.Expr | None, b: ir.Expr) -> ir.Expr:
    return b if a is None else ir.Apply("and", (a, b), dt.bool_)


# -- one rule for each primitive that is not plainly elementwise ----------------------------------
def _constant(access: Access, node: Node, coords: list, mask: ir.Expr | None) -> ir.Expr:
    return ir.Const(node.attributes[0], node.dtype)


def _scalar(access: Access, node: Node, coords: list, mask: ir.Expr | None) -> ir.Expr:
    return ir.ScalarArgument(("scalar", node.attributes[0], node.dtype), node.dtype)  # type: ignore[arg-type]


def _convert(access: Access, node: Node, coords: list, mask: ir.Expr | None) -> ir.Expr:
    (source,) = node.sources
    if source.primitive == "scalar" and source.dtype is dt.float64 and node.dtype.is_floating_point:
        return ir.ScalarArgument(("scalar", source.attributes[0], node.dtype), node.dtype)  # type: ignore[arg-type]
    return ir.Apply("convert", (access.at(source, coords, mask),), node.dtype)


def _iota(access: Access, node: Node, coords: list, mask: ir.Expr | None) -> ir.Expr:
    index = ir.Coordinate(coords[node.attributes[0]])  # type: ignore[arg-type]
    return index if node.dtype is dt.int64 else ir.Apply("convert", (index,), node.dtype)


def _random_bits(access: Access, node: Node, coords: list, mask: ir.Expr | None) -> ir.Expr:
    keys = tuple(access.at(s, []) for s in node.sources)
    counter = ir.Coordinate(linearize(coords, node.shape))  # type: ignore[arg-type]
    return ir.Apply("random_bits", (*keys, counter), dt.uint32)


def _copy(access: Access, node: Node, coords: list, mask: ir.Expr | None) -> ir.Expr:
    return access.at(node.sources[0], coords, mask)


def _expand(access: Access, node: Node, coords: list, mask: ir.Expr | None) -> ir.Expr:
    (source,) = node.sources
    inner = [c if n != 1 else ZERO for c, n in zip(coords, source.shape, strict=True)]
    return access.at(source, inner, mask)


def _reshape(access: Access, node: Node, coords: list, mask: ir.Expr | None) -> ir.Expr:
    (source,) = node.sources
    wide = [c for c, n in zip(coords, node.shape, strict=True) if n != 1]
    if [n for n in source.shape if n != 1] == [n for n in node.shape if n != 1]:
        rest = iter(wide)
        return access.at(source, [next(rest) if n != 1 else ZERO for n in source.shape], mask)
    return access.at_linear(source, linearize(coords, node.shape), mask)


def _permute(access: Access, node: Node, coords: list, mask: ir.Expr | None) -> ir.Expr:
    inner = list(coords)
    for c, d in zip(coords, node.attributes[0], strict=True):
        inner[d] = c
    return access.at(node.sources[0], inner, mask)


def _slice(access: Access, node: Node, coords: list, mask: ir.Expr | None) -> ir.Expr:
    starts, _, steps = node.attributes
    inner = [c.scale(k).shift(a) for c, a, k in zip(coords, starts, steps, strict=True)]
    return access.at(node.sources[0], inner, mask)


def _as_strided(access: Access, node: Node, coords: list, mask: ir.Expr | None) -> ir.Expr:
    shape, strides, offset = node.attributes
    index = number(offset)
    for c, s, n in zip(coords, strides, shape, strict=True):
        if n != 1:
            index = index.plus(c.scale(s))
    return access.at_linear(node.sources[0], index, mask)


def _pad(access: Access, node: Node, coords: list, mask: ir.Expr | None) -> ir.Expr:
    low, high, interior, value = node.attributes
    if any(interior):
        raise NeedsBuffer(node)
    (source,) = node.sources
    inner, inside = [], None
    for c, lo, hi, n in zip(coords, low, high, source.shape, strict=True):
        c = c.shift(-lo)
        inner.append(c)
        position = ir.Coordinate(c)  # type: ignore[arg-type]
        if lo > 0:
            inside = conjunction(
                inside, ir.Apply("ge", (position, ir.Const(0, dt.int64)), dt.bool_)
            )
        if hi > 0:
            limit = ir.ScalarArgument(("limit", n), dt.int64)  # type: ignore[arg-type]
            inside = conjunction(inside, ir.Apply("lt", (position, limit), dt.bool_))
    if inside is None:
        return access.at(source, inner, mask)
    inside = access.name(inside)
    read = access.at(source, inner, conjunction(mask, inside) if mask is not None else inside)
    fill = ir.Const(value, node.dtype)
    return ir.Apply("where", (inside, read, fill), node.dtype)


def _take(access: Access, node: Node, coords: list, mask: ir.Expr | None) -> ir.Expr:
    (dim,) = node.attributes
    x, index = node.sources
    n = len(index.shape)
    at = access.index_value(index, coords[dim : dim + n], x.shape[dim])
    return access.at(x, [*coords[:dim], at, *coords[dim + n :]], mask)


def _gather(access: Access, node: Node, coords: list, mask: ir.Expr | None) -> ir.Expr:
    (dim,) = node.attributes
    x, index = node.sources
    at = access.index_value(index, coords, x.shape[dim])
    return access.at(x, [*coords[:dim], at, *coords[dim + 1 :]], mask)


_RULES: dict[str, Callable[..., ir.Expr]] = {
    "constant": _constant,
    "scalar": _scalar,
    "convert": _convert,
    "iota": _iota,
    "random_bits": _random_bits,
    "copy": _copy,
    "expand": _expand,
    "reshape": _reshape,
    "permute": _permute,
    "slice": _slice,
    "as_strided": _as_strided,
    "pad": _pad,
    "take": _take,
    "gather": _gather,
}


# -- groups ---------------------------------------------------------------------------------------
class _GroupLowering:
    """State while one group is lowered."""

    def __init__(
        self, members: list[Node], outputs: list[Node], shape: Shape, reduce_dims: Shape,
        stored: Callable[[Node], bool],
    ) -> None:  # fmt: skip
        self.members = members
        self.outputs = set(outputs)
        self.member_set = set(members)
        self.shape = shape
        self.reduce_dims = reduce_dims
        self.kept = [(f"k{d}", n) for d, n in enumerate(shape) if n != 1 and d not in reduce_dims]
        self.reduced = [(f"r{d}", n) for d, n in enumerate(shape) if n != 1 and d in reduce_dims]
        names = [f"{'r' if d in reduce_dims else 'k'}{d}" for d, n in enumerate(shape) if n != 1]
        self.full_axes = [axis(n) for n in names]
        self.kept_axes = [axis(n) for n, _ in self.kept]
        self.full_shape = [n for n in shape if n != 1]
        self.kept_shape = [n for _, n in self.kept]
        extents: dict[object, int] = {**dict(self.kept), **dict(self.reduced)}
        self.access = Access(lambda n: n not in self.member_set and stored(n), extents)
        self.names: dict[Node, str] = {m: f"v{i}" for i, m in enumerate(members)}
        self.stage_of: dict[Node, int] = {}
        self.alias: dict[Node, Node] = {}  # kept for a later stage in that output's memory

    # -- where members lie --------------------------------------------------------------------
    def is_full(self, node: Node) -> bool:
        """Whether the value has a point for every reduced index too."""
        if not self.reduced:
            return True
        if PRIMITIVES[node.primitive].kind == "reduce":
            return False
        return [n for n in node.shape if n != 1] == self.full_shape

    def coords_of(self, node: Node) -> list[Affine]:
        axes = iter(self.full_axes if self.is_full(node) else self.kept_axes)
        return [next(axes) if n != 1 else ZERO for n in node.shape]

    def source_coords(self, node: Node) -> list[Affine]:
        """Coordinates of the source of a reduction."""
        axes = iter(self.full_axes)
        return [next(axes) if n != 1 else ZERO for n in node.sources[0].shape]

    def bind(self, node: Node) -> None:
        self.access.bound[node] = ir.Ref(self.names[node], node.dtype)
        self.access.coords[node] = tuple(self.coords_of(node))

    def compute(self, node: Node) -> list[ir.Statement]:
        """Statements that name the value of an elementwise member."""
        coords = self.coords_of(node)
        value = self._value(node, coords)
        statements = [*self._take_checks(), ir.Let(self.names[node], value)]
        self.bind(node)
        return statements

    def _value(self, node: Node, coords: list[Affine]) -> ir.Expr:
        self.access.bound.pop(node, None)
        return self.access.at(node, coords)

    def _take_checks(self) -> list[ir.Statement]:
        checks, self.access.checks = self.access.checks, []
        return checks

    def store(self, node: Node, into: Node | None = None) -> ir.Statement:
        target = into or node
        index = linearize(self.coords_of(node), node.shape)
        return ir.Store(target, index, ir.Ref(self.names[node], node.dtype))  # type: ignore[arg-type]

    # -- without reductions -------------------------------------------------------------------
    def pointwise(self) -> Draft:
        body: list[ir.Statement] = []
        for m in self.members:
            body += self.compute(m)
            if m in self.outputs:
                body.append(self.store(m))
        return Draft(self.kept, [], [body])

    # -- with reductions ----------------------------------------------------------------------
    def find_stages(self) -> int:
        """Number the inner loops: a value that needs a finished reduction comes one later."""
        last = -1
        for m in self.members:
            stage = -1
            for s in self._member_sources(m):
                t = self.stage_of[s]
                if self.is_full(m) or PRIMITIVES[m.primitive].kind == "reduce":
                    t = t if self.is_full(s) else t + 1
                stage = max(stage, t)
            if self.is_full(m) or PRIMITIVES[m.primitive].kind == "reduce":
                stage = max(stage, 0)
            self.stage_of[m] = stage
            last = max(last, stage)
        return last

    def _member_sources(self, m: Node) -> list[Node]:
        found, stack = [], list(m.sources)
        while stack:
            s = stack.pop()
            if s in self.member_set:
                found.append(s)
            elif not self.access.stored(s):
                stack += s.sources
        return found

    def choose_aliases(self) -> None:
        """Expensive values needed by a later loop wait in the memory of a later output."""
        free = [o for o in self.members if o in self.outputs and self.is_full(o)]
        # when a member is computed: the output must not be written before the last use
        order = {m: (self.stage_of[m], i) for i, m in enumerate(self.members)}
        last_uses = self._last_uses(order)
        for m in self.members:
            if not self.is_full(m) or m in self.outputs or not self._is_expensive(m):
                continue
            last = last_uses[m]
            if last[0] <= self.stage_of[m]:
                continue
            for o in free:
                if o.dtype is m.dtype and order[o] >= last and o.shape == m.shape:
                    self.alias[m] = o
                    free.remove(o)
                    break

    def _last_uses(self, order: dict[Node, tuple[int, int]]) -> dict[Node, tuple[int, int]]:
        """When each member is needed last: by its users, or where they are computed again."""
        last = dict(order)
        for u in reversed(self.members):
            is_reloaded = u in self.outputs and self._is_expensive(u)
            needed = last[u] if self.is_full(u) and not is_reloaded else order[u]
            for s in self._member_sources(u):
                last[s] = max(last[s], needed)
        return last

    def _is_expensive(self, m: Node) -> bool:
        return m.primitive in EXPENSIVE

    def staged(self) -> Draft:
        last = self.find_stages()
        self.choose_aliases()
        parts: list[list[ir.Statement] | Reduced] = []
        first: list[ir.Statement] = []
        for m in self.members:
            if self.stage_of[m] == -1:
                first += self._kept_statements(m)
        parts.append(first)
        for stage in range(last + 1):
            parts += self._stage(stage)
        return Draft(self.kept, self.reduced, parts)

    def _kept_statements(self, m: Node) -> list[ir.Statement]:
        statements = self.compute(m)
        if m in self.outputs:
            statements.append(self.store(m))
        return statements

    def _stage(self, stage: int) -> list[list[ir.Statement] | Reduced]:
        before: list[ir.Statement] = []
        after: list[ir.Statement] = []
        loop = Reduced()
        self.available: set[Node] = set()
        for m in list(self.access.bound):
            if self.is_full(m):
                del self.access.bound[m]
        for m in self.members:
            if self.stage_of[m] != stage:
                continue
            if PRIMITIVES[m.primitive].kind == "reduce":
                before.append(self._declare(m))
                loop.body += self._accumulate(m, stage)
            elif self.is_full(m) and (m in self.outputs or m in self.alias):
                loop.body += self._need(m, stage)
                loop.body.append(self.store(m, self.alias.get(m)))
        for m in self.members:
            if self.stage_of[m] == stage and not self.is_full(m):
                if PRIMITIVES[m.primitive].kind == "reduce":
                    self.bind(m)
                    if m in self.outputs:
                        after.append(self.store(m))
                else:
                    after += self._kept_statements(m)
        return [before, loop, after]

    def _need(self, m: Node, stage: int) -> list[ir.Statement]:
        """Statements that make the full member m available in this stage's loop."""
        if m in self.available:
            return []
        self.available.add(m)
        is_kept = m in self.alias or (m in self.outputs and self._is_expensive(m))
        if self.stage_of[m] < stage and is_kept:
            index = linearize(self.coords_of(m), m.shape)
            load = ir.Load(self.alias.get(m, m), index, m.dtype)  # type: ignore[arg-type]
            self.bind(m)
            return [ir.Let(self.names[m], load)]
        statements: list[ir.Statement] = []
        for s in self._member_sources(m):
            if self.is_full(s):
                statements += self._need(s, stage)
        return statements + self.compute(m)

    def _declare(self, m: Node) -> ir.Statement:
        if m.primitive in ("argmax", "argmin"):
            return ir.Declare(self.names[m], m.primitive, dt.int64, m.sources[0].dtype)
        return ir.Declare(self.names[m], m.primitive, m.dtype)

    def _accumulate(self, m: Node, stage: int) -> list[ir.Statement]:
        statements: list[ir.Statement] = []
        for s in self._member_sources(m):
            if self.is_full(s):
                statements += self._need(s, stage)
        (source,) = m.sources
        coords = self.source_coords(m)
        value = self.access.at(source, coords)
        position = None
        if m.primitive in ("argmax", "argmin"):
            position = ir.Coordinate(coords[m.attributes[0][0]])  # type: ignore[arg-type]
        statements += self._take_checks()
        statements.append(ir.Accumulate(self.names[m], value, position))
        return statements


def lower_group(
    members: list[Node], outputs: list[Node], shape: Shape, reduce_dims: Shape,
    stored: Callable[[Node], bool],
) -> Draft:  # fmt: skip
    """The loops of one group; `stored` tells which nodes outside it have a buffer."""
    lowering = _GroupLowering(members, outputs, shape, reduce_dims, stored)
    return lowering.staged() if lowering.reduced or reduce_dims else lowering.pointwise()


def cut_reduction(draft: Draft, piece: int) -> tuple[Draft, Draft]:
    """Two drafts: partial results of pieces of the longest reduced axis, and their combination.

    For reductions with too few kept points to occupy the threads. All reductions of the group
    must be in its first loop.
    """
    longest = max(draft.reduced, key=lambda a: a[1])
    pieces = -(-longest[1] // piece)
    before, loop, after = draft.parts[-3:]
    assert isinstance(before, list) and isinstance(loop, Reduced) and isinstance(after, list)
    kept_numel = 1
    position = ZERO
    for name, extent in reversed(draft.kept):
        position = position.plus(axis(name).scale(kept_numel))
        kept_numel *= extent
    where = axis("c").plus(position.scale(pieces))
    first_after: list[ir.Statement] = []
    second = Reduced()
    extra: list[ir.Statement] = []
    for d in before:
        assert isinstance(d, ir.Declare)
        partial = Scratch(d.dtype, pieces * kept_numel)
        first_after.append(ir.Store(partial, where, ir.Ref(d.name, d.dtype)))  # type: ignore[arg-type]
        load = ir.Load(partial, where, d.dtype)  # type: ignore[arg-type]
        if d.of is None:
            second.body.append(ir.Accumulate(d.name, load))
            continue
        # argmax and argmin also need the value that was found
        best = ir.Declare(f"{d.name}m", "max" if d.operator == "argmax" else "min", d.of)
        extra.append(best)
        values = Scratch(d.of, pieces * kept_numel)
        first_after.append(ir.Store(values, where, ir.Ref(best.name, d.of)))  # type: ignore[arg-type]
        value = ir.Load(values, where, d.of)  # type: ignore[arg-type]
        second.body.append(ir.Accumulate(d.name, value, load))
        body = [s for s in loop.body if isinstance(s, ir.Accumulate) and s.name == d.name]
        loop.body.append(replace(body[0], name=best.name, position=None))
    head = draft.parts[:-3]
    first = Draft(
        [("c", pieces), *draft.kept], draft.reduced, [*head, [*before, *extra], loop, first_after],
        chunk=(longest[0], piece, "c"),
    )  # fmt: skip
    last = Draft(draft.kept, [("c", pieces)], [*head, before, second, after])
    return first, last
