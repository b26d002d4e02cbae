"""What sparse tensors answer to: methods, operators, and the tables of flambeau.tensor.layouts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flambeau.sparse import arithmetic, convert, products, reductions, structure
from flambeau.sparse.arithmetic import put_in
from flambeau.sparse.base import SparseTensor
from flambeau.sparse.construct import empty_like, rebuilt
from flambeau.sparse.coo import CooTensor
from flambeau.sparse.csr import CompressedTensor
from flambeau.sparse.printing import sparse_text
from flambeau.sparse.scipy import to_scipy
from flambeau.tensor import layouts
from flambeau.tensor.methods import METHODS
from flambeau.tensor.tensor import Tensor

__all__ = ["DENSE_METHODS", "attach"]

Function = Callable[..., Any]


# -- rules of operations ------------------------------------------------------------------------
def _any(inputs: tuple, attributes: tuple) -> Any:
    (x,) = inputs
    if len(attributes[0]) != len(x._size):
        raise layouts.NotStrided(x.layout, "any with dims")
    return convert.coo_of(x).coalesce()._values_.any()


RULES: dict[str, Callable[[tuple, tuple], Any]] = {
    **arithmetic.RULES,
    "matmul": products.rule_of_matmul,
    "linear": products.rule_of_linear,
    "sum": reductions.sum_rule,
    "any": _any,
    "cat": lambda inputs, attributes: structure.cat(inputs, attributes[0]),
}


# -- functions ----------------------------------------------------------------------------------
def _like(input: Any, *, dtype: Any = None, requires_grad: bool = False, **options: Any) -> Any:
    """No entries, in input's shape and layout."""
    return empty_like(input, dtype).requires_grad_(requires_grad)


def _unbind(input: Any, dim: int = 0) -> tuple:
    return tuple([structure.select(input, dim, i) for i in range(input._size[dim])])


def _movedim(input: Any, source: Any, destination: Any) -> Any:
    n = len(input._size)
    pairs = [(a,) if isinstance(a, int) else tuple(a) for a in (source, destination)]
    moved = dict(zip([d % n for d in pairs[1]], [s % n for s in pairs[0]], strict=True))
    others = iter([d for d in range(n) if d not in moved.values()])
    return structure.permute(input, [moved[d] if d in moved else next(others) for d in range(n)])


def _permute(input: Any, *dims: Any) -> Any:
    given = dims[0] if len(dims) == 1 and not isinstance(dims[0], int) else dims
    return structure.permute(input, given)


def _adjoint(input: Any) -> Any:
    turned = structure.transpose(input, -2, -1)
    return turned.conj() if turned.dtype.is_complex else turned  # type: ignore[attr-defined]


FUNCTIONS: dict[str, Function] = {
    "cat": lambda tensors, dim=0, **options: structure.cat(list(tensors), dim),
    "stack": lambda tensors, dim=0, **options: structure.stack(list(tensors), dim),
    "zeros_like": _like,
    "empty_like": _like,
    "clone": lambda input, **options: input.clone(),
    "t": structure.t,
    "transpose": structure.transpose,
    "permute": _permute,
    "movedim": _movedim,
    "moveaxis": _movedim,
    "adjoint": _adjoint,
    "unsqueeze": structure.unsqueeze,
    "squeeze": structure.squeeze,
    "select": structure.select,
    "index_select": structure.index_select,
    "narrow": structure.narrow_copy,
    "narrow_copy": structure.narrow_copy,
    "unbind": _unbind,
    "norm": reductions.norm,
}
FUNCTIONS["swapaxes"] = FUNCTIONS["swapdims"] = structure.transpose
_NOT_METHODS = ("cat", "stack", "zeros_like", "empty_like", "clone")
IN_PLACE = (
    "add sub subtract mul multiply div divide true_divide floor_divide pow neg abs sin tan sinh "
    "tanh asin asinh atan atanh erf erfinv expm1 log1p sqrt sign sgn floor ceil round trunc frac "
    "relu square nan_to_num deg2rad rad2deg t transpose unsqueeze squeeze"
).split()


def _in_place(name: str) -> Function:
    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        return put_in(self, getattr(self, name)(*args, **kwargs), f"{name}_")

    method.__name__ = f"{name}_"
    method.__qualname__ = f"Tensor.{name}_"
    method.__doc__ = f"In-place version of `{name}`."
    return method


def _in_place_operator(symbol: str) -> Function:
    def operator(self: Any, other: Any) -> Any:
        return put_in(self, getattr(self, f"__{symbol}__")(other), f"__i{symbol}__")

    return operator


