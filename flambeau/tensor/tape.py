"""The tape: what backward needs to know of each call. Knows nothing of Tensor's surface.

A `GradNode` is made for each differentiable call whose inputs require gradients. It names the
operation, points to the nodes of its inputs, and holds the saved tensors with the versions
they had. The rules themselves are in autograd/vjps.py.
"""

from __future__ import annotations

import itertools
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flambeau.core.types import TensorType
    from flambeau.tensor.operation import Operation

__all__ = ["GradNode", "Mode", "mode"]


class Mode(threading.local):
    """Per-thread switches of recording."""

    grad = True  # no_grad, enable_grad
    inference = False  # inference_mode
    anomaly = False  # detect_anomaly: nodes remember where they were made
    check_nan = True  # detect_anomaly(check_nan=...)


mode = Mode()
_sequence = itertools.count()


class GradNode:
    """One recorded call.

    `edges[i]` is the (node, output number) that gets the gradient of input i, or None.
    `saved[i]` is (tensor, version) for the inputs the rule uses, else None; `output` likewise.
    """

    __slots__ = (
        "__weakref__",
        "attributes",
        "edges",
        "extra",
        "hooks",
        "operation",
        "output",
        "released",
        "saved",
        "sequence",
        "type",
        "types",
    )

    def __init__(self, operation: Operation, edges: tuple, attributes: tuple) -> None:
        self.operation = operation
        self.edges = edges
        self.attributes = attributes
        self.saved: tuple = ()
        self.output: Any = None
        self.types: tuple[TensorType | None, ...] = ()  # of the inputs; None for numbers
        self.type: TensorType | None = None  # of the output
        self.sequence = next(_sequence)
        self.hooks: Any = None  # hooks on the gradient of the output, and on the node
        self.released = False
        self.extra: Any = None  # where the call was made, under TRACE or anomaly detection
