"""Collating: from a list of samples to one batch."""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping, Sequence
from copy import copy
from typing import Any

import numpy as np

from flambeau.core.dtype import float64 as _float64
from flambeau.tensor.boundary import fresh, read
from flambeau.tensor.creation import tensor
from flambeau.tensor.joining import stack
from flambeau.tensor.sharing import as_tensor
from flambeau.tensor.tensor import Tensor

__all__ = ["CollateError", "default_collate", "default_convert"]


class CollateError(RuntimeError):
    """The samples of a batch do not fit together; `entry` is the first one that does not."""

    def __init__(self, text: str, entry: int) -> None:
        super().__init__(text)
        self.entry = entry


def default_convert(data: Any) -> Any:
    """A sample with arrays as tensors; containers stay what they are."""
    if isinstance(data, Tensor):
        return data
    if isinstance(data, (np.ndarray, np.generic)):
        return data if np.asarray(data).dtype.kind in "SUOMm" else as_tensor(data)
    return _map(data, default_convert)


def _map(data: Any, convert: Callable[[Any], Any]) -> Any:
    if isinstance(data, Mapping):
        return _like(data, {k: convert(v) for k, v in data.items()})
    if isinstance(data, tuple) and hasattr(data, "_fields"):
        return type(data)(*(convert(x) for x in data))
    if isinstance(data, tuple):
        return [convert(x) for x in data]
    if isinstance(data, Sequence) and not isinstance(data, (str, bytes)):
        return _like(data, [convert(x) for x in data])
    return data


def _like(original: Any, made: Any) -> Any:
    """`made` (a dict or list) as a container of the original's class, if that can be had."""
    if type(original) in (dict, list):
        return made
    try:
        if isinstance(original, MutableMapping):
            result = copy(original)
            result.update(made)
            return result
        return type(original)(made)
    except TypeError:
        return made


def default_collate(batch: Sequence[Any]) -> Any:
    """Stack the samples of a batch: tensors, arrays and numbers into tensors with a new dim 0.

    Dicts, tuples and lists are collated element by element (tuples give lists); strings stay
    lists.

    >>> default_collate([(1, "a"), (2, "b")])
    [tensor([1, 2]), ('a', 'b')]
    """
    if not len(batch):
        raise ValueError("default_collate: the batch is empty")
    return _collate(batch, "sample")


def _collate(batch: Sequence[Any], path: str) -> Any:
    first = batch[0]
    if isinstance(first, Tensor):
        return _stack(batch, path)
    if isinstance(first, (np.ndarray, np.generic)):
        if first.dtype.kind in "SUO" and first.ndim:
            raise TypeError(
                "default_collate: batch must contain tensors, numpy arrays, numbers, dicts or "
                f"lists; found an array of {first.dtype} in {path}"
            )
        return _stack([as_tensor(x) for x in batch], path)
    if isinstance(first, (bool, int, float)):
        return _numbers(batch, path)
    if isinstance(first, (str, bytes)):
        return batch
    if isinstance(first, Mapping):
        return _collate_mappings(batch, path)
    if isinstance(first, tuple) and hasattr(first, "_fields"):
        columns = _columns(batch, path)
        names = first._fields
        return type(first)(
            *(_collate(c, f"{path}.{n}") for n, c in zip(names, columns, strict=True))
        )
    if isinstance(first, Sequence):
        made = [_collate(c, f"{path}[{i}]") for i, c in enumerate(_columns(batch, path))]
        return made if isinstance(first, tuple) else _like(first, made)
    raise TypeError(
        "default_collate: batch must contain tensors, numpy arrays, numbers, dicts or lists; "
        f"found {type(first)} in {path}" + (
            "; does the dataset forget to return the sample?" if first is None else
            "; try a collate_fn of your own"
        )
    )  # fmt: skip


def _collate_mappings(batch: Sequence[Any], path: str) -> Any:
    first = batch[0]
    for i, sample in enumerate(batch):
        if not isinstance(sample, Mapping) or any(k not in sample for k in first):
            found = sorted(map(str, sample)) if isinstance(sample, Mapping) else type(sample)
            raise CollateError(
                f"default_collate: {path} has the keys {sorted(map(str, first))} at entry 0 but "
                f"{found} at entry {i}", i,
            )  # fmt: skip
    made = {k: _collate([sample[k] for sample in batch], f"{path}[{k!r}]") for k in first}
    return _like(first, made)


def _columns(batch: Sequence[Any], path: str) -> list[tuple]:
    """The samples' first elements, their second ones, and so on."""
    n = len(batch[0])
    for i, sample in enumerate(batch):
        if not isinstance(sample, Sequence) or len(sample) != n:
            found = len(sample) if hasattr(sample, "__len__") else type(sample).__name__
            raise CollateError(
                "each element in list of batch should be of equal size: "
                f"{path} has {n} elements at entry 0 but {found} at entry {i}", i,
            )  # fmt: skip
    return list(zip(*batch, strict=True))


def _numbers(batch: Sequence[Any], path: str) -> Tensor:
    for i, x in enumerate(batch):
        if not isinstance(x, (bool, int, float, np.generic, Tensor)):
            raise CollateError(
                f"default_collate: {path} is a number at entry 0 but {type(x).__name__} at entry "
                f"{i}", i,
            )  # fmt: skip
    if isinstance(batch[0], float):
        result, memory = fresh(_float64, (len(batch),))
        memory[...] = [float(x) for x in batch]
        return result
    return tensor(list(batch))


def _stack(batch: Sequence[Any], path: str) -> Tensor:
    first = batch[0]
    shape, dtype = first.shape, first.dtype
    for i, x in enumerate(batch):
        if not isinstance(x, Tensor):
            raise CollateError(
                f"default_collate: {path} is a tensor at entry 0 but {type(x).__name__} at entry "
                f"{i}", i,
            )  # fmt: skip
        if x.shape != shape:
            raise CollateError(
                f"stack expects each tensor to be equal size, but got {list(shape)} at entry 0 "
                f"and {list(x.shape)} at entry {i} ({path}); try a collate_fn that pads", i,
            )  # fmt: skip
    if any(x.requires_grad or x.dtype is not dtype for x in batch):
        return stack(list(batch))
    result, memory = fresh(dtype, (len(batch), *shape))
    for row, x in zip(memory, batch, strict=True) if shape else ():
        row[...] = read(x)
    if not shape:
        memory[...] = [read(x)[()] for x in batch]
    return result
