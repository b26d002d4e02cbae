"""Complex values split into pairs of real ones: compiled as NumPy has them."""

from __future__ import annotations

import numpy as np
import pytest

from flambeau.core import dtype as dt
from flambeau.core.errors import NotCompiled
from flambeau.engine.graph import build
from flambeau.engine.graph.node import Node
from flambeau.engine.schedule.complex import PART_BY_PART, TO_COMPLEX, TO_REAL, split_complex
from tests.engine.running import leaf_of, parameters, run_compiled, run_interpreted

X = (dt.complex64, (3, 33, 21))
Y = (dt.complex64, (3, 21, 18))
INDEX = (dt.int64, (4, 33, 21))
SAME = [X, X]
# row pointers of six rows of two entries each
PAIRS = build.apply("mul", build.iota((7,), 0), build.full((7,), 2, dt.int64))


def _zero_and_flip(x: Node) -> Node:
    return build.slice_(x, (2, 0, 20), (3, 33, 11), (-1, 1, -2))


PROGRAMS = {
    "add": (SAME, lambda a, b: build.apply("add", a, b)),
    "sub": (SAME, lambda a, b: build.apply("sub", a, b)),
    "mul": (SAME, lambda a, b: build.apply("mul", a, b)),
    "square": ([X], lambda a: build.apply("mul", a, a)),
    "div": (SAME, lambda a, b: build.apply("div", a, b)),
    "pow": (SAME, lambda a, b: build.apply("pow", a, b)),
    "eq": (SAME, lambda a, b: build.apply("eq", a, build.apply("where", build.apply("lt",
           build.apply("real", a), build.apply("imag", b)), a, b))),
    "ne": (SAME, lambda a, b: build.apply("ne", a, b)),
    "where": (SAME, lambda a, b: build.apply("where", build.apply("eq", a, b), a, b)),
    "complex": (SAME, lambda a, b: build.apply("complex", build.apply("real", a),
                build.apply("imag", b))),
    "convert": ([X], lambda a: build.convert(build.convert(a, dt.float32), dt.complex64)),
    "constant": ([X], lambda a: build.apply("mul", a, build.constant(1 - 2j, dt.complex64))),
    "to bool": ([X], lambda a: build.convert(a, dt.bool_)),
    "reshape": ([X], lambda a: build.reshape(a, (33, 63))),
    "permute": ([X], lambda a: build.permute(a, (2, 0, 1))),
    "expand": ([(dt.complex64, (3, 1, 21))], lambda a: build.expand(a, (3, 5, 21))),
    "slice": ([X], _zero_and_flip),
    "as_strided": ([X], lambda a: build.as_strided(a, (4, 5), (3, 7), 2)),
    "cat": (SAME, lambda a, b: build.cat((a, b), 1)),
    "copy": ([X], lambda a: build.copy(build.permute(a, (1, 0, 2)))),
    "pad": ([X], lambda a: build.pad(a, (1, 0, 2), (0, 3, 0), 1 - 1j)),
    "sum": ([X], lambda a: build.reduce("sum", a, (1,))),
    "scan": ([X], lambda a: build.scan(a, 1, "sum")),
    "dot": ([X, Y], build.dot),
    "conv": ([(dt.complex64, (2, 3, 9)), (dt.complex64, (4, 3, 3))],
             lambda x, w: build.conv(x, w, (1,), (1,), (1,), (1,), (1,), 1)),
    "csr_dot": (
        [(dt.int64, (12,)), (dt.complex64, (12,)), (dt.complex64, (3, 19))],
        lambda columns, v, x: build.make("csr_dot", (PAIRS, columns, v, x), ()),
    ),
    "csr_sampled": (
        [(dt.int64, (12,)), (dt.complex64, (6, 19)), (dt.complex64, (3, 19))],
        lambda columns, x, y: build.make("csr_sampled", (PAIRS, columns, x, y), ()),
    ),
    "gather": ([X, INDEX], lambda a, i: build.gather(a, build.slice_(i, (0, 0, 0), (3, 33, 21),
               (1, 1, 1)), 0)),
    "take": ([X, (dt.int64, (5,))], lambda a, i: build.take(a, i, 0)),
    "scatter": ([X, (dt.int64, (2, 33, 21)), X],
                lambda a, i, b: build.scatter(a, i, b, 0, "add")),
    "put": ([X, (dt.int64, (3,)), X], lambda a, i, b: build.put(a, i, b, 0, "add")),
    "update": ([X, (dt.complex64, (4,))], lambda a, v: build.update(a, v, (4,), (5,), 3)),
}  # fmt: skip
for _name in "neg reciprocal sqrt exp log log1p sign sin cos sinh cosh real imag abs".split():
    PROGRAMS[_name] = ([X], lambda a, name=_name: build.apply(name, a))


