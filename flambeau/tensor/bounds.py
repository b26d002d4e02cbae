"""Indices out of range: told at the call where they are known, else when they are computed."""

from __future__ import annotations

from typing import Any

import numpy as np

from flambeau.core.errors import IndexOutOfRange
from flambeau.engine.graph.meaning import MEANINGS
from flambeau.engine.graph.node import Node, topological
from flambeau.engine.runtime.capture import RECORDERS
from flambeau.engine.runtime.evaluate import read_array
from flambeau.engine.runtime.value import Template, Value

__all__ = ["array_of_index", "check_indices", "known_array", "out_of_range"]

FEW = 1 << 16  # indices that are looked at in the call: at most some ten microseconds
MAX_VIEWS = 8  # views of views that are looked through


def check_indices(template: Template, values: list[Any]) -> None:
    """Raise IndexOutOfRange if an index among these inputs is out of range.

    Indices are all integers and bools but the first input. Indices that are not computed yet, and
    very many, are left to the kernel's own check: looking at them would end the recording.
    """
    count = 0
    for value in values[1:] or values:
        if isinstance(value, Value) and value.type.dtype.category in ("int", "bool"):
            if not _is_known(value):
                return
            count += value.type.numel
    if count > FEW or RECORDERS:
        return
    assert template.blame is not None
    words = template.blame(tuple(values))
    if words:
        raise IndexOutOfRange(words)


def _is_known(value: Value) -> bool:
    """Whether the elements are computed, or are a view of what is."""
    for _ in range(MAX_VIEWS):
        if value.buffer is not None:
            return True
        if value.template is None or not value.template.is_view:
            return False
        (value,) = value.inputs
    return False


def known_array(value: Value) -> np.ndarray | None:
    """The elements if nothing has to be computed for them, also those of a view; else None."""
    if not _is_known(value):
        return None
    views = []
    while value.template is not None:
        views.append(value.template.root)
        (value,) = value.inputs
    array = read_array(value)
    for root in reversed(views):
        found: dict[Node, np.ndarray] = {}
        for node in topological([root]):
            sources = [found[s] for s in node.sources]
            found[node] = MEANINGS[node.primitive](node, *(sources or [array]))
        array = found[root]
    return array


def array_of_index(value: Value) -> np.ndarray:
    """The elements of an index, computed if they are not yet."""
    array = known_array(value)
    return read_array(value) if array is None else array


def out_of_range(
    name: str, index: Value, dim: int | None, size: int, lowest: int | None = None
) -> str:
    """What is wrong with the first index outside `lowest` (-size unless given) .. size - 1.

    Without a dim, the index counts all elements of a tensor.
    """
    lowest = -size if lowest is None else lowest
    array = array_of_index(index)
    if not array.size or (array.min() >= lowest and array.max() < size):
        return ""
    at = tuple(np.argwhere((array < lowest) | (array >= size))[0])
    where = f", at {[int(i) for i in at]} of the index tensor" if at else ""
    what = (
        f"dimension {dim} with size {size}" if dim is not None else f"a tensor of {size} elements"
    )
    return (
        f"{name}: index {int(array[at])} is out of bounds for {what}{where}; required: "
        f"{lowest} <= index < {size}; try clamp() on the index, or look for what made it"
    )
