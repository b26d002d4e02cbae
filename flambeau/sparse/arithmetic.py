"""RULES of operations on elements: which keep zeros zero, sums, products with anything."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np

from flambeau.core.errors import message
from flambeau.sparse.base import SparseTensor, is_number
from flambeau.sparse.convert import coo_of, csr_of, sparse_mask, to_dense
from flambeau.sparse.coo import CooTensor, flat_array, index_tensor
from flambeau.sparse.csr import CompressedTensor
from flambeau.tensor.apply import apply
from flambeau.tensor.compressed import derived
from flambeau.tensor.gathering import index_select
from flambeau.tensor.joining import cat
from flambeau.tensor.operation import OPERATIONS
from flambeau.tensor.promotion import can_cast, promote_types
from flambeau.tensor.tensor import Tensor

__all__ = ["RULES", "put_in"]

# linear: they may be applied to each entry, coalesced or not
LINEAR = "neg positive clone to real conj deg2rad rad2deg".split()
# 0 where their argument is 0: they are applied to each entry of a coalesced tensor
KEEP_ZERO = (
    "abs sin tan sinh tanh asin asinh atan atanh erf erfinv expm1 log1p sqrt sign sgn floor ceil "
    "round round_decimals trunc frac relu square signbit isnan isinf isposinf isneginf nan_to_num "
    "angle imag"
).split()


def _on_values(name: str, is_linear: bool) -> Callable[[tuple, tuple], Any]:
    op = OPERATIONS[name]

    def rule(inputs: tuple, attributes: tuple) -> SparseTensor:
        x, *others = inputs
        if not is_linear and isinstance(x, CooTensor):
            x = x.coalesce()
        return x._with(apply(op, (x._values_, *others), attributes))  # type: ignore[no-any-return]

    return rule


# -- sums ---------------------------------------------------------------------------------------
def _refuse(name: str, given: str, required: str, hint: str = "to_dense()") -> NoReturn:
    raise RuntimeError(message(name, given, required, hint))


def _sum(x: Any, y: Any, factor: Any = 1) -> Any:
    """x + factor * y."""
    if not (isinstance(x, Tensor) and isinstance(y, Tensor)):
        _refuse("add", "a sparse tensor and a number", "add(sparse, dense) is not supported: the "
                "result would have no zeros")  # fmt: skip
    if isinstance(x, CooTensor) and not isinstance(y, SparseTensor):
        _refuse("add", "a sparse tensor first and a dense one second",
                "add(sparse, dense) is not supported",
                "Use add(dense, sparse) instead.")  # fmt: skip
    _same_size("add", x, y)
    if not (isinstance(x, SparseTensor) and isinstance(y, SparseTensor)):
        return _dense_sum(x, y, factor)
    scaled = y if factor == 1 else y * factor  # type: ignore[operator]
    if isinstance(x, CompressedTensor) and isinstance(scaled, CompressedTensor):
        return csr_of(_coo_sum(coo_of(x), coo_of(scaled)), x._kind)
    return _coo_sum(coo_of(x), coo_of(scaled))


def _dense_sum(x: Any, y: Any, factor: Any = 1) -> Any:
    """x + factor * y of which one is dense."""
    return to_dense(x) + (to_dense(y) if factor == 1 else to_dense(y) * factor)  # type: ignore[operator]


def _same_size(name: str, x: Tensor, y: Tensor) -> None:
    if x._shape != y._shape:
        _refuse(name, f"sizes {list(x._shape)} and {list(y._shape)}",
                "expected sizes of 'self' and 'other' to match, but "
                f"{list(x._shape)} != {list(y._shape)}: sparse tensors are "
                "not broadcast")  # fmt: skip


def _coo_sum(x: CooTensor, y: CooTensor) -> CooTensor:
    if x.sparse_dim() != y.sparse_dim():
        _refuse("add", f"tensors of {x.sparse_dim()} and {y.sparse_dim()} sparse dims",
                "expected 'self' and 'other' to have same density: equally many "
                "sparse dims")  # fmt: skip
    both = x._coalesced and y._coalesced
    if both and x._index is y._index:
        return x._with(x._values_ + y._values_)
    dtype = promote_types(x.dtype, y.dtype)
    values = cat([x.to(dtype)._values_, y.to(dtype)._values_])
    made = CooTensor._make(cat([x._index, y._index], 1), values, x._size)
    return made.coalesce() if both else made


def _difference(x: Any, y: Any, factor: Any = 1) -> Any:
    return _sum(x, y, -factor)


def _cotangents(x: Any, y: Any) -> Any:
    """The sum of two cotangents of one tensor; dense if one of them is."""
    if isinstance(x, SparseTensor) and isinstance(y, SparseTensor):
        return _sum(x, y)
    return _dense_sum(x, y)


# -- products -----------------------------------------------------------------------------------
def _product(x: Any, y: Any) -> Any:
    if is_number(y):
        return x._with(x._values_ * y)
    if is_number(x):
        return y._with(x * y._values_)
    if not isinstance(x, SparseTensor):
        return _masked_product(y, x)
    if not isinstance(y, SparseTensor):
        return _masked_product(x, y)
    if isinstance(x, CompressedTensor) or isinstance(y, CompressedTensor):
        compressed = x if isinstance(x, CompressedTensor) else y
        found = _product(coo_of(x), coo_of(y))
        return csr_of(found, compressed._kind)  # type: ignore[attr-defined]
    return _common_entries(x, y)  # type: ignore[arg-type]


def _masked_product(x: SparseTensor, dense: Any) -> Any:
    """Each entry times the dense element there."""
    if dense._shape != x._size:
        try:
            dense = dense.expand(x._size)
        except RuntimeError:
            _refuse("mul", f"a sparse tensor of size {list(x._size)} and a dense one of "
                    f"{list(dense._shape)}", "a dense tensor that can be expanded to the sparse "
                    "one's size")  # fmt: skip
    return x._with(x._values_ * sparse_mask(dense, x)._values_)  # type: ignore[attr-defined]


def _common_entries(x: CooTensor, y: CooTensor) -> CooTensor:
    if x._size != y._size or x.sparse_dim() != y.sparse_dim():
        _refuse("mul", f"sizes {list(x._size)} and {list(y._size)} with {x.sparse_dim()} and "
                f"{y.sparse_dim()} sparse dims", "expects sparse inputs with equal dimensionality, "
                "number of sparse dimensions, and shape of sparse dimensions")  # fmt: skip
    x, y = x.coalesce(), y.coalesce()
    if x._index is y._index:
        return x._with(x._values_ * y._values_)
    sizes = x._size[: x.sparse_dim()]

    def compute(a: np.ndarray, b: np.ndarray) -> tuple[Tensor, Tensor, Tensor]:
        _, first, second = np.intersect1d(
            flat_array(a, sizes), flat_array(b, sizes), assume_unique=True, return_indices=True
        )
        return index_tensor(a[:, first]), index_tensor(first), index_tensor(second)

    indices, first, second = derived("common", (x._index, y._index), sizes, compute)
    values = index_select(x._values_, 0, first) * index_select(y._values_, 0, second)  # type: ignore[operator]
    return CooTensor._make(indices, values, x._size, True)


def _quotient(name: str) -> Callable[[tuple, tuple], Any]:
    op = OPERATIONS[name]

    def rule(inputs: tuple, attributes: tuple) -> Any:
        x, y = inputs
        if not isinstance(x, SparseTensor) or not is_number(y):
            shape = list(y._shape) if isinstance(y, Tensor) else []
            _refuse(name, f"a divisor of shape {shape}", "Sparse division requires a scalar or "
                    f"zero-dim dense tensor divisor (got shape {shape} for divisor)")  # fmt: skip
        if name != "div" and isinstance(x, CooTensor):
            x = x.coalesce()
        return x._with(apply(op, (x._values_, y), attributes))

    return rule


def _power(inputs: tuple, attributes: tuple) -> Any:
    x, exponent = inputs
    if not isinstance(x, SparseTensor) or isinstance(exponent, Tensor):
        raise NotImplementedError(
            message("pow", "a tensor as exponent, or a sparse tensor there", "a sparse base and a "
                    "number as exponent", "to_dense()")
        )  # fmt: skip
    if not isinstance(exponent, complex) and exponent <= 0:
        _refuse("pow", f"exponent {exponent}", "a positive exponent: cannot raise to zeroth power "
                "on sparse tensor; it would make the result tensor dense")  # fmt: skip
    x = x.coalesce() if isinstance(x, CooTensor) else x
    return x._with(apply(OPERATIONS["pow"], (x._values_, exponent), attributes))


# -- in place -----------------------------------------------------------------------------------
def put_in(x: SparseTensor, result: Any, name: str) -> SparseTensor:
    """x after an in-place operation that computed `result`."""
    if not isinstance(result, SparseTensor) or result._layout_name is not x._layout_name:
        _refuse(name, f"a result of layout {result.layout!r}", f"the tensor's own, {x.layout!r}",
                name.rstrip("_"))  # fmt: skip
    if x.requires_grad and x.is_leaf and result.requires_grad:
        raise RuntimeError(
            f"{name}: a leaf Variable that requires grad is being used in an in-place operation; "
            "try the out-of-place operation, or `with flambeau.no_grad():`"
        )
    if result.dtype is not x.dtype:
        if not can_cast(result.dtype, x.dtype):
            _refuse(name, f"result type {result.dtype.name}", "result type can't be cast to the "
                    f"desired output type {x.dtype.name}", name.rstrip("_"))  # fmt: skip
        result = result.to(x.dtype)
    was_leaf = x.requires_grad and not result.requires_grad
    x._become(result)
    if was_leaf:
        x._values_ = x._values_.detach().requires_grad_()
    return x


RULES: dict[str, Callable[[tuple, tuple], Any]] = {
    **{name: _on_values(name, True) for name in LINEAR},
    **{name: _on_values(name, False) for name in KEEP_ZERO},
    "add": lambda inputs, attributes: _sum(*inputs),
    "add_scaled": lambda inputs, attributes: _sum(*inputs),
    "sub": lambda inputs, attributes: _difference(*inputs),
    "sub_scaled": lambda inputs, attributes: _difference(*inputs),
    "add_cotangents": lambda inputs, attributes: _cotangents(*inputs),
    "mul": lambda inputs, attributes: _product(*inputs),
    "pow": _power,
    **{name: _quotient(name) for name in ("div", "div_trunc", "floor_divide")},
}
