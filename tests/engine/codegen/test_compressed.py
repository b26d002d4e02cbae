"""The kernels of products with sparse matrices, called directly, and the plans that call them."""

from __future__ import annotations

import ctypes

import numpy as np
import pytest

import flambeau
from flambeau.core import dtype as dt
from flambeau.core.config import config
from flambeau.core.device import Target
from flambeau.engine.backend.cpu import host_target
from flambeau.engine.backend.jit import compile_text as link
from flambeau.engine.codegen.compile import compile_text
from flambeau.engine.codegen.compressed import compressed_text
from flambeau.engine.codegen.targets import TARGETS
from flambeau.engine.graph import build
from flambeau.engine.schedule.library import MAX_CSR_PIECES, CsrStep
from flambeau.engine.schedule.plan import InterpretStep, KernelStep, make_plan
from flambeau.tensor.compressed import csr_dot, csr_sampled
from tests.engine.running import leaf_of, parameters, run_compiled, run_interpreted

WIDTHS = ["", "avx512f", "avx512f,avx2,avx"]  # features left out: three widths of vectors on x86
SCALARS = {"float32": "float", "float64": "double"}
TRIPLES = {"x86": "x86_64-unknown-linux-gnu", "aarch64": "aarch64-unknown-linux-gnu"}


def matrix_of(rows, columns, density, index, dtype, seed=0):
    """A random matrix: row pointers, columns, values, and the dense array."""
    source = np.random.default_rng(seed)
    dense = source.normal(size=(rows, columns)) * (source.random((rows, columns)) < density)
    dense = dense.astype(dtype)
    at = np.nonzero(dense)
    pointers = np.concatenate([[0], np.bincount(at[0], minlength=rows).cumsum()])
    return pointers.astype(index), at[1].astype(index), dense[at], dense


