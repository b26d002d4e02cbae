"""Pairs and places: distances between rows, combinations, coordinates, and filling by function."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np

from flambeau.core.errors import message
from flambeau.tensor.creation import tensor
from flambeau.tensor.elementwise import where
from flambeau.tensor.linalg import matmul
from flambeau.tensor.shaping import unsqueeze
from flambeau.tensor.tensor import Tensor

__all__ = ["FUNCTIONS", "cdist", "combinations", "unravel_index"]

FEW_ROWS = 25  # up to so many, Euclidean distances are computed without a matrix product
MODES = (
    "use_mm_for_euclid_dist_if_necessary", "use_mm_for_euclid_dist",
    "donot_use_mm_for_euclid_dist",
)  # fmt: skip


def cdist(x1: Tensor, x2: Tensor, p: float = 2.0, compute_mode: Any = None) -> Tensor:
    """The p-norm distances of all pairs of rows: (..., n, d) and (..., m, d) give (..., n, m).

    Many Euclidean distances are computed by one matrix product, |x|^2 + |y|^2 - 2 x y, which is
    fast but loses digits where rows are close; compute_mode "donot_use_mm_for_euclid_dist" is
    always precise.

    >>> import flambeau
    >>> flambeau.cdist(flambeau.tensor([[0.0, 0.0]]), flambeau.tensor([[3.0, 4.0], [0.0, 1.0]]))
    tensor([[5., 1.]])
    """
    _check_rows(x1, x2, p)
    mode = MODES[0] if compute_mode is None else compute_mode
    if isinstance(mode, int):
        mode = MODES[mode]
    if mode not in MODES:
        raise ValueError(message("cdist", f"compute_mode {mode!r}", f"one of {', '.join(MODES)}"))
    many = max(x1._shape[-2], x2._shape[-2]) > FEW_ROWS
    if p == 2 and (mode == MODES[1] or (mode == MODES[0] and many)):
        return _by_product(x1, x2)
    gaps: Any = unsqueeze(x1, -2) - unsqueeze(x2, -3)  # type: ignore[operator]
    if not gaps._shape[-1]:
        return gaps.new_zeros(gaps._shape[:-1])  # type: ignore[no-any-return]
    return gaps.norm(p, -1)  # type: ignore[no-any-return]


def _check_rows(x1: Tensor, x2: Tensor, p: float) -> None:
    for name, x in (("X1", x1), ("X2", x2)):
        if not x.dtype.is_floating_point:
            raise RuntimeError(
                message("cdist", f"{name} of dtype {x.dtype.name}",
                        "cdist only supports floating-point dtypes", ".float()")
            )  # fmt: skip
        if len(x._shape) < 2:
            raise RuntimeError(
                message("cdist", f"{name} of shape {list(x._shape)}",
                        "cdist only supports at least 2D tensors", "unsqueeze(0)")
            )  # fmt: skip
    if x1._shape[-1] != x2._shape[-1]:
        raise RuntimeError(
            message("cdist", f"shapes {list(x1._shape)} and {list(x2._shape)}",
                    "X1 and X2 must have the same number of columns")
        )  # fmt: skip
    if p < 0:
        raise RuntimeError(message("cdist", f"p={p}", "cdist only supports non-negative p values"))


def _by_product(x1: Any, x2: Any) -> Tensor:
    own = (x1 * x1).sum(-1).unsqueeze(-1), (x2 * x2).sum(-1).unsqueeze(-2)
    squares: Any = own[0] + own[1] - matmul(x1, x2.transpose(-1, -2)) * 2
    positive = squares > 0
    return where(positive, where(positive, squares, 1.0).sqrt(), 0.0)  # type: ignore[attr-defined]


# -- combinations -------------------------------------------------------------------------------
def combinations(input: Tensor, r: int = 2, with_replacement: bool = False) -> Tensor:
    """All choices of r elements of a vector, in order: (n) to (choices, r).

    >>> import flambeau
    >>> flambeau.combinations(flambeau.tensor([1, 2, 3]))
    tensor([[1, 2],
            [1, 3],
            [2, 3]])
    """
    if len(input._shape) != 1:
        raise RuntimeError(
            message("combinations", f"shape {list(input._shape)}",
                    f"Expect a 1D vector, but got shape {list(input._shape)}", "flatten()")
        )  # fmt: skip
    if r < 0:
        raise RuntimeError(
            message("combinations", f"r={r}", f"Expect a non-negative number, but got {r}")
        )
    if r == 0:
        return input.new_zeros(0)  # type: ignore[attr-defined, no-any-return]
    choose = itertools.combinations_with_replacement if with_replacement else itertools.combinations
    places = np.array(list(choose(range(input._shape[0]), r)), np.int64).reshape(-1, r)
    return input[tensor(places)]  # type: ignore[index, no-any-return]


# -- coordinates --------------------------------------------------------------------------------
def unravel_index(indices: Tensor, shape: Any) -> tuple[Tensor, ...]:
    """The coordinates, one tensor for each dim, of places in a flattened tensor of `shape`.

    >>> import flambeau
    >>> flambeau.unravel_index(flambeau.tensor([7, 3]), (2, 4))
    (tensor([1, 0]), tensor([3, 3]))
    """
    if not isinstance(indices, Tensor) or indices.dtype.category != "int":
        given = indices.dtype.name if isinstance(indices, Tensor) else type(indices).__name__
        raise TypeError(
            message("unravel_index", f"indices of {given}",
                    "expected 'indices' to be integer dtype", ".long()")
        )  # fmt: skip
    sizes = (shape,) if isinstance(shape, int) else tuple(int(n) for n in shape)
    if any(n < 0 for n in sizes):
        raise ValueError(
            message("unravel_index", f"shape {sizes}", "'shape' cannot have negative values")
        )
    found = []
    places: Any = indices.long()  # type: ignore[attr-defined]
    for i, n in enumerate(sizes):
        rest: Any = places // prod(sizes[i + 1 :])
        found.append(rest % n if n else rest)
    return tuple(found)


# -- filling ------------------------------------------------------------------------------------
def fill(input: Tensor, value: Any) -> Tensor:
    """`value`, a number or a tensor without dims, in every element of a copy of input."""
    return input.clone().fill_(value)  # type: ignore[attr-defined, no-any-return]


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "cdist": cdist, "combinations": combinations, "unravel_index": unravel_index, "fill": fill,
}  # fmt: skip
