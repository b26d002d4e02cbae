"""`x[index]` and `x[index] = value`, with NumPy's rules as PyTorch has them.

Ints, slices, None, Ellipsis and Python bools make a view, in one operation. Tensors, lists and
arrays among them pick elements: masks stand for the indices of their true elements, the index
tensors are broadcast against each other, and the dims they give stand where the indexed dims
stood if these were neighbours, else in front.

Operations:
  getitem (x) [starts, sizes, steps, shape]           a view
  index (x, i0, i1, ...) [dims]                       i0 picks along dims[0] ...; a copy
  index_put (x, value, i0, i1, ...) [dims, mode]      mode "set" or "add"
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np

from flambeau.core import dtype as dt
from flambeau.core.errors import message
from flambeau.core.shape import broadcast_shapes, mark_shapes
from flambeau.core.types import Shape
from flambeau.engine.graph import build
from flambeau.engine.graph.node import Node
from flambeau.tensor.apply import apply, apply_view
from flambeau.tensor.boundary import read
from flambeau.tensor.bounds import out_of_range
from flambeau.tensor.elementwise import masked_fill
from flambeau.tensor.external import tensor_over
from flambeau.tensor.indices import (
    Plan,
    int64_tensor,
    items_of,
    read_index,
    where_true,
    with_numbers,
)
from flambeau.tensor.inplace import TO, into, put_back
from flambeau.tensor.literal import check_fits
from flambeau.tensor.operation import operation
from flambeau.tensor.shaping import select
from flambeau.tensor.tensor import Tensor
from flambeau.tensor.view import layout_of

__all__ = [
    "FUNCTIONS", "GETITEM", "INDEX", "INDEX_PUT", "METHODS", "getitem", "index_put", "index_put_",
    "nonzero", "setitem", "wrap_index",
]  # fmt: skip


# -- nodes --------------------------------------------------------------------------------------
@operation("getitem")
def GETITEM(x: Node, starts: Shape, sizes: Shape, steps: Shape, shape: Shape) -> Node:
    return build.reshape(build.slice_(x, starts, sizes, steps), shape)


def wrap_index(index: Node, size: int) -> Node:
    """Indices counted from the front; those out of range stay so, for the kernel's check."""
    index = build.convert(index, dt.int64)
    zero = build.full(index.shape, 0, dt.int64)
    length = build.full(index.shape, size, dt.int64)
    moved = build.apply("add", index, length)
    is_negative = build.apply("lt", index, zero)
    is_inside = build.apply("ge", moved, zero)
    return build.apply("where", build.apply("and", is_negative, is_inside), moved, index)


def _linear_index(shape: Shape, dims: Shape, indices: tuple[Node, ...]) -> Node:
    """One index into the dims taken together; an index out of range makes it so, too."""
    shapes = [i.shape for i in indices]
    try:
        common = broadcast_shapes("index", *shapes)
    except RuntimeError as error:
        raise IndexError(
            message("x[index]", f"index tensors of shapes {[list(s) for s in shapes]}",
                    "shape mismatch: indexing tensors could not be broadcast together",
                    "give them one shape, or insert dims of size 1 with [:, None]",
                    mark_shapes(*[(f"index {i}", s, None, "") for i, s in enumerate(shapes)]))
        ) from error  # fmt: skip
    result = None
    wrong = build.full(common, -1, dt.int64)
    for dim, index in zip(dims, indices, strict=True):
        size = shape[dim]
        at = build.expand(wrap_index(index, size), common)
        if len(dims) == 1:
            return at
        length = build.full(common, size, dt.int64)
        zero = build.full(common, 0, dt.int64)
        inside = build.apply("and", build.apply("ge", at, zero), build.apply("lt", at, length))
        if result is None:
            result = build.apply("where", inside, at, wrong)
            continue
        good = build.apply("and", inside, build.apply("ge", result, zero))
        following = build.apply("add", build.apply("mul", result, length), at)
        result = build.apply("where", good, following, wrong)
    assert result is not None
    return result


def _front(x: Node, dims: Shape) -> tuple[Node, Shape]:
    """x with the indexed dims in front, taken together as one; and the other dims' sizes."""
    rest = tuple(d for d in range(len(x.shape)) if d not in dims)
    moved = build.permute(x, (*dims, *rest))
    sizes = tuple(x.shape[d] for d in rest)
    together = 1
    for d in dims:
        together *= x.shape[d]
    return build.reshape(moved, (together, *sizes)), sizes


def _place(dims: Shape) -> int:
    """Where the dims of the indices stand in the result."""
    neighbours = all(b == a + 1 for a, b in itertools.pairwise(dims))
    return dims[0] if neighbours else 0


