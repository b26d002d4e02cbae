"""What an index means: the items of `x[...]` become a view, and tensors that pick from it."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from flambeau.core import dtype as dt
from flambeau.core.errors import message
from flambeau.core.layout import Layout
from flambeau.core.shape import align_shapes
from flambeau.core.types import Shape
from flambeau.tensor.boundary import fresh, read
from flambeau.tensor.external import tensor_over
from flambeau.tensor.tensor import Tensor
from flambeau.tensor.view import layout_of

__all__ = ["Plan", "int64_tensor", "items_of", "read_index", "where_true", "with_numbers"]


class Plan(NamedTuple):
    """What an index means: a slice of each dim, the dims of the view, the dims to pick from."""

    starts: Shape
    sizes: Shape
    steps: Shape
    shape: Shape  # of the view
    layout: Layout
    dims: tuple[int, ...]  # dims of the view from which `indices` pick
    indices: tuple[Tensor, ...]


_ADVANCED = (Tensor, list, tuple, np.ndarray, range)


def _as_index(item: Any) -> Tensor:
    """An index tensor: int64 or a mask."""
    if not isinstance(item, Tensor):
        array = np.asarray(item)
        if array.size == 0 and not isinstance(item, np.ndarray):
            array = array.astype(np.int64)
        if array.dtype.kind not in "iub":
            raise IndexError(_WRONG_INDEX.format(f"{type(item).__name__} of {array.dtype}"))
        item = tensor_over(np.array(array))
    if item.dtype.category not in ("int", "bool"):
        raise IndexError(_WRONG_INDEX.format(f"a tensor of {item.dtype.name}"))
    return item


_WRONG_INDEX = (
    "index: tensors used as indices must be long, int, byte or bool tensors; given {}; "
    "try .long() or a comparison"
)


def items_of(index: Any) -> list[Any]:
    """The items of an index: a tuple's, and a short list's that holds more than numbers."""
    if isinstance(index, tuple):
        return list(index)
    is_short = isinstance(index, list) and len(index) < 32  # PyTorch's bound
    if is_short and any(i is None or i is Ellipsis or isinstance(i, _MAKES_A_TUPLE) for i in index):
        return list(index)
    return [index]


_MAKES_A_TUPLE = (slice, *_ADVANCED)


def _is_number(item: Any) -> bool:
    """Whether this is a tensor or array of one integer without dims: it selects, like an int."""
    if isinstance(item, Tensor):
        return not item._shape and item.dtype.category == "int" and item.dtype is not dt.uint8
    return isinstance(item, np.ndarray) and not item.ndim and item.dtype.kind in "iu"


def with_numbers(items: list[Any], is_write: bool) -> list[Any]:
    """The items with the values of integer tensors without dims, as these make a view.

    A write through nothing but such tensors needs no view, and nobody has to look at them.
    """
    if not any(_is_number(i) for i in items):
        return items
    if is_write and not any(isinstance(i, _ADVANCED) and not _is_number(i) for i in items):
        return items
    return [int(read(i)) if isinstance(i, Tensor) and _is_number(i) else i for i in items]


def read_index(x: Tensor, items: list[Any]) -> Plan:
    layout = layout_of(x)
    ndim = len(layout.shape)
    used = sum(_dims_used(i) for i in items)
    if used > ndim:
        raise IndexError(
            message("index", f"indices for {used} dims and a tensor of shape {list(layout.shape)}",
                    f"indices for at most {ndim}: too many indices for tensor of dimension {ndim}",
                    "fewer indices, or None for a new dim")
        )  # fmt: skip
    dots = [i for i, item in enumerate(items) if item is Ellipsis]
    if len(dots) > 1:
        raise IndexError(
            message("index", f"{len(dots)} ellipses",
                    "an index can only have a single ellipsis ('...')", ": for each other dim")
        )  # fmt: skip
    at = dots[0] if dots else len(items)
    items[at : at + 1] = [slice(None)] * (ndim - used)
    return _Reader(layout).read(items)


def _dims_used(item: Any) -> int:
    if item is None or item is Ellipsis or isinstance(item, bool):
        return 0
    if isinstance(item, (Tensor, np.ndarray)) and str(item.dtype).rpartition(".")[2] in (
        "bool", "uint8",
    ):  # fmt: skip
        return len(item.shape)
    if isinstance(item, (list, tuple)):
        array = np.asarray(item)
        return array.ndim if array.dtype == bool else 1
    return 1


class _Reader:
    """Walks the items of an index and collects the plan."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.starts: list[int] = []
        self.sizes: list[int] = []
        self.steps: list[int] = []
        self.shape: list[int] = []  # of the view
        self.strides: list[int] = []  # of the view
        self.picks: list[tuple[int, Tensor]] = []

    def read(self, items: list[Any]) -> Plan:
        for item in items:
            self.item(item)
        starts, sizes, steps = tuple(self.starts), tuple(self.sizes), tuple(self.steps)
        offset = self.layout.slice(starts, sizes, steps).offset
        view = Layout(tuple(self.shape), tuple(self.strides), offset)
        return Plan(
            starts, sizes, steps, view.shape, view,
            tuple(d for d, _ in self.picks), tuple(i for _, i in self.picks),
        )  # fmt: skip

    def item(self, item: Any) -> None:
        if item is None:
            self.new_dim(1)
        elif isinstance(item, (bool, np.bool_)):
            # one dim of size 1 or 0
            flag = tensor_over(np.zeros(1 if item else 0, np.int64))
            self.picks.append((len(self.shape), flag))
            self.new_dim(1)
        elif isinstance(item, slice):
            self.slice(item)
        elif isinstance(item, np.ndarray) and _is_number(item):
            self.integer(int(item))
        elif isinstance(item, _ADVANCED):
            self.pick(_as_index(item))
        else:
            self.integer(item)

    def new_dim(self, size: int) -> None:
        shape, strides, following = self.layout.shape, self.layout.strides, len(self.starts)
        self.shape.append(size)
        # no element is reached by it, but PyTorch's unsqueeze gives this one
        inside = following < len(shape)
        self.strides.append(shape[following] * strides[following] if inside else 1)

    def keep(self, start: int, size: int, step: int) -> None:
        """The next dim, sliced."""
        stride = self.layout.strides[len(self.starts)]
        self.starts.append(start)
        self.sizes.append(size)
        self.steps.append(step)
        self.shape.append(size)
        self.strides.append(stride * step)

    def slice(self, item: slice) -> None:
        size = self.layout.shape[len(self.starts)]
        bounds = [None if v is None else _integer(v, "slice") for v in
                  (item.start, item.stop, item.step)]  # fmt: skip
        if bounds[2] is not None and bounds[2] <= 0:
            raise ValueError(
                f"index: step must be greater than zero; given {bounds[2]}; "
                "try flip to reverse a dim"
            )
        start, stop, step = slice(*bounds).indices(size)
        self.keep(
            start if stop > start else min(start, size), max(0, -(-(stop - start) // step)), step
        )

    def integer(self, item: Any) -> None:
        dim = len(self.starts)
        size = self.layout.shape[dim]
        at = _integer(item, "index", TypeError if isinstance(item, str) else IndexError)
        if not -size <= at < size:
            raise IndexError(
                message("index", f"shape {list(self.layout.shape)} and index {at} for dim {dim}",
                        f"{-size} <= index < {size}: index {at} is out of bounds for dimension "
                        f"{dim} with size {size}" if size else "a dim that is not empty: index "
                        f"{at} is out of bounds for dimension {dim} with size 0")
            )  # fmt: skip
        self.starts.append(at + size if at < 0 else at)
        self.sizes.append(1)
        self.steps.append(1)

    def pick(self, index: Tensor) -> None:
        dim = len(self.starts)
        if index.dtype is dt.bool_ or index.dtype is dt.uint8:
            shape = index._shape
            given = self.layout.shape[dim : dim + len(shape)]
            if shape != given:
                axis = next(i for i, (a, b) in enumerate(zip(shape, given, strict=True)) if a != b)
                raise IndexError(
                    f"index: The shape of the mask {list(shape)} at index {axis} does not match "
                    f"the shape of the indexed tensor {list(self.layout.shape)} at index "
                    f"{dim + axis}\n"
                    + align_shapes([("tensor", given), ("mask", shape)], axis,
                                   f"dim {axis}: {given[axis]} and {shape[axis]} differ; try a "
                                   "mask of the tensor's own shape")
                )  # fmt: skip
            if not shape:
                self.picks.append((len(self.shape), where_true(index)[0]))
                self.new_dim(1)
                return
            for each in where_true(index):
                self.picks.append((len(self.shape), each))
                self.keep(0, self.layout.shape[len(self.starts)], 1)
            return
        self.picks.append((len(self.shape), index))
        self.keep(0, self.layout.shape[dim], 1)


def _integer(v: Any, what: str, error: type[Exception] = TypeError) -> int:
    try:
        return v.__index__()  # type: ignore[no-any-return]
    except (AttributeError, TypeError):
        raise error(
            f"{what}: only integers, slices (`:`), ellipsis (`...`), None and long or byte "
            f"Variables are valid indices (got {type(v).__name__}); try int(...)"
        ) from None


def where_true(mask: Tensor) -> tuple[Tensor, ...]:
    """For each dim the indices of the true elements."""
    array = read(mask)
    found = np.nonzero(array) if array.ndim else (np.zeros(int(array != 0), np.int64),)
    return tuple([int64_tensor(a) for a in found])


def int64_tensor(array: np.ndarray) -> Tensor:
    result, memory = fresh(dt.int64, array.shape)
    memory[...] = array
    return result
