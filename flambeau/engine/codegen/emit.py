"""Emit: kernel IR becomes LLVM IR for a target.

The body of a vector loop is written for `unroll` groups of `lanes` consecutive indices at once
(a main loop without masks), then for one masked group at a time (the tail). A value is either
uniform (one scalar for all lanes) or a list of one vector for each group.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from flambeau.core import dtype as dt
from flambeau.core.device import Target
from flambeau.core.dtype import DType
from flambeau.core.errors import NotCompiled
from flambeau.engine.codegen import operators
from flambeau.engine.codegen.text import Text
from flambeau.engine.codegen.values import (
    bfloat_bits,
    constant,
    memory_type,
    register_type,
    round_half,
    splat,
    suffix,
    vector,
)
from flambeau.engine.kernel import ir

__all__ = ["emit_kernel", "module_text"]

REDUCTION_UNROLL = 4  # independent accumulators hide the latency of addition
UNROLL = 2
HEAVY_UNROLL = 1  # long polynomials fill the pipeline by themselves


@dataclass
class Value:
    """A value in registers: one scalar for all lanes, or one vector for each group."""

    names: list[str]
    dtype: DType
    uniform: bool


@dataclass(frozen=True)
class Lanes:
    """How the body is being written: lanes of a group, first index of each group, tail mask."""

    axis: str | None = None
    lanes: int = 0  # 0: scalar code
    groups: int = 1
    mask: str | None = None


@dataclass
class Accumulator:
    """Variables of an accumulator: one for each group; `lanes` as where it is declared or
    accumulated."""

    declare: ir.Declare
    variables: list[str]
    positions: list[str]
    lanes: int
    per_lane: bool = False  # declared inside the vector loop: lanes stay apart


class Emitter:
    """Writes one kernel."""

    def __init__(self, kernel: ir.Kernel, target: Target) -> None:
        self.kernel = kernel
        self.target = target
        self.text = Text()
        self.words: dict[tuple[int, str], str] = {}
        self.word_lines: list[str] = []
        self.axes: dict[str, str] = {}
        self.names: dict[str, Value] = {}
        self.accumulators: dict[str, Accumulator] = {}
        self.mode = Lanes()

    # -- words --------------------------------------------------------------------------------
    def word(self, number: int, type: str) -> str:
        """The word as a value of `type`, loaded once at the start of the kernel."""
        found = self.words.get((number, type))
        if found is None:
            pointer, found = self.text.fresh(), self.text.fresh()
            self.word_lines.append(f"  {pointer} = getelementptr i64, ptr %words, i64 {number}")
            load = f"load {type}, ptr {pointer}, align 8"
            self.word_lines.append(f"  {found} = {load}")
            self.words[number, type] = found
        return found

    # -- statements ---------------------------------------------------------------------------
    def run(self) -> None:
        (loop,) = self.kernel.body
        assert isinstance(loop, ir.Loop) and loop.parallel
        self.loop(loop, "%begin", "%end")

    def body(self, statements: tuple[ir.Statement, ...]) -> None:
        names, accumulators = dict(self.names), dict(self.accumulators)
        for k, s in enumerate(statements):
            self.statement(s)
            if isinstance(s, ir.Loop):
                self.close_accumulators(accumulators, s, statements[k + 1 :])
        self.names, self.accumulators = names, accumulators

    def close_accumulators(
        self, outside: dict[str, Accumulator], loop: ir.Loop, rest: tuple[ir.Statement, ...]
    ) -> None:
        """Fold what `loop` was the last to accumulate: once here, not wherever it is used."""
        later = {s.name for s in _flat(rest) if isinstance(s, ir.Accumulate)}
        for s in _flat(loop.body):
            if not isinstance(s, ir.Accumulate) or s.name in later or s.name in self.names:
                continue
            a = self.accumulators.get(s.name)  # None: declared inside the loop
            if a is not None and s.name not in outside and a.lanes and not a.per_lane:
                self.names[s.name] = self.accumulated(a)

    def statement(self, s: ir.Statement) -> None:
        match s:
            case ir.Loop():
                self.inner_loop(s)
            case ir.Let():
                self.names[s.name] = self.value(s.value)
            case ir.Declare():
                self.accumulators[s.name] = self.declare(s)
            case ir.Accumulate():
                self.accumulate(s)
            case ir.Store():
                self.store(s)
            case ir.Check():
                self.check(s)

    def inner_loop(self, s: ir.Loop) -> None:
        extent = self.word(s.extent, "i64")
        if s.chunk is None:
            self.loop(s, "0", extent)
            return
        piece = self.word(s.chunk, "i64")
        assert s.chunk_of is not None
        begin = self.text.op(f"mul nsw i64 {piece}, {self.axes[s.chunk_of]}")
        end = self.text.op(f"add nsw i64 {begin}, {piece}")
        end = self.text.call("i64", "llvm.smin.i64", ("i64", end), ("i64", extent))
        self.loop(s, begin, end)

    def loop(self, s: ir.Loop, begin: str, end: str) -> None:
        if not s.vector:
            with self.text.loop(begin, end) as i:
                self.axes[s.axis] = i
                self.body(s.body)
            return
        lanes = self.lanes_of(s.body)
        if lanes < 2 or self.must_be_scalar(s):
            with self.text.loop(begin, end) as i:
                self.axes[s.axis] = i
                self.body(s.body)
            return
        groups = self.unroll_of(s.body)
        self.vector_loop(s, begin, end, lanes, groups)

    def vector_loop(self, s: ir.Loop, begin: str, end: str, lanes: int, groups: int) -> None:
        text = self.text
        before = self.mode
        self.widen_accumulators(s.body, lanes, groups)
        count = text.op(f"sub nsw i64 {end}, {begin}")
        step = lanes * groups
        whole = text.op(f"srem i64 {count}, {step}")
        middle = text.op(f"sub nsw i64 {end}, {whole}")
        positive = text.op(f"icmp sgt i64 {count}, 0")
        middle = text.op(f"select i1 {positive}, i64 {middle}, i64 {begin}")
        with text.loop(begin, middle, str(step)) as i:
            self.axes[s.axis] = i
            self.mode = Lanes(s.axis, lanes, groups)
            self.body(s.body)
        with text.loop(middle, end, str(lanes)) as i:
            self.axes[s.axis] = i
            left = text.op(f"sub nsw i64 {end}, {i}")
            v = f"<{lanes} x i64>"
            mask = text.op(
                f"icmp slt {v} {self.lane_numbers(lanes)}, {splat(text, left, 'i64', lanes)}"
            )
            self.mode = Lanes(s.axis, lanes, 1, mask)
            self.body(s.body)
        self.mode = before

    def lane_numbers(self, lanes: int) -> str:
        return f"<{', '.join(f'i64 {k}' for k in range(lanes))}>"

    def lanes_of(self, body: tuple[ir.Statement, ...]) -> int:
        widest = 4
        for e in ir.walk_expressions(body):
            if isinstance(e, (ir.Load, ir.Apply, ir.Const)) and e.dtype.itemsize > widest:
                if isinstance(e, ir.Const) or (isinstance(e, ir.Apply) and self.is_index(e)):
                    continue
                widest = e.dtype.itemsize
        return self.target.lanes(widest)

    def is_index(self, e: ir.Apply) -> bool:
        return all(isinstance(a, (ir.Const, ir.ScalarArgument)) for a in e.args)

    def unroll_of(self, body: tuple[ir.Statement, ...]) -> int:
        names = [e.name for e in ir.walk_expressions(body) if isinstance(e, ir.Apply)]
        heavy = sum(n in operators.HEAVY for n in names)
        if heavy:
            return HEAVY_UNROLL if heavy > 1 or len(names) > 12 else UNROLL
        if any(isinstance(s, ir.Accumulate) for s in _flat(body)):
            return REDUCTION_UNROLL if len(names) < 12 else UNROLL
        return UNROLL if len(names) < 24 else 1

    def must_be_scalar(self, s: ir.Loop) -> bool:
        """A combining store to places that lanes may share runs one index at a time."""
        for x in _flat(s.body):
            if isinstance(x, ir.Store) and x.combine is not None:
                step = [t for t in x.index.terms if t.factor == s.axis]
                others = [t for t in x.index.terms if not isinstance(t.factor, str)]
                if not step or step[0].literal == 0:
                    return True
                if others and any(_depends(t.factor, s) for t in others):
                    return True
        return False

    # -- accumulators -------------------------------------------------------------------------
    def declare(self, s: ir.Declare) -> Accumulator:
        made = self.new_accumulator(s, self.mode.lanes, self.mode.groups)
        made.per_lane = self.mode.lanes > 0
        return made

    def new_accumulator(self, s: ir.Declare, lanes: int, groups: int) -> Accumulator:
        of = s.of or s.dtype
        scalar = register_type(of)
        type = vector(scalar, lanes)
        start = operators.neutral(s.operator, of)
        variables, positions = [], []
        for _ in range(groups):
            v = self.text.alloca(type)
            self.text.do(f"store {type} {constant(start, scalar, lanes)}, ptr {v}")
            variables.append(v)
            if s.of is not None:
                p = self.text.alloca(vector("i64", lanes))
                self.text.do(f"store {vector('i64', lanes)} {constant(-1, 'i64', lanes)}, ptr {p}")
                positions.append(p)
        return Accumulator(s, variables, positions, lanes)

    def widen_accumulators(self, body: tuple[ir.Statement, ...], lanes: int, groups: int) -> None:
        """Scalar accumulators that this vector loop accumulates get partial values per lane."""
        for s in _flat(body):
            if isinstance(s, ir.Accumulate) and s.name in self.accumulators:
                a = self.accumulators[s.name]
                if a.lanes == 0 and a.lanes != lanes:
                    wide = self.new_accumulator_before(a, lanes, groups)
                    a.variables, a.positions, a.lanes = wide.variables, wide.positions, lanes

    def new_accumulator_before(self, a: Accumulator, lanes: int, groups: int) -> Accumulator:
        """Wide variables, set where the accumulator was declared (marked by its first store)."""
        mark = f"ptr {a.variables[0]}"
        at = max(
            k
            for k, line in enumerate(self.text.lines)
            if line.startswith("  store") and line.endswith(mark)
        )
        after = self.text.lines[at + 1 :]
        del self.text.lines[at + 1 :]
        wide = self.new_accumulator(a.declare, lanes, groups)
        self.text.lines += after
        return wide

    def accumulate(self, s: ir.Accumulate) -> None:
        a = self.accumulators[s.name]
        mode = self.mode
        value = self.value(s.value)
        position = self.value(s.position) if s.position is not None else None
        of = a.declare.of or a.declare.dtype
        names = self.spread(value, a.lanes)
        places = self.spread(position, a.lanes) if position is not None else []
        for g in range(mode.groups if a.lanes else 1):
            self.combine(a, of, g, names[g], places[g] if places else None, mode.mask)

    def combine(
        self, a: Accumulator, of: DType, group: int, value: str, place: str | None,
        mask: str | None,
    ) -> None:  # fmt: skip
        text, lanes = self.text, a.lanes
        scalar = register_type(of)
        type = vector(scalar, lanes)
        old = text.op(f"load {type}, ptr {a.variables[group]}")
        if place is None:
            new = operators.combine(text, a.declare.operator, old, value, of, lanes, self.target)
            if mask is not None and lanes:
                new = text.op(f"select <{lanes} x i1> {mask}, {type} {new}, {type} {old}")
            text.do(f"store {type} {new}, ptr {a.variables[group]}")
            return
        itype = vector("i64", lanes)
        at = text.op(f"load {itype}, ptr {a.positions[group]}")
        better = operators.better(text, a.declare.operator, value, old, place, at, of, lanes)
        if mask is not None and lanes:
            better = text.op(f"and {vector('i1', lanes)} {better}, {mask}")
        pick = f"select {vector('i1', lanes)} {better}"
        new = text.op(f"{pick}, {type} {value}, {type} {old}")
        where = text.op(f"{pick}, {itype} {place}, {itype} {at}")
        text.do(f"store {type} {new}, ptr {a.variables[group]}")
        text.do(f"store {itype} {where}, ptr {a.positions[group]}")

    def accumulated(self, a: Accumulator) -> Value:
        """The accumulator's value where it is used."""
        of = a.declare.of or a.declare.dtype
        if a.per_lane:
            return self.lane_values(a, of)
        if not a.lanes:
            return Value([self.load_accumulator(a, 0, of)], a.declare.dtype, True)
        return Value([self.fold(a, of)], a.declare.dtype, True)

    def lane_values(self, a: Accumulator, of: DType) -> Value:
        names = [self.load_accumulator(a, g, of) for g in range(len(a.variables))]
        return Value(names, a.declare.dtype, False)

    def load_accumulator(self, a: Accumulator, group: int, of: DType) -> str:
        if a.positions:
            return self.text.op(f"load {vector('i64', a.lanes)}, ptr {a.positions[group]}")
        return self.text.op(f"load {vector(register_type(of), a.lanes)}, ptr {a.variables[group]}")

    def fold(self, a: Accumulator, of: DType) -> str:
        """Combine groups and lanes, always in the same order: pairwise."""
        text = self.text
        scalar = register_type(of)
        items: list[tuple[str, str | None]] = []
        for g, v in enumerate(a.variables):
            value = text.op(f"load {vector(scalar, a.lanes)}, ptr {v}")
            place = None
            if a.positions:
                place = text.op(f"load {vector('i64', a.lanes)}, ptr {a.positions[g]}")
            items.append((value, place))
        lanes = a.lanes
        while len(items) > 1:
            half = len(items) // 2
            items = [self.fold_pair(a, of, items[k], items[k + half], lanes) for k in range(half)]
        while lanes > 1:
            half = lanes // 2
            parts = []
            for start in (0, half):
                parts.append(tuple(
                    None if x is None else self.part(x, t, lanes, start, half)
                    for x, t in zip(items[0], (scalar, "i64"), strict=True)
                ))  # fmt: skip
            items = [self.fold_pair(a, of, parts[0], parts[1], half)]
            lanes = half
        value, place = items[0]
        chosen, type = (place, "i64") if place is not None else (value, scalar)
        return text.op(f"extractelement <1 x {type}> {chosen}, i64 0")

    def part(self, x: str, type: str, lanes: int, start: int, count: int) -> str:
        picks = ", ".join(f"i32 {start + k}" for k in range(count))
        return self.text.op(
            f"shufflevector <{lanes} x {type}> {x}, <{lanes} x {type}> poison, "
            f"<{count} x i32> <{picks}>"
        )

    def fold_pair(self, a: Accumulator, of: DType, x: tuple, y: tuple, lanes: int) -> tuple:
        text = self.text
        operator = a.declare.operator
        if x[1] is None:
            return (
                operators.combine(text, operator, x[0], y[0], of, lanes, self.target), None
            )  # fmt: skip
        better = operators.better(text, operator, y[0], x[0], y[1], x[1], of, lanes)
        scalar = register_type(of)
        pick = f"select {vector('i1', lanes)} {better}"
        value = text.op(f"{pick}, {vector(scalar, lanes)} {y[0]}, {vector(scalar, lanes)} {x[0]}")
        place = text.op(f"{pick}, {vector('i64', lanes)} {y[1]}, {vector('i64', lanes)} {x[1]}")
        return value, place

    # -- values -------------------------------------------------------------------------------
    def spread(self, value: Value, lanes: int) -> list[str]:
        """One name for each group, as vectors if `lanes`."""
        if not value.uniform:
            return value.names
        if not lanes:
            return value.names * self.mode.groups
        one = splat(self.text, value.names[0], register_type(value.dtype), lanes)
        return [one] * self.mode.groups

    def value(self, e: ir.Expr) -> Value:
        match e:
            case ir.Const():
                scalar = register_type(e.dtype)
                return Value([constant(e.value, scalar)], e.dtype, True)
            case ir.ScalarArgument():
                return self.scalar_argument(e)
            case ir.Ref():
                if e.name in self.accumulators and e.name not in self.names:
                    return self.accumulated(self.accumulators[e.name])
                return self.names[e.name]
            case ir.Coordinate():
                return self.index(e.index)
            case ir.Load():
                return self.load(e)
            case ir.Apply():
                return self.apply(e)
        raise TypeError(f"emit: {e!r} is no expression")

    def scalar_argument(self, e: ir.ScalarArgument) -> Value:
        scalar = register_type(e.dtype)
        if scalar[0] != "i":
            wide = self.word(e.word, "double")
            if scalar == "double":
                return Value([wide], e.dtype, True)
            one = self.text.op(f"fptrunc double {wide} to float")
            if e.dtype in (dt.float16, dt.bfloat16):
                return Value([round_half(self.text, one, e.dtype, 0)], e.dtype, True)
            return Value([one], e.dtype, True)
        wide = self.word(e.word, "i64")
        if scalar == "i64":
            return Value([wide], e.dtype, True)
        if scalar == "i1":
            return Value([self.text.op(f"icmp ne i64 {wide}, 0")], e.dtype, True)
        return Value([self.text.op(f"trunc i64 {wide} to {scalar}")], e.dtype, True)

    def index(self, index: ir.Index) -> Value:
        """An index as int64: uniform, or per lane if it depends on the vector axis."""
        text, mode = self.text, self.mode
        total = self.word(index.offset, "i64") if index.offset is not None else "0"
        lane_terms: list[ir.Term] = []
        for t in index.terms:
            factor = self.factor(t)
            if factor is None:
                lane_terms.append(t)
                continue
            if t.literal != 1:
                scale = str(t.literal) if t.literal is not None else self.word(t.word or 0, "i64")
                factor = text.op(f"mul nsw i64 {scale}, {factor}")
            total = factor if total == "0" else text.op(f"add nsw i64 {total}, {factor}")
        if not lane_terms:
            return Value([total], dt.int64, True)
        lanes = mode.lanes
        v = f"<{lanes} x i64>"
        names = []
        for g in range(mode.groups):
            sum_ = splat(text, total, "i64", lanes)
            for t in lane_terms:
                if t.factor == mode.axis:
                    first = text.op(f"add nsw i64 {self.axes[t.factor]}, {g * lanes}")
                    part = splat(text, first, "i64", lanes)
                    part = text.op(f"add nsw {v} {part}, {self.lane_numbers(lanes)}")
                else:
                    part = self.value(t.factor).names[g]  # type: ignore[arg-type]
                if t.literal != 1:
                    scale = (
                        str(t.literal) if t.literal is not None else self.word(t.word or 0, "i64")
                    )
                    part = text.op(f"mul nsw {v} {splat(text, scale, 'i64', lanes)}, {part}")
                sum_ = text.op(f"add nsw {v} {sum_}, {part}")
            names.append(sum_)
        return Value(names, dt.int64, False)

    def factor(self, t: ir.Term) -> str | None:
        """The term's factor as a scalar, or None if it differs from lane to lane."""
        if isinstance(t.factor, str):
            if t.factor == self.mode.axis and self.mode.lanes:
                return None
            return self.axes[t.factor]
        value = self.value(t.factor)
        return value.names[0] if value.uniform else None

    def contiguous(self, index: ir.Index) -> bool:
        """Whether consecutive lanes are consecutive elements."""
        steps = [t for t in index.terms if self.factor_varies(t)]
        return len(steps) == 1 and steps[0].factor == self.mode.axis and steps[0].literal == 1

    def factor_varies(self, t: ir.Term) -> bool:
        if isinstance(t.factor, str):
            return t.factor == self.mode.axis
        return not self.value(t.factor).uniform

    def varies(self, index: ir.Index) -> bool:
        return bool(self.mode.lanes) and any(self.factor_varies(t) for t in index.terms)

    def start(self, index: ir.Index, group: int) -> str:
        """The scalar index of a contiguous group's first lane."""
        before = self.mode
        self.mode = replace(before, axis=None, lanes=0)
        at = self.index(index).names[0]
        self.mode = before
        if group == 0:
            return at
        return self.text.op(f"add nsw i64 {at}, {group * before.lanes}")

    def pointers(self, buffer: int, dtype: DType, index: Value, group: int) -> str:
        base = self.word(buffer, "ptr")
        kind = "ptr" if index.uniform else f"<{self.mode.lanes} x ptr>"
        type = "i64" if index.uniform else f"<{self.mode.lanes} x i64>"
        del kind
        return self.text.op(
            f"getelementptr {memory_type(dtype)}, ptr {base}, {type} {index.names[group]}"
        )

    def load(self, e: ir.Load) -> Value:
        text, mode = self.text, self.mode
        mask = self.value(e.mask) if e.mask is not None else None
        if not self.varies(e.index) and (mask is None or mask.uniform):
            return self.scalar_load(e, mask)
        lanes = mode.lanes
        memory = memory_type(e.dtype)
        type = f"<{lanes} x {memory}>"
        size = e.dtype.itemsize
        names = []
        contiguous = self.contiguous(e.index)
        index = None if contiguous else self.index(e.index)
        masks = self.spread(mask, lanes) if mask is not None else None
        for g in range(mode.groups):
            m = self.mask_of(masks[g] if masks else None)
            if contiguous:
                at = self.start(e.index, g)
                p = text.op(f"getelementptr {memory}, ptr {self.word(e.buffer, 'ptr')}, i64 {at}")
                if m is None:
                    raw = text.op(f"load {type}, ptr {p}, align {size}")
                else:
                    name = f"llvm.masked.load.{suffix(memory, lanes)}.p0"
                    raw = text.call(
                        type, name, (f"ptr align {size}", p),
                        (f"<{lanes} x i1>", m), (type, "zeroinitializer"),
                    )  # fmt: skip
            else:
                assert index is not None
                if index.uniform:
                    index = Value(
                        [splat(text, index.names[0], "i64", lanes)] * mode.groups, dt.int64, False
                    )
                p = self.pointers(e.buffer, e.dtype, index, g)
                every = constant(True, "i1", lanes)
                raw = text.call(
                    type, f"llvm.masked.gather.{suffix(memory, lanes)}.v{lanes}p0",
                    (f"<{lanes} x ptr> align {size}", p),
                    (f"<{lanes} x i1>", m or every), (type, "zeroinitializer"),
                )  # fmt: skip
            names.append(self.from_memory(raw, e.dtype, lanes))
        return Value(names, e.dtype, False)

    def mask_of(self, mask: str | None) -> str | None:
        """The access's mask with the tail's."""
        tail = self.mode.mask
        if mask is None or tail is None:
            return mask or tail
        return self.text.op(f"and <{self.mode.lanes} x i1> {mask}, {tail}")

    def scalar_load(self, e: ir.Load, mask: Value | None) -> Value:
        text = self.text
        index = self.index(e.index)
        p = self.pointers(e.buffer, e.dtype, index, 0)
        memory = memory_type(e.dtype)
        if mask is None:
            raw = text.op(f"load {memory}, ptr {p}, align {e.dtype.itemsize}")
            return Value([self.from_memory(raw, e.dtype, 0)], e.dtype, True)
        variable = text.alloca(memory)
        zero = "0" if memory[0] == "i" else constant(0.0, memory) if memory != "half" else "0xH0000"
        text.do(f"store {memory} {zero}, ptr {variable}")
        with text.when(mask.names[0]):
            raw = text.op(f"load {memory}, ptr {p}, align {e.dtype.itemsize}")
            text.do(f"store {memory} {raw}, ptr {variable}")
        raw = text.op(f"load {memory}, ptr {variable}")
        return Value([self.from_memory(raw, e.dtype, 0)], e.dtype, True)

    def from_memory(self, raw: str, dtype: DType, lanes: int) -> str:
        text = self.text
        if dtype is dt.bool_:
            return text.op(f"icmp ne {vector('i8', lanes)} {raw}, {constant(0, 'i8', lanes)}")
        if dtype is dt.float16:
            return text.op(f"fpext {vector('half', lanes)} {raw} to {vector('float', lanes)}")
        if dtype is dt.bfloat16:
            wide = text.op(f"zext {vector('i16', lanes)} {raw} to {vector('i32', lanes)}")
            high = text.op(f"shl {vector('i32', lanes)} {wide}, {constant(16, 'i32', lanes)}")
            return text.op(f"bitcast {vector('i32', lanes)} {high} to {vector('float', lanes)}")
        return raw

    def to_memory(self, value: str, dtype: DType, lanes: int) -> str:
        text = self.text
        if dtype is dt.bool_:
            return text.op(f"zext {vector('i1', lanes)} {value} to {vector('i8', lanes)}")
        if dtype is dt.float16:
            return text.op(f"fptrunc {vector('float', lanes)} {value} to {vector('half', lanes)}")
        if dtype is dt.bfloat16:
            bits = bfloat_bits(text, value, lanes)
            return text.op(f"trunc {vector('i32', lanes)} {bits} to {vector('i16', lanes)}")
        return value

    def apply(self, e: ir.Apply) -> Value:
        args = [self.value(a) for a in e.args]
        if all(a.uniform for a in args):
            name = operators.apply(
                self.text, e.name, [a.names[0] for a in args], [a.dtype for a in args], e.dtype, 0,
                self.target,
            )  # fmt: skip
            return Value([name], e.dtype, True)
        lanes = self.mode.lanes
        spread = [self.spread(a, lanes) for a in args]
        names = [
            operators.apply(
                self.text, e.name, [s[g] for s in spread], [a.dtype for a in args], e.dtype, lanes,
                self.target,
            )
            for g in range(self.mode.groups)
        ]  # fmt: skip
        return Value(names, e.dtype, False)

    # -- writing ------------------------------------------------------------------------------
    def store(self, s: ir.Store) -> None:
        text, mode = self.text, self.mode
        dtype = self.kernel.arguments[s.buffer].dtype
        assert dtype is not None
        value = self.value(s.value)
        mask = self.value(s.mask) if s.mask is not None else None
        memory = memory_type(dtype)
        if not self.varies(s.index):
            if not value.uniform:
                raise NotCompiled("store of lanes to one place")
            self.scalar_store(s, value, mask, dtype)
            return
        lanes = mode.lanes
        names = self.spread(value, lanes)
        masks = self.spread(mask, lanes) if mask is not None else None
        contiguous = self.contiguous(s.index)
        index = None if contiguous else self.index(s.index)
        type = f"<{lanes} x {memory}>"
        size = dtype.itemsize
        for g in range(mode.groups):
            m = self.mask_of(masks[g] if masks else None)
            if contiguous:
                at = self.start(s.index, g)
                p = text.op(f"getelementptr {memory}, ptr {self.word(s.buffer, 'ptr')}, i64 {at}")
            else:
                assert index is not None
                p = self.pointers(s.buffer, dtype, index, g)
            new = names[g]
            if s.combine is not None:
                new = self.combined(s, p, new, dtype, m, contiguous)
            raw = self.to_memory(new, dtype, lanes)
            if contiguous and m is None:
                text.do(f"store {type} {raw}, ptr {p}, align {size}")
            elif contiguous:
                text.call("void", f"llvm.masked.store.{suffix(memory, lanes)}.p0", (type, raw),
                          (f"ptr align {size}", p), (f"<{lanes} x i1>", m or ""))  # fmt: skip
            else:
                every = constant(True, "i1", lanes)
                text.call("void", f"llvm.masked.scatter.{suffix(memory, lanes)}.v{lanes}p0",
                          (type, raw), (f"<{lanes} x ptr> align {size}", p),
                          (f"<{lanes} x i1>", m or every))  # fmt: skip

    def combined(
        self, s: ir.Store, p: str, value: str, dtype: DType, mask: str | None, contiguous: bool
    ) -> str:
        """`value` combined with what is in memory (lanes never share a place here)."""
        text, lanes = self.text, self.mode.lanes
        memory = memory_type(dtype)
        type = f"<{lanes} x {memory}>"
        every = mask or constant(True, "i1", lanes)
        size = dtype.itemsize
        if contiguous:
            old = text.call(type, f"llvm.masked.load.{suffix(memory, lanes)}.p0",
                            (f"ptr align {size}", p), (f"<{lanes} x i1>", every),
                            (type, "zeroinitializer"))  # fmt: skip
        else:
            old = text.call(type, f"llvm.masked.gather.{suffix(memory, lanes)}.v{lanes}p0",
                            (f"<{lanes} x ptr> align {size}", p), (f"<{lanes} x i1>", every),
                            (type, "zeroinitializer"))  # fmt: skip
        old = self.from_memory(old, dtype, lanes)
        assert s.combine is not None
        return operators.combine(
            text, operators.COMBINE[s.combine], old, value, dtype, lanes, self.target
        )

    def scalar_store(self, s: ir.Store, value: Value, mask: Value | None, dtype: DType) -> None:
        text = self.text
        p = self.pointers(s.buffer, dtype, self.index(s.index), 0)
        memory = memory_type(dtype)

        def write() -> None:
            new = value.names[0]
            if s.combine is not None:
                raw = text.op(f"load {memory}, ptr {p}, align {dtype.itemsize}")
                old = self.from_memory(raw, dtype, 0)
                new = operators.combine(
                    text, operators.COMBINE[s.combine], old, new, dtype, 0, self.target
                )
            raw = self.to_memory(new, dtype, 0)
            text.do(f"store {memory} {raw}, ptr {p}, align {dtype.itemsize}")

        if mask is None:
            write()
        else:
            with text.when(mask.names[0]):
                write()

    def check(self, s: ir.Check) -> None:
        """Write the first index that is out of range into the error record."""
        text, mode = self.text, self.mode
        value = self.value(s.value)
        limit = self.word(s.limit, "i64")
        record = self.word(s.record, "ptr")
        for g, name in enumerate(value.names):
            if value.uniform:
                bad = text.op(f"icmp uge i64 {name}, {limit}")
                worst = name
            else:
                lanes = mode.lanes
                v = f"<{lanes} x i64>"
                wrong = text.op(f"icmp uge {v} {name}, {splat(text, limit, 'i64', lanes)}")
                if mode.mask is not None:
                    wrong = text.op(f"and <{lanes} x i1> {wrong}, {mode.mask}")
                bad = text.call(
                    "i1", f"llvm.vector.reduce.or.v{lanes}i1", (f"<{lanes} x i1>", wrong)
                )
                least = constant(-(2**63), "i64", lanes)
                worst = text.op(f"select <{lanes} x i1> {wrong}, {v} {name}, {v} {least}")
                worst = text.call("i64", f"llvm.vector.reduce.smax.v{lanes}i64", (v, worst))
            del g
            with text.when(bad):
                for k, item in enumerate(("1", worst, limit)):
                    p = text.op(f"getelementptr i64, ptr {record}, i64 {k}")
                    text.do(f"store i64 {item}, ptr {p}, align 8")


