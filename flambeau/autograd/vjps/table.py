"""VJPS: the derivative of every operation, one row each, and how to write a row.

A row names the operation and gives one rule per input, in order (None: not differentiable in
that input). A rule is a small function that returns the cotangent of its input, written with
ordinary tensor operations, so that it can be differentiated again. Its PARAMETER NAMES say what
it needs, and what is saved for backward follows from them:

    g            the cotangent of the result (a tensor of the result's dtype and shape)
    out          the result
    x, y, z      inputs 0, 1, 2;  `x3`, `x4` ... further ones;  `inputs` all of them in a tuple
                 (an input that was a Python number arrives as that number)
    types        the TensorTypes of the inputs (None for numbers); keeps no memory alive
    attributes   the operation's attributes
    needs        in `joint` rules: for each input whether its cotangent is wanted

    vjp("mul", lambda g, y: g * y, lambda g, x: g * x)
    vjp("exp", lambda g, out: g * out)
    vjp("sum", lambda g, types, attributes: expand_reduced(g, types[0].shape, *attributes))
    vjp("where", None, lambda g, x: where(x, g, 0.0), lambda g, x: where(x, 0.0, g))

The caller adapts what a rule returns to its input: dims that the forward call broadcast are
summed, dims that are missing or 1 are expanded, and the dtype is converted back. So rules
need not. None stands for a zero cotangent.

Where inputs are many (cat), or cotangents share work (layer_norm), one rule gives them all:

    vjp_joint("layer_norm", layer_norm_vjp)   # (g, x, y, types, attributes, needs) -> sequence

Operations that have no derivative are named once with `non_differentiable("eq", "argmax")`.
Backward runs with recording switched off unless `create_graph`, so a rule costs only the
operations it calls.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flambeau.tensor import methods as _methods  # noqa: F401 - defines every operation first
from flambeau.tensor.operation import OPERATIONS
from flambeau.tensor.tape import Derivative

__all__ = ["NON_DIFFERENTIABLE", "VJPS", "non_differentiable", "vjp", "vjp_joint"]

VJPS: dict[str, Derivative] = {}
NON_DIFFERENTIABLE: set[str] = set()

Rule = Callable[..., Any]


def vjp(name: str, *rules: Rule | None) -> None:
    """Give operation `name` its row: one rule (or None) per input."""
    _add(Derivative(name, rules, None))


def vjp_joint(name: str, rule: Callable[..., Sequence[Any]]) -> None:
    """Give operation `name` one rule that returns the cotangents of all inputs, in order."""
    _add(Derivative(name, (), rule))


def non_differentiable(*names: str) -> None:
    """Say that these operations have no derivative: their results never require gradients."""
    NON_DIFFERENTIABLE.update(names)


def _add(row: Derivative) -> None:
    assert row.name not in VJPS, f"vjp: {row.name} has two rows"
    VJPS[row.name] = row
    operation = OPERATIONS.get(row.name)
    if operation is not None:  # tests/autograd/test_table.py finds rows without an operation
        operation.derivative = row
