"""All heuristics of one kernel: which axis is vectorised, which is outermost, how it is cut."""

from __future__ import annotations

from collections.abc import Sequence

from flambeau.engine.kernel.affine import Affine

__all__ = [
    "GRAIN", "PIECE", "STRIP", "crossing_axis", "order_axes", "outer_chunk",
    "strip_width",
]  # fmt: skip

# Elements below which a kernel is not worth a second thread: about 10 us of cheap work, against
# a fork and join of 0.5 to 5 us.
GRAIN = 1 << 15
# Elements in one piece of a reduction that is cut for the threads. Fixed, so that results do
# not depend on the number of threads; 32 KiB of float32 stay in the first-level cache.
PIECE = 1 << 14

# Elements of a transposition that are moved together: a vector of them.
STRIP = 16
# Elements between neighbours, of which multiples put them into one set of a cache (4 KiB of
# float32): walked along such an axis, lines are gone before their other elements are wanted.
ALIASED = 1 << 10
FEWEST = 64  # along both axes

Axes = list[tuple[str, int]]


def order_axes(
    kept: Axes, reduced: Axes, indices: Sequence[Affine], in_order: bool = False
) -> tuple[Axes, Axes, str | None]:
    """Loop order, outermost first, and the axis whose indices run together in vectors.

    The vector axis is the one along which most accesses are contiguous: a reduced one (rows
    are reduced lane by lane), or a kept one (columns are reduced each in its own lane). It is
    the innermost of its kind. `in_order` reduced axes are never vectors.
    """
    extents = dict(kept) | dict(reduced)

    def contiguous(name: str) -> int:
        return sum(1 for i in indices if i.coefficient(name) == 1)

    # each piece of a reduction that is cut ("c") is a loop of its own
    names = [n for n, _ in reduced if not in_order] + [n for n, _ in kept if n != "c"]
    if not names:
        return kept, reduced, None
    # ties go to reduced axes, then to the innermost; an axis of one or two is no vector
    best = max(
        names,
        key=lambda n: (min(extents[n], 8) * contiguous(n), n.startswith("r"), names.index(n)),
    )
    if in_order and not contiguous(best) and any(contiguous(n) for n, _ in reduced):
        # lanes would lie a row apart, often all in one set of the cache: element by element
        return kept, reduced, None
    kept = [a for a in kept if a[0] != best] + [a for a in kept if a[0] == best]
    reduced = [a for a in reduced if a[0] != best] + [a for a in reduced if a[0] == best]
    outer = [a for a in kept if a[0] != best]
    if len(outer) > 1 and outer[0][1] < 8 and outer[0][0] != "c":
        # the outermost loop is the one that threads share: make it the longest
        longest = max(outer, key=lambda a: a[1])
        outer.remove(longest)
        outer.insert(0, longest)
        kept = outer + [a for a in kept if a[0] == best]
    return kept, reduced, best


def crossing_axis(kept: Axes, vector: str, memory: Sequence[Affine]) -> str | None:
    """The axis along which something lies contiguous that the vector axis walks in steps that
    alias; None if there is none. With other steps the caches hold all lines of a strip anyway."""
    extents = dict(kept)
    if extents[vector] < FEWEST:
        return None
    for name, extent in kept:
        if name == vector or extent < FEWEST:
            continue
        for i in memory:
            step = i.coefficient(vector)
            if i.coefficient(name) == 1 and step > 0 and step % ALIASED == 0:
                return name
    return None


def strip_width(extent: int) -> int:
    """Elements of a row that are walked before the next row: enough to read memory as it lies,
    few enough that threads share the strips."""
    return min(512, max(64, -(-extent // 8 // 16) * 16))


def outer_chunk(extent: int, total: int, weight: int, vector: bool) -> int:
    """Outermost iterations in one piece of work, from the sizes only."""
    if total * weight <= GRAIN or extent <= 1:
        return max(extent, 1)
    each = max(1, total * weight // extent)
    chunk = max(1, -(-GRAIN // each))
    # at most 64 pieces: more cost more than they balance
    chunk = max(chunk, -(-extent // 64))
    if vector:
        chunk = -(-chunk // 256) * 256
    return chunk
