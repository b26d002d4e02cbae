"""`Entry`: one captured program with the cells its inputs come from and its results go to."""

from __future__ import annotations

import sys
from typing import Any, NamedTuple

from flambeau.compiler.guards import Guards
from flambeau.core.dtype import float32
from flambeau.core.types import tensor_type
from flambeau.engine.runtime.capture import UNSEEN, Recorder
from flambeau.engine.runtime.evaluate import evaluate, record, run_locked
from flambeau.engine.runtime.memory import allocate, as_array
from flambeau.engine.runtime.random import DrawKey
from flambeau.engine.runtime.storage import Storage
from flambeau.engine.runtime.value import Value, leaf
from flambeau.tensor.tensor import Tensor
from flambeau.tensor.view import value_of

__all__ = ["Entry", "NotReplayable", "build_entry"]


class NotReplayable(Exception):
    """The run did something that replaying its program would not do; says what."""


class Entry:
    """See `build_entry` for the fields."""

    def __init__(self, guards: Guards, ambient: tuple) -> None:
        self.guards = guards
        self.ambient = ambient
        self.program: Any = None  # None: nothing was computed
        # for each leaf: ("cell", Storage), ("argument", i), ("gradient", leaf tensor),
        # ("number", x) or ("draw", DrawKey)
        self.sources: list[tuple[str, Any]] = []
        self.types: list[Any] = []
        self.donated: list[int] = []
        self.draws: dict[Any, tuple[int, int]] = {}  # generator -> (first draw, count)
        # results: (where, what, number of the root, its type there, number of writes); where is
        # "cell", "argument" or "gradient"
        self.writes: list[tuple[str, Any, int, Any, int]] = []
        # (leaf tensor, number of the root or None, what the gradient is of the root, layout)
        self.new_grads: list[tuple[Any, int | None, Any, Any]] = []
        self.grad_guards: list[tuple[Any, bool]] = []
        self.constants: list[
            tuple[Storage, Value]
        ] = []  # tensors that Python read: must not change
        self.result: Any = None
        self.root_types: list[Any] = []

    def describe(self) -> str:
        """One line for `Compiled.explain`."""
        return (
            f"{len(self.sources)} inputs, {len(self.writes)} cells written, "
            f"{len(self.new_grads)} gradients"
        )

    # -- replay -------------------------------------------------------------------------------
    def replay(self, tensors: list[Tensor]) -> Any:
        """The function's result, or this entry itself if the capture does not hold any more."""
        for tensor, was_none in self.grad_guards:
            if (tensor._grad is None) is not was_none:
                return self
        for storage, value in self.constants:
            if storage.value is not value:
                return self
        return run_locked(self._replay, tensors)

    def _replay(self, tensors: list[Tensor]) -> Any:
        leaves = []
        draws = self._next_draws() if self.draws else None
        for (kind, x), type in zip(self.sources, self.types, strict=True):
            if kind == "cell":
                value = x.value
            elif kind == "number":
                leaves.append(x)
                continue
            elif kind == "argument":
                value = tensors[x]._storage.value
            elif kind == "gradient":
                value = x._grad._storage.value
            else:
                leaves.append(draws[x.generator, x.draw, x.word])  # type: ignore[index]
                continue
            if value.type is not type:
                return self
            if value.buffer is None:
                evaluate(value)
            leaves.append(value)
        value = None
        if self.donated:
            self._keep_shared(leaves)
        buffers = self.program.run(leaves) if self.program is not None else []
        types = self.root_types
        for kind, x, root, type, writes in self.writes:
            if kind == "cell":
                storage = x
            elif kind == "argument":
                storage = tensors[x]._storage
            else:
                storage = x._grad._storage
            storage.value = leaf(type, buffers[root])
            storage.version += writes
        for tensor, new, view, layout in self.new_grads:
            if new is None:
                tensor._grad = None
                continue
            tensor._grad = _fresh(view.reshaped or types[new], buffers[new], layout)
            for template in view.templates:
                storage = tensor._grad._storage
                storage.value = record(template, (storage.value,))
        return _rebuild(self.result, tensors, types, buffers)

    def _keep_shared(self, leaves: list[Any]) -> None:
        """The program overwrites these leaves; give it a copy where something else sees them."""
        count = sys.getrefcount
        for i in self.donated:
            if count(leaves[i]) > _LEAF_REFERENCES or count(leaves[i].buffer) > _BUFFER_REFERENCES:
                type = leaves[i].type
                own = allocate(type.nbytes)
                dtype = type.dtype.numpy
                as_array(own, dtype, type.shape)[...] = as_array(
                    leaves[i].buffer, dtype, type.shape
                )
                leaves[i] = leaf(type, own)

    def _next_draws(self) -> dict[tuple, DrawKey]:
        keys: dict[tuple, DrawKey] = {}
        for generator, (first, n) in self.draws.items():
            for draw in range(n):
                for word, key in enumerate(generator.next_key()):
                    keys[generator, first + draw, word] = key
        return keys


