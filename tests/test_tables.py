"""Every row has what a primitive needs: a meaning, and code that agrees with it.

Each primitive is compiled alone, for every dtype that has a meaning, and compared with the NumPy
interpreter, on ordinary and on special values, with sizes that leave a rest after whole vectors.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from flambeau.core import dtype as dt
from flambeau.core.dtype import DType
from flambeau.engine.graph import build
from flambeau.engine.graph.batch import BATCHING
from flambeau.engine.graph.meaning import MEANINGS, from_storage, to_storage
from flambeau.engine.graph.node import Node
from flambeau.engine.graph.primitives import EXPENSIVE, PRIMITIVES
from flambeau.engine.schedule.plan import InterpretStep
from tests.engine.running import (
    compiled_program,
    interpreted_primitives,
    leaf_of,
    parameters,
    run_compiled,
    run_interpreted,
)

REALS = [dt.float32, dt.float64, dt.float16, dt.bfloat16]
INTEGERS = [dt.uint8, dt.int8, dt.int16, dt.int32, dt.int64]
DTYPES = [*REALS, *INTEGERS, dt.bool_]

ELEMENTWISE = [p for p in PRIMITIVES.values() if p.kind == "elementwise"]
FLOAT_ONLY = set(
    "sqrt rsqrt reciprocal exp expm1 log log1p log2 sin cos tan asin acos atan sinh cosh tanh "
    "asinh acosh atanh erf erfc erfinv lgamma digamma atan2 floor ceil round trunc".split()
)
WHOLE_ONLY = set("and or xor not shift_left shift_right".split())
# below, and in tests/engine/schedule/test_complex.py
OWN_TESTS = set("convert bitcast complex real imag".split())
DIVISIONS = set("div floor_div remainder fmod".split())

# primitives that no back end compiles, and why; the interpreter answers
NOT_COMPILED = {
    "digamma": "rare, and its series needs a loop",
    "erfinv": "rare, and needs two Newton steps to be exact in float64",
}

# the largest wanted relative error: some units in the last place
TOLERANCE = {dt.float32: 2e-6, dt.float64: 2e-14, dt.float16: 2e-3, dt.bfloat16: 1.6e-2}
SPECIAL = [0.0, -0.0, 1.0, -1.0, 0.5, np.inf, -np.inf, np.nan, 1e-30, -1e30, 3.5, 2.5]


# -- values -------------------------------------------------------------------------------------
def values_of(dtype: DType, name: str, position: int, count: int = 61) -> np.ndarray:
    """A stored array of values on which the primitive's meaning is defined."""
    source = np.random.default_rng(position + 1)
    if dtype is dt.bool_:
        return source.integers(0, 2, count).astype(bool)
    if dtype.category == "int":
        low, high = (0, 100) if not dtype.is_signed else (-100, 100)
        if name in DIVISIONS and position == 1:
            low = 1
        if name in ("pow", "shift_left", "shift_right") and position == 1:
            low, high = 0, 4
        return source.integers(low, high, count).astype(dtype.numpy)
    reals = np.concatenate([SPECIAL, source.normal(size=count - len(SPECIAL)) * 3.0])
    if position:
        reals = source.permutation(reals)
    with np.errstate(over="ignore"):
        return stored(reals, dtype)


def stored(reals: np.ndarray, dtype: DType) -> np.ndarray:
    if dtype is dt.bfloat16:
        return to_storage(reals.astype(np.float32))
    return reals.astype(dtype.numpy)


def assert_close(found: np.ndarray, expected: np.ndarray, dtype: DType, times: float = 1.0) -> None:
    if dtype.category != "float":
        np.testing.assert_array_equal(found, expected)
        return
    if dtype is dt.bfloat16:
        found, expected = from_storage(found), from_storage(expected)
    tiny = {dt.float16: 1e-7, dt.float64: 1e-300}.get(dtype, 1e-37)
    np.testing.assert_allclose(
        found, expected, rtol=times * TOLERANCE[dtype], atol=tiny, equal_nan=True
    )


def compare(root: Node, arrays: list[np.ndarray], dtypes: list[DType], times: float = 1.0) -> None:
    leaves = [leaf_of(a, d) for a, d in zip(arrays, dtypes, strict=True)]
    (expected,) = run_interpreted([root], arrays)
    (found,) = run_compiled([root], leaves)
    assert_close(found, expected, root.dtype, times)


# -- tables -------------------------------------------------------------------------------------
def test_every_primitive_has_a_meaning() -> None:
    assert set(MEANINGS) == set(PRIMITIVES)


def test_every_primitive_can_be_batched() -> None:
    assert set(BATCHING) == set(PRIMITIVES)


def test_expensive_primitives_exist() -> None:
    assert set(PRIMITIVES) >= EXPENSIVE


def dtypes_of(name: str) -> list[DType]:
    if name in FLOAT_ONLY:
        return REALS
    if name in WHOLE_ONLY:
        return [d for d in DTYPES if d.category != "float" and not (
            d is dt.bool_ and name.startswith("shift"))]  # fmt: skip
    if name in ("where", "eq", "ne", "lt", "le", "gt", "ge", "maximum", "minimum"):
        return DTYPES
    return [d for d in DTYPES if d is not dt.bool_]


