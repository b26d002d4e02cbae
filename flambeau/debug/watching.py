"""Run a model once without leaving a trace: what each module gets, gives and costs."""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

from flambeau.autograd.modes import no_grad
from flambeau.debug.multiply_adds import count_multiply_adds
from flambeau.nn.parameter import is_lazy
from flambeau.tensor.boundary import tracing
from flambeau.tensor.random import get_rng_state, set_rng_state
from flambeau.tensor.tensor import Tensor
from flambeau.utils._pytree import tree_leaves

__all__ = ["Seen", "run_watched", "without_lazy"]


@dataclass
class Seen:
    """What was seen of one module."""

    calls: int = 0
    inputs: Any = None  # of the first call: shapes in the containers of the arguments
    outputs: Any = None
    multiply_adds: int = 0  # of all calls, in the modules inside too
    own_multiply_adds: int = 0  # outside the modules inside
    output_bytes: int = 0  # memory of results that is not counted with another module


@dataclass
class _Log:
    """Receives each recorded value (see `tracing`); knows which modules are running."""

    seen: dict[int, Seen]
    running: list[Seen] = field(default_factory=list)
    counts: dict[int, int] = field(default_factory=dict)  # by the template's number
    counted: dict[int, Any] = field(default_factory=dict)  # storages whose bytes are counted
    thread: int = field(default_factory=threading.get_ident)

    def append(self, value: Any) -> None:
        if not self.running or threading.get_ident() != self.thread:
            return
        template = value.template
        count = self.counts.get(template.id)
        if count is None:
            count = self.counts[template.id] = count_multiply_adds(template)
        if count:
            self.running[-1].own_multiply_adds += count
            for seen in {id(s): s for s in self.running}.values():
                seen.multiply_adds += count

    def note_inputs(self, tree: Any) -> None:
        for x in _tensors(tree):
            self.counted[id(x._storage)] = x._storage

    # -- hooks --------------------------------------------------------------------------------
    def before(self, module: Any, args: tuple, kwargs: dict) -> None:
        seen = self.seen[id(module)]
        if not seen.calls:
            seen.inputs = shapes_of(args + tuple(kwargs.values()))
        seen.calls += 1
        self.running.append(seen)

    def after(self, module: Any, args: tuple, kwargs: dict, result: Any) -> None:
        seen = self.running.pop()
        if seen.outputs is None:
            seen.outputs = shapes_of(result)
        for x in _tensors(result):
            if id(x._storage) not in self.counted:
                self.counted[id(x._storage)] = x._storage
                seen.output_bytes += x._storage.value.type.nbytes


def _tensors(tree: Any) -> list[Tensor]:
    return [x for x in tree_leaves(tree) if isinstance(x, Tensor)]


def shapes_of(tree: Any) -> Any:
    """The tree with a tuple of sizes for each tensor; what holds none is left out."""
    if isinstance(tree, Tensor):
        return tuple(tree._shape)
    if isinstance(tree, dict):
        return {k: s for k, v in tree.items() if (s := shapes_of(v)) is not None} or None
    if isinstance(tree, (list, tuple)):
        found = [s for x in tree if (s := shapes_of(x)) is not None]
        return (found[0] if len(found) == 1 else found) if found else None
    found = [tuple(x._shape) for x in _tensors(tree)] if not _is_plain(tree) else []
    return (found[0] if len(found) == 1 else found) if found else None


def _is_plain(x: Any) -> bool:
    return x is None or isinstance(x, (int, float, str, bool))


def without_lazy(model: Any) -> Any:
    """The model, or a copy if it has parameters that the first call would make."""
    return copy.deepcopy(model) if any(is_lazy(x) for x in _state(model)) else model


def _state(model: Any) -> list[Any]:
    return [*model.parameters(), *model.buffers()]


def run_watched(model: Any, args: tuple, kwargs: dict, mode: str) -> dict[int, Seen]:
    """id of each module -> what was seen of it. Afterwards everything is as before.

    Nothing is computed unless the model looks at elements: shapes follow from shapes.
    """
    log = _Log({id(m): Seen() for m in model.modules()})
    log.note_inputs((args, kwargs))
    state = get_rng_state()
    try:
        with ExitStack() as stack:
            stack.enter_context(_kept(model))
            stack.enter_context(_in_mode(model, mode))
            stack.enter_context(_hooked(model, log.before, log.after))
            stack.enter_context(no_grad())
            stack.enter_context(tracing(log))
            model(*args, **kwargs)
    finally:
        set_rng_state(state)
    return log.seen


@contextmanager
def _in_mode(model: Any, mode: str) -> Iterator[None]:
    modes = [(module, module.training) for module in model.modules()]
    try:
        if mode != "same":
            for module, _ in modes:
                module.training = mode == "train"
        yield
    finally:
        for module, training in modes:
            module.training = training


@contextmanager
def _hooked(model: Any, before: Callable, after: Callable) -> Iterator[None]:
    handles = []
    try:
        for module in model.modules():
            handles += [
                module.register_forward_pre_hook(before, prepend=True, with_kwargs=True),
                module.register_forward_hook(after, with_kwargs=True),
            ]
        yield
    finally:
        for handle in handles:
            handle.remove()


@contextmanager
def _kept(model: Any) -> Iterator[None]:
    """Parameters and buffers keep their contents: running statistics, spectral norms, caches."""
    places = [(m._buffers, dict(m._buffers)) for m in model.modules()]
    cells = {id(x._storage): x for x in _state(model) if not is_lazy(x)}
    kept = [(x, _contents(x), x._storage.version) for x in cells.values()]
    try:
        yield
    finally:
        for table, before in places:
            table.clear()
            table.update(before)
        for x, contents, version in kept:
            if x._storage.version == version:
                continue
            if isinstance(contents, Tensor):
                with no_grad():
                    x.copy_(contents)
            else:
                x._storage.value = contents
                x._storage.version = version


def _contents(x: Any) -> Any:
    """The storage's value, which nobody changes; of memory shared with NumPy a copy."""
    if x._storage.external is None and x._storage.base is None:
        return x._storage.value
    return x.detach().clone()
