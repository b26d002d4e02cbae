"""Evaluation: recorded values become buffers.

`record` appends to the thread's pending list; `flush` evaluates every value there that something
outside the list still refers to, in one program. The program is found by a structural key:
the templates in order, where their inputs come from, which results are wanted, and which
input buffers may be overwritten. So a training step is planned once and then found again.
"""

from __future__ import annotations

import sys
import threading
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np

from flambeau.core.config import config
from flambeau.core.errors import DataDependentError, IndexOutOfRange
from flambeau.core.origin import frames, origin
from flambeau.engine.backend.allocator import as_array
from flambeau.engine.backend.listening import LISTENERS
from flambeau.engine.runtime.capture import RECORDERS
from flambeau.engine.runtime.program import Program, make_program
from flambeau.engine.runtime.value import Template, Value
from flambeau.engine.runtime.variety import Variety, cut_into_turns
from flambeau.engine.runtime.window import through_window

__all__ = [
    "TRACING",
    "Trace",
    "evaluate",
    "evaluate_view",
    "flush",
    "observers",
    "pending_count",
    "read_array",
    "record",
    "run_locked",
]

# A loop that never looks at a value must not grow for ever. At the soft limit the list is
# flushed where its first template comes again, so that a loop is always cut at the same place
# and finds its program again; at the hard limit it is flushed anyway.
SOFT_LIMIT = 256
HARD_LIMIT = 4096
MAX_PROGRAMS = 2048

_lock = threading.RLock()  # guards evaluation; recording needs none: each thread has its own list


class _List(list[Value]):
    """A list that can be looked for from all threads and dies with its own."""

    __slots__ = ("__weakref__",)


class _Pending(threading.local):
    """What this thread has recorded. One thread's look at a value does not cut what another one is
    recording, so both find their programs again."""

    def __init__(self) -> None:
        self.values = _List()
        _all_pending.append(weakref.ref(self.values, _all_pending.remove))


_all_pending: list[weakref.ref[_List]] = []
_pending = _Pending()
_programs: dict[tuple, Program] = {}

# not empty while a function is called on stand-ins (vmap): what it records goes into the last list,
# for it may depend on values that never come, and is evaluated only if somebody asks for it
TRACING: list[list[Value]] = []

# called with each evaluated trace and its program; capture and the profiler listen
observers: list[Callable[[Trace, Program], None]] = []


def record(template: Template, inputs: tuple) -> Value:
    """The value of an operation on `inputs` (Values and numbers), to be computed later."""
    value = Value(template, inputs)
    if template.is_view:
        if RECORDERS:
            value.run = RECORDERS[0]
        return value
    if TRACING:
        TRACING[-1].append(value)
        return value
    pending = _pending.values
    if len(pending) >= SOFT_LIMIT and (
        template is pending[0].template or len(pending) >= HARD_LIMIT
    ):
        flush()
    pending.append(value)
    if config.attentive:
        _attend(value)
    return value


def _attend(value: Value) -> None:
    """What switches ask for at each operation."""
    if config.TRACE:
        value.line = origin() if config.TRACE == 1 else "\n".join(frames())
    if config.EAGER:
        flush()


def pending_count() -> int:
    """How many values that this thread has recorded wait for evaluation."""
    return len(_pending.values)


