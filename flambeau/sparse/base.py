"""`SparseTensor`: what sparse tensors of all layouts have in common.

A sparse tensor is a Tensor without a storage: index tensors that say where its entries lie, and a
dense tensor of their values. Its place on the tape is that of its values, so a gradient has the
same entries and is computed with ordinary operations on values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import prod
from typing import Any, NoReturn

import numpy as np

from flambeau.core.dtype import DType
from flambeau.core.errors import message
from flambeau.core.shape import normalize_dim
from flambeau.tensor.apply import apply, note_gradient
from flambeau.tensor.formats import Layout, strided
from flambeau.tensor.layouts import VALUES, NotStrided
from flambeau.tensor.tape import mode
from flambeau.tensor.tensor import Size, Tensor
from flambeau.tensor.view import grad_fn_of

__all__ = ["SparseTensor", "held"]


def held(values: Tensor) -> Tensor:
    """The values as a new tensor holds them: with their history, but a leaf of its own if they
    have none."""
    if mode.grad and values.requires_grad:  # type: ignore[attr-defined]
        return apply(VALUES, (values,))
    return values.detach()  # type: ignore[attr-defined, no-any-return]


class SparseTensor(Tensor):
    """Base of CooTensor and CompressedTensor. Subclasses keep `_values_` and `_size`."""

    _layout_name: Layout
    _values_: Any
    _size: tuple[int, ...]
    _seen_grad: Any = None  # (gradient of the values, the sparse tensor made of it)

    # -- subclasses say -----------------------------------------------------------------------
    def _with(self, values: Tensor) -> SparseTensor:
        """The same entries with other values."""
        raise NotImplementedError

    def _parts(self) -> dict[str, Tensor]:
        """The index tensors, under the names that are printed."""
        raise NotImplementedError

    def _become(self, other: SparseTensor) -> SparseTensor:
        """This very tensor takes on what `other` is."""
        for name, value in other.__dict__.items():
            self.__dict__[name] = value
        return self

    # -- what it is ---------------------------------------------------------------------------
    @property
    def _storage(self) -> NoReturn:  # type: ignore[override]
        raise NotStrided(self._layout_name)

    layout = property(lambda self: self._layout_name)
    dtype = property(lambda self: self._values_.dtype)  # type: ignore[assignment]
    shape = property(lambda self: Size(self._size))  # type: ignore[assignment]
    _shape = property(lambda self: self._size)  # type: ignore[assignment]
    ndim = property(lambda self: len(self._size))  # type: ignore[assignment]
    _version = property(lambda self: self._values_._version)  # type: ignore[assignment]
    is_sparse = property(lambda self: self._layout_name.name == "sparse_coo")
    is_sparse_csr = property(lambda self: self._layout_name.name == "sparse_csr")
    itemsize = property(lambda self: self.dtype.itemsize)
    nbytes = property(
        lambda self: self._values_.nbytes + sum(x.nbytes for x in self._parts().values())
    )

    def numel(self) -> int:
        """The number of elements, zeros too."""
        return prod(self._size)

    nelement = numel

    def size(self, dim: int | None = None) -> Any:
        """The shape, or the size of one dim."""
        if dim is None:
            return self.shape
        return self._size[normalize_dim("size", dim, len(self._size))]

    def _nnz(self) -> int:
        """The number of entries."""
        return int(self._values_._shape[0])

    def __len__(self) -> int:
        if not self._size:
            raise TypeError("len() of a 0-d tensor")
        return self._size[0]

    def is_contiguous(self, memory_format: Any = None) -> bool:
        """False: the elements do not lie row by row."""
        return False

    # -- the tape -----------------------------------------------------------------------------
    _requires_grad = property(lambda self: self._values_._requires_grad)  # type: ignore[assignment]
    _grad_fn = property(lambda self: grad_fn_of(self._values_))  # type: ignore[assignment]
    _output_nr = property(lambda self: self._values_._output_nr)  # type: ignore[assignment]
    grad_fn = property(lambda self: grad_fn_of(self._values_))
    is_leaf = property(lambda self: grad_fn_of(self._values_) is None)  # type: ignore[assignment]
    retains_grad = property(lambda self: self._values_.retains_grad)

    def _accumulator(self) -> Any:
        return self._values_._accumulator()

    @property
    def requires_grad(self) -> bool:
        """True if gradients with respect to the values can be asked for."""
        return bool(self._values_.requires_grad)

    @requires_grad.setter
    def requires_grad(self, value: bool) -> None:
        self._values_.requires_grad = value

    def requires_grad_(self, requires_grad: bool = True) -> SparseTensor:
        """Say that operations on this tensor are to be recorded; in place."""
        self._values_.requires_grad_(requires_grad)
        return self

    @property
    def grad(self) -> Any:
        """The accumulated gradient: a sparse tensor with the same entries, or None."""
        note_gradient(self._values_)
        found = self._values_._grad
        if found is None:
            return None
        if self._seen_grad is None or self._seen_grad[0] is not found:
            self._seen_grad = (found, self._with(found))
        return self._seen_grad[1]

    @grad.setter
    def grad(self, value: Any) -> None:
        if value is not None:
            if not isinstance(value, Tensor):
                raise TypeError(
                    "assigned grad expected to be a Tensor or None but got grad of type "
                    f"{type(value).__name__}"
                )
            value = self._values_like(value)
        self._values_.grad = value

    @grad.deleter
    def grad(self) -> None:
        self._values_.grad = None

    def _values_like(self, g: Tensor) -> Tensor:
        """The values of a gradient at this tensor's entries."""
        if g._shape != self._size:
            raise RuntimeError(
                message("grad", f"a gradient of shape {list(g._shape)}",
                        f"the tensor's shape, {list(self._size)}")
            )  # fmt: skip
        if isinstance(g, SparseTensor) and g._nnz() == self._nnz() and _same_entries(self, g):
            return g._values_  # type: ignore[no-any-return]
        return g.sparse_mask(self)._values_  # type: ignore[attr-defined, no-any-return]

    def retain_grad(self) -> None:
        """Keep the gradient of this tensor in .grad although it is no leaf."""
        self._values_.retain_grad()

    def register_hook(self, hook: Callable[[Any], Any]) -> Any:
        """Call `hook(grad)` whenever a gradient of this tensor is computed."""

        def on_values(g: Tensor) -> Any:
            found = hook(self._with(g))
            return None if found is None else self._values_like(found)

        return self._values_.register_hook(on_values)

    def detach(self) -> SparseTensor:
        """A tensor with the same entries and no history."""
        return self._with(self._values_.detach())

    def detach_(self) -> SparseTensor:
        """Forget this tensor's history; in place."""
        self._values_ = self._values_.detach()
        return self

    data = property(detach)

    def backward(
        self, gradient: Any = None, retain_graph: bool | None = None, create_graph: bool = False,
        inputs: Any = None,
    ) -> None:  # fmt: skip
        """Add the gradient of this tensor to the .grad of the leaves it was computed from."""
        if gradient is None:
            raise RuntimeError(
                message("backward", f"a sparse tensor of shape {list(self._size)}",
                        "grad can be implicitly created only for scalar outputs",
                        "sum() of it, or backward(gradient=...)")
            )  # fmt: skip
        values = self._values_like(gradient)
        self._values_.backward(values, retain_graph, create_graph, inputs=inputs)

    # -- as it stands, with other values ------------------------------------------------------
    def clone(self, *, memory_format: Any = None) -> SparseTensor:
        """A copy."""
        return self._with(self._values_.clone())

    def contiguous(self, memory_format: Any = None) -> SparseTensor:
        """This tensor."""
        return self

    def to(self, *args: Any, **options: Any) -> SparseTensor:
        """This tensor with another dtype or device; itself if nothing has to change."""
        if args and isinstance(args[0], SparseTensor):
            args = (args[0].dtype, *args[1:])
        values = self._values_.to(*args, **options)
        return self if values is self._values_ else self._with(values)

    def type_as(self, other: Tensor) -> SparseTensor:
        """This tensor with other's dtype."""
        return self.to(other.dtype)

    # -- what only dense tensors have ---------------------------------------------------------
    def _no_memory(self, name: str, error: type[Exception] = RuntimeError) -> NoReturn:
        raise error(
            f"{name}: Cannot access data pointer of Tensor that doesn't have storage: given layout "
            f"{self._layout_name!r}; required: flambeau.strided; try to_dense()"
        )

    def data_ptr(self) -> int:
        """RuntimeError: there is no single memory."""
        self._no_memory("data_ptr")

    def tolist(self) -> Any:
        """RuntimeError; try to_dense().tolist()."""
        self._no_memory("tolist")

    def numpy(self, *, force: bool = False) -> np.ndarray:
        """TypeError; try to_dense().numpy(), or to_scipy()."""
        raise TypeError(
            f"numpy: can't convert Sparse layout tensor to numpy: given layout "
            f"{self._layout_name!r}; use Tensor.to_dense() first, or to_scipy()"
        )

    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray:
        return self.numpy()

    def stride(self, dim: int | None = None) -> Any:
        """RuntimeError: a sparse tensor has no strides."""
        raise RuntimeError(
            f"stride: given layout {self._layout_name!r}; Sparse tensors do not have strides; "
            "try to_dense()"
        )

    def item(self) -> Any:
        """The only element as a Python number."""
        if self.numel() != 1:
            raise RuntimeError(
                f"item: a Tensor with {self.numel()} elements cannot be converted to Scalar; given "
                f"shape {list(self._size)}; try to_dense()"
            )
        return self.to_dense().item()  # type: ignore[attr-defined]

    def __bool__(self) -> bool:
        if self.numel() != 1:
            raise RuntimeError(
                "bool: Boolean value of Tensor with more than one value is ambiguous; given shape "
                f"{list(self._size)}; try any()"
            )
        return bool(self.item())

    def __iter__(self) -> Iterator[Any]:
        if not self._size:
            raise TypeError("iteration over a 0-d tensor; try item()")
        return iter([self[i] for i in range(self._size[0])])

    __hash__ = Tensor.__hash__

    # -- copies and files ---------------------------------------------------------------------
    def __deepcopy__(self, memo: dict[int, Any]) -> SparseTensor:
        if not self.is_leaf:
            raise RuntimeError(
                "deepcopy: Only Tensors created explicitly by the user support the deepcopy "
                "protocol at the moment; try detach()"
            )
        made = self.detach()._with(self._values_.detach().clone())
        made.requires_grad_(self.requires_grad)
        memo[id(self)] = made
        return made

    def __copy__(self) -> SparseTensor:
        return self.detach().requires_grad_(self.requires_grad)


