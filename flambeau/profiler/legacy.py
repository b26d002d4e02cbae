"""The names of `autograd.profiler`: an older interface to the same profiler."""

from __future__ import annotations

from typing import Any

from flambeau.core.errors import message
from flambeau.profiler.events import EventList, FunctionEventAvg
from flambeau.profiler.profile import profile as _profile
from flambeau.profiler.ranges import record_function

__all__ = ["emit_itt", "emit_nvtx", "profile", "record_function"]


class profile:  # noqa: N801 - PyTorch's name
    """Measure what runs inside `with`; enabled=False: nothing happens.

    >>> import flambeau
    >>> with flambeau.autograd.profiler.profile() as prof:
    ...     x = flambeau.ones(3).exp().sum().item()
    >>> "exp" in prof.table()
    True
    """

    def __init__(
        self, enabled: bool = True, *, use_cuda: bool = False, use_device: str | None = None,
        record_shapes: bool = False, with_flops: bool = False, profile_memory: bool = False,
        with_stack: bool = False, with_modules: bool = False, use_kineto: bool = False,
        use_cpu: bool = True, experimental_config: Any = None, acc_events: bool = False,
        custom_trace_id_callback: Any = None,
    ) -> None:  # fmt: skip
        self.enabled = enabled
        self._inner = _profile(
            record_shapes=record_shapes, with_flops=with_flops, profile_memory=profile_memory,
            with_stack=with_stack, acc_events=acc_events,
        )  # fmt: skip

    def __enter__(self) -> profile:
        if self.enabled:
            self._inner.start()
        return self

    def __exit__(self, *exception: Any) -> None:
        if self.enabled:
            self._inner.stop()

    @property
    def function_events(self) -> EventList:
        """All kernels and ranges, in order."""
        return self._inner.events()

    def key_averages(self, group_by_input_shape: bool = False,
                     group_by_stack_n: int = 0) -> EventList:  # fmt: skip
        """See `flambeau.profiler.profile.key_averages`."""
        return self._inner.key_averages(group_by_input_shape, group_by_stack_n)

    def table(self, sort_by: str | None = None, row_limit: int = 100, **options: Any) -> str:
        """The averages by operation as text."""
        return self._inner.key_averages().table(sort_by, row_limit, **options)

    def __str__(self) -> str:
        return self.table() if self.enabled else "<unfinished autograd.profile>"

    def export_chrome_trace(self, path: Any) -> None:
        """Write the events for chrome://tracing."""
        self._inner.export_chrome_trace(path)

    def export_stacks(self, path: str, metric: str = "self_cpu_time_total") -> None:
        """See `flambeau.profiler.profile.export_stacks`."""
        self._inner.export_stacks(path, metric)

    def total_average(self) -> FunctionEventAvg:
        """All rows as one."""
        return self._inner.key_averages().total_average()

    @property
    def self_cpu_time_total(self) -> float:
        """Time of everything, in microseconds."""
        return self._inner.key_averages().self_cpu_time_total


class _Emitter:
    """What marks ranges for a tool of another vendor: neither is there on this device."""

    needs = ""

    def __init__(self, enabled: bool = True, record_shapes: bool = False) -> None:
        self.enabled = enabled

    def __enter__(self) -> _Emitter:
        if self.enabled:
            raise RuntimeError(
                message(type(self).__name__, "a device without it", self.needs,
                        "flambeau.profiler.profile")
            )  # fmt: skip
        return self

    def __exit__(self, *exception: Any) -> None:
        pass


class emit_nvtx(_Emitter):  # noqa: N801 - PyTorch's name
    """Mark operations for NVIDIA's tools; RuntimeError unless enabled=False."""

    needs = "CUDA"


class emit_itt(_Emitter):  # noqa: N801 - PyTorch's name
    """Mark operations for Intel's tools; RuntimeError unless enabled=False."""

    needs = "Intel's ITT library"
