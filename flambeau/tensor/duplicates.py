"""Pickles and copies of tensors: what shares memory shares it again."""

from __future__ import annotations

import copy as copying
import copyreg
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from flambeau.core.dtype import DType
from flambeau.core.layout import Layout, contiguous
from flambeau.core.types import tensor_type
from flambeau.engine.backend.allocator import allocate, as_array
from flambeau.engine.runtime.storage import Storage
from flambeau.engine.runtime.value import leaf
from flambeau.tensor.boundary import read, view_of_storage
from flambeau.tensor.creation import from_array
from flambeau.tensor.literal import array_of
from flambeau.tensor.reinterpret import Reinterpreted
from flambeau.tensor.tensor import Tensor
from flambeau.tensor.view import grad_fn_of, layout_of, value_of

__all__ = ["METHODS"]


def _reduce(self: Tensor, protocol: Any = None) -> tuple:
    """Tensors that share a storage share it again after unpickling, in one pickle."""
    if grad_fn_of(self) is not None and self._requires_grad:
        raise RuntimeError(
            "pickle: only tensors that the user created (graph leaves) can be pickled while they "
            "require grad; try .detach()"
        )
    state = {k: v for k, v in self.__dict__.items() if k not in _FIELDS}
    return (
        _rebuild,
        (type(self), self._storage, layout_of(self), self._requires_grad, state or None),
    )


_FIELDS = frozenset(Tensor.__annotations__)


def _rebuild(
    cls: type, storage: Storage, layout: Layout, requires_grad: bool, state: dict | None
) -> Tensor:
    found: Any = object.__new__(cls)
    found._storage = storage
    if layout != contiguous(storage.value.type.shape):
        found._layout = Layout(*layout)
    if requires_grad:
        found._requires_grad = True
    if state:
        found.__dict__.update(state)
    return found  # type: ignore[no-any-return]


def _reduce_storage(storage: Storage) -> tuple:
    type = storage.value.type
    memory = read(Tensor._of(storage))
    return (_rebuild_storage, (type.dtype, type.shape, memory.tobytes(), sys.byteorder))


def _rebuild_storage(dtype: DType, shape: tuple, data: bytes, byteorder: str) -> Storage:
    array = np.frombuffer(data, dtype.numpy).reshape(shape)
    if byteorder != sys.byteorder:
        array = array.byteswap()
    type = tensor_type(dtype, shape)
    buffer = allocate(type.nbytes)
    as_array(buffer, dtype.numpy, shape)[...] = array
    return Storage(leaf(type, buffer))


for _class in (Storage, Reinterpreted):
    copyreg.pickle(_class, _reduce_storage)  # type: ignore[arg-type]


def _deepcopy(self: Tensor, memo: dict) -> Tensor:
    found: Any = memo.get(id(self))
    if found is not None:
        return found  # type: ignore[no-any-return]
    if grad_fn_of(self) is not None and self._requires_grad:
        raise RuntimeError(
            "deepcopy: Only Tensors created explicitly by the user (graph leaves) support the "
            "deepcopy protocol at the moment; try .detach()"
        )
    storage = memo.get(id(self._storage))
    if storage is None:
        value = value_of(view_of_storage(self, contiguous(self._storage.value.type.shape)))
        if self._storage.external is not None:
            storage = from_array(*array_of(Tensor._of(self._storage), None))._storage
        else:
            storage = Storage(value)
        memo[id(self._storage)] = storage
    found = _rebuild(type(self), storage, layout_of(self), self._requires_grad, None)
    memo[id(self)] = found
    if self._grad is not None:
        found._grad = copying.deepcopy(self._grad, memo)
    for name, value in self.__dict__.items():
        if name not in _FIELDS:
            setattr(found, name, copying.deepcopy(value, memo))
    return found


def _copy(self: Tensor) -> Tensor:
    """copy.copy: another tensor over the same memory."""
    return self.detach().requires_grad_(self._requires_grad and grad_fn_of(self) is None)  # type: ignore[attr-defined,no-any-return]


METHODS: dict[str, Callable[..., Any]] = {
    "__reduce_ex__": _reduce,
    "__deepcopy__": _deepcopy,
    "__copy__": _copy,
}