CASES = [
    (row.name, dtype)
    for row in ELEMENTWISE
    for dtype in dtypes_of(row.name)
    if row.name not in OWN_TESTS
]


@pytest.mark.parametrize(("name", "dtype"), CASES, ids=lambda x: getattr(x, "name", x))
def test_elementwise_code_agrees_with_the_meaning(name: str, dtype: DType) -> None:
    arity = PRIMITIVES[name].arity
    dtypes = [dt.bool_, dtype, dtype] if name == "where" else [dtype] * arity
    arrays = [values_of(d, name, i) for i, d in enumerate(dtypes)]
    nodes = parameters(*[(d, a.shape) for d, a in zip(dtypes, arrays, strict=True)])
    times = 10.0 if name == "lgamma" else 1.0  # has zeros at 1 and 2
    compare(build.apply(name, *nodes), arrays, dtypes, times)


@pytest.mark.parametrize("source", DTYPES, ids=lambda d: d.name)
@pytest.mark.parametrize("target", DTYPES, ids=lambda d: d.name)
def test_conversion_agrees_with_the_meaning(source: DType, target: DType) -> None:
    array = values_of(source, "convert", 0)
    if source.category == "float" and target.category == "int":  # others have no meaning in C
        low = 0 if not target.is_signed else -100
        reals = np.random.default_rng(0).uniform(low, 100, 61)
        array = stored(reals, source)
    (x,) = parameters((source, array.shape))
    compare(build.convert(x, target), [array], [source])


@pytest.mark.parametrize(
    ("source", "target"),
    [(dt.float32, dt.int32), (dt.int64, dt.float64), (dt.uint32, dt.float32)],
    ids=lambda d: d.name,
)
def test_bitcast_agrees_with_the_meaning(source: DType, target: DType) -> None:
    array = np.random.default_rng(0).integers(0, 255, 61 * source.itemsize).astype(np.uint8)
    array = array.view(source.numpy)
    (x,) = parameters((source, array.shape))
    leaves = [leaf_of(array, source)]
    (expected,) = run_interpreted([build.bitcast(x, target)], [array])
    (found,) = run_compiled([build.bitcast(x, target)], leaves)
    np.testing.assert_array_equal(found.view(np.uint8), expected.view(np.uint8))


def test_list_of_what_is_not_compiled_is_current() -> None:
    found = set()
    for row in ELEMENTWISE:
        if row.name in OWN_TESTS:
            continue
        for dtype in dtypes_of(row.name):
            dtypes = [dt.bool_, dtype, dtype] if row.name == "where" else [dtype] * row.arity
            nodes = parameters(*[(d, (5,)) for d in dtypes])
            leaves = [leaf_of(np.zeros(5, d.numpy), d) for d in dtypes]
            found |= interpreted_primitives([build.apply(row.name, *nodes)], leaves)
    assert found == set(NOT_COMPILED)


# -- the other kinds ----------------------------------------------------------------------------
X = (dt.float32, (5, 7, 19))
M = (dt.float32, (3, 33, 21))
N = (dt.float32, (3, 21, 18))
INDEX = (dt.int64, (4, 3))
EVENS = build.apply("mul", build.iota((7,), 0), build.full((7,), 2, dt.int64))

