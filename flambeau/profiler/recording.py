"""`Recording`: what happened while a profiler was on, in raw form."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import Any

from flambeau.engine.backend.listening import LISTENERS, Mark

__all__ = ["ACTIVE", "Range", "Recording", "Run"]


@dataclass
class Range:
    """A stretch of time with a name: of `record_function`, a step, or host work of the engine."""

    name: str
    kind: str  # "user", "step", "plan" or "compile"
    thread: int
    begin: int
    end: int = 0
    depth: int = 0
    args: str = ""


@dataclass
class Run:
    """One run of a program: a mark for each step of its plan."""

    program: Any
    thread: int
    begin: int
    end: int
    marks: list[Mark]
    lines: list[Any] | None = None  # the user's line of each value; None if it is a replay


@dataclass
class Recording:
    """Listens to the engine (see engine/backend/listening.py) between `start` and `stop`."""

    runs: list[Run] = field(default_factory=list)
    ranges: list[Range] = field(default_factory=list)
    begin: int = 0
    end: int = 0
    epoch: int = 0  # time.time_ns at `begin`
    thread: int = 0
    _open: dict[int, list[Range]] = field(default_factory=dict)
    _lock: Any = field(default_factory=threading.Lock)

    def start(self) -> None:
        """Listen from here on."""
        self.thread = threading.get_ident()
        self.epoch = time.time_ns()
        self.begin = time.perf_counter_ns()
        LISTENERS.append(self)
        ACTIVE.append(self)

    def stop(self) -> None:
        """Stop listening; ranges that are open end here."""
        LISTENERS.remove(self)
        ACTIVE.remove(self)
        self.end = time.perf_counter_ns()
        for stack in self._open.values():
            for opened in stack:
                opened.end = self.end
        self._open.clear()

    # -- ranges -------------------------------------------------------------------------------
    def open(self, name: str, kind: str = "user", args: str = "") -> Range:
        """A range begins in this thread."""
        thread = threading.get_ident()
        stack = self._open.setdefault(thread, [])
        made = Range(name, kind, thread, 0, depth=len(stack), args=args)
        stack.append(made)
        with self._lock:
            self.ranges.append(made)
        made.begin = time.perf_counter_ns()
        return made

    def close(self, opened: Range) -> None:
        """It ends, and with it those that began later and are open."""
        now = time.perf_counter_ns()
        stack = self._open.get(opened.thread, [])
        if opened not in stack:
            return
        while stack:
            last = stack.pop()
            last.end = now
            if last is opened:
                break

    # -- what the engine tells ----------------------------------------------------------------
    def compiled(self, kernels: int, begin: int, end: int) -> None:
        """Kernels went through LLVM."""
        thread = threading.get_ident()
        self.ranges.append(
            Range("[compile]", "compile", thread, begin, end, args=f"{kernels} kernels")
        )

    def planned(self, program: Any, begin: int, end: int) -> None:
        """A program was made."""
        self.ranges.append(Range("[plan]", "plan", threading.get_ident(), begin, end))

    def ran(self, program: Any, begin: int, end: int, marks: list[Mark]) -> None:
        """A program ran."""
        self.runs.append(Run(program, threading.get_ident(), begin, end, marks))

    def evaluated(self, trace: Any, program: Any) -> None:
        """The last run was of this trace: so its lines are known, and those of later replays."""
        lines = [getattr(value, "line", None) for value in trace.order]
        program.lines = lines
        for run in reversed(self.runs):
            if run.program is program:
                run.lines = lines
                return


ACTIVE: list[Recording] = []  # those that record now, for `record_function`
