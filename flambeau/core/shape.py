"""Pure functions on shapes and dims: tuples in, tuples out."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

__all__ = [
    "align_shapes",
    "broadcast_shapes",
    "contiguous_strides",
    "infer_shape",
    "normalize_dim",
    "normalize_dims",
]

Shape = tuple[int, ...]


def normalize_dim(operation: str, dim: int, ndim: int) -> int:
    """`dim` counted from the front; IndexError if it is out of range."""
    span = max(ndim, 1)
    if not isinstance(dim, int) or isinstance(dim, bool):
        if not hasattr(dim, "__index__"):
            raise TypeError(f"{operation}: dim must be an int, given {type(dim).__name__}")
        dim = dim.__index__()
    if not -span <= dim < span:
        raise IndexError(
            f"{operation}: Dimension out of range (expected to be in range of "
            f"[{-span}, {span - 1}], but got {dim}); the tensor has {ndim} dims"
        )
    return dim + span if dim < 0 else dim


def normalize_dims(operation: str, dims: int | Sequence[int] | None, ndim: int) -> tuple[int, ...]:
    """`dims` as a sorted tuple counted from the front; None or () means all of them."""
    if dims is None:
        return tuple(range(ndim))
    if isinstance(dims, int):
        return (normalize_dim(operation, dims, ndim),) if ndim else ()
    if len(dims) == 0:
        return tuple(range(ndim))
    found = [normalize_dim(operation, d, ndim) for d in dims]
    if len(set(found)) != len(found):
        raise RuntimeError(
            f"{operation}: dim {max(found, key=found.count)} appears multiple times in the list "
            f"of dims {tuple(dims)}; name each dim once"
        )
    return tuple(sorted(found)) if ndim else ()


def broadcast_shapes(operation: str, *shapes: Shape) -> Shape:
    """The common shape of NumPy's broadcasting; RuntimeError with the shapes aligned if none."""
    ndim = max((len(s) for s in shapes), default=0)
    result = [1] * ndim
    for shape in shapes:
        for i, size in enumerate(reversed(shape)):
            axis = ndim - 1 - i
            if size == 1 or size == result[axis]:
                continue
            if result[axis] != 1:
                raise RuntimeError(_misfit(operation, shapes, axis, result[axis], size, ndim))
            result[axis] = size
    return tuple(result)


def _misfit(operation: str, shapes: Sequence[Shape], axis: int, a: int, b: int, ndim: int) -> str:
    given = " and ".join(str(list(s)) for s in shapes)
    note = f"dim {axis}: {a} and {b} differ and neither is 1"
    return (
        f"{operation}: shapes {given} cannot be broadcast together: The size of tensor a ({a}) "
        f"must match the size of tensor b ({b}) at non-singleton dimension {axis}\n"
        + align_shapes([("", s) for s in shapes], axis, note)
        + "; try unsqueeze, transpose or expand on one of them"
    )


def align_shapes(rows: Sequence[tuple[str, Shape]], axis: int, note: str) -> str:
    """Named shapes one under the other, their last dims aligned, and `note` under dim `axis`.

    >>> print(align_shapes([("input", (3, 10)), ("index", (4, 1))], 0, "4 is more than 3"))
        input  3  10
        index  4   1
               ^ 4 is more than 3
    """
    ndim = max(len(shape) for _, shape in rows)
    text = [[""] * (ndim - len(s)) + [str(n) for n in s] for _, s in rows]
    width = [max(len(row[i]) for row in text) for i in range(ndim)]
    label = max(len(name) for name, _ in rows)
    margin = "    " + " " * (label + 2 if label else 0)
    lines = []
    for (name, _), row in zip(rows, text, strict=True):
        cells = "  ".join(c.rjust(w) for c, w in zip(row, width, strict=True))
        lines.append("    " + (f"{name.ljust(label)}  " if label else "") + cells)
    before = sum(w + 2 for w in width[:axis])
    return "\n".join([*lines, f"{margin}{' ' * before}{'^' * width[axis]} {note}"])


def contiguous_strides(shape: Shape) -> Shape:
    """Strides, in elements, of a row-major tensor of `shape`."""
    strides = []
    step = 1
    for size in reversed(shape):
        strides.append(step)
        step *= max(size, 1)
    return tuple(reversed(strides))


def infer_shape(operation: str, shape: Sequence[int], numel: int) -> Shape:
    """`shape` with its one -1 replaced so that it has `numel` elements."""
    result = tuple(int(n) for n in shape)
    unknown = [i for i, n in enumerate(result) if n == -1]
    if len(unknown) > 1:
        raise RuntimeError(
            f"{operation}: only one dimension can be inferred, given {list(result)}; "
            "write all sizes but one as numbers"
        )
    if any(n < -1 for n in result):
        raise RuntimeError(f"{operation}: invalid shape dimension {min(result)} in {list(result)}")
    if unknown:
        known = prod(n for n in result if n != -1)
        if known == 0:
            raise RuntimeError(
                f"{operation}: cannot reshape tensor of {numel} elements into shape "
                f"{list(result)} because the unspecified dimension size -1 can be any value "
                "and is ambiguous; write the size out"
            )
        if numel % known == 0:
            i = unknown[0]
            result = (*result[:i], numel // known, *result[i + 1 :])
    if prod(result) != numel or -1 in result:
        raise RuntimeError(
            f"{operation}: shape '{list(shape)}' is invalid for input of size {numel}; "
            "the product of the sizes must equal the number of elements"
        )
    return result
