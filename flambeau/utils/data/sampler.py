"""Samplers: in which order samples are taken, and how they are grouped into batches.

Those of this package know the whole order of an epoch as an array, from a key that one draw of
the generator gives; the loader uses that, and can go on in the middle of an epoch.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Sequence, Sized
from typing import Any, Generic, TypeVar

import numpy as np

from flambeau.core.errors import message
from flambeau.tensor.boundary import read
from flambeau.tensor.rows import Generator, Key, draw_key, random_words
from flambeau.tensor.tensor import Tensor

__all__ = [
    "BatchSampler",
    "DistributedSampler",
    "Ordered",
    "RandomSampler",
    "Sampler",
    "SequentialSampler",
    "SubsetRandomSampler",
    "WeightedRandomSampler",
    "permutation",
]

T = TypeVar("T", covariant=True)

MANY = 1 << 24  # indices that are held at once; longer epochs are drawn in parts


def permutation(key: Key, n: int) -> np.ndarray:
    """0 ... n-1 in random order."""
    return np.argsort(random_words(key, n), kind="stable")


class Sampler(Generic[T]):
    """Base of all samplers: a subclass defines `__iter__`, and `__len__` where it is known."""

    def __iter__(self) -> Iterator[T]:
        raise NotImplementedError(f"{type(self).__name__} does not define __iter__()")


class Ordered(Sampler[int]):
    """Samplers whose epoch is an array."""

    generator: Generator | None = None

    def order(self, key: Key) -> np.ndarray:
        """The indices of the epoch that belongs to `key`."""
        raise NotImplementedError

    @property
    def is_long(self) -> bool:
        """Whether an epoch is too long to be held."""
        return len(self) > MANY  # type: ignore[arg-type]

    def parts(self) -> Iterator[Ordered]:
        """For an epoch that is too long: samplers whose epochs follow each other."""
        yield self

    def __iter__(self) -> Iterator[int]:
        if self.is_long:
            return (
                i for part in self.parts() for i in part.order(draw_key(part.generator)).tolist()
            )
        return iter(self.order(draw_key(self.generator)).tolist())


class SequentialSampler(Sampler[int]):
    """Every sample in order."""

    def __init__(self, data_source: Sized) -> None:
        self.data_source = data_source

    def __iter__(self) -> Iterator[int]:
        return iter(range(len(self.data_source)))

    def __len__(self) -> int:
        return len(self.data_source)


class RandomSampler(Ordered):
    """Every sample once in random order, or `num_samples` of them; or drawn with replacement."""

    def __init__(
        self, data_source: Sized, replacement: bool = False, num_samples: int | None = None,
        generator: Generator | None = None,
    ) -> None:  # fmt: skip
        self.data_source = data_source
        self.replacement = replacement
        self._num_samples = num_samples
        self.generator = generator
        if not isinstance(replacement, bool):
            raise TypeError(
                f"replacement should be a boolean value, but got replacement={replacement}"
            )
        if not isinstance(self.num_samples, int) or self.num_samples <= 0:
            raise ValueError(
                "num_samples should be a positive integer value, but got "
                f"num_samples={self.num_samples}"
            )

    @property
    def num_samples(self) -> int:
        """How many indices an epoch has."""
        return len(self.data_source) if self._num_samples is None else self._num_samples

    def order(self, key: Key) -> np.ndarray:
        n, wanted = len(self.data_source), self.num_samples
        if self.replacement:
            return (random_words(key, wanted) % np.uint64(n)).astype(np.int64)
        if wanted <= n:
            return permutation(key, n)[:wanted]
        rounds = random_words(key, n * -(-wanted // n)).reshape(-1, n)
        return np.argsort(rounds, axis=1, kind="stable").reshape(-1)[:wanted]

    def parts(self) -> Iterator[Ordered]:
        n, left = len(self.data_source), self.num_samples
        while left > 0:
            count = min(left, n * max(1, min(left, MANY // 256) // n))
            yield RandomSampler(self.data_source, self.replacement, count, self.generator)
            left -= count

    def __len__(self) -> int:
        return self.num_samples


class SubsetRandomSampler(Ordered):
    """The given indices in random order."""

    def __init__(self, indices: Sequence[int], generator: Generator | None = None) -> None:
        self.indices = indices
        self.generator = generator

    def order(self, key: Key) -> np.ndarray:
        return np.asarray(self.indices, np.int64)[permutation(key, len(self.indices))]

    def __len__(self) -> int:
        return len(self.indices)


class WeightedRandomSampler(Ordered):
    """`num_samples` indices, each i drawn with a probability in proportion to weights[i]."""

    def __init__(
        self, weights: Sequence[float] | Tensor, num_samples: int, replacement: bool = True,
        generator: Generator | None = None,
    ) -> None:  # fmt: skip
        if not isinstance(num_samples, int) or isinstance(num_samples, bool) or num_samples <= 0:
            raise ValueError(
                f"num_samples should be a positive integer value, but got num_samples={num_samples}"
            )
        if not isinstance(replacement, bool):
            raise ValueError(
                f"replacement should be a boolean value, but got replacement={replacement}"
            )
        values = np.asarray(read(weights) if isinstance(weights, Tensor) else weights, np.float64)
        if values.ndim != 1:
            raise ValueError(
                f"weights should be a 1d sequence but given weights have shape {values.shape}"
            )
        if not np.isfinite(values).all() or (values < 0).any() or not values.sum() > 0:
            raise ValueError(
                message("WeightedRandomSampler", "weights that are negative, not finite, or all 0",
                        "finite weights >= 0, at least one of them > 0")
            )  # fmt: skip
        if not replacement and num_samples > (values > 0).sum():
            raise ValueError(
                message("WeightedRandomSampler", f"num_samples={num_samples} without replacement",
                        f"at most the {(values > 0).sum()} samples with weight > 0",
                        "replacement=True")
            )  # fmt: skip
        self.weights = weights
        self._values = values
        self.num_samples = num_samples
        self.replacement = replacement
        self.generator = generator

    def order(self, key: Key) -> np.ndarray:
        n = self.num_samples if self.replacement else len(self._values)
        uniform = ((random_words(key, n) >> np.uint64(11)) + 0.5) * 2.0**-53  # inside (0, 1)
        if self.replacement:
            total = np.cumsum(self._values)
            found = np.searchsorted(total, uniform * total[-1], side="right")
            return np.minimum(found, np.flatnonzero(self._values)[-1])
        # the smallest of exponential times with rates `weights`
        # (Efraimidis and Spirakis, "Weighted random sampling with a reservoir", 2006)
        with np.errstate(divide="ignore"):
            times = -np.log(uniform) / self._values
        return np.argsort(times, kind="stable")[: self.num_samples]

    def __len__(self) -> int:
        return self.num_samples


class BatchSampler(Sampler[list]):
    """Lists of `batch_size` indices of another sampler; the last one may be shorter."""

    def __init__(
        self, sampler: Sampler[int] | Iterable[int], batch_size: int, drop_last: bool
    ) -> None:
        if not isinstance(batch_size, int) or isinstance(batch_size, bool) or batch_size <= 0:
            raise ValueError(
                f"batch_size should be a positive integer value, but got batch_size={batch_size}"
            )
        if not isinstance(drop_last, bool):
            raise ValueError(f"drop_last should be a boolean value, but got drop_last={drop_last}")
        self.sampler = sampler
        self.batch_size = batch_size
        self.drop_last = drop_last

    def __iter__(self) -> Iterator[list]:
        indices = iter(self.sampler)
        while batch := list(itertools.islice(indices, self.batch_size)):
            if len(batch) == self.batch_size or not self.drop_last:
                yield batch

    def __len__(self) -> int:
        n = len(self.sampler)  # type: ignore[arg-type]
        return n // self.batch_size if self.drop_last else -(-n // self.batch_size)


class DistributedSampler(Sampler[int]):
    """This process's share of the samples: every `num_replicas`-th, from number `rank` on.

    Call `set_epoch` before each epoch, else every epoch has the same order.
    """

    def __init__(
        self, dataset: Sized, num_replicas: int | None = None, rank: int | None = None,
        shuffle: bool = True, seed: int = 0, drop_last: bool = False,
    ) -> None:  # fmt: skip
        if num_replicas is None or rank is None:
            raise RuntimeError(
                "DistributedSampler: requires num_replicas and rank when no process group is "
                "initialized; try DistributedSampler(dataset, num_replicas=1, rank=0)"
            )
        if not 0 <= rank < num_replicas:
            raise ValueError(
                f"Invalid rank {rank}, rank should be in the interval [0, {num_replicas - 1}]"
            )
        self.dataset = dataset
        self.num_replicas = num_replicas
        self.rank = rank
        self.shuffle = shuffle
        self.seed = seed
        self.drop_last = drop_last
        self.epoch = 0
        n = len(dataset)
        round_ = math.floor if drop_last else math.ceil
        self.num_samples = round_(n / num_replicas)
        self.total_size = self.num_samples * num_replicas

    def set_epoch(self, epoch: int) -> None:
        """Choose the order of this epoch, the same in all processes."""
        self.epoch = epoch

    def __iter__(self) -> Iterator[int]:
        n = len(self.dataset)
        keys = Generator().manual_seed(self.seed + self.epoch)
        order = permutation(draw_key(keys), n) if self.shuffle else np.arange(n)
        mine: Any = np.resize(order, self.total_size)[self.rank :: self.num_replicas]
        return iter(mine.tolist())

    def __len__(self) -> int:
        return self.num_samples
