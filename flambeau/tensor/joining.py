"""Tensors put together, taken apart, repeated and turned around.

Operations:
  cat (x0, x1, ...) [dim]        at most MAX_INPUTS at once; longer lists are joined in a tree
  flip (x) [dims]                roll (x) [shifts, dims]
  repeat (x) [sizes]
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flambeau.core.errors import message
from flambeau.core.shape import align_shapes, mark_shapes, normalize_dim
from flambeau.core.types import Shape
from flambeau.engine.graph import build
from flambeau.engine.graph.node import Node
from flambeau.tensor.apply import apply
from flambeau.tensor.grids import meshgrid
from flambeau.tensor.inplace import into
from flambeau.tensor.operation import operation
from flambeau.tensor.promotion import common_dtype
from flambeau.tensor.shaping import (
    flatten,
    narrow,
    permute,
    reshape,
    select,
    shape_of,
    transpose,
    unsqueeze,
)
from flambeau.tensor.tensor import Tensor

__all__ = [
    "CAT", "FLIP", "FUNCTIONS", "METHODS", "REPEAT", "ROLL", "cat", "stack",
]  # fmt: skip

MAX_INPUTS = 64  # one kernel with a loop for each input


# -- joining ------------------------------------------------------------------------------------
@operation("cat")
def CAT(*inputs: Any) -> Node:
    *nodes, dim = inputs
    dtype = common_dtype(*nodes)
    return build.cat(tuple(build.convert(n, dtype) for n in nodes), dim)


def _tensors(name: str, tensors: Any) -> list[Tensor]:
    found = list(tensors)
    if not found:
        kind = ValueError if name == "cat" else RuntimeError
        raise kind(f"{name}: expected a non-empty list of Tensors; given none")
    for i, x in enumerate(found):
        if not isinstance(x, Tensor):
            raise TypeError(
                f"{name}: expected Tensor as element {i} in argument 0, but got "
                f"{type(x).__name__}; try flambeau.tensor(...)"
            )
    return found


def cat(
    tensors: Sequence[Tensor], dim: Any = 0, *, axis: Any = None, out: Tensor | None = None
) -> Tensor:
    """The tensors one after the other along `dim`; all other dims must be equal.

    >>> import flambeau
    >>> flambeau.cat([flambeau.zeros(2), flambeau.ones(1)])
    tensor([0., 0., 1.])
    """
    given = _tensors("cat", tensors)
    dim = dim if axis is None else axis
    # PyTorch lets empty vectors join anything
    parts = [x for x in given if x._shape != (0,)] or given[:1]
    first = parts[0]._shape
    if not first:
        raise RuntimeError("cat: zero-dimensional tensor (at position 0) cannot be concatenated; "
                           "try stack")  # fmt: skip
    at = normalize_dim("cat", dim, len(first))
    for i, x in enumerate(parts[1:], 1):
        _check_fit(first, x._shape, at, i)
    while len(parts) > MAX_INPUTS:
        parts = [
            apply(CAT, tuple(parts[i : i + MAX_INPUTS]), (at,))
            for i in range(0, len(parts), MAX_INPUTS)
        ]
    result = apply(CAT, tuple(parts), (at,))
    return result if out is None else into(out, result, "cat")


def _check_fit(first: Shape, shape: Shape, dim: int, number: int) -> None:
    """RuntimeError if a tensor of `shape` cannot follow one of shape `first` along `dim`."""
    given = f"tensors of shapes {list(first)} (number 0) and {list(shape)} (number {number})"
    if len(shape) != len(first):
        raise RuntimeError(
            message("cat", given, "Tensors must have same number of dimensions: got "
                    f"{len(first)} and {len(shape)}", "unsqueeze, or stack for a new dim",
                    mark_shapes(("tensor 0", first, None, f"{len(first)} dims"),
                                (f"tensor {number}", shape, None, f"{len(shape)} dims")))
        )  # fmt: skip
    for d, (a, b) in enumerate(zip(first, shape, strict=True)):
        if a != b and d != dim:
            raise RuntimeError(
                message("cat", given, f"Sizes of tensors must match except in dimension {dim}. "
                        f"Expected size {a} but got size {b} for tensor number {number} in the "
                        f"list, in dim {d}", f"dim={d}, or expand or slice one of them",
                        align_shapes([("tensor 0", first), (f"tensor {number}", shape)], d,
                                     f"dim {d}: {a} and {b} differ"))
            )  # fmt: skip


def stack(tensors: Sequence[Tensor], dim: int = 0, *, out: Tensor | None = None) -> Tensor:
    """Tensors of one shape along a new dim.

    >>> import flambeau
    >>> flambeau.stack([flambeau.zeros(2), flambeau.ones(2)]).shape
    flambeau.Size([2, 2])
    """
    given = _tensors("stack", tensors)
    first = given[0]._shape
    for i, x in enumerate(given):
        if x._shape != first:
            raise RuntimeError(
                f"stack: stack expects each tensor to be equal size, but got {list(first)} at "
                f"entry 0 and {list(x._shape)} at entry {i}" + _difference(first, x._shape, i)
            )
    at = normalize_dim("stack", dim, len(first) + 1)
    return cat([unsqueeze(x, at) for x in given], at, out=out)


def _difference(first: Shape, shape: Shape, number: int) -> str:
    rows = [("tensor 0", first), (f"tensor {number}", shape)]
    if len(first) != len(shape):
        return "\n" + mark_shapes(*[(name, s, None, f"{len(s)} dims") for name, s in rows])
    d = next(d for d, (a, b) in enumerate(zip(first, shape, strict=True)) if a != b)
    note = f"dim {d}: {first[d]} and {shape[d]} differ; try cat, which joins along a dim"
    return "\n" + align_shapes(rows, d, note)


def _atleast(x: Tensor, dims: int) -> Tensor:
    shape = x._shape
    if len(shape) >= dims:
        return x
    if dims == 1:
        return reshape(x, (1,))
    if dims == 2:
        return reshape(x, (1, *shape) if shape else (1, 1))
    return reshape(x, {0: (1, 1, 1), 1: (1, *shape, 1), 2: (*shape, 1)}[len(shape)])


def _atleast_function(dims: int) -> Callable[..., Any]:
    def function(*tensors: Any) -> Any:
        if len(tensors) == 1 and isinstance(tensors[0], Tensor):
            return _atleast(tensors[0], dims)
        given = tensors[0] if len(tensors) == 1 else tensors
        return tuple([_atleast(x, dims) for x in given])

    function.__name__ = function.__qualname__ = f"atleast_{dims}d"
    function.__doc__ = f"Tensors with at least {dims} dims; new ones have size 1."
    return function


def hstack(tensors: Sequence[Tensor], *, out: Tensor | None = None) -> Tensor:
    """Joined along dim 1; vectors along dim 0."""
    given = [_atleast(x, 1) for x in _tensors("hstack", tensors)]
    return cat(given, 0 if len(given[0]._shape) == 1 else 1, out=out)


def vstack(tensors: Sequence[Tensor], *, out: Tensor | None = None) -> Tensor:
    """Joined along dim 0; vectors are rows."""
    return cat([_atleast(x, 2) for x in _tensors("vstack", tensors)], 0, out=out)


def dstack(tensors: Sequence[Tensor], *, out: Tensor | None = None) -> Tensor:
    """Joined along dim 2."""
    return cat([_atleast(x, 3) for x in _tensors("dstack", tensors)], 2, out=out)


def column_stack(tensors: Sequence[Tensor], *, out: Tensor | None = None) -> Tensor:
    """Joined along dim 1; vectors are columns."""
    given = [reshape(x, (-1, 1)) if len(x._shape) < 2 else x
             for x in _tensors("column_stack", tensors)]  # fmt: skip
    return cat(given, 1, out=out)


def block_diag(*tensors: Tensor) -> Tensor:
    """Matrices along the diagonal of a matrix of zeros."""
    given = [_atleast(x, 2) for x in tensors]
    for i, x in enumerate(given):
        if len(x._shape) > 2:
            given_ = f"tensor {i} of {len(x._shape)} dimensions"
            raise RuntimeError(message("block_diag", given_, "2 or fewer dimensions"))
    width = sum(x._shape[1] for x in given)
    rows, at = [], 0
    for x in given:
        height, own = x._shape
        parts = [x.new_zeros((height, at)), x, x.new_zeros((height, width - at - own))]  # type: ignore[attr-defined]
        rows.append(cat(parts, 1))
        at += own
    return cat(rows, 0)


# -- taking apart -------------------------------------------------------------------------------
def split(tensor: Tensor, split_size_or_sections: Any, dim: int = 0) -> tuple[Tensor, ...]:
    """Views of parts along `dim`, of one size (the last may be smaller) or of the given sizes."""
    at = normalize_dim("split", dim, len(tensor._shape))
    total = tensor._shape[at]
    if isinstance(split_size_or_sections, int):
        size = split_size_or_sections
        if size < 0 or (size == 0 and total):
            raise RuntimeError(
                f"split: split_size must be non-negative, and 0 only for a dim of size 0; given "
                f"{size} for a dim of size {total}"
            )
        sizes = [min(size, total - i) for i in range(0, total, max(size, 1))] or [0]
    else:
        sizes = list(split_size_or_sections)
        if any(n < 0 for n in sizes):
            given = f"split_sizes={sizes}"
            raise RuntimeError(
                message("split", given, "split_sizes with only non-negative entries")
            )
        if sum(sizes) != total:
            raise RuntimeError(
                f"split: split_with_sizes expects split_sizes to sum exactly to {total} (input "
                f"tensor's size at dimension {at}), but got split_sizes={sizes}"
            )
    parts, begin = [], 0
    for n in sizes:
        parts.append(narrow(tensor, at, begin, n))
        begin += n
    return tuple(parts)


def chunk(input: Tensor, chunks: int, dim: int = 0) -> tuple[Tensor, ...]:
    """At most `chunks` views of equal size along `dim`; the last may be smaller."""
    if chunks < 1:
        raise RuntimeError(f"chunk: chunk expects `chunks` to be greater than 0, got: {chunks}")
    at = normalize_dim("chunk", dim, len(input._shape))
    size = -(-input._shape[at] // chunks)
    return split(input, size, at) if size else split(input, [0] * chunks, at)


def tensor_split(input: Tensor, indices_or_sections: Any, dim: int = 0) -> tuple[Tensor, ...]:
    """Views along `dim`: so many of nearly equal size, or cut at the given indices."""
    at = normalize_dim("tensor_split", dim, len(input._shape))
    total = input._shape[at]
    if isinstance(indices_or_sections, Tensor):
        indices_or_sections = indices_or_sections.tolist()  # type: ignore[attr-defined]
    if isinstance(indices_or_sections, int):
        n = indices_or_sections
        if n < 1:
            raise RuntimeError(f"tensor_split: number of sections must be larger than 0, got {n}")
        sizes = [total // n + (i < total % n) for i in range(n)]
        return split(input, sizes, at)
    ends = [slice(None, i).indices(total)[1] for i in indices_or_sections] + [total]
    begins = [0, *ends[:-1]]
    return tuple([
        narrow(input, at, b, max(e - b, 0)) for b, e in zip(begins, ends, strict=True)
    ])  # fmt: skip


def unbind(input: Tensor, dim: int = 0) -> tuple[Tensor, ...]:
    """Views of the elements along `dim`."""
    if not input._shape:
        raise RuntimeError("unbind: Dimension specified as 0 but tensor has no dimensions")
    at = normalize_dim("unbind", dim, len(input._shape))
    return tuple([select(input, at, i) for i in range(input._shape[at])])


def _split_at(name: str, least: int, dim: int) -> Callable[..., Any]:
    def function(input: Tensor, indices_or_sections: Any) -> tuple[Tensor, ...]:
        dims = len(input._shape)
        if dims < least:
            raise RuntimeError(message(name, f"a tensor with {dims} dims", f"at least {least}"))
        at = min(dim, dims - 1)  # hsplit of a vector
        sections = indices_or_sections
        if isinstance(sections, int) and sections > 0 and input._shape[at] % sections:
            raise RuntimeError(
                message(name, f"{sections} sections of dimension {at} of size {input._shape[at]}",
                        "a size that is divisible by it", "tensor_split()")
            )  # fmt: skip
        return tensor_split(input, sections, at)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"Views of equal parts along dim {dim}, or cut at the given indices."
    return function


hsplit, vsplit, dsplit = [
    _split_at(*row) for row in (("hsplit", 1, 1), ("vsplit", 2, 0), ("dsplit", 3, 2))
]


# -- repeating ----------------------------------------------------------------------------------
@operation("repeat")
def REPEAT(x: Node, sizes: Shape) -> Node:
    shape = (1,) * (len(sizes) - len(x.shape)) + x.shape
    spaced = tuple(v for n in shape for v in (1, n))
    wide = tuple(v for times, n in zip(sizes, shape, strict=True) for v in (times, n))
    full = tuple(times * n for times, n in zip(sizes, shape, strict=True))
    return build.reshape(build.copy(build.expand(build.reshape(x, spaced), wide)), full)


def repeat(self: Tensor, *repeats: Any) -> Tensor:
    """Copies of the tensor side by side, `repeats[i]` of them along dim i; new dims come first."""
    sizes = shape_of("repeat", repeats)
    if len(sizes) < len(self._shape):
        raise RuntimeError(
            "repeat: Number of dimensions of repeat dims can not be smaller than number of "
            f"dimensions of tensor; given {list(sizes)} for shape {list(self._shape)}"
        )
    if any(n < 0 for n in sizes):
        raise RuntimeError(f"repeat: Trying to create tensor with negative dimension: {sizes}")
    return apply(REPEAT, (self,), (sizes,))


def tile(input: Tensor, *dims: Any) -> Tensor:
    """`repeat` that fills missing repeats with ones in front."""
    sizes = shape_of("tile", dims)
    return repeat(input, (1,) * (len(input._shape) - len(sizes)) + sizes)


# -- turning around -----------------------------------------------------------------------------
@operation("flip")
def FLIP(x: Node, dims: Shape) -> Node:
    starts = tuple(n - 1 if i in dims and n else 0 for i, n in enumerate(x.shape))
    steps = tuple(-1 if i in dims else 1 for i in range(len(x.shape)))
    return build.copy(build.slice_(x, starts, x.shape, steps))


def flip(input: Tensor, *order: Any, dims: Any = None) -> Tensor:
    """A copy with the order of the elements along the given dims reversed.

    >>> import flambeau
    >>> x = flambeau.tensor([[1, 2], [3, 4]])
    >>> x.flip(0), flambeau.flip(x, dims=[0, 1])
    (tensor([[3, 4],
            [1, 2]]), tensor([[4, 3],
            [2, 1]]))
    """
    if dims is None and not order:
        raise TypeError("flip() missing 1 required argument: 'dims'")
    given = shape_of("flip", order if dims is None else (dims,))
    found = tuple([normalize_dim("flip", d, len(input._shape)) for d in given])
    if len(set(found)) != len(found):
        raise RuntimeError(f"flip: dim appears multiple times in the list of dims {given}")
    return apply(FLIP, (input,), (tuple(sorted(found)) if input._shape else (),))


@operation("roll")
def ROLL(x: Node, shifts: Shape, dims: Shape) -> Node:
    for shift, dim in zip(shifts, dims, strict=True):
        n = x.shape[dim]
        cut = -shift % n if n else 0
        if cut:
            sizes = [list(x.shape), list(x.shape)]
            sizes[0][dim], sizes[1][dim] = n - cut, cut
            start = tuple(cut if i == dim else 0 for i in range(len(x.shape)))
            ones = (1,) * len(x.shape)
            parts = (
                build.slice_(x, start, tuple(sizes[0]), ones),
                build.slice_(x, (0,) * len(x.shape), tuple(sizes[1]), ones),
            )
            x = build.cat(parts, dim)
    return build.copy(x)


def roll(input: Tensor, shifts: Any, dims: Any = None) -> Tensor:
    """Elements moved along dims; those that leave at the end come in at the start."""
    given = (shifts,) if isinstance(shifts, int) else tuple(shifts)
    if dims is None:
        if len(given) != 1:
            raise RuntimeError(f"roll: shifts and dimensions must align. shifts: {len(given)}")
        return reshape(apply(ROLL, (flatten(input),), (given, (0,))), input._shape)
    where = (dims,) if isinstance(dims, int) else tuple(dims)
    if len(where) != len(given):
        raise RuntimeError(
            f"roll: shifts and dimensions must align. shifts: {len(given)}, dims:{len(where)}"
        )
    found = tuple([normalize_dim("roll", d, len(input._shape)) for d in where])
    return apply(ROLL, (input,), (given, found))


def rot90(input: Tensor, k: int = 1, dims: Sequence[int] = (0, 1)) -> Tensor:
    """Turned by k quarter turns in the plane of two dims."""
    dims = tuple(dims)
    if len(dims) != 2:
        raise RuntimeError(message("rot90", f"dims={list(dims)}", "two dims"))
    a, b = (normalize_dim("rot90", d, len(input._shape)) for d in dims)
    if a == b:
        raise RuntimeError(message("rot90", f"dims={list(dims)}", "two different dims"))
    k %= 4
    if k == 0:
        return input.clone()  # type: ignore[attr-defined, no-any-return]
    if k == 2:
        return flip(input, (a, b))
    turned = flip(input, b if k == 1 else a)
    return transpose(turned, a, b).clone()  # type: ignore[attr-defined, no-any-return]


def fliplr(input: Tensor) -> Tensor:
    """Columns in reverse order."""
    _need_dims("fliplr", input, 2)
    return flip(input, 1)


def flipud(input: Tensor) -> Tensor:
    """Rows in reverse order."""
    _need_dims("flipud", input, 1)
    return flip(input, 0)


def _need_dims(name: str, input: Tensor, least: int) -> None:
    dims = len(input._shape)
    if dims < least:
        given = f"a tensor with {dims} dims"
        raise RuntimeError(message(name, given, f"Input must be >= {least}-d", "unsqueeze()"))


# -- grids --------------------------------------------------------------------------------------
def cartesian_prod(*tensors: Tensor) -> Tensor:
    """All combinations of the vectors' elements, one in each row."""
    if len(tensors) == 1:
        return tensors[0]
    return stack([flatten(g) for g in meshgrid(*tensors)], 1)


