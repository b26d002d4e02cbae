"""Divisors and multiples of integers.

Operations on (x, y), integers that are broadcast and promoted:
  gcd lcm
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flambeau.core.errors import message
from flambeau.core.shape import broadcast_shapes
from flambeau.engine.graph import build
from flambeau.engine.graph.node import Node
from flambeau.tensor.apply import apply
from flambeau.tensor.inplace import into
from flambeau.tensor.operation import Operation, operation
from flambeau.tensor.promotion import need_tensor_arguments, promoted
from flambeau.tensor.tensor import Tensor
from flambeau.tensor.unary import number_like

__all__ = ["FUNCTIONS", "IN_PLACE", "METHODS"]


def _integers(name: str, x: Node, y: Node) -> tuple[Node, Node]:
    """Both operands, promoted and of one shape."""
    a, b = promoted(name, x, y)
    if a.dtype.category != "int":
        raise NotImplementedError(
            message(name, f"tensors of dtype {a.dtype.name}", "integers", ".long()")
        )
    shape = broadcast_shapes(name, a.shape, b.shape)
    return build.expand(a, shape), build.expand(b, shape)


@operation("gcd")
def GCD(x: Node, y: Node) -> Node:
    (divisor,) = build.routine("gcd", _integers("gcd", x, y))
    return divisor


@operation("lcm")
def LCM(x: Node, y: Node) -> Node:
    """|a / gcd(a, b) * b|, and 0 where either is 0 (a division by 0 gives 0)."""
    a, b = _integers("lcm", x, y)
    (divisor,) = build.routine("gcd", (a, b))
    multiple = build.apply("abs", build.apply("mul", build.apply("div", a, divisor), b))
    none = build.apply("eq", divisor, number_like(divisor, 0))
    return build.apply("where", none, number_like(multiple, 0), multiple)


def _function(name: str, op: Operation, text: str) -> Callable[..., Tensor]:
    def function(input: Tensor, other: Tensor, *, out: Any = None) -> Tensor:
        need_tensor_arguments(name, input=input, other=other)
        result = apply(op, (input, other))
        return result if out is None else into(out, result, name)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = text
    return function


FUNCTIONS: dict[str, Callable[..., Tensor]] = {
    "gcd": _function("gcd", GCD, """The greatest common divisor of each pair, never negative.

    >>> import flambeau
    >>> flambeau.gcd(flambeau.tensor([12, -8, 0]), flambeau.tensor([18, 6, 5]))
    tensor([6, 2, 5])
    """),
    "lcm": _function("lcm", LCM, "The least common multiple of each pair, never negative."),
}  # fmt: skip
IN_PLACE = ("gcd", "lcm")
METHODS: dict[str, Callable[..., Any]] = {}