class Trace:
    """Pending values in a form that can be planned: positions instead of objects.

    A position is an index into `order`, or -1 - an index into `leaves`.
    """

    __slots__ = ("donated", "index", "key", "leaves", "order", "roots", "sources", "templates")

    def __init__(self) -> None:
        self.order: list[Value] = []  # to compute, inputs first; views are among them
        self.templates: list[Template] = []  # what computes each one
        self.sources: list[list[int]] = []  # positions of each one's inputs
        self.leaves: list[Any] = []  # evaluated Values and numbers, in order of first use
        self.index: dict[Value, int] = {}  # the position of each Value
        self.key: list[int] = []
        self.roots: list[int] = []  # wanted entries of order
        self.donated: list[int] = []  # leaves whose buffer nobody else refers to

    def add(self, value: Value) -> int:
        """Number `value` and, before it, the inputs that have no position yet."""
        index, leaves = self.index, self.leaves
        template = value.template
        if template is None:
            raise value.error.with_traceback(None)
        inputs = value.inputs
        if template.is_view and not RECORDERS and not observers:
            template, inputs = through_window(template, inputs)
        positions = []
        for x in inputs:
            if type(x) is Value:
                at = index.get(x)
                if at is None:
                    if x.buffer is None:  # a view, or left over from an earlier flush
                        at = self._add_missing(x)
                    else:
                        at = index[x] = ~len(leaves)
                        leaves.append(x)
            else:
                at = ~len(leaves)
                leaves.append(x)
            positions.append(at)
        self.key.append(template.id)
        self.key += positions
        at = index[value] = len(self.order)
        self.order.append(value)
        self.templates.append(template)
        self.sources.append(positions)
        return at

    def _add_missing(self, value: Value) -> int:
        """The same for a value whose inputs may be missing in turn, however deep: views of
        views are a chain that nothing bounds."""
        index = self.index
        stack = [value]
        while stack:
            missing = [
                x for x in stack[-1].inputs
                if type(x) is Value and x.buffer is None and x not in index
            ]  # fmt: skip
            if missing:
                stack += missing
            else:
                x = stack.pop()
                if x not in index:
                    self.add(x)
        return index[value]

    def find_roots(self, wanted: Value | None) -> None:
        """Find which values something outside refers to, and which leaves nothing else does."""
        order = self.order
        uses = [0] * len(order)
        leaf_uses = [0] * len(self.leaves)
        for positions in self.sources:
            for at in positions:
                if at >= 0:
                    uses[at] += 1
                else:
                    leaf_uses[~at] += 1
        references = _references(order)
        live = [at for at in range(len(order)) if references[at] > uses[at] + _OWN_REFERENCES]
        self.roots = self._sources_of_views(live, wanted, leaf_uses)
        references = _references(self.leaves)
        for i, x in enumerate(self.leaves):
            if (
                type(x) is Value
                and references[i] <= leaf_uses[i] + _OWN_REFERENCES
                and x.buffer.is_owned  # type: ignore[union-attr]
                and sys.getrefcount(x.buffer) <= 2  # the value's and the argument
            ):
                self.donated.append(i)

    def _sources_of_views(
        self, live: list[int], wanted: Value | None, leaf_uses: list[int]
    ) -> list[int]:
        """A live view needs its source, not itself, unless it is what was asked for.

        A source that is a leaf is taken off `leaf_uses`, so that it counts as referred to from
        outside: the view will read it later.
        """
        order = self.order
        if not any(order[at].template.is_view for at in live):  # type: ignore[union-attr]
            return live
        result = set()
        stack = list(live)
        while stack:
            at = stack.pop()
            template = order[at].template
            if template and template.is_view and order[at] is not wanted:
                for source in self.sources[at]:
                    if source >= 0:
                        stack.append(source)
                    else:
                        leaf_uses[~source] -= 1
            else:
                result.add(at)
        return sorted(result)


def _references(items: list[Any]) -> list[int]:
    count = sys.getrefcount
    return [count(items[i]) for i in range(len(items))]


def _own_references() -> int:
    """What `_references` counts for an object that one list and one dict refer to.

    Measured rather than written down: it differs between versions of Python. Where reference
    counts tell nothing, everything counts as referred to from outside.
    """
    if sys.implementation.name != "cpython" or not getattr(sys, "_is_gil_enabled", lambda: True)():
        return -1_000_000
    items = [Value.__new__(Value)]
    index = {items[0]: 0}
    return _references(items)[0] + 0 * len(index)


_OWN_REFERENCES = _own_references()


def flush(wanted: Value | None = None, everywhere: bool = False) -> None:
    """Evaluate the thread's pending values that are still referred to, and `wanted` if given; or
    those of all threads."""
    with _lock:
        if wanted is not None and wanted.buffer is not None:
            return
        values = _taken(everywhere)
        if not values and wanted is None:
            return
        trace = Trace()
        try:
            for value in values:
                if value.template is not None and value not in trace.index:  # else: it was
                    trace.add(value)  # evaluated for another thread
            if wanted is not None and wanted not in trace.index:
                trace.add(wanted)
            # from here on only the trace refers to the values, so counts tell who else does
            values.clear()
            value = None  # type: ignore[assignment]
            trace.find_roots(wanted)
            if trace.roots:
                _run(trace)
        except (IndexError, DataDependentError):
            live = list(values) or [trace.order[at] for at in trace.roots]
            values.clear()
            del trace
            _run_apart(live, wanted)
        except BaseException:
            # nothing is lost: what was not evaluated stays recorded
            left = values or [v for v in trace.order if v.template and not v.template.is_view]
            _pending.values[:0] = [v for v in left if v.buffer is None]
            if wanted is None or not isinstance(sys.exc_info()[1], Exception):
                raise
        if wanted is not None and wanted.buffer is None:  # it alone may fit in memory
            trace = Trace()
            trace.add(wanted)
            trace.find_roots(wanted)
            _run(trace)
            _pending.values[:] = [v for v in _pending.values if v.buffer is None]


def _taken(everywhere: bool) -> list[Value]:
    """The pending values, off their lists."""
    lists = [ref() for ref in _all_pending] if everywhere else [_pending.values]
    taken: list[Value] = []
    for values in lists:
        if values is not None:
            part = values[:]
            del values[: len(part)]  # its thread may have appended meanwhile
            taken += part
    return taken


