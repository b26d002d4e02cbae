"""Powers in double precision: float_power."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flambeau.core import dtype as dt
from flambeau.core.dtype import DType
from flambeau.core.errors import message
from flambeau.tensor.apply import adopt, apply
from flambeau.tensor.arithmetic import pow_
from flambeau.tensor.inplace import TO, into
from flambeau.tensor.tensor import Tensor

__all__ = ["FUNCTIONS", "METHODS"]


def _is_complex(x: Any) -> bool:
    return x.dtype.is_complex if isinstance(x, Tensor) else isinstance(x, complex)


def _wide(input: Any, exponent: Any) -> DType:
    return dt.complex128 if _is_complex(input) or _is_complex(exponent) else dt.float64


def _power(input: Any, exponent: Any) -> Tensor:
    if not isinstance(input, Tensor) and not isinstance(exponent, Tensor):
        raise TypeError(
            f"float_power(): given {type(input).__name__} and {type(exponent).__name__}; required: "
            "at least one Tensor; try flambeau.tensor(...)"
        )
    dtype = _wide(input, exponent)
    operands = [apply(TO, (x,), (dtype,)) if isinstance(x, Tensor) else x
                for x in (input, exponent)]  # fmt: skip
    return pow_(*operands)


def float_power(input: Any, exponent: Any, *, out: Any = None) -> Tensor:
    """input to the power of exponent, in float64 (complex128 for complex operands).

    >>> import flambeau
    >>> flambeau.float_power(flambeau.tensor([2, 4]), -1)
    tensor([0.5000, 0.2500], dtype=flambeau.float64)
    """
    result = _power(input, exponent)
    return result if out is None else into(out, result, "float_power")


def float_power_(self: Tensor, exponent: Any) -> Tensor:
    """float_power in place; the tensor must have the result's dtype."""
    dtype = _wide(self, exponent)
    if self.dtype is not dtype:
        raise RuntimeError(
            message("float_power_", f"a base of dtype {self.dtype.name}", "the operation's result "
                    f"requires dtype {dtype.name}", "float_power, which makes a new tensor")
        )  # fmt: skip
    return adopt(self, _power(self, exponent), "float_power_")


FUNCTIONS: dict[str, Callable[..., Any]] = {"float_power": float_power}
METHODS: dict[str, Callable[..., Any]] = {"float_power_": float_power_}
