"""Pure functions on shapes and dims: tuples in, tuples out."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

__all__ = [
    "align_shapes",
    "broadcast_shapes",
    "contiguous_strides",
    "infer_shape",
    "mark_shapes",
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


def broadcast_shapes(operation: str, *shapes: Shape, names: Sequence[str] = ()) -> Shape:
    """The common shape of NumPy's broadcasting; RuntimeError with the shapes aligned if none.

    `names` are what the aligned shapes are called there.
    """
    ndim = max((len(s) for s in shapes), default=0)
    result = [1] * ndim
    for shape in shapes:
        for i, size in enumerate(reversed(shape)):
            axis = ndim - 1 - i
            if size == 1 or size == result[axis]:
                continue
            if result[axis] != 1:
                raise RuntimeError(_misfit(operation, shapes, names, axis, result[axis], size))
            result[axis] = size
    return tuple(result)


def _misfit(
    operation: str, shapes: Sequence[Shape], names: Sequence[str], axis: int, a: int, b: int
) -> str:
    given = " and ".join(str(list(s)) for s in shapes)
    note = f"dim {axis}: {a} and {b} differ and neither is 1"
    return (
        f"{operation}: shapes {given} cannot be broadcast together: The size of tensor a ({a}) "
        f"must match the size of tensor b ({b}) at non-singleton dimension {axis}\n"
        + align_shapes(list(zip(names or [""] * len(shapes), shapes, strict=True)), axis, note)
        + "; try unsqueeze, transpose or expand on one of them"
    )


def align_shapes(rows: Sequence[tuple[str, Shape]], axis: int, note: str) -> str:
    """Named shapes one under the other, their last dims aligned, and `note` under dim `axis`.

    >>> print(align_shapes([("input", (3, 10)), ("index", (4, 1))], 0, "4 is more than 3"))
        input  3  10
        index  4   1
               ^ 4 is more than 3
    """
    lines, carets = _aligned([name for name, _ in rows], [shape for _, shape in rows])
    return "\n".join([*lines, f"{carets[axis]} {note}"])


def mark_shapes(*rows: tuple[str, Shape, int | None, str]) -> str:
    """Rows (name, shape, dim, note) one under the other, each with `note` under its dim.

    The last dims are aligned. Without a dim (None) the note stands behind the shape.

    >>> print(mark_shapes(("input", (2, 3), -1, "3"), ("weight", (5, 4), -1, "4, not 3")))
        input   2  3
                   ^ 3
        weight  5  4
                   ^ 4, not 3
    """
    names = [name for name, *_ in rows]
    lines, carets = _aligned(names, [shape for _, shape, *_ in rows])
    result = []
    for (_, shape, dim, note), line in zip(rows, lines, strict=True):
        if dim is None or not shape:
            result.append(f"{line}  ({note})" if note else line)
        else:
            at = dim % len(shape) - len(shape)
            result += [line, f"{carets[at]} {note}".rstrip()]
    return "\n".join(result)


def _aligned(names: Sequence[str], shapes: Sequence[Shape]) -> tuple[list[str], list[str]]:
    """One line for each shape, and for each column what points at it from below."""
    ndim = max(len(shape) for shape in shapes)
    text = [[""] * (ndim - len(s)) + [str(n) for n in s] for s in shapes]
    width = [max(len(row[i]) for row in text) for i in range(ndim)]
    label = max(len(name) for name in names)
    lines = []
    for name, row in zip(names, text, strict=True):
        cells = "  ".join(c.rjust(w) for c, w in zip(row, width, strict=True))
        lines.append("    " + (f"{name.ljust(label)}  " if label else "") + cells)
    margin = 4 + (label + 2 if label else 0)
    before = [margin + sum(w + 2 for w in width[:i]) for i in range(ndim)]
    return lines, [" " * b + "^" * w for b, w in zip(before, width, strict=True)]


def contiguous_strides(shape: Shape) -> Shape:
    """Strides, in elements, of a row-major tensor of `shape`."""
    strides = []
    step = 1
    for size in reversed(shape):
        strides.append(step)
        step *= max(size, 1)
    return tuple(reversed(strides))


def infer_shape(
    operation: str, shape: Sequence[int], numel: int, source: Shape | None = None
) -> Shape:
    """`shape` with its one -1 replaced so that it has `numel` elements, those of `source`."""
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
            + _closest(tuple(shape), numel, source)
        )
    return result


def _closest(wanted: Shape, numel: int, source: Shape | None) -> str:
    """Both shapes with their numbers of elements, and a size that would fit."""
    known = abs(prod(wanted))
    words = f"{'a multiple of ' if -1 in wanted else ''}{known} elements"
    rows: list[tuple[str, Shape, int | None, str]] = [("shape", wanted, None, words)]
    if source is not None:
        rows.insert(0, ("input", source, None, f"{numel} elements"))
    for i, n in enumerate(wanted):
        rest = known // abs(n) if n else 0
        if -1 not in wanted and rest and numel % rest == 0:
            fit = numel // rest
            rows[-1] = ("shape", wanted, i, f"{known} elements; {fit} or -1 here would fit")
            break
    return "\n" + mark_shapes(*rows)
