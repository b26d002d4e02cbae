"""The tape: what backward needs to know of each call. Knows nothing of Tensor's surface.

A `GradNode` is made for each differentiable call whose inputs require gradients. It names the
operation, points to the nodes of its inputs, and holds the saved tensors with the versions
they had. A `Derivative` is one row of autograd/vjps: from its rules' parameter names follows
what has to be saved. Backward itself is autograd/engine.py.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from flambeau.tensor.hooks import NodeHooks, RemovableHandle

if TYPE_CHECKING:
    from flambeau.tensor.operation import Operation
    from flambeau.tensor.tensor import Tensor

__all__ = [
    "INPUT_NAMES",
    "AccumulateGrad",
    "Anomaly",
    "Derivative",
    "GradNode",
    "Mode",
    "Node",
    "Packed",
    "anomaly",
    "mode",
    "new_node",
    "next_sequence",
]


class Mode(threading.local):
    """Per-thread switches of recording."""

    grad = True  # no_grad, enable_grad
    inference = False  # inference_mode
    packing: tuple | None = None  # (pack, unpack) of autograd.graph.saved_tensors_hooks


class Anomaly:
    """What `detect_anomaly` switches, for all threads."""

    enabled = False  # nodes remember where they were made, backward explains errors
    check_nan = True  # backward looks for NaN


mode = Mode()
anomaly = Anomaly()
next_sequence = itertools.count().__next__  # creation order is a topological order


class Node:
    """What a tensor's `grad_fn` is: a place on the tape.

    `edges[i]` is the (node, output number) that gets the gradient of input i, or None.
    Rarely used fields live as class defaults, so that recording a call sets few attributes.
    """

    edges: Any = ()
    sequence = -1
    outputs = 1
    hooks: NodeHooks | None = None
    extra: str | None = None  # where the call was made, under TRACE or anomaly detection
    released = False  # what was saved is gone
    _metadata: dict | None = None

    def name(self) -> str:
        """The name that errors and graph drawings show, such as `MulBackward0`."""
        return type(self).__name__

    @property
    def next_functions(self) -> tuple:
        """For each input, the node that gets its gradient and the output number there."""
        return tuple((None, 0) if e is None else e for e in self.edges)

    @property
    def metadata(self) -> dict:
        """A dict for the user's notes about this node."""
        if self._metadata is None:
            self._metadata = {}
        return self._metadata

    def _ensure_hooks(self) -> NodeHooks:
        if self.hooks is None:
            self.hooks = NodeHooks()
        return self.hooks

    def register_hook(self, hook: Callable) -> RemovableHandle:
        """Call `hook(grad_inputs, grad_outputs)` after this node; it may return new grad_inputs."""
        return _add_hook(self._ensure_hooks().after, hook)

    def register_prehook(self, hook: Callable) -> RemovableHandle:
        """Call `hook(grad_outputs)` before this node; it may return new grad_outputs."""
        return _add_hook(self._ensure_hooks().before, hook)

    def __repr__(self) -> str:
        return f"<{self.name()} object at {id(self):#x}>"


def _add_hook(hooks: dict[int, Callable], hook: Callable) -> RemovableHandle:
    handle = RemovableHandle(hooks)
    hooks[handle.id] = hook
    return handle


class AccumulateGrad(Node):
    """The end of the tape at a leaf: gradients that arrive here are added to `variable.grad`."""

    def __init__(self, variable: Tensor) -> None:
        self.variable = variable


class Packed:
    """What a hook of `saved_tensors_hooks` made of a saved tensor, and how to get it back."""

    __slots__ = ("edge", "packed", "unpack")

    def __init__(self, x: Tensor, edge: tuple | None, hooks: tuple) -> None:
        pack, self.unpack = hooks
        self.edge = edge  # where the gradient of the tensor goes, for second derivatives
        self.packed = pack(x)


