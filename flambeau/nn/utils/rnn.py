"""Sequences of different lengths: padded to one tensor, or packed without padding.

A packed sequence holds the first elements of all sequences, then the second ones, and so on; the
sequences are in order of falling length, and `batch_sizes[t]` of them are longer than t.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np

from flambeau.core.dtype import bool_, int64
from flambeau.core.errors import message
from flambeau.nn.functional.padding import pad
from flambeau.tensor.boundary import read
from flambeau.tensor.creation import from_array
from flambeau.tensor.elementwise import masked_fill
from flambeau.tensor.indexing import getitem
from flambeau.tensor.joining import stack
from flambeau.tensor.tensor import Tensor

__all__ = [
    "PackedSequence", "invert_permutation", "pack_padded_sequence", "pack_sequence",
    "pad_packed_sequence", "pad_sequence", "unpack_sequence", "unpad_sequence",
]  # fmt: skip


class _Fields(NamedTuple):
    data: Any
    batch_sizes: Any
    sorted_indices: Any
    unsorted_indices: Any


class PackedSequence(_Fields):
    """Sequences of different lengths in one tensor without padding.

    data (elements of all sequences, ...), batch_sizes (t), sorted_indices: which sequence lies at
    each place, unsorted_indices: where each sequence lies. Made by `pack_padded_sequence` and
    `pack_sequence`.
    """

    __slots__ = ()

    def __new__(
        cls, data: Any, batch_sizes: Any = None, sorted_indices: Any = None,
        unsorted_indices: Any = None,
    ) -> PackedSequence:  # fmt: skip
        if unsorted_indices is None:
            unsorted_indices = invert_permutation(sorted_indices)
        if batch_sizes is None:
            if not (isinstance(data, (list, tuple)) and len(data) == 2):
                raise AssertionError("Expected data to be a list or tuple of length 2")
            data, batch_sizes = data
        if batch_sizes.device.type != "cpu":
            raise ValueError(
                message("PackedSequence", f"batch_sizes on {batch_sizes.device}",
                        "batch_sizes should always be on CPU", "pack_sequence or "
                        "pack_padded_sequence, which make them so")
            )  # fmt: skip
        return super().__new__(cls, data, batch_sizes, sorted_indices, unsorted_indices)

    def _converted(self, data: Tensor) -> PackedSequence:
        if data is self.data:
            return self
        indices = [
            None if x is None else x.to(data.device)
            for x in (self.sorted_indices, self.unsorted_indices)
        ]
        return type(self)(data, self.batch_sizes, *indices)

    def to(self, *args: Any, **kwargs: Any) -> PackedSequence:
        """The same with `data` converted; itself if nothing changes."""
        return self._converted(self.data.to(*args, **kwargs))

    def cuda(self, *args: Any, **kwargs: Any) -> PackedSequence:
        """The same on a GPU."""
        return self._converted(self.data.cuda(*args, **kwargs))

    def cpu(self, *args: Any, **kwargs: Any) -> PackedSequence:
        """The same on the CPU."""
        return self._converted(self.data.cpu())

    def pin_memory(self) -> PackedSequence:
        """The same in page-locked memory."""
        return self._converted(self.data.pin_memory())

    @property
    def is_cuda(self) -> bool:
        """Whether data lies on a GPU."""
        return bool(self.data.is_cuda)

    def is_pinned(self) -> bool:
        """Whether data lies in page-locked memory."""
        return bool(self.data.is_pinned())


def _conversion(name: str) -> Callable[[PackedSequence], PackedSequence]:
    def method(self: PackedSequence) -> PackedSequence:
        return self._converted(getattr(self.data, name)())

    method.__name__ = name
    method.__qualname__ = f"PackedSequence.{name}"
    method.__doc__ = f"The same with data.{name}()."
    return method


for _name in ("double", "float", "half", "long", "int", "short", "char", "byte"):
    setattr(PackedSequence, _name, _conversion(_name))


def _indices(array: np.ndarray) -> Tensor:
    return from_array(np.ascontiguousarray(array, np.int64), int64)


def invert_permutation(permutation: Tensor | None) -> Tensor | None:
    """Where each number lies in a permutation of 0 ... n - 1.

    >>> import flambeau
    >>> flambeau.nn.utils.rnn.invert_permutation(flambeau.tensor([2, 0, 1]))
    tensor([1, 2, 0])
    """
    return None if permutation is None else _indices(np.argsort(read(permutation), kind="stable"))


# -- packing --------------------------------------------------------------------------------------
def _lengths_of(lengths: Any, name: str, batch: int) -> np.ndarray:
    array = read(lengths) if isinstance(lengths, Tensor) else np.asarray(lengths)
    array = np.asarray(array).astype(np.int64)
    if array.shape != (batch,):
        raise RuntimeError(
            message(name, f"lengths of shape {list(array.shape)}", "Expected `len(lengths)` to "
                    f"be equal to batch_size, {batch}", "batch_first=..., if the batch is dim "
                    "0 of the input")
        )  # fmt: skip
    return array


def pack_padded_sequence(
    input: Tensor, lengths: Any, batch_first: bool = False, enforce_sorted: bool = True
) -> PackedSequence:
    """Sequences (t, b, ...), or (b, t, ...) if batch_first, packed to their lengths.

    enforce_sorted: the lengths must fall; if False, the sequences are put in that order, and the
    result remembers it.

    >>> import flambeau
    >>> rnn = flambeau.nn.utils.rnn
    >>> packed = rnn.pack_padded_sequence(flambeau.tensor([[1, 2], [3, 0]]), [2, 1], True)
    >>> packed.data, packed.batch_sizes
    (tensor([1, 3, 2]), tensor([2, 1]))
    """
    name = "pack_padded_sequence"
    x: Any = input.transpose(0, 1) if batch_first else input  # type: ignore[attr-defined]
    steps, batch = x._shape[:2]
    sizes = _lengths_of(lengths, name, batch)
    if not sizes.size or sizes.min() <= 0:
        raise RuntimeError(
            message(name, f"lengths {sizes.tolist()}", "Length of all samples has to be greater "
                    "than 0", "leaving empty sequences out")
        )  # fmt: skip
    order = None
    if not enforce_sorted:
        order = np.argsort(-sizes, kind="stable")
        sizes = sizes[order]
    elif (sizes[1:] > sizes[:-1]).any():
        raise RuntimeError(
            message(name, f"lengths {sizes.tolist()}", "`lengths` array must be sorted in "
                    "decreasing order when `enforce_sorted` is True", "enforce_sorted=False")
        )  # fmt: skip
    if sizes[0] > steps:
        raise RuntimeError(
            message(name, f"a length of {int(sizes[0])} for an input of {steps} time steps",
                    "lengths of at most that", "batch_first=..., if time is the other dim")
        )  # fmt: skip
    present = np.arange(int(sizes[0]))[:, None] < sizes  # (t, b)
    at, which = np.nonzero(present)
    which = which if order is None else order[which]
    flat = x.reshape(steps * batch, *x._shape[2:])
    data = getitem(flat, _indices(at * batch + which))
    sorted_indices = None if order is None else _indices(order)
    return PackedSequence(data, _indices(present.sum(1)), sorted_indices)


def pad_packed_sequence(
    sequence: PackedSequence, batch_first: bool = False, padding_value: float = 0.0,
    total_length: int | None = None,
) -> tuple[Tensor, Tensor]:  # fmt: skip
    """The padded tensor (t, b, ...), or (b, t, ...) if batch_first, and the lengths (b).

    total_length: pad to this many time steps.
    """
    counts = read(sequence.batch_sizes)
    steps, batch = len(counts), int(counts[0])
    total = steps if total_length is None else int(total_length)
    if total < steps:
        raise ValueError(
            "pad_packed_sequence: Expected total_length to be at least the length of the longest "
            f"sequence in input, but got total_length={total_length} and max sequence length "
            f"being {steps}"
        )
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    unsorted = sequence.unsorted_indices
    place = np.arange(batch) if unsorted is None else np.asarray(read(unsorted))
    lengths = (counts[:, None] > place).sum(0)
    at = np.arange(total)[:, None]
    present = at < lengths
    index = np.where(present, starts[np.minimum(at, steps - 1)] + place, 0)
    if batch_first:
        index, present = index.T, present.T
    data = sequence.data
    padded = getitem(data, _indices(index))
    if not present.all():
        absent = np.ascontiguousarray(~present).reshape(*present.shape, *(1,) * (data.ndim - 1))
        padded = masked_fill(padded, from_array(absent, bool_), padding_value)
    return padded, _indices(lengths)


def pad_sequence(
    sequences: Any, batch_first: bool = False, padding_value: float = 0.0,
    padding_side: str = "right",
) -> Tensor:  # fmt: skip
    """Tensors (length, ...) padded to the longest: (t, b, ...), or (b, t, ...) if batch_first.

    >>> import flambeau
    >>> flambeau.nn.utils.rnn.pad_sequence([flambeau.ones(2), flambeau.ones(1)], True)
    tensor([[1., 1.],
            [1., 0.]])
    """
    if not isinstance(sequences, Iterable):
        raise RuntimeError(
            "pad_sequence: Expected iterable for input sequences, but got arg of type: "
            f"{type(sequences)}; try a list of tensors"
        )
    given = list(sequences)
    if not given:
        raise RuntimeError(
            "pad_sequence: received an empty list of sequences; required: at least one"
        )
    if padding_side not in ("left", "right"):
        raise RuntimeError(
            message("pad_sequence", f"padding_side={padding_side!r}",
                    "padding_side to be left or right")
        )  # fmt: skip
    rest = given[0]._shape[1:]
    for i, x in enumerate(given):
        if not x._shape or x._shape[1:] != rest:
            raise RuntimeError(
                message("pad_sequence", f"sequences of shapes {list(given[0]._shape)} and "
                        f"{list(x._shape)} (number {i})", "shapes that differ in dim 0 only")
            )  # fmt: skip
    longest = max(x._shape[0] for x in given)
    padded = []
    for x in given:
        missing = longest - x._shape[0]
        ends = (missing, 0) if padding_side == "left" else (0, missing)
        padded.append(pad(x, (0, 0) * len(rest) + ends, value=padding_value) if missing else x)
    return stack(padded, 0 if batch_first else 1)


def unpad_sequence(
    padded_sequences: Tensor, lengths: Any, batch_first: bool = False
) -> list[Tensor]:
    """The sequences of a padded tensor, each with its own length."""
    x: Any = padded_sequences if batch_first else padded_sequences.transpose(0, 1)  # type: ignore[attr-defined]
    sizes = _lengths_of(lengths, "unpad_sequence", x._shape[0])
    return [x[i, : int(n)] for i, n in enumerate(sizes)]


def pack_sequence(sequences: Any, enforce_sorted: bool = True) -> PackedSequence:
    """Tensors (length, ...) packed.

    >>> import flambeau
    >>> a, b = flambeau.tensor([1, 2, 3]), flambeau.tensor([4])
    >>> flambeau.nn.utils.rnn.pack_sequence([a, b]).data
    tensor([1, 4, 2, 3])
    """
    given = list(sequences)
    lengths = [x._shape[0] for x in given]
    return pack_padded_sequence(pad_sequence(given), lengths, enforce_sorted=enforce_sorted)


def unpack_sequence(packed_sequences: PackedSequence) -> list[Tensor]:
    """The sequences of a packed one."""
    padded, lengths = pad_packed_sequence(packed_sequences, batch_first=True)
    return unpad_sequence(padded, lengths, batch_first=True)
