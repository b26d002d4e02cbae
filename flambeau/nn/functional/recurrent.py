"""Layers of recurrent networks, in both directions, for whole and for packed sequences."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from flambeau.core.dtype import bool_, int64
from flambeau.nn.functional.products import linear
from flambeau.nn.functional.regularization import dropout
from flambeau.nn.operations.recurrent import (
    RECORD_PART,
    RECURRENT_LAYER,
    Recurrence,
)
from flambeau.tensor.apply import apply
from flambeau.tensor.creation import from_array
from flambeau.tensor.indexing import getitem
from flambeau.tensor.joining import cat, stack
from flambeau.tensor.tensor import Tensor

__all__ = ["Packing", "Weights", "recurrent_layer", "recurrent_network"]


class Weights(NamedTuple):
    """The parameters of one layer in one direction; biases and projection may be missing."""

    input: Any  # (gates, features)
    hidden: Any  # (gates, p)
    input_bias: Any = None  # (gates,)
    hidden_bias: Any = None
    projection: Any = None  # (p, h)


class Packing:
    """How packed rows lie in a padded sequence (t, b)."""

    def __init__(self, batch_sizes: np.ndarray) -> None:
        counts = np.asarray(batch_sizes, np.int64)
        self.steps, self.batch = len(counts), int(counts[0])
        present = np.arange(self.batch) < counts[:, None]
        self.is_full = bool(present.all())
        starts = np.cumsum(counts) - counts
        rows = np.where(present, starts[:, None] + np.arange(self.batch), 0)
        self._into = from_array(np.ascontiguousarray(rows), int64)
        at = np.flatnonzero(present).astype(np.int64)
        self._out_of = from_array(at, int64)
        self.mask = None if self.is_full else from_array(present[:, :, None], bool_)

    def padded(self, x: Any) -> Tensor:
        """(rows, n) to (t, b, n); the padding is any row."""
        if self.is_full:
            return x.reshape(self.steps, self.batch, x._shape[1])
        return getitem(x, self._into)

    def packed(self, x: Any) -> Tensor:
        """(t, b, n) to (rows, n)."""
        flat = x.reshape(self.steps * self.batch, x._shape[2])
        return flat if self.is_full else getitem(flat, self._out_of)


def recurrent_layer(
    mode: str, x: Tensor, state: tuple, weights: Weights, reverse: bool, packing: Packing | None
) -> tuple[Tensor, tuple]:
    """One layer in one direction: (hidden states of all steps, the last state).

    x (t, b, n), or (rows, n) if packed; state (h0 (b, p)[, c0 (b, h)]); mode: see GATES.
    """
    is_gru = mode == "GRU"
    bias = weights.input_bias
    if bias is not None and not is_gru:
        bias = bias + weights.hidden_bias
    xw: Any = linear(x, weights.input, bias)
    mask = None
    if packing is not None:
        xw, mask = packing.padded(xw), packing.mask
    extra = weights.hidden_bias if is_gru else None
    inputs = [xw, *state, weights.hidden, extra, weights.projection, mask]
    present = tuple([i for i in inputs if i is not None])
    what = Recurrence(
        mode, reverse, extra is not None, weights.projection is not None, mask is not None
    )
    record = apply(RECURRENT_LAYER, present, (what,))
    t, b, _ = xw._shape
    p = weights.hidden._shape[1]
    y = apply(RECORD_PART, (record,), (0, (t, b, p)))
    end = 0 if reverse else t - 1
    last = [apply(RECORD_PART, (record,), (end * b * p, (b, p)))]
    if mode == "LSTM":
        h = state[1]._shape[1]
        last.append(apply(RECORD_PART, (record,), (t * b * p + end * b * h, (b, h))))
    return (y if packing is None else packing.packed(y)), tuple(last)


def recurrent_network(
    mode: str, x: Tensor, states: tuple, layers: list[list[Weights]], p_dropout: float,
    packing: Packing | None,
) -> tuple[Tensor, tuple]:  # fmt: skip
    """Layer upon layer; (output of the last, last states of all).

    states: tensors (layers * directions, b, n). layers: for each, one Weights per direction.
    p_dropout: the probability of dropout between layers.
    """
    last: list[tuple] = []
    for depth, directions in enumerate(layers):
        outputs = []
        for direction, weights in enumerate(directions):
            at = depth * len(directions) + direction
            state = tuple([s[at] for s in states])
            y, end = recurrent_layer(mode, x, state, weights, direction == 1, packing)
            outputs.append(y)
            last.append(end)
        x = outputs[0] if len(outputs) == 1 else cat(outputs, -1)
        if p_dropout > 0 and depth < len(layers) - 1:
            x = dropout(x, p_dropout, True)
    return x, tuple([stack(list(s)) for s in zip(*last, strict=True)])
