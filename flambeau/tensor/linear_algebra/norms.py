"""Norms of vectors and matrices, condition numbers, distances."""

from __future__ import annotations

from math import inf
from typing import Any

from flambeau.core import dtype as dt
from flambeau.core.dtype import DType
from flambeau.core.errors import message
from flambeau.core.shape import normalize_dim, normalize_dims
from flambeau.tensor.apply import apply
from flambeau.tensor.creation import zeros
from flambeau.tensor.elementwise import where
from flambeau.tensor.inplace import TO, into
from flambeau.tensor.linear_algebra.checks import (
    need_dims,
    need_equal_sides,
    need_floats,
    need_matrix,
    need_precision,
    need_tensor,
)
from flambeau.tensor.linear_algebra.decompositions import singular_values
from flambeau.tensor.linear_algebra.solving import inv_ex
from flambeau.tensor.reduction import NORM, TITLES, amax, amin, sum_
from flambeau.tensor.shaping import movedim, unsqueeze
from flambeau.tensor.tensor import Tensor

__all__ = ["cond", "dist", "linalg_norm", "matrix_norm", "norm", "renorm", "vector_norm"]


# -- vectors ------------------------------------------------------------------------------------
def _as_dtype(name: str, x: Tensor, dtype: DType | None) -> Tensor:
    need_floats(name, x)
    if dtype is None or dtype is x.dtype:
        return x
    title = TITLES.get(dtype.name, dtype.name)
    if not (dtype.is_floating_point or dtype.is_complex):
        raise RuntimeError(
            message(name, f"dtype={dtype.name}", "dtype should be floating point or complex, but "
                    f"got {title}")
        )  # fmt: skip
    if dtype.is_complex is not x.dtype.is_complex:
        kind = "complex" if x.dtype.is_complex else "real"
        raise RuntimeError(
            message(name, f"dtype={dtype.name}", f"dtype should be {kind} for {kind} inputs, but "
                    f"got {title}")
        )  # fmt: skip
    if dt.promote(x.dtype, dtype) is not dtype:
        raise RuntimeError(
            message(name, f"dtype={dtype.name} for a tensor of dtype {x.dtype.name}",
                    f"the dtype of the input ({TITLES.get(x.dtype.name)}) should be convertible "
                    f"without narrowing to the specified dtype ({title})")
        )  # fmt: skip
    return apply(TO, (x,), (dtype,))


def _dims(name: str, x: Tensor, dim: Any) -> tuple[int, ...]:
    """The dims that are reduced: all of them for None and for an empty list."""
    ndim = len(x._shape)
    if dim is None or (isinstance(dim, (list, tuple)) and not dim):
        return tuple(range(ndim))
    return normalize_dims(name, tuple(dim) if isinstance(dim, (list, tuple)) else dim, ndim)


def _order(name: str, order: Any) -> float:
    if isinstance(order, str) or not isinstance(order, (bool, int, float)):
        raise TypeError(
            f"{name}(): argument 'ord' must be Number, not {type(order).__name__}; "
            "try linalg.matrix_norm for the norms with names"
        )
    return float(order)


def vector_norm(
    input: Tensor, ord: Any = 2, dim: Any = None, keepdim: bool = False, *,
    dtype: DType | None = None, out: Any = None,
) -> Tensor:  # fmt: skip
    """(sum |x|**ord)**(1 / ord) over dims (all by default).

    ord inf and -inf are the greatest and the least magnitude, 0 counts what is not zero. The
    result is real; dtype: what to convert to first.

    >>> import flambeau
    >>> flambeau.linalg.vector_norm(flambeau.tensor([3.0, -4.0]))
    tensor(5.)
    """
    name = "linalg.vector_norm"
    need_tensor(name, input, "input")
    result = _vector_norm(name, input, _order(name, ord), dim, keepdim, dtype)
    return result if out is None else into(out, result, name)


def _vector_norm(
    name: str, x: Tensor, order: float, dim: Any, keepdim: bool, dtype: DType | None
) -> Tensor:
    x = _as_dtype(name, x, dtype)
    dims = _dims(name, x, dim)
    if (order < 0 or order == inf) and any(x._shape[d] == 0 for d in dims):
        shown = int(order) if order.is_integer() else order
        raise RuntimeError(
            message(name, f"shape {list(x._shape)} and ord={shown}", f"linalg.vector_norm cannot "
                    f"compute the {shown} norm on an empty tensor because the operation does not "
                    "have an identity", "ord=2")
        )  # fmt: skip
    return apply(NORM, (x,), (order, dims, bool(keepdim)))


# -- matrices -----------------------------------------------------------------------------------
_MATRIX_ORDERS = ("fro", "nuc", inf, -inf, 1, -1, 2, -2)