def diag(input: Tensor, diagonal: int = 0) -> Tensor:
    """The diagonal of a matrix, or a matrix with the vector on its diagonal."""
    if len(input._shape) == 1:
        return diag_embed(input, diagonal)
    if len(input._shape) != 2:
        given = f"a tensor with {len(input._shape)} dims"
        raise RuntimeError(message("diag", given, "a 1D or 2D tensor", "diagonal or diagflat"))
    from_matrix = input.diagonal(diagonal)  # type: ignore[attr-defined]
    return from_matrix.clone()  # type: ignore[no-any-return]


def diag_embed(input: Tensor, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Tensor:
    """Matrices with the elements of the last dim on a diagonal, zeros elsewhere."""
    shape = input._shape
    n = len(shape) + 1
    _need_dims("diag_embed", input, 1)
    a, b = normalize_dim("diag_embed", dim1, n), normalize_dim("diag_embed", dim2, n)
    if a == b:
        raise RuntimeError(
            message("diag_embed", f"dim1={dim1} and dim2={dim2}: identical", "different dims")
        )
    size = shape[-1] + abs(offset)
    result = input.new_zeros((*shape[:-1], size, size))  # type: ignore[attr-defined]
    view = result.diagonal(offset, -2, -1)
    view.copy_(input)
    order = [d for d in range(n) if d not in (a, b)]
    places = dict(zip([*order, a, b], range(n), strict=True))
    return permute(result, [places[d] for d in range(n)])


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "cat": cat, "concat": cat, "concatenate": cat, "stack": stack, "hstack": hstack,
    "vstack": vstack, "row_stack": vstack, "dstack": dstack, "column_stack": column_stack,
    "block_diag": block_diag, "split": split, "chunk": chunk, "unsafe_split": split,
    "unsafe_split_with_sizes": split, "unsafe_chunk": chunk, "tensor_split": tensor_split,
    "unbind": unbind, "hsplit": hsplit, "vsplit": vsplit, "dsplit": dsplit, "tile": tile,
    "flip": flip, "fliplr": fliplr, "flipud": flipud, "roll": roll, "rot90": rot90,
    "cartesian_prod": cartesian_prod, "diag": diag, "diag_embed": diag_embed,
    "atleast_1d": _atleast_function(1), "atleast_2d": _atleast_function(2),
    "atleast_3d": _atleast_function(3),
}  # fmt: skip
METHODS: dict[str, Callable[..., Any]] = {"repeat": repeat, "split_with_sizes": split}
