"""Writing the pickle inside a checkpoint: tensors under PyTorch's names, storages beside it.

A tensor becomes a call of `torch._utils._rebuild_tensor_v2` with a reference to its storage,
offset, size and strides; so any PyTorch opens the file, and views still share their storage.
"""

from __future__ import annotations

import io
import pickle
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from flambeau.core.device import Device
from flambeau.core.dtype import DType
from flambeau.io.names import STORAGE_OF_DTYPE, UNTYPED
from flambeau.nn.parameter import Parameter
from flambeau.optim.groups import ParameterGroup, ParameterState
from flambeau.sparse.base import SparseTensor
from flambeau.sparse.coo import CooTensor
from flambeau.sparse.csr import CompressedTensor
from flambeau.tensor.formats import Layout
from flambeau.tensor.tensor import Size, Tensor
from flambeau.tensor.view import layout_of

__all__ = ["dump"]


class _Global:
    """A name to be looked up when the file is read; the module need not exist here."""

    def __init__(self, module: str, name: str) -> None:
        self.module = module
        self.name = name

    def __call__(self) -> None:  # the pickler insists that what it writes calls of is callable
        raise AssertionError


class _StorageReference:
    """The storage that a tensor lies in."""

    def __init__(self, tensor: Tensor) -> None:
        self.tensor = tensor


def dump(obj: Any, protocol: int) -> tuple[bytes, list[Tensor]]:
    """The pickle of `obj`, and one tensor of each storage it refers to, in order."""
    file = io.BytesIO()
    pickler = _Pickler(file, protocol)
    pickler.dump(obj)
    return file.getvalue(), pickler.tensors


if TYPE_CHECKING:
    _PythonPickler: Any
else:
    _PythonPickler = pickle._Pickler


# The pickler written in Python, because the one in C imports every global that it writes.
class _Pickler(_PythonPickler):
    def __init__(self, file: Any, protocol: int) -> None:
        super().__init__(file, protocol)
        self.tensors: list[Tensor] = []
        self._keys: dict[Any, str] = {}
        self._globals: dict[tuple[str, str], _Global] = {}

    def save(self, obj: Any, save_persistent_id: bool = True) -> None:
        if type(obj) is not _Global:
            super().save(obj, save_persistent_id)
            return
        known = self.memo.get(id(obj))
        if known is not None:
            self.write(self.get(known[0]))
        else:
            self.write(b"c" + f"{obj.module}\n{obj.name}\n".encode())
            self.memoize(obj)

    def persistent_id(self, obj: Any) -> Any:
        if type(obj) is not _StorageReference:
            return None
        tensor = obj.tensor
        storage = tensor._storage
        key = self._keys.get(storage)
        if key is None:
            key = self._keys[storage] = str(len(self.tensors))
            self.tensors.append(tensor)
        type_ = storage.value.type
        name = STORAGE_OF_DTYPE.get(type_.dtype)
        if name is None:
            return ("storage", self._global("torch.storage", UNTYPED), key, "cpu", type_.nbytes)
        return ("storage", self._global("torch", name), key, "cpu", type_.numel)

    def reducer_override(self, obj: Any) -> Any:
        rule = _REDUCERS.get(type(obj))
        return NotImplemented if rule is None else rule(self, obj)

    def _global(self, module: str, name: str) -> _Global:
        return self._globals.setdefault((module, name), _Global(module, name))

    # -- what becomes of our types ------------------------------------------------------------
    def _tensor(self, x: Tensor) -> tuple:
        layout = layout_of(x)
        arguments: tuple = (
            _StorageReference(x), layout.offset, tuple(layout.shape), tuple(layout.strides),
            bool(x.requires_grad), OrderedDict(),
        )  # fmt: skip
        if x.dtype in STORAGE_OF_DTYPE:
            return (self._global("torch._utils", "_rebuild_tensor_v2"), arguments)
        rebuild = self._global("torch._utils", "_rebuild_tensor_v3")
        return (rebuild, (*arguments, x.dtype))

    def _parameter(self, x: Parameter) -> tuple:
        rebuild = self._global("torch._utils", "_rebuild_parameter")
        return (rebuild, (x.detach(), bool(x.requires_grad), OrderedDict()))

    def _sparse(self, x: SparseTensor) -> tuple:
        parts = (*x._parts().values(), x._values_.detach(), Size(x._size))
        if isinstance(x, CooTensor):
            parts = (*parts, x.is_coalesced())
        return (self._global("torch._utils", "_rebuild_sparse_tensor"), (x.layout, parts))

    def _layout(self, x: Layout) -> tuple:
        return (self._global("torch.serialization", "_get_layout"), (f"torch.{x.name}",))

    def _size(self, x: Size) -> tuple:
        return (self._global("torch", "Size"), (tuple(x),))

    def _device(self, x: Device) -> tuple:
        return (self._global("torch", "device"), (str(x),))

    def _plain_dict(self, x: dict) -> tuple:
        return (dict, (), None, None, iter(dict.items(x)))


def _save_dtype(self: _Pickler, x: DType) -> None:
    self.save(self._global("torch", x.name))


_Pickler.dispatch = {**_PythonPickler.dispatch, DType: _save_dtype}

_REDUCERS: dict[type, Callable[[_Pickler, Any], tuple]] = {
    Tensor: _Pickler._tensor,
    Parameter: _Pickler._parameter,
    CooTensor: _Pickler._sparse,
    CompressedTensor: _Pickler._sparse,
    Layout: _Pickler._layout,
    Size: _Pickler._size,
    Device: _Pickler._device,
    ParameterGroup: _Pickler._plain_dict,
    ParameterState: _Pickler._plain_dict,
}
