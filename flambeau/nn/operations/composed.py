"""Making operations of formulas.

formula_operation(name, formula)  an Operation whose expansion is the formula; it gets a row in
                                  VJPS like any other
@composed(name)                   a formula for rules: one operation while nothing is recorded;
                                  under create_graph the formula itself, made of operations that
                                  are differentiable

A formula gets Expressions (or tensors), then the attributes. Half precision is calculated with in
float32; the result has the dtype of the first floating-point input. Inputs of different
floating-point dtypes are promoted.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flambeau.autograd.vjps.table import non_differentiable
from flambeau.core.dtype import DType, promote
from flambeau.engine.graph import build
from flambeau.engine.graph.node import Node
from flambeau.nn.operations.expression import Expression
from flambeau.tensor.apply import apply
from flambeau.tensor.inplace import TO
from flambeau.tensor.operation import Operation, operation
from flambeau.tensor.promotion import full_precision
from flambeau.tensor.tape import mode
from flambeau.tensor.tensor import Tensor

__all__ = ["Composed", "composed", "formula_operation", "widened"]

Formula = Callable[..., Any]
Check = Callable[..., None]


def _float_dtype(nodes: tuple[Any, ...]) -> DType | None:
    """The promoted dtype of the floating-point inputs that are no Python numbers."""
    found: DType | None = None
    for n in nodes:
        dtype = n.dtype
        if dtype.is_floating_point and getattr(n, "primitive", "") != "scalar":
            found = dtype if found is None else promote(found, dtype)
    return found


def widened(*nodes: Node) -> tuple[list[Expression], DType]:
    """The inputs in the dtype that is calculated with, and the dtype of the result."""
    dtype = _float_dtype(nodes)
    assert dtype is not None, "a formula has a floating-point input"
    wide = full_precision(dtype)
    made = [Expression(build.convert(n, wide) if n.dtype.is_floating_point else n) for n in nodes]
    return made, dtype


def _expansion(formula: Formula, check: Check | None) -> Callable[..., Node]:
    def expand(*args: Any) -> Node:
        nodes = tuple([a for a in args if isinstance(a, Node)])
        attributes = args[len(nodes) :]
        if check is not None:
            check(*nodes, *attributes)
        inputs, dtype = widened(*nodes)
        result = formula(*inputs, *attributes).node
        return build.convert(result, dtype) if result.dtype.is_floating_point else result

    return expand


def formula_operation(name: str, formula: Formula, check: Check | None = None) -> Operation:
    """The operation `name`; `check` sees the nodes and attributes first and raises."""
    return operation(name)(_expansion(formula, check))


class Composed:
    """A formula that rules call; see the module's text."""

    __slots__ = ("formula", "operation")

    def __init__(self, name: str, formula: Formula) -> None:
        self.formula = formula
        self.operation = operation(name)(_expansion(formula, None))
        non_differentiable(name)  # never on the tape: recorded, it is its formula's operations

    def __call__(self, inputs: tuple[Any, ...], attributes: tuple = ()) -> Tensor:
        if mode.grad and any([isinstance(x, Tensor) and x._requires_grad for x in inputs]):
            return self._on_tensors(inputs, attributes)
        return apply(self.operation, inputs, attributes)

    def _on_tensors(self, inputs: tuple[Any, ...], attributes: tuple) -> Tensor:
        dtype = _float_dtype(tuple([x for x in inputs if isinstance(x, Tensor)]))
        assert dtype is not None
        wide = full_precision(dtype)
        changed = [
            apply(TO, (x,), (wide,))
            if isinstance(x, Tensor) and x.dtype.is_floating_point and x.dtype is not wide
            else x
            for x in inputs
        ]
        result: Tensor = self.formula(*changed, *attributes)
        return result if result.dtype is dtype else apply(TO, (result,), (dtype,))


def composed(name: str) -> Callable[[Formula], Composed]:
    """Decorator: make the formula below it a Composed."""

    def make(formula: Formula) -> Composed:
        return Composed(name, formula)

    return make