def _fresh(type: Any, buffer: Any, layout: Any) -> Tensor:
    t = Tensor._of(Storage(leaf(type, buffer)))
    t._layout = layout
    return t


def _leaf_references() -> tuple[int, int]:
    """What `_keep_shared` counts for a leaf that one storage and the list refer to."""
    storage = Storage(leaf(tensor_type(float32, ()), allocate(4)))
    leaves = [storage.value]
    count = sys.getrefcount
    return count(leaves[0]), count(leaves[0].buffer)


_LEAF_REFERENCES, _BUFFER_REFERENCES = _leaf_references()


# -- making an entry ------------------------------------------------------------------------------
def build_entry(
    recorder: Recorder, tensors: list[Tensor], result: Any, guards: Guards, ambient: tuple
) -> Entry:
    """The entry for a run that `recorder` watched; NotReplayable if replaying would differ."""
    entry = Entry(guards, ambient)
    if len(recorder.runs) > 1:
        raise NotReplayable(
            "it looks at a tensor's value while it runs (item, print, an if on a tensor, NumPy)"
        )
    _find_constants(entry, recorder, tensors)
    roots: dict[Value, int] = {}
    if recorder.runs:
        trace, entry.program = recorder.runs[0]
        values = [trace.order[at] for at in trace.roots]
        roots = {v: i for i, v in enumerate(values)}
        entry.root_types = [v.type for v in values]
        entry.donated = list(trace.donated)
        _find_sources(entry, recorder, tensors, trace)
    accounted = _find_writes(entry, recorder, tensors, roots)
    accounted |= _find_gradients(entry, recorder, roots)
    entry.result = _describe_result(result, recorder, tensors, roots, accounted)
    if len(accounted) < len(roots):
        raise NotReplayable(
            "it keeps tensors beyond the call other than its results, gradients and state "
            "(a result that requires grad keeps its graph: detach it, or capture the whole step)"
        )
    return entry


def _find_constants(entry: Entry, recorder: Recorder, tensors: list[Tensor]) -> None:
    """Tensors whose values Python read: where one changes, the capture does not hold."""
    arguments = {t._storage for t in tensors}
    for storage, value in recorder.seen_inside:
        if storage in arguments:
            raise NotReplayable(
                "it looks at the value of an argument (item, print, an if on a tensor, NumPy)"
            )
        if storage.external is not None:
            raise NotReplayable("it looks at memory that is shared with NumPy")
        if storage.value is not value:
            raise NotReplayable("it looks at the value of a tensor that it writes")
        entry.constants.append((storage, value))


def _find_sources(entry: Entry, recorder: Recorder, tensors: list[Tensor], trace: Any) -> None:
    by_storage = {t._storage: i for i, t in reversed(list(enumerate(tensors)))}
    by_gradient = {
        grad._storage: tensor
        for tensor, grad in recorder.grads.values()
        if grad is not None and grad is not UNSEEN
    }
    for x in trace.leaves:
        if type(x) is not Value:
            if isinstance(x, DrawKey):
                entry.sources.append(("draw", x))
                first, n = entry.draws.get(x.generator, (x.draw, 0))
                low, high = min(first, x.draw), max(first + n, x.draw + 1)
                entry.draws[x.generator] = (low, high - low)
            else:
                entry.sources.append(("number", x))
            entry.types.append(None)
            continue
        storage = recorder.owner.get(x)
        if storage is None:
            raise NotReplayable("it uses a tensor that is not reachable from its arguments")
        if storage in by_storage:
            entry.sources.append(("argument", by_storage[storage]))
        elif storage in by_gradient:
            entry.sources.append(("gradient", by_gradient[storage]))
        else:
            entry.sources.append(("cell", storage))
        entry.types.append(x.type)


