"""Where a tensor's elements lie, and who else sees that memory. Nothing is read or recorded."""

from __future__ import annotations

import gc
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from flambeau.core.dtype import DType
from flambeau.core.language import say
from flambeau.core.layout import Layout, contiguous
from flambeau.engine.runtime.storage import Storage
from flambeau.tensor.reinterpret import READ_BITS, READ_PAIRS, Reinterpreted
from flambeau.tensor.tape import GradNode
from flambeau.tensor.tensor import Tensor

__all__ = [
    "Alias", "aliases_of", "arrays_of", "copies_of", "distinct", "dtype_of", "layout_in",
    "living_tensors", "name_of", "repeated", "root_of", "why_not_contiguous",
]  # fmt: skip

MOST_COUNTED = 1 << 22  # elements whose places are counted one by one


def root_of(storage: Storage) -> Storage:
    """The storage that has the memory."""
    while storage.base is not None:
        storage = storage.base
    return storage


def dtype_of(x: Tensor) -> DType:
    """x's dtype. (`x.dtype` would record a read where x shows another dtype's memory.)"""
    storage = x._storage
    if not isinstance(storage, Reinterpreted):
        return storage.value.type.dtype
    if storage.known is not None:
        return storage.known.type.dtype
    if storage.reader is READ_BITS:
        return storage.attributes[0]  # type: ignore[no-any-return]
    below = root_of(storage).value.type.dtype
    return below.to_complex() if storage.reader is READ_PAIRS else below.to_real()


def layout_in(x: Tensor) -> Layout:
    """How x's elements lie in its storage."""
    return contiguous(x._storage.value.type.shape) if x._layout is None else x._layout


def why_not_contiguous(layout: Layout) -> str:
    """The last dim whose step is not what rows without gaps would need; "" if there is none."""
    if layout.is_contiguous:
        return ""
    expected = 1
    for d in reversed(range(len(layout.shape))):
        size, stride = layout.shape[d], layout.strides[d]
        if size != 1:
            if stride != expected:
                return say(f"dim {d} has stride {stride}; without gaps it would be {expected}")
            expected *= size
    raise AssertionError("a layout without a gap is contiguous")


def distinct(layout: Layout) -> int | None:
    """How many different elements of memory are reached; None if there are too many to count."""
    real = sorted(
        (abs(s), n) for n, s in zip(layout.shape, layout.strides, strict=True) if n != 1 and s
    )
    numel = 1
    for _, n in real:
        numel *= n
    if 0 in layout.shape:
        return 0
    reach = 0
    for stride, n in real:
        if stride <= reach:
            break
        reach += (n - 1) * stride
    else:
        return numel
    if numel > MOST_COUNTED:
        return None
    places = np.zeros(1, np.int64)
    for stride, n in real:
        places = (places[:, None] + stride * np.arange(n)).reshape(-1)
    return len(np.unique(places))


def repeated(layout: Layout, count: int | None) -> str:
    """How the tensor overlaps itself; "" if each element has a place of its own."""
    dims = [
        d
        for d, (n, s) in enumerate(zip(layout.shape, layout.strides, strict=True))
        if n > 1 and s == 0
    ]
    if 0 in layout.shape:
        return ""
    if dims:
        return say(f"stride 0 in dims {dims}: the same elements are seen again, as after expand")
    numel = int(np.prod(layout.shape))
    if count is not None and count < numel:
        return say(f"{numel} elements share {count} places, as after unfold or as_strided")
    return "" if count is not None else say("perhaps, it is too large to count")


# -- who else ------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Alias:
    """Another tensor over the same memory; the tensor itself is not kept."""

    name: str  # of a global variable that holds it, or ""
    kind: str  # its class, or what keeps it
    type: str
    strides: tuple[int, ...]
    offset: int
    relation: str  # to the elements of the tensor that is explained


