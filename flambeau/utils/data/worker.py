"""What a worker of a loader knows about itself."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

__all__ = ["WorkerInfo", "get_worker_info", "set_worker_info"]

_local = threading.local()


@dataclass
class WorkerInfo:
    """The worker's number, how many there are, its seed, and its dataset."""

    id: int
    num_workers: int
    seed: int
    dataset: Any


def get_worker_info() -> WorkerInfo | None:
    """In a loader's worker: its WorkerInfo; elsewhere None."""
    return getattr(_local, "info", None)


def set_worker_info(info: WorkerInfo | None) -> None:
    """Make this thread a worker."""
    _local.info = info
