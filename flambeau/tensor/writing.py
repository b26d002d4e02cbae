"""Writing a tensor's elements as a whole, and putting other memory under it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from flambeau.core.layout import Layout
from flambeau.core.shape import contiguous_strides
from flambeau.engine.runtime.storage import Storage
from flambeau.tensor.apply import adopt, apply
from flambeau.tensor.creation import check_layout, size_of, zeros
from flambeau.tensor.elementwise import COPY
from flambeau.tensor.joining import cat
from flambeau.tensor.literal import check_fits
from flambeau.tensor.shaping import reshape
from flambeau.tensor.tensor import Tensor
from flambeau.tensor.view import layout_of, value_of

__all__ = ["METHODS", "PROPERTIES", "copy_", "fill_", "resize_", "set_", "zero_"]


def copy_(self: Tensor, src: Any, non_blocking: bool = False) -> Tensor:
    """Write src's elements, broadcast and converted, into this tensor."""
    if not isinstance(src, Tensor):
        if not isinstance(src, (bool, int, float)):
            raise TypeError(
                f"copy_(): argument 'src' (position 1) must be Tensor, not {type(src).__name__}; "
                "try flambeau.as_tensor(...)"
            )
    elif src is self:
        return self
    return adopt(self, apply(COPY, (src,), (self._shape, self.dtype)), "copy_")


def fill_(self: Tensor, value: Any) -> Tensor:
    """Write `value`, a number or a tensor without dims, into every element."""
    if isinstance(value, Tensor):
        if value._shape:
            raise RuntimeError(
                "fill_: fill_ only supports 0-dimension value tensor but got tensor with "
                f"{len(value._shape)} dimensions; try copy_"
            )
    else:
        value = value.item() if isinstance(value, np.generic) else value
        if isinstance(value, complex) and not self.dtype.is_complex:
            raise RuntimeError(
                f"fill_: value cannot be converted to type {self.dtype.name} without overflow: "
                f"given {value}; try a complex tensor"
            )
        if not isinstance(value, (bool, int, float, complex)):
            raise TypeError(
                f"fill_(): argument 'value' must be Number or Tensor, not {type(value).__name__}"
            )
        check_fits(value, self.dtype, "fill_")
    return adopt(self, apply(COPY, (value,), (self._shape, self.dtype)), "fill_")


def zero_(self: Tensor) -> Tensor:
    """Write zeros into every element."""
    return adopt(self, apply(COPY, (0,), (self._shape, self.dtype)), "zero_")


def set_(self: Tensor, source: Tensor | None = None) -> Tensor:
    """Make this tensor look at source's memory."""
    _set_data(self, Tensor._of(Storage(value_of(self))) if source is None else source)
    return self


def resize_(self: Tensor, *sizes: Any, memory_format: Any = None) -> Tensor:
    """Give the tensor another shape, over the elements that lie row by row in its storage.

    Where they are too few, the tensor parts from its storage and gets zeros behind them;
    RuntimeError if the memory is somebody else's.

    >>> import flambeau
    >>> flambeau.arange(6).resize_(2, 2)
    tensor([[0, 1],
            [2, 3]])
    """
    check_layout("resize_", None, memory_format)
    shape = size_of("resize_", sizes)
    if self._requires_grad:
        raise RuntimeError(
            "resize_: cannot resize variables that require grad; try reshape, or detach() first"
        )
    if shape == self._shape:
        return self
    layout = Layout(shape, contiguous_strides(shape), layout_of(self).offset)
    missing = layout.last() - self._storage.value.type.numel
    if missing > 0:
        if self._storage.external is not None:
            raise RuntimeError(
                f"resize_: Trying to resize storage that is not resizable: given shape "
                f"{list(shape)} for external memory that is {missing} elements short; try clone()"
            )
        old = reshape(Tensor._of(self._storage), -1)
        self._storage = cat([old, zeros(missing, dtype=self.dtype)])._storage
    self._layout = layout
    self._view_value, self._view_version = None, -1
    return self


def fill_diagonal_(self: Tensor, fill_value: Any, wrap: bool = False) -> Tensor:
    """Write a number into the main diagonal, of dims of equal size or of a matrix.

    wrap: in a tall matrix the diagonal begins again one row below its end.

    >>> import flambeau
    >>> flambeau.zeros(2, 2).fill_diagonal_(3)
    tensor([[3., 0.],
            [0., 3.]])
    """
    shape, strides, offset = layout_of(self)
    if len(shape) < 2:
        raise RuntimeError(
            f"fill_diagonal_: given shape {list(shape)}; required: dimensions must larger than 1"
        )
    if len(shape) > 2 and len(set(shape)) > 1:
        raise RuntimeError(
            f"fill_diagonal_: given shape {list(shape)}; required: all dimensions of input must be "
            "of equal length"
        )
    x: Any = self
    x.as_strided((min(shape),), (sum(strides),), offset).fill_(fill_value)
    if wrap and len(shape) == 2 and shape[0] > shape[1] + 1:
        fill_diagonal_(x[shape[1] + 1 :], fill_value, wrap)
    return self


# -- other memory ------------------------------------------------------------------------------
def _get_data(self: Tensor) -> Tensor:
    """A tensor over the same memory, without history."""
    return self.detach()  # type: ignore[attr-defined,no-any-return]


def _set_data(self: Tensor, data: Tensor) -> None:
    if not isinstance(data, Tensor):
        raise TypeError(f"Variable data has to be a tensor, but got {type(data).__name__}")
    if data.dtype is not self.dtype and self._requires_grad and not data.dtype.is_floating_point:
        raise RuntimeError(
            f"set_data: data set to a tensor that requires gradients must be floating point or "
            f"complex dtype; given {data.dtype.name}"
        )
    value_of(data)
    self._storage = data._storage
    self._layout = data._layout
    self._base = None
    self._view_value = None
    self._view_version = -1


METHODS: dict[str, Callable[..., Tensor]] = {
    "copy_": copy_,
    "fill_": fill_,
    "fill_diagonal_": fill_diagonal_,
    "zero_": zero_,
    "set_": set_,
    "resize_": resize_,
}

PROPERTIES: dict[str, property] = {"data": property(_get_data, _set_data)}
