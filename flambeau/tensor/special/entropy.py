"""Products with logarithms, which are 0 where the factor is.

Operations:
  entr (x)          -x log(x)
  xlog1py (x, y)    x log(1 + y)
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from flambeau.tensor.apply import apply
from flambeau.tensor.formula import Symbol
from flambeau.tensor.inplace import into
from flambeau.tensor.special.symbols import choose, function, log, log1p, special
from flambeau.tensor.tensor import Tensor

__all__ = ["FUNCTIONS"]


def _entr(x: Symbol) -> Symbol:
    return choose(x.equals(0.0), 0.0, x < 0.0, -math.inf, -x * log(x))


def _xlog1py(x: Symbol, y: Symbol) -> Symbol:
    """0 where x is 0, unless y is NaN."""
    product = x * log1p(y)
    return choose(y.call("ne", y), y, x.equals(0.0), 0.0, product)


XLOG1PY = special("xlog1py", _xlog1py, in_double=False)


def xlog1py(input: Any, other: Any, *, out: Any = None) -> Tensor:
    """input * log(1 + other), 0 where input is 0.

    >>> import flambeau
    >>> flambeau.special.xlog1py(flambeau.tensor([0.0, 2.0]), flambeau.tensor([-1.0, 1.0]))
    tensor([0.0000, 1.3863])
    """
    result = apply(XLOG1PY, (input, other))
    return result if out is None else into(out, result, "xlog1py")


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "entr": function(special("entr", _entr, in_double=False),
                     "-x * log(x): 0 at 0, -inf below. The entropy is its sum."),
    "xlog1py": xlog1py,
}  # fmt: skip
