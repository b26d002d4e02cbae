"""Partition: which nodes share a kernel.

A *group* is a set of nodes that are computed in one pass over one iteration space: a full
shape, of which some dims may be reduced. Members are either full (one value for each point)
or kept (one for each point of the dims that stay). A group with reductions runs, for each kept
point, one inner loop after the other: softmax and layer norm are one kernel each.

Nodes join the group of a source if they walk the same space and no cycle arises; otherwise the
source gets a buffer. Every refusal has a name (DEBUG=3 prints them).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from math import prod

from flambeau.core.config import config, log
from flambeau.core.shape import Shape
from flambeau.engine.graph.node import Node, topological
from flambeau.engine.graph.primitives import EXPENSIVE, PRIMITIVES

__all__ = ["Group", "Partition", "partition", "strip_movement"]

MAX_MEMBERS = 96  # LLVM's time grows with the size of a kernel
MAX_INLINE = 4  # cheap nodes recomputed rather than stored, for one access
MAX_NEIGHBOURS = 32  # looked at for one buffer: a recurrent layer reads it once for each step
MAX_SCALAR_INLINE = 24  # the same for values of one element, which are hoisted out of loops
LONG_REDUCTION = 1 << 15  # elements from which few rows are reduced by several threads
FEW_ROWS = 8

# elementwise, but nobody writes code for them: the interpreter answers
WITHOUT_CODE = frozenset(("digamma", "erfinv"))
OPAQUE = WITHOUT_CODE | frozenset(
    (
        "dot",
        "scatter",
        "put",
        "update",
        "scan",
        "argsort",
        "cat",
        "conv",
        "routine",
        "csr_dot",
        "csr_sampled",
    )
)


@dataclass(eq=False)
class Group:
    """One kernel to be (or one opaque node): members in order, the space they walk."""

    id: int
    shape: Shape
    reduce_dims: Shape = ()
    members: list[Node] = field(default_factory=list)
    outputs: list[Node] = field(default_factory=list)
    opaque: bool = False
    inputs: set[Node] = field(default_factory=set)  # leaves and buffers read, for neighbours

    @property
    def kept_shape(self) -> Shape:
        return tuple(1 if d in self.reduce_dims else n for d, n in enumerate(self.shape))

    @property
    def is_long(self) -> bool:
        """Few rows, each long: the reduction itself is cut into pieces for the threads."""
        if not self.reduce_dims:
            return False
        kept = prod(self.kept_shape)
        return kept < FEW_ROWS and prod(self.shape) // max(kept, 1) >= LONG_REDUCTION

    def level(self, shape: Shape) -> str | None:
        """ "full" or "kept" for a value of `shape` in this space, dims of size 1 aside."""
        if _no_ones(shape) == _no_ones(self.shape):
            return "full"
        if self.reduce_dims and _no_ones(shape) == _no_ones(self.kept_shape):
            return "kept"
        return None


@dataclass
class Partition:
    """Groups in an order in which they can run; which nodes get a buffer."""

    groups: list[Group]
    stored: set[Node]


def _no_ones(shape: Shape) -> Shape:
    return tuple(n for n in shape if n != 1)


def is_movement(node: Node) -> bool:
    """Index arithmetic only: never computed for its own sake."""
    return PRIMITIVES[node.primitive].kind == "movement" and node.primitive not in (
        "copy",
        "cat",
        "pad",
    )


def is_inline_leaf(node: Node) -> bool:
    """Written into the kernel that uses it."""
    return node.primitive in ("constant", "scalar", "iota")


def strip_movement(node: Node) -> Node:
    """What a chain of movements looks at."""
    while is_movement(node):
        node = node.sources[0]
    return node


def strip_local(node: Node) -> Node:
    """Strip the movements under which point i of the result is point i of the source."""
    while True:
        if node.primitive == "expand" or (
            node.primitive == "reshape" and _no_ones(node.shape) == _no_ones(node.sources[0].shape)
        ):
            node = node.sources[0]
        else:
            return node


class _Partitioner:
    def __init__(self, roots: list[Node]) -> None:
        self.roots = roots
        self.order = list(topological(roots))
        self.group_of: dict[Node, Group] = {}
        self.groups: list[Group] = []
        self.reach: dict[int, int] = {}  # group id -> bit set of the groups it depends on
        self.relied_on: set[int] = set()  # groups that others depend on
        self.inline_cost: dict[Node, int] = {}
        self.readers: dict[Node, list[Group]] = {}  # buffer -> groups that read it
        self.root_set = set(roots)
        self.need: set[Node] = set()

    # -- assignment ---------------------------------------------------------------------------
    def run(self) -> Partition:
        for node in self.order:
            if node.primitive == "parameter" or is_inline_leaf(node) or is_movement(node):
                continue
            if node.primitive in OPAQUE or (node.primitive == "pad" and any(node.attributes[2])):
                self._new_group(node, opaque=True)
            else:
                self._place(node)
        for root in self.roots:
            if is_movement(root) or is_inline_leaf(root):
                self._copy_root(root)
        self._find_stored()
        return Partition(self._in_order(), self.need)

    def _new_group(self, node: Node, opaque: bool = False) -> Group:
        shape, dims = node.shape, ()
        if PRIMITIVES[node.primitive].kind == "reduce":
            shape, dims = (
                node.sources[0].shape,
                tuple(d for d in node.attributes[0] if node.sources[0].shape[d] != 1),
            )
        group = Group(len(self.groups), shape, dims, [node], opaque=opaque)
        self.groups.append(group)
        self.group_of[node] = group
        self.reach[group.id] = 0
        self._connect(group, self._dependencies(node))
        return group

    def _connect(self, group: Group, sources: Iterable[Node]) -> None:
        """`group` now reads `sources`."""
        bits = 0
        for s in sources:
            other = self.group_of.get(s)
            if other is not None and other is not group:
                bits |= self.reach[other.id] | 1 << other.id
                self.relied_on.add(other.id)
            if other is not group:
                group.inputs.add(s)
                self.readers.setdefault(s, []).append(group)
        bits &= ~(1 << group.id)
        if group.id not in self.relied_on:
            self.reach[group.id] |= bits
        elif bits & ~self.reach[group.id]:
            me = 1 << group.id
            for g in self.reach:
                if g == group.id or self.reach[g] & me:
                    self.reach[g] |= bits

    def _dependencies(self, node: Node) -> list[Node]:
        """The computed nodes and buffers that `node` reads, seen through what is inlined."""
        found: list[Node] = []
        for s in node.sources:
            self._add_dependency(s, found, strip_local(s) is strip_movement(s) and _is_local(node))
        return found

    def _add_dependency(self, s: Node, found: list[Node], local: bool) -> None:
        base = strip_movement(s)
        if is_inline_leaf(base):
            return
        if self._inlines(base, local):
            for x in base.sources:
                self._add_dependency(x, found, False)
        else:
            found.append(base)

    def _inlines(self, node: Node, local: bool) -> bool:
        """Whether an access recomputes `node` instead of reading it from a buffer."""
        if config.NOFUSE or node.primitive == "parameter" or node in self.root_set:
            return False
        cost = self._cost(node)
        if node.type.numel == 1:
            return cost <= MAX_SCALAR_INLINE
        return not local and cost <= MAX_INLINE

    def _cost(self, node: Node) -> int:
        """Nodes to recompute for one element; large if it must not be."""
        if node.primitive == "parameter" or is_inline_leaf(node):
            return 0
        if is_movement(node):
            return self._cost(node.sources[0])
        known = self.inline_cost.get(node)
        if known is None:
            known = 1000
            scalar = node.type.numel == 1
            if PRIMITIVES[node.primitive].kind == "elementwise" and (
                scalar or node.primitive not in EXPENSIVE
            ):
                known = 1 + sum(
                    0
                    if s.primitive != "parameter"
                    and strip_movement(s) in self.group_of
                    and self.group_of[strip_movement(s)].opaque
                    else self._cost(s)
                    for s in node.sources
                )
            self.inline_cost[node] = known
        return known

    def _place(self, node: Node) -> None:
        """Join the group of a source, or of a neighbour that reads the same, or start one."""
        if config.NOFUSE:
            self._new_group(node)
            return
        dependencies = self._dependencies(node)
        candidates: list[Group] = []
        for s in node.sources:
            group = self.group_of.get(strip_local(s))
            if group is not None and group not in candidates and self._fits(node, s, group):
                candidates.append(group)
        candidates.sort(key=lambda g: -g.id)
        home: Group | None = None
        for group in candidates:
            if home is None:
                if self._can_join(node, group, dependencies):
                    home = group
            elif self._can_join(node, group, dependencies, home) and self._can_merge(home, group):
                self._merge(home, group)
        if home is None:
            home = self._neighbour(node, dependencies)
        if home is None:
            self._new_group(node)
            return
        self._join(node, home, dependencies)

    def _join(self, node: Node, group: Group, dependencies: list[Node]) -> None:
        if PRIMITIVES[node.primitive].kind == "reduce" and not group.reduce_dims:
            group.reduce_dims = self._group_dims(node, group)
        group.members.append(node)
        self.group_of[node] = group
        self._connect(group, dependencies)

    def _group_dims(self, node: Node, group: Group) -> Shape:
        """The reduced dims of `node` as dims of the group's shape."""
        source = node.sources[0].shape
        mine = [d for d, n in enumerate(source) if n != 1]
        theirs = [d for d, n in enumerate(group.shape) if n != 1]
        place = dict(zip(mine, theirs, strict=True))
        return tuple(place[d] for d in node.attributes[0] if d in place)

    def _fits(self, node: Node, source: Node, group: Group) -> bool:
        """Whether `node`, reading `source` point by point, walks the group's space."""
        if group.opaque or not _is_local(node):
            return False
        base = strip_local(source)
        if len(group.members) >= MAX_MEMBERS:
            return _refuse("group-too-large", node)
        if PRIMITIVES[node.primitive].kind == "reduce":
            if _no_ones(source.shape) != _no_ones(group.shape) or base.shape != source.shape:
                return False
            if group.reduce_dims and self._group_dims(node, group) != group.reduce_dims:
                return _refuse("other-dims-reduced", node)
            if group.is_long and self._needs_row(node, group):
                return _refuse("rows-too-few", node)
            return True
        level = group.level(node.shape)
        base_level = group.level(base.shape)
        if level is None or base_level is None or (level == "kept" and base_level == "full"):
            return False
        if level == "full" and base_level == "kept":
            # broadcast from the kept dims: the dims that were added must be the reduced ones
            kept = tuple(
                d for d, n in enumerate(group.shape) if n != 1 and d not in group.reduce_dims
            )
            if source.shape != group.shape or wide_places(base, source) != kept:
                return False
            if group.is_long:
                return _refuse("rows-too-few", node)
        return True

    def _needs_row(self, node: Node, group: Group) -> bool:
        """Whether `node`'s source uses a kept value of the group."""
        seen: set[Node] = set()
        stack = [strip_local(s) for s in node.sources]
        while stack:
            n = stack.pop()
            if n in seen or self.group_of.get(n) is not group:
                continue
            seen.add(n)
            if PRIMITIVES[n.primitive].kind == "reduce":
                return True
            stack += [strip_local(s) for s in n.sources]
        return False

    def _can_join(
        self, node: Node, group: Group, dependencies: list[Node], home: Group | None = None
    ) -> bool:
        """Whether `node` may join `group`, or `group` become part of `node`'s `home`."""
        me = 1 << group.id
        local = {strip_local(s) for s in node.sources}
        for d in dependencies:
            other = self.group_of.get(d)
            if other is None or other is home:
                continue
            if other is group:
                if d not in local or not self._only_local(node, d, group):
                    return _refuse("source-moved", node)
            elif self.reach[other.id] & me:
                return _refuse("cycle", node)
        return True

    def _only_local(self, node: Node, source: Node, group: Group) -> bool:
        """Whether `node` reads `source`, a member of `group`, only point by point."""
        return all(
            strip_local(s) is source and self._fits(node, s, group)
            for s in node.sources
            if strip_movement(s) is source
        )

    def _can_merge(self, a: Group, b: Group) -> bool:
        if a.shape != b.shape or len(a.members) + len(b.members) > MAX_MEMBERS:
            return False
        if a.reduce_dims and b.reduce_dims and a.reduce_dims != b.reduce_dims:
            return False
        if a.is_long or b.is_long:
            return False
        between = self.reach[a.id] | self.reach[b.id]
        bits_a, bits_b = 1 << a.id, 1 << b.id
        for g in self.groups:
            if g is a or g is b or not between >> g.id & 1:
                continue
            if self.reach[g.id] & (bits_a | bits_b):
                return False
        # a direct dependency must be point by point
        for first, second in ((a, b), (b, a)):
            if self.reach[second.id] >> first.id & 1:
                for m in second.members:
                    for s in m.sources:
                        base = strip_movement(s)
                        if self.group_of.get(base) is first and not (
                            strip_local(s) is base and self._fits(m, s, first)
                        ):
                            return False
        return True

    def _merge(self, home: Group, other: Group) -> None:
        home.members = sorted({*home.members, *other.members}, key=self._position)
        home.reduce_dims = home.reduce_dims or other.reduce_dims
        for m in other.members:
            self.group_of[m] = home
        home.inputs |= other.inputs
        bits = (self.reach[other.id] | self.reach[home.id]) & ~(1 << home.id) & ~(1 << other.id)
        me, gone = 1 << home.id, 1 << other.id
        self.reach[home.id] = bits
        relied_on = self.relied_on & {home.id, other.id}
        if relied_on:
            self.relied_on.add(home.id)
        for g in self.reach if relied_on else ():
            if g not in (home.id, other.id) and self.reach[g] & (me | gone):
                self.reach[g] = (self.reach[g] | bits | me) & ~gone
        self.groups[other.id].members = []
        self.reach[other.id] = 0

    def _position(self, node: Node) -> int:
        if not hasattr(self, "_positions"):
            self._positions = {n: i for i, n in enumerate(self.order)}
        return self._positions[node]

    def _neighbour(self, node: Node, dependencies: list[Node]) -> Group | None:
        """A group that walks the same space over a buffer that `node` reads too."""
        reduce = PRIMITIVES[node.primitive].kind == "reduce"
        shape = node.sources[0].shape if reduce else node.shape
        if prod(shape) <= 1:
            return None
        for d in dependencies:
            for group in self.readers.get(d, [])[-MAX_NEIGHBOURS:]:
                if (
                    group.opaque
                    or not group.members
                    or self.group_of.get(group.members[0]) is not group
                    or group.shape != shape
                    or len(group.members) >= MAX_MEMBERS
                ):
                    continue
                if reduce:
                    dims = tuple(x for x in node.attributes[0] if shape[x] != 1)
                    if group.reduce_dims not in ((), dims):
                        continue
                elif group.is_long:
                    continue
                me = 1 << group.id
                if all(
                    (o := self.group_of.get(x)) is None
                    or (o is not group and not self.reach[o.id] & me)
                    for x in dependencies
                ):
                    return group
        return None

    # -- results ------------------------------------------------------------------------------
    def _copy_root(self, root: Node) -> None:
        """A wanted movement is a kernel of its own: a copy."""
        if root not in self.group_of:
            self._new_group(root)

    def _find_stored(self) -> None:
        need = self.need
        for root in self.roots:
            if root.primitive != "parameter":
                need.add(root)
        for group in self.groups:
            for member in group.members:
                for d in self._dependencies_of_member(member, group):
                    if d.primitive != "parameter" and (
                        group.opaque or self.group_of[d] is not group
                    ):
                        need.add(d)
        for group in self.groups:
            group.outputs = [m for m in group.members if m in need]

    def _dependencies_of_member(self, member: Node, group: Group) -> list[Node]:
        if is_movement(member):
            found: list[Node] = []
            self._add_dependency(member, found, False)
            return found
        if group.opaque and member.primitive == "dot":
            return [
                strip_movement(s) for s in member.sources if not is_inline_leaf(strip_movement(s))
            ]
        return self._dependencies(member)

    def _in_order(self) -> list[Group]:
        """Groups that compute something wanted, dependencies first."""
        wanted = self._wanted()
        rank: dict[int, int] = {}  # how long the longest chain is that leads to the group
        # what a group depends on depends on fewer groups
        for group in sorted(self.groups, key=lambda g: self.reach[g.id].bit_count()):
            if group.members:
                before = {self.group_of[s].id for s in group.inputs if s in self.group_of}
                assert before <= rank.keys() | {group.id}, "partition: cycle between groups"
                rank[group.id] = 1 + max([rank[i] for i in before - {group.id}], default=-1)
        live = [g for g in self.groups if g.id in wanted]
        return sorted(live, key=lambda g: rank[g.id])

    def _wanted(self) -> set[int]:
        wanted: set[int] = set()
        stack = [r for r in self.roots if r in self.group_of]
        while stack:
            group = self.group_of[stack.pop()]
            if group.id in wanted:
                continue
            wanted.add(group.id)
            for m in group.members:
                stack += [d for d in self._dependencies_of_member(m, group) if d in self.group_of]
        return wanted


def _is_local(node: Node) -> bool:
    """Whether the node reads its sources point by point."""
    return PRIMITIVES[node.primitive].kind in ("elementwise", "reduce") or node.primitive == "copy"


def wide_places(base: Node, source: Node) -> Shape:
    """The dims of `source` (base seen through local movements) where base's wide dims lie."""
    chain = []
    s = source
    while s is not base:
        chain.append(s)
        s = s.sources[0]
    places = [d for d, n in enumerate(base.shape) if n != 1]
    for step in reversed(chain):
        if step.primitive == "reshape":
            before = [d for d, n in enumerate(step.sources[0].shape) if n != 1]
            after = [d for d, n in enumerate(step.shape) if n != 1]
            moved = dict(zip(before, after, strict=True))
            places = [moved[p] for p in places]
    return tuple(places)


def _refuse(reason: str, node: Node) -> bool:
    log(3, f"not fused ({reason}): {node!r}")
    return False


def partition(roots: list[Node]) -> Partition:
    """Groups of nodes that share a kernel, in an order in which they can run."""
    return _Partitioner(roots).run()
