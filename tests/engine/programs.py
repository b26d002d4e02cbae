"""Random graphs of primitives whose values stay tame, so that every evaluation must agree.

Floats are kept within a few units by clamping. Primitives with jumps (comparisons, argmax,
floor, argsort) are applied only to *exact* values: inputs, integers, and what is moved,
selected or compared from them, which every evaluation gets to the last bit.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from math import prod
from typing import Any

import numpy as np

from flambeau.core import dtype as dt
from flambeau.core.dtype import DType
from flambeau.core.shape import contiguous_strides
from flambeau.core.types import tensor_type
from flambeau.engine.graph import build
from flambeau.engine.graph.meaning import to_storage
from flambeau.engine.graph.node import Node

__all__ = ["Program", "random_program"]

Choose = Callable[[int], int]  # n -> one of 0 .. n-1

SIZES = (3, 5, 8, 17, 40, 2, 1, 4, 6, 7, 33, 0)
MAX_NUMEL = 4000
FLOATS = (dt.float32, dt.float32, dt.float64, dt.float16, dt.bfloat16)
INTEGERS = (dt.int64, dt.int32, dt.int16, dt.int8, dt.uint8, dt.bool_)


class NothingFits(Exception):
    """No node so far is what a step needs."""


class Program:
    """Nodes in the making, with the arrays of their parameters."""

    def __init__(self, choose: Choose) -> None:
        self.choose = choose
        self.random = np.random.default_rng(choose(1 << 16))
        self.arrays: list[np.ndarray] = []
        self.dtypes: list[DType] = []
        self.nodes: list[Node] = []
        self.exact: set[Node] = set()

    # -- choosing -----------------------------------------------------------------------------
    def one_of(self, items: Any) -> Any:
        return items[self.choose(len(items))]

    def node(self, test: Callable[[Node], bool] = lambda n: True) -> Node:
        """One of the nodes so far that pass."""
        found = [n for n in self.nodes if test(n)]
        if found:
            # later nodes more often: programs become deep rather than wide
            return found[max(self.choose(len(found)), self.choose(len(found)))]
        raise NothingFits

    def shape(self) -> tuple[int, ...]:
        """That of a node, or a new one."""
        if self.nodes and self.choose(2):
            return self.one_of(self.nodes).shape
        shape: tuple[int, ...] = ()
        for _ in range(self.choose(4)):
            size = self.one_of(SIZES)
            if prod(shape) * size <= MAX_NUMEL:
                shape = (*shape, size)
        return shape

    # -- leaves -------------------------------------------------------------------------------
    def input(self, shape: tuple[int, ...], dtype: DType) -> Node:
        if dtype is dt.bool_:
            array: np.ndarray = self.random.integers(0, 2, shape).astype(bool)
        elif dtype.category == "int":
            array = self.random.integers(0 if not dtype.is_signed else -9, 10, shape)
        else:
            array = self.random.normal(size=shape)
            if self.choose(4) == 0:  # with ties
                array = np.rint(array)
        array = np.asarray(array, np.float32 if dtype is dt.bfloat16 else dtype.numpy)
        return self.given(to_storage(array) if dtype is dt.bfloat16 else array, dtype)

    def given(self, array: np.ndarray, dtype: DType) -> Node:
        self.arrays.append(array)
        self.dtypes.append(dtype)
        x = build.parameter(len(self.arrays) - 1, tensor_type(dtype, array.shape))
        self.add(x, True)
        return x

    def add(self, x: Node, exact: bool) -> None:
        if x.type.numel <= MAX_NUMEL:
            self.nodes.append(x)
            if exact:
                self.exact.add(x)

    def is_exact(self, *nodes: Node) -> bool:
        return all(n in self.exact for n in nodes)


def tame(x: Node) -> Node:
    """x clamped to -4 .. 4."""
    low, high = build.constant(-4.0, x.dtype), build.constant(4.0, x.dtype)
    return build.apply("minimum", build.apply("maximum", x, low), high)


def is_float(n: Node) -> bool:
    return n.dtype.category == "float"


def is_int(n: Node) -> bool:
    return n.dtype.category == "int"


# -- steps: each adds a node -------------------------------------------------------------------
def _input(p: Program) -> None:
    p.input(p.shape(), p.one_of(FLOATS + INTEGERS))


def _leaf(p: Program) -> None:
    shape, dtype = p.shape(), p.one_of(FLOATS + INTEGERS)
    if shape and p.choose(2):
        dim = p.choose(len(shape))
        if dtype is not dt.bool_:
            p.add(build.iota(shape, dim, dtype), dtype.category == "int")
        return
    p.add(build.full(shape, p.choose(3), dtype), True)


def _random(p: Program) -> None:
    key = build.constant(p.choose(1000), dt.uint32)
    bits = build.random_bits(key, build.constant(7, dt.uint32), p.shape())
    p.add(build.convert(bits, dt.int64), True)


def _unary(p: Program) -> None:
    x = p.node(is_float)
    name = p.one_of(("neg", "abs", "tanh", "sin", "cos", "sqrt", "exp", "erf", "log1p", "atan"))
    if name in ("sqrt", "log1p"):
        y = build.apply(name, build.apply("abs", x))
        if name == "sqrt":  # its slope is not bounded near zero
            y = build.apply("sqrt", build.apply("add", build.apply("abs", x),
                                                build.constant(0.25, x.dtype)))  # fmt: skip
    elif name == "exp":
        y = build.apply("exp", build.apply("neg", build.apply("abs", x)))
    else:
        y = build.apply(name, x)
    p.add(y, name in ("neg", "abs") and p.is_exact(x))


def _jump(p: Program) -> None:
    x = p.node(lambda n: is_float(n) and n in p.exact)
    p.add(build.apply(p.one_of(("floor", "ceil", "round", "trunc", "sign")), x), True)


def _partner(p: Program, x: Node) -> Node:
    """A node of x's dtype, broadcast to x's shape."""
    y = p.node(lambda n: n.dtype is x.dtype and _broadcasts(n.shape, x.shape))
    shape = (1,) * (len(x.shape) - len(y.shape)) + y.shape
    return build.expand(build.reshape(y, shape), x.shape)


def _broadcasts(shape: tuple[int, ...], target: tuple[int, ...]) -> bool:
    if len(shape) > len(target):
        return False
    return all(a in (1, b) for a, b in zip(shape[::-1], target[::-1], strict=False))


def _binary(p: Program) -> None:
    x = p.node(is_float)
    y = _partner(p, x)
    name = p.one_of(("add", "sub", "mul", "maximum", "minimum", "div"))
    if name == "div":
        y = build.apply("add", build.apply("abs", y), build.constant(1.0, y.dtype))
    made = build.apply(name, x, y)
    exact = name in ("maximum", "minimum") and all(n in p.exact for n in _bases(x, y))
    p.add(made if name in ("maximum", "minimum") else tame(made), exact)


def _bases(*nodes: Node) -> list[Node]:
    found = []
    for n in nodes:
        while n.primitive in ("expand", "reshape"):
            n = n.sources[0]
        found.append(n)
    return found


def _integer(p: Program) -> None:
    x = p.node(is_int)
    y = _partner(p, x)
    name = p.one_of(
        "add sub mul and or xor maximum minimum floor_div remainder div fmod shift_left "
        "shift_right".split()
    )
    if name.startswith("shift"):
        y = build.apply("and", y, build.constant(3, y.dtype))
    p.add(build.apply(name, x, y), True)


def _integer_unary(p: Program) -> None:
    x = p.node(lambda n: is_int(n) or n.dtype is dt.bool_)
    names = ("not",) if x.dtype is dt.bool_ else ("not", "neg", "abs", "sign")
    p.add(build.apply(p.one_of(names), x), True)


def _compare(p: Program) -> None:
    x = p.node(lambda n: n in p.exact)
    y = _partner(p, x)
    if all(n in p.exact for n in _bases(y)):
        p.add(build.apply(p.one_of("eq ne lt le gt ge".split()), x, y), True)


def _where(p: Program) -> None:
    x = p.node()
    y = _partner(p, x)
    mask = p.node(lambda n: n.dtype is dt.bool_ and _broadcasts(n.shape, x.shape))
    if _broadcasts(mask.shape, x.shape):
        p.add(build.apply("where", mask, x, y), p.is_exact(x, *_bases(y)))


def _convert(p: Program) -> None:
    x = p.node()
    target = p.one_of(FLOATS + INTEGERS)
    if is_float(x) and target.category != "float":
        if x not in p.exact:
            return
        x = build.apply("abs", x)
    elif is_int(x) and target.category == "float":
        x = build.apply("remainder", x, build.constant(7, x.dtype))
    lossless = target.category != "float" or x.dtype.category != "float"
    p.add(build.convert(x, target), lossless)


def _reshape(p: Program) -> None:
    x = p.node()
    left, shape = x.type.numel, []
    for _ in range(p.choose(3)):
        factors = [k for k in (1, 2, 3, 4, 5, 8, 16, 17) if left % k == 0]
        shape.append(p.one_of(factors) if factors else 1)
        left //= shape[-1]
    shape.insert(p.choose(len(shape) + 1), left)
    p.add(build.reshape(x, tuple(shape)), p.is_exact(x))


def _permute(p: Program) -> None:
    x = p.node(lambda n: len(n.shape) > 0)
    dims = list(range(len(x.shape)))
    order = tuple(dims.pop(p.choose(len(dims))) for _ in range(len(x.shape)))
    p.add(build.permute(x, order), p.is_exact(x))


def _expand(p: Program) -> None:
    x = p.node()
    at = p.choose(len(x.shape) + 1)
    thin = build.reshape(x, (*x.shape[:at], 1, *x.shape[at:]))
    size = p.one_of((1, 2, 3, 7))
    shape = (*x.shape[:at], size, *x.shape[at:])
    if prod(shape) <= MAX_NUMEL and len(shape) < 6:
        p.add(build.expand(thin, shape), p.is_exact(x))


def _slice(p: Program) -> None:
    x = p.node(lambda n: len(n.shape) > 0)
    starts, sizes, steps = [], [], []
    for n in x.shape:
        step = p.one_of((1, 1, 2, -1, -2, 3))
        if n == 0:
            starts.append(0), sizes.append(0), steps.append(1)
            continue
        start = p.choose(n)
        most = (n - 1 - start) // step + 1 if step > 0 else start // -step + 1
        starts.append(start), sizes.append(p.choose(most + 1)), steps.append(step)
    p.add(build.slice_(x, tuple(starts), tuple(sizes), tuple(steps)), p.is_exact(x))


def _strided(p: Program) -> None:
    x = p.node(lambda n: n.type.numel > 0)
    numel = x.type.numel
    offset = p.choose(numel)
    left = numel - 1 - offset
    shape, strides = [], []
    for _ in range(p.choose(3)):
        stride = p.one_of((0, 1, 2, 3, 5))
        size = 1 + p.choose(min(left // stride, 8) + 1) if stride else 3
        shape.append(size), strides.append(stride)
        left -= (size - 1) * stride
    p.add(build.as_strided(x, tuple(shape), tuple(strides), offset), p.is_exact(x))


def _pad(p: Program) -> None:
    x = p.node(lambda n: len(n.shape) > 0)
    low = tuple(p.choose(4) - 1 for _ in x.shape)
    high = tuple(p.choose(4) - 1 for _ in x.shape)
    between = tuple(p.one_of((0, 0, 0, 1, 2)) for _ in x.shape)
    sizes = [n + max(n - 1, 0) * k + a + b
             for n, k, a, b in zip(x.shape, between, low, high, strict=True)]  # fmt: skip
    if min(sizes) >= 0 and prod(sizes) <= MAX_NUMEL:
        value = p.choose(2) if x.dtype.category != "float" else float(p.choose(3))
        p.add(build.pad(x, low, high, value, between), p.is_exact(x))


def _cat(p: Program) -> None:
    x = p.node(lambda n: len(n.shape) > 0)
    dim = p.choose(len(x.shape))
    y = p.node(lambda n: n.dtype is x.dtype and len(n.shape) == len(x.shape) and all(
        a == b for d, (a, b) in enumerate(zip(n.shape, x.shape, strict=True))
        if d != dim))  # fmt: skip
    if y.dtype is x.dtype and len(y.shape) == len(x.shape):
        p.add(build.cat((x, y, x)[: 2 + p.choose(2)], dim), p.is_exact(x, y))


def _copy(p: Program) -> None:
    x = p.node()
    p.add(build.copy(x), p.is_exact(x))


def _dims(p: Program, x: Node) -> tuple[int, ...]:
    dims = tuple(d for d in range(len(x.shape)) if p.choose(2))
    return dims or (p.choose(len(x.shape)),)


def _reduce(p: Program) -> None:
    x = p.node(lambda n: len(n.shape) > 0)
    dims = _dims(p, x)
    count = prod(x.shape[d] for d in dims)
    if is_float(x):
        name = p.one_of(("sum", "max", "min", "sum"))
        y = build.reduce(name, x, dims)
        if name == "sum":
            y = build.apply("mul", y, build.constant(1.0 / max(count, 1), x.dtype))
        elif count == 0:
            y = tame(y)
        p.add(y, name != "sum" and p.is_exact(x))
    elif x.dtype is dt.bool_:
        p.add(build.reduce(p.one_of(("max", "min")), x, dims), True)
    else:
        p.add(build.reduce(p.one_of(("sum", "prod", "max", "min")), x, dims), True)


def _arg(p: Program) -> None:
    x = p.node(lambda n: n in p.exact and len(n.shape) > 0 and n.type.numel > 0)
    name = p.one_of(("argmax", "argmin"))
    if x in p.exact:
        p.add(build.reduce(name, x, (p.choose(len(x.shape)),)), True)


def _normalize(p: Program) -> None:
    """A softmax along one dim."""
    x = p.node(lambda n: is_float(n) and len(n.shape) > 0 and n.type.numel > 0)
    dims = (p.choose(len(x.shape)),)
    if not x.type.numel:
        return
    e = build.apply("exp", build.apply("sub", x, build.reduce("max", x, dims)))
    p.add(build.apply("div", e, build.reduce("sum", e, dims)), False)


def _index(p: Program, shape: tuple[int, ...], limit: int) -> Node:
    return p.given(p.random.integers(0, limit, shape), dt.int64)


def _take(p: Program) -> None:
    x = p.node(lambda n: len(n.shape) > 0 and n.type.numel > 0)
    if not x.shape or not x.type.numel:
        return
    dim = p.choose(len(x.shape))
    index = _index(p, p.one_of(((), (3,), (2, 2), (0,))), x.shape[dim])
    p.add(build.take(x, index, dim), p.is_exact(x))


def _gather(p: Program) -> None:
    x = p.node(lambda n: len(n.shape) > 0 and n.type.numel > 0)
    if not x.shape or not x.type.numel:
        return
    dim = p.choose(len(x.shape))
    shape = tuple(p.one_of((1, 4)) if d == dim else 1 + p.choose(n) for d, n in enumerate(x.shape))
    p.add(build.gather(x, _index(p, shape, x.shape[dim]), dim), p.is_exact(x))


def _scatter(p: Program) -> None:
    x = p.node(lambda n: len(n.shape) > 0 and n.type.numel > 0 and n.dtype is not dt.bool_)
    if not x.shape or not x.type.numel or x.dtype in (dt.float16, dt.bfloat16):
        return
    dim = p.choose(len(x.shape))
    shape = tuple(p.one_of((1, 4)) if d == dim else 1 + p.choose(n) for d, n in enumerate(x.shape))
    mode = p.one_of(("set", "add", "max", "min"))
    source = _partner_of_shape(p, x, shape)
    y = build.scatter(x, _index(p, shape, x.shape[dim]), source, dim, mode)
    p.add(tame(y) if mode == "add" and is_float(x) else y,
          is_int(x) or (mode != "add" and p.is_exact(x, *_bases(source))))  # fmt: skip


def _put(p: Program) -> None:
    x = p.node(lambda n: len(n.shape) > 0 and n.type.numel > 0 and n.dtype is not dt.bool_)
    if not x.shape or not x.type.numel or x.dtype in (dt.float16, dt.bfloat16):
        return
    dim = p.choose(len(x.shape))
    shape = tuple(4 if d == dim else n for d, n in enumerate(x.shape))
    mode = p.one_of(("set", "add"))
    source = _partner_of_shape(p, x, shape)
    y = build.put(x, _index(p, (4,), x.shape[dim]), source, dim, mode)
    p.add(tame(y) if mode == "add" and is_float(x) else y,
          is_int(x) or (mode != "add" and p.is_exact(x, *_bases(source))))  # fmt: skip


def _partner_of_shape(p: Program, x: Node, shape: tuple[int, ...]) -> Node:
    if p.choose(2):
        return p.input(shape, x.dtype)
    y = p.node(lambda n: n.dtype is x.dtype and n.type.numel == 1)
    return build.expand(build.reshape(y, (1,) * len(shape)), shape)


def _update(p: Program) -> None:
    x = p.node(lambda n: n.type.numel > 0)
    starts = tuple(p.choose(n) for n in x.shape)
    shape = tuple(1 + p.choose(n - a) for n, a in zip(x.shape, starts, strict=True))
    strides = contiguous_strides(x.shape)
    offset = sum(a * s for a, s in zip(starts, strides, strict=True))
    value = p.input(shape, x.dtype)
    p.add(build.update(x, value, shape, strides, offset), p.is_exact(x))


def _scan(p: Program) -> None:
    x = p.node(lambda n: len(n.shape) > 0)
    dim = p.choose(len(x.shape))
    if is_int(x):
        p.add(build.scan(x, dim, p.one_of(("sum", "max", "min", "prod"))), True)
    elif is_float(x):
        y = build.scan(x, dim, p.one_of(("sum", "max", "min")))
        p.add(tame(y), y.attributes[1] != "sum" and p.is_exact(x))


def _argsort(p: Program) -> None:
    x = p.node(lambda n: n in p.exact and len(n.shape) > 0)
    if x in p.exact:
        p.add(build.argsort(x, p.choose(len(x.shape)), bool(p.choose(2))), True)


def _dot(p: Program) -> None:
    x = p.node(lambda n: is_float(n) and len(n.shape) > 0)
    if len(x.shape) == 0:
        return
    k = x.shape[-1]
    a = build.reshape(x, (1, x.type.numel // k, k) if k else (1, 1, 0))
    other = p.input((1, k, p.one_of((1, 3, 8))), x.dtype)
    if p.choose(2):
        other = build.permute(p.input((1, p.one_of((2, 5)), k), x.dtype), (0, 2, 1))
    y = build.dot(a, other)
    p.add(tame(build.apply("mul", y, build.constant(1.0 / max(k, 1), x.dtype))), False)


STEPS = (
    _input, _leaf, _random, _unary, _unary, _unary, _jump, _binary, _binary, _binary, _binary,
    _integer, _integer_unary, _compare, _where, _convert, _reshape, _permute, _expand, _slice,
    _strided, _pad, _cat, _copy, _reduce, _reduce, _reduce, _arg, _normalize, _take, _gather,
    _scatter, _put, _update, _scan, _argsort, _dot,
)  # fmt: skip


def random_program(choose: Choose, steps: int = 20) -> tuple[Program, list[Node]]:
    """A program and its roots; equal choices give equal programs."""
    p = Program(choose)
    for dtype in (dt.float32, dt.int64, dt.bool_):
        p.input(p.shape(), dtype)
    for _ in range(1 + choose(steps)):
        with suppress(NothingFits):
            p.one_of(STEPS)(p)
    roots = [p.nodes[-1]] + [p.node() for _ in range(choose(3))]
    return p, list(dict.fromkeys(roots))
