"""Indices out of range: told at the call where they are known, else when they are computed."""

from __future__ import annotations

from typing import Any

import numpy as np

from flambeau.engine.runtime.capture import RECORDERS
from flambeau.engine.runtime.evaluate import read_array
from flambeau.engine.runtime.value import Template, Value

__all__ = ["check_indices", "out_of_range"]

FEW = 1 << 16  # indices that are looked at in the call: at most some ten microseconds


def check_indices(template: Template, values: list[Any]) -> None:
    """Raise IndexError if an index among these inputs is out of range.

    Indices that are not computed yet, and very many, are left to the kernel's own check: looking
    at them would end the recording.
    """
    count = 0
    for value in values[1:]:
        if isinstance(value, Value) and value.type.dtype.category == "int":
            if value.buffer is None:
                return
            count += value.type.numel
    if count > FEW or RECORDERS:
        return
    assert template.blame is not None
    words = template.blame(tuple(values))
    if words is not None:
        raise IndexError(words)


def out_of_range(name: str, index: Value, dim: int, size: int, lowest: int | None = None) -> str:
    """What is wrong with the first index outside `lowest` (-size unless given) .. size - 1."""
    lowest = -size if lowest is None else lowest
    array = read_array(index)
    if not array.size or (array.min() >= lowest and array.max() < size):
        return ""
    at = tuple(np.argwhere((array < lowest) | (array >= size))[0])
    where = f", at {[int(i) for i in at]} of the index tensor" if at else ""
    return (
        f"{name}: index {int(array[at])} is out of bounds for dimension {dim} with size "
        f"{size}{where}; required: {lowest} <= index < {size}; "
        "try clamp() on the index, or look for what made it"
    )
