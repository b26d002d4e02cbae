"""Every simplification keeps the values: on random graphs, and on constants that are special."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from flambeau.core import dtype as dt
from flambeau.core.types import tensor_type
from flambeau.engine.graph import build
from flambeau.engine.graph.meaning import from_storage, interpret
from flambeau.engine.graph.node import Node, topological
from flambeau.engine.graph.simplify import RULES, simplify
from flambeau.engine.graph.verify import verify
from tests.engine.programs import random_program

SPECIAL = np.array([0.0, -0.0, 1.0, -1.0, 2.5, np.inf, -np.inf, np.nan, 1e-40, 3e38], np.float32)
BINARY = "add sub mul div pow maximum minimum eq ne lt le gt ge".split()
UNARY = "neg abs sqrt exp log floor sign reciprocal".split()


def kept(roots: list[Node], arrays: list[np.ndarray], counts: dict | None = None) -> None:
    found = simplify(roots, counts)
    verify(found)
    assert [n.type for n in found] == [n.type for n in roots]
    with np.errstate(all="ignore"):
        expected, got = interpret(roots, arrays, []), interpret(found, arrays, [])
    for a, b, root in zip(got, expected, roots, strict=True):
        if root.dtype is dt.bfloat16:
            a, b = from_storage(a), from_storage(b)
        if root.dtype.category != "float":
            np.testing.assert_array_equal(a, b)
            continue
        rtol, atol = (0.1, 0.1) if root.dtype.itemsize == 2 else (1e-5, 1e-5)
        np.testing.assert_allclose(a.astype(float), b.astype(float), rtol, atol)
        zeros = (a == 0) & (b == 0)
        # which zero is the larger one is left open, as in PyTorch
        if not any(
            n.primitive in ("maximum", "minimum", "max", "min") for n in topological([root])
        ):
            np.testing.assert_array_equal(np.signbit(a[zeros]), np.signbit(b[zeros]))


@pytest.mark.parametrize("first", range(0, 300, 50))
def test_random_graphs_keep_their_values(first: int) -> None:
    for seed in range(first, first + 50):
        source = np.random.default_rng(seed)
        program, roots = random_program(lambda n, source=source: int(source.integers(n)))
        kept(roots, program.arrays)


def special_graphs() -> list[Node]:
    """Two operations in a row, one of them with a constant, on either side."""
    x = build.parameter(0, tensor_type(dt.float32, SPECIAL.shape))
    constants = [
        build.full(x.shape, float(c), dt.float32) for c in (0.0, -0.0, 1.0, -1.0, 2.0, 3.0)
    ]
    # not 0.5: x ** 0.5 becomes sqrt(x), as in PyTorch, which differs for -0.0 and -inf
    constants += [build.full(x.shape, float(c), dt.float32) for c in (np.inf, np.nan)]
    ones = [build.apply(f, x) for f in UNARY]
    for f, c in itertools.product(BINARY, constants):
        ones += [build.apply(f, x, c), build.apply(f, c, x)]
    floats = [n for n in ones if n.dtype is dt.float32]
    twos = [build.apply(f, n) for f in ("neg", "abs") for n in floats]
    twos += [build.apply(f, n, c) for f in ("add", "mul") for n in floats for c in constants[1:5]]
    twos += [build.apply(f, n, n) for f in ("maximum", "sub", "div", "eq") for n in floats]
    twos += [build.apply("not", n) for n in ones if n.dtype is dt.bool_]
    return ones + twos


def test_special_values_and_signed_zeros_are_kept() -> None:
    for root in special_graphs():
        kept([root], [SPECIAL])


@pytest.mark.parametrize("dtype", [dt.int8, dt.uint8, dt.int32, dt.int64, dt.bool_])
def test_integers_at_their_limits_are_kept(dtype: dt.DType) -> None:
    if dtype is dt.bool_:
        array: np.ndarray = np.array([False, True])
        constants = (0, 1)
    else:
        info = np.iinfo(dtype.numpy)
        array = np.array([info.min, info.min + 1, 0, 1, 2, info.max - 1, info.max], dtype.numpy)
        constants = (0, 1, 2, info.max, info.min)
    x = build.parameter(0, tensor_type(dtype, array.shape))
    names = ["and", "or", "xor", "eq", "lt", "maximum", "add", "mul"]
    names += [] if dtype is dt.bool_ else ["sub"]
    for f, g in itertools.product(names, names):
        for c, d in itertools.product(constants, constants):
            a, b = build.full(x.shape, c, dtype), build.full(x.shape, d, dtype)
            one = build.apply(f, x, a)
            if one.dtype is not dtype:
                kept([one], [array])
            else:
                kept([build.apply(g, one, b), build.apply(g, b, one)], [array])


def test_every_rule_applies_somewhere() -> None:
    """A rule that never applies is dead, or untested."""
    counts: dict[str, int] = {}
    for seed in range(400):
        source = np.random.default_rng(seed)
        _, roots = random_program(lambda n, source=source: int(source.integers(n)))
        simplify(roots, counts)
    simplify(special_graphs(), counts)
    x = build.parameter(0, tensor_type(dt.int64, (4, 6)))
    zero = build.full((4, 6), 0, dt.int64)
    ones = build.full((4, 6), 1, dt.int64)
    row = build.parameter(1, tensor_type(dt.int32, (1, 1, 6)))
    half = build.parameter(2, tensor_type(dt.int64, (2, 6)))
    zeros, nothing = build.apply("mul", half, half), build.full((0, 6), 0, dt.int64)
    extra = [
        build.apply("shift_left", x, zero), build.apply("and", x, x), build.apply("or", x, zero),
        build.apply("add", build.apply("add", x, ones), ones),
        build.reduce("sum", build.reduce("sum", x, (0,)), (1,)),
        build.reduce("argmax", build.expand(build.slice_(x, (0, 0), (1, 6), (1, 1)), (4, 6)), (0,)),
        build.reduce("argmax", build.reduce("sum", x, (0, 1)), (0, 1)),
        build.reduce("max", ones, (0,)),
        build.apply("where", build.apply("eq", ones, ones), x, zero),
        build.pad(build.slice_(x, (1, 0), (3, 6), (1, 1)), (1, 0), (0, 0)),
        build.pad(ones, (1, 1), (1, 1), 1), build.iota((1, 3), 0),
        build.cat((ones, ones), 0), build.cat((x, build.cat((x, x), 0)), 0),
        build.pad(build.pad(x, (1, 0), (0, 0)), (0, 1), (1, 0)),
        build.slice_(build.pad(x, (1, 1), (1, 1)), (1, 1), (4, 6), (1, 1)),
        build.slice_(build.cat((x, x), 0), (5, 0), (2, 6), (1, 1)),
        build.update(x, x, (4, 6), (6, 1), 0),
        build.update(build.update(x, zero, (4, 6), (6, 1), 0), x, (4, 6), (6, 1), 0),
        build.as_strided(build.update(x, zero, (4, 6), (6, 1), 0), (4, 6), (6, 1), 0),
        build.apply("eq", build.convert(build.apply("eq", x, ones), dt.int64), zero),
        build.convert(build.convert(row, dt.int64), dt.float64),
        build.bitcast(build.bitcast(x, dt.float64), dt.int64),
        build.expand(build.expand(row, (4, 1, 6)), (4, 5, 6)),
        build.permute(build.expand(row, (4, 5, 6)), (2, 0, 1)),
        build.permute(build.permute(build.reshape(x, (2, 3, 4)), (1, 2, 0)), (0, 2, 1)),
        build.reduce("argmax", build.expand(row, (4, 5, 6)), (2,)),
        build.scatter(x, nothing, nothing, 0, "add"),
        build.as_strided(build.update(x, half, (2, 6), (6, 1), 6), (2, 6), (6, 1), 6),
        build.update(build.update(x, half, (2, 6), (6, 1), 6), zeros, (2, 6), (6, 1), 6),
    ]  # fmt: skip
    simplify(extra, counts)
    missing = sorted({rule.name for rule in RULES} - counts.keys())
    assert not missing, f"never applied: {missing}"
