"""Rows of a tensor as new tensors, copied at once: how loaders make batches."""

from __future__ import annotations

import numpy as np

from flambeau.engine.runtime.random import Generator, default_generator
from flambeau.engine.runtime.value import Value
from flambeau.tensor.boundary import fresh, read
from flambeau.tensor.tensor import Tensor
from flambeau.tensor.view import value_of

__all__ = ["Generator", "Key", "Rows", "draw_key", "random_words"]

Key = tuple[int, int]


class Rows:
    """Takes rows (elements along dim 0) of a tensor that does not require grad."""

    def __init__(self, tensor: Tensor) -> None:
        self.tensor = tensor
        self._value: Value | None = None
        self._array = np.empty(0)

    def __len__(self) -> int:
        return self.tensor._shape[0]

    def take(self, index: np.ndarray | slice) -> Tensor:
        """The rows in a new tensor; `index` is a slice of step 1 or int64, checked before."""
        value = value_of(self.tensor)
        if value is not self._value:  # the tensor was written, or this is the first time
            self._array = read(self.tensor)
            self._value = value
        source = self._array
        n = index.stop - index.start if isinstance(index, slice) else len(index)
        result, memory = fresh(value.type.dtype, (n, *source.shape[1:]))
        if isinstance(index, slice):
            np.copyto(memory, source[index])
        else:
            source.take(index, 0, memory, "wrap")  # "raise" would copy twice
        return result


def draw_key(generator: Generator | None) -> Key:
    """The key of the generator's next draw (of the default one's, for None)."""
    low, high = (default_generator if generator is None else generator).next_key()
    return int(low), int(high)


def random_words(key: Key, n: int) -> np.ndarray:
    """n random uint64, the same for the same key with every version of NumPy."""
    # NumPy keeps the raw stream of a bit generator for good, but not what is derived from it
    return np.random.Philox(key=key[0] | key[1] << 32).random_raw(n)