def _zero_(self: Any) -> Any:
    """Leave no entries."""
    return put_in(self, empty_like(self), "zero_")


def _copy_(self: Any, src: Any, non_blocking: bool = False) -> Any:
    """Take on the entries of another sparse tensor."""
    if not isinstance(src, SparseTensor):
        raise RuntimeError(
            f"copy_: copy_() between dense and sparse Tensors is not implemented! Found self "
            f"layout {self.layout!r} and src layout {src.layout!r}; try to_sparse()"
        )
    return put_in(self, src.clone(), "copy_")


def _reduce(self: Any, protocol: Any) -> tuple:
    """What a pickle keeps."""
    parts = (*self._parts().values(), self._values_.detach())
    flag = getattr(self, "_coalesced", None)
    return (rebuilt, (self.layout, parts, self._size, flag, self.requires_grad))


def _matmul(self: Any, other: Any) -> Any:
    return self.matmul(other) if isinstance(other, Tensor) else NotImplemented


# -- methods of dense tensors -------------------------------------------------------------------
def _refused(name: str, expected: str) -> Function:
    return convert.refuse_strided(name, expected)  # type: ignore[no-any-return]


def _sparse_dim(self: Tensor) -> int:
    """0: no dim of a dense tensor has coordinates."""
    return 0


def _dense_dim(self: Tensor) -> int:
    """All dims of a dense tensor."""
    return len(self._shape)


_CONVERSIONS: dict[str, Function] = {
    name: getattr(convert, name)
    for name in (
        "to_dense to_sparse to_sparse_coo to_sparse_csr to_sparse_csc to_sparse_bsr to_sparse_bsc "
        "sparse_mask"
    ).split()
}
DENSE_METHODS: dict[str, Function] = {
    **_CONVERSIONS,
    **{name: _refused(name, "sparse coordinate") for name in
       "coalesce is_coalesced indices _indices _values _coalesced_ sparse_resize_ "
       "sparse_resize_and_clear_".split()},
    "values": _refused("values", "sparse"),
    "_nnz": _refused("_nnz", "sparse"),
    "crow_indices": _refused("crow_indices", "sparse row compressed"),
    "col_indices": _refused("col_indices", "sparse row compressed"),
    "ccol_indices": _refused("ccol_indices", "sparse column compressed"),
    "row_indices": _refused("row_indices", "sparse column compressed"),
    "sparse_dim": _sparse_dim,
    "dense_dim": _dense_dim,
    "smm": products.smm,
    "sspaddmm": products.sspaddmm,
    "to_scipy": to_scipy,
}  # fmt: skip


def attach() -> None:
    """Fill the tables, and give the classes of sparse tensors their methods."""
    layouts.RULES.update(RULES)
    layouts.FUNCTIONS.update(FUNCTIONS)
    for name, function in FUNCTIONS.items():
        if name not in _NOT_METHODS:
            setattr(SparseTensor, name, function)
    for name in IN_PLACE:
        setattr(SparseTensor, f"{name}_", _in_place(name))
    for symbol in ("add", "sub", "mul", "truediv", "floordiv", "pow"):
        setattr(SparseTensor, f"__i{symbol}__", _in_place_operator(symbol))
    for name, function in _CONVERSIONS.items():
        setattr(SparseTensor, name, function)
    own: dict[str, Any] = {
        "zero_": _zero_, "copy_": _copy_, "to_scipy": to_scipy, "__reduce_ex__": _reduce,
        "_repr_html_": lambda self: None,  # notebooks show the text
        "__repr__": sparse_text, "__str__": sparse_text, "__getitem__": structure.getitem,
        "__matmul__": _matmul,
        "T": property(structure.t), "mT": property(lambda x: structure.transpose(x, -2, -1)),
        "H": property(_adjoint), "mH": property(_adjoint),
    }  # fmt: skip
    for name, value in own.items():
        setattr(SparseTensor, name, value)
    for row in METHODS:  # an error that names the method
        if getattr(SparseTensor, row.name) is getattr(Tensor, row.name) and row.name[:2] != "__":
            setattr(SparseTensor, row.name, layouts.also_sparse(row.name, row.function))
    for kind in (CompressedTensor, CooTensor):
        for name, function in DENSE_METHODS.items():
            if not hasattr(kind, name) or getattr(kind, name) is getattr(Tensor, name, None):
                setattr(kind, name, function)
