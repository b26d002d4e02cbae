"""Layout of a directed graph in rows: ranks, order, positions, and the way of each edge.

Lengths are in points. y grows downwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from flambeau.debug.graph.order import order_rows
from flambeau.debug.graph.position import path_lengths, place_rows
from flambeau.debug.graph.rank import acyclic, assign_ranks

__all__ = ["Layout", "lay_out"]

Point = tuple[float, float]
Edge = tuple[int, int]

GAP = 14.0  # between neighbours in a row
ROW_GAP = 16.0  # between rows; more where edges lead far aside
WIDEST_ROW_GAP = 56.0
SLOPE = 0.09  # of the row gap to the distance an edge goes aside
BEND = 4.0  # the width that an edge keeps free for itself when it passes a row


@dataclass(frozen=True)
class Layout:
    """`centres[i]` of vertex i; `routes[k]` of edge k: points from tail to head.

    Between points 0 and 1, 2 and 3, ... the edge runs straight down, inside a row; between the
    others it goes from one row to the next. A loop's route is empty.
    """

    centres: list[Point]
    routes: list[list[Point]]
    width: float
    height: float


def lay_out(sizes: Sequence[Point], edges: Sequence[Edge]) -> Layout:
    """Positions of boxes of the given (width, height), and of the edges between them.

    Parts that no edge joins stand side by side.

    >>> lay_out([(20, 10), (20, 10)], [(0, 1)]).centres
    [(10.0, 5.0), (10.0, 31.0)]
    """
    centres: list[Point] = [(0.0, 0.0)] * len(sizes)
    routes: list[list[Point]] = [[] for _ in edges]
    x = height = 0.0
    for members in _components(len(sizes), edges):
        local = {v: i for i, v in enumerate(members)}
        mine = [k for k, (tail, _) in enumerate(edges) if tail in local]
        part = _lay_out_one(
            [sizes[v] for v in members], [(local[edges[k][0]], local[edges[k][1]]) for k in mine]
        )
        for v, (cx, cy) in zip(members, part.centres, strict=True):
            centres[v] = (cx + x, cy)
        for k, route in zip(mine, part.routes, strict=True):
            routes[k] = [(px + x, py) for px, py in route]
        x += part.width + 2 * GAP
        height = max(height, part.height)
    return Layout(centres, routes, max(x - 2 * GAP, 0.0), height)


def _components(count: int, edges: Sequence[Edge]) -> list[list[int]]:
    parent = list(range(count))

    def find(v: int) -> int:
        while parent[v] != v:
            parent[v] = parent[parent[v]]
            v = parent[v]
        return v

    for tail, head in edges:
        parent[find(tail)] = find(head)
    found: dict[int, list[int]] = {}
    for v in range(count):
        found.setdefault(find(v), []).append(v)
    return list(found.values())


def _lay_out_one(sizes: list[Point], edges: list[Edge]) -> Layout:
    count = len(sizes)
    down = acyclic(count, edges)
    ranks = assign_ranks(count, down)
    chains, links = _chains(ranks, list(dict.fromkeys(down)), count)
    total = max([count - 1, *(v for chain in chains.values() for v in chain)]) + 1
    above: list[list[int]] = [[] for _ in range(total)]
    below: list[list[int]] = [[] for _ in range(total)]
    for u, v in links:
        below[u].append(v)
        above[v].append(u)
    rank_of = ranks + [0] * (total - count)
    for chain in chains.values():
        for i, v in enumerate(chain):
            rank_of[v] = ranks[chain[0]] + i
    rows = order_rows(_first_order(rank_of, above, count), above, below)
    widths = [w for w, _ in sizes] + [BEND] * (total - count)
    x = place_rows(rows, above, below, widths, lambda v: v >= count, GAP)
    tops, bottoms = _row_edges(rows, sizes, below, x)
    middle = [(a + b) / 2 for a, b in zip(tops, bottoms, strict=True)]
    centres = [(x[v], middle[ranks[v]]) for v in range(count)]
    routes = [
        _route(edge, chains, ranks, sizes, x, tops, bottoms) if edge[0] != edge[1] else []
        for edge in edges
    ]
    width = max(x[v] + widths[v] / 2 for v in range(total))
    return Layout(centres, routes, width, bottoms[-1])


def _chains(
    ranks: list[int], edges: list[Edge], count: int
) -> tuple[dict[Edge, list[int]], list[Edge]]:
    """For each edge the vertices on its way, with a new one in each row it passes; the links.

    Edges from one vertex share their way as far as it goes: a weight that is used in a thousand
    places is one line with branches.
    """
    chains: dict[Edge, list[int]] = {}
    links: list[Edge] = []
    ways: dict[int, list[int]] = {}
    for tail, head in edges:
        passed = ranks[head] - ranks[tail] - 1
        way = ways.setdefault(tail, [tail])
        known = len(way)
        if known <= passed:
            way += range(count, count + passed + 1 - known)
            count += passed + 1 - known
            links += pairwise(way[known - 1 :])
        links.append((way[passed], head))
        chains[tail, head] = [*way[: passed + 1], head]
    return chains, links


def _first_order(rank_of: list[int], above: list[list[int]], count: int) -> list[list[int]]:
    """Rows in the order in which a walk up from the last row meets their vertices.

    Of what leads to a vertex, the end of the longest path goes into the middle.
    """
    by_rank = sorted(range(len(rank_of)), key=rank_of.__getitem__)
    lengths = path_lengths([by_rank], above, lambda v: v >= count)
    rows: list[list[int]] = [[] for _ in range(max(rank_of) + 1)]
    seen = [False] * len(rank_of)
    for root in reversed(by_rank):
        stack = [root]
        while stack:
            v = stack.pop()
            if not seen[v]:
                seen[v] = True
                rows[rank_of[v]].append(v)
                stack += reversed(_longest_in_middle(above[v], lengths))
    return rows


def _longest_in_middle(vertices: list[int], lengths: dict[int, int]) -> list[int]:
    if len(vertices) < 2:
        return vertices
    longest = max(vertices, key=lengths.__getitem__)
    others = [v for v in vertices if v != longest]
    left = (len(others) + 1) // 2
    return [*others[:left], longest, *others[left:]]


def _row_edges(
    rows: list[list[int]], sizes: list[Point], below: list[list[int]], x: list[float]
) -> tuple[list[float], list[float]]:
    """The upper and lower edge of each row."""
    tops, bottoms = [], []
    y = 0.0
    for row in rows:
        tops.append(y)
        y += max((sizes[v][1] for v in row if v < len(sizes)), default=0.0)
        bottoms.append(y)
        aside = max((abs(x[v] - x[w]) for v in row for w in below[v]), default=0.0)
        y += min(max(ROW_GAP, SLOPE * aside + ROW_GAP * 0.6), WIDEST_ROW_GAP)
    return tops, bottoms


def _route(
    edge: Edge, chains: dict[Edge, list[int]], ranks: list[int], sizes: list[Point],
    x: list[float], tops: list[float], bottoms: list[float],
) -> list[Point]:  # fmt: skip
    is_turned = edge not in chains
    chain = chains[(edge[1], edge[0]) if is_turned else edge]
    first, last = chain[0], chain[-1]

    def side(v: int, sign: int) -> float:
        r = ranks[v]
        return (tops[r] + bottoms[r]) / 2 + sign * sizes[v][1] / 2

    points = [(x[first], side(first, 1)), (x[first], bottoms[ranks[first]])]
    for i, v in enumerate(chain[1:-1], ranks[first] + 1):
        points += [(x[v], tops[i]), (x[v], bottoms[i])]
    points += [(x[last], tops[ranks[last]]), (x[last], side(last, -1))]
    straight = points[:1]
    for here, there in zip(points[1:-1:2], points[2::2], strict=True):
        if here[0] != there[0]:  # else the edge goes on as it is
            straight += [here, there]
    straight.append(points[-1])
    return straight[::-1] if is_turned else straight
