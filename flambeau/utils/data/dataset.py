"""Datasets: samples by index or in a stream, and datasets made of datasets.

A dataset whose samples lie in tensors is read a whole batch at a time: `batch_reader` finds out
whether it can be, and gives the function that the loader calls instead of asking for samples.
"""

from __future__ import annotations

import bisect
import itertools
import math
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Generic, TypeVar

import numpy as np

from flambeau.core.errors import message
from flambeau.tensor.rows import Generator, Rows, draw_key
from flambeau.tensor.sharing import from_numpy
from flambeau.tensor.tensor import Tensor
from flambeau.utils.data.sampler import permutation

__all__ = [
    "ChainDataset",
    "ConcatDataset",
    "Dataset",
    "IterableDataset",
    "StackDataset",
    "Subset",
    "TensorDataset",
    "batch_reader",
    "random_split",
]

T = TypeVar("T", covariant=True)


class Dataset(Generic[T]):
    """Samples by index: a subclass defines `__getitem__` and, for most uses, `__len__`.

    It may define `__getitems__(indices)` too, which returns a list of samples.
    """

    def __getitem__(self, index: Any) -> T:
        raise NotImplementedError("Subclasses of Dataset should implement __getitem__.")

    def __add__(self, other: Dataset) -> ConcatDataset:
        return ConcatDataset([self, other])


class IterableDataset(Dataset[T]):
    """Samples in a stream: a subclass defines `__iter__`.

    With several workers each one iterates over a copy; `get_worker_info` tells them apart.
    """

    def __iter__(self) -> Iterator[T]:
        raise NotImplementedError("Subclasses of IterableDataset should implement __iter__.")

    def __add__(self, other: Dataset) -> ChainDataset:  # type: ignore[override]
        return ChainDataset([self, other])


class TensorDataset(Dataset[tuple]):
    """Sample i is the tuple of the tensors' i-th rows.

    >>> import flambeau
    >>> data = TensorDataset(flambeau.arange(6).view(3, 2), flambeau.tensor([7, 8, 9]))
    >>> len(data), data[1]
    (3, (tensor([2, 3]), tensor(8)))
    """

    tensors: tuple[Tensor, ...]

    def __init__(self, *tensors: Tensor) -> None:
        sizes = [t.shape[0] if isinstance(t, Tensor) and t.ndim else None for t in tensors]
        if None in sizes:
            i = sizes.index(None)
            given = f"a {type(tensors[i]).__name__}"
            raise TypeError(
                message("TensorDataset", f"{given} as tensor {i}",
                        "tensors with at least one dim", "flambeau.tensor(data)")
            )  # fmt: skip
        if len(set(sizes)) > 1:
            raise ValueError(
                "Size mismatch between tensors: given first dims "
                f"{sizes}; required: the same number of rows in each"
            )
        self.tensors = tensors

    def __getitem__(self, index: Any) -> tuple:
        return tuple(tensor[index] for tensor in self.tensors)

    def __len__(self) -> int:
        return self.tensors[0].shape[0] if self.tensors else 0


class StackDataset(Dataset[Any]):
    """Sample i is the tuple (given as arguments) or dict (given by name) of samples i."""

    datasets: tuple | dict

    def __init__(self, *args: Dataset, **kwargs: Dataset) -> None:
        if args and kwargs:
            raise ValueError(
                "Supported either ``tuple``- (via ``args``) or ``dict``- (via ``kwargs``) like "
                "input/output, but both types are given."
            )
        if not args and not kwargs:
            raise ValueError("At least one dataset should be passed")
        self.datasets = args or kwargs
        sizes = [len(d) for d in self._parts()]  # type: ignore[arg-type]
        if len(set(sizes)) > 1:
            raise ValueError(f"Size mismatch between datasets: given lengths {sizes}")
        self._length = sizes[0]

    def _parts(self) -> Sequence[Dataset]:
        return list(self.datasets.values()) if isinstance(self.datasets, dict) else self.datasets

    def _join(self, samples: Iterable[Any]) -> Any:
        if isinstance(self.datasets, dict):
            return dict(zip(self.datasets, samples, strict=True))
        return tuple(samples)

    def __getitem__(self, index: Any) -> Any:
        return self._join(d[index] for d in self._parts())

    def __getitems__(self, indices: list) -> list:
        """Samples `indices`; the parts' own `__getitems__` are used where they have one."""
        columns = []
        for part in self._parts():
            several = getattr(part, "__getitems__", None)
            column = several(indices) if several else [part[i] for i in indices]
            if len(column) != len(indices):
                raise ValueError(
                    f"Nested dataset's output size mismatch. Expected {len(indices)}, got "
                    f"{len(column)}"
                )
            columns.append(column)
        return [self._join(samples) for samples in zip(*columns, strict=True)]

    def __len__(self) -> int:
        return self._length


