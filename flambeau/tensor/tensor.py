"""class Tensor: fields, properties, conversion. Its mathematics is attached by methods.py."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any

from flambeau.core.device import CPU, Device
from flambeau.core.dtype import DType
from flambeau.core.origin import origin
from flambeau.core.types import Shape
from flambeau.engine.runtime.storage import Storage
from flambeau.engine.runtime.value import Value
from flambeau.tensor.tape import AccumulateGrad

if TYPE_CHECKING:
    from flambeau.tensor.surface import Surface  # the methods that methods.py attaches
else:
    Surface = object

__all__ = ["Size", "Tensor", "origin"]


class Size(tuple):
    """A shape: a tuple of ints that prints as torch.Size does."""

    __slots__ = ()

    def numel(self) -> int:
        """The number of elements of a tensor of this shape."""
        result = 1
        for n in self:
            result *= n
        return result

    def __repr__(self) -> str:
        return f"flambeau.Size({list(self)})"

    def __getitem__(self, index: Any) -> Any:
        result = tuple.__getitem__(self, index)
        return Size(result) if isinstance(index, slice) else result

    def __add__(self, other: tuple) -> Size:
        return Size(tuple.__add__(self, tuple(other)))

    def __reduce__(self) -> tuple:
        return (Size, (tuple(self),))


class Tensor(Surface):
    """An n-dimensional array of one dtype with PyTorch's operations.

    A tensor is a storage (a cell that other tensors may share), for views a layout that says
    which elements of it, and its place on the tape. Rarely used fields live as class defaults,
    so that making a tensor sets one attribute.
    """

    _storage: Storage
    _layout: Any = None  # Layout of a view; None if the tensor is its whole storage
    _base: Any = None  # the tensor a view was taken of
    _view_value: Value | None = None  # what a view read last, valid while ...
    _view_version = -1  # ... the storage has this version
    _requires_grad = False
    _grad: Any = None
    _grad_fn: Any = None
    _source: Any = None  # the tensor of another dtype whose memory this one reads
    _grad_version = -1  # storage version for which a view's _grad_fn is valid
    _output_nr = 0
    _leaf_node: Any = None  # weak reference to the AccumulateGrad
    _hooks: Any = None
    _post_accumulate_hooks: Any = None
    _retains_grad = False
    _inference = False

    @staticmethod
    def _of(storage: Storage) -> Tensor:
        """A tensor that is the whole of `storage`."""
        t = _new(Tensor)
        t._storage = storage
        return t

    def _accumulator(self) -> AccumulateGrad:
        """The tape's node for this leaf."""
        node = self._leaf_node() if self._leaf_node is not None else None
        if node is None:
            node = AccumulateGrad(self)
            self._leaf_node = weakref.ref(node)
        return node

    # -- what it is ---------------------------------------------------------------------------
    @property
    def dtype(self) -> DType:
        """The element type."""
        return self._storage.value.type.dtype

    @property
    def shape(self) -> Size:
        """The size of each dim."""
        layout = self._layout
        return Size(self._storage.value.type.shape if layout is None else layout.shape)

    @property
    def _shape(self) -> Shape:
        """The shape as a plain tuple."""
        layout = self._layout
        return self._storage.value.type.shape if layout is None else layout.shape

    @property
    def ndim(self) -> int:
        """The number of dims."""
        return len(self._shape)

    @property
    def device(self) -> Device:
        """Where the tensor lives."""
        return CPU

    @property
    def is_leaf(self) -> bool:
        """True for tensors that no recorded operation made."""
        return self.grad_fn is None

    @property
    def _version(self) -> int:
        """How often the storage was written in place."""
        return self._storage.version


_new = Tensor.__new__
