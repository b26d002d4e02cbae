"""flambeau.multiprocessing: Python's multiprocessing, with `spawn`.

Tensors that are sent to another process are copied (pickled).
"""

from __future__ import annotations

import multiprocessing as _standard
import traceback
from collections.abc import Callable
from multiprocessing import *  # noqa: F403 - the same names
from multiprocessing.connection import wait
from typing import Any

__all__ = [
    *_standard.__all__,  # type: ignore[attr-defined]
    "ProcessContext", "ProcessRaisedException", "get_all_sharing_strategies",
    "get_sharing_strategy", "set_sharing_strategy", "spawn", "start_processes",
]  # fmt: skip


class ProcessRaisedException(Exception):
    """A process ended with an error, whose traceback is the text."""


def get_all_sharing_strategies() -> set[str]:
    """How memory could be shared: {"file_system"}."""
    return {"file_system"}


def get_sharing_strategy() -> str:
    """ "file_system"."""
    return "file_system"


def set_sharing_strategy(new_strategy: str) -> None:
    """Tensors are copied between processes; the choice makes no difference."""


def _call(fn: Callable[..., Any], number: int, args: tuple, errors: Any) -> None:
    try:
        fn(number, *args)
    except KeyboardInterrupt:
        pass
    except Exception:
        errors.put((number, traceback.format_exc()))
        raise SystemExit(1) from None


class ProcessContext:
    """Processes that `spawn` has started; `join` waits and passes on the first error."""

    def __init__(self, processes: list[Any], errors: Any) -> None:
        self.processes = processes
        self._errors = errors

    def pids(self) -> list[int]:
        """The processes' numbers."""
        return [p.pid for p in self.processes]

    def join(self, timeout: float | None = None, grace_period: float | None = None) -> bool:
        """Whether all have ended; ProcessRaisedException if one of them failed."""
        alive = [p.sentinel for p in self.processes if p.is_alive()]
        if alive:
            wait(alive, timeout)
        failed = next((i for i, p in enumerate(self.processes) if p.exitcode), None)
        if failed is not None:
            self._stop()
            self._raise(failed)
        return not any(p.is_alive() for p in self.processes)

    def _stop(self) -> None:
        for p in self.processes:
            if p.is_alive():
                p.terminate()
        for p in self.processes:
            p.join()

    def _raise(self, failed: int) -> None:
        code = self.processes[failed].exitcode
        try:
            number, text = self._errors.get(timeout=1.0)
        except Exception:
            raise ProcessRaisedException(
                f"process {failed} terminated with exit code {code}"
            ) from None
        raise ProcessRaisedException(
            f"\n\n-- Process {number} terminated with the following error:\n{text}"
        )


def start_processes(
    fn: Callable[..., Any], args: tuple = (), nprocs: int = 1, join: bool = True,
    daemon: bool = False, start_method: str = "spawn",
) -> ProcessContext | None:  # fmt: skip
    """Run fn(i, *args) in `nprocs` processes, i from 0; wait for them if `join`."""
    context: Any = _standard.get_context(start_method)
    errors = context.Queue()
    processes = [
        context.Process(target=_call, args=(fn, i, args, errors), daemon=daemon)
        for i in range(nprocs)
    ]
    for p in processes:
        p.start()
    running = ProcessContext(processes, errors)
    if not join:
        return running
    while not running.join():
        pass
    return None


def spawn(
    fn: Callable[..., Any], args: tuple = (), nprocs: int = 1, join: bool = True,
    daemon: bool = False, start_method: str = "spawn",
) -> ProcessContext | None:  # fmt: skip
    """Run fn(i, *args) in `nprocs` fresh processes; errors come with their traceback."""
    return start_processes(fn, args, nprocs, join, daemon, start_method)
