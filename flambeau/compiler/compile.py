"""`compile`: capture a function of tensors once, replay it as one native program.

The first call with given argument types runs the function as usual, but evaluates everything
it recorded in a single program. From what the run read and wrote it is known which storages
are inputs (arguments, parameters, optimizer state, running statistics) and which got a new
value; a later call with the same types gathers the inputs' buffers, runs the program and puts
the results into the same cells. Outputs are fresh tensors.

A call for which the capture does not hold (other shapes, a changed hyperparameter, another
mode, another constant) captures again; kernels and programs are found again by structure, so
that costs little more than one ordinary step. What cannot be captured runs uncaptured: with the
same results, and one warning that says why.
"""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable
from typing import Any

from flambeau.compiler.entry import Entry, NotReplayable, build_entry
from flambeau.compiler.guards import Watcher, ambient
from flambeau.engine.runtime.capture import RECORDERS, Recorder
from flambeau.engine.runtime.evaluate import evaluate_view, flush, observers
from flambeau.nn.module import Module
from flambeau.tensor.layouts import NotStrided, parts_of
from flambeau.tensor.tensor import Tensor
from flambeau.tensor.view import value_of

__all__ = ["Compiled", "compile"]

MAX_ENTRIES = 64  # argument types remembered for one function
MAX_RECAPTURES = 16  # in a row, before a function is left uncaptured


class Compiled:
    """A function that replays captured programs; `captures` and `replays` count."""

    def __init__(self, function: Callable[..., Any]) -> None:
        functools.update_wrapper(self, function)
        self._function = function
        self._entries: dict[tuple, Entry | str] = {}
        self._recaptures = 0
        self.captures = 0
        self.replays = 0

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if RECORDERS:  # inside another captured function: part of it
            return self._function(*args, **kwargs)
        tensors: list[Tensor] = []
        key = _describe((args, kwargs) if kwargs else args, tensors)
        entry = self._entries.get(key)
        if type(entry) is Entry:
            if entry.ambient == ambient() and entry.guards.changed() is None:
                result = entry.replay(tensors)
                if result is not entry:
                    self.replays += 1
                    self._recaptures = 0
                    return result
            self._recaptures += 1
        elif entry is not None:
            return self._function(*args, **kwargs)
        return self._capture(key, tensors, args, kwargs)

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        return self if instance is None else functools.partial(self, instance)

    def _capture(self, key: tuple, tensors: list[Tensor], args: tuple, kwargs: dict) -> Any:
        if self._recaptures > MAX_RECAPTURES:
            self._give_up(key, "what it depends on changes at every call")
            return self._function(*args, **kwargs)
        if len(self._entries) >= MAX_ENTRIES:
            self._entries.clear()
        flush()
        recorder = Recorder(evaluate_view)
        for t in tensors:
            value_of(t)
            recorder.seen(t._storage)
        before = ambient()
        watcher = Watcher(_plain_function(self._function))
        RECORDERS.append(recorder)
        observers.append(recorder.ran)
        try:
            with watcher:
                result = self._function(*args, **kwargs)
            flush()
        finally:
            observers.remove(recorder.ran)
            RECORDERS.pop()
        self.captures += 1
        try:
            changed = watcher.guards().changed()
            if changed is not None:
                raise NotReplayable(f"it changes the Python variable {changed!r}")
            if ambient() != before:
                return result  # state was created or modes were set: the next call is typical
            self._entries[key] = build_entry(recorder, tensors, result, watcher.guards(), before)
        except NotReplayable as reason:
            self._give_up(key, str(reason))
        except NotStrided:
            self._give_up(key, "a result or a gradient of it is a sparse tensor")
        return result

    def _give_up(self, key: tuple, reason: str) -> None:
        self._entries[key] = reason
        name = getattr(self._function, "__name__", type(self._function).__name__)
        warnings.warn(
            f"compile: {name} runs uncaptured because {reason}; results are the same, each call "
            "records its operations anew",
            stacklevel=4,
        )

    def explain(self) -> str:
        """What was captured, and what was not and why."""
        lines = [f"{self.captures} captures, {self.replays} replays"]
        for key, entry in self._entries.items():
            lines.append(f"  {key}: {entry if isinstance(entry, str) else entry.describe()}")
        return "\n".join(lines)


def _plain_function(function: Callable[..., Any]) -> Any:
    if isinstance(function, Module):
        return type(function).forward
    return getattr(function, "__func__", function)


def _describe(x: Any, tensors: list[Tensor]) -> Any:
    """A hashable description of an argument; tensors are collected and stand as types."""
    if isinstance(x, Tensor):
        parts = parts_of(x)
        if parts is not None:
            flag = x.__dict__.get("_coalesced")
            return (type(x), x._shape, flag, *[_describe(p, tensors) for p in parts])
        for i, t in enumerate(tensors):
            if t is x or t._storage is x._storage:
                return ("same", i, x._layout) if t is x else ("shares", i, x._layout, t._layout)
        tensors.append(x)
        value = x._storage.value
        return (value.type, x._layout, x._requires_grad, type(x))
    if isinstance(x, (tuple, list)):
        return (type(x), *[_describe(v, tensors) for v in x])
    if isinstance(x, dict):
        return (dict, *[(k, _describe(v, tensors)) for k, v in x.items()])
    if isinstance(x, float):
        return (float, repr(x))
    try:
        hash(x)
    except TypeError:
        return ("object", id(x))
    return (type(x), x)


def compile(
    model: Callable[..., Any] | None = None, *, fullgraph: bool = False,
    dynamic: bool | None = None, backend: Any = None, mode: str | None = None,
    options: dict | None = None, disable: bool = False,
) -> Any:  # fmt: skip
    """Capture `model`, a function or a Module, and replay it as one program.

    A whole training step (forward, backward, optimizer) is the best unit. The other arguments
    are PyTorch's and change nothing: there is one back end and no modes to choose from.

    >>> import flambeau
    >>> w = flambeau.ones(3)
    >>> @flambeau.compile
    ... def step(x):
    ...     w.add_(x)
    ...     return w.sum()
    >>> [step(flambeau.ones(3)).item() for _ in range(3)]
    [6.0, 9.0, 12.0]
    """
    if model is None:
        return functools.partial(
            compile, fullgraph=fullgraph, dynamic=dynamic, backend=backend, mode=mode,
            options=options, disable=disable,
        )  # fmt: skip
    if disable:
        return model
    if not callable(model):
        raise TypeError(
            f"compile: given {type(model).__name__}; required: a function or a Module; "
            "try compile(step) where step(x) does one training step"
        )
    if isinstance(model, Module):
        return CompiledModule(model)
    return Compiled(model)


class CompiledModule(Module):
    """A module whose forward is captured; parameters and state dict are the original's."""

    def __init__(self, module: Module) -> None:
        super().__init__()
        self._orig_mod = module
        object.__setattr__(self, "_compiled", Compiled(module))

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """The module's result, replayed where no gradients flow through it."""
        return self._compiled(*args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        try:
            return super().__getattr__(name)
        except AttributeError:
            return getattr(super().__getattr__("_orig_mod"), name)