def living_tensors() -> tuple[list[Tensor], dict[int, str]]:
    """All tensors that are alive, and for the id of one that the tape keeps, by which node.

    After gc.freeze, only those made since.
    """
    tensors, kept = [], {}
    for o in gc.get_objects():
        kind = type(o)
        if issubclass(kind, Tensor):
            if not hasattr(kind, "_parts"):  # a sparse one has no memory; its parts have
                tensors.append(o)
        elif issubclass(kind, GradNode) and type(o.output) is tuple:
            kept[id(o.output[0])] = o.name()
    return tensors, kept


def name_of(thing: Any, names: Mapping[str, Any]) -> str:
    """The global variable that holds `thing`, or ""."""
    for name, value in list(names.items()):
        if value is thing and not name.startswith("_"):
            return name
    return ""


def _byte_range(x: Tensor) -> tuple[int, int]:
    layout, size = layout_in(x), dtype_of(x).itemsize
    low = sum((n - 1) * s for n, s in zip(layout.shape, layout.strides, strict=True) if s < 0)
    return (layout.offset + low) * size, layout.last() * size


def _relation(x: Tensor, other: Tensor) -> str:
    own, its = _byte_range(x), _byte_range(other)
    if own[0] >= own[1] or its[0] >= its[1]:
        return say("no elements in common")
    if own == its:
        return say("the same part of it")
    if own[0] <= its[0] and its[1] <= own[1]:
        return say("within this tensor's part")
    if its[0] <= own[0] and own[1] <= its[1]:
        return say("around this tensor's part")
    return say("another part of it" if its[1] <= own[0] or own[1] <= its[0] else "a common part")


def aliases_of(
    x: Tensor, tensors: list[Tensor], kept: Mapping[int, str], names: Mapping[str, Any]
) -> list[Alias]:
    """The tensors among `tensors` over x's memory, but for x."""
    root = root_of(x._storage)
    found = []
    for other in tensors:
        if other is x or getattr(other, "_storage", None) is None:
            continue
        if root_of(other._storage) is not root:
            continue
        keeper = kept.get(id(other))
        kind = say(f"kept for backward by {keeper}") if keeper else type(other).__name__
        layout = layout_in(other)
        shown = f"{dtype_of(other).name}{list(layout.shape)}"
        found.append(
            Alias(name_of(other, names), kind, shown, layout.strides, layout.offset,
                  _relation(x, other))
        )  # fmt: skip
    return found


def arrays_of(x: Tensor, names: Mapping[str, Any]) -> list[str]:
    """What outside of flambeau sees the memory."""
    external = root_of(x._storage).external
    if external is None:
        return []
    found = []
    buffer = external.buffer
    if external.pinned:
        owner = buffer.owner
        if isinstance(owner, np.ndarray):
            readonly = "" if owner.flags.writeable else say(", read-only")
            shape = list(owner.shape)
            found.append(say(f"the NumPy array {owner.dtype}{shape} it was made from") + readonly)
        else:
            found.append(say(f"outside memory, held by {type(owner).__name__}"))
    if external.exports:
        found.append(say(f"{external.exports} NumPy arrays or exports made from it"))
    for name, value in list(names.items()):
        if not isinstance(value, np.ndarray) or name.startswith("_"):
            continue
        low, high = _bounds(value)
        if low < buffer.address + buffer.nbytes and buffer.address < high:
            found.append(say(f"the array `{name}` {value.dtype}{list(value.shape)}"))
    return found


def _bounds(array: np.ndarray) -> tuple[int, int]:
    """The addresses that an array lies between."""
    start: int = array.__array_interface__["data"][0]
    reach = [(n - 1) * s for n, s in zip(array.shape, array.strides, strict=True)]
    if not array.size:
        return start, start
    last = start + sum(r for r in reach if r > 0) + array.itemsize
    return start + sum(r for r in reach if r < 0), last


def copies_of(x: Tensor, tensors: list[Tensor]) -> int:
    """How many other storages hold the same value: a clone shares it until one is written."""
    root = root_of(x._storage)
    value = root.value
    others = {id(r): r for r in (root_of(t._storage) for t in tensors if hasattr(t, "_storage"))}
    others.pop(id(root), None)
    return sum(
        r.value is value or (value.buffer is not None and r.value.buffer is value.buffer)
        for r in others.values()
    )
