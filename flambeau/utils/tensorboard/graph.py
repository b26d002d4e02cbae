"""The graph of what a model computes, for `add_graph`.

The model is called once. What it records on the way (tensor/apply.py) is logged together with
the module it was recorded in, which hooks before and after each module's forward tell. Nothing is
computed for it: the values are shapes and dtypes until somebody asks for elements.
"""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, NamedTuple

from flambeau.core.errors import message
from flambeau.tensor.boundary import copy_of, distinct_value, synchronize, tracing
from flambeau.tensor.operation import OPERATIONS
from flambeau.tensor.random import get_rng_state, set_rng_state
from flambeau.tensor.tensor import Tensor
from flambeau.tensor.view import value_of
from flambeau.utils._pytree import tree_leaves, tree_map
from flambeau.utils.tensorboard.protos import DTYPES, shape_proto
from flambeau.utils.tensorboard.wire import Message

__all__ = ["Call", "Log", "graph", "trace_model"]

PRODUCER = 22  # the version of GraphDef that PyTorch writes


class Call(NamedTuple):
    """One recorded operation: its result's value, its inputs' values and numbers, its module."""

    value: Any
    operation: str
    inputs: tuple
    scope: str
    attributes: str = ""


def graph(model: Any, args: Any, verbose: bool = False) -> tuple[Message, Message]:
    """(GraphDef, RunMetadata) of model(*args); `args` is a tensor, or a tuple of arguments."""
    log, results = trace_model(model, args)
    nodes = _nodes(log, results)
    if verbose:
        for node in nodes:
            fields = node.fields
            print(f"{fields['name']} = {fields['op']}({', '.join(fields['input'])})")
    device = Message("DeviceStepStats", device="/device:CPU:0")
    run = Message("RunMetadata", step_stats=Message("StepStats", dev_stats=[device]))
    return Message("GraphDef", node=nodes, versions=Message("VersionDef", producer=PRODUCER)), run


# -- the log --------------------------------------------------------------------------------------
class Log:
    """What is recorded, in order, while the model runs in this thread.

    `names` has the values that were there before: (scope, name, kind) of parameters and inputs.
    """

    def __init__(self, root: str) -> None:
        self.root = root
        self.calls: dict[Any, Call] = {}  # by the result's value
        self.names: dict[Any, tuple[str, str, str]] = {}
        self.scopes = [root]
        self._thread = threading.get_ident()

    def append(self, value: Any) -> None:
        """An operation was recorded."""
        if threading.get_ident() != self._thread:
            return
        for x in value.inputs:
            self.settle(x)
        self._note(value)

    def settle(self, value: Any) -> None:
        """Views come without notice: they belong to the module that is running when they are
        read, or that hands them out."""
        stack = [value]
        while stack:
            x = stack[-1]
            if x in self.calls or x in self.names or not _is_view(x):
                stack.pop()
                continue
            missing = [
                y for y in x.inputs if y not in self.calls and y not in self.names and _is_view(y)
            ]
            if missing:
                stack += missing
            else:
                self._note(stack.pop())

    def _note(self, value: Any) -> None:
        attributes = _attributes(value.template, value.inputs)
        name = value.template.name
        self.calls[value] = Call(value, name, value.inputs, self.scopes[-1], attributes)

    # -- hooks --------------------------------------------------------------------------------
    def before(self, scope: str) -> Callable[..., None]:
        """A hook that enters a module."""

        def enter(module: Any, args: tuple, kwargs: dict) -> None:
            for x in _tensors((args, kwargs)):
                self.settle(value_of(x))
            self.scopes.append(scope)

        return enter

    def after(self) -> Callable[..., None]:
        """A hook that leaves the module."""

        def leave(module: Any, args: tuple, kwargs: dict, result: Any) -> None:
            inputs = tuple(value_of(x) for x in _tensors((args, kwargs)))
            for x in _tensors(result):
                value = value_of(x)
                self.settle(value)
                if value.template is None and value not in self.calls and value not in self.names:
                    # computed on the host, unseen: then the module as a whole stands for it
                    name = type(module).__name__
                    self.calls[value] = Call(value, name, inputs, self.scopes[-1])
            self.scopes.pop()

        return leave


def _is_view(value: Any) -> bool:
    template = getattr(value, "template", None)
    return template is not None and template.is_view


def _tensors(tree: Any) -> list[Tensor]:
    return [x for x in tree_leaves(tree) if isinstance(x, Tensor)]


def _attributes(template: Any, inputs: tuple) -> str:
    """The attributes of a call with their names, and the numbers among its inputs."""
    operation = OPERATIONS.get(template.name)
    parts = [f"input {i}: {x}" for i, x in enumerate(inputs) if isinstance(x, (int, float))]
    if operation is not None:
        for key, found in operation.templates.items():
            if found is template and key[0]:
                names = list(inspect.signature(operation.expand).parameters)[len(inputs) :]
                names += [f"attribute {i}" for i in range(len(names), len(key[0]))]
                pairs = zip(names, key[0], strict=False)
                parts += [f"{name}: {value}" for name, value in pairs]
                break
    return ", ".join(parts).replace("'", " ")  # which the page takes for its own


