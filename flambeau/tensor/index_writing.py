"""Slices put where an index says: index_add, index_copy, index_reduce, index_fill; and put.

Operations, one for each way to combine what meets at a place; y is a tensor or a number, name
the caller's, for messages:
  index_copy index_add index_prod index_amax index_amin (x, index, y) [dim, name]
      x with slice i of y, along dim, at index[i]; the reverse of index_select

Half precision is accumulated in float32. Of what is copied to one place, the last stays.
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

from flambeau.core import dtype as dt
from flambeau.core.errors import message
from flambeau.core.shape import align_shapes, mark_shapes, normalize_dim
from flambeau.core.types import Shape
from flambeau.engine.graph import build
from flambeau.engine.graph.node import Node
from flambeau.tensor.apply import apply
from flambeau.tensor.gathering import WRAP_INDEX, as_vector, blame_index, check_index
from flambeau.tensor.inplace import TO, into, with_axis
from flambeau.tensor.operation import Operation, operation
from flambeau.tensor.promotion import check_tensor, is_number
from flambeau.tensor.scattering import MODES, REDUCTIONS, check_dtypes, combined, reduced
from flambeau.tensor.shaping import reshape
from flambeau.tensor.tensor import Tensor

__all__ = ["FUNCTIONS", "INDEX_WRITE", "IN_PLACE", "METHODS"]


# -- operations ---------------------------------------------------------------------------------
def _index_write(how: str, called: str) -> Operation:
    @operation(called)
    def expansion(x: Node, index: Node, y: Node, dim: int, name: str) -> Node:
        check_index(name, index, (dt.int64,) if name == "index_copy" else (dt.int32, dt.int64))
        count = index.type.numel
        shape = (*x.shape[:dim], count, *x.shape[dim + 1 :])
        if is_number(y) or not y.shape:
            y = build.expand(build.convert(y, x.dtype), shape)
        else:
            check_dtypes(name, x, y)
            if y.shape != (*x.shape[:dim], *index.shape, *x.shape[dim + 1 :]):
                _check_slices(name, x.shape, dim, count, y.shape)
        flat = build.reshape(index, (count,))
        return combined(build.put, x, flat, build.reshape(y, shape), dim, how)

    expansion.blame = blame_index
    return expansion


def _check_slices(name: str, x: Shape, dim: int, count: int, source: Shape) -> None:
    """An error unless `source` has x's shape but for `count` elements along dim."""
    kind = IndexError if name == "index_copy" else RuntimeError
    given = f"input {list(x)}, source {list(source)} and {count} indices along dim {dim}"
    if len(source) != len(x):
        raise kind(
            message(name, given, "as many dims in source as in input: their dimensionality must "
                    f"match. Source dimensionality ({len(source)}), destination dimensionality "
                    f"({len(x)})", "unsqueeze or expand the source")
        )  # fmt: skip
    if source[dim] != count:
        raise kind(
            message(name, given, f"Number of indices ({count}) should be equal to "
                    f"source.size(dim): ({source[dim]}), for dim: {dim}",
                    f"source.narrow({dim}, 0, {count})" if source[dim] > count else "",
                    mark_shapes(("input", x, None, ""),
                                ("source", source, dim, f"dim {dim}: {count} indices")))
        )  # fmt: skip
    for d, (a, b) in enumerate(zip(x, source, strict=True)):
        if a != b and d != dim:
            rows = [("input", x), ("source", source)]
            raise RuntimeError(
                f"{name}: source tensor shape must match self tensor shape, excluding the "
                f"specified dimension {dim}. Got self.shape = {list(x)} source.shape = "
                f"{list(source)}\n" + align_shapes(rows, d, f"dim {d}: {a} and {b} differ")
                + "; try expand or narrow on the source"
            )  # fmt: skip


INDEX_WRITE = {
    how: _index_write(how, f"index_{ {'set': 'copy', 'sum': 'add'}.get(how, how) }")
    for how in MODES
}


# -- slices along a dim -------------------------------------------------------------------------
def _vector_index(name: str, index: Any) -> Tensor:
    check_tensor(name, "index", 3, index)
    if len(index._shape) > 1:
        kind = RuntimeError if name == "index_fill" else IndexError
        raise kind(
            message(name, f"an index of shape {list(index._shape)}", "Index is supposed to be a "
                    f"vector (should have dimension 1 or 0, got {len(index._shape)})",
                    "index.flatten()")
        )  # fmt: skip
    return as_vector(index)


def _write_slices(
    name: str, x: Tensor, dim: int, index: Any, source: Any, how: str, include_self: bool = True
) -> Tensor:
    """x after a write of slices."""
    index = _vector_index(name, index)
    check_tensor(name, "source", 4, source)
    at = normalize_dim(name, dim, len(x._shape))
    own = x._shape
    if not own:
        x, source = as_vector(x), as_vector(source)
    elif not source._shape:
        source = reshape(source, (1,))
    if how == "mean" or not include_self:
        result = reduced(INDEX_WRITE, name, x, index, source, at, how, include_self)
    else:
        result = apply(INDEX_WRITE[how], (x, index, source), (at, name))
    return result if own else reshape(result, ())