def _run_apart(values: list[Value], wanted: Value | None) -> None:
    """Evaluate `values` one by one, so that an index out of range, or a stand-in that has no
    values, harms only what needs it.

    What fails keeps its error and raises it whenever it is read. Raises now if an error is new or
    `wanted` has one.
    """
    fresh: IndexError | None = None
    if wanted is not None and wanted not in values:
        values.append(wanted)
    for value in values:
        if value.buffer is not None:
            continue
        trace = Trace()
        try:
            trace.add(value)
        except (IndexError, DataDependentError) as error:  # of an input
            _fail(value, error)
            continue
        try:
            trace.find_roots(value)
            _run(trace)
        except IndexError as error:
            error = _blamed(trace.order) or error
            _fail(value, error)
            fresh = fresh or error
    if wanted is not None and wanted.buffer is None:
        raise wanted.error.with_traceback(None)
    if fresh is not None:
        raise fresh


def _blamed(values: list[Value]) -> IndexError | None:
    """The error in the words of the first operation that finds fault with its inputs."""
    for value in values:
        blame = value.template.blame if value.template is not None else None
        try:
            words = blame(value.inputs) if blame is not None else None
        except IndexError:  # an input cannot be read for the same reason
            continue
        if words is not None:
            return IndexOutOfRange(words)
    return None


def _fail(value: Value, error: Exception) -> None:
    value.error = error
    value.template = None
    value.inputs = ()


def _run(trace: Trace, is_part: bool = False) -> None:
    key = (tuple(trace.key), tuple(trace.roots), tuple(trace.donated), config.key)
    program = _programs.get(key)
    if program is None:
        if not (is_part or observers) and _variety.is_changing(trace.templates, key):
            _run_in_parts(trace)
            return
        if len(_programs) >= MAX_PROGRAMS:
            _programs.clear()
        program = _programs[key] = make_program(trace)
    buffers = program.run(trace.leaves)
    order = trace.order
    for observer in observers:
        observer(trace, program)
    for listener in LISTENERS:
        listener.evaluated(trace, program)
    for at, buffer in zip(trace.roots, buffers, strict=True):
        value = order[at]
        value.buffer = buffer
        value.template = None
        value.inputs = ()


_variety = Variety()


def _run_in_parts(trace: Trace) -> None:
    """Some turns of the loop at a time: their programs are found again, whatever its length."""
    order, templates = trace.order, trace.templates
    parts = cut_into_turns(templates)
    wanted = _needed_by_others(trace, parts)
    for part in parts:
        sub = Trace()
        for at in part:
            value = order[at]
            if not templates[at].is_view and value.template is not None and value not in sub.index:
                sub.add(value)
        sub.roots = [sub.index[order[at]] for at in part if at in wanted]
        if sub.roots:
            _run(sub, is_part=True)
    for at in trace.roots:
        if order[at].template is not None:  # a view that was asked for
            sub = Trace()
            sub.roots = [sub.add(order[at])]
            _run(sub, is_part=True)


def _needed_by_others(trace: Trace, parts: list[range]) -> set[int]:
    """The values, no views, that another part reads or that are wanted."""
    part_of = [n for n, part in enumerate(parts) for _ in part]
    bases: list[tuple[int, ...]] = []  # of a view: what it is a view of
    needed = {at for at in trace.roots if not trace.templates[at].is_view}
    for at, sources in enumerate(trace.sources):
        read = {b for s in sources if s >= 0 for b in bases[s]}
        if trace.templates[at].is_view:
            bases.append(tuple(read))
            needed |= read if at in trace.roots else set()
        else:
            bases.append((at,))
            needed |= {b for b in read if part_of[b] != part_of[at]}
    return needed


def evaluate_view(value: Value) -> None:
    """Give a view of evaluated values its buffer; what is pending stays so, nobody is told."""
    with _lock:
        trace = Trace()
        trace.add(value)
        trace.find_roots(value)
        listening = observers[:]
        observers.clear()
        try:
            _run(trace)
        finally:
            observers[:] = listening


def run_locked(function: Callable[..., Any], *args: Any) -> Any:
    """Call `function` while no other thread evaluates."""
    with _lock:
        return function(*args)


def evaluate(value: Value) -> None:
    """Give `value` its buffer."""
    if value.buffer is None:
        flush(value)


def read_array(value: Value) -> np.ndarray:
    """The elements of `value` as a NumPy array that shares its memory (bfloat16 as uint16)."""
    evaluate(value)
    assert value.buffer is not None
    if RECORDERS:
        RECORDERS[0].looked(value)
    return as_array(value.buffer, value.type.dtype.numpy, value.type.shape)
