"""Products of matrices, and what is made of them.

One operation does the work, and its derivatives are itself:

  matmul (x, y) [transpose_x, transpose_y]   (..., m, k) and (..., k, n) -> (..., m, n); the last
                                             two dims of an operand may be given transposed, and
                                             the dims before them are broadcast

Transposed operands are not copied: the library that multiplies reads them as they lie.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any

import numpy as np

from flambeau.core import dtype as dt
from flambeau.core.errors import message
from flambeau.core.shape import broadcast_shapes, mark_shapes, normalize_dim
from flambeau.core.types import Shape
from flambeau.engine.graph import build
from flambeau.engine.graph.node import Node
from flambeau.tensor.apply import apply
from flambeau.tensor.complex_numbers import conj
from flambeau.tensor.external import tensor_over
from flambeau.tensor.inplace import TO, into
from flambeau.tensor.operation import operation
from flambeau.tensor.promotion import in_full_precision, promote_types
from flambeau.tensor.reduction import sum_
from flambeau.tensor.shaping import diagonal, permute, reshape, unsqueeze
from flambeau.tensor.tensor import Tensor

__all__ = [
    "FUNCTIONS", "IN_PLACE", "MATMUL", "METHODS", "addbmm", "addmm", "addmv", "addr", "baddbmm",
    "bmm", "chain_matmul", "dot", "einsum", "inner", "kron", "matmul", "mm", "mv", "outer",
    "tensordot", "trace", "vdot",
]  # fmt: skip


# -- the operation ------------------------------------------------------------------------------
def _swapped(x: Node) -> Node:
    n = len(x.shape)
    return build.permute(x, (*range(n - 2), n - 1, n - 2))


@operation("matmul")
def MATMUL(x: Node, y: Node, transpose_x: bool, transpose_y: bool) -> Node:
    if x.dtype is not y.dtype:
        raise RuntimeError(
            message("matmul", f"dtypes {x.dtype.name} and {y.dtype.name}",
                    "one dtype: expected m1 and m2 to have the same dtype",
                    f".to(flambeau.{x.dtype.name}) on the second operand")
        )  # fmt: skip
    a = _swapped(x) if transpose_x else x
    b = _swapped(y) if transpose_y else y
    m, k = a.shape[-2:]
    n = b.shape[-1]
    if b.shape[-2] != k:
        raise _cannot_multiply("matmul", a.shape, b.shape)
    batch = broadcast_shapes("matmul", a.shape[:-2], b.shape[:-2], names=_BATCHES)
    a, b = in_full_precision(a), in_full_precision(b)
    if prod(b.shape[:-2]) == 1 and not transpose_x:
        # one right side for all: the left sides are one tall matrix
        tall = build.reshape(a, (1, prod(a.shape[:-1]), k))
        result = build.dot(tall, build.reshape(b, (1, k, n)))
    else:
        result = build.dot(_batched(a, batch, m, k), _batched(b, batch, k, n))
    return build.convert(build.reshape(result, (*batch, m, n)), x.dtype)


_BATCHES = ("first's batch", "second's batch")


def _cannot_multiply(name: str, a: Shape, b: Shape) -> RuntimeError:
    """Why shapes a and b have no product, and whether one of them fits transposed."""
    k, length = a[-1], b[-2 if len(b) > 1 else 0]
    if len(b) > 1 and b[-1] == k:
        hint = f"second.mT, of {list((*b[:-2], b[-1], b[-2]))}"
    elif len(a) > 1 and a[-2] == length:
        hint = f"first.mT, of {list((*a[:-2], a[-1], a[-2]))}"
    else:
        hint = "transpose one of them, or check the shapes before"
    where = "last but one" if len(b) > 1 else "only dim"
    rows, columns = prod(a[:-1]), b[-1] if len(b) > 1 else 1
    shapes = mark_shapes(("first", a, -1, f"{k}, not {length}"),
                         ("second", b, -2 if len(b) > 1 else 0, f"{length}, not {k}"))  # fmt: skip
    return RuntimeError(
        message(name, f"shapes {list(a)} and {list(b)}",
                f"the first's last dim ({k}) equal to the second's {where} ({length}): mat1 and "
                f"mat2 shapes cannot be multiplied ({rows}x{k} and {length}x{columns})",
                hint, shapes)
    )  # fmt: skip


def _need_fit(name: str, x: Tensor, y: Tensor) -> None:
    """RuntimeError unless x's rows are as long as y's columns."""
    a, b = x._shape, y._shape
    if a[-1] != b[-2 if len(b) > 1 else 0]:
        raise _cannot_multiply(name, a, b)


def _batched(x: Node, batch: tuple[int, ...], rows: int, columns: int) -> Node:
    full = (*batch, rows, columns)
    return build.reshape(build.expand(x, full), (prod(batch), rows, columns))


# -- products -----------------------------------------------------------------------------------
def matmul(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The matrix product: (..., m, k) and (..., k, n) give (..., m, n), broadcast.

    A vector on the left is a row, on the right a column; its dim is not in the result.

    >>> import flambeau
    >>> flambeau.matmul(flambeau.ones(2, 3), flambeau.ones(3))
    tensor([3., 3.])
    """
    left, right = len(input._shape), len(other._shape)
    if left >= 2 and right >= 2:
        result = apply(MATMUL, (input, other), (False, False))
    elif not left or not right:
        raise RuntimeError(
            message("matmul", f"shapes {list(input._shape)} and {list(other._shape)}",
                    "both arguments to matmul need to be at least 1D", "* for a number")
        )  # fmt: skip
    else:
        _need_fit("matmul", input, other)
        a = unsqueeze(input, 0) if left == 1 else input
        b = unsqueeze(other, 1) if right == 1 else other
        result = apply(MATMUL, (a, b), (False, False))
        shape = list(result._shape)
        if right == 1:
            shape.pop()
        if left == 1:
            shape.pop(-2 if right > 1 else -1)
        result = reshape(result, shape)
    return result if out is None else into(out, result, "matmul")


