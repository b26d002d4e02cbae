"""How operations of linear algebra call the host's routines, and how results get derivatives.

Operations:
  routine (*inputs) [name, options, output]    one output of a row of ROUTINES; no history
  without_derivative (x, part) [name, hint]    part, whose backward raises

A decomposition is computed by `call`, without history. `attach` then puts a differentiable
operation on the tape whose inputs are the matrix and the computed parts, and whose result is
one of the parts. Its rule has all parts at hand, attaches them again where it needs them as
functions of the matrix, and so never decomposes twice, whatever the order of the derivative.
"""

from __future__ import annotations

from typing import Any

from flambeau.engine.graph import build
from flambeau.engine.graph.node import Node
from flambeau.engine.graph.routines import ROUTINES
from flambeau.tensor.apply import apply, record_history, wrap
from flambeau.tensor.operation import Operation, operation
from flambeau.tensor.tape import mode
from flambeau.tensor.tensor import Tensor
from flambeau.tensor.view import value_of

__all__ = ["ROUTINE", "WITHOUT_DERIVATIVE", "attach", "call"]


@operation("routine")
def ROUTINE(*inputs: Any) -> Node:
    *sources, name, options, output = inputs
    return build.routine(name, tuple(sources), options)[output]


def call(name: str, tensors: tuple[Tensor, ...], options: tuple = ()) -> tuple[Tensor, ...]:
    """All outputs of the routine `name`; those that are evaluated together cost one call."""
    types = ROUTINES[name].infer(options, *[value_of(t).type for t in tensors])
    return tuple([apply(ROUTINE, tensors, (name, options, i)) for i in range(len(types))])


@operation("without_derivative")
def WITHOUT_DERIVATIVE(x: Node, part: Node, name: str, hint: str) -> Node:
    return part


def attach(op: Operation, inputs: tuple[Tensor, ...], attributes: tuple, part: Tensor) -> Tensor:
    """`part`, one of `inputs` that was computed from others, as the result of `op`."""
    result = wrap(value_of(part))
    if mode.grad:
        if any(x._requires_grad for x in inputs):
            key = (attributes, *[value_of(x).type for x in inputs])
            record_history(op, inputs, key, result)
    elif mode.inference:
        result._inference = True
    return result
