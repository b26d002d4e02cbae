"""The meaning of kernel IR on NumPy: one kernel, run statement by statement.

Loops run in Python, except the one marked `vector`: its body is executed once, on arrays with
one lane for each index. Arithmetic is that of the graph's primitives, so a kernel and the nodes
that it came from are compared through one definition; what differs is which loops there are and
which element each access touches. Sums that the vector loop runs along are taken in another
order than by machine code.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from flambeau.core import dtype as dt
from flambeau.core.dtype import DType
from flambeau.engine.graph.meaning.elementwise import elementwise, threefry
from flambeau.engine.graph.meaning.values import hold, narrow, number, store
from flambeau.engine.kernel import ir

__all__ = ["run_kernel"]

Array = np.ndarray[Any, Any]

# accumulators and combining stores -> the primitive that combines two values
_PRIMITIVE = {
    "sum": "add", "prod": "mul", "max": "maximum", "min": "minimum",
    "add": "add", "mul": "mul",
}  # fmt: skip


def run_kernel(
    kernel: ir.Kernel, words: Sequence[int], buffers: Mapping[int, Array], begin: int, end: int
) -> None:
    """Run the outermost loop of `kernel` from `begin` to `end`.

    `words[i]` is the int64 of an "int" or "scalar" argument; `buffers[i]` is the memory of a
    "buffer" argument as a flat array of the storage dtype, and, for the word of an error record,
    an int64 array of three. IndexError if an access leaves its array.
    """
    with np.errstate(all="ignore"):
        _Run(kernel, words, buffers).outermost(begin, end)


@dataclass
class _Accumulator:
    declare: ir.Declare
    value: Array
    position: Array | None  # argmax and argmin: of the best so far, -1 before the first


def neutral(operator: str, dtype: DType) -> Array:
    """The value that changes nothing when combined, as it is held."""
    if operator in ("sum", "prod"):
        return number(int(operator == "prod"), dtype)
    is_lowest = operator in ("max", "argmax")
    if dtype.category == "bool":
        return np.array(not is_lowest)
    if dtype.category == "int":
        info = np.iinfo(dtype.numpy)
        return number(int(info.min if is_lowest else info.max), dtype)
    return number(float("-inf") if is_lowest else float("inf"), dtype)


class _Run:
    """One execution: the values of names and axes, each without dims or one for each lane."""

    def __init__(
        self, kernel: ir.Kernel, words: Sequence[int], buffers: Mapping[int, Array]
    ) -> None:
        self.kernel = kernel
        self.words = words
        self.buffers = buffers
        self.axes: dict[str, Any] = {}
        self.names: dict[str, tuple[Array, DType]] = {}
        self.accumulators: dict[str, _Accumulator] = {}
        self.lanes: int | None = None  # inside a vector loop: how many indices run together

    def outermost(self, begin: int, end: int) -> None:
        (loop,) = self.kernel.body
        assert isinstance(loop, ir.Loop) and loop.parallel
        self.indices(loop, begin, end)

    # -- statements ---------------------------------------------------------------------------
    def indices(self, loop: ir.Loop, begin: int, end: int) -> None:
        if loop.vector and self.lanes is None:
            if end > begin:
                self.lanes = end - begin
                self.axes[loop.axis] = np.arange(begin, end, dtype=np.int64)
                self.body(loop.body)
                self.lanes = None
            return
        for i in range(begin, end):
            self.axes[loop.axis] = np.int64(i)
            self.body(loop.body)

    def body(self, statements: tuple[ir.Statement, ...]) -> None:
        names, accumulators = dict(self.names), dict(self.accumulators)
        for s in statements:
            self.statement(s)
        self.names, self.accumulators = names, accumulators

    def statement(self, s: ir.Statement) -> None:
        match s:
            case ir.Loop():
                self.inner_loop(s)
            case ir.Let():
                self.names[s.name] = self.value(s.value), ir_dtype(s.value)
            case ir.Declare():
                self.accumulators[s.name] = self.declare(s)
            case ir.Accumulate():
                self.accumulate(s)
            case ir.Store():
                self.store(s)
            case ir.Check():
                self.check(s)

    def inner_loop(self, s: ir.Loop) -> None:
        extent = int(self.words[s.extent])
        if s.chunk is None:
            self.indices(s, 0, extent)
            return
        assert s.chunk_of is not None
        piece, outer = int(self.words[s.chunk]), self.axes[s.chunk_of]
        if np.ndim(outer):
            raise ValueError(f"interpret: the pieces of loop {s.axis} differ from lane to lane")
        self.indices(s, piece * int(outer), min(piece * (int(outer) + 1), extent))

    def declare(self, s: ir.Declare) -> _Accumulator:
        shape = () if self.lanes is None else (self.lanes,)
        value = np.broadcast_to(neutral(s.operator, s.of or s.dtype), shape)
        position = None if s.of is None else np.full(shape, -1, np.int64)
        return _Accumulator(s, value, position)

    def accumulate(self, s: ir.Accumulate) -> None:
        a = self.accumulators[s.name]
        value = self.spread(self.value(s.value))
        dtype = a.declare.of or a.declare.dtype
        folds = self.lanes is not None and not a.value.shape
        if a.position is None:
            if folds:
                value = _fold(a.declare.operator, value, dtype)
            a.value = _combine(a.declare.operator, a.value, value, dtype)
            return
        assert s.position is not None
        position = self.spread(self.value(s.position))
        if folds:
            value, position = _fold_best(a.declare.operator, value, position)
        wins = _is_better(a.declare.operator, value, position, a.value, a.position)
        a.value = np.where(wins, value, a.value)
        a.position = np.where(wins, position, a.position)

    def spread(self, value: Array) -> Array:
        return value if self.lanes is None else np.broadcast_to(value, (self.lanes,))

    def store(self, s: ir.Store) -> None:
        dtype = self.kernel.arguments[s.buffer].dtype
        assert dtype is not None
        value, at = self.value(s.value), self.index(s.index)
        mask = None if s.mask is None else self.value(s.mask)
        value, at = np.broadcast_arrays(value, at)
        if mask is not None:
            value, at, mask = np.broadcast_arrays(value, at, mask)
            value, at = value[mask], at[mask]
        memory = self.memory(s.buffer, at)
        if s.combine is None:
            memory[at] = store(value, dtype)
            return
        # in order, one after the other: lanes may share an element
        for i, v in zip(at.reshape(-1), value.reshape(-1), strict=True):
            old = hold(np.asarray(memory[i]), dtype)
            memory[i] = store(_combine(s.combine, old, np.asarray(v), dtype), dtype)

    def check(self, s: ir.Check) -> None:
        limit = int(self.words[s.limit])
        value = np.atleast_1d(self.value(s.value))
        wrong = value[(value < 0) | (value >= limit)]
        if wrong.size:
            self.buffers[s.record][:3] = 1, int(wrong[0]), limit

    # -- values -------------------------------------------------------------------------------
    def value(self, e: ir.Expr) -> Array:
        match e:
            case ir.Const():
                return number(e.value, e.dtype)
            case ir.ScalarArgument():
                return self.scalar(e)
            case ir.Ref():
                return self.reference(e)
            case ir.Coordinate():
                return self.index(e.index)
            case ir.Load():
                return self.load(e)
            case ir.Apply():
                return self.apply(e)
        raise TypeError(f"interpret: {e!r} is no expression")

    def scalar(self, e: ir.ScalarArgument) -> Array:
        word = int(self.words[e.word])
        if e.dtype.category == "float":
            (real,) = struct.unpack("<d", struct.pack("<q", word))
            # as machine code does: first float32, then the half
            return narrow(np.float64(real) if e.dtype is dt.float64 else np.float32(real), e.dtype)
        return number(word, e.dtype)

    def reference(self, e: ir.Ref) -> Array:
        if e.name in self.accumulators and e.name not in self.names:
            a = self.accumulators[e.name]
            return a.value if a.position is None else a.position
        return self.names[e.name][0]

    def index(self, index: ir.Index) -> Array:
        total: Any = np.int64(0 if index.offset is None else self.words[index.offset])
        for t in index.terms:
            factor = self.axes[t.factor] if isinstance(t.factor, str) else self.value(t.factor)
            scale = t.literal if t.literal is not None else int(self.words[t.word or 0])
            total = total + np.int64(scale) * factor
        return np.asarray(total)

    def load(self, e: ir.Load) -> Array:
        at = self.index(e.index)
        if e.mask is None:
            return hold(np.asarray(self.memory(e.buffer, at)[at]), e.dtype)
        mask, at = np.broadcast_arrays(self.value(e.mask), at)
        result = np.zeros(at.shape, e.dtype.numpy)
        result[mask] = self.memory(e.buffer, at[mask])[at[mask]]
        return hold(result, e.dtype)

    def memory(self, buffer: int, at: Array) -> Array:
        memory = self.buffers[buffer]
        if at.size and (at.min() < 0 or at.max() >= memory.size):
            raise IndexError(
                f"interpret: access of elements {at.min()} .. {at.max()} of w{buffer}, "
                f"which has {memory.size}"
            )
        return memory

    def apply(self, e: ir.Apply) -> Array:
        args = [self.value(a) for a in e.args]
        if e.name == "random_bits":
            return np.asarray(threefry(*args))
        return elementwise(e.name, args, [ir_dtype(a) for a in e.args], e.dtype)


def ir_dtype(e: ir.Expr) -> DType:
    """The dtype of an expression."""
    return dt.int64 if isinstance(e, ir.Coordinate) else e.dtype


def _combine(operator: str, a: Array, b: Array, dtype: DType) -> Array:
    name = _PRIMITIVE[operator]
    return elementwise(name, [a, b], [dtype, dtype], dtype)


def _fold(operator: str, values: Array, dtype: DType) -> Array:
    """The lanes' values as one, pairwise."""
    result = values
    while result.size > 1:
        half = result.size // 2
        rest = result[2 * half :]
        result = _combine(operator, result[:half], result[half : 2 * half], dtype)
        result = np.concatenate([result, rest])
    return result.reshape(())


def _is_better(operator: str, new: Array, at: Array, old: Array, before: Array) -> Array:
    """Larger (smaller) wins, NaN above all, and the lower position among equals."""
    wins = np.asarray(new > old if operator == "argmax" else new < old)
    same = new == old
    if np.asarray(new).dtype.kind == "f":
        wins = wins | (np.isnan(new) & ~np.isnan(old))
        same = same | (np.isnan(new) & np.isnan(old))
    return np.asarray(((wins | (same & (at < before))) | (before < 0)) & (at >= 0))


def _fold_best(operator: str, values: Array, positions: Array) -> tuple[Array, Array]:
    valid = positions >= 0
    if not valid.any():
        return values[:1].reshape(()), np.array(-1)
    values, positions = values[valid], positions[valid]
    best = (np.argmax if operator == "argmax" else np.argmin)(values)  # a NaN wins here too
    chosen = values[best]
    same = np.isnan(values) if chosen != chosen else values == chosen
    return np.asarray(chosen), np.asarray(positions[same].min())
