"""Powers, exponentials and products of matrices.

Operations:
  matrix_exp (x)
"""

# ruff: noqa: N803 - matrices have capital letters, as in PyTorch

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flambeau.core import dtype as dt
from flambeau.core.errors import message
from flambeau.core.shape import normalize_dim
from flambeau.engine.graph import build
from flambeau.engine.graph.node import Node
from flambeau.tensor.apply import apply
from flambeau.tensor.inplace import into
from flambeau.tensor.joining import cat
from flambeau.tensor.linalg import matmul
from flambeau.tensor.linear_algebra.checks import need_equal_sides, need_floats, need_tensor
from flambeau.tensor.linear_algebra.solving import inv
from flambeau.tensor.operation import operation
from flambeau.tensor.patterns import eye
from flambeau.tensor.promotion import in_full_precision
from flambeau.tensor.scanning import cumprod
from flambeau.tensor.shaping import movedim, narrow, unsqueeze
from flambeau.tensor.tensor import Tensor

__all__ = ["MATRIX_EXP", "cross", "matrix_exp", "matrix_power", "multi_dot", "old_cross",
           "vander", "vecdot"]  # fmt: skip


# -- powers -------------------------------------------------------------------------------------
@operation("linalg_matrix_exp")
def MATRIX_EXP(x: Node) -> Node:
    return build.convert(build.routine("matrix_exp", (in_full_precision(x),))[0], x.dtype)


def matrix_exp(input: Tensor) -> Tensor:
    """The sum of A**k / k! over all k, of square matrices (*, n, n).

    By scaling and squaring: Higham, SIAM J. Matrix Anal. Appl. 26 (2005).

    >>> import flambeau
    >>> flambeau.linalg.matrix_exp(flambeau.zeros(2, 2))
    tensor([[1., 0.],
            [0., 1.]])
    """
    name = "linalg.matrix_exp"
    need_equal_sides(name, input)
    need_floats(name, input)
    return apply(MATRIX_EXP, (input,))


def matrix_power(input: Tensor, n: int, *, out: Any = None) -> Tensor:
    """A (*, k, k) multiplied with itself n times; of its inverse for negative n.

    >>> import flambeau
    >>> flambeau.linalg.matrix_power(flambeau.tensor([[1, 1], [0, 1]]), 5)
    tensor([[1, 5],
            [0, 1]])
    """
    name = "linalg.matrix_power"
    need_equal_sides(name, input)
    if isinstance(n, bool) or not hasattr(n, "__index__"):
        raise TypeError(f"{name}(): argument 'n' must be int, not {type(n).__name__}")
    result = _power(input, n.__index__())
    return result if out is None else into(out, result, name)


def _power(a: Any, n: int) -> Tensor:
    if n == 0:
        return a.clone().copy_(eye(a._shape[-1], dtype=a.dtype))  # type: ignore[no-any-return]
    square, result, n = a if n > 0 else inv(a), None, abs(n)
    while True:
        if n & 1:
            result = square if result is None else matmul(result, square)
        n >>= 1
        if not n:
            assert result is not None
            return result.clone() if result is a else result  # type: ignore[no-any-return]
        square = matmul(square, square)


# -- products -----------------------------------------------------------------------------------
def multi_dot(tensors: Sequence[Tensor], *, out: Any = None) -> Tensor:
    """The product of two or more matrices in the order that multiplies least.

    The first and the last may be vectors: a row and a column. Cormen et al., Introduction to
    Algorithms, 15.2.

    >>> import flambeau
    >>> flambeau.linalg.multi_dot([flambeau.ones(2, 3), flambeau.ones(3, 4), flambeau.ones(4)])
    tensor([12., 12.])
    """
    name = "linalg.multi_dot"
    given = _check_chain(name, list(tensors))
    first, last = len(given[0]._shape) == 1, len(given[-1]._shape) == 1
    if first:
        given[0] = unsqueeze(given[0], 0)
    if last:
        given[-1] = unsqueeze(given[-1], -1)
    result: Any = _product(given, _best_cuts([*[x._shape[0] for x in given], given[-1]._shape[1]]),
                           0, len(given) - 1)  # fmt: skip
    if last:
        result = result.squeeze(-1)
    if first:
        result = result.squeeze(0)
    return result if out is None else into(out, result, name)  # type: ignore[no-any-return]


