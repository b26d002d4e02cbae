"""Where the time goes: kernels, operations, the user's lines, compilation, and Python between them.

    with flambeau.profiler.profile() as prof:
        train_step()
    print(prof.key_averages().table(sort_by="cpu_time_total", row_limit=10))
    print(prof.by_line().table())

The names are PyTorch's. An operation is recorded when it is called and computed later, in a kernel
with others; the time of a kernel is divided equally among the operations in it.
"""

from flambeau.profiler.events import EventList, FunctionEvent, FunctionEventAvg
from flambeau.profiler.profile import (
    kineto_available,
    profile,
    supported_activities,
    tensorboard_trace_handler,
)
from flambeau.profiler.ranges import record_function
from flambeau.profiler.schedules import ProfilerAction, ProfilerActivity, schedule

__all__ = [
    "EventList",
    "FunctionEvent",
    "FunctionEventAvg",
    "ProfilerAction",
    "ProfilerActivity",
    "kineto_available",
    "profile",
    "record_function",
    "schedule",
    "supported_activities",
    "tensorboard_trace_handler",
]
