"""Worker threads: batches are made ahead of time and arrive in order.

Batch i is made by worker i modulo their number, so each has its own queues and order needs no
bookkeeping. Of a stream, each worker reads a copy and gives its batches in turn.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from copy import copy
from queue import Empty, SimpleQueue
from typing import Any

from flambeau.tensor.rows import Generator, draw_key
from flambeau.utils.data.worker import WorkerInfo, set_worker_info

__all__ = ["Job", "prefetch"]

Job = Callable[[], Any]
_END = object()


class _Failed:
    """An exception on its way from a worker."""

    def __init__(self, error: BaseException) -> None:
        self.error = error


class _Worker(threading.Thread):
    def __init__(self, info: WorkerInfo, init: Callable[[int], None] | None) -> None:
        super().__init__(name=f"flambeau-loader-{info.id}", daemon=True)
        self.info = info
        self.init = init
        self.tasks: SimpleQueue = SimpleQueue()  # jobs; None to stop
        self.results: SimpleQueue = SimpleQueue()
        self.is_done = False

    def run(self) -> None:
        set_worker_info(self.info)
        try:
            if self.init is not None:
                self.init(self.info.id)
        except Exception as error:
            self.results.put(_Failed(error))
            return
        while (job := self.tasks.get()) is not None:
            try:
                self.results.put(job())
            except Exception as error:
                self.results.put(_Failed(error))
            job = None

    def stop(self) -> None:
        while True:  # what nobody will look at need not be made
            try:
                self.tasks.get_nowait()
            except Empty:
                break
        self.tasks.put(None)

    def result(self, timeout: float) -> Any:
        try:
            made = self.results.get(timeout=timeout or None)
        except Empty:
            raise RuntimeError(
                f"DataLoader timed out after {timeout} seconds, waiting for worker {self.info.id}"
            ) from None
        if isinstance(made, _Failed):
            raise made.error
        return made


def prefetch(
    jobs: Any, num_workers: int, ahead: int, timeout: float,
    init: Callable[[int], None] | None, dataset: Any, generator: Generator | None,
) -> Iterator[Any]:  # fmt: skip
    """The results of `jobs`, made by `num_workers` threads, at most `ahead` waiting for each.

    `jobs` is an iterator of functions, or for streams a function from the dataset to an iterator
    of batches, which every worker calls with its copy.
    """
    is_stream = callable(jobs)
    seed = draw_key(generator)[0]
    workers = []
    for i in range(num_workers):
        own = copy(dataset) if is_stream else dataset
        workers.append(_Worker(WorkerInfo(i, num_workers, seed + i, own), init))
    for worker in workers:
        worker.start()
    try:
        if is_stream:
            yield from _from_streams(workers, jobs, ahead, timeout)
        else:
            yield from _in_turn(workers, jobs, ahead, timeout)
    finally:
        for worker in workers:
            worker.stop()
        for worker in workers:
            worker.join()


def _in_turn(
    workers: list[_Worker], jobs: Iterator[Job], ahead: int, timeout: float
) -> Iterator[Any]:
    given = taken = 0
    n = len(workers)
    for job in jobs:
        workers[given % n].tasks.put(job)
        given += 1
        if given - taken >= n * ahead:
            yield workers[taken % n].result(timeout)
            taken += 1
    while taken < given:
        yield workers[taken % n].result(timeout)
        taken += 1


def _from_streams(
    workers: list[_Worker], read: Callable[[Any], Iterator[Any]], ahead: int, timeout: float
) -> Iterator[Any]:
    for worker in workers:
        worker.tasks.put(_opener(worker, read))
        for _ in range(ahead):
            worker.tasks.put(_puller(worker))
        worker.result(timeout)  # the opener's
    left = list(workers)
    while left:
        for worker in list(left):
            batch = worker.result(timeout)
            if batch is _END:
                left.remove(worker)
            else:
                worker.tasks.put(_puller(worker))
                yield batch


def _opener(worker: _Worker, read: Callable[[Any], Iterator[Any]]) -> Job:
    def open_stream() -> None:
        worker.stream = read(worker.info.dataset)  # type: ignore[attr-defined]

    return open_stream


def _puller(worker: _Worker) -> Job:
    return lambda: next(worker.stream, _END)  # type: ignore[attr-defined]
