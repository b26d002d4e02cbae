"""`Routine`: one row of ROUTINES, a function on arrays that is computed on the host as a whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flambeau.core.types import TensorType

__all__ = ["Routine"]


@dataclass(frozen=True)
class Routine:
    """`compute(options, *arrays)` gives one array for each type of `infer(options, *types)`.

    Arrays are held as graph/meaning/values.py says. `options` is a hashable tuple;
    `batched(options)` are those for arrays with one more dim in front (None: there are none).
    """

    infer: Callable[..., tuple[TensorType, ...]]
    compute: Callable[..., tuple[Any, ...]]
    batched: Callable[[tuple], tuple] | None = lambda options: options