def _flat(body: tuple[ir.Statement, ...]) -> list[ir.Statement]:
    found: list[ir.Statement] = []
    for s in body:
        found.append(s)
        if isinstance(s, ir.Loop):
            found += _flat(s.body)
    return found


def _depends(factor: object, loop: ir.Loop) -> bool:
    """Whether an index expression may differ between the loop's indices."""
    names = {s.name: s.value for s in _flat(loop.body) if isinstance(s, ir.Let)}
    stack = [factor]
    while stack:
        e = stack.pop()
        if isinstance(e, ir.Ref) and e.name in names:
            stack.append(names[e.name])
        elif isinstance(e, (ir.Load, ir.Coordinate)):
            for t in e.index.terms:
                if t.factor == loop.axis:
                    return True
                stack.append(t.factor)
        elif isinstance(e, ir.Apply):
            stack += e.args
    return False


def emit_kernel(kernel: ir.Kernel, target: Target, name: str) -> tuple[str, dict[str, str]]:
    """The kernel as the text of an LLVM function, and the declarations it needs."""
    emitter = Emitter(kernel, target)
    emitter.run()
    text = emitter.text
    text.entry += emitter.word_lines
    attributes = f'nounwind "prefer-vector-width"="{target.vector_bits}"'
    function = text.function(name, "ptr %words, i64 %begin, i64 %end", attributes)
    return function, text.declared


def module_text(functions: list[tuple[str, dict[str, str]]]) -> str:
    """One module of several functions."""
    declared: dict[str, str] = {}
    for _, needs in functions:
        declared.update(needs)
    return "\n".join([*(f for f, _ in functions), *declared.values(), ""])
