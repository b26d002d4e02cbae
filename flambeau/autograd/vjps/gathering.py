"""Derivatives of gathering and scattering: each is the reverse of the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flambeau.autograd.vjps.table import non_differentiable, vjp, vjp_joint
from flambeau.tensor.apply import apply
from flambeau.tensor.cotangent import ONES, ZEROS
from flambeau.tensor.elementwise import where
from flambeau.tensor.gathering import GATHER, INDEX_SELECT
from flambeau.tensor.index_writing import INDEX_WRITE
from flambeau.tensor.inplace import TO
from flambeau.tensor.masked import MASKED_COLLECT, MASKED_SCATTER
from flambeau.tensor.operation import Operation
from flambeau.tensor.scattering import SCATTER
from flambeau.tensor.tensor import Tensor

__all__: list[str] = []


def _zeros(type: Any) -> Tensor:
    return apply(ZEROS, (), (type.shape, type.dtype))


vjp(
    "gather",
    lambda g, y, types, attributes: apply(SCATTER["sum"], (_zeros(types[0]), y, g), attributes),
    None,
)
vjp(
    "index_select",
    lambda g, y, types, attributes: apply(INDEX_WRITE["sum"], (_zeros(types[0]), y, g), attributes),
    None,
)
non_differentiable("wrap_index", "repeated_index")
vjp(
    "masked_scatter",
    lambda g, y: where(y, 0.0, g),
    None,
    lambda g, y, types: apply(MASKED_COLLECT, (g, y), (types[2].numel,)).reshape(types[2].shape),  # type: ignore[attr-defined]
)
vjp(
    "masked_collect",
    lambda g, y, types: apply(MASKED_SCATTER, (_zeros(types[0]), y, g)),
    None,
)


# -- writing ------------------------------------------------------------------------------------
def _number_of_copies(g: Tensor, index: Tensor, table: dict, attributes: tuple) -> Any:
    """The cotangent of one number that was copied to all places of the index."""
    touched = apply(table["set"], (apply(ZEROS, (), (g._shape, g.dtype)), index, 1), attributes)
    return where(touched != 0, g, 0.0).sum()  # type: ignore[attr-defined]


def _rules(table: dict[str, Operation], read: Operation) -> None:
    """The rows of one family; `read` picks what its operations write."""

    def of_source(g: Any, y: Any, types: tuple, attributes: tuple) -> Any:
        return apply(read, (g, y), attributes).reshape(types[2].shape)  # type: ignore[attr-defined]

    def of_copied(g: Any, y: Any, types: tuple, attributes: tuple) -> Any:
        if not types[2].shape and y._shape:
            return _number_of_copies(g, y, table, attributes)
        return of_source(g, y, types, attributes)

    vjp(
        table["set"].name,
        lambda g, y, attributes: apply(table["set"], (g, y, 0), attributes),
        None,
        of_copied,
    )
    vjp(table["sum"].name, lambda g: g, None, of_source)
    vjp_joint(table["prod"].name, _product(table, read))
    for name in ("amax", "amin"):
        vjp_joint(table[name].name, _extreme(table, read))


def _product(table: dict[str, Operation], read: Operation) -> Callable[..., Any]:
    """The product of the others, with no division by zero.

    Where one factor is zero, its share is the product of all others. Where two are, the shares
    are zero but change with the other zero, so they are written with it, for second derivatives.
    """

    def rule(g: Any, inputs: tuple, out: Any, attributes: tuple, needs: tuple) -> list[Any]:
        x, index, source = inputs

        def put(base: Any, value: Any, how: str) -> Any:
            return apply(table[how], (base, index, value), attributes)

        if not isinstance(source, Tensor):
            ones = apply(ONES, (), (x._shape, x.dtype))
            return [g * put(ones, source, "prod"), None, None]
        is_zero = (x == 0, source == 0)
        ones, others = (apply(TO, (z,), (x.dtype,)) for z in is_zero)
        count = put(ones, others, "sum")
        rest = put(where(is_zero[0], 1.0, x), where(is_zero[1], 1.0, source), "prod")
        zeros = put(where(is_zero[0], x, 0.0), where(is_zero[1], source, 0.0), "sum")

        def share(v: Any, is_zero: Any, out: Any, count: Any, rest: Any, zeros: Any) -> Any:
            of_two = where(count == 2, rest * (zeros - v), 0.0)
            of_zero = where(count == 1, rest, of_two)
            return where(is_zero, of_zero, out / where(is_zero, 1.0, v))

        places = (out, count, rest, zeros)
        cotangents = [g * share(x, is_zero[0], *places), None, None]
        if needs[2]:
            read_here = [apply(read, (t, index), attributes) for t in (g, *places)]
            read_here = [t.reshape(source._shape) for t in read_here]
            cotangents[2] = read_here[0] * share(source, is_zero[1], *read_here[1:])
        return cotangents

    return rule


def _extreme(table: dict[str, Operation], read: Operation) -> Callable[..., Any]:
    """All that equal the extreme share the cotangent."""

    def rule(g: Any, inputs: tuple, out: Any, attributes: tuple, needs: tuple) -> list[Any]:
        x, index, source = inputs
        own = x == out
        theirs = source == apply(read, (out, index), attributes).reshape(source._shape)  # type: ignore[attr-defined]
        ones = [apply(TO, (t,), (g.dtype,)) for t in (own, theirs)]
        part = g / apply(table["sum"], (ones[0], index, ones[1]), attributes)
        here = apply(read, (part, index), attributes).reshape(source._shape) if needs[2] else None  # type: ignore[attr-defined]
        return [where(own, part, 0.0), None, None if here is None else where(theirs, here, 0.0)]

    return rule


_rules(SCATTER, GATHER)
_rules(INDEX_WRITE, INDEX_SELECT)
