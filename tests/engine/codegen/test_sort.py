"""The kernels that sort, called directly, and the plans that call them."""

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
from flambeau.engine.codegen.sort import sort_text
from flambeau.engine.codegen.targets import TARGETS
from flambeau.engine.graph import build
from flambeau.engine.graph.meaning import interpret
from flambeau.engine.kernel.sorting import SHORT_ROW, scratch_bytes
from flambeau.engine.schedule.library import MAX_PIECES, SortStep
from flambeau.engine.schedule.plan import InterpretStep, KernelStep, make_plan
from tests.engine.running import leaf_of, parameters, run_compiled

TRIPLES = {"x86": "x86_64-unknown-linux-gnu", "aarch64": "aarch64-unknown-linux-gnu"}
WIDTHS = ["", "avx512f", "avx512f,avx2,avx"]  # features left out: three widths of vectors on x86


def order_of(keys, chunk, is_short, without=""):
    """The order of each row of keys, by the kernel, in pieces of `chunk` rows."""
    target = host_target(without)
    rows, n = keys.shape
    bits = 8 * keys.itemsize
    text = sort_text("sort", bits, is_short, target)
    kernel = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64)(
        link(("sort",), text, target)[0]
    )
    order = np.full((rows, n), -1)
    stride = scratch_bytes(max(n, SHORT_ROW + 1), bits)
    scratch = np.full(-(-rows // chunk) * stride, 0xAB, np.uint8)
    words = np.array([keys.ctypes.data, order.ctypes.data, scratch.ctypes.data, n, chunk, stride])
    for begin in reversed(range(0, rows, chunk)):
        kernel(words.ctypes.data, begin, min(begin + chunk, rows))
    return order


@pytest.mark.parametrize("without", WIDTHS)
@pytest.mark.parametrize("dtype", [np.uint32, np.uint64])
@pytest.mark.parametrize("n", [2, 3, 7, 8, 9, 15, 16, 63, 64, 65, 100, 1000, 20_000])
def test_order_is_numpys(n, dtype, without):
    source = np.random.default_rng(n)
    top = np.iinfo(dtype).max
    for high in (2, 300, 1 << 20, int(top)):
        keys = source.integers(0, high, (5, n), dtype)
        keys[:2, [0, -1]] = top  # nothing is above it, neither a key nor the padding of a row
        expected = np.argsort(keys, 1, kind="stable")
        ways = [True, False] if n <= SHORT_ROW else [False]
        for is_short in ways:
            for chunk in (1, 2, 5):
                assert np.array_equal(order_of(keys, chunk, is_short, without), expected)


@pytest.mark.parametrize(
    ("family", "width", "feature", "registers"),
    [(f.name, *row) for f in TARGETS.values() for row in f.vectors],
)
@pytest.mark.parametrize("is_short", [True, False])
@pytest.mark.parametrize("bits", [32, 64])
def test_kernels_compile_for_every_target(family, width, feature, registers, is_short, bits):
    target = Target(family, TRIPLES[family], "", (feature,) if feature else (), width, registers)
    assert b"ELF" in compile_text(sort_text("sort", bits, is_short, target), target)[:8]


# -- plans --------------------------------------------------------------------------------------
DTYPES = [d for d in dt.DTYPES.values() if not d.is_complex]


def values_of(dtype, shape):
    """Stored arrays of all bits that the dtype can have, many of them equal."""
    source = np.random.default_rng(3)
    if dtype is dt.bool_:
        return source.integers(0, 2, shape).astype(bool)
    unsigned = np.dtype(f"u{dtype.itemsize}")
    bits = source.integers(0, 1 << 8 * dtype.itemsize, shape, unsigned, endpoint=False)
    bits[..., ::3] = bits[..., :1]
    return bits.view(dtype.numpy)


@pytest.mark.parametrize("dtype", DTYPES, ids=lambda d: d.name)
@pytest.mark.parametrize("descending", [False, True])
def test_every_dtype_is_compiled_and_agrees_with_the_meaning(dtype, descending):
    for shape, dim in (((9,), 0), ((200,), 0), ((3, 70, 5), 1), ((65, 2), 0)):
        array = values_of(dtype, shape)
        (x,) = parameters((dtype, shape))
        root = build.argsort(x, dim, descending)
        assert not [s for s in make_plan([root]).steps if isinstance(s, InterpretStep)]
        (expected,) = interpret([root], [array])
        (found,) = run_compiled([root], [leaf_of(array, dtype)])
        np.testing.assert_array_equal(found, expected)


def step_of(shape):
    (x,) = parameters((dt.float32, shape))
    root = build.argsort(x, len(shape) - 1, False)
    (step,) = [s for s in make_plan([root]).steps if isinstance(s, SortStep)]
    return step


def test_rows_are_cut_into_pieces_with_memory_of_their_own():
    few = step_of((3, 100_000))
    assert (few.rows, few.n, few.chunk) == (3, 100_000, 1)
    assert few.scratch.numel == 3 * few.stride == 3 * scratch_bytes(100_000, 32)
    many = step_of((50_000, 100))
    assert many.chunk == -(-50_000 // MAX_PIECES)
    assert many.scratch.numel <= MAX_PIECES * many.stride
    short = step_of((1000, SHORT_ROW))
    assert short.scratch is None and short.stride == 0
    small = step_of((10, 100))
    assert small.chunk >= small.rows  # not worth a second thread


def test_keys_that_are_there_already_are_sorted_where_they_lie():
    (x,) = parameters((dt.uint32, (4, 100)))
    assert len(make_plan([build.argsort(x, 1, False)]).steps) == 1
    assert len(make_plan([build.argsort(x, 1, True)]).steps) == 2


def test_what_is_gathered_in_order_needs_no_check_of_indices():
    (x,) = parameters((dt.float32, (30, 100)))
    for dim in (0, 1):
        order = build.argsort(x, dim, True)
        for index in (order, build.slice_(order, (0, 0), (3, 100), (1, 1))):
            steps = make_plan([build.gather(x, index, dim)]).steps
            words = [w for s in steps if isinstance(s, KernelStep) for w in s.lowered.words]
            assert len(steps) == 3 and "record" not in [w.kind for w in words]
    other = build.gather(x, build.argsort(build.slice_(x, (0, 0), (30, 50), (1, 1)), 1, True), 1)
    steps = make_plan([other]).steps
    words = [w for s in steps if isinstance(s, KernelStep) for w in s.lowered.words]
    assert "record" in [w.kind for w in words]


@pytest.mark.parametrize("threads", [1, 3])
def test_threads_do_not_change_the_order(threads):
    before = flambeau.get_num_threads()
    a = np.random.default_rng(0).integers(0, 1000, (70, 3000))
    flambeau.set_num_threads(threads)
    try:
        for dtype in (np.int32, np.int64):
            found = flambeau.tensor(a.astype(dtype)).argsort().numpy()
            assert np.array_equal(found, np.argsort(a, 1, kind="stable"))
    finally:
        flambeau.set_num_threads(before)


def test_the_simulated_device_sorts():
    a = np.random.default_rng(0).standard_normal((6, 80)).astype(np.float32)
    with config.override(BACKEND="simulated"):
        for dim in (0, 1):
            assert np.array_equal(flambeau.tensor(a).sort(dim).values.numpy(), np.sort(a, dim))


def test_a_captured_function_sorts_what_it_is_given():
    @flambeau.compile
    def best(x):
        return x.topk(2).indices

    source = np.random.default_rng(0)
    for _ in range(3):
        a = source.standard_normal((4, 100)).astype(np.float32)
        assert np.array_equal(best(flambeau.tensor(a)).numpy(), np.argsort(-a, 1)[:, :2])
    assert best.replays == 2
