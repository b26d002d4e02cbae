"""`Template` and `Value`: what an operation call leaves behind.

An operation, with given input types and attributes, expands into nodes once; the result is a
`Template`. Each call then records a `Value`: a template and its inputs, a few hundred
nanoseconds of work. When somebody looks, the recorded values are evaluated together and each
needed one gets its buffer.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from flambeau.core import dtype as dt
from flambeau.core.dtype import DType
from flambeau.core.errors import message
from flambeau.core.types import TensorType
from flambeau.engine.graph import build
from flambeau.engine.graph.node import Node, topological
from flambeau.engine.graph.primitives import PRIMITIVES

if TYPE_CHECKING:
    from flambeau.engine.backend.allocator import Buffer

__all__ = ["NUMBERS", "Template", "Value", "input_node", "leaf"]

# Python numbers that can be inputs, and the dtype in which the plan gets them.
NUMBERS: dict[type, DType] = {bool: dt.bool_, int: dt.int64, float: dt.float64}

_ids = itertools.count()


class Template:
    """An operation expanded for given input types.

    Parameter i of `root` stands for input i when it is a tensor, scalar i when it is a number.
    """

    __slots__ = ("blame", "id", "is_random", "is_reshape", "is_view", "name", "root", "type")
    # what is wrong with these inputs, in words; asked after an IndexError
    blame: Callable[[tuple], str | None] | None

    def __init__(self, name: str, root: Node) -> None:
        self.id = next(_ids)
        self.name = name
        self.blame = None
        self.root = root
        self.type = root.type
        # a pure rearrangement of its input costs nothing in the kernel that reads it, so it is
        # not evaluated for its own sake
        nodes = list(topological([root]))
        self.is_random = any(n.primitive == "random_bits" for n in nodes)
        # the elements as they lie, under another shape
        self.is_reshape = all(n.primitive in ("parameter", "reshape") for n in nodes)
        self.is_view = all(
            (
                PRIMITIVES[n.primitive].kind == "movement"
                and n.primitive not in ("pad", "cat", "copy")
            )
            or n.primitive == "parameter"
            for n in nodes
        )
        if self.type.numel * (1 if self.is_view else self.type.dtype.itemsize) >= 2**63:
            raise RuntimeError(
                message(
                    name, f"sizes that make a tensor of shape {list(self.type.shape)}",
                    "fewer than 2**63 bytes: the storage size calculation overflowed",
                    "smaller sizes",
                )
            )  # fmt: skip

    def __repr__(self) -> str:
        return f"Template({self.name}: {self.root!r})"


class Value:
    """A tensor's contents: recorded (template and inputs) or evaluated (buffer)."""

    __slots__ = ("buffer", "error", "inputs", "line", "run", "template", "type")
    error: Exception  # why evaluation failed
    line: str  # the user's, under TRACE; unset otherwise
    run: Any  # the Recorder that was active when a view was recorded; unset otherwise

    def __init__(self, template: Template, inputs: tuple) -> None:
        self.template: Template | None = template
        self.inputs = inputs  # Values and Python numbers
        self.type = template.type
        self.buffer: Buffer | None = None

    def __repr__(self) -> str:
        if self.buffer is not None:
            return f"Value({self.type}, evaluated)"
        return f"Value({self.type}, {self.template.name if self.template else 'failed'})"


_new_value = Value.__new__


def leaf(type: TensorType, buffer: Buffer) -> Value:
    """An evaluated value."""
    value = _new_value(Value)
    value.template = None
    value.inputs = ()
    value.type = type
    value.buffer = buffer
    return value


def input_node(index: int, kind: Any) -> Node:
    """The node for input `index`: of a TensorType, or of a Python number's class."""
    if isinstance(kind, TensorType):
        return build.parameter(index, kind)
    return build.scalar(index, NUMBERS[kind])
