"""Loads, stores and conversions of every dtype; integers that wrap; what C leaves undefined."""

from __future__ import annotations

import numpy as np
import pytest

from flambeau.core import dtype as dt
from flambeau.core.dtype import DType
from flambeau.engine.graph import build
from flambeau.engine.graph.meaning import from_storage, to_storage
from tests.engine.running import leaf_of, parameters, run_compiled, run_interpreted

STORED = [d for d in dt.DTYPES.values() if not d.is_complex]
SIGNED = [dt.int8, dt.int16, dt.int32, dt.int64]
UNSIGNED = [dt.uint8, dt.uint16, dt.uint32, dt.uint64]
by_name = lambda d: d.name  # noqa: E731


def both(root, arrays: list[np.ndarray], dtypes: list[DType]) -> tuple[np.ndarray, np.ndarray]:
    leaves = [leaf_of(a, d) for a, d in zip(arrays, dtypes, strict=True)]
    return run_compiled([root], leaves)[0], run_interpreted([root], arrays)[0]


@pytest.mark.parametrize("dtype", STORED, ids=by_name)
@pytest.mark.parametrize("shape", [(), (0,), (1,), (67,), (3, 0), (5, 13)], ids=str)
def test_every_bit_survives_a_copy(dtype: DType, shape: tuple[int, ...]) -> None:
    source = np.random.default_rng(0)
    if dtype is dt.bool_:
        array = np.asarray(source.integers(0, 2, shape).astype(bool))
    else:
        bits = f"uint{8 * dtype.itemsize}"
        top = np.iinfo(bits).max
        array = np.asarray(source.integers(0, top, shape, bits, True)).view(dtype.numpy)
        if dtype is dt.float16:  # a signalling NaN may become a quiet one
            array = np.asarray(np.where(np.isnan(array), np.float16(1), array))
        if dtype is dt.bfloat16:
            array = np.asarray(np.where(np.isnan(from_storage(array)), np.uint16(0), array))
    (x,) = parameters((dtype, shape))
    (found,) = run_compiled([build.copy(x)], [leaf_of(array, dtype)])
    assert found.tobytes() == array.tobytes()


@pytest.mark.parametrize("dtype", SIGNED + UNSIGNED, ids=by_name)
@pytest.mark.parametrize(
    "name",
    "add sub mul div floor_div remainder fmod pow maximum minimum and or xor shift_left "
    "shift_right eq lt le".split(),
)
def test_integers_at_their_limits(name: str, dtype: DType) -> None:
    info = np.iinfo(dtype.numpy)
    some = [info.min, info.min + 1, info.max, info.max - 1, 0, 1, 2, 3, 7]
    some += [-1, -2, -7] if dtype.is_signed else []
    values = np.array(some, dtype.numpy)
    x, y = (v.reshape(-1) for v in np.meshgrid(values, values))
    nodes = parameters((dtype, x.shape), (dtype, y.shape))
    found, wanted = both(build.apply(name, *nodes), [x, y], [dtype, dtype])
    np.testing.assert_array_equal(found, wanted)


@pytest.mark.parametrize("dtype", SIGNED + UNSIGNED, ids=by_name)
def test_division_by_zero_gives_zero(dtype: DType) -> None:
    x = np.arange(5).astype(dtype.numpy)
    nodes = parameters((dtype, x.shape), (dtype, x.shape))
    for name in ("div", "floor_div", "remainder", "fmod"):
        found, _ = both(build.apply(name, *nodes), [x, np.zeros_like(x)], [dtype, dtype])
        assert found.tolist() == [0] * 5


HUGE = [0.0, -0.0, np.nan, np.inf, -np.inf, 255.5, 256.0, -1.5, 127.9, 128.0, -129.0, 65536.7,
        2147483647.0, 2147483648.0, -2147483648.0, -2147483649.0, 4294967295.0, 4294967296.0,
        9.2e18, -9.2e18, 9.3e18, 1.8e19, 1e30, -1e30]  # fmt: skip


@pytest.mark.parametrize("source", [dt.float32, dt.float64, dt.bfloat16], ids=by_name)
@pytest.mark.parametrize("target", [*SIGNED, *UNSIGNED, dt.bool_], ids=by_name)
def test_every_float_has_an_integer(source: DType, target: DType) -> None:
    array = np.array(HUGE, np.float32 if source is dt.bfloat16 else source.numpy)
    array = to_storage(array) if source is dt.bfloat16 else array
    (x,) = parameters((source, array.shape))
    with np.errstate(all="ignore"):
        found, wanted = both(build.convert(x, target), [array], [source])
    np.testing.assert_array_equal(found, wanted)


def test_what_does_not_fit_gives_the_least_integer() -> None:
    array = np.array([np.nan, np.inf, -np.inf, 1e10, 1e30], np.float32)
    (x,) = parameters((dt.float32, array.shape))
    narrow, wide, byte = run_compiled(
        [build.convert(x, dt.int32), build.convert(x, dt.int64), build.convert(x, dt.uint8)],
        [leaf_of(array, dt.float32)],
    )
    assert narrow.tolist() == [-(2**31)] * 5
    assert wide.tolist() == [-(2**63)] * 3 + [10**10, -(2**63)]
    assert byte.tolist() == [0] * 5


@pytest.mark.parametrize("target", [dt.float16, dt.bfloat16], ids=by_name)
def test_halves_are_rounded_to_nearest_even(target: DType) -> None:
    """All halves, what lies between neighbours, and next to that."""
    bits = np.arange(1 << 16, dtype=np.uint16)
    exact = bits.view(np.float16).astype(np.float32) if target is dt.float16 else from_storage(bits)
    exact = np.sort(exact[np.isfinite(exact)])
    middle = ((exact[1:].astype(np.float64) + exact[:-1]) / 2).astype(np.float32)
    above, below = (
        np.nextafter(middle, np.float32(np.inf)),
        np.nextafter(middle, np.float32(-np.inf)),
    )
    special = np.array([np.nan, np.inf, -np.inf, 65519.9, 65520.0, 1e38, 3.4e38, 1e-45], np.float32)
    array = np.concatenate([exact, middle, above, below, special])
    (x,) = parameters((dt.float32, array.shape))
    (found,) = run_compiled([build.convert(x, target)], [leaf_of(array, dt.float32)])
    with np.errstate(over="ignore"):
        wanted = array.astype(np.float16) if target is dt.float16 else to_storage(array)
    a, b = (found, wanted) if target is dt.float16 else (from_storage(found), from_storage(wanted))
    np.testing.assert_array_equal(a, b)
    assert not (np.signbit(a) != np.signbit(b))[~np.isnan(b)].any()


@pytest.mark.parametrize("dtype", [dt.float16, dt.bfloat16], ids=by_name)
def test_half_arithmetic_is_float32_rounded_after_each_primitive(dtype: DType) -> None:
    source = np.random.default_rng(0)
    reals = [source.normal(size=999).astype(np.float32) for _ in range(2)]
    arrays = [to_storage(r) if dtype is dt.bfloat16 else r.astype(np.float16) for r in reals]
    x, y = parameters((dtype, (999,)), (dtype, (999,)))
    chain = build.apply("add", build.apply("mul", x, y), x)
    found, wanted = both(chain, arrays, [dtype, dtype])
    assert found.tobytes() == wanted.tobytes()


def test_half_sums_are_accumulated_in_float32() -> None:
    array = np.ones(10000, np.float16)
    (x,) = parameters((dt.float16, array.shape))
    (found,) = run_compiled([build.reduce("sum", x, (0,))], [leaf_of(array, dt.float16)])
    assert found.tolist() == [10000.0]
