"""Bags of rows of a table: their sum, mean or maximum."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np

from flambeau.core.dtype import bool_, int64
from flambeau.core.errors import message
from flambeau.nn.functional.regularization import embedding
from flambeau.nn.operations.embedding import EMBEDDING_BACKWARD
from flambeau.tensor.apply import apply
from flambeau.tensor.boundary import read
from flambeau.tensor.creation import from_array
from flambeau.tensor.elementwise import where
from flambeau.tensor.gathering import gather
from flambeau.tensor.indexing import getitem
from flambeau.tensor.tensor import Tensor

__all__ = ["embedding_bag"]

MODES = ("sum", "mean", "max")


def embedding_bag(
    input: Tensor, weight: Tensor, offsets: Tensor | None = None, max_norm: float | None = None,
    norm_type: float = 2, scale_grad_by_freq: bool = False, mode: str = "mean",
    sparse: bool = False, per_sample_weights: Tensor | None = None,
    include_last_offset: bool = False, padding_idx: int | None = None,
) -> Tensor:  # fmt: skip
    """The sum, mean or maximum of the rows in each bag; shapes (bags, k), (n, d) to (bags, d).

    With `offsets`, input is one list and offsets[i] is where bag i begins. Empty bags give zeros.
    per_sample_weights: factors of the rows, for "sum". padding_idx: an index that does not count.

    >>> import flambeau
    >>> table = flambeau.tensor([[1.0], [10.0], [100.0]])
    >>> indices, starts = flambeau.tensor([0, 1, 2]), flambeau.tensor([0, 2])
    >>> flambeau.nn.functional.embedding_bag(indices, table, starts, mode="sum")
    tensor([[ 11.],
            [100.]])
    """
    if weight.dtype.category == "int" and input.dtype.is_floating_point:
        warnings.warn(
            "Argument order of nn.functional.embedding_bag was changed. Usage "
            "`embedding_bag(weight, input, ...)` is deprecated, and should now be "
            "`embedding_bag(input, weight, ...)`.",
            stacklevel=2,
        )
        weight, input = input, weight
    _check(input, weight, offsets, per_sample_weights, mode, scale_grad_by_freq or sparse)
    x: Any = input
    w: Any = per_sample_weights
    if len(x._shape) == 2:
        bags, each = x._shape
        starts = (
            np.arange(0, bags * each, max(each, 1))[:bags] if each else np.zeros(bags, np.int64)
        )
        ends = starts + each
        x, w = x.reshape(-1), None if w is None else w.reshape(-1)
    else:
        starts, ends = _ends(read(offsets), x._shape[0], include_last_offset)  # type: ignore[arg-type]
    options = (max_norm, norm_type, scale_grad_by_freq, sparse)
    rows: Any = embedding(x, weight, None, *options)
    counts: Any = None
    if padding_idx is not None:
        counts = x != padding_idx % weight._shape[0]
    if mode == "max":
        return _maximum(rows, counts, starts, ends)
    which = from_array(np.repeat(np.arange(len(starts)), ends - starts).astype(np.int64), int64)
    if w is not None:
        rows = rows * w.unsqueeze(-1)
    if counts is not None:
        rows = where(counts.unsqueeze(-1), rows, 0.0)
    total = _sums(rows, which, len(starts))
    if mode == "sum":
        return total
    one = rows.new_ones(len(which), 1) if counts is None else counts.to(rows.dtype).unsqueeze(-1)
    return total / _sums(one, which, len(starts)).clamp(min=1.0)  # type: ignore[no-any-return]


def _check(
    input: Tensor, weight: Tensor, offsets: Any, weights: Any, mode: str, has_options: bool
) -> None:
    if weights is not None and weights._shape != input._shape:
        raise ValueError(
            f"embedding_bag: If per_sample_weights ({weights.shape}) is not None, then it must "
            f"have the same shape as the input ({input.shape})"
        )
    if len(weight._shape) != 2:
        raise ValueError(
            "embedding_bag: weight has to be a 2D Tensor, but got Tensor of dimension "
            f"{len(weight._shape)}"
        )
    dims = len(input._shape)
    if dims == 2 and offsets is not None:
        raise ValueError(
            "embedding_bag: if input is 2D, then offsets has to be None, as input is treated is a "
            f"mini-batch of fixed length sequences. However, found offsets of type {type(offsets)}"
        )
    if dims == 1 and (offsets is None or len(offsets._shape) != 1):
        got = "None" if offsets is None else f"{len(offsets._shape)}D"
        raise ValueError(f"embedding_bag: offsets has to be a 1D Tensor but got {got}")
    if dims not in (1, 2):
        raise ValueError(
            f"embedding_bag: input has to be 1D or 2D Tensor, but got Tensor of dimension {dims}"
        )
    if mode not in MODES:
        raise ValueError(f"embedding_bag: mode has to be one of sum, mean or max; given {mode!r}")
    if mode == "max" and has_options:
        raise ValueError(
            "embedding_bag: max mode does not support scaling the gradient by the frequency or "
            "sparse weights"
        )
    if weights is not None and mode != "sum":
        raise NotImplementedError(
            "embedding_bag: per_sample_weights was not None. per_sample_weights is only supported "
            f"for mode='sum' (got mode='{mode}')"
        )


def _ends(offsets: Any, count: int, include_last: bool) -> tuple[np.ndarray, np.ndarray]:
    """Where each bag begins and ends."""
    starts = np.asarray(offsets).astype(np.int64)
    if starts.size and starts[0] != 0:
        raise RuntimeError(
            message("embedding_bag", f"offsets that begin with {int(starts[0])}",
                    "offsets[0] to be 0: the first sequence in the mini-batch starts at 0")
        )  # fmt: skip
    bounds = starts if include_last else np.append(starts, count)
    if (np.diff(bounds) < 0).any() or (bounds.size and bounds[-1] > count):
        raise RuntimeError(
            message("embedding_bag", f"offsets {starts.tolist()} into {count} indices",
                    f"offsets that do not fall and are at most {count}: offsets[-1] can not be "
                    "greater than input's length")
        )  # fmt: skip
    # what lies behind a last offset belongs to no bag
    return bounds[:-1], bounds[1:]


def _sums(rows: Any, which: Tensor, bags: int) -> Any:
    """Rows added up by bag."""
    used = which._shape[0]
    rows = rows if rows._shape[0] == used else rows.narrow(0, 0, used)
    return apply(EMBEDDING_BACKWARD, (rows, which), (bags, -1))


def _maximum(rows: Any, counts: Any, starts: np.ndarray, ends: np.ndarray) -> Tensor:
    """The greatest element of each column in each bag; zeros of an empty bag."""
    bags, width = len(starts), rows._shape[1]
    longest = int((ends - starts).max()) if bags else 0
    if not longest:
        return rows.new_zeros(bags, width)  # type: ignore[no-any-return]
    at = starts[:, None] + np.arange(longest)
    present: Any = from_array(at < ends[:, None], bool_)
    at = np.minimum(at, max(rows._shape[0] - 1, 0))
    index = from_array(np.ascontiguousarray(at, np.int64), int64)
    if counts is not None:
        present = present & getitem(counts, index)
    found: Any = getitem(rows, index).permute(0, 2, 1)  # type: ignore[attr-defined]
    found = found.masked_fill(~present.unsqueeze(1), -math.inf)
    best = found.detach().argmax(-1, True)
    top: Any = gather(found, -1, best)
    return top.squeeze(-1).masked_fill(~present.any(1).unsqueeze(-1), 0.0)  # type: ignore[no-any-return]
