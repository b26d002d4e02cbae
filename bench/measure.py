"""Interleaved timing: blocks of ours and theirs by turns, in one process, on as many threads."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

__all__ = ["Sample", "interleaved"]

BLOCK = 0.02  # seconds that a block of calls should last, so that the clock does not matter
MIN_BLOCKS = 7
# Seconds before each block: after its last work a library's idle threads keep looking for more,
# for some milliseconds (OpenMP's by default), and would take a processor from the other library.
PAUSE = 0.02
WARM_UP = 0.003  # seconds of calls before the clock starts


@dataclass(frozen=True)
class Sample:
    """Seconds for one call, from several blocks."""

    times: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.times)

    @property
    def spread(self) -> float:
        """Half the distance between the quartiles, as a part of the median."""
        if len(self.times) < 4:
            return (max(self.times) - min(self.times)) / 2 / self.median
        low, _, high = statistics.quantiles(self.times, n=4)
        return (high - low) / 2 / self.median


def interleaved(calls: Sequence[Callable[[], object]], seconds: float) -> list[Sample]:
    """A sample for each of `calls`, taken by turns for about `seconds` in all."""
    repeats = [_repeats(call) for call in calls]
    times: list[list[float]] = [[] for _ in calls]
    end = time.perf_counter() + seconds
    gc.collect()
    while time.perf_counter() < end or len(times[-1]) < MIN_BLOCKS:
        for call, count, taken in zip(calls, repeats, times, strict=True):
            _rest(call)
            begin = time.perf_counter()
            for _ in range(count):
                call()
            taken.append((time.perf_counter() - begin) / count)
    return [Sample(tuple(taken)) for taken in times]


def _rest(call: Callable[[], object]) -> None:
    """Let the other's threads go to sleep, then wake ours and fill the caches."""
    time.sleep(PAUSE)
    end = time.perf_counter() + WARM_UP
    while True:
        call()
        if time.perf_counter() > end:
            return


def _repeats(call: Callable[[], object]) -> int:
    """How many calls fill a block; the first calls, which compile, are not counted."""
    for _ in range(3):
        call()
    count = 1
    while True:
        begin = time.perf_counter()
        for _ in range(count):
            call()
        taken = time.perf_counter() - begin
        if taken >= BLOCK / 4:
            return max(1, round(count * BLOCK / taken))
        count *= 4