def _result_order(place: int, picked: int, rest: int) -> Shape:
    """Permutation from (picked dims, other dims) to the result's order."""
    others = list(range(picked, picked + rest))
    return (*others[:place], *range(picked), *others[place:])


@operation("index")
def INDEX(x: Node, *inputs: Any) -> Node:
    *indices, dims = inputs
    at = _linear_index(x.shape, dims, tuple(indices))
    if len(dims) == 1:
        return build.take(x, at, dims[0])
    front, rest = _front(x, dims)
    taken = build.take(front, at, 0)
    return build.permute(taken, _result_order(_place(dims), len(at.shape), len(rest)))


@operation("index_put")
def INDEX_PUT(x: Node, value: Node, *inputs: Any) -> Node:
    *indices, dims, mode = inputs
    at = _linear_index(x.shape, dims, tuple(indices))
    front, rest = _front(x, dims)
    order = _result_order(_place(dims), len(at.shape), len(rest))
    shape = tuple((*at.shape, *rest)[d] for d in order)
    if broadcast_shapes("index_put_", value.shape, shape, names=("value", "place")) != shape:
        raise RuntimeError(
            message("index_put_", f"a value of shape {list(value.shape)}",
                    f"a shape that broadcasts to {list(shape)}: shape mismatch: value tensor "
                    f"cannot be broadcast to indexing result", "",
                    mark_shapes(("value", value.shape, None, ""), ("place", shape, None, "")))
        )  # fmt: skip
    source = build.expand(build.convert(value, x.dtype), shape)
    back = tuple(sorted(range(len(order)), key=order.__getitem__))
    source = build.permute(source, back)
    flat = build.reshape(at, (at.type.numel,))
    source = build.reshape(source, (at.type.numel, *rest))
    result = build.put(front, flat, source, 0, mode)
    others = tuple(d for d in range(len(x.shape)) if d not in dims)
    moved = build.reshape(result, tuple(x.shape[d] for d in (*dims, *others)))
    whole = (*dims, *others)
    return build.permute(moved, tuple(sorted(range(len(whole)), key=whole.__getitem__)))


def _blame(name: str, attributes: tuple, inputs: tuple) -> str | None:
    """The first index that is out of range, its place and the limit."""
    x, dims = inputs[0], attributes[0]
    for dim, index in zip(dims, inputs[-len(dims) :], strict=True):
        words = out_of_range(name, index, dim, x.type.shape[dim])
        if words:
            return words
    return None


INDEX.blame = functools.partial(_blame, "x[index]")
INDEX_PUT.blame = functools.partial(_blame, "x[index] = value")


# -- x[index] -----------------------------------------------------------------------------------
def getitem(self: Tensor, index: Any) -> Tensor:
    """A view for ints, slices, None and Ellipsis; a copy of the picked elements otherwise.

    >>> import flambeau
    >>> x = flambeau.arange(6).reshape(2, 3)
    >>> x[1, ::2], x[:, [2, 0]], x[x > 3]
    (tensor([3, 5]), tensor([[2, 0],
            [5, 3]]), tensor([4, 5]))
    """
    if type(index) is int and self._shape:
        return select(self, 0, index)
    plan = read_index(self, with_numbers(items_of(index), False))
    return _pick(_view(self, plan), plan)


def _view(x: Tensor, plan: Plan) -> Tensor:
    if plan.layout == layout_of(x) and plan.indices:
        return x
    return apply_view(GETITEM, x, (plan.starts, plan.sizes, plan.steps, plan.shape), plan.layout)


def _pick(x: Tensor, plan: Plan) -> Tensor:
    return apply(INDEX, (x, *plan.indices), (plan.dims,)) if plan.indices else x


# -- x[index] = value ---------------------------------------------------------------------------
def setitem(self: Tensor, index: Any, value: Any) -> None:
    """Write `value`, broadcast, where `x[index]` reads."""
    value = _written(self, value)
    is_mask = isinstance(index, Tensor) and index.dtype is dt.bool_
    if is_mask and index._shape == self._shape and _is_single(value):
        # nothing has to look at the mask
        number = value
        if isinstance(value, Tensor):
            number = apply(TO, (_with_dims(value, 0),), (self.dtype,))
        put_back(self, masked_fill(self, index, number), "__setitem__")
        return
    plan = read_index(self, with_numbers(items_of(index), True))
    target = _view(self, plan)
    if not plan.indices:
        _assign(target, value)
        return
    if isinstance(value, Tensor):
        if any(i._shape for i in plan.indices):
            _check_dtypes("x[index] = value", self, value)
        value = _with_dims(value, _dims_picked(plan))
    result = apply(INDEX_PUT, (target, value, *plan.indices), (plan.dims, "set"))
    put_back(target, result, "__setitem__")


