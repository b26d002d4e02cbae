"""The meaning of every primitive on NumPy, and of a graph of them.

This is the definition: every backend is tested against it, and what no backend compiles runs
here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from flambeau.core.dtype import DType
from flambeau.engine.graph.meaning.compressed import COMPRESSED
from flambeau.engine.graph.meaning.elementwise import elementwise
from flambeau.engine.graph.meaning.structure import STRUCTURE
from flambeau.engine.graph.meaning.values import from_storage, hold, narrow, store, to_storage
from flambeau.engine.graph.node import Node, topological
from flambeau.engine.graph.primitives import PRIMITIVES
from flambeau.engine.graph.routines import ROUTINES

__all__ = ["MEANINGS", "from_storage", "hold", "interpret", "store", "to_storage"]

Array = np.ndarray[Any, Any]


def _elementwise(name: str) -> Callable[..., Array]:
    def apply(node: Node, *arrays: Array) -> Array:
        dtypes: list[DType] = [s.dtype for s in node.sources]
        return elementwise(name, arrays, dtypes, node.dtype)

    return apply


# the outputs of the routines called so far, by name, options and sources
Calls = dict[tuple, tuple[Array, ...]]


def _routine(node: Node, *arrays: Array, calls: Calls | None = None) -> Array:
    """The output that `node` stands for; a call that is among `calls` is not made again."""
    name, options, output = node.attributes
    calls = {} if calls is None else calls
    key = (name, options, node.sources)
    if key not in calls:
        calls[key] = ROUTINES[name].compute(options, *arrays)
    return narrow(calls[key][output], node.dtype)


# name -> (node, *values of its sources) -> value, as `values.py` holds them. A `parameter` gets
# its stored array and a `scalar` its number in place of sources.
MEANINGS: dict[str, Callable[..., Array]] = {
    **STRUCTURE,
    **COMPRESSED,
    **{row.name: _elementwise(row.name) for row in PRIMITIVES.values()
       if row.kind == "elementwise"},
    "routine": _routine,
}  # fmt: skip


def interpret(
    roots: Sequence[Node], parameters: Sequence[Any] = (), scalars: Sequence[Any] = ()
) -> list[Array]:
    """The values of `roots`, as contiguous arrays of the storage dtype.

    `parameters[i]` is the array of the `parameter` with index i (bfloat16 as uint16), and
    `scalars[i]` the number of the `scalar` with index i. Raises IndexError for an index out of
    range.

    >>> from flambeau.core.dtype import float32
    >>> from flambeau.core.types import tensor_type
    >>> from flambeau.engine.graph import build
    >>> x = build.parameter(0, tensor_type(float32, (3,)))
    >>> y = build.apply("mul", x, build.scalar(0, float32))
    >>> interpret([y], [np.array([1, 2, 3], np.float32)], [2.0])[0].tolist()
    [2.0, 4.0, 6.0]
    """
    order = list(topological(roots))
    uses: dict[Node, int] = dict.fromkeys(order, 0)
    for node in (*(s for n in order for s in n.sources), *roots):
        uses[node] += 1
    values: dict[Node, Array] = {}
    calls: Calls = {}
    with np.errstate(all="ignore"):
        for node in order:
            values[node] = _evaluate(node, values, parameters, scalars, calls)
            for s in node.sources:
                uses[s] -= 1
                if not uses[s]:
                    del values[s]
        return [np.array(store(values[root], root.dtype), order="C", copy=None) for root in roots]


def _evaluate(
    node: Node, values: dict[Node, Array], parameters: Sequence[Any], scalars: Sequence[Any],
    calls: Calls,
) -> Array:  # fmt: skip
    if node.primitive == "parameter":
        result = MEANINGS["parameter"](node, parameters[node.attributes[0]])
    elif node.primitive == "scalar":
        result = MEANINGS["scalar"](node, scalars[node.attributes[0]])
    elif node.primitive == "routine":
        result = _routine(node, *[values[s] for s in node.sources], calls=calls)
    else:
        result = MEANINGS[node.primitive](node, *[values[s] for s in node.sources])
    assert result.shape == node.shape, f"{node!r}: {result.shape}, expected {node.shape}"
    return result
