"""Derivatives of recurrent layers. The attribute is a Recurrence."""

from __future__ import annotations

from math import prod
from typing import Any

from flambeau.autograd.vjps.table import vjp, vjp_joint
from flambeau.nn.operations.linear import LINEAR_WEIGHT_BACKWARD
from flambeau.nn.operations.recurrent import (
    RECORD_PART,
    RECORD_PART_BACKWARD,
    RECURRENT_LAYER_BACKWARD,
    Recurrence,
    hidden_before,
    sources_of,
)
from flambeau.tensor.apply import apply
from flambeau.tensor.boundary import synchronize
from flambeau.tensor.joining import cat

__all__: list[str] = []


class _Flat:
    """A flat tensor that is read piece by piece."""

    def __init__(self, x: Any) -> None:
        self.x = x
        self.start = 0

    def next(self, shape: tuple[int, ...]) -> Any:
        """The next elements, in a shape."""
        found = apply(RECORD_PART, (self.x,), (self.start, shape))
        self.start += prod(shape)
        return found


def _gates_of_gru(d: Any) -> tuple[Any, Any]:
    """Cotangents of the gates' two sides, of (t, b, 4 * n): new gate, then the hidden side's."""
    n = d.shape[2] // 4
    return cat([d.narrow(2, n, 2 * n), d.narrow(2, 0, n)], 2), d.narrow(2, n, 3 * n)


def _recurrent(
    g: Any, out: Any, inputs: tuple, attributes: tuple, types: tuple, needs: tuple
) -> list[Any]:
    what: Recurrence = attributes[0]
    if what.alone:
        synchronize()
    s = sources_of(inputs, what)
    t, b, p, width = s.sizes
    found = _Flat(RECURRENT_LAYER_BACKWARD((g, out, *inputs), attributes))
    is_gru = what.mode == "GRU"
    gates = found.next((t, b, (4 * width if is_gru else s.xw.shape[2])))
    dxw, inner = _gates_of_gru(gates) if is_gru else (gates, gates)
    dh = found.next((t, b, p)) if what.has_projection else None
    d0 = found.next((b, p))
    dc0 = found.next((b, width)) if s.c0 is not None else None
    states = apply(RECORD_PART, (out,), (0, (t, b, p)))
    before = hidden_before(states, s.h0, what.reverse)
    result = [dxw, d0]
    if dc0 is not None:
        result.append(dc0)
    result.append(apply(LINEAR_WEIGHT_BACKWARD, (inner, before)))
    if what.has_bias:
        result.append(inner.sum((0, 1)))
    if what.has_projection:
        result.append(apply(LINEAR_WEIGHT_BACKWARD, (dh, _unprojected(s, before, out, what))))
    if what.has_mask:
        result.append(None)
    wanted = [x if need else None for x, need in zip(result, needs, strict=True)]
    if what.alone:
        synchronize()
    return wanted


def _unprojected(s: Any, before: Any, out: Any, what: Recurrence) -> Any:
    """The hidden states of an LSTM before they were projected."""
    t, b, p, width = s.sizes
    o = (s.xw + before @ s.weight.t()).narrow(2, 3 * width, width).sigmoid()
    return o * apply(RECORD_PART, (out,), (t * b * p, (t, b, width))).tanh()


vjp_joint("recurrent_layer", _recurrent)
vjp("settled", lambda g: g)
vjp(
    "record_part",
    lambda g, types, attributes: apply(
        RECORD_PART_BACKWARD, (g,), (attributes[0], types[0].shape[0])
    ),
)
vjp(
    "record_part_backward",
    lambda g, types, attributes: apply(RECORD_PART, (g,), (attributes[0], types[0].shape)),
)
