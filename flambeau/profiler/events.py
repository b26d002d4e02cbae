"""Events and their averages, with PyTorch's field names. Times are in microseconds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from flambeau.profiler.chrome import write_chrome_trace
from flambeau.profiler.table import averages_table

__all__ = ["EventList", "FunctionEvent", "FunctionEventAvg", "Interval"]


@dataclass(frozen=True)
class Interval:
    """From `start` to `end`, in microseconds since the profiler began."""

    start: float
    end: float

    def elapsed_us(self) -> float:
        """Its length."""
        return self.end - self.start


@dataclass
class FunctionEvent:
    """Something that took time: a kernel, a range of the user's, planning, compilation."""

    name: str
    kind: str  # "kernel", "BLAS", "sort", "sparse", "NumPy", "user", "step", "plan" or "compile"
    thread: int
    time_range: Interval
    self_cpu_time_total: float
    operations: tuple[str, ...] = ()  # of a kernel
    stack: tuple[str, ...] = ()  # the lines of these operations
    nbytes: int = 0
    flops: int = 0
    result: str = ""
    args: str = ""
    count: int = 1

    @property
    def key(self) -> str:
        """The name."""
        return self.name

    @property
    def cpu_time_total(self) -> float:
        """How long it took, with what lies inside."""
        return self.time_range.elapsed_us()

    cpu_time = cpu_time_total
    is_user_annotation = property(lambda self: self.kind in ("user", "step"))


@dataclass
class FunctionEventAvg:
    """What events of one name took together."""

    key: str
    kind: str = "operation"
    count: float = 0
    cpu_time_total: float = 0.0
    self_cpu_time_total: float = 0.0
    cpu_memory_usage: int = 0  # bytes of results
    nbytes: int = 0  # read and written
    flops: int = 0
    input_shapes: list[Any] = field(default_factory=list)
    stack: list[str] = field(default_factory=list)

    # there is no other device
    device_time_total = 0.0
    self_device_time_total = 0.0
    device_memory_usage = 0
    cuda_time_total = 0.0
    self_cuda_time_total = 0.0
    cuda_memory_usage = 0
    is_remote = False
    is_legacy = False

    @property
    def name(self) -> str:
        """The key."""
        return self.key

    @property
    def cpu_time(self) -> float:
        """The mean time of one call."""
        return self.cpu_time_total / self.count if self.count else 0.0

    @property
    def self_cpu_time(self) -> float:
        """The mean time of one call without what lies inside."""
        return self.self_cpu_time_total / self.count if self.count else 0.0

    @property
    def self_cpu_memory_usage(self) -> int:
        """Bytes of results."""
        return self.cpu_memory_usage

    @property
    def is_user_annotation(self) -> bool:
        """Whether it is a range of the user's."""
        return self.kind in ("user", "step")


class EventList(list[Any]):
    """A list of events or of averages that shows itself as a table."""

    def __init__(self, rows: Iterable[Any] = (), *, columns: tuple[str, ...] = (),
                 title: str = "Name", name_width: int = 55, footer: str = "") -> None:  # fmt: skip
        super().__init__(rows)
        self.name_width = name_width
        self.columns = columns
        self.title = title
        self.footer = footer

    @property
    def self_cpu_time_total(self) -> float:
        """The sum, in microseconds."""
        return sum(row.self_cpu_time_total for row in self)

    def table(
        self,
        sort_by: str | None = None,
        row_limit: int = 100,
        max_src_column_width: int = 75,
        max_name_column_width: int | None = None,
        max_shapes_column_width: int = 80,
        header: str | None = None,
        top_level_events_only: bool = False,
        time_unit: str | None = None,
    ) -> str:
        """The rows as text, the largest first by `sort_by` (cpu_time_total, self_cpu_time_total,
        cpu_time, cpu_memory_usage, count, flops ...); row_limit=-1 shows all. time_unit: "us", "ms"
        or "s" for all times."""
        rows = [r for r in self if r.is_user_annotation] if top_level_events_only else list(self)
        name_width = max_name_column_width or self.name_width
        widths = (name_width, max_shapes_column_width, max_src_column_width)
        return averages_table(
            rows, self.columns, self.title, sort_by, row_limit, widths, header, time_unit,
            self.footer,
        )  # fmt: skip

    def __str__(self) -> str:
        return self.table()

    def total_average(self) -> FunctionEventAvg:
        """All rows as one."""
        total = FunctionEventAvg("Total")
        for row in self:
            total.count += row.count
            total.cpu_time_total += row.cpu_time_total
            total.self_cpu_time_total += row.self_cpu_time_total
        return total

    def export_chrome_trace(self, path: Any) -> None:
        """Write the events for chrome://tracing or ui.perfetto.dev."""
        write_chrome_trace(path, self, 0, {})
