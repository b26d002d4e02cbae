"""Where operations meet tensors that are not strided: sparse ones.

A sparse tensor has no storage: asking for it raises `NotStrided`. `apply` then looks for a rule of
its operation among RULES, and functions that are told so with `also_sparse` for a function of
their name among FUNCTIONS. Both tables are filled by flambeau.sparse, which makes such tensors.

Operations:
  sparse_coo_tensor_with_dims_and_tensors (x)   the values of a sparse tensor: what they were given
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from flambeau.engine.graph.node import Node
from flambeau.tensor.operation import Operation, operation

__all__ = [
    "FUNCTIONS",
    "RULES",
    "VALUES",
    "NotStrided",
    "also_sparse",
    "apply_sparse",
    "parts_of",
    "with_entries",
]

# operation -> rule(inputs, attributes)
RULES: dict[str, Callable[[tuple, tuple], Any]] = {}
# name of a function of the package -> the function on tensors of which some are sparse
FUNCTIONS: dict[str, Callable[..., Any]] = {}


_SOMETHING = "this operation"


class NotStrided(NotImplementedError):
    """An operation on dense memory was given a sparse tensor."""

    def __init__(self, layout: Any, name: str = _SOMETHING) -> None:
        super().__init__(
            f"{name}: could not run on a tensor of layout {layout!r}, which has no strides and no "
            "storage; required: flambeau.strided; try to_dense()"
        )
        self.layout = layout
        self.name = name


def _better(name: str, other: str) -> str:
    return other if name == _SOMETHING else name


def parts_of(x: Any) -> tuple | None:
    """The dense tensors that the sparse tensor x is made of; None if x is dense."""
    try:
        x._storage  # noqa: B018
    except NotStrided:
        return (*x._parts().values(), x._values_)
    return None


def apply_sparse(op: Operation, inputs: tuple, attributes: tuple, reason: NotStrided) -> Any:
    """The result of `op`, if sparse tensors have a rule for it."""
    rule = RULES.get(op.name)
    if rule is None:
        raise NotStrided(reason.layout, op.name) from None
    return rule(inputs, attributes)


def also_sparse(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """`function`, which hands sparse tensors to their function of that name."""

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except NotStrided as reason:
            found = FUNCTIONS.get(name)
            if found is None:
                raise NotStrided(reason.layout, _better(reason.name, name)) from None
        return found(*args, **kwargs)

    return call


def with_entries(x: Any, g: Any) -> Any:
    """The gradient of x for a cotangent of x's values: sparse with x's entries if x is sparse."""
    try:
        x._storage  # noqa: B018
    except NotStrided:
        return x._with(g)
    return g


@operation("sparse_coo_tensor_with_dims_and_tensors")
def VALUES(x: Node) -> Node:
    return x
