"""Recurrent layers: one operation for all time steps of one layer in one direction.

The inputs' products with the weights of all time steps are one matrix product, made before; what
is left is one small product and one fused kernel for each step, all in one plan. The result is
flat, a *record*: the hidden states (t, b, p) of all steps, then, of an LSTM, the cell states
(t, b, h). Backward calculates the gates of all steps anew, with one product.

Operations (xw, h0, ...) [Recurrence]; what follows h0, in this order, where it is there:
  c0 (b, h)                of LSTMs
  weight (gates, p)        of the hidden state
  bias (gates,)            of GRUs, where it stands inside a product
  projection (p, h)        of LSTMs with proj_size
  mask (t, b, 1), bool     false where a sequence has ended: the state stays
  recurrent_layer            the record
  recurrent_layer_backward   (g, record, xw, ...) flat: the cotangents of the gates (t, b, gates;
                             of a GRU first the new gate's, then those of the hidden state's
                             product), with a projection those of the hidden states (t, b, p), then
                             h0's and c0's
  record_part (record) [start, shape]              a piece in a memory of its own
  record_part_backward (g) [start, size]
  settled (x)                x in memory of its own, so that plans do not look at where it came from
Formulas are written for nodes and tensors alike (see expression.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import Any, NamedTuple

from flambeau.core.errors import message
from flambeau.core.shape import contiguous_strides
from flambeau.core.types import Shape
from flambeau.engine.graph import build
from flambeau.engine.graph.node import Node
from flambeau.nn.operations.composed import Composed, formula_operation
from flambeau.nn.operations.expression import Expression, index_along, pick, where
from flambeau.tensor import joining
from flambeau.tensor.operation import operation

__all__ = [
    "GATES",
    "RECORD_PART",
    "RECORD_PART_BACKWARD",
    "RECURRENT_LAYER",
    "RECURRENT_LAYER_BACKWARD",
    "SETTLED",
    "Recurrence",
    "Sources",
    "hidden_before",
    "sources_of",
]

GATES = {"RNN_TANH": 1, "RNN_RELU": 1, "GRU": 3, "LSTM": 4}


class Recurrence(NamedTuple):
    """What a layer does: the kind of cell, the direction, and which inputs are there."""

    mode: str  # a key of GATES
    reverse: bool = False
    has_bias: bool = False
    has_projection: bool = False
    has_mask: bool = False
    alone: bool = False  # evaluated in a plan of its own, which other calls then find


class Sources(NamedTuple):
    """The inputs by name; None for what is not there."""

    xw: Any
    h0: Any
    c0: Any
    weight: Any
    bias: Any
    projection: Any
    mask: Any

    @property
    def sizes(self) -> tuple[int, int, int, int]:
        """(time steps, batch, hidden state, cell)."""
        t, b, _ = self.xw.shape
        p = self.h0.shape[1]
        return t, b, p, p if self.c0 is None else self.c0.shape[1]


def sources_of(inputs: tuple, what: Recurrence) -> Sources:
    """The inputs by name."""
    rest: Iterator[Any] = iter(inputs[2:])
    present = (what.mode == "LSTM", True, what.has_bias, what.has_projection, what.has_mask)
    return Sources(*inputs[:2], *[next(rest) if there else None for there in present])


# -- for nodes and tensors alike ------------------------------------------------------------------
def _product(a: Any, b: Any) -> Any:
    """(m, k) @ (k, n)."""
    if not isinstance(a, Expression):
        return a @ b
    (m, k), n = a.shape, b.shape[1]
    result = build.dot(build.reshape(a.node, (1, m, k)), build.reshape(b.node, (1, k, n)))
    return Expression(build.reshape(result, (m, n)))


def _turned(a: Any) -> Any:
    return a.permute((1, 0))


def _part(x: Any, dim: int, start: int, size: int) -> Any:
    """size elements along dim."""
    if not isinstance(x, Expression):
        return x.narrow(dim, start, size)
    starts = tuple(start if d == dim else 0 for d in range(len(x.shape)))
    sizes = tuple(size if d == dim else n for d, n in enumerate(x.shape))
    return Expression(build.slice_(x.node, starts, sizes, (1,) * len(sizes)))


def _step(x: Any, t: int) -> Any:
    """x[t]."""
    return _part(x, 0, t, 1).reshape(tuple(x.shape[1:]))


def _join(parts: list[Any], dim: int) -> Any:
    """The parts one after the other."""
    if not isinstance(parts[0], Expression):
        return joining.cat(parts, dim)
    return Expression(build.cat(tuple([p.node for p in parts]), dim))


def _gather(pieces: dict[int, Any], size: int) -> Any:
    """A flat tensor with each piece, flattened, at its place."""
    order = sorted(pieces)
    first = pieces[order[0]]
    if not isinstance(first, Expression):
        return joining.cat([pieces[at].reshape((-1,)) for at in order])
    result = build.full((size,), 0, first.dtype)
    for at in order:  # each writes into the memory of the one before
        node = pieces[at].node
        result = build.update(result, node, node.shape, contiguous_strides(node.shape), at)
    return Expression(result)


def _zeros(like: Any, shape: Shape) -> Any:
    if isinstance(like, Expression):
        return Expression(build.full(shape, 0, like.dtype))
    return like.new_zeros(shape)


def _gates(x: Any, count: int) -> list[Any]:
    size = x.shape[-1] // count
    return [_part(x, len(x.shape) - 1, i * size, size) for i in range(count)]


def hidden_before(states: Any, first: Any, reverse: bool) -> Any:
    """(t, b, ...): before each step, the state that it starts from."""
    t = states.shape[0]
    first = first.reshape((1, *first.shape))
    if t == 1:
        return first
    rest = _part(states, 0, 1 if reverse else 0, t - 1)
    return _join([rest, first] if reverse else [first, rest], 0)


def _order(what: Recurrence, steps: int) -> range:
    return range(steps - 1, -1, -1) if what.reverse else range(steps)


def _chosen(mask: Any, new: Any, old: Any) -> Any:
    """new where the mask holds, else old."""
    return new if mask is None else where(mask.expand(tuple(new.shape)), new, old)


def _split(mask: Any, g: Any) -> tuple[Any, Any]:
    """g where the mask holds and where it does not, zero elsewhere."""
    if mask is None:
        return g, None
    mask, zero = mask.expand(tuple(g.shape)), _zeros(g, tuple(g.shape))
    return where(mask, g, zero), where(mask, zero, g)


# -- forward --------------------------------------------------------------------------------------
def _forward(*args: Any) -> Any:
    *inputs, what = args
    s = sources_of(tuple(inputs), what)
    t, b, p, width = s.sizes
    turned = _turned(s.weight)
    h, c = s.h0, s.c0
    pieces = {}
    for at in _order(what, t):
        mask = None if s.mask is None else _step(s.mask, at)
        new_h, new_c = _cell(what, s, _step(s.xw, at), h, c, turned)
        h = pieces[at * b * p] = _chosen(mask, new_h, h)
        if new_c is not None:
            c = pieces[t * b * p + at * b * width] = _chosen(mask, new_c, c)
    return _gather(pieces, record_size(s))


def record_size(s: Sources) -> int:
    """How many elements a record has."""
    t, b, p, width = s.sizes
    return t * b * (p if s.c0 is None else p + width)


def _cell(what: Recurrence, s: Sources, xw: Any, h: Any, c: Any, turned: Any) -> tuple[Any, Any]:
    """The next hidden and cell state."""
    hw = _product(h, turned)
    if what.mode == "GRU":
        return _gru(xw, _with_bias(hw, s.bias), h), None
    if what.mode == "LSTM":
        i, f, g, o = _gates(xw + hw, 4)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        h = o.sigmoid() * c.tanh()
        return (h if s.projection is None else _product(h, _turned(s.projection))), c
    return _activated(what, xw + hw), None


def _activated(what: Recurrence, x: Any) -> Any:
    if what.mode == "RNN_TANH":
        return x.tanh()
    return where(x > 0.0, x, _zeros(x, tuple(x.shape)))


def _with_bias(x: Any, bias: Any) -> Any:
    if bias is None:
        return x
    shape = (*(1,) * (len(x.shape) - 1), bias.shape[0])
    return x + bias.reshape(shape).expand(tuple(x.shape))


def _gru(xw: Any, hw: Any, h: Any) -> Any:
    (xr, xz, xn), (hr, hz, hn) = _gates(xw, 3), _gates(hw, 3)
    n = (xn + (xr + hr).sigmoid() * hn).tanh()
    return n + (xz + hz).sigmoid() * (h - n)


def _check(*args: Any) -> None:
    *inputs, what = args
    s = sources_of(tuple(inputs), what)
    for x in inputs:
        if x.dtype is not s.xw.dtype and x is not s.mask:
            raise RuntimeError(
                message(what.mode.lower(), f"tensors of dtypes {s.xw.dtype.name} and "
                        f"{x.dtype.name}", "one dtype for input, states and weights",
                        "convert the module or the input")
            )  # fmt: skip


RECURRENT_LAYER = formula_operation("recurrent_layer", _forward, _check)


# -- backward -------------------------------------------------------------------------------------
class _Factors(NamedTuple):
    """What the cotangents of all steps are multiplied with, calculated for all at once."""

    gates: Any  # (t, b, gates): of the cotangents of hidden (LSTM: cell) states, gives the gates'
    kept: Any = None  # (t, b, n): what of a state's cotangent goes to the state before
    cell: Any = None  # (t, b, h): of LSTMs, from the hidden state to the cell state


def _factors(s: Sources, record: Any, what: Recurrence) -> _Factors:
    t, b, p, width = s.sizes
    states = _part(record, 0, 0, t * b * p).reshape((t, b, p))
    h = hidden_before(states, s.h0, what.reverse)
    hw = _product(h.reshape((t * b, p)), _turned(s.weight)).reshape(tuple(s.xw.shape))
    if what.mode == "GRU":
        return _gru_factors(s.xw, _with_bias(hw, s.bias), h)
    if what.mode == "LSTM":
        cells = _part(record, 0, t * b * p, t * b * width).reshape((t, b, width))
        return _lstm_factors(s.xw + hw, hidden_before(cells, s.c0, what.reverse), cells)
    pre = s.xw + hw
    if what.mode == "RNN_TANH":
        y = pre.tanh()
        return _Factors(1.0 - y * y)
    return _Factors(pick(pre > 0.0, 1.0, 0.0, pre))


def _lstm_factors(pre: Any, before: Any, cells: Any) -> _Factors:
    i, f, g, o = _gates(pre, 4)
    i, f, g, o = i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()
    y = cells.tanh()
    gates = [
        g * i * (1.0 - i),
        before * f * (1.0 - f),
        i * (1.0 - g * g),
        y * o * (1.0 - o),  # from the hidden state
    ]
    return _Factors(_join(gates, 2), f, o * (1.0 - y * y))


def _gru_factors(xw: Any, hw: Any, h: Any) -> _Factors:
    (xr, xz, xn), (hr, hz, hn) = _gates(xw, 3), _gates(hw, 3)
    r, z = (xr + hr).sigmoid(), (xz + hz).sigmoid()
    n = (xn + r * hn).tanh()
    new = (1.0 - z) * (1.0 - n * n)
    gates = [new, new * hn * r * (1.0 - r), (h - n) * z * (1.0 - z), new * r]
    return _Factors(_join(gates, 2), z)


def _backward(*args: Any) -> Any:
    g, record, *inputs, what = args
    s = sources_of(tuple(inputs), what)
    t, b, p, width = s.sizes
    factors = _factors(s, record, what)
    gates = factors.gates.shape[2]
    gh = _part(g, 0, 0, t * b * p).reshape((t, b, p))
    gc = None
    if s.c0 is not None:
        gc = _part(g, 0, t * b * p, t * b * width).reshape((t, b, width))
    dh = dc = None
    pieces: dict[int, Any] = {}
    for at in reversed(_order(what, t)):
        mask = None if s.mask is None else _step(s.mask, at)
        dh = _step(gh, at) if dh is None else dh + _step(gh, at)
        dh, dh_kept = _split(mask, dh)
        if s.projection is not None:
            pieces[t * b * gates + at * b * p] = dh
        if gc is None:
            d = _scaled(_step(factors.gates, at), dh, dh)
            before = None if factors.kept is None else dh * _step(factors.kept, at)
            inner = d if what.mode != "GRU" else _part(d, 1, width, 3 * width)
        else:
            dc = _step(gc, at) if dc is None else dc + _step(gc, at)
            dc, dc_kept = _split(mask, dc)
            dm = dh if s.projection is None else _product(dh, s.projection)
            dc = dc + dm * _step(factors.cell, at)
            inner = d = _scaled(_step(factors.gates, at), dc, dm)
            before = None
            dc = dc * _step(factors.kept, at)
            dc = dc if mask is None else dc + dc_kept
        pieces[at * b * gates] = d
        dh = _product(inner, s.weight) if before is None else before + _product(inner, s.weight)
        dh = dh if mask is None else dh + dh_kept
    size = t * b * (gates if s.projection is None else gates + p)
    pieces[size] = dh
    size += b * p
    if dc is not None:
        pieces[size] = dc
        size += b * width
    return _gather(pieces, size)


def _scaled(factors: Any, first: Any, last: Any) -> Any:
    """(b, k * n): k factors of (b, n) times `first`, the last of them times `last`."""
    b, n = first.shape
    k = factors.shape[1] // n
    if k == 1:
        return first * factors
    shape = (b, k, n)
    g = first.reshape((b, 1, n)).expand(shape)
    if last is not first:
        is_last = index_along(factors, shape, 1) == k - 1
        g = where(is_last, last.reshape((b, 1, n)).expand(shape), g)
    return (g * factors.reshape(shape)).reshape((b, k * n))


RECURRENT_LAYER_BACKWARD = Composed("recurrent_layer_backward", _backward)


# -- pieces of a record ---------------------------------------------------------------------------
@operation("record_part")
def RECORD_PART(x: Node, start: int, shape: Shape) -> Node:
    """A piece of a flat tensor."""
    return build.reshape(build.slice_(x, (start,), (prod(shape),), (1,)), shape)


@operation("settled")
def SETTLED(x: Node) -> Node:
    return build.copy(x)


@operation("record_part_backward")
def RECORD_PART_BACKWARD(g: Node, start: int, size: int) -> Node:
    """g at its place, zeros around it."""
    count = g.type.numel
    return build.pad(build.reshape(g, (count,)), (start,), (size - start - count,), 0)