class ConcatDataset(Dataset[T]):
    """The samples of several datasets, one dataset after the other."""

    def __init__(self, datasets: Iterable[Dataset]) -> None:
        self.datasets = list(datasets)
        if not self.datasets:
            raise ValueError("datasets should not be an empty iterable")
        if any(isinstance(d, IterableDataset) for d in self.datasets):
            raise TypeError("ConcatDataset does not support IterableDataset; try ChainDataset")
        lengths = [len(d) for d in self.datasets]  # type: ignore[arg-type]
        self.cumulative_sizes = list(itertools.accumulate(lengths))

    def __len__(self) -> int:
        return self.cumulative_sizes[-1]

    def __getitem__(self, index: int) -> T:
        if index < 0:
            if -index > len(self):
                raise ValueError("absolute value of index should not exceed dataset length")
            index += len(self)
        part = bisect.bisect_right(self.cumulative_sizes, index)
        if part == len(self.datasets):
            raise IndexError(f"ConcatDataset: index {index} is out of range for {len(self)}")
        return self.datasets[part][index - (self.cumulative_sizes[part - 1] if part else 0)]


class ChainDataset(IterableDataset[T]):
    """The samples of several streams, one stream after the other."""

    def __init__(self, datasets: Iterable[Dataset]) -> None:
        self.datasets = list(datasets)
        for d in self.datasets:
            if not isinstance(d, IterableDataset):
                raise TypeError(
                    f"ChainDataset only supports IterableDataset, given {type(d).__name__}"
                )

    def __iter__(self) -> Iterator[T]:
        return itertools.chain.from_iterable(self.datasets)  # type: ignore[arg-type]

    def __len__(self) -> int:
        return sum(len(d) for d in self.datasets)  # type: ignore[arg-type,misc]


class Subset(Dataset[T]):
    """Those samples of a dataset that `indices` name, in their order."""

    def __init__(self, dataset: Dataset[T], indices: Sequence[int]) -> None:
        self.dataset = dataset
        self.indices = indices

    def __getitem__(self, index: Any) -> T:
        if isinstance(index, list):
            return self.dataset[[self.indices[i] for i in index]]
        return self.dataset[self.indices[index]]

    def __getitems__(self, indices: list[int]) -> list[T]:
        """Samples `indices`; the dataset's own `__getitems__` is used if it has one."""
        if type(self).__getitem__ is not Subset.__getitem__:
            return [self[i] for i in indices]
        chosen = [self.indices[i] for i in indices]
        several = getattr(self.dataset, "__getitems__", None)
        return several(chosen) if several else [self.dataset[i] for i in chosen]

    def __len__(self) -> int:
        return len(self.indices)


# -- whole batches ------------------------------------------------------------------------------
Reader = Callable[[Any], Any]