# -- running the model ----------------------------------------------------------------------------
def trace_model(model: Any, args: Any) -> tuple[Log, list[Tensor]]:
    """The log of model(*args) in evaluation mode, and the tensors in its result."""
    if not callable(model):
        raise TypeError(
            message("add_graph", f"a {type(model).__name__}", "a module or a function of tensors")
        )
    if args is None:
        args = ()
    args = (args,) if isinstance(args, (Tensor, dict)) else tuple(args)
    root = getattr(model, "__name__", type(model).__name__).strip("<>")
    log = Log(root)
    synchronize()
    copies = tree_map(lambda x: copy_of(x) if isinstance(x, Tensor) else x, args)
    for i, x in enumerate(_tensors(copies)):
        log.names[distinct_value(x)] = ("input", f"input.{i + 1}", "IO Node")
    state = get_rng_state()
    try:
        with ExitStack() as stack:
            if hasattr(model, "named_modules"):
                scopes = _scopes(model, root)
                _name_parameters(model, scopes, log)
                stack.enter_context(_evaluating(model))
                stack.enter_context(_hooked(model, scopes, log))
            stack.enter_context(tracing(log))
            result = model(*copies)
            results = _tensors(result)
            for x in results:
                log.settle(value_of(x))
    finally:
        set_rng_state(state)
    return log, results


def _scopes(model: Any, root: str) -> dict[str, str]:
    """The scope of each module by its path: Net/Sequential[features]/Conv2d[0]."""
    scopes = {"": root}
    for path, module in model.named_modules(remove_duplicate=False):
        if path:
            owner, _, name = path.rpartition(".")
            scopes[path] = f"{scopes[owner]}/{type(module).__name__}[{name}]"
    return scopes


def _name_parameters(model: Any, scopes: dict[str, str], log: Log) -> None:
    for kind, named in (("Parameter", model.named_parameters), ("Buffer", model.named_buffers)):
        for path, x in named():
            owner, _, name = path.rpartition(".")
            log.names[distinct_value(x)] = (scopes[owner], name, kind)


@contextmanager
def _evaluating(model: Any) -> Iterator[None]:
    """Evaluation mode for all modules, and for each its own mode afterwards."""
    modes = [(module, module.training) for module in model.modules()]
    try:
        for module, is_training in modes:
            if is_training:
                module.training = False
        yield
    finally:
        for module, is_training in modes:
            if is_training:
                module.training = True


@contextmanager
def _hooked(model: Any, scopes: dict[str, str], log: Log) -> Iterator[None]:
    handles = []
    try:
        for path, module in model.named_modules():
            handles += [
                module.register_forward_pre_hook(
                    log.before(scopes[path]), prepend=True, with_kwargs=True
                ),
                module.register_forward_hook(log.after(), with_kwargs=True),
            ]
        yield
    finally:
        for handle in handles:
            handle.remove()


# -- nodes ----------------------------------------------------------------------------------------
def _nodes(log: Log, results: list[Tensor]) -> list[Message]:
    """The nodes that the results depend on, inputs first; then the results."""
    roots = [value_of(x) for x in results]
    needed = _needed(log, roots)
    names: dict[Any, str] = {}
    taken: set[str] = set()
    nodes = []

    def name(value: Any, scope: str, word: str, kind: str, inputs: list[str], note: str) -> None:
        base = full = f"{scope}/{word}"
        number = 0
        while full in taken:
            number += 1
            full = f"{base}_{number}"
        taken.add(full)
        names[value] = full
        nodes.append(_node(full, kind, inputs, value.type, note))

    def refer(value: Any, scope: str) -> str:
        if value not in names:
            where, word, kind = log.names.get(value, (scope, "constant", "Constant"))
            name(value, where, word, kind, [], "")
        return names[value]

    for value in log.names:  # inputs are shown even if the model does not use them
        if log.names[value][2] == "IO Node":
            refer(value, log.root)
    for call in log.calls.values():
        if call.value in needed:
            inputs = [refer(x, call.scope) for x in call.inputs if hasattr(x, "template")]
            name(call.value, call.scope, call.operation, call.operation, inputs, call.attributes)
    for i, value in enumerate(roots):
        source = refer(value, log.root)
        nodes.append(_node(f"output/output.{i + 1}", "IO Node", [source], value.type, ""))
    return nodes


def _needed(log: Log, roots: list[Any]) -> set[Any]:
    needed: set[Any] = set()
    stack = list(roots)
    while stack:
        value = stack.pop()
        if value in log.calls and value not in needed:
            needed.add(value)
            stack += log.calls[value].inputs
    return needed


def _node(name: str, kind: str, inputs: list[str], type: Any, note: str) -> Message:
    shapes = Message("AttrValue.ListValue", shape=[shape_proto(type.shape)])
    attributes = {
        "_output_shapes": Message("AttrValue", list=shapes),
        "attr": Message("AttrValue", s=note),
        "dtype": Message("AttrValue", type=DTYPES[type.dtype.name]),
    }
    entries = [Message("NodeDef.AttrEntry", key=k, value=v) for k, v in attributes.items()]
    return Message("NodeDef", name=name, op=kind, input=inputs, attr=entries)
