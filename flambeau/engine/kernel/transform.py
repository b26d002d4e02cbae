"""Transform: a draft becomes a kernel. Axes are merged and ordered, loops are built, and
numbers become words, so that kernels of one structure are one kernel."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from functools import partial
from math import prod
from typing import Any

from flambeau.core import dtype as dt
from flambeau.engine.graph.primitives import EXPENSIVE
from flambeau.engine.kernel import ir
from flambeau.engine.kernel.affine import Affine
from flambeau.engine.kernel.choose import STRIP, crossing_axis, order_axes, outer_chunk, strip_width
from flambeau.engine.kernel.lower import Draft, Reduced

__all__ = ["Lowered", "Word", "finish"]


@dataclass(frozen=True)
class Word:
    """What the plan puts into one word: kind "buffer" (a Node or Scratch), "int", "scalar"
    (number i given at run time), or "record" (the error record)."""

    kind: str
    value: Any


@dataclass
class Lowered:
    """A kernel, the contents of its words, and its outermost extent with the size of a piece."""

    kernel: ir.Kernel
    words: list[Word]
    extent: int
    chunk: int
    loads: list[tuple[Any, Affine, int]]  # buffer, index, which loop: what memory planning needs
    stores: list[tuple[Any, Affine, int]]


def finish(draft: Draft) -> Lowered:
    """Loops and words for a draft."""
    indices = _indices(draft)
    _merge_axes(draft, indices)
    indices = _indices(draft)
    kept, reduced, vector = order_axes(
        draft.kept, draft.reduced, [i for _, i in indices], draft.in_order
    )
    extents = dict(kept) | dict(reduced)
    if draft.chunk is not None and not any(n == draft.chunk[0] for n, _ in reduced):
        raise AssertionError("the axis that is cut must stay")
    if draft.chunk is None and vector is not None and vector in dict(kept):
        if draft.in_order and reduced:
            kept, reduced = _rows_outside(draft, kept, reduced, vector)
        elif not reduced:
            memory = [i for use, i in indices if use == "memory"]
            crossing = crossing_axis(kept, vector, memory)
            if crossing is not None:  # strips of that axis, walked along the other one
                kept, vector = _in_strips(draft, kept, vector, crossing)
    loads, stores = _accesses(draft)
    words = _Words(vector)
    body = _loops(draft, kept, reduced, vector, words)
    kernel = ir.Kernel("kernel", tuple(words.arguments), body)
    extent = kept[0][1] if kept else 1
    total = prod(extents.values())
    weight = 4 if _is_heavy(draft) else 1
    chunk = outer_chunk(
        extent, total, weight, vector is not None and kept[:1] == [(vector, extent)]
    )
    return Lowered(kernel, words.contents, extent, chunk, loads, stores)


def _rows_outside(draft: Draft, kept: list, reduced: list, vector: str) -> tuple[list, list]:
    """Writes into places that are read, in order: the rows outside and the vector axis inside, so
    that memory is read as it lies; strips of the vector axis are shared among threads."""
    (part, *others) = draft.parts
    if others or not isinstance(part, Reduced):
        return kept, reduced  # something is accumulated along the rows
    extents = dict(kept)
    width = strip_width(extents[vector])
    strips = ("strip", -(-extents[vector] // width))
    draft.parts = [list(part.body)]
    draft.chunk = (vector, width, "strip")  # type: ignore[arg-type]
    outer = [a for a in kept if a[0] != vector]
    return [strips, *outer, *reduced, (vector, extents[vector])], []


def _in_strips(draft: Draft, kept: list, vector: str, crossing: str) -> tuple[list, str]:
    """The loops for a transposition: strips of the crossing axis, the old vector axis, and inside
    a strip's elements together, which lie beside each other in what is read crosswise."""
    extents = dict(kept)
    outer = [a for a in kept if a[0] not in (vector, crossing)]
    strips = ("strip", -(-extents[crossing] // STRIP))
    draft.chunk = (crossing, STRIP, "strip")
    inner = [(name, extents[name]) for name in (vector, crossing)]
    return [strips, *outer, *inner], crossing


# -- collecting ---------------------------------------------------------------------------------
def _statements(draft: Draft) -> list[tuple[int, ir.Statement]]:
    """(number of the loop, statement)."""
    found = []
    for i, part in enumerate(draft.parts):
        for s in part.body if isinstance(part, Reduced) else part:
            found.append((i, s))
    return found


def _accesses(draft: Draft) -> tuple[list, list]:
    loads, stores = [], []
    for i, s in _statements(draft):
        for e in ir.walk_expressions((s,)):
            if isinstance(e, ir.Load):
                loads.append((e.buffer, e.index, i))
        if isinstance(s, ir.Store):
            stores.append((s.buffer, s.index, i))
    return loads, stores


def _indices(draft: Draft) -> list[tuple[str, Affine]]:
    """Every index with its use: "memory" or "value"."""
    found: list[tuple[str, Affine]] = []
    for _, s in _statements(draft):
        for e in ir.walk_expressions((s,)):
            if isinstance(e, ir.Load):
                found.append(("memory", e.index))  # type: ignore[arg-type]
            elif isinstance(e, ir.Coordinate):
                found.append(("value", e.index))  # type: ignore[arg-type]
        if isinstance(s, ir.Store):
            found.append(("memory", s.index))  # type: ignore[arg-type]
    return found


def _is_heavy(draft: Draft) -> bool:
    for _, s in _statements(draft):
        for e in ir.walk_expressions((s,)):
            if isinstance(e, ir.Apply) and e.name in EXPENSIVE:
                return True
    return False


# -- merging axes -------------------------------------------------------------------------------
def _merge_axes(draft: Draft, indices: list[tuple[str, Affine]]) -> None:
    """Join neighbouring axes that every index walks as one."""
    locked = {draft.chunk[0], draft.chunk[2]} if draft.chunk else set()
    for axes in (draft.kept, draft.reduced):
        i = 0
        while i + 1 < len(axes):
            (outer, n), (inner, m) = axes[i], axes[i + 1]
            if (
                outer in locked
                or inner in locked
                or not all(x.coefficient(outer) == x.coefficient(inner) * m for _, x in indices)
            ):
                i += 1
                continue
            _rewrite_indices(draft, partial(_without, name=outer))
            indices[:] = [(use, _without(x, outer)) for use, x in indices]
            axes[i : i + 2] = [(inner, n * m)]
            i = max(i - 1, 0)


def _without(index: Affine, name: str) -> Affine:
    return Affine(tuple((f, c) for f, c in index.terms if f != name), index.offset)


def _rewrite_indices(draft: Draft, change: Callable[[Affine], Affine]) -> None:
    def expr(e: Any) -> Any:
        if isinstance(e, Affine):
            terms = tuple((f if isinstance(f, str) else expr(f), c) for f, c in e.terms)
            return change(Affine(terms, e.offset))
        if isinstance(e, tuple) and not hasattr(e, "_fields"):
            return tuple(expr(x) for x in e)
        if isinstance(
            e, (ir.Load, ir.Coordinate, ir.Apply, ir.Let, ir.Accumulate, ir.Store, ir.Check)
        ):
            return replace(e, **{f.name: expr(getattr(e, f.name)) for f in fields(e)})
        return e

    for part in draft.parts:
        body = part.body if isinstance(part, Reduced) else part
        body[:] = [expr(s) for s in body]


# -- words --------------------------------------------------------------------------------------
class _Words:
    """Argument words in order of first use."""

    def __init__(self, vector: str | None) -> None:
        self.vector = vector
        self.arguments: list[ir.Argument] = []
        self.contents: list[Word] = []
        self.found: dict[Any, int] = {}
        self.indices: dict[Affine, ir.Index] = {}

    def _add(self, argument: ir.Argument, word: Word) -> int:
        self.arguments.append(argument)
        self.contents.append(word)
        return len(self.arguments) - 1

    def buffer(self, buffer: Any, dtype: dt.DType, output: bool) -> int:
        key = ("buffer", buffer)
        at = self.found.get(key)
        if at is None:
            at = self.found[key] = self._add(
                ir.Argument("buffer", dtype, output), Word("buffer", buffer)
            )
        elif output:
            self.arguments[at] = ir.Argument("buffer", dtype, True)
        return at

    def extent(self, name: str, value: int) -> int:
        key = ("extent", name)
        if key not in self.found:
            self.found[key] = self.integer(value)
        return self.found[key]

    def integer(self, value: int) -> int:
        return self._add(ir.Argument("int"), Word("int", value))

    def scalar(self, index: int, dtype: dt.DType) -> int:
        key = ("scalar", index, dtype)
        if key not in self.found:
            self.found[key] = self._add(ir.Argument("scalar", dtype), Word("scalar", index))
        return self.found[key]

    def record(self) -> int:
        if "record" not in self.found:
            self.found["record"] = self._add(ir.Argument("int"), Word("record", None))
        return self.found["record"]

    def index(self, affine: Affine) -> ir.Index:
        made = self.indices.get(affine)
        if made is None:
            terms = []
            for factor, coefficient in affine.terms:
                f = factor if isinstance(factor, str) else self.expr(factor)
                if coefficient == 1 and (factor == self.vector or not isinstance(factor, str)):
                    terms.append(ir.Term(f, literal=1))
                else:
                    terms.append(ir.Term(f, word=self.integer(coefficient)))
            offset = self.integer(affine.offset) if affine.offset else None
            made = self.indices[affine] = ir.Index(tuple(terms), offset)
        return made

    def expr(self, e: Any) -> Any:
        match e:
            case ir.Load():
                mask = self.expr(e.mask) if e.mask is not None else None
                buffer = self.buffer(e.buffer, e.dtype, False)
                return ir.Load(buffer, self.index(e.index), e.dtype, mask)  # type: ignore[arg-type]
            case ir.Coordinate():
                return ir.Coordinate(self.index(e.index))  # type: ignore[arg-type]
            case ir.Apply():
                return ir.Apply(e.name, tuple(self.expr(a) for a in e.args), e.dtype)
            case ir.ScalarArgument():
                kind = e.word[0]  # type: ignore[index]
                if kind == "limit":
                    return ir.ScalarArgument(
                        self._add(ir.Argument("scalar", dt.int64), Word("int", e.word[1])),  # type: ignore[index]
                        dt.int64,
                    )
                return ir.ScalarArgument(self.scalar(e.word[1], e.word[2]), e.dtype)  # type: ignore[index]
        return e

    def statement(self, s: ir.Statement) -> ir.Statement:
        match s:
            case ir.Let():
                return ir.Let(s.name, self.expr(s.value))
            case ir.Accumulate():
                position = self.expr(s.position) if s.position is not None else None
                return ir.Accumulate(s.name, self.expr(s.value), position)
            case ir.Store():
                value = self.expr(s.value)
                mask = self.expr(s.mask) if s.mask is not None else None
                dtype = s.buffer.dtype  # type: ignore[attr-defined]
                buffer = self.buffer(s.buffer, dtype, True)
                return ir.Store(buffer, self.index(s.index), value, mask, s.combine)  # type: ignore[arg-type]
            case ir.Check():
                return ir.Check(self.expr(s.value), self.integer(s.limit), self.record())
        return s


# -- loops --------------------------------------------------------------------------------------
def _loops(
    draft: Draft, kept: list, reduced: list, vector: str | None, words: _Words
) -> tuple[ir.Statement, ...]:
    body: list[ir.Statement] = []
    for part in draft.parts:
        if isinstance(part, Reduced):
            if part.body:
                body += _nest(
                    reduced, tuple(words.statement(s) for s in part.body), vector, words, draft
                )
        else:
            body += [words.statement(s) for s in part]
    axes = kept or [("one", 1)]
    nest = _nest(axes, tuple(body), vector, words, draft)
    assert isinstance(nest[0], ir.Loop)
    return (replace(nest[0], parallel=True),)


def _nest(
    axes: list, body: tuple[ir.Statement, ...], vector: str | None, words: _Words, draft: Draft
) -> tuple[ir.Statement, ...]:
    for name, extent in reversed(axes):
        loop = ir.Loop(name, words.extent(name, extent), body, vector=name == vector)
        if draft.chunk is not None and name == draft.chunk[0]:
            key = ("extent", "piece")
            if key not in words.found:
                words.found[key] = words.integer(draft.chunk[1])
            loop = replace(loop, chunk=words.found[key], chunk_of=draft.chunk[2])
        body = (loop,)
    if not axes:
        return body
    return body
