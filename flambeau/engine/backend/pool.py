"""Worker threads: Python threads that stay inside generated code with the GIL released.

They start when a program first has a step worth sharing, spin a moment for work, then sleep.
After `fork` the child starts its own. See engine/codegen/program.py for the protocol.
"""

from __future__ import annotations

import atexit
import ctypes
import os
import threading

import numpy as np

from flambeau.core.config import config
from flambeau.engine.codegen.program import CONTROL_WORDS, PLACE_WORDS

__all__ = ["Pool", "available_threads"]

_STOP, _WORKERS, _PLACES, _PROCESSOR = 40, 48, 49, 50  # words of the control block


def available_threads() -> int:
    """Processors this process may use: the affinity mask, cut by the container's quota."""
    if config.NUM_THREADS:
        return int(config.NUM_THREADS)
    try:
        n = len(os.sched_getaffinity(0))
    except AttributeError:  # not on this system
        n = os.cpu_count() or 1
    return max(1, min(n, _quota() or n))


def _quota() -> int | None:
    """The container's limit in whole processors (Linux control groups), if there is one."""
    for quota_file, period_file in (
        ("/sys/fs/cgroup/cpu.max", None),
        ("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "/sys/fs/cgroup/cpu/cpu.cfs_period_us"),
    ):
        try:
            with open(quota_file) as file:
                words = file.read().split()
            if period_file is not None:
                with open(period_file) as file:
                    words += file.read().split()
            if words[0] in ("max", "-1"):
                return None
            return max(1, -(-int(words[0]) // int(words[1])))
        except (OSError, ValueError, IndexError):
            continue
    return None


def _places(workers: list[threading.Thread]) -> np.ndarray | None:
    """Where workers may run, for the executor (codegen/program.py); None if they are left alone:
    this system cannot say, or there are fewer processors than threads."""
    try:
        allowed = os.sched_getaffinity(0)
    except AttributeError:
        return None
    if len(workers) >= len(allowed) or max(allowed) >= PLACE_WORDS * 64:
        return None
    places = np.zeros(2 * PLACE_WORDS + len(workers), np.int64)
    for processor in allowed:
        places[processor // 64] |= np.uint64(1 << processor % 64).astype(np.int64)
    places[2 * PLACE_WORDS :] = [worker.native_id or 0 for worker in workers]
    return places


class Pool:
    """The workers of one process."""

    def __init__(self, worker: int, wake: int) -> None:
        function = ctypes.CFUNCTYPE(None, ctypes.c_void_p)
        self._worker, self._wake = function(worker), function(wake)
        memory = np.zeros(CONTROL_WORDS + 8, np.int64)
        start = -memory.ctypes.data % 64 // 8
        self.control = memory[start : start + CONTROL_WORDS]
        self.address = self.control.ctypes.data
        self.threads: list[threading.Thread] = []
        self._places: np.ndarray | None = None
        self.size = 0  # threads asked for, the caller included; 0: not started
        self._lock = threading.Lock()
        atexit.register(self.stop)
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(before=self.stop, after_in_child=self._forget)

    def start(self, threads: int) -> None:
        """Have `threads` threads work, the caller among them."""
        with self._lock:
            if self.size == threads:
                return
            self._stop()
            self.control[:] = 0
            self.control[_WORKERS] = threads - 1
            self.threads = [
                threading.Thread(
                    target=self._worker, args=(self.address,), daemon=True,
                    name=f"flambeau worker {i + 1}",
                )
                for i in range(threads - 1)
            ]  # fmt: skip
            for thread in self.threads:
                thread.start()
            self._places = _places(self.threads)
            if self._places is not None:
                self.control[_PROCESSOR] = -1
                self.control[_PLACES] = self._places.ctypes.data
            self.size = threads

    def stop(self) -> None:
        """End the workers; they start again when they are needed."""
        with self._lock:
            self._stop()

    def _stop(self) -> None:
        self.control[_STOP] = 1
        while any(t.is_alive() for t in self.threads):
            self._wake(self.address)
            for t in self.threads:
                t.join(0.001)
        self.threads = []
        self.control[_WORKERS] = self.control[_PLACES] = 0
        self.size = 0

    def _forget(self) -> None:
        """In a forked child no thread but the caller exists."""
        self._lock = threading.Lock()
        self.threads = []
        self.control[:] = 0
        self.size = 0
