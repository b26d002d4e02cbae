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
from flambeau.tensor.boundary import read
from flambeau.tensor.creation import from_array
from flambeau.tensor.literal import array_of
from flambeau.tensor.operation import OPERATIONS
from flambeau.tensor.reinterpret import Reinterpreted
from flambeau.tensor.tensor import Tensor
from flambeau.tensor.view import grad_fn_of, layout_of, value_of

__all__ = ["METHODS"]


def _reduce(self: Tensor, protocol: Any = None) -> tuple:
    """Tensors that share a storage share it again after unpickling, in one pickle.

    The history is left out: what was the result of an operation comes back as a leaf.
    """
    grad_fn_of(self)  # a stale view may not know yet that it requires grad
    state = _users_attributes(self)
    return (
        _rebuild,
        (type(self), self._storage, layout_of(self), self._requires_grad, state or None),
    )


_FIELDS = frozenset(Tensor.__annotations__)


def _users_attributes(x: Tensor) -> dict[str, Any]:
    return {k: v for k, v in x.__dict__.items() if k not in _FIELDS}


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


def _reduce_reinterpreted(storage: Reinterpreted) -> tuple:
    names = (storage.reader.name, storage.writer.name)
    return (_rebuild_reinterpreted, (storage.base, *names, storage.attributes))


def _rebuild_reinterpreted(base: Storage, reader: str, writer: str, attributes: tuple) -> Storage:
    return Reinterpreted(base, OPERATIONS[reader], OPERATIONS[writer], attributes)


copyreg.pickle(Storage, _reduce_storage)  # type: ignore[arg-type]
copyreg.pickle(Reinterpreted, _reduce_reinterpreted)  # type: ignore[arg-type]


def _deepcopy(self: Tensor, memo: dict) -> Tensor:
    found: Any = memo.get(id(self))
    if found is not None:
        return found  # type: ignore[no-any-return]
    if grad_fn_of(self) is not None and self._requires_grad:
        raise RuntimeError(
            "deepcopy: Only Tensors created explicitly by the user (graph leaves) support the "
            "deepcopy protocol at the moment; try .detach()"
        )
    storage = _copied_storage(self._storage, memo)
    found = _rebuild(type(self), storage, layout_of(self), self._requires_grad, None)
    memo[id(self)] = found
    if self._grad is not None:
        found._grad = copying.deepcopy(self._grad, memo)
    for name, value in _users_attributes(self).items():
        setattr(found, name, copying.deepcopy(value, memo))
    return found


def _copied_storage(storage: Any, memo: dict) -> Storage:
    """The storage's copy, the same for all tensors that one deepcopy finds over it."""
    found: Storage | None = memo.get(id(storage))
    if found is None:
        if storage.base is not None:
            base = _copied_storage(storage.base, memo)
            found = Reinterpreted(base, storage.reader, storage.writer, storage.attributes)
        elif storage.external is not None:
            found = from_array(*array_of(Tensor._of(storage), None))._storage
        else:
            found = Storage(value_of(Tensor._of(storage)))
        memo[id(storage)] = found
    return found


def _copy(self: Tensor) -> Tensor:
    """copy.copy: another tensor of the same class over the same memory, without history."""
    made: Any = self.detach()  # type: ignore[attr-defined]
    made.__class__ = type(self)
    made._requires_grad = self._requires_grad
    made.__dict__.update(_users_attributes(self))
    return made  # type: ignore[no-any-return]


METHODS: dict[str, Callable[..., Any]] = {
    "__reduce_ex__": _reduce,
    "__deepcopy__": _deepcopy,
    "__copy__": _copy,
}
