"""Layers of recurrent networks, in both directions, for whole and for packed sequences."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from flambeau.autograd.function import Function
from flambeau.core.dtype import bool_, int64
from flambeau.nn.functional.products import linear
from flambeau.nn.functional.regularization import dropout
from flambeau.nn.operations.recurrent import (
    RECORD_PART,
    RECURRENT_LAYER,
    SETTLED,
    Recurrence,
)
from flambeau.tensor.apply import apply
from flambeau.tensor.boundary import is_capturing, synchronize
from flambeau.tensor.creation import from_array
from flambeau.tensor.indexing import getitem
from flambeau.tensor.joining import cat, stack
from flambeau.tensor.tensor import Tensor

__all__ = ["Packing", "Weights", "recurrent_layer", "recurrent_network"]


CHUNK = 128  # steps that are planned together


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
    what = Recurrence(
        mode, reverse, extra is not None, weights.projection is not None, mask is not None
    )
    rest = (weights.hidden, extra, weights.projection)
    if xw._shape[0] <= CHUNK or is_capturing():
        y, last = _steps(what, xw, state, rest, mask)
    else:
        y, last = _chunks(what._replace(alone=True), xw, state, rest, mask)
    return (y if packing is None else packing.packed(y)), last


def _steps(what: Recurrence, xw: Any, state: tuple, rest: tuple, mask: Any) -> tuple[Tensor, tuple]:
    """(hidden states, last state) of all steps, as one operation."""
    present = tuple([x for x in (xw, *state, *rest, mask) if x is not None])
    record = apply(RECURRENT_LAYER, present, (what,))
    t, b, _ = xw._shape
    p = state[0]._shape[1]
    y = apply(RECORD_PART, (record,), (0, (t, b, p)))
    end = 0 if what.reverse else t - 1
    last = [apply(RECORD_PART, (record,), (end * b * p, (b, p)))]
    if what.mode == "LSTM":
        h = state[1]._shape[1]
        last.append(apply(RECORD_PART, (record,), (t * b * p + end * b * h, (b, h))))
    return y, tuple(last)


def _chunks(
    what: Recurrence, xw: Any, state: tuple, rest: tuple, mask: Any
) -> tuple[Tensor, tuple]:
    """The same for long sequences: CHUNK steps at a time, all with one plan.

    Planning takes some milliseconds a step, and a plan is for one number of steps.
    """
    parts = _Cut.apply(xw)
    masks = [None] * len(parts) if mask is None else _Cut.apply(mask)
    outputs: dict[int, Tensor] = {}
    order = range(len(parts))
    for i in reversed(order) if what.reverse else order:
        state = tuple([apply(SETTLED, (s,)) for s in state])
        synchronize()
        outputs[i], state = _steps(what, parts[i], state, rest, masks[i])
        synchronize()
    return cat([outputs[i] for i in order]), state


class _Cut(Function):
    """CHUNK elements along dim 0 at a time, in memory of their own; backward joins them once."""

    @staticmethod
    def forward(ctx: Any, x: Any) -> tuple[Tensor, ...]:
        n = x._shape[0]
        cuts = [(start, min(CHUNK, n - start)) for start in range(0, n, CHUNK)]
        return tuple([apply(SETTLED, (x.narrow(0, *cut),)) for cut in cuts])

    @staticmethod
    def backward(ctx: Any, *gs: Tensor) -> Tensor:
        return cat(gs)


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
