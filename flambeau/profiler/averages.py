"""From what was recorded to events, and to averages by operation, by kernel and by line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flambeau.debug.multiply_adds import count_multiply_adds
from flambeau.profiler.attribution import Kernel, input_shapes, kernels_of, operation_name
from flambeau.profiler.events import EventList, FunctionEvent, FunctionEventAvg, Interval
from flambeau.profiler.recording import Range, Recording, Run
from flambeau.profiler.table import time_text

__all__ = ["Results"]

UNKNOWN = "a captured function (profile(with_stack=True) finds its lines)"
NO_LINE = "no operation of the user's alone"
US = 1e3  # nanoseconds in a microsecond


class Results:
    """What a profiler found; computed from recordings when somebody asks."""

    def __init__(
        self, recordings: list[Recording], shapes: bool, memory: bool, flops: bool, stack: bool
    ) -> None:
        self.recordings = recordings
        self.shapes = shapes
        self.memory = memory
        self.flops = flops
        self.stack = stack
        self._kernels: dict[int, list[Kernel]] = {}
        self._self_times: dict[int, float] = {}  # by id of a Range, in ns
        self._python = 0.0  # ns in no range and no kernel
        self._in_kernels = 0.0
        for recording in recordings:
            self._nest(recording)

    def kernels(self, run: Run) -> list[Kernel]:
        """The steps of the program that ran."""
        found = self._kernels.get(id(run.program))
        if found is None:
            found = self._kernels[id(run.program)] = kernels_of(run.program)
        return found

    def steps(self) -> Iterator[tuple[Recording, Run, Kernel, int, int]]:
        """Each kernel that ran, with its begin and end in ns."""
        for recording in self.recordings:
            for run in recording.runs:
                for kernel, (begin, end) in zip(self.kernels(run), run.marks, strict=False):
                    yield recording, run, kernel, begin, end

    def _nest(self, recording: Recording) -> None:
        """Time of each range without what lies inside it."""
        spans: list[tuple[int, int, int, Range | None]] = [
            (r.thread, r.begin, -r.end, r) for r in recording.ranges
        ]
        for run in recording.runs:
            for begin, end in run.marks:
                spans.append((run.thread, begin, -end, None))
        spans.sort(key=lambda s: s[:3])
        stack: list[tuple[int, Range | None]] = []
        outermost = 0.0
        thread = None
        for at, begin, minus_end, r in spans:
            if at != thread:
                stack, thread = [], at
            end = -minus_end
            while stack and stack[-1][0] <= begin:
                stack.pop()
            duration = end - begin
            if r is not None:
                self._self_times[id(r)] = self._self_times.get(id(r), 0.0) + duration
            else:
                self._in_kernels += duration
            owner = next((o for _, o in reversed(stack) if o is not None), None)
            if owner is not None:
                self._self_times[id(owner)] -= duration
            elif at == recording.thread:
                outermost += duration
            stack.append((end, r))
        self._python += max(recording.end - recording.begin - outermost, 0.0)

    # -- events -------------------------------------------------------------------------------
    def events(self) -> EventList:
        """Kernels and ranges in the order in which they began."""
        found = []
        for recording, run, kernel, begin, end in self.steps():
            found.append(
                FunctionEvent(
                    kernel.name, kernel.kind, run.thread,
                    Interval((begin - recording.begin) / US, (end - recording.begin) / US),
                    (end - begin) / US,
                    tuple(operation_name(run.program.recipe, at) for at in kernel.operations),
                    tuple(dict.fromkeys(_line(run, at) for at in kernel.operations)),
                    kernel.nbytes, kernel.flops, kernel.result,
                )
            )  # fmt: skip
        for recording in self.recordings:
            for r in recording.ranges:
                interval = Interval(
                    (r.begin - recording.begin) / US, (r.end - recording.begin) / US
                )
                own = self._self_times[id(r)] / US
                found.append(FunctionEvent(r.name, r.kind, r.thread, interval, own, args=r.args))
        found.sort(key=lambda e: (e.time_range.start, -e.time_range.end))
        return EventList(found)

    # -- averages -----------------------------------------------------------------------------
    def by_operation(self, by_shape: bool, by_line: bool) -> EventList:
        """A row for each operation, each name of a range, planning, compilation and Python."""
        rows: dict[Any, FunctionEventAvg] = {}
        for recording in self.recordings:
            for run in recording.runs:
                for row, at in self._called(run, rows, by_shape, by_line):
                    row.count += 1
                    if self.flops:
                        row.flops += 2 * count_multiply_adds(run.program.recipe.templates[at])
        columns = ["memory"] if self.memory else []
        columns += ["shapes"] if by_shape or self.shapes else []
        columns += ["stack"] if by_line else []
        columns += ["flops"] if self.flops else []
        return self._list([*rows.values(), *self._host_rows()], tuple(columns), "Name")

    def _called(
        self, run: Run, rows: dict[Any, FunctionEventAvg], by_shape: bool, by_line: bool
    ) -> Iterator[tuple[FunctionEventAvg, int]]:
        """The row of each operation in a run, after its time and memory were added."""
        recipe = run.program.recipe
        row_of: dict[int, FunctionEventAvg] = {}
        for at, template in enumerate(recipe.templates):
            if template.is_view:
                continue
            shapes = input_shapes(recipe, at) if by_shape or self.shapes else []
            line = _stack(run, at) if by_line or self.stack else ""
            key = (template.name, str(shapes) if by_shape else "", line if by_line else "")
            row = rows.get(key)
            if row is None:
                row = rows[key] = FunctionEventAvg(template.name)
                row.input_shapes = shapes
                row.stack = line.split("\n") if line else []
            row_of[at] = row
        for kernel, (begin, end) in zip(self.kernels(run), run.marks, strict=False):
            mine = [row_of[at] for at in kernel.operations if at in row_of]
            if not mine:
                mine = [rows.setdefault(kernel.name, FunctionEventAvg(kernel.name, kernel.kind))]
                mine[0].count += 1
            for row in mine:
                row.cpu_time_total += (end - begin) / US / len(mine)
                row.self_cpu_time_total += (end - begin) / US / len(mine)
        for at, nbytes in _made(run):
            if at in row_of:
                row_of[at].cpu_memory_usage += nbytes
        for at, row in row_of.items():
            yield row, at

    def _host_rows(self) -> list[FunctionEventAvg]:
        rows: dict[str, FunctionEventAvg] = {}
        for recording in self.recordings:
            for r in recording.ranges:
                row = rows.setdefault(r.name, FunctionEventAvg(r.name, r.kind))
                row.count += 1
                row.cpu_time_total += (r.end - r.begin) / US
                row.self_cpu_time_total += self._self_times[id(r)] / US
        python = FunctionEventAvg("[python]", "python", 1, self._python / US, self._python / US)
        return [*rows.values(), python]

    def by_kernel(self) -> EventList:
        """A row for each kernel, with the rate at which it read and wrote or multiplied."""
        rows: dict[tuple, FunctionEventAvg] = {}
        for _, _, kernel, begin, end in self.steps():
            key = (kernel.name, kernel.result)
            row = rows.setdefault(
                key, FunctionEventAvg(f"{kernel.name} {kernel.result}".strip(), kernel.kind)
            )
            row.count += 1
            row.cpu_time_total += (end - begin) / US
            row.self_cpu_time_total += (end - begin) / US
            row.nbytes += kernel.nbytes
            row.flops += kernel.flops
        return self._list(list(rows.values()), ("rate",), "Kernel")

    def by_line(self) -> EventList:
        """A row for each line of the user's program whose operations were computed."""
        rows: dict[str, FunctionEventAvg] = {}
        for recording in self.recordings:
            for run in recording.runs:
                for at, template in enumerate(run.program.recipe.templates):
                    if not template.is_view:
                        line = _line(run, at)
                        rows.setdefault(line, FunctionEventAvg(line, "line")).count += 1
                for kernel, (begin, end) in zip(self.kernels(run), run.marks, strict=False):
                    for line in [_line(run, at) for at in kernel.operations] or [NO_LINE]:
                        row = rows.setdefault(line, FunctionEventAvg(line, "line"))
                        row.cpu_time_total += (end - begin) / US / max(len(kernel.operations), 1)
                        row.self_cpu_time_total = row.cpu_time_total
                for at, nbytes in _made(run):
                    line = _line(run, at)
                    row = rows.setdefault(line, FunctionEventAvg(line, "line"))
                    row.cpu_memory_usage += nbytes
        columns = ("memory",) if self.memory else ()
        return self._list(list(rows.values()), columns, "Line")

    def _list(
        self, rows: list[FunctionEventAvg], columns: tuple[str, ...], title: str
    ) -> EventList:
        rows.sort(key=lambda row: row.self_cpu_time_total, reverse=True)
        width = 55 if title == "Name" else 100
        return EventList(rows, columns=columns, title=title, name_width=width, footer=self.footer())

    def footer(self) -> str:
        """Where the time went, in one line."""
        host = {"plan": 0.0, "compile": 0.0}
        whole = 0.0
        for recording in self.recordings:
            whole += recording.end - recording.begin
            for r in recording.ranges:
                if r.kind in host:
                    host[r.kind] += self._self_times[id(r)]
        rest = whole - self._in_kernels - sum(host.values())
        return (
            f"Of {time_text(whole / US)}: kernels {time_text(self._in_kernels / US)}, "
            f"planning {time_text(host['plan'] / US)}, compilation "
            f"{time_text(host['compile'] / US)}, Python {time_text(max(rest, 0.0) / US)}"
        )

    def stacks(self, metric: str) -> Iterator[tuple[str, float]]:
        """(lines from the outermost to the innermost, joined by ;) and the metric, in us."""
        for row in self.by_operation(False, True):
            if row.stack:
                frames = [frame.replace(";", ",") for frame in reversed(row.stack)]
                yield ";".join([*frames, row.key]), float(getattr(row, metric))


def _stack(run: Run, at: int) -> str:
    """The line that called an operation; with_stack: and those that led there, one a line."""
    lines = run.lines or getattr(run.program, "lines", None)
    found = lines[at] if lines is not None and at < len(lines) else None
    return found or UNKNOWN


def _line(run: Run, at: int) -> str:
    """The innermost line alone."""
    return _stack(run, at).split("\n")[0]


def _made(run: Run) -> Iterator[tuple[int, int]]:
    """(position, bytes) of each result for which memory was allocated."""
    plan = getattr(run.program, "plan", None)
    if plan is None:
        return
    for i, (root, place) in enumerate(zip(run.program.recipe.roots, plan.results, strict=True)):
        if place.kind == "output" and place.at == i:
            yield root, run.program.types[i].nbytes
