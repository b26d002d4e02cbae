"""`DataLoader`: batches of a dataset, in this thread or prefetched by worker threads."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Generic, TypeVar

import numpy as np

from flambeau.core.errors import message
from flambeau.tensor.boundary import Settling
from flambeau.tensor.rows import Generator, Key, draw_key
from flambeau.utils.data.collate import CollateError, default_collate, default_convert
from flambeau.utils.data.dataset import IterableDataset, Reader, batch_reader
from flambeau.utils.data.prefetch import Job, prefetch
from flambeau.utils.data.sampler import BatchSampler, Ordered, RandomSampler, SequentialSampler

__all__ = ["DataLoader"]

T = TypeVar("T", covariant=True)

# what decides how a loader works; later changes would have no effect
_FIXED = ("batch_size", "batch_sampler", "sampler", "drop_last", "dataset", "persistent_workers")


class DataLoader(Generic[T]):
    """Iterates over batches of `dataset`, anew each time `iter` is called.

    A dataset that lies in memory (TensorDataset, a tensor, an array, and subsets and stacks of
    them) is read a whole batch at a time. With `num_workers` > 0 batches are made ahead by that
    many threads; they share memory with this one, so nothing is copied, and the dataset's
    methods are called from several threads at once. `pin_memory` and `persistent_workers` are
    accepted and change nothing: threads start within microseconds.

    `state_dict()` taken between two batches and given to `load_state_dict()` of an equal loader
    goes on with the next batch of the same epoch.

    >>> import flambeau
    >>> from flambeau.utils.data import TensorDataset
    >>> data = TensorDataset(flambeau.arange(5.0))
    >>> [x.tolist() for x, in DataLoader(data, batch_size=2)]
    [[0.0, 1.0], [2.0, 3.0], [4.0]]
    """

    __initialized = False

    def __init__(
        self, dataset: Any, batch_size: int | None = 1, shuffle: bool | None = None,
        sampler: Any = None, batch_sampler: Any = None, num_workers: int = 0,
        collate_fn: Callable[[list], Any] | None = None, pin_memory: bool = False,
        drop_last: bool = False, timeout: float = 0,
        worker_init_fn: Callable[[int], None] | None = None, multiprocessing_context: Any = None,
        generator: Generator | None = None, *, prefetch_factor: int | None = None,
        persistent_workers: bool = False, pin_memory_device: str = "", in_order: bool = True,
    ) -> None:  # fmt: skip
        _check_workers(
            num_workers, timeout, prefetch_factor, persistent_workers, multiprocessing_context
        )
        self._is_stream = isinstance(dataset, IterableDataset)
        if self._is_stream:
            _check_stream(shuffle, sampler, batch_sampler)
        batched_before = batch_sampler is not None
        _check_sampling(batch_size, shuffle, sampler, batch_sampler, drop_last)
        if batched_before:
            batch_size, drop_last = None, False
        if sampler is None and not self._is_stream:
            sampler = (
                RandomSampler(dataset, generator=generator)
                if shuffle else SequentialSampler(dataset)
            )  # fmt: skip
        if batch_size is not None and not batched_before:
            if self._is_stream:
                BatchSampler((), batch_size, drop_last)  # for its checks
            else:
                batch_sampler = BatchSampler(sampler, batch_size, drop_last)
        self.dataset = dataset
        self.batch_size = batch_size
        self.drop_last = drop_last
        self.sampler = sampler
        self.batch_sampler = batch_sampler
        self.generator = generator
        self.num_workers = num_workers
        self.prefetch_factor = 2 if num_workers and prefetch_factor is None else prefetch_factor
        self.pin_memory = pin_memory
        self.pin_memory_device = pin_memory_device
        self.timeout = timeout
        self.worker_init_fn = worker_init_fn
        self.multiprocessing_context = multiprocessing_context
        self.persistent_workers = persistent_workers
        self.in_order = in_order
        batches = batch_size is not None or batched_before
        self.collate_fn = collate_fn or (default_collate if batches else default_convert)
        self._reader: Reader | None = None
        if self.collate_fn is default_collate and batches:
            self._reader = batch_reader(dataset)
        self._epoch_key: Key | None = None  # of the epoch that is under way
        self._done = 0  # batches of it that were handed out
        self._resume: tuple[Key | None, int] | None = None
        self.__initialized = True

    def __setattr__(self, name: str, value: Any) -> None:
        if self.__initialized and name in _FIXED:
            raise ValueError(
                f"{name} attribute should not be set after {type(self).__name__} is initialized"
            )
        object.__setattr__(self, name, value)

    @property
    def _auto_collation(self) -> bool:
        return self.batch_sampler is not None or (self._is_stream and self.batch_size is not None)

    def __len__(self) -> int:
        if not self._is_stream:
            return len(self.batch_sampler if self._auto_collation else self.sampler)
        n = len(self.dataset)  # TypeError if the stream does not know
        if self.batch_size is None:
            return n
        return n // self.batch_size if self.drop_last else -(-n // self.batch_size)

    # -- iteration ----------------------------------------------------------------------------
    def __iter__(self) -> Iterator[Any]:
        key, skip = self._resume or (None, 0)
        self._resume = None
        source: Any  # a generator
        if self._is_stream:
            jobs: Any = self._read_stream
            source = None if self.num_workers else self._read_stream(self.dataset)
        else:
            order, key = self._epoch_order(key)
            jobs = self._jobs(order, skip)
            source = None if self.num_workers else (job() for job in jobs)
        if source is None:
            source = prefetch(
                jobs, self.num_workers, self.prefetch_factor or 2, self.timeout,
                self.worker_init_fn, self.dataset, self.generator,
            )  # fmt: skip
        self._epoch_key, self._done = key, skip
        return self._count(source, skip if self._is_stream else 0)

    def _count(self, source: Any, skip: int) -> Iterator[Any]:
        try:
            for batch in itertools.islice(source, skip, None):
                self._done += 1
                yield batch
            self._epoch_key, self._done = None, 0
        finally:
            source.close()  # stops the workers after an early break

    def _jobs(self, order: np.ndarray | None, skip: int) -> Iterator[Job]:
        """One function for each batch (or sample) to come."""
        if not self._auto_collation:
            indices = self.sampler if order is None else order.tolist()
            for i in itertools.islice(indices, skip, None):
                yield partial(self._make_sample, i)
        elif order is None:
            for batch in itertools.islice(self.batch_sampler, skip, None):
                yield partial(self._make, batch)
        else:
            yield from self._jobs_of(order, skip)

    def _make_sample(self, index: Any) -> Any:
        return self.collate_fn(self._sample(index))

    def _jobs_of(self, order: np.ndarray, skip: int) -> Iterator[Job]:
        size, n = self.batch_sampler.batch_size, len(order)
        end = n - n % size if self.batch_sampler.drop_last else n
        is_range = type(self.batch_sampler.sampler) is SequentialSampler
        reader = self._reader
        for start in range(skip * size, end, size):
            stop = min(start + size, end)
            if reader is None:
                indices = order[start:stop].tolist()
                yield partial(self._make, indices)
            else:
                index = slice(start, stop) if is_range else order[start:stop]
                yield partial(reader, index)

    def _epoch_order(self, key: Key | None) -> tuple[np.ndarray | None, Key | None]:
        """The whole epoch's indices, where the samplers are this package's, and their key."""
        sampler = self.sampler
        if self.batch_sampler is not None:
            if type(self.batch_sampler) is not BatchSampler:
                return None, None
            sampler = self.batch_sampler.sampler
        if type(sampler) is SequentialSampler:
            order = np.arange(len(sampler))
        elif (
            isinstance(sampler, Ordered)
            and type(sampler).__iter__ is Ordered.__iter__
            and not sampler.is_long
        ):
            key = key or draw_key(sampler.generator)
            order = sampler.order(key)
        else:
            return None, None
        return (order if self._reader is None else _in_range(order, self.dataset)), key

    # -- making batches -----------------------------------------------------------------------
    def _make(self, indices: list) -> Any:
        if self._reader is not None:
            array = np.asarray(indices, np.int64)
            return self._reader(_in_range(array, self.dataset))
        several = getattr(self.dataset, "__getitems__", None)
        samples = several(indices) if several else [self._sample(i) for i in indices]
        try:
            return self.collate_fn(samples)
        except CollateError as error:
            entry = error.entry
            raise CollateError(
                f"{error}; entry {entry} of the batch is dataset[{indices[entry]!r}]", entry
            ) from None
        except TypeError as error:
            _add_note(error, f"while collating the samples {indices} of the dataset")
            raise

    def _sample(self, index: Any) -> Any:
        try:
            with Settling():  # samples of equal shapes are equal programs; batches of them are not
                return self.dataset[index]
        except Exception as error:
            _add_note(error, f"while reading dataset[{index!r}]")
            raise

    def _read_stream(self, dataset: Any) -> Iterator[Any]:
        samples = iter(dataset)
        if self.batch_size is None:
            for sample in samples:
                yield self.collate_fn(sample)
            return
        while batch := list(itertools.islice(samples, self.batch_size)):
            if len(batch) == self.batch_size or not self.drop_last:
                yield self.collate_fn(batch)

    # -- going on in the middle of an epoch -----------------------------------------------------
    def state_dict(self) -> dict[str, Any]:
        """Which epoch (by its random key) is under way, and how many batches are done."""
        return {"key": self._epoch_key, "batches": self._done}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Make the next iteration go on where the loader that gave `state_dict` was."""
        key = state_dict["key"]
        self._resume = (None if key is None else tuple(key), int(state_dict["batches"]))

    def check_worker_number_rationality(self) -> None:
        """PyTorch's name; threads need no check."""


