"""How special functions are written: formulas on Symbols, calculated with in float64.

A formula takes and gives Symbols (tensor/formula.py). It has no branches: all ranges are
calculated and `where` chooses. float32 is computed in float64 as well, so that one polynomial
serves both and the result is rounded once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flambeau.core import dtype as dt
from flambeau.core.dtype import DType
from flambeau.core.errors import message
from flambeau.engine.graph import build
from flambeau.engine.graph.node import Node
from flambeau.tensor.apply import apply
from flambeau.tensor.formula import Symbol
from flambeau.tensor.inplace import into
from flambeau.tensor.operation import Operation, operation
from flambeau.tensor.promotion import full_precision, promoted_float
from flambeau.tensor.tensor import Tensor

__all__ = [
    "choose", "cos", "exp", "exp_of_square", "floor", "function", "horner", "log", "log1p",
    "need_real", "reciprocal", "sin", "special", "sqrt", "symbolic",
]  # fmt: skip

Formula = Callable[..., Symbol]


# -- from formula to function -------------------------------------------------------------------
def symbolic(name: str, formula: Formula, in_double: bool = True) -> Callable[..., Node]:
    """An expansion: operands are promoted (whole ones to the default dtype), the result rounded."""

    def expand(*nodes: Node) -> Node:
        operands = promoted_float(name, *nodes)
        dtype = operands[0].dtype
        need_real(name, dtype)
        wide = dt.float64 if in_double else full_precision(dtype)
        result = formula(*[Symbol(build.convert(x, wide), False) for x in operands])
        return build.convert(result.node, dtype)

    return expand


def need_real(name: str, dtype: DType) -> None:
    if dtype.is_complex:
        raise NotImplementedError(
            message(name, f"a tensor of dtype {dtype.name}", "real numbers", ".real or .abs()")
        )


def special(name: str, formula: Formula, in_double: bool = True) -> Operation:
    """The operation `name`, of as many operands as the formula has."""
    return operation(name)(symbolic(name, formula, in_double))


def function(op: Operation, text: str, name: str = "") -> Callable[..., Tensor]:
    """The public function of one tensor."""

    def call(input: Tensor, *, out: Any = None) -> Tensor:
        result = apply(op, (input,))
        return result if out is None else into(out, result, op.name)

    call.__name__ = call.__qualname__ = name or op.name
    call.__doc__ = text
    return call


# -- elementary functions -----------------------------------------------------------------------
def _elementary(primitive: str) -> Callable[[Symbol], Symbol]:
    return lambda x: x.call(primitive)


exp, log, log1p = _elementary("exp"), _elementary("log"), _elementary("log1p")
sin, cos, sqrt = _elementary("sin"), _elementary("cos"), _elementary("sqrt")
floor, reciprocal = _elementary("floor"), _elementary("reciprocal")


def choose(*rows: Any) -> Symbol:
    """`choose(c1, x1, c2, x2, ..., otherwise)`: the first x whose condition holds."""
    result = rows[-1]
    for i in range(len(rows) - 3, -1, -2):
        result = rows[i].where(rows[i + 1], result)
    return result  # type: ignore[no-any-return]


def horner(t: Symbol, coefficients: Sequence[float]) -> Symbol:
    """The polynomial with the highest coefficient first."""
    result = t * coefficients[0] + coefficients[1]
    for c in coefficients[2:]:
        result = result * t + c
    return result


def _square(x: Symbol) -> tuple[Symbol, Symbol]:
    """x * x, and what rounding took from it (T. J. Dekker, 1971)."""
    big = x * 134217729.0
    high = big - (big - x)
    low = x - high
    square = x * x
    return square, (high * high - square + high * low * 2.0) + low * low


def exp_of_square(x: Symbol, factor: float) -> Symbol:
    """exp(factor * x * x) for a power of two as factor: x * x alone would lose its last digits."""
    square, lost = _square(x.minimum(60.0))
    return exp(square * factor) * (lost * factor + 1.0)
