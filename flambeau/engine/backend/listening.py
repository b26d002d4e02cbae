"""Who wants to know what is compiled and what runs: the profiler. Times are perf_counter_ns."""

from __future__ import annotations

from typing import Any, Protocol

__all__ = ["LISTENERS", "Listener", "Mark"]

Mark = tuple[int, int]  # begin and end of one step


class Listener(Protocol):
    """What a listener is told."""

    def compiled(self, kernels: int, begin: int, end: int) -> None:
        """Kernels went through LLVM."""

    def planned(self, program: Any, begin: int, end: int) -> None:
        """A program was made; compilation lies within this time."""

    def ran(self, program: Any, begin: int, end: int, marks: list[Mark]) -> None:
        """A program ran; one mark for each step of its plan."""

    def evaluated(self, trace: Any, program: Any) -> None:
        """The program that ran last in this thread computed the values of `trace`."""


LISTENERS: list[Listener] = []  # while it is empty, nothing is measured
