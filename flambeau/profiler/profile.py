"""`profile`: the profiler under PyTorch's names."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Iterable
from typing import Any

from flambeau.core.config import config
from flambeau.core.errors import message
from flambeau.nn.module.structure import structure
from flambeau.profiler.averages import Results
from flambeau.profiler.chrome import write_chrome_trace
from flambeau.profiler.events import EventList
from flambeau.profiler.recording import Range, Recording
from flambeau.profiler.schedules import ProfilerAction, ProfilerActivity, always
from flambeau.tensor.boundary import synchronize

__all__ = ["kineto_available", "profile", "supported_activities", "tensorboard_trace_handler"]

RECORDS = (ProfilerAction.RECORD, ProfilerAction.RECORD_AND_SAVE)


def supported_activities() -> set[ProfilerActivity]:
    """What can be measured on this machine."""
    return {ProfilerActivity.CPU}


def kineto_available() -> bool:
    """Whether the library is there that PyTorch measures with: the profiler here needs none."""
    return False


class profile:  # noqa: N801 - PyTorch's name
    """Measure what runs inside `with` (or between `start` and `stop`).

    schedule: a function from the number of a step to a ProfilerAction (see `schedule`); `step` ends
    a step. on_trace_ready(prof): called when a stretch of steps was recorded. record_shapes: keep
    the shapes of operations' inputs. profile_memory: bytes of results. with_stack: all lines of the
    call, not the innermost alone; functions of `flambeau.compile` are captured anew, so that the
    lines inside are known. with_flops: count those of products. acc_events: keep the results of all
    stretches, not of the last one. The other arguments are accepted and change nothing.

    Entering and leaving evaluate what is recorded, so that work before and after is not measured.

    >>> import flambeau
    >>> with flambeau.profiler.profile(record_shapes=True) as prof:
    ...     x = (flambeau.ones(4, 4) @ flambeau.ones(4, 4)).relu().sum().item()
    >>> rows = {row.key: row for row in prof.key_averages()}
    >>> rows["relu"].count, rows["relu"].input_shapes
    (1, [[4, 4]])
    >>> table = prof.key_averages().table(sort_by="cpu_time_total", row_limit=5)
    """

    def __init__(
        self,
        *,
        activities: Iterable[ProfilerActivity] | None = None,
        schedule: Callable[[int], ProfilerAction] | None = None,
        on_trace_ready: Callable[..., Any] | None = None,
        record_shapes: bool = False,
        profile_memory: bool = False,
        with_stack: bool = False,
        with_flops: bool = False,
        with_modules: bool = False,
        experimental_config: Any = None,
        execution_trace_observer: Any = None,
        acc_events: bool = False,
        use_cuda: bool | None = None,
        custom_trace_id_callback: Any = None,
        post_processing_timeout_s: float | None = None,
    ) -> None:
        self.activities = set(activities) if activities is not None else supported_activities()
        for activity in self.activities:
            if not isinstance(activity, ProfilerActivity):
                raise TypeError(
                    message("profile", f"activity {activity!r}", "members of ProfilerActivity",
                            "activities=[ProfilerActivity.CPU]")
                )  # fmt: skip
        self.schedule = schedule or always
        self.has_schedule = schedule is not None
        self.on_trace_ready = on_trace_ready
        self.record_shapes = record_shapes
        self.profile_memory = profile_memory
        self.with_stack = with_stack
        self.with_flops = with_flops
        self.with_modules = with_modules
        self.acc_events = acc_events
        self.step_num = 0
        self.current_action = ProfilerAction.NONE
        self._recording: Recording | None = None
        self._step_range: Range | None = None
        self._kept: list[Recording] = []
        self._results: Results | None = None
        self._trace_before = 0
        self._metadata: dict[str, Any] = {}

    # -- begin and end ------------------------------------------------------------------------
    def __enter__(self) -> profile:
        self.start()
        return self

    def __exit__(self, *exception: Any) -> None:
        self.stop()

    def start(self) -> None:
        """Begin with step 0."""
        self.current_action = self.schedule(self.step_num)
        if self.current_action is not ProfilerAction.NONE:
            self._begin()
        self._open_step()

    def stop(self) -> None:
        """End; what was recorded is ready."""
        action = self.current_action
        self.current_action = ProfilerAction.NONE
        if self._recording is None:
            return
        self._end(is_kept=action in RECORDS)
        if action in RECORDS and self.on_trace_ready is not None:
            self.on_trace_ready(self)

    def step(self) -> None:
        """A step is done: the next one begins."""
        before = self.current_action
        if self._recording is not None:
            synchronize()
            if self._step_range is not None:
                self._recording.close(self._step_range)
        self.step_num += 1
        now = self.current_action = self.schedule(self.step_num)
        if before is ProfilerAction.RECORD_AND_SAVE:
            self._end(is_kept=True)
            if self.on_trace_ready is not None:
                self.on_trace_ready(self)
        elif now is ProfilerAction.NONE or (before is ProfilerAction.WARMUP and now in RECORDS):
            self._end(is_kept=False)
        if now is not ProfilerAction.NONE and self._recording is None:
            self._begin()
        self._open_step()

    def _begin(self) -> None:
        synchronize()
        self._trace_before = config.TRACE
        config.set(TRACE=max(2 if self.with_stack else 1, int(config.TRACE)))
        if self.with_stack:
            structure.bump()
        self._recording = Recording()
        self._recording.start()

    def _open_step(self) -> None:
        self._step_range = None
        if self._recording is not None and self.has_schedule:
            self._step_range = self._recording.open(f"ProfilerStep#{self.step_num}", "step")

    def _end(self, is_kept: bool) -> None:
        recording = self._recording
        if recording is None:
            return
        try:
            synchronize()
        finally:
            recording.stop()
            config.set(TRACE=self._trace_before)
            self._recording = None
        if is_kept:
            self._kept = [*self._kept, recording] if self.acc_events else [recording]
            self._results = Results(
                self._kept, self.record_shapes, self.profile_memory, self.with_flops,
                self.with_stack,
            )  # fmt: skip

    # -- results ------------------------------------------------------------------------------
    def _found(self, operation: str) -> Results:
        if self._results is None:
            raise RuntimeError(
                message(
                    operation, "a profiler that has recorded nothing",
                    "a stretch that has ended",
                    "call it after the with block, or in on_trace_ready",
                )
            )  # fmt: skip
        return self._results

    def events(self) -> EventList:
        """All kernels and ranges, in order."""
        return self._found("events").events()

    def key_averages(
        self, group_by_input_shape: bool = False, group_by_stack_n: int = 0,
        group_by_overload_name: bool = False,
    ) -> EventList:  # fmt: skip
        """Averages by operation; ranges, planning, compilation and Python have rows too.

        The time of an operation is its share of the kernels that it is computed in.
        """
        found = self._found("key_averages")
        return found.by_operation(group_by_input_shape, group_by_stack_n > 0)

    def by_kernel(self) -> EventList:
        """Averages by kernel: what runs at once, with its rate."""
        return self._found("by_kernel").by_kernel()

    def by_line(self) -> EventList:
        """Averages by the user's line that called the operations."""
        return self._found("by_line").by_line()

    def export_chrome_trace(self, path: Any) -> None:
        """Write the events for chrome://tracing, ui.perfetto.dev or TensorBoard's profiler.

        A name that ends in .gz is compressed.
        """
        found = self._found("export_chrome_trace")
        epoch = found.recordings[0].epoch // 1000
        write_chrome_trace(path, found.events(), epoch, self._metadata)

    def export_stacks(self, path: str, metric: str = "self_cpu_time_total") -> None:
        """Write a line "outer;inner;operation microseconds" for each stack: input of flame graphs.

        Needs with_stack=True.
        """
        if not self.with_stack:
            raise ValueError(
                message("export_stacks", "with_stack=False", "profile(with_stack=True)")
            )
        with open(path, "w", encoding="utf-8") as file:
            for stack, value in self._found("export_stacks").stacks(metric):
                file.write(f"{stack.replace(' ', '_')} {int(value)}\n")

    def add_metadata(self, key: str, value: str) -> None:
        """Note a text in the exported trace."""
        self._metadata[key] = str(value)

    def add_metadata_json(self, key: str, value: str) -> None:
        """Note a text that is JSON already."""
        self._metadata[key] = value

    preset_metadata_json = add_metadata_json


def tensorboard_trace_handler(
    dir_name: str, worker_name: str | None = None, use_gzip: bool = False
) -> Callable[[profile], None]:
    """For on_trace_ready: write each trace into a folder that TensorBoard's profiler reads.

    >>> handler = tensorboard_trace_handler("runs/profile")
    """
    worker = worker_name or f"{socket.gethostname()}_{os.getpid()}"

    def handler(prof: profile) -> None:
        os.makedirs(dir_name, exist_ok=True)
        name = f"{worker}.{time.time_ns()}.pt.trace.json{'.gz' if use_gzip else ''}"
        prof.export_chrome_trace(os.path.join(dir_name, name))

    return handler