def _check_chain(name: str, tensors: list[Tensor]) -> list[Tensor]:
    count = len(tensors)
    if count < 2:
        raise RuntimeError(
            message(name, f"{count} tensors", f"multi_dot(): expected at least 2 tensors but got "
                    f"{count}")
        )  # fmt: skip
    for i, x in enumerate(tensors):
        need_tensor(name, x, f"tensors[{i}]")
        dims = len(x._shape)
        if i in (0, count - 1) and dims not in (1, 2):
            which = "last" if i else "first"
            raise RuntimeError(
                message(name, f"tensor {i} of shape {list(x._shape)}",
                        f"multi_dot(): the {which} tensor must be 1D or 2D but got {dims}D")
            )  # fmt: skip
        if 0 < i < count - 1 and dims != 2:
            raise RuntimeError(
                message(name, f"tensor {i} of shape {list(x._shape)}",
                        f"multi_dot(): tensor {i} must be 2D but got {dims}D")
            )  # fmt: skip
        if x.dtype is not tensors[0].dtype:
            raise RuntimeError(
                message(name, f"tensor {i} of dtype {x.dtype.name}",
                        f"multi_dot(): all tensors must have be the same dtype but tensor 0 is "
                        f"{tensors[0].dtype.name} and tensor {i} {x.dtype.name}")
            )  # fmt: skip
    for i in range(1, count):
        a, b = tensors[i - 1]._shape, tensors[i]._shape
        if a[-1] != b[0]:
            raise RuntimeError(
                message(name, f"shapes {list(a)} and {list(b)}", f"multi_dot(): tensors {i - 1} "
                        f"and {i} with shapes {list(a)} and {list(b)} cannot be multiplied")
            )  # fmt: skip
    return tensors


def _best_cuts(sizes: list[int]) -> dict[tuple[int, int], int]:
    """For matrices i to j of sizes[i] by sizes[i + 1] each: the last one of the left part."""
    count = len(sizes) - 1
    cost = dict.fromkeys([(i, i) for i in range(count)], 0)
    cuts: dict[tuple[int, int], int] = {}
    for length in range(1, count):
        for i in range(count - length):
            j = i + length
            ways = {
                k: cost[i, k] + cost[k + 1, j] + sizes[i] * sizes[k + 1] * sizes[j + 1]
                for k in range(i, j)
            }
            cuts[i, j] = min(ways, key=ways.__getitem__)
            cost[i, j] = ways[cuts[i, j]]
    return cuts


def _product(given: list[Tensor], cuts: dict[tuple[int, int], int], i: int, j: int) -> Tensor:
    if i == j:
        return given[i]
    k = cuts[i, j]
    return matmul(_product(given, cuts, i, k), _product(given, cuts, k + 1, j))


def vecdot(x: Tensor, y: Tensor, *, dim: int = -1, out: Any = None) -> Tensor:
    """The sums of conj(x) * y over one dim, broadcast.

    >>> import flambeau
    >>> flambeau.linalg.vecdot(flambeau.ones(2, 3), flambeau.ones(3))
    tensor([3., 3.])
    """
    name = "linalg.vecdot"
    need_floats(name, x)
    need_floats(name, y)
    a: Any = movedim(x.conj(), dim, -1)  # type: ignore[attr-defined]
    b: Any = movedim(y, dim, -1)
    if a._shape[-1] != b._shape[-1]:
        raise RuntimeError(
            message(name, f"shapes {list(x._shape)} and {list(y._shape)} with dim={dim}",
                    f"inconsistent tensor size, expected tensor [{a._shape[-1]}] and src "
                    f"[{b._shape[-1]}] to have the same number of elements")
        )  # fmt: skip
    result = matmul(a.unsqueeze(-2), b.unsqueeze(-1)).squeeze(-1).squeeze(-1)  # type: ignore[attr-defined]
    return result if out is None else into(out, result, name)


