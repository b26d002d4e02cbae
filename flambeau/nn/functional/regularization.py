"""Dropout and embedding."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flambeau.autograd.modes import is_grad_enabled, no_grad
from flambeau.core.dtype import float64
from flambeau.core.errors import message
from flambeau.nn.functional.indices import check_range
from flambeau.nn.operations.dropout import ALPHA_DROPOUT, DROPOUT
from flambeau.nn.operations.embedding import (
    EMBEDDING,
    EMBEDDING_BACKWARD,
    EMBEDDING_BY_FREQUENCY,
    EMBEDDING_SPARSE,
)  # fmt: skip
from flambeau.nn.operations.expression import index_along
from flambeau.tensor.apply import apply
from flambeau.tensor.elementwise import where
from flambeau.tensor.inplace import put_back
from flambeau.tensor.linear_algebra.norms import norm
from flambeau.tensor.random import next_key
from flambeau.tensor.tensor import Tensor

__all__ = [
    "alpha_dropout", "dropout", "dropout1d", "dropout2d", "dropout3d", "embedding",
    "feature_alpha_dropout", "one_hot",
]  # fmt: skip


def _check_p(p: float) -> None:
    if not 0.0 <= p <= 1.0:
        raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")


def _dropped(
    op: Any, input: Tensor, p: float, mask: tuple, training: bool, inplace: bool, name: str
) -> Tensor:
    _check_p(p)
    if not training or p == 0.0:
        return input
    result = apply(op, (input, *next_key(None)), (float(p), mask))
    return put_back(input, result, name) if inplace else result


def dropout(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Zero with probability p, else x / (1 - p); the input itself if not training."""
    return _dropped(DROPOUT, input, p, input._shape, training, inplace, "dropout_")


def alpha_dropout(
    input: Tensor, p: float = 0.5, training: bool = False, inplace: bool = False
) -> Tensor:
    """Dropout that keeps mean and variance of what SELU gives."""
    return _dropped(ALPHA_DROPOUT, input, p, input._shape, training, inplace, "alpha_dropout_")


def _channel_mask(input: Tensor, channel: int) -> tuple[int, ...]:
    return tuple([n if i <= channel else 1 for i, n in enumerate(input._shape)])


def feature_alpha_dropout(
    input: Tensor, p: float = 0.5, training: bool = False, inplace: bool = False
) -> Tensor:
    """Alpha dropout of whole channels (dim 1)."""
    mask = _channel_mask(input, 1)
    return _dropped(ALPHA_DROPOUT, input, p, mask, training, inplace, "feature_alpha_dropout_")


def _of_channels(spatial: int) -> Callable[..., Tensor]:
    name = f"dropout{spatial}d"

    def function(
        input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False
    ) -> Tensor:
        ndim = len(input._shape)
        if ndim not in (spatial + 1, spatial + 2):
            raise RuntimeError(
                message(name, f"input {list(input._shape)}",
                        f"{spatial + 1}D (unbatched) or {spatial + 2}D (batched) input")
            )  # fmt: skip
        mask = _channel_mask(input, ndim - spatial - 1)
        return _dropped(DROPOUT, input, p, mask, training, inplace, f"{name}_")

    function.__name__ = function.__qualname__ = name
    function.__doc__ = "Dropout of whole channels."
    return function


dropout1d, dropout2d, dropout3d = (_of_channels(n) for n in (1, 2, 3))


# -- embedding ------------------------------------------------------------------------------------
def embedding(
    input: Tensor, weight: Tensor, padding_idx: int | None = None, max_norm: float | None = None,
    norm_type: float = 2.0, scale_grad_by_freq: bool = False, sparse: bool = False,
) -> Tensor:  # fmt: skip
    """The rows of `weight` at the indices; shapes (...), (n, d) to (..., d).

    padding_idx: a row that gets no gradient. max_norm: longer rows are shortened in place first.
    sparse: the gradient of `weight` is a sparse tensor with an entry for each index.
    """
    if sparse and scale_grad_by_freq and weight.requires_grad and is_grad_enabled():
        raise RuntimeError(
            message("embedding", "scale_grad_by_freq=True and sparse=True", "scale_grad_by_freq "
                    "not supported with sparse gradients: one of them", "sparse=False")
        )  # fmt: skip
    rows = weight._shape[0] if weight._shape else 0
    pad = -1
    if padding_idx is not None:
        if not -rows <= padding_idx < rows:
            raise AssertionError("Padding_idx must be within num_embeddings")
        pad = padding_idx + rows if padding_idx < 0 else int(padding_idx)
    if not isinstance(input, Tensor):
        raise TypeError(
            f"embedding(): argument 'indices' must be Tensor, not {type(input).__name__}"
        )
    if not input.dtype.is_floating_point:
        check_range(
            input, rows,
            f"embedding: index {{}} out of range in self; the table has {rows} rows, so indices "
            f"are 0 to {rows - 1}",
        )  # fmt: skip
    if max_norm is not None:
        _shorten(weight, input, max_norm, norm_type)
    if scale_grad_by_freq:
        return apply(EMBEDDING_BY_FREQUENCY, (weight, input, _frequency(input, rows)), (pad,))
    return apply(EMBEDDING_SPARSE if sparse else EMBEDDING, (weight, input), (pad,))


def _frequency(index: Any, rows: int) -> Tensor:
    """How often each index is among all of them."""
    flat = index.reshape(-1)
    ones = flat.new_ones(flat._shape[0], 1, dtype=float64)
    counts = apply(EMBEDDING_BACKWARD, (ones, flat), (rows, -1))
    return apply(EMBEDDING, (counts, index), (-1,)).squeeze(-1)  # type: ignore[attr-defined, no-any-return]


def _shorten(weight: Tensor, index: Tensor, max_norm: float, norm_type: float) -> None:
    """Scale the rows that will be used down to max_norm, in place."""

    with no_grad():
        table = weight.detach()
        used = one_hot(index.reshape(-1), weight._shape[0]).amax(0) > 0
        length = norm(table, norm_type, 1, keepdim=True)
        too_long = used.unsqueeze(1) & (length > max_norm)
        table.copy_(where(too_long, table * (max_norm / (length + 1e-7)), table))


def one_hot(tensor: Tensor, num_classes: int = -1) -> Tensor:
    """int64 zeros with a one at each index; shape (...) to (..., num_classes).

    >>> import flambeau
    >>> flambeau.nn.functional.one_hot(flambeau.tensor([0, 2]))
    tensor([[1, 0, 0],
            [0, 0, 1]])
    """

    if tensor.dtype.category != "int":
        raise RuntimeError(
            "one_hot: one_hot is only applicable to index tensor of type LongTensor, given "
            f"{tensor.dtype.name}; try .long()"
        )
    if num_classes == -1:
        if not tensor.numel():
            raise RuntimeError("one_hot: Can not infer total number of classes from empty tensor.")
        num_classes = int(tensor.max().item()) + 1
    check_range(
        tensor, num_classes, f"one_hot: index {{}} is out of range for {num_classes} classes"
    )
    shape = (*tensor._shape, num_classes)
    at = index_along(tensor, shape, len(shape) - 1)
    return (at == tensor.unsqueeze(-1)).long()
