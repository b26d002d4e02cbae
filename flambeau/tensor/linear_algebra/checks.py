"""What operations of linear algebra ask of their matrices, and what they say when it is not so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from flambeau.core import dtype as dt
from flambeau.core.errors import LinAlgError, message
from flambeau.engine.runtime.evaluate import TRACING
from flambeau.tensor.boundary import is_capturing, read
from flambeau.tensor.reduction import TITLES
from flambeau.tensor.tensor import Tensor

__all__ = [
    "check_info", "need_dims", "need_equal_sides", "need_floats", "need_matrix", "need_precision",
    "need_same_dtype", "need_square", "need_tensor", "not_converged",
]  # fmt: skip


def need_tensor(name: str, x: Any, argument: str = "A") -> None:
    """TypeError unless x is a tensor."""
    if not isinstance(x, Tensor):
        raise TypeError(
            f"{name}(): argument '{argument}' must be Tensor, not {type(x).__name__}; "
            "try flambeau.tensor(...)"
        )


def need_floats(name: str, x: Any) -> None:
    """RuntimeError for integers and bools."""
    need_tensor(name, x)
    if not (x.dtype.is_floating_point or x.dtype.is_complex):
        raise RuntimeError(
            message(name, f"dtype {x.dtype.name}", "Expected a floating point or complex tensor "
                    f"as input. Got {TITLES.get(x.dtype.name, x.dtype.name)}", ".float()")
        )  # fmt: skip


def need_precision(name: str, x: Any) -> None:
    """The same, and NotImplementedError for half precision: there are no routines for it."""
    need_floats(name, x)
    if x.dtype in (dt.float16, dt.bfloat16):
        raise NotImplementedError(
            message(name, f"dtype {x.dtype.name}", "Low precision dtypes not supported. "
                    f"Got {TITLES[x.dtype.name]}", ".float()")
        )  # fmt: skip


def need_dims(name: str, x: Any, argument: str = "A") -> None:
    """RuntimeError unless x is one matrix or a batch of them."""
    need_tensor(name, x, argument)
    if len(x._shape) < 2:
        raise RuntimeError(
            message(name, f"shape {list(x._shape)}", f"The input tensor {argument} must have at "
                    "least 2 dimensions", ".unsqueeze(-1) for a column")
        )  # fmt: skip


def need_equal_sides(name: str, x: Any) -> None:
    """RuntimeError unless the matrices are square."""
    need_dims(name, x)
    m, n = x._shape[-2:]
    if m != n:
        raise RuntimeError(
            message(name, f"shape {list(x._shape)}", "A must be batches of square matrices, but "
                    f"they are {m} by {n} matrices", "linalg.lstsq or linalg.pinv")
        )  # fmt: skip


def need_matrix(name: str, x: Any) -> None:
    """Matrices of a dtype for which there are routines."""
    need_dims(name, x)
    need_precision(name, x)


def need_square(name: str, x: Any) -> None:
    """Square matrices of a dtype for which there are routines."""
    need_equal_sides(name, x)
    need_precision(name, x)


def need_same_dtype(name: str, a: Tensor, b: Tensor, names: tuple[str, str] = ("A", "B")) -> None:
    """RuntimeError unless both have one dtype."""
    need_tensor(name, b, names[1])
    if a.dtype is not b.dtype:
        titles = [TITLES.get(x.dtype.name, x.dtype.name) for x in (a, b)]
        raise RuntimeError(
            message(name, f"dtypes {a.dtype.name} and {b.dtype.name}",
                    f"Expected {names[0]} and {names[1]} to have the same dtype, but found "
                    f"{names[0]} of type {titles[0]} and {names[1]} of type {titles[1]} instead",
                    f".to(flambeau.{a.dtype.name})")
        )  # fmt: skip


def check_info(
    name: str, info: Tensor, words: Callable[[int], str], hint: str = "",
    error: type[RuntimeError] = LinAlgError,
) -> None:  # fmt: skip
    """LinAlgError if a matrix' code is not 0; `words(code)` says what is required.

    This looks at values, so it waits for them. While a function is captured, or called on
    stand-ins, nothing may be looked at: there the results of such a matrix mean nothing.
    """
    if is_capturing() or TRACING:
        return
    codes = read(info)
    if not codes.any():
        return
    at = int(np.flatnonzero(codes)[0])
    code = int(codes.reshape(-1)[at])
    place = f"(Batch element {at}): " if codes.ndim else ""
    what = f"matrix {at} of the batch" if codes.ndim else "a matrix"
    raise error(message(name, f"{what} that stopped with code {code}", place + words(code), hint))


def not_converged(code: int) -> str:
    """The words for an iteration that has no end."""
    return (
        "a matrix on which the iteration converges: The algorithm failed to converge because the "
        "input matrix contained non-finite values or is ill-conditioned"
    )
