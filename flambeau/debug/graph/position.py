"""Horizontal positions: long edges straight, vertices in the middle of their neighbours.

Method: Brandes and Koepf, "Fast and simple horizontal coordinate assignment", 2001: four
alignments, each to one corner; the mean of the middle two of the four positions is taken. Unlike
there, a vertex stands in line with the neighbour on the longest path, not with the median one, so
that the trunk of a network runs straight and what is short stands beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

__all__ = ["path_lengths", "place_rows"]

Rows = list[list[int]]
Links = list[list[int]]


def place_rows(
    rows: Rows, above: Links, below: Links, widths: Sequence[float], is_bend: Callable[[int], bool],
    gap: float,
) -> list[float]:  # fmt: skip
    """The middle of each vertex; neighbours in a row keep `gap` between their widths.

    is_bend(v): whether v only stands for an edge that passes its row.
    """
    conflicts = _conflicts(rows, above, is_bend)
    trunk_above = _best(above, path_lengths(rows, above, is_bend), is_bend)
    trunk_below = _best(below, path_lengths(rows[::-1], below, is_bend), is_bend)
    trunk_above, trunk_below = (
        [[u for u in us if v in trunk_below[u]] for v, us in enumerate(trunk_above)],
        [[w for w in ws if v in trunk_above[w]] for v, ws in enumerate(trunk_below)],
    )
    found = []
    for is_upward in (False, True):
        for is_mirrored in (False, True):
            turned = [row[::-1] if is_mirrored else row for row in rows]
            turned = turned[::-1] if is_upward else turned
            links = trunk_below if is_upward else trunk_above
            aligned = _align(turned, links, conflicts)
            x = _compact(turned, aligned, widths, is_bend, gap)
            found.append([-v for v in x] if is_mirrored else x)
    return _middle(found, widths)


def path_lengths(rows: Rows, before: Links, is_bend: Callable[[int], bool]) -> dict[int, int]:
    """For each vertex the vertices on the longest path that ends there; bends do not count."""
    found: dict[int, int] = {}
    for row in rows:
        for v in row:
            found[v] = max((found[u] for u in before[v]), default=0) + (not is_bend(v))
    return found


def _best(links: Links, lengths: dict[int, int], is_bend: Callable[[int], bool]) -> Links:
    """Of each vertex's neighbours those on the longest paths; a line goes on as a line."""
    result = []
    for v, found in enumerate(links):
        if is_bend(v):
            found = [u for u in found if is_bend(u)] or found
        most = max((lengths[u] for u in found), default=0)
        result.append([u for u in found if lengths[u] == most])
    return result


def _conflicts(rows: Rows, above: Links, is_bend: Callable[[int], bool]) -> set[tuple[int, int]]:
    """Edges that cross a long edge's inner part: they give way."""
    marked = set()
    where = {v: i for row in rows for i, v in enumerate(row)}
    for r in range(1, len(rows)):
        row = rows[r]
        start, left = 0, 0
        for i, v in enumerate(row):
            inner = is_bend(v) and any(is_bend(u) for u in above[v])
            if not inner and i < len(row) - 1:
                continue
            right = where[above[v][0]] if inner else len(rows[r - 1])
            for w in row[start : i + 1]:
                for u in above[w]:
                    is_inner = is_bend(u) and is_bend(w)
                    if not is_inner and not left <= where[u] <= right:
                        marked.add((u, w))
            start, left = i + 1, right
    return marked


def _align(rows: Rows, before: Links, conflicts: set[tuple[int, int]]) -> dict[int, int]:
    """For each vertex the first one of the column that it belongs to."""
    root = {v: v for row in rows for v in row}
    where = {v: i for row in rows for i, v in enumerate(row)}
    taken: set[int] = set()  # has one below it in its column already
    for row in rows:
        last = -1
        for v in row:
            links = sorted(before[v], key=where.__getitem__)
            middle = (len(links) - 1) / 2
            for at in sorted({int(middle), int(middle + 0.5)}) if links else ():
                u = links[at]
                if u in taken or where[u] <= last or {(u, v), (v, u)} & conflicts:
                    continue
                root[v] = root[u]
                taken.add(u)
                last = where[u]
                break
    return root


def _compact(
    rows: Rows, root: dict[int, int], widths: Sequence[float], is_bend: Callable[[int], bool],
    gap: float,
) -> list[float]:  # fmt: skip
    """Columns as far left as can be, and then as near to what is right of them as can be."""
    left: dict[int, dict[int, float]] = {r: {} for r in root.values()}
    right: dict[int, dict[int, float]] = {r: {} for r in root.values()}
    for row in rows:
        for u, v in pairwise(row):
            space = (widths[u] + widths[v]) / 2 + (gap / 2 if is_bend(u) or is_bend(v) else gap)
            a, b = root[u], root[v]
            if space > left[b].get(a, 0.0):
                left[b][a] = right[a][b] = space
    order = _columns_in_order(left, right)
    x: dict[int, float] = {}
    for b in order:
        x[b] = max((x[a] + space for a, space in left[b].items()), default=0.0)
    for a in reversed(order):
        x[a] = max(x[a], min((x[b] - space for b, space in right[a].items()), default=x[a]))
    result = [0.0] * len(widths)
    for v, r in root.items():
        result[v] = x[r]
    return result


def _columns_in_order(
    left: dict[int, dict[int, float]], right: dict[int, dict[int, float]]
) -> list[int]:
    waiting = {b: len(found) for b, found in left.items()}
    order = [b for b, n in waiting.items() if not n]
    for a in order:
        for b in right[a]:
            waiting[b] -= 1
            if not waiting[b]:
                order.append(b)
    return order


def _middle(found: list[list[float]], widths: Sequence[float]) -> list[float]:
    """All four moved over the narrowest; of each vertex's four positions the mean of the middle."""
    count = len(widths)
    if not count:
        return []

    def edges(x: list[float]) -> tuple[float, float]:
        low = min(x[v] - widths[v] / 2 for v in range(count))
        return low, max(x[v] + widths[v] / 2 for v in range(count))

    spans = [edges(x) for x in found]
    low, high = min(spans, key=lambda s: s[1] - s[0])
    for i, x in enumerate(found):
        is_mirrored = i % 2 == 1
        move = high - spans[i][1] if is_mirrored else low - spans[i][0]
        found[i] = [v + move for v in x]
    result = []
    for four in zip(*found, strict=True):
        a, b = sorted(four)[1:3]
        result.append((a + b) / 2)
    start = min(result[v] - widths[v] / 2 for v in range(count))
    return [x - start for x in result]
