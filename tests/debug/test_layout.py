"""Layout of graphs: edges point down, nothing overlaps, trunks are straight."""

from __future__ import annotations

import itertools
import random
from itertools import pairwise

import pytest

from flambeau.debug.graph.layout import lay_out
from flambeau.debug.graph.order import count_crossings, order_rows
from flambeau.debug.graph.rank import acyclic, assign_ranks, topological


def random_graph(seed: int, count: int, edges: int) -> list[tuple[int, int]]:
    rng = random.Random(seed)
    pairs = [rng.sample(range(count), 2) for _ in range(edges)]
    return [(min(p), max(p)) for p in pairs]


def overlaps(a: tuple, b: tuple) -> bool:
    (ax, ay, aw, ah), (bx, by, bw, bh) = a, b
    return abs(ax - bx) < (aw + bw) / 2 - 1e-6 and abs(ay - by) < (ah + bh) / 2 - 1e-6


@pytest.mark.parametrize("seed", range(12))
def test_random_graphs(seed: int) -> None:
    rng = random.Random(100 + seed)
    count = rng.randint(2, 40)
    edges = random_graph(seed, count, rng.randint(1, 80))
    sizes = [(rng.uniform(20, 150), rng.uniform(10, 60)) for _ in range(count)]
    layout = lay_out(sizes, edges)
    boxes = [(*c, *s) for c, s in zip(layout.centres, sizes, strict=True)]
    for a, b in itertools.combinations(boxes, 2):
        assert not overlaps(a, b)
    for x, y, w, h in boxes:
        assert x - w / 2 >= -1e-6 and x + w / 2 <= layout.width + 1e-6
        assert y - h / 2 >= -1e-6 and y + h / 2 <= layout.height + 1e-6
    for (tail, head), route in zip(edges, layout.routes, strict=True):
        assert len(route) % 2 == 0
        assert route[0][0] == pytest.approx(layout.centres[tail][0])
        assert route[0][1] == pytest.approx(layout.centres[tail][1] + sizes[tail][1] / 2)
        assert route[-1][1] == pytest.approx(layout.centres[head][1] - sizes[head][1] / 2)
        assert all(p[1] <= q[1] + 1e-6 for p, q in pairwise(route))
        # straight inside rows, and there no box stands in the way
        for (x0, y0), (x1, y1) in zip(route[2:-2:2], route[3:-2:2], strict=True):
            assert x0 == x1
            for x, y, w, h in boxes:
                assert not (abs(x - x0) < w / 2 and y0 < y + h / 2 and y - h / 2 < y1)


def test_cycles_are_turned_round() -> None:
    edges = [(0, 1), (1, 2), (2, 0), (1, 1)]
    down = acyclic(3, edges)
    assert len(down) == 3
    assert len(topological(3, down)) == 3
    layout = lay_out([(10, 10)] * 3, edges)
    assert layout.routes[3] == []
    tail, head = layout.routes[2][0], layout.routes[2][-1]
    assert tail[1] > head[1] or layout.routes[0][0][1] > layout.routes[0][-1][1]


def test_ranks_are_tight_for_leaves() -> None:
    # 0 -> 1 -> 2 -> 3, a leaf 4 -> 3, and 5 hangs below 1
    ranks = assign_ranks(6, [(0, 1), (1, 2), (2, 3), (4, 3), (1, 5)])
    assert ranks == [0, 1, 2, 3, 2, 2]


def test_trunk_is_straight_with_leaves_beside_it() -> None:
    edges = [(0, 1), (1, 2), (2, 3)]
    count = 4
    for v in (1, 2, 3):
        edges += [(count, v), (count + 1, v)]
        count += 2
    layout = lay_out([(60, 10)] * count, edges)
    assert len({round(layout.centres[v][0], 3) for v in range(4)}) == 1
    assert layout.centres[4][0] < layout.centres[1][0] < layout.centres[5][0]


def test_crossings_are_counted_and_removed() -> None:
    below = [[4], [3], [2], [], []]
    above = [[], [], [2], [1], [0]]
    assert count_crossings([0, 1, 2], [2, 3, 4], below) == 3
    rows = order_rows([[0, 1, 2], [2, 3, 4]], above, below)
    assert sorted(rows[0]) == [0, 1, 2]
    assert count_crossings(*order_rows([[0, 1], [3, 4]], above, [[4], [3], [], [], []]),
                           [[4], [3], [], [], []]) == 0  # fmt: skip


def test_parts_stand_side_by_side_and_empty_graphs_are_empty() -> None:
    layout = lay_out([(10, 10)] * 4, [(0, 1), (2, 3)])
    assert layout.centres[0][0] < layout.centres[2][0]
    assert layout.centres[0][1] == layout.centres[2][1]
    assert lay_out([], []).width == 0


def test_deep_graphs() -> None:
    """Deeper than Python's stack."""
    count = 5000
    layout = lay_out([(10, 10)] * count, [(i, i + 1) for i in range(count - 1)])
    assert len({x for x, _ in layout.centres}) == 1
