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
from typing import Any, NamedTuple

import numpy as np

from flambeau.core import dtype as dt
from flambeau.core.errors import message
from flambeau.core.layout import Layout
from flambeau.core.shape import broadcast_shapes
from flambeau.core.types import Shape
from flambeau.engine.graph import build
from flambeau.engine.graph.node import Node
from flambeau.engine.runtime.evaluate import read_array
from flambeau.tensor.apply import apply, apply_view
from flambeau.tensor.boundary import fresh, read
from flambeau.tensor.elementwise import masked_fill
from flambeau.tensor.external import tensor_over
from flambeau.tensor.inplace import TO, put_back
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
                    "give them one shape, or insert dims of size 1 with [:, None]")
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
    if broadcast_shapes("index_put_", value.shape, shape) != shape:
        raise RuntimeError(
            message("index_put_", f"a value of shape {list(value.shape)}",
                    f"a shape that broadcasts to {list(shape)}: shape mismatch: value tensor "
                    f"cannot be broadcast to indexing result")
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
        size, array = x.type.shape[dim], read_array(index)
        bad = np.argwhere((array < -size) | (array >= size))
        if len(bad):
            at = tuple(bad[0])
            where = f", at {[int(i) for i in at]} of the index tensor" if at else ""
            return (
                f"{name}: index {int(array[at])} is out of bounds for dimension {dim} with size "
                f"{size}{where}; required: {-size} <= index < {size}; "
                "try clamp() on the index, or look for what made it"
            )
    return None


INDEX.blame = functools.partial(_blame, "x[index]")
INDEX_PUT.blame = functools.partial(_blame, "x[index] = value")


# -- reading an index ---------------------------------------------------------------------------
class Plan(NamedTuple):
    """What an index means: a slice of each dim, the dims of the view, the dims to pick from."""

    starts: Shape
    sizes: Shape
    steps: Shape
    shape: Shape  # of the view
    layout: Layout
    dims: tuple[int, ...]  # dims of the view from which `indices` pick
    indices: tuple[Tensor, ...]


_ADVANCED = (Tensor, list, np.ndarray, range)


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


def _is_sequence_index(index: Any) -> bool:
    """A list that NumPy of old would have read as a tuple is one index, as in PyTorch."""
    return isinstance(index, tuple)


def _plan(x: Tensor, index: Any) -> Plan:
    layout = layout_of(x)
    items = list(index) if _is_sequence_index(index) else [index]
    ndim = len(layout.shape)
    used = sum(_dims_used(i) for i in items)
    if used > ndim:
        raise IndexError(
            f"index: too many indices for tensor of dimension {ndim}; given {used} in {index!r}"
        )
    dots = [i for i, item in enumerate(items) if item is Ellipsis]
    if len(dots) > 1:
        raise IndexError("index: an index can only have a single ellipsis ('...')")
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
    if isinstance(item, list):
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
        elif isinstance(item, _ADVANCED) and not _is_integer_scalar(item):
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
        self.keep(start if stop > start else min(start, size), max(0, -(-(stop - start) // step)), step)

    def integer(self, item: Any) -> None:
        dim = len(self.starts)
        size = self.layout.shape[dim]
        at = _integer(item, "index")
        if not -size <= at < size:
            raise IndexError(
                f"index {at} is out of bounds for dimension {dim} with size {size}"
            )
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
                    f"{dim + axis}"
                )
            if not shape:
                self.picks.append((len(self.shape), _where_true(index)[0]))
                self.new_dim(1)
                return
            for each in _where_true(index):
                self.picks.append((len(self.shape), each))
                self.keep(0, self.layout.shape[len(self.starts)], 1)
            return
        self.picks.append((len(self.shape), index))
        self.keep(0, self.layout.shape[dim], 1)


def _is_integer_scalar(item: Any) -> bool:
    """A tensor of one integer without dims selects like a Python int where its value is known."""
    return isinstance(item, np.ndarray) and item.ndim == 0 and item.dtype.kind in "iu"


def _integer(v: Any, what: str) -> int:
    try:
        return v.__index__()  # type: ignore[no-any-return]
    except (AttributeError, TypeError):
        raise TypeError(
            f"{what}: only integers, slices (`:`), ellipsis (`...`), None and long or byte "
            f"Variables are valid indices (got {type(v).__name__})"
        ) from None


def _where_true(mask: Tensor) -> tuple[Tensor, ...]:
    """For each dim the indices of the true elements."""
    array = read(mask)
    found = np.nonzero(array) if array.ndim else (np.zeros(int(array != 0), np.int64),)
    return tuple([_int64(a) for a in found])


def _int64(array: np.ndarray) -> Tensor:
    result, memory = fresh(dt.int64, array.shape)
    memory[...] = array
    return result


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
    plan = _plan(self, index)
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
    is_mask = isinstance(index, Tensor) and index.dtype is dt.bool_
    if is_mask and index._shape == self._shape and _is_single(value):
        # nothing has to look at the mask
        number = value if not isinstance(value, Tensor) else apply(TO, (value,), (self.dtype,))
        put_back(self, masked_fill(self, index, number), "__setitem__")
        return
    plan = _plan(self, index)
    target = _view(self, plan)
    if not plan.indices:
        _assign(target, value)
        return
    if not isinstance(value, (Tensor, bool, int, float)):
        value = tensor_over(np.array(value))
    result = apply(INDEX_PUT, (target, value, *plan.indices), (plan.dims, "set"))
    put_back(target, result, "__setitem__")


def _is_single(value: Any) -> bool:
    return isinstance(value, (bool, int, float)) or (
        isinstance(value, Tensor) and value._shape == ()
    )


def _assign(target: Any, value: Any) -> None:
    if isinstance(value, np.ndarray):
        value = tensor_over(value)
    if isinstance(value, (list, tuple)):
        value = tensor_over(np.array(value))
    if isinstance(value, Tensor):
        shape, own = value._shape, target._shape
        while len(shape) > len(own) and shape[0] == 1:  # leading dims of size 1 do not count
            value = value[0]  # type: ignore[index]
            shape = value._shape
        if broadcast_shapes("__setitem__", shape, own) != own:
            raise RuntimeError(
                message("__setitem__", f"a value of shape {list(shape)}",
                        f"a shape that broadcasts to {list(own)}: the expanded size of the tensor "
                        "must match the existing size")
            )  # fmt: skip
    target.copy_(value)


# -- by name ------------------------------------------------------------------------------------
def _given_indices(x: Tensor, indices: Any) -> Plan:
    return _plan(x, tuple(slice(None) if i is None else i for i in indices))


def index_put(input: Tensor, indices: Any, values: Tensor, accumulate: bool = False) -> Tensor:
    """A copy with `values` written at (or, if accumulate, added at) the indices."""
    plan = _given_indices(input, indices)
    mode = "add" if accumulate else "set"
    return apply(INDEX_PUT, (_view(input, plan), values, *plan.indices), (plan.dims, mode))


def index_put_(self: Tensor, indices: Any, values: Tensor, accumulate: bool = False) -> Tensor:
    """`index_put` into this tensor."""
    return put_back(self, index_put(self, indices, values, accumulate), "index_put_")


def nonzero(input: Tensor, *, as_tuple: bool = False) -> Any:
    """The indices of the elements that are not zero, one in each row; or one tensor per dim.

    >>> import flambeau
    >>> flambeau.nonzero(flambeau.tensor([0, 5, 7]))
    tensor([[1],
            [2]])
    """
    array = read(input)
    found = np.nonzero(array) if array.ndim else ()
    if as_tuple:
        return tuple([_int64(a) for a in found]) if array.ndim else _where_true(input)
    if not array.ndim:
        return _int64(np.zeros((int(array != 0), 0), np.int64))
    return _int64(np.stack(found, 1))


FUNCTIONS: dict[str, Callable[..., Any]] = {"nonzero": nonzero, "index_put": index_put}
METHODS: dict[str, Callable[..., Any]] = {
    "__getitem__": getitem,
    "__setitem__": setitem,
    "index_put_": index_put_,
}