def _in_range(indices: np.ndarray, dataset: Any) -> np.ndarray:
    n = len(dataset)
    if indices.size:
        low, high = int(indices.min()), int(indices.max())
        if low < -n or high >= n:
            raise IndexError(
                f"DataLoader: the sampler gave index {high if high >= n else low}, which is out "
                f"of range for a dataset of {n} samples"
            )
        if low < 0:
            return np.where(indices < 0, indices + n, indices)
    return indices


def _add_note(error: BaseException, note: str) -> None:
    """Tell where it happened: in the text where there is one, so that it is seen everywhere."""
    if error.args and isinstance(error.args[0], str) and type(error).__str__ in _PLAIN_TEXT:
        error.args = (f"{error.args[0]} ({note})", *error.args[1:])
    elif hasattr(error, "add_note"):
        error.add_note(note)


_PLAIN_TEXT = (BaseException.__str__, KeyError.__str__)


# -- checks of arguments ------------------------------------------------------------------------
def _check_workers(
    num_workers: int, timeout: float, prefetch_factor: int | None, persistent: bool, context: Any
) -> None:
    if num_workers < 0:
        raise ValueError(
            "num_workers option should be non-negative; use num_workers=0 to disable "
            "multiprocessing."
        )
    if timeout < 0:
        raise ValueError("timeout option should be non-negative")
    if num_workers == 0 and prefetch_factor is not None:
        raise ValueError(
            "prefetch_factor option could only be specified in multiprocessing. let num_workers "
            "> 0 to enable multiprocessing, otherwise set prefetch_factor to None."
        )
    if prefetch_factor is not None and prefetch_factor < 0:
        raise ValueError("prefetch_factor option should be non-negative")
    if persistent and num_workers == 0:
        raise ValueError("persistent_workers option needs num_workers > 0")
    if context is not None:
        if num_workers == 0:
            raise ValueError(
                "multiprocessing_context can only be used with multi-process loading "
                f"(num_workers > 0), but got num_workers={num_workers}"
            )
        warnings.warn(
            "DataLoader: multiprocessing_context is ignored, workers are threads", stacklevel=4
        )


def _check_stream(shuffle: Any, sampler: Any, batch_sampler: Any) -> None:
    given = {"shuffle": shuffle or None, "sampler": sampler, "batch_sampler": batch_sampler}
    for name, value in given.items():
        if value is not None:
            raise ValueError(
                f"DataLoader with IterableDataset: expected unspecified {name} option, but got "
                f"{name}={value}"
            )


def _check_sampling(
    batch_size: Any, shuffle: Any, sampler: Any, batch_sampler: Any, drop_last: bool
) -> None:
    if sampler is not None and shuffle:
        raise ValueError("sampler option is mutually exclusive with shuffle")
    if batch_sampler is not None:
        if batch_size != 1 or shuffle or sampler is not None or drop_last:
            raise ValueError(
                "batch_sampler option is mutually exclusive with batch_size, shuffle, sampler, "
                "and drop_last"
            )
    elif batch_size is None and drop_last:
        raise ValueError(
            "batch_size=None option disables auto-batching and is mutually exclusive with drop_last"
        )
    if shuffle not in (None, True, False):
        raise ValueError(message("DataLoader", f"shuffle={shuffle!r}", "a boolean"))