def _find_writes(
    entry: Entry, recorder: Recorder, tensors: list[Tensor], roots: dict[Value, int]
) -> set[int]:
    accounted = set()
    by_storage = {t._storage: i for i, t in reversed(list(enumerate(tensors)))}
    by_gradient = {
        grad._storage: tensor
        for tensor, grad in recorder.grads.values()
        if grad is not None and grad is not UNSEEN
    }
    for storage, (value, version) in recorder.entry.items():
        now = storage.value
        if now is value and storage.version == version:
            continue
        if storage.external is not None:
            raise NotReplayable("it writes memory that is shared with NumPy")
        source, view = _source_of(now)
        root = roots.get(source)
        if root is None or view.templates:
            if now is value:
                continue
            raise NotReplayable("it writes a tensor with the unchanged contents of another")
        accounted.add(root)
        writes = storage.version - version
        what: tuple[str, Any] = ("cell", storage)
        if storage in by_storage:
            what = ("argument", by_storage[storage])
        elif storage in by_gradient:
            what = ("gradient", by_gradient[storage])
        entry.writes.append((*what, root, now.type, writes))
    return accounted


def _find_gradients(entry: Entry, recorder: Recorder, roots: dict[Value, int]) -> set[int]:
    accounted = set()
    for tensor, before in recorder.grads.values():
        now = tensor._grad
        if before is not UNSEEN:
            entry.grad_guards.append((tensor, before is None))
        if now is before:
            continue
        if now is None:
            entry.new_grads.append((tensor, None, None, None))
            continue
        source, view = _source_of(now._storage.value)
        root = roots.get(source)
        if root is None:
            raise NotReplayable("a gradient is something that was not computed in the call")
        accounted.add(root)
        entry.new_grads.append((tensor, root, view, now._layout))
    return accounted


class _View(NamedTuple):
    """How a value lies in another: the same elements under a type, or what templates make of it."""

    reshaped: Any = None
    templates: tuple = ()


def _source_of(value: Value) -> tuple[Value, _View]:
    """What a view that nobody asked for yet is a view of, and which view."""
    last = value
    templates: list[Any] = []
    while value.buffer is None and value.template is not None and value.template.is_view:
        templates.insert(0, value.template)
        (value,) = value.inputs
    if all(template.is_reshape for template in templates):
        return value, _View(last.type)
    return value, _View(None, tuple(templates))


# -- results --------------------------------------------------------------------------------------
class _Root:
    """In a result: a fresh tensor over a root."""

    def __init__(self, root: int, layout: Any) -> None:
        self.root = root
        self.layout = layout


class _Same:
    """In a result: this very object."""

    def __init__(self, x: Any) -> None:
        self.x = x


class _Argument:
    """In a result: the argument tensor number i."""

    def __init__(self, index: int) -> None:
        self.index = index


def _describe_result(
    x: Any, recorder: Recorder, tensors: list[Tensor], roots: dict[Value, int], accounted: set[int]
) -> Any:
    if isinstance(x, Tensor):
        for i, t in enumerate(tensors):
            if t is x:
                return _Argument(i)
        if x._storage in recorder.entry:
            if any(x._storage is t._storage for t in tensors):
                raise NotReplayable("it returns a view of an argument")
            return _Same(x)
        if x._grad_fn is not None:
            raise NotReplayable("its result requires grad and keeps its graph")
        root = roots.get(x._storage.value)
        if root is None:
            root = roots.get(value_of(x))
        if root is None:
            raise NotReplayable("it returns a tensor that was not computed in the call")
        accounted.add(root)
        return _Root(root, x._layout)
    if isinstance(x, tuple) and hasattr(x, "_fields"):
        return type(x)(*(_describe_result(v, recorder, tensors, roots, accounted) for v in x))
    if isinstance(x, (tuple, list)):
        return type(x)(_describe_result(v, recorder, tensors, roots, accounted) for v in x)
    if isinstance(x, dict):
        return {k: _describe_result(v, recorder, tensors, roots, accounted) for k, v in x.items()}
    return _Same(x)


def _rebuild(x: Any, tensors: list[Tensor], types: list[Any], buffers: list[Any]) -> Any:
    kind = type(x)
    if kind is _Root:
        return _fresh(types[x.root], buffers[x.root], x.layout)
    if kind is _Same:
        return x.x
    if kind is _Argument:
        return tensors[x.index]
    if isinstance(x, tuple) and hasattr(x, "_fields"):
        return kind(*(_rebuild(v, tensors, types, buffers) for v in x))
    if isinstance(x, (tuple, list)):
        return kind(_rebuild(v, tensors, types, buffers) for v in x)
    if isinstance(x, dict):
        return {k: _rebuild(v, tensors, types, buffers) for k, v in x.items()}
    return x