def batch_reader(dataset: Any) -> Reader | None:
    """A function from an index array or slice to the collated batch, or None.

    There is one for what lies in memory as a whole: tensors, arrays, TensorDatasets, and
    subsets and stacks of them, unless a subclass has its own way to make a sample; and for
    datasets whose method `_batch_reader` gives one.
    """
    if isinstance(dataset, np.ndarray) and dataset.ndim and dataset.dtype != object:
        from_numpy = _as_tensor(dataset)
        return None if from_numpy is None else batch_reader(from_numpy)
    if isinstance(dataset, Tensor):
        return None if dataset.requires_grad or not dataset.ndim else Rows(dataset).take
    own = type(dataset).__getitem__ if hasattr(type(dataset), "__getitem__") else None
    if own is TensorDataset.__getitem__ and not hasattr(dataset, "__getitems__"):
        return _joined([batch_reader(t) for t in dataset.tensors], list)
    if own is Subset.__getitem__ and type(dataset).__getitems__ is Subset.__getitems__:
        return _subset_reader(dataset)
    if own is StackDataset.__getitem__ and type(dataset).__getitems__ is StackDataset.__getitems__:
        readers = [batch_reader(part) for part in dataset._parts()]
        names = dataset.datasets
        return _joined(
            readers, (lambda b: dict(zip(names, b, strict=True))) if type(names) is dict else list
        )
    of_its_own = getattr(dataset, "_batch_reader", None)
    return None if of_its_own is None else of_its_own()


def _as_tensor(array: np.ndarray) -> Tensor | None:
    try:
        return from_numpy(array)
    except (TypeError, ValueError, RuntimeError):
        return None


def _joined(readers: list[Reader | None], join: Callable[[list], Any]) -> Reader | None:
    if None in readers:
        return None
    if len(readers) == 2:  # the common case, without a loop
        first, second = readers
        if join is list:
            return lambda index: [first(index), second(index)]  # type: ignore[misc]
    return lambda index: join([read(index) for read in readers])  # type: ignore[misc]


def _subset_reader(subset: Subset) -> Reader | None:
    inner = batch_reader(subset.dataset)
    if inner is None:
        return None
    known: list[Any] = [None, None]

    def read(index: Any) -> Any:
        if known[0] is not subset.indices or len(known[1]) != len(subset.indices):
            known[:] = subset.indices, _checked(subset)
        return inner(known[1][index])

    return read


def _checked(subset: Subset) -> np.ndarray:
    indices = np.asarray(subset.indices, np.int64)
    n = len(subset.dataset)  # type: ignore[arg-type]
    if indices.size and (indices.min() < -n or indices.max() >= n):
        at = int(np.argmax((indices < -n) | (indices >= n)))
        raise IndexError(
            f"Subset: indices[{at}] is {indices[at]}, out of range for a dataset of {n} samples"
        )
    return indices


# -- splitting ----------------------------------------------------------------------------------
def random_split(
    dataset: Dataset[T], lengths: Sequence[int | float], generator: Generator | None = None
) -> list[Subset[T]]:
    """Parts of `dataset` without common samples, of `lengths` (or fractions that sum to 1).

    What fractions leave over goes to the parts one by one. The split depends on `generator`
    (or `manual_seed`).
    """
    n = len(dataset)  # type: ignore[arg-type]
    if math.isclose(sum(lengths), 1) and sum(lengths) <= 1 + 1e-9:
        lengths = _from_fractions(n, lengths)
    if sum(lengths) != n:
        raise ValueError(
            "Sum of input lengths does not equal the length of the input dataset! given "
            f"{list(lengths)} with sum {sum(lengths)}; required: {n}, or fractions with sum 1"
        )
    order = permutation(draw_key(generator), n).tolist()
    ends = list(itertools.accumulate(int(k) for k in lengths))
    return [
        Subset(dataset, order[end - int(k) : end]) for k, end in zip(lengths, ends, strict=True)
    ]


def _from_fractions(n: int, fractions: Sequence[float]) -> list[int]:
    for i, fraction in enumerate(fractions):
        if not 0 <= fraction <= 1:
            raise ValueError(f"Fraction at index {i} is not between 0 and 1")
    lengths = [math.floor(n * fraction) for fraction in fractions]
    for i in range(n - sum(lengths)):
        lengths[i % len(lengths)] += 1
    for i, length in enumerate(lengths):
        if length == 0:
            warnings.warn(
                f"Length of split at index {i} is 0. This might result in an empty dataset.",
                stacklevel=3,
            )
    return lengths
