"""When a profiler looks: actions, activities, and schedules of steps."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, IntEnum

from flambeau.core.errors import message

__all__ = ["ProfilerAction", "ProfilerActivity", "always", "schedule"]


class ProfilerAction(Enum):
    """What is done during a step; DEVICE_STOPPED, of devices with buffers of their own, never."""

    NONE = 0
    WARMUP = 1
    RECORD = 2
    RECORD_AND_SAVE = 3
    DEVICE_STOPPED = 4


class ProfilerActivity(IntEnum):
    """What can be looked at; on this device it is the CPU."""

    CPU = 0
    XPU = 1
    MTIA = 4
    CUDA = 2
    HPU = 3
    PrivateUse1 = 5


def schedule(
    *, wait: int, warmup: int, active: int, repeat: int = 0, skip_first: int = 0,
    skip_first_wait: int = 0,
) -> Callable[[int], ProfilerAction]:  # fmt: skip
    """A function from the number of a step to what is done in it.

    After `skip_first` steps: `wait` steps without, `warmup` steps that are thrown away, `active`
    steps that are kept; this `repeat` times, or for ever if 0. skip_first_wait: no `wait` the first
    time.

    >>> plan = schedule(wait=1, warmup=1, active=2, repeat=1)
    >>> [plan(step).name for step in range(5)]
    ['NONE', 'WARMUP', 'RECORD', 'RECORD_AND_SAVE', 'NONE']
    """
    given = {"wait": wait, "warmup": warmup, "repeat": repeat, "skip_first": skip_first}
    for name, value in {**given, "active": active}.items():
        if value < (1 if name == "active" else 0):
            raise ValueError(
                message("schedule", f"{name}={value}", "active > 0, and no negative numbers")
            )

    def action(step: int) -> ProfilerAction:
        step -= skip_first
        if step >= 0 and skip_first_wait and wait:
            step += wait
        if step < 0:
            return ProfilerAction.NONE
        length = wait + warmup + active
        if repeat and step // length >= repeat:
            return ProfilerAction.NONE
        step %= length
        if step < wait:
            return ProfilerAction.NONE
        if step < wait + warmup:
            return ProfilerAction.WARMUP
        return ProfilerAction.RECORD_AND_SAVE if step == length - 1 else ProfilerAction.RECORD

    return action


def always(_: int) -> ProfilerAction:
    """Record every step."""
    return ProfilerAction.RECORD