@with_axis
def index_add(
    input: Tensor, dim: int, index: Tensor, source: Tensor, *, alpha: Any = 1, out: Any = None
) -> Tensor:
    """A copy with alpha * (slice i of `source`, along `dim`) added at index[i].

    >>> import flambeau
    >>> index = flambeau.tensor([0, 2, 0])
    >>> flambeau.zeros(3).index_add(0, index, flambeau.ones(3), alpha=10)
    tensor([20.,  0., 10.])
    """
    check_tensor("index_add", "source", 4, source)
    if alpha != 1:
        kind = {"int": int, "bool": bool}.get(source.dtype.category)
        factor = alpha if kind is None else kind(alpha)
        source = apply(TO, (source * factor,), (source.dtype,))  # type: ignore[operator]
    result = _write_slices("index_add", input, dim, index, source, "sum")
    return result if out is None else into(out, result, "index_add")


@with_axis
def index_copy(
    input: Tensor, dim: int, index: Tensor, source: Tensor, *, out: Any = None
) -> Tensor:
    """A copy with slice i of `source`, along `dim`, at index[i].

    >>> import flambeau
    >>> index = flambeau.tensor([2, 0])
    >>> flambeau.zeros(3).index_copy(0, index, flambeau.tensor([5.0, 6.0]))
    tensor([6., 0., 5.])
    """
    result = _write_slices("index_copy", input, dim, index, source, "set")
    return result if out is None else into(out, result, "index_copy")


@with_axis
def index_reduce(
    input: Tensor, dim: int, index: Tensor, source: Tensor, reduce: str, *,
    include_self: bool = True, out: Any = None,
) -> Tensor:  # fmt: skip
    """A copy with all slices of `source` that meet at one place combined: prod, mean, amax, amin.

    Without `include_self`, slices that get something forget what they held.

    >>> import flambeau
    >>> index, source = flambeau.tensor([0, 0, 2]), flambeau.tensor([2.0, 5.0, 3.0])
    >>> flambeau.ones(3).index_reduce(0, index, source, "prod")
    tensor([10.,  1.,  3.])
    """
    if reduce not in REDUCTIONS[1:]:
        raise RuntimeError(
            message("index_reduce", f"reduce={reduce!r}", "Expected reduce to be one of prod, "
                    f"mean, amax or amin but got {reduce}", "index_add for sums")
        )  # fmt: skip
    result = _write_slices("index_reduce", input, dim, index, source, reduce, bool(include_self))
    return result if out is None else into(out, result, "index_reduce")


@with_axis
def index_fill(input: Tensor, dim: int, index: Tensor, value: Any) -> Tensor:
    """A copy with `value`, a number or a tensor without dims, in the slices that `index` names.

    >>> import flambeau
    >>> flambeau.zeros(3).index_fill(0, flambeau.tensor([0, -1]), 7)
    tensor([7., 0., 7.])
    """
    name = "index_fill"
    vector = _vector_index(name, index)
    if vector.dtype is not dt.int64:
        raise IndexError(
            message(name, f"an index of {vector.dtype.name}", "Expected dtype int64 for index",
                    "index.long()")
        )  # fmt: skip
    if isinstance(value, Tensor) and value._shape:
        raise RuntimeError(
            message(name, f"a value of shape {list(value._shape)}", "a number: index_fill_ only "
                    "supports a 0-dimensional value tensor, but got tensor with "
                    f"{len(value._shape)} dimension(s)", "index_copy")
        )  # fmt: skip
    if isinstance(value, complex) and not input.dtype.is_complex:
        raise RuntimeError(
            message(name, f"{value} for a tensor of {input.dtype.name}", "a real number: "
                    "Converting complex Scalar to non-complex type is not supported")
        )  # fmt: skip
    at = normalize_dim(name, dim, len(input._shape))
    x = as_vector(input)
    wrapped = apply(WRAP_INDEX, (vector,), (x._shape[at], at, name))
    result = apply(INDEX_WRITE["set"], (x, wrapped, value), (at, name))
    return result if input._shape else reshape(result, ())


# -- counted through all dims -------------------------------------------------------------------
def put(input: Tensor, index: Tensor, source: Tensor, accumulate: bool = False) -> Tensor:
    """A copy with source's elements at `index`, counted row by row; or added, if `accumulate`.

    >>> import flambeau
    >>> x = flambeau.tensor([[1, 2], [3, 4]])
    >>> x.put(flambeau.tensor([0, -1]), flambeau.tensor([8, 9]))
    tensor([[8, 2],
            [3, 9]])
    """
    check_tensor("put", "index", 2, index)
    check_tensor("put", "source", 3, source)
    count, given, size = (prod(t._shape) for t in (index, source, input))
    if given != count:
        raise IndexError(
            message("put", f"an index of shape {list(index._shape)} and a source of shape "
                    f"{list(source._shape)}", "Expected source and index to have the same number "
                    f"of elements, but got source.numel() = {given}, index.numel() = {count}")
        )  # fmt: skip
    at = apply(WRAP_INDEX, (reshape(index, count),), (size, None, "put"))
    how = "sum" if accumulate else "set"
    flat = (reshape(input, size), at, reshape(source, count))
    return reshape(apply(INDEX_WRITE[how], flat, (0, "put")), input._shape)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "index_add": index_add,
    "index_copy": index_copy,
    "index_reduce": index_reduce,
    "index_fill": index_fill,
    "put": put,
}
METHODS: dict[str, Callable[..., Any]] = {}
IN_PLACE = tuple(FUNCTIONS)  # these have a twin with `_`
