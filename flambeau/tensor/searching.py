"""Places in what is in order, and membership: searchsorted, bucketize, isin.

Operations, without a gradient:
  searchsorted (sequence, x) [right, out]      binary search along sequence's last dim
  isin (x, candidates)                         whether x equals one of few candidates
  isin_ordered (x, candidates, places)         whether x is the candidate at its place

The search is composed of comparisons and gathers, one of each for every halving, so it is compiled
with whatever x is computed by.
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

from flambeau.core import dtype as dt
from flambeau.core.dtype import DType
from flambeau.core.errors import message
from flambeau.engine.graph import build
from flambeau.engine.graph.node import Node
from flambeau.tensor.apply import apply
from flambeau.tensor.gathering import GATHER, check_tensor
from flambeau.tensor.inplace import into
from flambeau.tensor.operation import operation
from flambeau.tensor.promotion import common_dtype
from flambeau.tensor.shaping import reshape
from flambeau.tensor.sorting import sort
from flambeau.tensor.tensor import Tensor
from flambeau.tensor.unary import FUNCTIONS as UNARY
from flambeau.tensor.unary import number_like

__all__ = ["FUNCTIONS", "METHODS"]


# -- binary search ------------------------------------------------------------------------------
def _pick(sequence: Node, places: Node) -> Node:
    dim = len(sequence.shape) - 1
    return build.gather(sequence, places, dim) if dim else build.take(sequence, places, 0)


@operation("searchsorted")
def SEARCHSORTED(sequence: Node, x: Node, right: bool, out: DType) -> Node:
    """How many elements of the sequence stand before x: found bit by bit, the highest first."""
    dtype = common_dtype(sequence, x)
    if dtype.category in ("bool", "complex"):
        raise NotImplementedError(
            message("searchsorted", f"values of dtype {dtype.name}: not implemented for it",
                    "integers or floating point", ".to(flambeau.uint8)")
        )  # fmt: skip
    sequence, x = build.convert(sequence, dtype), build.convert(x, dtype)
    size = sequence.shape[-1]
    place = build.full(x.shape, 0, dt.int64)
    bit = 1 << size.bit_length() >> 1
    while bit and x.type.numel:
        beyond = build.apply("add", place, number_like(place, bit))
        last = build.apply("minimum", beyond, number_like(place, size))
        middle = _pick(sequence, build.apply("sub", last, number_like(place, 1)))
        moves = build.apply("le" if right else "lt", middle, x)
        if dtype.is_floating_point:  # NaN belongs behind everything
            moves = build.apply("or", moves, build.apply("ne", x, x))
        moves = build.apply("and", moves, build.apply("eq", beyond, last))
        place = build.apply("where", moves, beyond, place)
        bit >>= 1
    return build.convert(place, out)


def _check_sequence(name: str, sequence: Any, position: int, x: Any) -> None:
    check_tensor(name, "sorted_sequence" if position == 1 else "boundaries", position, sequence)
    shape = sequence._shape
    if not shape:
        raise RuntimeError(
            message(name, "a sequence without dims", "boundaries tensor should have positive "
                    "dimension, but got 0 dimension", "reshape(1)")
        )  # fmt: skip
    if len(shape) == 1:
        return
    given = x._shape if isinstance(x, Tensor) else ()
    if not given:
        raise RuntimeError(
            message(name, f"one number and a sequence of shape {list(shape)}",
                    "input value can be a scalar only when boundaries tensor dimension is 1",
                    "expand it to one number for each row")
        )  # fmt: skip
    if given[:-1] != shape[:-1]:
        raise RuntimeError(
            message(name, f"input of shape {list(given)} and a sequence of shape {list(shape)}",
                    "boundaries tensor should be 1 dimension or the first N-1 dimensions of "
                    "boundaries tensor and input value tensor must match", "expand one of them")
        )  # fmt: skip


def _in_order(sequence: Tensor, sorter: Any) -> Tensor:
    """The sequence in the order that `sorter`, indices of its shape, gives."""
    check_tensor("searchsorted", "sorter", 3, sorter)
    if sorter._shape != sequence._shape:
        raise RuntimeError(
            message("searchsorted", f"a sorter of shape {list(sorter._shape)} for a sequence of "
                    f"shape {list(sequence._shape)}", "boundary and sorter must have the same size",
                    "sequence.argsort()")
        )  # fmt: skip
    if sorter.dtype is not dt.int64:
        raise RuntimeError(
            message("searchsorted", f"a sorter of dtype {sorter.dtype.name}",
                    "sorter must be a tensor of long dtype", "sorter.long()")
        )  # fmt: skip
    return apply(GATHER, (sequence, sorter), (len(sequence._shape) - 1, "searchsorted"))


def _search(
    name: str, sequence: Tensor, x: Any, right: bool, out_int32: bool, out: Any
) -> Tensor:  # fmt: skip
    dtype = dt.int32 if out_int32 else dt.int64
    if isinstance(out, Tensor) and out.dtype is not dtype:
        raise RuntimeError(
            message(name, f"out of dtype {out.dtype.name} and out_int32={out_int32}",
                    f"output tensor's dtype is wrong: {dtype.name}",
                    f"out.to(flambeau.{dtype.name})")
        )  # fmt: skip
    result = apply(SEARCHSORTED, (sequence, x), (bool(right), dtype))
    return result if out is None else into(out, result, name)  # type: ignore[no-any-return]


def searchsorted(
    sorted_sequence: Tensor, input: Any, *, out_int32: bool = False, right: bool = False,
    side: str | None = None, sorter: Tensor | None = None, out: Any = None,
) -> Tensor:  # fmt: skip
    """How many elements of the ordered sequence are less than each of `input`.

    With `right`, less or equal: where to insert it before, or behind, equal ones. A sequence of
    several dims has an order along the last for each row of `input`. `sorter` gives the order of
    a sequence that is in none.

    >>> import flambeau
    >>> flambeau.searchsorted(flambeau.tensor([1, 3, 5]), flambeau.tensor([3, 6]))
    tensor([1, 3])
    """
    _check_sequence("searchsorted", sorted_sequence, 1, input)
    if side is not None and side not in ("left", "right"):
        raise RuntimeError(
            message("searchsorted", f"side={side!r}", "side can only be 'left' or 'right'")
        )
    if side == "left" and right:
        raise RuntimeError(
            message("searchsorted", "side='left' and right=True",
                    "side and right can't be set to opposites", "one of them")
        )  # fmt: skip
    sequence = sorted_sequence if sorter is None else _in_order(sorted_sequence, sorter)
    is_right = right or side == "right"
    return _search("searchsorted", sequence, input, is_right, out_int32, out)


def bucketize(
    input: Any, boundaries: Tensor, *, out_int32: bool = False, right: bool = False, out: Any = None
) -> Tensor:
    """The bucket of each element: i where boundaries[i - 1] < element <= boundaries[i].

    With `right`, boundaries[i - 1] <= element < boundaries[i].

    >>> import flambeau
    >>> flambeau.bucketize(flambeau.tensor([0.5, 1.0, 9.0]), flambeau.tensor([1.0, 2.0]))
    tensor([0, 0, 2])
    """
    check_tensor("bucketize", "boundaries", 2, boundaries)
    if len(boundaries._shape) != 1:
        raise RuntimeError(
            message("bucketize", f"boundaries of shape {list(boundaries._shape)}",
                    f"boundaries tensor must be 1 dimension, but got dim({len(boundaries._shape)})",
                    "searchsorted, which has boundaries for each row")
        )  # fmt: skip
    _check_sequence("bucketize", boundaries, 2, input)
    return _search("bucketize", boundaries, input, right, out_int32, out)


# -- membership ---------------------------------------------------------------------------------
FEW = 16  # candidates that each element is compared with; more are searched in


@operation("isin")
def ISIN(x: Node, candidates: Node) -> Node:
    dtype = common_dtype(x, candidates)
    x, candidates = build.convert(x, dtype), build.convert(candidates, dtype)
    count = candidates.type.numel
    wide = build.reshape(x, (*x.shape, 1))
    equal = build.apply("eq", wide, build.reshape(candidates, (count,)))
    found = build.reduce("max", equal, (len(x.shape),))
    return build.reshape(found, x.shape)


@operation("isin_ordered")
def ISIN_ORDERED(x: Node, candidates: Node, places: Node) -> Node:
    dtype = common_dtype(x, candidates)
    last = number_like(places, candidates.shape[0] - 1)
    found = build.take(candidates, build.apply("minimum", places, last), 0)
    return build.apply("eq", build.convert(found, dtype), build.convert(x, dtype))


def isin(
    elements: Any = None, test_elements: Any = None, *, assume_unique: bool = False,
    invert: bool = False, out: Any = None, element: Any = None, test_element: Any = None,
) -> Tensor:  # fmt: skip
    """Whether each element is among `test_elements`; with `invert`, whether it is not.

    One of the two may be a number. `assume_unique` is a hint that changes nothing.

    >>> import flambeau
    >>> flambeau.isin(flambeau.tensor([1, 2, 3]), flambeau.tensor([3, 1]))
    tensor([ True, False,  True])
    """
    x = elements if element is None else element
    candidates = test_elements if test_element is None else test_element
    if not isinstance(x, Tensor) and not isinstance(candidates, Tensor):
        check_tensor("isin", "elements", 1, x)
    for tensor in (x, candidates):
        if isinstance(tensor, Tensor) and tensor.dtype.category in ("bool", "complex"):
            raise RuntimeError(
                message("isin", f"a tensor of dtype {tensor.dtype.name}", "integers or floating "
                        "point: Unsupported input type encountered for isin()",
                        ".to(flambeau.uint8)")
            )  # fmt: skip
    if not isinstance(candidates, Tensor) or prod(candidates._shape) <= FEW:
        result = apply(ISIN, (x, candidates))
    else:
        ordered = sort(reshape(candidates, -1)).values
        places = apply(SEARCHSORTED, (ordered, x), (False, dt.int64))
        result = apply(ISIN_ORDERED, (x, ordered, places))
    if invert:
        result = UNARY["logical_not"](result)
    return result if out is None else into(out, result, "isin")  # type: ignore[no-any-return]


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "searchsorted": searchsorted,
    "bucketize": bucketize,
    "isin": isin,
}
METHODS: dict[str, Callable[..., Any]] = {}