def _matrix_dims(name: str, x: Tensor, dim: Any) -> tuple[int, int]:
    if not isinstance(dim, (list, tuple)) or len(dim) != 2:
        raise RuntimeError(
            message(name, f"dim={dim!r}", f"dim must be a 2-tuple. Got {dim}", "(-2, -1)")
        )
    rows, columns = (normalize_dim(name, d, len(x._shape)) for d in dim)
    if rows == columns:
        raise RuntimeError(
            message(name, f"dim={tuple(dim)}", f"dims must be different. Got {tuple(dim)}")
        )
    return rows, columns


def matrix_norm(
    input: Tensor, ord: Any = "fro", dim: Any = (-2, -1), keepdim: bool = False, *,
    dtype: DType | None = None, out: Any = None,
) -> Tensor:  # fmt: skip
    """The norm of the matrices in two dims.

    ord: "fro" (all elements as a vector), "nuc" (the sum of the singular values), 2 and -2 (the
    largest and the smallest of them), 1 and -1 (the largest and smallest column sum of
    magnitudes), inf and -inf (row sums).

    >>> import flambeau
    >>> flambeau.linalg.matrix_norm(flambeau.tensor([[1.0, -2.0], [3.0, 4.0]]), 1)
    tensor(6.)
    """
    name = "linalg.matrix_norm"
    need_dims(name, input)
    if ord not in _MATRIX_ORDERS:
        raise RuntimeError(
            message(name, f"ord={ord!r}", f"Order {ord} not supported: 'fro', 'nuc', inf, -inf, "
                    "1, -1, 2 or -2", "linalg.vector_norm")
        )  # fmt: skip
    rows, columns = _matrix_dims(name, input, dim)
    x = _as_dtype(name, input, dtype)
    if ord == "fro":
        result = _vector_norm(name, x, 2.0, (rows, columns), keepdim, None)
    elif ord in ("nuc", 2, -2):
        result = _spectral(name, x, ord, rows, columns, keepdim)
    else:
        result = _largest_sum(x, ord, rows, columns, keepdim)
    return result if out is None else into(out, result, name)


def _spectral(name: str, x: Tensor, order: Any, rows: int, columns: int, keepdim: bool) -> Tensor:
    need_precision(name, x)
    values = singular_values(name, movedim(x, (rows, columns), (-2, -1)))
    if order == "nuc" or not values._shape[-1]:
        result = sum_(values, -1)
    else:
        result = (amax if order > 0 else amin)(values, -1)
    return _with_dims(result, rows, columns) if keepdim else result


def _with_dims(x: Tensor, a: int, b: int) -> Tensor:
    for d in sorted((a, b)):
        x = unsqueeze(x, d)
    return x


def _largest_sum(x: Tensor, order: float, rows: int, columns: int, keepdim: bool) -> Tensor:
    summed, compared = (rows, columns) if abs(order) == 1 else (columns, rows)
    sums = apply(NORM, (x,), (1.0, (summed,), bool(keepdim)))
    at = compared if keepdim or compared < summed else compared - 1
    if not sums._shape[at]:
        shape = [1 if d == at else n for d, n in enumerate(sums._shape) if keepdim or d != at]
        return zeros(shape, dtype=sums.dtype)
    return (amax if order > 0 else amin)(sums, at, keepdim)


def linalg_norm(
    input: Tensor, ord: Any = None, dim: Any = None, keepdim: bool = False, *, out: Any = None,
    dtype: DType | None = None,
) -> Tensor:  # fmt: skip
    """linalg.vector_norm or linalg.matrix_norm.

    Without ord all elements are a vector. With a name for ord, or over two dims, it is the norm of
    a matrix; over one dim that of a vector. Without dim the input has one or two dims.

    >>> import flambeau
    >>> flambeau.linalg.norm(flambeau.tensor([[3.0, 0.0], [0.0, 4.0]]), "nuc")
    tensor(7.)
    """
    name = "linalg.norm"
    need_tensor(name, input, "input")
    if dim is not None and not isinstance(dim, (list, tuple)):
        dim = (dim,)
    if ord is None:
        result = _vector_norm(name, input, 2.0, dim, keepdim, dtype)
    elif isinstance(ord, str):
        result = matrix_norm(input, ord, (-2, -1) if dim is None else dim, keepdim, dtype=dtype)
    else:
        count = len(input._shape) if dim is None else len(dim)
        if dim is None and count not in (1, 2):
            raise RuntimeError(
                message(name, f"shape {list(input._shape)}", "If dim is not specified but ord is, "
                        f"the input must be 1D or 2D. Got {count}D", "dim=")
            )  # fmt: skip
        if count == 2:
            result = matrix_norm(input, ord, (-2, -1) if dim is None else dim, keepdim, dtype=dtype)
        else:
            result = _vector_norm(name, input, _order(name, ord), dim, keepdim, dtype)
    return result if out is None else into(out, result, name)