class GradNode(Node):
    """One recorded call of an operation; each operation has a subclass of its own.

    `key` is (attributes, type of input 0, type of input 1, ...), where Python numbers have
    their class. `saved[i]` is (tensor, version) if a rule uses input i (the number itself for
    numbers), else None; `output` is (tensor, version) if a rule uses the result. Under
    `saved_tensors_hooks` a Packed stands in the place of the pair.
    """

    operation: Operation
    derivative: Derivative
    key: tuple
    saved: Any = ()
    output: Any = None

    @property
    def attributes(self) -> tuple:
        """The operation's attributes."""
        return self.key[0]

    @property
    def types(self) -> tuple:
        """The types of the inputs; the class of the number for Python numbers."""
        return self.key[1:]


def new_node(operation: Operation, edges: tuple, key: tuple) -> GradNode:
    """A node for a call whose rules save nothing."""
    derivative = operation.derivative
    node = (derivative.node_class or derivative.make_class(operation))()
    node.edges = edges
    node.key = key
    node.sequence = next_sequence()
    return node


# -- what a row of the table saves --------------------------------------------------------------
INPUT_NAMES = {"x": 0, "y": 1, "z": 2, **{f"x{i}": i for i in range(16)}}
OTHER_NAMES = frozenset({"g", "out", "types", "attributes", "inputs", "needs"})


# what PyTorch calls the nodes of operations that have another name here
GRAD_FN_NAMES = {
    "embedding_sparse": "EmbeddingBackward0",
    "to": "ToCopyBackward0",
    "copy": "CopyBackwards",
    "log1p": "Log1PBackward0",
    "square": "PowBackward0",
    "norm": "LinalgVectorNormBackward0",
    "max_dim": "MaxBackward0",
    "min_dim": "MinBackward0",
    "clamp": "ClampBackward1",
}


class Derivative:
    """One row: the rules of an operation (see autograd/vjps/table.py), and what they save."""

    __slots__ = ("getters", "joint", "name", "node_class", "parameters", "plans", "rules")

    def __init__(
        self, name: str, rules: tuple[Callable | None, ...], joint: Callable | None
    ) -> None:
        self.name = name
        self.rules = rules
        self.joint = joint  # one rule for all inputs, or None
        self.parameters = tuple(_parameters(name, rule) for rule in (rules or (joint,)))
        self.node_class: type[GradNode] | None = None
        self.getters: tuple | None = None  # how the engine finds the rules' arguments
        self.plans: dict[int, tuple[tuple[int, ...], bool]] = {}

    def make_class(self, operation: Operation) -> type[GradNode]:
        """The class of this operation's nodes, so that type(grad_fn) has a telling name."""
        words = "".join(w[:1].upper() + w[1:] for w in operation.name.split("_"))
        name = GRAD_FN_NAMES.get(operation.name, f"{words}Backward0")
        fields = {"operation": operation, "derivative": self}
        self.node_class = type(name, (GradNode,), fields)
        return self.node_class

    def plan(self, pattern: int) -> tuple[tuple[int, ...], bool]:
        """(numbers of the inputs to save, whether to save the output).

        Bit i of `pattern` says whether input i requires a gradient; one more bit is set above
        the last input's.
        """
        count = pattern.bit_length() - 1
        inputs: set[int] = set()
        output = False
        for i, names in enumerate(self.parameters):
            if self.joint is None and not (pattern >> i & 1 and i < count):
                continue
            inputs.update(INPUT_NAMES[n] for n in names if n in INPUT_NAMES)
            if "inputs" in names:
                inputs.update(range(count))
            output = output or "out" in names
        found = (tuple(sorted(i for i in inputs if i < count)), output)
        self.plans[pattern] = found
        return found


def _parameters(name: str, rule: Callable | None) -> tuple[str, ...]:
    if rule is None:
        return ()
    code = rule.__code__
    names = code.co_varnames[: code.co_argcount]
    unknown = [n for n in names if n not in INPUT_NAMES and n not in OTHER_NAMES]
    assert not unknown, f"vjp {name}: unknown parameter names {unknown}"
    return names
