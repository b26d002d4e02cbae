"""Rewriting graphs by a table of rules: one pass from the leaves up, memoised."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from flambeau.engine.graph.labels import follow
from flambeau.engine.graph.node import Node, intern, topological

__all__ = ["Rule", "by_primitive", "rewrite"]

# A rule on one primitive looks at a node whose sources are already rewritten, and gives an equal
# value of the same type made otherwise, or None.
RuleFunction = Callable[[Node], "Node | None"]
RulesByPrimitive = dict[str, tuple[tuple[str, RuleFunction], ...]]

# A rule may enable another on the same node; a chain longer than this is a cycle of rules.
_MAX_CHAIN = 64


@dataclass(frozen=True)
class Rule:
    """One row of a table of rules: `function` is tried on nodes of the named primitives."""

    name: str
    primitives: tuple[str, ...]
    function: RuleFunction


def by_primitive(rules: Iterable[Rule]) -> RulesByPrimitive:
    """The rules to try on each primitive, in the order of the table."""
    found: dict[str, list[tuple[str, RuleFunction]]] = {}
    for rule in rules:
        for primitive in rule.primitives:
            found.setdefault(primitive, []).append((rule.name, rule.function))
    return {name: tuple(entries) for name, entries in found.items()}


def rewrite(
    roots: Sequence[Node], rules: RulesByPrimitive, counts: dict[str, int] | None = None
) -> list[Node]:
    """`roots` rewritten until no rule applies; `counts` gathers how often each rule did."""
    done: dict[Node, Node] = {}
    for node in topological(roots):
        if node not in done:
            _settle(node, rules, done, counts)
    return [done[root] for root in roots]


def _settle(
    node: Node, rules: RulesByPrimitive, done: dict[Node, Node], counts: dict[str, int] | None
) -> Node:
    """The final form of `node`, whose sources are settled first (rules make few new nodes)."""
    first = node
    for _ in range(_MAX_CHAIN):
        found = done.get(node)
        if found is not None:
            break
        sources = tuple([done.get(s) or _settle(s, rules, done, counts) for s in node.sources])
        follow(first)
        if sources != node.sources:
            node = intern(node.primitive, sources, node.attributes, node.type)
        found = _apply_first(node, rules, counts)
        if found is None:
            found = node
            break
        assert found.type is node.type, f"rewriting {node!r} changed its type to {found.type}"
        node = found
    else:
        raise AssertionError(f"the rules on {first!r} do not come to an end")
    done[first] = done[node] = done[found] = found
    return found


def _apply_first(node: Node, rules: RulesByPrimitive, counts: dict[str, int] | None) -> Node | None:
    for name, function in rules.get(node.primitive, ()):
        result = function(node)
        if result is not None and result is not node:
            if counts is not None:
                counts[name] = counts.get(name, 0) + 1
            return result
    return None
