"""Shapes made equal, grids of coordinates, and triangles of matrices.

Operations:
  tril triu (x) [diagonal]      one triangle of the last two dims, zeros elsewhere
  triangle_indices () [rows, columns, diagonal, is_upper, dtype]
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flambeau.core import dtype as dt
from flambeau.core import shape as shapes
from flambeau.core.dtype import DType
from flambeau.engine.graph import build
from flambeau.engine.graph.node import Node
from flambeau.tensor.apply import apply
from flambeau.tensor.creation import check_device, check_dtype, from_array
from flambeau.tensor.inplace import into
from flambeau.tensor.literal import array_of
from flambeau.tensor.operation import Operation, operation
from flambeau.tensor.promotion import need_tensor
from flambeau.tensor.shaping import expand, reshape, shape_of
from flambeau.tensor.tensor import Size, Tensor

__all__ = [
    "FUNCTIONS",
    "TRIL",
    "TRIU",
    "broadcast_shapes",
    "broadcast_tensors",
    "broadcast_to",
    "meshgrid",
    "tril",
    "tril_indices",
    "triu",
    "triu_indices",
]


# -- shapes -------------------------------------------------------------------------------------
def broadcast_shapes(*shapes_: Any) -> Size:
    """The common shape to which tensors of these shapes are broadcast.

    >>> import flambeau
    >>> flambeau.broadcast_shapes((2, 1), (3,))
    flambeau.Size([2, 3])
    """
    given = [(s,) if isinstance(s, int) else tuple(s) for s in shapes_]
    return Size(shapes.broadcast_shapes("broadcast_shapes", *given))


def broadcast_tensors(*tensors: Any) -> tuple[Tensor, ...]:
    """The tensors as views of their common shape."""
    given = tensors[0] if len(tensors) == 1 and isinstance(tensors[0], (list, tuple)) else tensors
    shape = shapes.broadcast_shapes("broadcast_tensors", *[t._shape for t in given])
    return tuple([expand(t, shape) for t in given])


def broadcast_to(input: Tensor, size: Any) -> Tensor:
    """`input` as a view of shape `size`."""
    return expand(input, *shape_of("broadcast_to", (size,)))


def meshgrid(*tensors: Any, indexing: str | None = None) -> tuple[Tensor, ...]:
    """Coordinates of a grid: result i varies along dim i ("ij") as tensor i does.

    With indexing="xy" the first two dims are swapped.

    >>> import flambeau
    >>> x, y = flambeau.meshgrid(flambeau.arange(2), flambeau.arange(3), indexing="ij")
    >>> y
    tensor([[0, 1, 2],
            [0, 1, 2]])
    """
    given = tensors[0] if len(tensors) == 1 and isinstance(tensors[0], (list, tuple)) else tensors
    if indexing not in (None, "ij", "xy"):
        raise RuntimeError(
            f"meshgrid: indexing must be one of 'xy' or 'ij', but received: {indexing!r}"
        )
    if not given:
        raise RuntimeError("meshgrid: meshgrid expects a non-empty TensorList")
    if any(len(t._shape) > 1 for t in given):
        raise RuntimeError(
            f"meshgrid: Expected scalar or 1D tensor in the tensor list but got: "
            f"{next(list(t._shape) for t in given if len(t._shape) > 1)}"
        )
    order = list(range(len(given)))
    if indexing == "xy" and len(given) >= 2:
        order[0], order[1] = 1, 0
    sizes = [t._shape[0] if t._shape else 1 for t in given]
    shape = tuple(sizes[i] for i in order)
    result = []
    for i, t in enumerate(given):
        at = order.index(i)
        column = (*(1,) * at, sizes[i], *(1,) * (len(order) - at - 1))
        result.append(expand(reshape(t, column), shape))
    return tuple(result)


# -- triangles ----------------------------------------------------------------------------------
def _triangle(name: str, comparison: str) -> Operation:
    @operation(name)
    def op(x: Node, diagonal: int) -> Node:
        need_tensor(name, x)
        if len(x.shape) < 2:
            raise RuntimeError(
                f"{name}: input tensor must have at least 2 dimensions, given shape "
                f"{list(x.shape)}; try diag"
            )
        matrix = x.shape[-2:]
        row = build.apply("add", build.iota(matrix, 0), build.constant(diagonal, dt.int64))
        inside = build.apply(comparison, build.iota(matrix, 1), row)
        zero = build.full(x.shape, 0, x.dtype)
        return build.apply("where", build.expand(inside, x.shape), x, zero)

    return op


TRIL, TRIU = _triangle("tril", "le"), _triangle("triu", "ge")


def tril(input: Tensor, diagonal: int = 0, *, out: Tensor | None = None) -> Tensor:
    """The elements on and below a diagonal of the last two dims, zeros elsewhere.

    >>> import flambeau
    >>> flambeau.tril(flambeau.ones(2, 2))
    tensor([[1., 0.],
            [1., 1.]])
    """
    result = apply(TRIL, (input,), (int(diagonal),))
    return result if out is None else into(out, result, "tril")


def triu(input: Tensor, diagonal: int = 0, *, out: Tensor | None = None) -> Tensor:
    """The elements on and above a diagonal of the last two dims, zeros elsewhere."""
    result = apply(TRIU, (input,), (int(diagonal),))
    return result if out is None else into(out, result, "triu")


def _indices(name: str, is_inside: Callable[[int, int], bool]) -> Callable[..., Tensor]:
    def function(
        row: int, col: int, offset: int = 0, *, dtype: DType | None = None, device: Any = None,
        layout: Any = None,
    ) -> Tensor:  # fmt: skip
        if row < 0 or col < 0:
            raise RuntimeError(f"{name}: row and col must be non-negative, got {row} and {col}")
        check_device(name, device)
        found = [(i, j) for i in range(row) for j in range(col) if is_inside(j - i, offset)]
        columns = [[i for i, _ in found], [j for _, j in found]]
        return from_array(*array_of(columns, check_dtype(name, dtype, dt.int64)))

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"Rows and columns of the elements of a {name[:4]}, in a (2, n) tensor."
    return function


tril_indices = _indices("tril_indices", lambda gap, offset: gap <= offset)
triu_indices = _indices("triu_indices", lambda gap, offset: gap >= offset)

FUNCTIONS: dict[str, Callable[..., Any]] = {
    "broadcast_shapes": broadcast_shapes, "broadcast_tensors": broadcast_tensors,
    "meshgrid": meshgrid, "tril_indices": tril_indices, "triu_indices": triu_indices,
}  # fmt: skip
