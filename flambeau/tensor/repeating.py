"""Elements repeated next to each other.

Operation:
  repeated_index (repeats) [size]    i as often as repeats[i] says; no gradient
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np

from flambeau.core import dtype as dt
from flambeau.core.errors import message
from flambeau.core.shape import normalize_dim
from flambeau.engine.graph import build
from flambeau.engine.graph.node import Node
from flambeau.engine.runtime.value import Value
from flambeau.tensor.apply import apply
from flambeau.tensor.boundary import is_capturing, read
from flambeau.tensor.bounds import array_of_index
from flambeau.tensor.gathering import INDEX_DTYPES, INDEX_SELECT
from flambeau.tensor.indices import int64_tensor
from flambeau.tensor.inplace import TO
from flambeau.tensor.operation import operation
from flambeau.tensor.promotion import check_tensor
from flambeau.tensor.shaping import clone, expand, reshape, unsqueeze
from flambeau.tensor.tensor import Tensor

__all__ = ["FUNCTIONS", "METHODS"]


@operation("repeated_index")
def REPEATED_INDEX(repeats: Node, size: int) -> Node:
    """How many runs end at or before each place: found without looking at the repeats."""
    counts = build.convert(repeats, dt.int64)
    zero = build.full(counts.shape, 0, dt.int64)
    wrong = build.full(counts.shape, -1, dt.int64)
    ends = build.scan(counts, 0, "sum")
    ends = build.apply("where", build.apply("lt", counts, zero), wrong, ends)
    ones = build.full(ends.shape, 1, dt.int64)
    ended = build.put(build.full((size + 1,), 0, dt.int64), ends, ones, 0, "add")
    return build.slice_(build.scan(ended, 0, "sum"), (0,), (size,), (1,))


def _blame_repeats(attributes: tuple, inputs: tuple[Value, ...]) -> str:
    return _wrong_repeats(array_of_index(inputs[0]), attributes[0])


REPEATED_INDEX.blame = _blame_repeats


def _wrong_repeats(repeats: np.ndarray, size: int | None) -> str:
    """What is wrong with repeats of which there should be `size` in all."""
    name = "repeat_interleave"
    if repeats.size and repeats.min() < 0:
        return message(name, f"{int(repeats.min())} among the repeats",
                       "repeats can not be negative")  # fmt: skip
    if size is not None and size != repeats.sum():
        return message(name, f"output_size={size} for repeats whose sum is {int(repeats.sum())}",
                       "their sum: allocated size does not match required size")  # fmt: skip
    return ""


def _index_of_repeats(repeats: Tensor, size: int | None) -> Tensor:
    """Each index i of `repeats` as often as repeats[i] says, of repeats' dtype."""
    name = "repeat_interleave"
    if len(repeats._shape) != 1:
        raise RuntimeError(
            message(name, f"repeats of shape {list(repeats._shape)}",
                    "repeats must be 0-dim or 1-dim tensor (repeat_interleave only accept 1D "
                    "vector as repeat)", "repeats.flatten()")
        )  # fmt: skip
    if repeats.dtype not in INDEX_DTYPES:
        raise NotImplementedError(
            message(name, f"repeats of dtype {repeats.dtype.name}: not implemented for it",
                    "int32 or int64", "repeats.long()")
        )  # fmt: skip
    pending = repeats._storage.value.buffer is None or is_capturing()
    if size is not None and pending and repeats._shape[0]:
        found = apply(REPEATED_INDEX, (repeats,), (size,))
        return found if found.dtype is repeats.dtype else apply(TO, (found,), (repeats.dtype,))
    counts = read(repeats)
    words = _wrong_repeats(counts, size)
    if words:
        raise RuntimeError(words)
    found = int64_tensor(np.repeat(np.arange(counts.size), counts))
    return found if found.dtype is repeats.dtype else apply(TO, (found,), (repeats.dtype,))


def repeat_interleave(
    input: Any = None, repeats: Any = None, dim: int | None = None, *,
    output_size: int | None = None,
) -> Tensor:  # fmt: skip
    """Each element along `dim` (of the flattened tensor without it) repeated in place.

    `repeats` is one number or a tensor with one for each element; alone, the indices that would
    be taken are returned. `output_size`, the sum of the repeats, saves looking at them.

    >>> import flambeau
    >>> x = flambeau.tensor([1, 2, 3])
    >>> x.repeat_interleave(2), x.repeat_interleave(flambeau.tensor([0, 1, 2]))
    (tensor([1, 1, 2, 2, 3, 3]), tensor([2, 3, 3]))
    """
    name = "repeat_interleave"
    if input is None:
        input, repeats = repeats, None
    check_tensor(name, "repeats" if repeats is None else "input", 1, input)
    if repeats is None:
        return _index_of_repeats(input, output_size)
    if isinstance(repeats, bool) or not hasattr(repeats, "__index__"):
        raise TypeError(
            f"{name}(): argument 'repeats' must be Tensor or int, not {type(repeats).__name__}; "
            "try flambeau.tensor(...)"
        )
    x = reshape(input, prod(input._shape)) if dim is None else input
    at = normalize_dim(name, 0 if dim is None else dim, len(x._shape))
    if not x._shape:
        x = reshape(x, (1,))
    if not isinstance(repeats, Tensor):
        return _repeat_each(x, at, repeats.__index__(), output_size)
    size = x._shape[at]
    if len(repeats._shape) == 0 or (repeats._shape == (1,) and size != 1):
        repeats = expand(reshape(repeats, (1,)), (size,))
    elif len(repeats._shape) == 1 and repeats._shape[0] != size:
        raise RuntimeError(
            message(name, f"{repeats._shape[0]} repeats for {size} elements along dim {at}",
                    "repeats must have the same size as input along dim, but got "
                    f"repeats.size(0) = {repeats._shape[0]} and input.size({at}) = {size}")
        )  # fmt: skip
    index = _index_of_repeats(repeats, output_size)
    return apply(INDEX_SELECT, (x, index), (at, name))


def _repeat_each(x: Tensor, dim: int, times: int, output_size: int | None) -> Tensor:
    shape = x._shape
    size = shape[dim] * times
    if times < 0:
        raise RuntimeError(
            message("repeat_interleave", f"repeats={times}", "Repeats must be non-negative")
        )
    if output_size is not None and output_size != size:
        raise RuntimeError(
            message("repeat_interleave", f"output_size={output_size} for {shape[dim]} elements "
                    f"and repeats={times}", f"Invalid output_size, expected {size}")
        )  # fmt: skip
    if times == 1:
        return clone(x)
    wide = expand(unsqueeze(x, dim + 1), (*shape[: dim + 1], times, *shape[dim + 1 :]))
    return clone(reshape(wide, (*shape[:dim], size, *shape[dim + 1 :])))


FUNCTIONS: dict[str, Callable[..., Any]] = {"repeat_interleave": repeat_interleave}
METHODS: dict[str, Callable[..., Any]] = {}
