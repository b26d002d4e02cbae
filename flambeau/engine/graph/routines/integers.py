"""What is done with the bits and divisors of integers: loops whose length depends on the values.

Rows of ROUTINES:
  gcd (a, b)               the greatest common divisor, not negative
  xor (x) [dims]           exclusive or over dims, which stay with size 1
"""

from __future__ import annotations

from typing import Any

import numpy as np

from flambeau.core.types import TensorType, tensor_type
from flambeau.engine.graph.routines.table import Routine

__all__ = ["INTEGERS"]


def _same(options: tuple, a: TensorType, *rest: TensorType) -> tuple[TensorType, ...]:
    return (a,)


def _gcd(options: tuple, a: Any, b: Any) -> tuple[Any, ...]:
    return (np.gcd(a, b),)


def _kept(options: tuple, x: TensorType) -> tuple[TensorType, ...]:
    shape = tuple(1 if d in options[0] else n for d, n in enumerate(x.shape))
    return (tensor_type(x.dtype, shape),)


def _xor(options: tuple, x: Any) -> tuple[Any, ...]:
    return (np.bitwise_xor.reduce(x, options[0], keepdims=True),)


INTEGERS: dict[str, Routine] = {
    "gcd": Routine(_same, _gcd),
    "xor": Routine(_kept, _xor),
}