Row = tuple[list[tuple[DType, tuple[int, ...]]], Callable[..., Node]]
STRUCTURE: dict[str, list[Row]] = {
    "reshape": [([X], lambda x: build.reshape(x, (7, 95)))],
    "permute": [
        ([X], lambda x: build.permute(x, (2, 0, 1))), ([X], lambda x: build.permute(x, (1, 0, 2))),
    ],
    "expand": [([(dt.float32, (5, 1, 19))], lambda x: build.expand(x, (5, 7, 19)))],
    "slice": [
        ([X], lambda x: build.slice_(x, (1, 0, 2), (3, 7, 8), (1, 1, 2))),
        ([X], lambda x: build.slice_(x, (4, 6, 18), (5, 7, 19), (-1, -1, -1))),
    ],
    "as_strided": [([X], lambda x: build.as_strided(x, (4, 5, 6), (19, 3, 1), 7))],
    "pad": [
        ([X], lambda x: build.pad(x, (1, 0, 2), (0, 3, 1), 1.5)),
        ([X], lambda x: build.pad(x, (0, 0, 0), (0, 0, 0), 0, (1, 0, 2))),
        ([X], lambda x: build.pad(x, (-1, 0, 2), (2, -3, 0), 0.0)),
    ],
    "cat": [([X, X], lambda x, y, dim=dim: build.cat((x, y), dim)) for dim in (0, 1, 2)],
    "copy": [([X], lambda x: build.copy(build.permute(x, (2, 1, 0))))],
    "dot": [([M, N], build.dot)],
    "conv": [
        ([(dt.float32, (2, 4, 9, 8)), (dt.float32, (6, 2, 3, 3))],
         lambda x, w: build.conv(x, w, (1, 2), (1, 0), (1, 2), (1, 1), (1, 2), 2)),
        ([(dt.float32, (2, 3, 5, 5)), (dt.float32, (4, 3, 3, 3))],
         lambda x, w: build.conv(x, w, (1, 1), (2, 2), (2, 2), (2, 2), (1, 1), 1)),
    ],
    "take": [([X, INDEX], lambda x, i: build.take(x, i, 1)),
             ([X, INDEX], lambda x, i: build.take(x, i, 2))],
    "gather": [([X, (dt.int64, (4, 2, 6))], lambda x, i: build.gather(x, i, 1))],
    "scatter": [
        ([X, (dt.int64, (4, 2, 6)), (dt.float32, (5, 3, 7))],
         lambda x, i, s, mode=mode: build.scatter(x, i, s, 1, mode))
        for mode in ("add", "max", "min")
    ],
    "put": [
        ([X, (dt.int64, (3,)), (dt.float32, (5, 3, 19))],
         lambda x, i, s, mode=mode: build.put(x, i, s, 1, mode)) for mode in ("set", "add")
    ],
    "update": [([X, (dt.float32, (4, 6))], lambda x, v: build.update(x, v, (4, 6), (19, 3), 5))],
    "scan": [
        ([X], lambda x, mode=mode: build.scan(x, 1, mode)) for mode in ("sum", "prod", "max", "min")
    ],
    # six rows of two entries each
    "csr_dot": [
        ([(dt.int64, (12,)), (dt.float32, (12,)), (dt.float32, (5, 19))],
         lambda columns, values, x: build.make("csr_dot", (EVENS, columns, values, x), ())),
    ],
    "csr_sampled": [
        ([(dt.int64, (12,)), (dt.float32, (6, 19)), (dt.float32, (5, 19))],
         lambda columns, x, y: build.make("csr_sampled", (EVENS, columns, x, y), ())),
    ],
    "argsort": [
        ([X], lambda x: build.argsort(x, 2, False)), ([X], lambda x: build.argsort(x, 1, True)),
    ],
    "routine": [
        ([X], lambda x, i=i: build.routine("qr", (build.apply("add", x, x),), ("reduced",))[i])
        for i in (0, 1)
    ],
    "iota": [
        ([X], lambda x: build.apply("mul", build.convert(build.iota(x.shape, 1), dt.float32), x)),
    ],
    "constant": [([X], lambda x: build.apply("add", x, build.constant(2.5, dt.float32)))],
}  # fmt: skip
for _name in ("sum", "prod", "max", "min"):
    STRUCTURE[_name] = [
        ([X], lambda x, name=_name, dims=dims: build.reduce(name, x, dims))
        for dims in ((0,), (1,), (2,), (0, 2), (1, 2), (0, 1, 2))
    ]
for _name in ("argmax", "argmin"):
    STRUCTURE[_name] = [
        ([X], lambda x, name=_name, dim=dim: build.reduce(name, x, (dim,))) for dim in (0, 1, 2)
    ]
LEAVES = {"parameter", "scalar", "random_bits"}  # in every program; tests/tensor/test_random.py


def test_every_other_primitive_has_a_row_here() -> None:
    assert set(STRUCTURE) | LEAVES == {p.name for p in PRIMITIVES.values()} - {
        p.name for p in ELEMENTWISE
    }


@pytest.mark.parametrize(
    ("name", "number"), [(n, i) for n, rows in STRUCTURE.items() for i in range(len(rows))]
)
def test_structure_code_agrees_with_the_meaning(name: str, number: int) -> None:
    specs, make = STRUCTURE[name][number]
    source = np.random.default_rng(number)
    arrays = []
    for dtype, shape in specs:
        if dtype is dt.int64:
            arrays.append(source.integers(0, 5, shape))
        else:
            arrays.append(source.normal(size=shape).astype(np.float32))
    if name == "put":
        arrays[1] = np.array([4, 0, 2])
    nodes = parameters(*specs)
    times = 100.0 if name in ("dot", "conv", "sum", "prod", "scan") else 1.0
    leaves = [leaf_of(a, d) for a, (d, _) in zip(arrays, specs, strict=True)]
    root = make(*nodes)
    (expected,) = run_interpreted([root], arrays)
    (found,) = run_compiled([root], leaves)
    if root.dtype.is_floating_point:
        scale = np.abs(expected).max()
        np.testing.assert_allclose(found, expected, rtol=2e-6 * times, atol=2e-7 * times * scale)
    else:
        np.testing.assert_array_equal(found, expected)


def test_outputs_of_a_routine_come_from_one_call() -> None:
    (x,) = parameters(X)
    q, r = build.routine("qr", (build.apply("mul", x, x),), ("reduced",))
    again = build.apply("sub", build.dot(q, r), build.apply("mul", x, x))
    leaf = leaf_of(np.random.default_rng(0).normal(size=X[1]).astype(np.float32), dt.float32)
    program = compiled_program([again], [leaf])
    calls = [s for s in program.plan.steps if isinstance(s, InterpretStep)]
    assert [len(s.nodes) for s in calls] == [2]
    (found,) = run_compiled([again], [leaf])
    assert np.abs(found).max() < 1e-5
