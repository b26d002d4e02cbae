"""Losses of several labels, of triplets by any distance, and of a linear layer's classes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from flambeau.core.dtype import int64
from flambeau.core.errors import message
from flambeau.nn.functional.indices import check_range
from flambeau.nn.functional.loss import _named, _reduce, cross_entropy, pairwise_distance
from flambeau.nn.functional.products import linear
from flambeau.nn.functional.regularization import one_hot
from flambeau.nn.operations.expression import index_along
from flambeau.tensor.creation import from_array
from flambeau.tensor.elementwise import where
from flambeau.tensor.gathering import gather
from flambeau.tensor.indexing import getitem
from flambeau.tensor.linear_algebra.norms import norm
from flambeau.tensor.tensor import Tensor

__all__ = [
    "LinearCrossEntropyOptions", "linear_cross_entropy", "multilabel_margin_loss", "pdist",
    "triplet_margin_with_distance_loss",
]  # fmt: skip


def multilabel_margin_loss(
    input: Tensor, target: Tensor, size_average: bool | None = None, reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:  # fmt: skip
    """sum over labels j and other classes i of max(0, 1 - x[j] + x[i]) / classes.

    Shapes: input (n, c) or (c), target the same: the labels' classes, up to the first -1.
    """
    reduction = _named("multilabel_margin_loss", reduction, size_average, reduce)
    x: Any = input
    t: Any = target
    if not x._shape and not t._shape:  # one class
        x, t = x.reshape(1), t.reshape(1)
    if len(x._shape) not in (1, 2) or x._shape != t._shape or not x._shape[-1]:
        raise RuntimeError(
            message("multilabel_margin_loss", f"input {list(x._shape)} and target "
                    f"{list(t._shape)}", "one shape of 1 or 2 dims: (n, classes) or (classes)")
        )  # fmt: skip
    classes = x._shape[-1]
    check_range(
        t, classes, f"multilabel_margin_loss: target {{}} is out of range; there are {classes} "
        "classes, and -1 ends the labels", -1,
    )  # fmt: skip
    place = index_along(t, t._shape, len(t._shape) - 1)
    end = where(t < 0, place, classes).amin(-1, True)
    counts = place < end
    t = where(counts, t, 0)
    is_label = (one_hot(t, classes).bool() & counts.unsqueeze(-1)).any(-2)
    own: Any = gather(x, -1, t)
    gaps = (1.0 - own.unsqueeze(-1) + x.unsqueeze(-2)).clamp(min=0.0)
    gaps = where(counts.unsqueeze(-1) & ~is_label.unsqueeze(-2), gaps, 0.0)
    return _reduce(gaps.sum((-2, -1)) / classes, "multilabel_margin_loss", reduction)


def triplet_margin_with_distance_loss(
    anchor: Tensor, positive: Tensor, negative: Tensor, *,
    distance_function: Callable[[Tensor, Tensor], Tensor] | None = None, margin: float = 1.0,
    swap: bool = False, reduction: str = "mean",
) -> Tensor:  # fmt: skip
    """max(0, margin + distance(anchor, positive) - distance(anchor, negative))."""
    name = "triplet_margin_with_distance_loss"
    if margin <= 0:
        raise ValueError(f"{name}: margin must be greater than 0, got {margin}")
    dims = {len(x._shape) for x in (anchor, positive, negative)}
    if len(dims) != 1:
        shapes = ", ".join(str(list(x._shape)) for x in (anchor, positive, negative))
        raise RuntimeError(
            message(name, f"anchor, positive and negative of shapes {shapes}",
                    "anchor, positive and negative of the same number of dimensions")
        )  # fmt: skip
    distance: Any = pairwise_distance if distance_function is None else distance_function
    near = distance(anchor, positive)
    far = distance(anchor, negative)
    if swap:
        far = far.minimum(distance(positive, negative))
    return _reduce((margin + near - far).clamp(min=0.0), name, reduction)


def pdist(input: Tensor, p: float = 2.0) -> Tensor:
    """The p-norms of the differences of all pairs of rows: (n, d) to (n * (n - 1) / 2)."""
    if len(input._shape) != 2:
        raise RuntimeError(
            message("pdist", f"input {list(input._shape)}", "pdist only supports 2D tensors")
        )
    if p < 0:
        raise RuntimeError("pdist: pdist only supports non-negative p values")
    first, second = np.triu_indices(input._shape[0], 1)
    a, b = (
        getitem(input, from_array(np.ascontiguousarray(i, np.int64), int64))
        for i in (first, second)
    )
    return norm(a - b, float(p), -1)


# -- a linear layer and its classes ---------------------------------------------------------------
@dataclass(frozen=True)
class LinearCrossEntropyOptions:
    """How PyTorch is to save memory in `linear_cross_entropy`; here it makes no difference."""

    allow_retain_graph: bool = False
    batch_chunk_size: int | None = None
    chunking_method: str | None = "auto"
    acc_policy: str = "auto"
    acc_dtype: Any = None


def linear_cross_entropy(
    input: Tensor, linear_weight: Tensor, target: Tensor, *, linear_bias: Tensor | None = None,
    weight: Tensor | None = None, reduction: str = "mean", ignore_index: int | None = None,
    label_smoothing: float = 0.0, options: LinearCrossEntropyOptions | None = None,
) -> Tensor:  # fmt: skip
    """cross_entropy of linear(input, linear_weight, linear_bias).

    Shapes: input (n, k) or (k), linear_weight (classes, ..., k), linear_bias (classes, ...);
    target (n, ...), or probabilities (n, classes, ...).
    """
    w: Any = linear_weight
    b: Any = linear_bias
    *outer, features = input._shape
    *sizes, wanted = w._shape
    if features != wanted or len(outer) > 1 or not sizes:
        raise RuntimeError(
            message("linear_cross_entropy", f"input {list(input._shape)} and linear_weight "
                    f"{list(w._shape)}", "input (n, k) or (k) and linear_weight "
                    "(classes, ..., k)")
        )  # fmt: skip
    count = prod(sizes)
    bias = None if b is None else b.reshape(count)
    logits: Any = linear(input, w.reshape(count, features), bias)
    return cross_entropy(
        logits.reshape(*outer, *sizes), target, weight, reduction=reduction,
        ignore_index=-100 if ignore_index is None else ignore_index,
        label_smoothing=label_smoothing,
    )  # fmt: skip