SUMS = ("dot", "conv", "sum", "scan", "csr_dot", "csr_sampled")


def test_every_row_has_a_program() -> None:
    assert set(PROGRAMS) >= (PART_BY_PART | set(TO_COMPLEX) | set(TO_REAL))


@pytest.mark.parametrize("name", PROGRAMS)
def test_compiled_is_what_numpy_has(name: str) -> None:
    specs, make = PROGRAMS[name]
    source = np.random.default_rng(0)
    arrays = []
    for dtype, shape in specs:
        if dtype is dt.int64:
            arrays.append(source.integers(0, 3, shape))
        else:
            parts = source.normal(size=(2, *shape))
            arrays.append((parts[0] + 1j * parts[1]).astype(np.complex64))
    root = make(*parameters(*specs))
    split_complex([root])  # nothing is left to the interpreter
    (expected,) = run_interpreted([root], arrays)
    leaves = [leaf_of(a, d) for a, (d, _) in zip(arrays, specs, strict=True)]
    (found,) = run_compiled([root], leaves)
    assert found.dtype == expected.dtype and found.shape == expected.shape
    scale = np.abs(expected).max() if name in SUMS else 0
    np.testing.assert_allclose(found, expected, rtol=3e-5, atol=2e-6 + 1e-5 * scale)


@pytest.mark.parametrize("dtype", [dt.complex64, dt.complex128], ids=lambda d: d.name)
def test_special_values(dtype: dt.DType) -> None:
    values = [0, -0.0, 1, -1, 1j, -1j, 1 - 1j, -4, complex(-4, -0.0), 3e-5j, 1e20 - 1e20j]
    if dtype is dt.complex128:
        values += [1e200 + 1e200j, 1e-200j]
    array = np.array(values, dtype.numpy)
    (x,) = parameters((dtype, array.shape))
    for name in ("abs", "sqrt", "reciprocal", "sign", "log"):
        with np.errstate(all="ignore"):
            (expected,) = run_interpreted([build.apply(name, x)], [array])
        (found,) = run_compiled([build.apply(name, x)], [leaf_of(array, dtype)])
        finite = np.isfinite(expected)
        rtol = 1e-6 if dtype is dt.complex64 else 1e-14
        np.testing.assert_allclose(found[finite], expected[finite], rtol=rtol, err_msg=name)


@pytest.mark.parametrize("name", ["abs", "sqrt", "exp", "log", "sinh", "cosh", "sin", "cos"])
def test_infinite_and_undefined_parts(name: str) -> None:
    parts = [0.0, -0.0, 1.5, -1.5, np.inf, -np.inf, np.nan]
    array = np.array([complex(a, b) for a in parts for b in parts])
    (x,) = parameters((dt.complex128, array.shape))
    with np.errstate(all="ignore"):
        (expected,) = run_interpreted([build.apply(name, x)], [array])
    (found,) = run_compiled([build.apply(name, x)], [leaf_of(array, dt.complex128)])
    for part in ("real", "imag"):
        a, b = np.abs(getattr(found, part)), np.abs(getattr(expected, part))
        for i, (p, q) in enumerate(zip(a, b, strict=True)):
            assert p == pytest.approx(q, rel=1e-14, nan_ok=True), (name, part, array[i])


def test_what_has_no_row_says_so() -> None:
    (x,) = parameters(X)
    with pytest.raises(NotCompiled, match="prod on complex64"):
        split_complex([build.reduce("prod", x, (0,))])
