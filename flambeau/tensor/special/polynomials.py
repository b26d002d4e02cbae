"""Orthogonal polynomials by their recurrences.

A whole number n is unrolled into products and sums, with derivatives; numbers in a tensor are
computed on the host (engine/graph/routines/special.py, which holds the recurrences).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flambeau.core import dtype as dt
from flambeau.engine.graph import build
from flambeau.engine.graph.node import Node
from flambeau.engine.graph.routines.special import POLYNOMIALS
from flambeau.tensor.apply import apply
from flambeau.tensor.inplace import into
from flambeau.tensor.operation import operation
from flambeau.tensor.promotion import get_default_dtype, promoted_float
from flambeau.tensor.special.symbols import need_real
from flambeau.tensor.tensor import Tensor

__all__ = ["FUNCTIONS", "POLYNOMIAL"]

MAX_UNROLLED = 24


@operation("polynomial")
def POLYNOMIAL(x: Node, n: Node, name: str) -> Node:
    """The polynomial of number n, element by element."""
    a, b = promoted_float(name, x, n)
    need_real(name, a.dtype)
    shape = build.apply("add", a, b).shape
    wide = tuple(build.expand(build.convert(v, dt.float64), shape) for v in (a, b))
    return build.convert(build.routine("polynomial", wide, (name,))[0], a.dtype)


def _unrolled(name: str, x: Any, n: int) -> Tensor:
    if x.dtype.category in ("bool", "int"):
        x = x.to(get_default_dtype())
    second, following = POLYNOMIALS[name]
    before, current = x * 0 + 1, second(x)
    if n == 0:
        return before  # type: ignore[no-any-return]
    for k in range(1, n):
        before, current = current, following(k, x, current, before)
    return current  # type: ignore[no-any-return]


def _function(name: str) -> Callable[..., Tensor]:
    def call(input: Any, n: Any, *, out: Any = None) -> Tensor:
        known = isinstance(input, Tensor) and isinstance(n, (int, float)) and not n % 1
        half = known and input.dtype in (dt.float16, dt.bfloat16)
        if known and not half and 0 <= n <= MAX_UNROLLED:
            result = _unrolled(name, input, int(n))
        else:
            result = apply(POLYNOMIAL, (input, n), (name,))
        return result if out is None else into(out, result, name)

    words = name.removesuffix(name[-2:]).replace("_", " ").replace("polynomial", "")
    call.__name__ = call.__qualname__ = name
    call.__doc__ = (
        f"The {' '.join(words.split())} polynomial {name[-1].capitalize()} of number n at input; "
        "0 for negative n."
    )
    return call


FUNCTIONS: dict[str, Callable[..., Any]] = {name: _function(name) for name in POLYNOMIALS}