linalg_norm.__name__ = linalg_norm.__qualname__ = "norm"


def norm(input: Tensor, p: Any = "fro", dim: Any = None, keepdim: bool = False, out: Any = None,
         dtype: DType | None = None) -> Tensor:  # fmt: skip
    """The norm of order p of vectors, over dims (all by default); or "nuc", of matrices.

    "fro" is p = 2.

    >>> import flambeau
    >>> flambeau.tensor([3.0, 4.0]).norm()
    tensor(5.)
    """
    need_tensor("norm", input, "input")
    if isinstance(p, str) and not (p == "fro" and (isinstance(dim, int) or len(dim or ()) <= 2)):
        dims = tuple(range(len(input._shape))) if dim is None else dim
        result = matrix_norm(input, p, dims, keepdim, dtype=dtype)
    else:
        order = 2.0 if p in ("fro", None) else _order("norm", p)
        result = _vector_norm("norm", input, order, dim, keepdim, dtype)
    return result if out is None else into(out, result, "norm")


# -- condition numbers --------------------------------------------------------------------------
def cond(input: Tensor, p: Any = None, *, out: Any = None) -> Tensor:
    """How much a matrix' inverse magnifies errors: |A| |A^-1|, inf for singular matrices.

    p is as in linalg.matrix_norm; for None, 2 and -2 the ratio of the extreme singular values,
    and then the matrices (*, m, n) need not be square.

    >>> import flambeau
    >>> flambeau.linalg.cond(flambeau.tensor([[4.0, 0.0], [0.0, 2.0]]))
    tensor(2.)
    """
    name = "linalg.cond"
    need_matrix(name, input)
    if p is not None and p not in _MATRIX_ORDERS:
        raise RuntimeError(
            message(name, f"p={p!r}", f"linalg.cond got an invalid norm type: {p}",
                    "None, 'fro', 'nuc', inf, -inf, 1, -1, 2 or -2")
        )  # fmt: skip
    if p in (None, 2, -2):
        result = _ratio(name, input, p)
    else:
        need_equal_sides(f"{name}(ord={p})", input)
        inverse, info = inv_ex(input)
        product: Any = matrix_norm(input, p) * matrix_norm(inverse, p)  # type: ignore[operator]
        result = where(info == 0, product, inf)
    return result if out is None else into(out, result, name)


def _ratio(name: str, x: Tensor, p: Any) -> Tensor:
    values: Any = singular_values(name, x)
    if not values._shape[-1]:
        return zeros(values._shape[:-1], dtype=values.dtype)
    largest, smallest = values.select(-1, 0), values.select(-1, -1)
    return smallest / largest if p == -2 else largest / smallest  # type: ignore[no-any-return]


# -- distances ----------------------------------------------------------------------------------
def dist(input: Tensor, other: Tensor, p: float = 2) -> Tensor:
    """The norm of order p of input - other.

    >>> import flambeau
    >>> flambeau.dist(flambeau.tensor([1.0, 2.0]), flambeau.tensor([4.0, 6.0]))
    tensor(5.)
    """
    return norm(input - other, float(p))  # type: ignore[operator]


def renorm(input: Tensor, p: float, dim: int, maxnorm: float, *, out: Any = None) -> Tensor:
    """input, with each slice along dim whose norm exceeds maxnorm scaled down to it.

    >>> import flambeau
    >>> flambeau.renorm(flambeau.tensor([[3.0, 4.0], [0.3, 0.4]]), 2, 0, 1)
    tensor([[0.6000, 0.8000],
            [0.3000, 0.4000]])
    """
    name = "renorm"
    need_floats(name, input)
    if p <= 0:
        raise RuntimeError(message(name, f"p={p}", "a positive p: non-positive-norm not supported"))
    if maxnorm < 0:
        raise RuntimeError(
            message(name, f"maxnorm={maxnorm}", f"expected maxnorm to be >= 0 but got {maxnorm}")
        )
    ndim = len(input._shape)
    if ndim < 2:
        raise RuntimeError(
            message(name, f"shape {list(input._shape)}", "input needs at least 2 dimensions, got "
                    f"{ndim} dimensions")
        )  # fmt: skip
    at = normalize_dim(name, dim, ndim)
    others = tuple(d for d in range(ndim) if d != at)
    wide: Any = input
    if input.dtype in (dt.float16, dt.bfloat16):
        wide = apply(TO, (input,), (dt.float32,))
    size: Any = _vector_norm(name, wide, float(p), others, True, None)
    scaled = wide * where(size > maxnorm, maxnorm / (size + 1e-7), 1.0)
    result = scaled if wide is input else apply(TO, (scaled,), (input.dtype,))
    return result if out is None else into(out, result, name)