def call(kind, pointers, columns, other, x, shape, pieces, without=""):
    target = host_target(without)
    scalar = SCALARS[x.dtype.name]
    text = compressed_text("csr", kind, scalar, 8 * pointers.itemsize, target)
    kernel = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64)(
        link(("csr",), text, target)[0]
    )
    out = np.full(shape, np.nan, x.dtype)
    rows, entries = len(pointers) - 1, len(columns)
    share = -(-(rows + entries) // pieces)
    addresses = [a.ctypes.data for a in (pointers, columns, other, x, out)]
    words = np.array([*addresses, rows, entries, x.shape[1], share])
    for piece in reversed(range(pieces)):
        kernel(words.ctypes.data, piece, piece + 1)
    return out


@pytest.mark.parametrize("without", WIDTHS)
@pytest.mark.parametrize("index", [np.int32, np.int64])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("width", [1, 2, 3, 8, 17, 33, 64, 130])
def test_both_kernels_agree_with_dense_arrays(width, dtype, index, without):
    source = np.random.default_rng(width)
    for rows, height, density, pieces in [(1, 9, 0.9, 3), (50, 40, 0.2, 4), (64, 3, 0.02, 7)]:
        pointers, columns, values, dense = matrix_of(rows, height, density, index, dtype)
        x = source.normal(size=(height, width)).astype(dtype)
        y = source.normal(size=(rows, width)).astype(dtype)
        found = call("product", pointers, columns, values, x, (rows, width), pieces, without)
        np.testing.assert_allclose(found, dense @ x, rtol=1e-4, atol=1e-5)
        found = call("sampled", pointers, columns, x, y, len(columns), pieces, without)
        np.testing.assert_allclose(found, (y @ x.T)[np.nonzero(dense)], rtol=1e-4, atol=1e-5)


def test_pieces_are_cut_by_entries_and_change_no_bit():
    pointers, columns, values, dense = matrix_of(200, 100, 0.1, np.int64, np.float32)
    lopsided = np.concatenate([[0] * 150, pointers[150:]])  # all entries in the last rows
    lopsided[150:] -= pointers[150]
    keep = slice(int(pointers[150]), None)
    x = np.random.default_rng(1).normal(size=(100, 37)).astype(np.float32)
    expected = dense @ x
    expected[:150] = 0
    one = call("product", lopsided, columns[keep], values[keep], x, (200, 37), 1)
    np.testing.assert_allclose(one, expected, rtol=1e-4, atol=1e-5)
    for pieces in (2, 3, 16, 64, 1000):
        many = call("product", lopsided, columns[keep], values[keep], x, (200, 37), pieces)
        assert np.array_equal(one, many)


def test_repeated_and_unordered_columns_add_up():
    pointers, columns = np.array([0, 3, 3, 5]), np.array([2, 0, 2, 1, 1])
    values = np.array([1.0, 2.0, 3.0, 4.0, 5.0])
    x = np.arange(9.0).reshape(3, 3)
    found = call("product", pointers, columns, values, x, (3, 3), 2)
    assert np.array_equal(found, [4 * x[2] + 2 * x[0], 0 * x[0], 9 * x[1]])


@pytest.mark.parametrize("family", TRIPLES)
@pytest.mark.parametrize("kind", ["product", "sampled"])
def test_compiles_for_other_machines(kind, family):
    row = TARGETS[family]
    for bits, _, registers in row.vectors:
        target = Target(row.name, TRIPLES[family], "", (), bits, registers)
        for scalar in ("float", "double"):
            assert compile_text(compressed_text("csr", kind, scalar, 64, target), target)


# -- plans --------------------------------------------------------------------------------------
def nodes_of(rows, entries, height, width, dtype=dt.float32, index=dt.int64):
    return parameters((index, (rows + 1,)), (index, (entries,)), (dtype, (entries,)),
                      (dtype, (height, width)))  # fmt: skip


def test_a_product_is_one_step_and_pieces_follow_the_work():
    for entries, pieces in ((100, 1), (42_000, 20), (420_000, MAX_CSR_PIECES)):
        root = build.make("csr_dot", tuple(nodes_of(2048, entries, 2048, 64)), ())
        (step,) = make_plan([root]).steps
        assert isinstance(step, CsrStep)
        assert step.pieces == pieces


def test_what_is_computed_or_transposed_is_stored_first():
    pointers, columns, values, x = nodes_of(10, 30, 20, 8)
    (turned,) = parameters((dt.float32, (8, 20)))
    root = build.make("csr_dot", (pointers, columns, build.apply("exp", values),
                                  build.permute(turned, (1, 0))), ())  # fmt: skip
    steps = make_plan([root]).steps
    assert sorted(type(s).__name__ for s in steps) == ["CsrStep", "KernelStep", "KernelStep"]
    root = build.apply("exp", build.make("csr_dot", (pointers, columns, values, x), ()))
    assert [type(s) for s in make_plan([root]).steps] == [CsrStep, KernelStep]


@pytest.mark.parametrize("dtype", [dt.float16, dt.bfloat16, dt.int32, dt.complex64, dt.complex128])
def test_other_dtypes_have_the_same_meaning(dtype):
    at = matrix_of(12, 9, 0.3, np.int32, np.float64)
    source = np.random.default_rng(0)
    dense = at[3] + 1j * at[3] if dtype.is_complex else np.round(at[3] * 4)
    x = np.round(source.normal(size=(9, 5)) * 4)
    sparse = flambeau.tensor(dense[np.nonzero(at[3])]).to(dtype)
    other = flambeau.tensor(x).to(dtype)
    found = csr_dot(flambeau.tensor(at[0]), flambeau.tensor(at[1]), sparse, other)
    assert found.dtype is dtype
    expected = dense @ x
    tolerance = {"float16": 1e-2, "bfloat16": 5e-2}.get(dtype.name, 1e-5)
    got = found.to(flambeau.complex128 if dtype.is_complex else flambeau.float64).numpy()
    np.testing.assert_allclose(got, expected, rtol=tolerance, atol=tolerance)
    if dtype.category == "int":  # nobody compiles them
        root = build.make("csr_dot", tuple(nodes_of(3, 4, 5, 6, dtype)), ())
        assert [type(s) for s in make_plan([root]).steps] == [InterpretStep]


def test_no_entries_and_no_rows():
    for rows, entries, height, width in [(3, 0, 4, 5), (0, 0, 4, 5), (3, 2, 4, 0), (3, 0, 0, 2)]:
        nodes = nodes_of(rows, entries, height, width)
        pointers = np.zeros(rows + 1, np.int64)
        pointers[-1:] = entries
        arrays = [pointers, np.zeros(entries, np.int64), np.ones(entries, np.float32),
                  np.ones((height, width), np.float32)]  # fmt: skip
        leaves = [leaf_of(a, n.dtype) for a, n in zip(arrays, nodes, strict=True)]
        root = build.make("csr_dot", tuple(nodes), ())
        (found,), (expected,) = run_compiled([root], leaves), run_interpreted([root], arrays)
        assert found.shape == (rows, width)
        assert np.array_equal(found, expected)


@pytest.mark.parametrize("kind", ["csr_dot", "csr_sampled"])
def test_simulated_and_threads_give_the_same(kind):
    pointers, columns, values, _ = matrix_of(300, 200, 0.1, np.int64, np.float32)
    source = np.random.default_rng(1)
    x = source.normal(size=(200, 50)).astype(np.float32)
    y = source.normal(size=(300, 50)).astype(np.float32)
    parts = [flambeau.tensor(a) for a in (pointers, columns, values, x, y)]

    def result():
        if kind == "csr_dot":
            return csr_dot(*parts[:4]).numpy().copy()
        return csr_sampled(parts[0], parts[1], parts[4], parts[3]).numpy().copy()

    before = flambeau.get_num_threads()
    found = []
    for threads in (1, 2, 2):
        flambeau.set_num_threads(threads)
        found.append(result())
    flambeau.set_num_threads(before)
    assert np.array_equal(found[0], found[1])
    assert np.array_equal(found[0], found[2])
    for backend in ("simulated", "interpreter"):
        with config.override(BACKEND=backend):
            np.testing.assert_allclose(result(), found[0], rtol=1e-4, atol=1e-5)
