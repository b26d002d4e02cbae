"""Order within rows: fewer crossings, by barycentres and by exchanging neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

__all__ = ["count_crossings", "order_rows"]

WORK = 400_000  # looks at vertices, divided among the sweeps
SWEEPS = 24
SMALL = 60  # rows up to this long are improved by exchanges as well

Rows = list[list[int]]
Links = list[list[int]]


def order_rows(rows: Rows, above: Links, below: Links) -> Rows:
    """The rows with their vertices reordered; all edges join neighbouring rows.

    Method: Sugiyama et al., 1981, with the exchanges of Gansner et al., 1993.
    """
    size = sum(len(row) for row in rows)
    best, fewest = [row[:] for row in rows], _crossings(rows, below)
    rows = [row[:] for row in rows]
    stale = 0
    for sweep in range(max(2, min(SWEEPS, WORK // max(size, 1)))):
        if not fewest or stale > 4:
            break
        _sweep(rows, above if sweep % 2 == 0 else below, sweep % 2 == 1)
        _exchange(rows, above, below)
        found = _crossings(rows, below)
        stale += 1
        if found < fewest:
            best, fewest, stale = [row[:] for row in rows], found, 0
    return best


def _sweep(rows: Rows, links: Links, is_upward: bool) -> None:
    """Sort each row by the mean position of its vertices' neighbours in the row before it."""
    where: dict[int, int] = {}
    for row in reversed(rows) if is_upward else rows:
        keys = {}
        for i, v in enumerate(row):
            found = [where[w] for w in links[v] if w in where]
            keys[v] = sum(found) / len(found) if found else i
        row.sort(key=keys.__getitem__)
        where = {v: i for i, v in enumerate(row)}


def _exchange(rows: Rows, above: Links, below: Links) -> None:
    """Exchange neighbours wherever that removes crossings."""
    for r, row in enumerate(rows):
        if len(row) > SMALL:
            continue
        up = {v: i for i, v in enumerate(rows[r - 1])} if r else {}
        down = {v: i for i, v in enumerate(rows[r + 1])} if r + 1 < len(rows) else {}
        for _ in range(4):
            is_changed = False
            for i in range(len(row) - 1):
                v, w = row[i], row[i + 1]
                gain = _pairs(above[v], above[w], up) + _pairs(below[v], below[w], down)
                if gain > 0:
                    row[i], row[i + 1] = w, v
                    is_changed = True
            if not is_changed:
                break


def _pairs(left: Sequence[int], right: Sequence[int], where: dict[int, int]) -> int:
    """Crossings of two neighbours' edges as they stand, less those after an exchange."""
    gain = 0
    for a in left:
        for b in right:
            gain += (where[a] > where[b]) - (where[a] < where[b])
    return gain


def _crossings(rows: Rows, below: Links) -> int:
    return sum(count_crossings(a, b, below) for a, b in pairwise(rows))


def count_crossings(upper: Sequence[int], lower: Sequence[int], below: Links) -> int:
    """How many pairs of edges between two rows cross (Barth, Juenger, Mutzel, 2002)."""
    where = {v: i for i, v in enumerate(lower)}
    tree = [0] * (len(lower) + 1)
    crossings = seen = 0
    for v in upper:
        places = sorted(where[w] for w in below[v])
        for place in places:
            at, not_right = place + 1, 0
            while at:
                not_right += tree[at]
                at &= at - 1
            crossings += seen - not_right
        for place in places:
            at = place + 1
            seen += 1
            while at < len(tree):
                tree[at] += 1
                at += at & -at
    return crossings