def _written(x: Tensor, value: Any) -> Any:
    """`value` as a tensor, or as a number that x's dtype holds."""
    if isinstance(value, Tensor):
        return value
    if isinstance(value, (bool, int, float)):
        check_fits(value, x.dtype, "x[index] = value")
        return int(value) if x.dtype.category == "int" else value
    if isinstance(value, complex) and not x.dtype.is_complex:
        raise RuntimeError(
            message("x[index] = value", f"{value} for a tensor of {x.dtype.name}",
                    f"a real number: value cannot be converted to type {x.dtype.name} without "
                    "overflow", "value.real")
        )  # fmt: skip
    array = np.array(value)
    if array.dtype.kind not in "biufc":
        raise TypeError(
            message("x[index] = value", f"a {type(value).__name__}",
                    f"a tensor or a number: can't assign a {type(value).__name__} to a tensor",
                    "flambeau.tensor(value)")
        )  # fmt: skip
    return apply(TO, (tensor_over(array),), (x.dtype,))


def _is_single(value: Any) -> bool:
    return not isinstance(value, Tensor) or prod(value._shape) == 1


def _check_dtypes(name: str, x: Tensor, value: Tensor) -> None:
    if value.dtype is not x.dtype:
        raise RuntimeError(
            message(name, f"a value of {value.dtype.name} for a tensor of {x.dtype.name}",
                    "one dtype: Index put requires the source and destination dtypes match",
                    f"value.to(flambeau.{x.dtype.name})")
        )  # fmt: skip


def _dims_picked(plan: Plan) -> int:
    """Number of dims of what the plan's indices pick."""
    return len(plan.shape) - len(plan.dims) + max(len(i._shape) for i in plan.indices)


def _with_dims(value: Tensor, ndim: int) -> Tensor:
    """`value` without leading dims of size 1 beyond `ndim` dims: they do not count."""
    while len(value._shape) > ndim and value._shape[0] == 1:
        value = select(value, 0, 0)
    return value


def _assign(target: Any, value: Any) -> None:
    if isinstance(value, Tensor):
        own = target._shape
        value = _with_dims(value, len(own))
        shape = value._shape
        if broadcast_shapes("__setitem__", shape, own, names=("value", "place")) != own:
            raise RuntimeError(
                message("__setitem__", f"a value of shape {list(shape)}",
                        f"a shape that broadcasts to {list(own)}: the expanded size of the tensor "
                        "must match the existing size", "",
                        mark_shapes(("value", shape, None, ""), ("place", own, None, "")))
            )  # fmt: skip
    target.copy_(value)


# -- by name ------------------------------------------------------------------------------------
def _given_indices(x: Tensor, indices: Any, values: Any) -> Plan:
    if not isinstance(indices, (tuple, list)):
        raise TypeError(
            "index_put_(): argument 'indices' (position 1) must be tuple of Tensors, not "
            f"{type(indices).__name__}; try (indices,)"
        )
    if not isinstance(values, Tensor):
        raise TypeError(
            "index_put_(): argument 'values' (position 2) must be Tensor, not "
            f"{type(values).__name__}; try flambeau.tensor(...)"
        )
    _check_dtypes("index_put_", x, values)
    return read_index(x, [slice(None) if i is None else i for i in indices])


def index_put(input: Tensor, indices: Any, values: Tensor, accumulate: bool = False) -> Tensor:
    """A copy with `values` written at (or, if accumulate, added at) the indices."""
    plan = _given_indices(input, indices, values)
    mode = "add" if accumulate else "set"
    return apply(INDEX_PUT, (_view(input, plan), values, *plan.indices), (plan.dims, mode))


def index_put_(self: Tensor, indices: Any, values: Tensor, accumulate: bool = False) -> Tensor:
    """`index_put` into this tensor."""
    return put_back(self, index_put(self, indices, values, accumulate), "index_put_")


def nonzero(input: Tensor, *, as_tuple: bool = False, out: Tensor | None = None) -> Any:
    """The indices of the elements that are not zero, one in each row; or one tensor per dim.

    >>> import flambeau
    >>> flambeau.nonzero(flambeau.tensor([0, 5, 7]))
    tensor([[1],
            [2]])
    """
    array = read(input)
    found = np.nonzero(array) if array.ndim else ()
    if as_tuple:
        return tuple([int64_tensor(a) for a in found]) if array.ndim else where_true(input)
    rows = np.stack(found, 1) if array.ndim else np.zeros((int(array != 0), 0), np.int64)
    result = int64_tensor(rows)
    return result if out is None else into(out, result, "nonzero")


FUNCTIONS: dict[str, Callable[..., Any]] = {"nonzero": nonzero, "index_put": index_put}
METHODS: dict[str, Callable[..., Any]] = {
    "__getitem__": getitem,
    "__setitem__": setitem,
    "index_put_": index_put_,
}
