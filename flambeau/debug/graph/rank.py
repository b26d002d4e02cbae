"""Ranks: which row each vertex of a directed graph stands in, so that edges point down."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["acyclic", "assign_ranks"]

Edge = tuple[int, int]
PASSES = 4  # of shortening; what is gained later is not seen


def neighbours(count: int, edges: Sequence[Edge]) -> tuple[list[list[int]], list[list[int]]]:
    """For each vertex its predecessors and its successors."""
    before: list[list[int]] = [[] for _ in range(count)]
    after: list[list[int]] = [[] for _ in range(count)]
    for tail, head in edges:
        before[head].append(tail)
        after[tail].append(head)
    return before, after


def acyclic(count: int, edges: Sequence[Edge]) -> list[Edge]:
    """The edges, with those turned round that close a cycle; loops are left out."""
    _, after = neighbours(count, edges)
    order = [-1] * count  # position after depth-first search: an edge to a later one closes a cycle
    state = [0] * count
    time = 0
    for root in range(count):
        stack = [(root, 0)] if not state[root] else []
        while stack:
            v, at = stack.pop()
            state[v] = 1
            while at < len(after[v]) and state[after[v][at]]:
                at += 1
            if at < len(after[v]):
                stack += [(v, at + 1), (after[v][at], 0)]
            else:
                order[v] = time
                time += 1
    return [(t, h) if order[h] < order[t] else (h, t) for t, h in edges if t != h]


def topological(count: int, edges: Sequence[Edge]) -> list[int]:
    """Vertices in an order in which all edges point forward."""
    before, after = neighbours(count, edges)
    waiting = [len(b) for b in before]
    order = [v for v in range(count) if not waiting[v]]
    for v in order:
        for w in after[v]:
            waiting[w] -= 1
            if not waiting[w]:
                order.append(w)
    return order


def assign_ranks(count: int, edges: Sequence[Edge]) -> list[int]:
    """A rank from 0 for each vertex of an acyclic graph: every edge leads to a higher one.

    Each vertex stands as near to what it leads to as can be; then vertices move to where more of
    their edges get shorter (a part of the network simplex method, Gansner et al., 1993).
    """
    before, after = neighbours(count, edges)
    order = topological(count, edges)
    ranks = [0] * count
    for v in reversed(order):
        ranks[v] = min((ranks[w] for w in after[v]), default=0) - 1
    for _ in range(PASSES):
        is_changed = False
        for v in order:
            low = max((ranks[w] + 1 for w in before[v]), default=None)
            high = min((ranks[w] - 1 for w in after[v]), default=None)
            n = len(after[v]) - len(before[v])
            best = low if n < 0 else high if n > 0 else ranks[v]
            if best is not None and best != ranks[v]:
                ranks[v] = best
                is_changed = True
        if not is_changed:
            break
    first = min(ranks, default=0)
    return [r - first for r in ranks]
