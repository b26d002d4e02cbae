"""Loops of changing length: whether a trace is one of many that will hardly come again.

A plan is worth its time if it is found again. A loop over the steps of an episode, or the words of
a sentence, records another trace for each length, and planning every one of them takes longer
than running it. So where the same operations keep coming in other numbers, a trace is cut into
some turns of its loop at a time, which are the same whatever the length; it is planned as a whole
only when it comes for the third time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from typing import Any

from flambeau.engine.runtime.value import Template

__all__ = ["Variety", "cut_into_turns"]

MANY_NODES = 64  # shorter traces are planned quickly
FEW_BYTES = 1 << 26  # of all results: where there is more, planning is not what takes long
REPEATED = 4  # what comes so often in one trace belongs to the body of a loop
LENGTHS = 3  # so many plans for one body,
PLANNED = 1500  # of so many nodes together, before it counts as changing
LONGEST_BODY = 1024
MOST_ALIKE = 32  # operations of one kind in a body
MAX_KEPT = 4096


class Variety:
    """Counts of what was planned: for each loop body its lengths, for each trace how often it
    came."""

    def __init__(self) -> None:
        self._lengths: Counter[frozenset[int]] = Counter()
        self._planned: Counter[frozenset[int]] = Counter()
        self._seen: Counter[int] = Counter()

    def is_changing(self, templates: Sequence[Template], key: Hashable) -> bool:
        """Whether a trace that has no plan yet should be run in parts."""
        if len(templates) < MANY_NODES:
            return False
        counts = Counter([t.id for t in templates])
        body = frozenset([i for i, n in counts.items() if n >= REPEATED])
        if not body or sum([t.type.nbytes for t in templates if not t.is_view]) > FEW_BYTES:
            return False
        if len(self._seen) > MAX_KEPT:
            self._seen.clear()
        if self._lengths[body] < LENGTHS or self._planned[body] < PLANNED:
            self._lengths[body] += 1
            self._planned[body] += len(templates)
            return False
        name = hash(key)
        self._seen[name] += 1
        return self._seen[name] < 3


def cut_into_turns(templates: Sequence[Template]) -> list[range]:
    """The trace in parts: where operations repeat, some turns at a time; what lies between."""
    # turn i of a loop may look at element i: which one makes no difference once it is computed
    ids: list[Any] = [t.name if t.is_view else t.id for t in templates]
    later = _next_places(ids)
    parts: list[range] = []
    at = begin = 0  # begin: of what does not repeat
    while at < len(ids):
        period = _period(ids, later, at)
        if not period:
            at += 1
            continue
        end = at
        while ids[end : end + period] == ids[at : at + period]:
            end += period
        parts.append(range(begin, at))
        step = period * -(-MANY_NODES // period)
        parts += [range(i, min(i + step, end)) for i in range(at, end, step)]
        at = begin = end
    parts.append(range(begin, len(ids)))
    return [part for part in parts if part]


def _next_places(ids: list[Any]) -> list[int]:
    """For each place the next one with the same id."""
    found = [len(ids)] * len(ids)
    seen: dict[Any, int] = {}
    for at in range(len(ids) - 1, -1, -1):
        found[at] = seen.get(ids[at], len(ids))
        seen[ids[at]] = at
    return found


def _period(ids: list[Any], later: list[int], at: int) -> int:
    """After how many places the ids from `at` on repeat; 0 if they do not at once."""
    next_at = at
    for _ in range(MOST_ALIKE):
        next_at = later[next_at]
        period = next_at - at
        if next_at + period > len(ids) or period > LONGEST_BODY:
            return 0
        if ids[at:next_at] == ids[next_at : next_at + period]:
            return period
        if next_at >= len(ids):
            return 0
    return 0