def vander(x: Tensor, N: int | None = None) -> Tensor:
    """Each element's powers from 0 to N - 1: (*, n) gives (*, n, N), N = n by default.

    >>> import flambeau
    >>> flambeau.linalg.vander(flambeau.tensor([2, 3]), N=3)
    tensor([[1, 2, 4],
            [1, 3, 9]])
    """
    name = "linalg.vander"
    need_tensor(name, x, "x")
    if not x._shape:
        x = unsqueeze(x, 0)
    count = x._shape[-1] if N is None else N
    if count <= 1 or x.dtype is dt.bool_:
        raise RuntimeError(
            message(name, f"N={count} and a tensor of dtype {x.dtype.name} and shape "
                    f"{list(x._shape)}", "numbers, and N must be greater than 1")
        )  # fmt: skip
    column: Any = unsqueeze(x, -1)
    powers = cumprod(column.expand(*x._shape, count - 1), -1)
    return cat([column.new_ones(column._shape, dtype=powers.dtype), powers], -1)


# -- cross products -----------------------------------------------------------------------------
def cross(input: Tensor, other: Tensor, *, dim: int = -1, out: Any = None) -> Tensor:
    """The vector products of vectors of three elements, which lie along dim; broadcast.

    >>> import flambeau
    >>> x, y = flambeau.tensor([1.0, 0.0, 0.0]), flambeau.tensor([0.0, 1.0, 0.0])
    >>> flambeau.linalg.cross(x, y)
    tensor([0., 0., 1.])
    """
    name = "linalg.cross"
    result = _cross(name, input, other, dim)
    return result if out is None else into(out, result, name)


def _cross(name: str, x: Any, y: Any, dim: int) -> Tensor:
    need_tensor(name, x, "input")
    need_tensor(name, y, "other")
    if len(x._shape) != len(y._shape):
        raise RuntimeError(
            message(name, f"shapes {list(x._shape)} and {list(y._shape)}",
                    "inputs must have the same number of dimensions", ".expand")
        )  # fmt: skip
    at = normalize_dim(name, dim, len(x._shape))
    sizes = [t._shape[at] if t._shape else 0 for t in (x, y)]
    if sizes != [3, 3]:
        raise RuntimeError(
            message(name, f"shapes {list(x._shape)} and {list(y._shape)}", f"inputs dimension "
                    f"{dim} must have length 3. Got {sizes[0]} and {sizes[1]}")
        )  # fmt: skip
    a, b = ([narrow(t, at, i, 1) for i in range(3)] for t in (x, y))
    parts: list[Any] = [
        a[i - 2] * b[i - 1] - a[i - 1] * b[i - 2] for i in range(3)  # type: ignore[operator]
    ]  # fmt: skip
    return cat(parts, at)


def old_cross(input: Tensor, other: Tensor, dim: int | None = None, *, out: Any = None) -> Tensor:
    """linalg.cross; dim is by default the first one of size 3."""
    if dim is None:
        found = [d for d, n in enumerate(input._shape) if n == 3]
        if not found:
            raise RuntimeError(
                message("cross", f"shape {list(input._shape)}", "a dim of three elements: no "
                        "dimension of size 3 in input", "dim=")
            )  # fmt: skip
        dim = found[0]
    result = _cross("cross", input, other, dim)
    return result if out is None else into(out, result, "cross")


old_cross.__name__ = old_cross.__qualname__ = "cross"