def _same_entries(a: SparseTensor, b: SparseTensor) -> bool:
    """Whether the index tensors are the same objects."""
    if a._layout_name is not b._layout_name:
        return False
    return all(
        x is y or x._storage is y._storage
        for x, y in zip(a._parts().values(), b._parts().values(), strict=True)
    )


def refuse_layout(name: str, expected: str, x: Tensor) -> NoReturn:
    """RuntimeError: a function of one layout was given a tensor of another."""
    layout = getattr(x, "layout", strided)
    raise RuntimeError(
        f"{name}: expected {expected} tensor layout but got {layout!r}; "
        f"try {_WAYS.get(expected, 'to_sparse()')}"
    )


_WAYS = {
    "sparse row compressed": "to_sparse_csr()",
    "sparse column compressed": "to_sparse_csc()",
}

NUMBER = (bool, int, float, complex)


def is_number(x: Any) -> bool:
    """Whether x is a Python or NumPy number, or a dense tensor without dims."""
    if isinstance(x, Tensor):
        return not isinstance(x, SparseTensor) and not x._shape
    return isinstance(x, (*NUMBER, np.generic))


def check_dtype_of_values(name: str, dtype: DType | None, values: Tensor) -> Tensor:
    """The values with the wanted dtype."""
    return values if dtype is None or dtype is values.dtype else values.to(dtype)  # type: ignore[attr-defined, no-any-return]