def _need_dims(name: str, *given: tuple[Tensor, int]) -> None:
    for number, (x, dims) in enumerate(given, 1):
        if len(x._shape) != dims:
            kind = {1: "a vector", 2: "a matrix"}.get(dims, f"a {dims}-D tensor")
            raise RuntimeError(
                message(name, f"argument {number} of shape {list(x._shape)}",
                        f"{kind}, got {len(x._shape)}-D tensor", "matmul, which takes any dims")
            )  # fmt: skip


def mm(input: Tensor, mat2: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The product of two matrices: (m, k) and (k, n) give (m, n)."""
    _need_dims("mm", (input, 2), (mat2, 2))
    _need_fit("mm", input, mat2)
    return matmul(input, mat2, out=out)


def bmm(input: Tensor, mat2: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The products of two batches of matrices: (b, m, k) and (b, k, n) give (b, m, n)."""
    _need_dims("bmm", (input, 3), (mat2, 3))
    if input._shape[0] != mat2._shape[0]:
        raise RuntimeError(
            message("bmm", f"shapes {list(input._shape)} and {list(mat2._shape)}",
                    "equal batch sizes: expected size for first two dimensions of batch2 tensor "
                    f"to be: [{input._shape[0]}, {input._shape[2]}]", "matmul, which broadcasts",
                    mark_shapes(("input", input._shape, 0, f"{input._shape[0]} matrices"),
                                ("mat2", mat2._shape, 0, f"{mat2._shape[0]} matrices")))
        )  # fmt: skip
    _need_fit("bmm", input, mat2)
    return matmul(input, mat2, out=out)


def mv(input: Tensor, vec: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The product of a matrix (m, k) and a vector (k)."""
    _need_dims("mv", (input, 2), (vec, 1))
    _need_fit("mv", input, vec)
    return matmul(input, vec, out=out)


def dot(input: Tensor, tensor: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The sum of the products of two vectors' elements."""
    _need_dims("dot", (input, 1), (tensor, 1))
    if input._shape != tensor._shape:
        raise RuntimeError(
            message("dot", f"{input._shape[0]} and {tensor._shape[0]} elements",
                    "inconsistent tensor size, expected tensor [n] and src [n] to have the same "
                    "number of elements", "", mark_shapes(("input", input._shape, 0, ""),
                                                          ("tensor", tensor._shape, 0, "")))
        )  # fmt: skip
    return matmul(input, tensor, out=out)


def vdot(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The sum of the products of one vector's conjugated elements and another's."""
    return dot(conj(input), other, out=out)


def inner(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The sums of products over the last dim of both."""
    if not input._shape or not other._shape:
        result = input * other  # type: ignore[operator]
    else:
        result = tensordot(input, other, ([-1], [-1]))
    return result if out is None else into(out, result, "inner")


def outer(input: Tensor, vec2: Tensor, *, out: Tensor | None = None) -> Tensor:
    """All products of an element of one vector and one of the other."""
    _need_dims("outer", (input, 1), (vec2, 1))
    result = unsqueeze(input, 1) * unsqueeze(vec2, 0)  # type: ignore[operator]
    return result if out is None else into(out, result, "outer")


def _plus(input: Any, beta: Any, product: Any, alpha: Any) -> Any:
    """beta * input + alpha * product; with beta = 0 the input is not looked at."""
    if alpha != 1:
        product = product * alpha
    if beta == 0:
        return product
    return product + (input if beta == 1 else input * beta)


def _added(name: str, multiply: Callable[..., Tensor]) -> Callable[..., Tensor]:
    def function(
        input: Tensor, x: Tensor, y: Tensor, *, beta: Any = 1, alpha: Any = 1, out: Any = None
    ) -> Tensor:
        if not input.dtype is x.dtype is y.dtype:
            names = [t.dtype.name for t in (input, x, y)]
            raise RuntimeError(
                message(name, f"dtypes {names}", "the three tensors must have the same dtype",
                        f".to(flambeau.{names[1]})")
            )  # fmt: skip
        if x.dtype is dt.bool_:
            raise NotImplementedError(f"{name}: not implemented for bool; try .int()")
        if x.dtype.category == "int":
            beta, alpha = int(beta), int(alpha)
        product = multiply(x, y)
        if input._shape != product._shape:
            # raises in this operation's name
            broadcast_shapes(name, input._shape, product._shape, names=("input", "product"))
        result = _plus(input, beta, product, alpha)
        return result if out is None else into(out, result, name)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = (
        f"beta * input + alpha * {multiply.__name__}(x, y); integers take the integer parts of "
        "beta and alpha."
    )
    return function


def _bmm_sum(x: Tensor, y: Tensor) -> Tensor:
    return sum_(bmm(x, y), 0, dtype=x.dtype)


_bmm_sum.__name__ = "bmm"
addmm, addmv = _added("addmm", mm), _added("addmv", mv)
baddbmm, addbmm = _added("baddbmm", bmm), _added("addbmm", _bmm_sum)


def addr(
    input: Tensor, vec1: Tensor, vec2: Tensor, *, beta: Any = 1, alpha: Any = 1, out: Any = None
) -> Tensor:
    """beta * input + alpha * outer(vec1, vec2); for bools, `or` of what beta and alpha let in."""
    dtypes = (input.dtype, vec1.dtype, vec2.dtype)
    is_bool = all(d is dt.bool_ for d in dtypes)
    for word, number in (("beta", beta), ("alpha", alpha)):
        if isinstance(number, bool) and not is_bool:
            raise RuntimeError(
                message("addr", f"{word}={number} and dtypes {[d.name for d in dtypes]}",
                        f"Boolean {word} only supported for Boolean results", str(int(number)))
            )  # fmt: skip
        if isinstance(number, float) and all(d.category in ("bool", "int") for d in dtypes):
            raise RuntimeError(
                message("addr", f"{word}={number} and dtypes {[d.name for d in dtypes]}",
                        f"For integral input tensors, argument {word} must not be a floating point "
                        "number", ".float()")
            )  # fmt: skip
    if is_bool:
        beta, alpha = bool(beta), bool(alpha)
    target = promote_types(dtypes[0], promote_types(dtypes[1], dtypes[2]))
    if vec1.dtype is not target:
        vec1 = apply(TO, (vec1,), (target,))
    result = _plus(input, beta, outer(vec1, vec2), alpha)
    return result if out is None else into(out, result, "addr")


def chain_matmul(*matrices: Tensor) -> Tensor:
    """The product of several matrices, from left to right."""
    result = matrices[0]
    for matrix in matrices[1:]:
        result = mm(result, matrix)
    return result


def trace(input: Tensor) -> Tensor:
    """The sum of a matrix' diagonal."""
    _need_dims("trace", (input, 2))
    return sum_(diagonal(input))


def kron(input: Tensor, other: Tensor) -> Tensor:
    """The Kronecker product."""
    n = max(len(input._shape), len(other._shape))
    a = (1,) * (n - len(input._shape)) + input._shape
    b = (1,) * (n - len(other._shape)) + other._shape
    left = reshape(input, [v for size in a for v in (size, 1)])
    right = reshape(other, [v for size in b for v in (1, size)])
    product: Any = left * right  # type: ignore[operator]
    return reshape(product, [x * y for x, y in zip(a, b, strict=True)])


def tensordot(a: Tensor, b: Tensor, dims: Any = 2, out: Tensor | None = None) -> Tensor:
    """Sums of products over several dims of both.

    dims: how many dims to sum, the last of `a` and the first of `b`; or two lists of dims. A dim
    of size 1 is repeated along the dim that it meets.
    """
    if isinstance(dims, Tensor):
        dims = dims.tolist()  # type: ignore[attr-defined]
    if isinstance(dims, int):
        if not 0 <= dims <= min(len(a._shape), len(b._shape)):
            raise RuntimeError(
                message("tensordot", f"dims={dims} for {len(a._shape)} and {len(b._shape)} dims",
                        "tensordot expects dims >= 0 and at most the dims of either tensor")
            )  # fmt: skip
        left, right = list(range(len(a._shape) - dims, len(a._shape))), list(range(dims))
    else:
        left, right = ([d] if isinstance(d, int) else list(d) for d in (dims[0], dims[1]))
    left = [normalize_dim("tensordot", d, len(a._shape)) for d in left]
    right = [normalize_dim("tensordot", d, len(b._shape)) for d in right]
    a, b = _matched(a, left, b, right)
    keep_a = [d for d in range(len(a._shape)) if d not in left]
    keep_b = [d for d in range(len(b._shape)) if d not in right]
    shape = [a._shape[d] for d in keep_a] + [b._shape[d] for d in keep_b]
    k = prod([a._shape[d] for d in left])
    x = reshape(permute(a, keep_a + left), (prod([a._shape[d] for d in keep_a]), k))
    y = reshape(permute(b, right + keep_b), (k, prod([b._shape[d] for d in keep_b])))
    result = reshape(matmul(x, y), shape)
    return result if out is None else into(out, result, "tensordot")


def _matched(
    a: Tensor, left: Sequence[int], b: Tensor, right: Sequence[int]
) -> tuple[Tensor, Tensor]:
    """Both with equal sizes in the dims that meet: what meets a size of 1 is summed."""
    given = f"shapes {list(a._shape)} and {list(b._shape)} with dims {left} and {right}"
    if len(left) != len(right):
        raise RuntimeError(
            message("tensordot", given, "both dimension lists should have same length")
        )
    if len(set(left)) != len(left) or len(set(right)) != len(right):
        raise RuntimeError(message("tensordot", given, "each dim once in its list of dims"))
    pairs = list(zip(left, right, strict=True))
    if any(a._shape[i] != b._shape[j] and 1 not in (a._shape[i], b._shape[j]) for i, j in pairs):
        raise RuntimeError(
            message("tensordot", given, "contracted dimensions need to match in size", "",
                    _contracted(a._shape, b._shape, pairs))
        )  # fmt: skip
    wide_a = [i for i, j in pairs if b._shape[j] == 1 != a._shape[i]]
    wide_b = [j for i, j in pairs if a._shape[i] == 1 != b._shape[j]]
    return (
        sum_(a, wide_a, True, dtype=a.dtype) if wide_a else a,
        sum_(b, wide_b, True, dtype=b.dtype) if wide_b else b,
    )


def _contracted(a: Shape, b: Shape, pairs: Sequence[tuple[int, int]]) -> str:
    i, j = next(p for p in pairs if a[p[0]] != b[p[1]] and 1 not in (a[p[0]], b[p[1]]))
    return mark_shapes(("a", a, i, f"{a[i]}, not {b[j]}"), ("b", b, j, f"{b[j]}, not {a[i]}"))


# -- einsum -------------------------------------------------------------------------------------
def einsum(equation: str, *operands: Any) -> Tensor:
    """Sums of products by the names of dims, as in "bij,bjk->bik"; "..." stands for any dims.

    Operands are contracted from left to right, each pair as one batched matrix product.

    >>> import flambeau
    >>> flambeau.einsum("ij,ij->i", flambeau.ones(2, 3), flambeau.ones(2, 3))
    tensor([3., 3.])
    """
    if len(operands) == 1 and isinstance(operands[0], (list, tuple)):
        operands = tuple(operands[0])
    names, result = _read_equation(equation, [len(x._shape) for x in operands])
    sizes: dict[str, int] = {}
    tensors = []
    for x, letters in zip(operands, names, strict=True):
        for letter, size in zip(letters, x._shape, strict=True):
            if sizes.setdefault(letter, size) != size and 1 not in (size, sizes[letter]):
                raise RuntimeError(
                    message("einsum", f"dim {letter!r} of sizes {sizes[letter]} and {size}",
                            f"equal sizes: operands do not broadcast with {equation!r}", "",
                            _named_shapes(names, operands, letter))
                )  # fmt: skip
            sizes[letter] = max(sizes[letter], size)
        tensors.append(_without_repeats(x, letters))
    x, present = tensors[0]
    for i, (y, letters) in enumerate(tensors[1:], 1):
        later = set(result).union(*[t[1] for t in tensors[i + 1 :]])
        x, present = _contract(x, present, y, letters, later, sizes)
    summed = [d for d, letter in enumerate(present) if letter not in result]
    if summed:
        x = sum_(x, summed)
        present = [letter for letter in present if letter in result]
    return permute(x, [present.index(letter) for letter in result])


def _named_shapes(names: list[list[str]], operands: Sequence[Tensor], letter: str) -> str:
    """Each operand's letters and shape; carets under the dims called `letter`."""
    return mark_shapes(*[
        ("".join(n for n in own if n[0] != "."), x._shape,
         own.index(letter) if letter in own else None, letter if letter in own else "")
        for own, x in zip(names, operands, strict=True)
    ])  # fmt: skip


def _read_equation(equation: str, dims: Sequence[int]) -> tuple[list[list[str]], list[str]]:
    """The letters of each operand's dims and of the result's; dims of "..." are numbered."""
    text = equation.replace(" ", "")
    left, arrow, right = text.partition("->")
    parts = left.split(",")
    for part in (*parts, right):
        rest_of_it = part.replace("...", "", 1)
        if rest_of_it and not (rest_of_it.isascii() and rest_of_it.isalpha()):
            raise RuntimeError(
                message("einsum", f"{part!r} in {equation!r}",
                        'subscripts must be in [a-zA-Z], with at most one "..." an operand')
            )  # fmt: skip
    if len(parts) != len(dims):
        raise RuntimeError(
            message("einsum", f"{len(dims)} operands and equation {equation!r}",
                    f"{len(parts)} operands: one for each part before the arrow")
        )  # fmt: skip
    most = 0
    names = []
    for part, n in zip(parts, dims, strict=True):
        letters = part.replace("...", "")
        rest = n - len(letters)
        if rest < 0 or (rest and "..." not in part):
            raise RuntimeError(
                message("einsum", f"an operand of {n} dims for {part!r}",
                        "as many names as the operand has dims", '"..." for further dims')
            )  # fmt: skip
        most = max(most, rest)
        head, dots, tail = part.partition("...")
        names.append([*head, *[f".{rest - i}" for i in range(rest)], *(tail if dots else "")])
    shared = [f".{most - i}" for i in range(most)]
    if arrow:
        head, dots, tail = right.partition("...")
        result = [*head, *(shared if dots else []), *(tail if dots else "")]
    else:
        every = "".join(p.replace("...", "") for p in parts)
        result = shared + sorted({letter for letter in every if every.count(letter) == 1})
    known = {letter for part in names for letter in part}
    if len(set(result)) != len(result) or not set(result) <= known:
        raise RuntimeError(
            message("einsum", f"result {right!r} in {equation!r}",
                    "names of the operands, each at most once")
        )  # fmt: skip
    return names, result


def _without_repeats(x: Tensor, letters: list[str]) -> tuple[Tensor, list[str]]:
    """Dims of one name become their diagonal."""
    letters = list(letters)
    for letter in dict.fromkeys(letters):
        while letters.count(letter) > 1:
            first = letters.index(letter)
            second = letters.index(letter, first + 1)
            x = diagonal(x, 0, first, second)
            letters = [v for i, v in enumerate(letters) if i not in (first, second)] + [letter]
    return x, letters


def _contract(
    x: Tensor, a: list[str], y: Tensor, b: list[str], later: set[str], sizes: dict[str, int]
) -> tuple[Tensor, list[str]]:
    """One batched matrix product: names in both are summed unless they are needed later."""
    x, a = _sum_unneeded(x, a, later | set(b))
    y, b = _sum_unneeded(y, b, later | set(a))
    shape_x, shape_y = dict(zip(a, x._shape, strict=True)), dict(zip(b, y._shape, strict=True))
    both = [n for n in a if n in b]
    batch = [n for n in both if n in later]
    summed = [n for n in both if n not in later]
    only_a, only_b = [n for n in a if n not in b], [n for n in b if n not in a]

    def sizes_of(names: list[str], shape: dict[str, int]) -> list[int]:
        return [shape[n] for n in names]

    if any(shape_x[n] != shape_y[n] for n in summed):  # a dim of 1 meets a larger one
        x = x.expand([sizes[n] if n in summed else shape_x[n] for n in a])  # type: ignore[attr-defined]
        y = y.expand([sizes[n] if n in summed else shape_y[n] for n in b])  # type: ignore[attr-defined]
    k = prod([sizes[n] for n in summed])
    left = reshape(
        permute(x, [a.index(n) for n in batch + only_a + summed]),
        [*sizes_of(batch, shape_x), prod(sizes_of(only_a, shape_x)), k],
    )
    right = reshape(
        permute(y, [b.index(n) for n in batch + summed + only_b]),
        [*sizes_of(batch, shape_y), k, prod(sizes_of(only_b, shape_y))],
    )
    product = matmul(left, right)
    names = batch + only_a + only_b
    shape = (*product._shape[:-2], *sizes_of(only_a, shape_x), *sizes_of(only_b, shape_y))
    return reshape(product, shape), names


def _sum_unneeded(x: Tensor, names: list[str], needed: set[str]) -> tuple[Tensor, list[str]]:
    dims = [d for d, n in enumerate(names) if n not in needed]
    return (sum_(x, dims), [n for n in names if n in needed]) if dims else (x, names)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    name: globals()[name] for name in __all__ if name.islower()
}
IN_PLACE = ("addmm", "addmv", "addr", "baddbmm", "addbmm")  # these have a twin with `_`


def _matmul_operator(self: Tensor, other: Any) -> Any:
    if isinstance(other, np.ndarray):
        other = tensor_over(other)
    return matmul(self, other) if isinstance(other, Tensor) else NotImplemented


METHODS: dict[str, Callable[..., Any]] = {"__matmul__": _matmul_operator}
