"""Kernel IR: one kernel as loops over scalars, independent of sizes and of the target.

A kernel is a tree of statements. Sizes, strides and offsets are not in it: they are *words*,
64-bit entries of the argument table that the kernel gets when it runs, so one kernel serves
all sizes. `engine/kernel/interpret.py` gives the meaning on NumPy; `engine/codegen/emit.py`
writes LLVM IR.

The machine-level signature is `void kernel(int64_t* words, int64_t begin, int64_t end)`: the
outermost loop, which is `parallel`, runs from begin to end.

Vectors: at most one loop on a path is marked `vector`; its body is executed for several
consecutive indices at once. An accumulator that is declared outside a vector loop and
accumulated inside it has one partial value for each lane (and for each unrolled copy); they
are combined, in a fixed order, when the loop ends. An accumulator declared inside a vector
loop is per lane. Results therefore depend on the lane count but never on the thread count.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Union

from flambeau.core.dtype import DType

__all__ = [
    "Accumulate", "Apply", "Argument", "Check", "Const", "Coordinate", "Declare", "Expr", "Index",
    "Kernel", "Let", "Load", "Loop", "Ref", "ScalarArgument", "Statement", "Store", "Term",
    "format_kernel", "walk_expressions", "walk_statements",
]  # fmt: skip


# -- words --------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Argument:
    """What word `i` of the argument table holds (its position in `Kernel.arguments` is i).

    kind "buffer": the address of elements of `dtype`; `output` if the kernel writes there.
    kind "int": an int64: an extent, a stride in elements, an offset in elements.
    kind "scalar": a number of `dtype`, given as the bits of a float64 (float dtypes),
    or as an int64 (integers and bool).
    """

    kind: str
    dtype: DType | None = None
    output: bool = False


# -- index arithmetic ---------------------------------------------------------------------------
Factor = Union[str, "Expr"]  # a loop axis, or an integer expression (data-dependent index)
Int = int  # a word number; literal coefficients are Term.literal


@dataclass(frozen=True)
class Term:
    """coefficient * factor; the coefficient is the literal if given, else the int64 in `word`."""

    factor: Factor
    literal: int | None = None
    word: int | None = None


@dataclass(frozen=True)
class Index:
    """offset + the sum of the terms, in elements. `offset` is a word, or None for zero."""

    terms: tuple[Term, ...] = ()
    offset: int | None = None


# -- expressions: a scalar for each point of the loops around ------------------------------------
@dataclass(frozen=True)
class Load:
    """Element `index` of the buffer in word `buffer`; where `mask` (bool) is false nothing is
    read and the value is 0."""

    buffer: int
    index: Index
    dtype: DType
    mask: Expr | None = None


@dataclass(frozen=True)
class Const:
    value: bool | int | float
    dtype: DType


@dataclass(frozen=True)
class ScalarArgument:
    """The number in word `word`."""

    word: int
    dtype: DType


@dataclass(frozen=True)
class Coordinate:
    """An index as an int64 value."""

    index: Index


@dataclass(frozen=True)
class Apply:
    """An elementwise primitive by name, or one of IR's own (see below); `dtype` of the result.

    "convert" and "bitcast" take their target from `dtype`. IR's own: "random_bits"(key0, key1,
    counter as int64) -> uint32.
    Float16 and bfloat16 arithmetic is done in float32 and rounded after each primitive.
    """

    name: str
    args: tuple[Expr, ...]
    dtype: DType


@dataclass(frozen=True)
class Ref:
    """The value bound by Let, or of an accumulator."""

    name: str
    dtype: DType


Expr = Load | Const | ScalarArgument | Coordinate | Apply | Ref


# -- statements ---------------------------------------------------------------------------------
@dataclass(frozen=True)
class Loop:
    """axis = 0 .. extent-1 (the int64 in word `extent`).

    `parallel` only on the outermost loop. `vector`: consecutive indices may run together.
    `chunk`: word of c; then axis counts chunk elements of a longer axis: the loop runs over
    min(c, extent - c * outer), where outer is the axis named `chunk_of`, and inside the body the
    axis stands for c * outer + its own index. (Used to cut a long reduction into fixed pieces.)
    """

    axis: str
    extent: int
    body: tuple[Statement, ...]
    parallel: bool = False
    vector: bool = False
    chunk: int | None = None
    chunk_of: str | None = None


@dataclass(frozen=True)
class Let:
    """name = value, for the rest of this body and the bodies inside."""

    name: str
    value: Expr


@dataclass(frozen=True)
class Declare:
    """An accumulator with the operator's neutral value.

    operator: sum, prod, max, min (NaN-propagating), argmax, argmin (first of equals, NaN wins).
    argmax/argmin have dtype int64 and compare values of `of`.
    """

    name: str
    operator: str
    dtype: DType
    of: DType | None = None


@dataclass(frozen=True)
class Accumulate:
    """Combine `value` into accumulator `name`; argmax/argmin also take the int64 `position`."""

    name: str
    value: Expr
    position: Expr | None = None


@dataclass(frozen=True)
class Store:
    """Write `value` to element `index` of the buffer in word `buffer`, where `mask` is true.

    `combine` "add", "mul", "max", "min": read, combine, write (scatter; the loops around run
    in order, so equal targets add up).
    """

    buffer: int
    index: Index
    value: Expr
    mask: Expr | None = None
    combine: str | None = None


@dataclass(frozen=True)
class Check:
    """Report an index outside 0 <= value < limit (int64 in word `limit`).

    The first failing value is written to the error record, three int64 at the address in word
    `record`: [1, value, limit]; the kernel goes on with memory accesses clamped by the lowering.
    """

    value: Expr
    limit: int
    record: int


Statement = Loop | Let | Declare | Accumulate | Store | Check


@dataclass(frozen=True)
class Kernel:
    """Arguments by word number, and the body: one parallel Loop."""

    name: str
    arguments: tuple[Argument, ...]
    body: tuple[Statement, ...]

    def __repr__(self) -> str:
        return format_kernel(self)


# -- walking and printing -----------------------------------------------------------------------
def walk_statements(body: tuple[Statement, ...]) -> Iterator[Statement]:
    """Every statement that is no loop, in the order of the text."""
    for s in body:
        if isinstance(s, Loop):
            yield from walk_statements(s.body)
        else:
            yield s


def walk_expressions(body: tuple[Statement, ...]) -> Iterator[Expr]:
    """Every expression in the statements, outermost first."""
    for s in body:
        match s:
            case Loop():
                yield from walk_expressions(s.body)
            case Let():
                yield from _inside(s.value)
            case Accumulate():
                yield from _inside(s.value)
                if s.position is not None:
                    yield from _inside(s.position)
            case Store():
                yield from _of_index(s.index)
                yield from _inside(s.value)
                if s.mask is not None:
                    yield from _inside(s.mask)
            case Check():
                yield from _inside(s.value)


def _of_index(index: Index) -> Iterator[Expr]:
    for term in index.terms:
        # while a kernel is lowered its indices are Affine, whose terms are pairs
        factor = term[0] if isinstance(term, tuple) else term.factor
        if not isinstance(factor, str):
            yield from _inside(factor)


def _inside(e: Expr) -> Iterator[Expr]:
    yield e
    match e:
        case Load():
            yield from _of_index(e.index)
            if e.mask is not None:
                yield from _inside(e.mask)
        case Coordinate():
            yield from _of_index(e.index)
        case Apply():
            for a in e.args:
                yield from _inside(a)


def format_kernel(kernel: Kernel) -> str:
    """Readable text; equal kernels have equal text, so it also serves as the cache key."""
    heads = [
        f"w{i}:{a.kind}{'.' + a.dtype.name if a.dtype else ''}{'!' if a.output else ''}"
        for i, a in enumerate(kernel.arguments)
    ]
    lines = [f"kernel({', '.join(heads)})"]
    _format_body(kernel.body, 1, lines)
    return "\n".join(lines)


def _format_body(body: tuple[Statement, ...], depth: int, lines: list[str]) -> None:
    pad = "  " * depth
    for s in body:
        match s:
            case Loop():
                marks = " parallel" * s.parallel + " vector" * s.vector
                if s.chunk is not None:
                    marks += f" chunk w{s.chunk} of {s.chunk_of}"
                lines.append(f"{pad}for {s.axis} in w{s.extent}{marks}:")
                _format_body(s.body, depth + 1, lines)
            case Let():
                lines.append(f"{pad}{s.name} = {format_expr(s.value)}")
            case Declare():
                of = f" of {s.of.name}" if s.of else ""
                lines.append(f"{pad}declare {s.name} {s.operator} {s.dtype.name}{of}")
            case Accumulate():
                at = f" at {format_expr(s.position)}" if s.position is not None else ""
                lines.append(f"{pad}{s.name} <- {format_expr(s.value)}{at}")
            case Store():
                mask = f" if {format_expr(s.mask)}" if s.mask is not None else ""
                op = "=" if s.combine is None else f"{s.combine}="
                lines.append(
                    f"{pad}w{s.buffer}[{format_index(s.index)}] {op} {format_expr(s.value)}{mask}"
                )
            case Check():
                lines.append(f"{pad}check {format_expr(s.value)} < w{s.limit} into w{s.record}")


def format_index(index: Index) -> str:
    parts = [] if index.offset is None else [f"w{index.offset}"]
    for t in index.terms:
        factor = t.factor if isinstance(t.factor, str) else format_expr(t.factor)
        scale = f"w{t.word}" if t.literal is None else str(t.literal)
        parts.append(factor if t.literal == 1 else f"{scale}*{factor}")
    return " + ".join(parts) or "0"


def format_expr(e: Expr) -> str:
    match e:
        case Load():
            mask = f" if {format_expr(e.mask)}" if e.mask is not None else ""
            return f"w{e.buffer}[{format_index(e.index)}{mask}]"
        case Const():
            return f"{e.value!r}:{e.dtype.name}"
        case ScalarArgument():
            return f"w{e.word}:{e.dtype.name}"
        case Coordinate():
            return f"({format_index(e.index)})"
        case Apply():
            return f"{e.name}.{e.dtype.name}({', '.join(format_expr(a) for a in e.args)})"
        case Ref():
            return e.name
    raise TypeError(f"format_expr: {e!r} is no expression")
