"""Simplification: the same values with less work.

Every rule keeps the results, floating-point ones included: no reassociation, no x * 0 -> 0, no
x + 0.0 (it turns -0.0 into 0.0). The exceptions are rules that PyTorch has too, and are named
where they stand.
"""

from __future__ import annotations

from collections.abc import Sequence

from flambeau.engine.graph.node import Node
from flambeau.engine.graph.rewrite import by_primitive, rewrite
from flambeau.engine.graph.simplify.algebra import ALGEBRA
from flambeau.engine.graph.simplify.constants import CONSTANTS
from flambeau.engine.graph.simplify.movement import MOVEMENT
from flambeau.engine.graph.simplify.reduction import REDUCTION

__all__ = ["RULES", "simplify"]

# in the order in which they are tried on a node
RULES = CONSTANTS + MOVEMENT + REDUCTION + ALGEBRA
_TABLE = by_primitive(RULES)


def simplify(roots: Sequence[Node], counts: dict[str, int] | None = None) -> list[Node]:
    """Equal graphs with fewer nodes; `counts` gathers how often each rule applied.

    >>> from flambeau.core.dtype import float32
    >>> from flambeau.core.types import tensor_type
    >>> from flambeau.engine.graph import build
    >>> x = build.parameter(0, tensor_type(float32, (3,)))
    >>> simplify([build.apply("mul", x, build.full((3,), 1, float32))]) == [x]
    True
    """
    return rewrite(roots, _TABLE, counts)
