"""Every record of testing/opinfo/behaviour.py on every dtype: values, dtypes, views, forms."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pytest

import flambeau
from flambeau.core import dtype as dt
from flambeau.core.config import config
from flambeau.core.dtype import DType
from flambeau.engine.graph.meaning import from_storage
from flambeau.tensor.boundary import read
from flambeau.testing.opinfo.behaviour import BEHAVIOURS, Behaviour, Call

CASES = [(b, d) for b in BEHAVIOURS.values() for d in b.dtypes]
IDS = [f"{b.name}-{d.name}" for b, d in CASES]
# the relative and absolute error of one operation rounded to the dtype
TOLERANCE = {dt.float64: 1e-13, dt.float32: 2e-6, dt.float16: 2e-3, dt.bfloat16: 1.6e-2}


def make_inputs(record: Behaviour, dtype: DType, call: Call, seed: int = 0) -> list[Any]:
    source = np.random.default_rng(seed)
    made = []
    for shape in call.shapes:
        low = max(record.low, 0) if dtype is dt.uint8 else record.low
        reals = source.uniform(low, record.high, shape)
        if dtype.category == "bool":
            reals = reals > (record.low + record.high) / 2
        elif dtype.category == "int":
            reals = source.integers(int(np.ceil(low)), int(record.high), shape, endpoint=True)
        made.append(flambeau.tensor(np.asarray(reals)).to(dtype))
    return made


def as_numpy(x: Any) -> np.ndarray:
    array = read(x)
    return from_storage(array) if x.dtype is dt.bfloat16 else array


def run(record: Behaviour, call: Call, inputs: list[Any], **extra: Any) -> Any:
    return getattr(flambeau, record.name)(*inputs, *call.args, **call.kwargs, **extra)


def assert_same(record: Behaviour, found: Any, expected: Any, what: str) -> None:
    """Equal bits; of sums of several products or terms, whose order may differ, equal values."""
    assert found.dtype is expected.dtype and found.shape == expected.shape, what
    bound = TOLERANCE.get(found.dtype, 0) * record.loose if record.loose > 1 else 0
    np.testing.assert_allclose(
        as_numpy(found), as_numpy(expected), rtol=bound, atol=bound, err_msg=what
    )


def views_of(x: Any) -> dict[str, Any]:
    """x's elements lying in memory in other ways."""
    views = {"plain": x}
    if x.dim() >= 2:
        views["transposed"] = x.transpose(0, -1).contiguous().transpose(0, -1)
    if x.dim() >= 1:
        wide = flambeau.stack([x, x], dim=-1).reshape(*x.shape[:-1], 2 * x.shape[-1])
        views["strided"] = wide[..., ::2]
    return views


@pytest.mark.parametrize(("record", "dtype"), CASES, ids=IDS)
def test_values(record: Behaviour, dtype: DType) -> None:
    for call in record.calls:
        inputs = make_inputs(record, dtype, call)
        found = run(record, call, inputs)
        assert found.dtype is record.result_dtype(dtype), found.dtype
        arrays = [as_numpy(x) for x in inputs]
        if dtype.category == "float" or record.result == "float":
            arrays = [a.astype(np.float64) for a in arrays]
        expected = np.asarray(record.reference(*arrays, *call.args, **call.kwargs))
        assert found.shape == expected.shape
        array = as_numpy(found)
        if record.exact or found.dtype.category != "float":
            np.testing.assert_array_equal(array, expected.astype(array.dtype))
        else:
            bound = TOLERANCE[found.dtype] * record.loose
            np.testing.assert_allclose(array, expected, rtol=bound, atol=bound)


@pytest.mark.parametrize(("record", "dtype"), CASES, ids=IDS)
def test_views_and_forms_give_the_same(record: Behaviour, dtype: DType) -> None:
    call = record.calls[0]
    inputs = make_inputs(record, dtype, call)
    expected = run(record, call, inputs)
    for what, view in views_of(inputs[0]).items():
        assert_same(record, run(record, call, [view, *inputs[1:]]), expected, what)
    method = getattr(inputs[0], record.name, None)
    if method is not None:
        found = method(*inputs[1:], *call.args, **call.kwargs)
        assert_same(record, found, expected, "method")
    if "out" in inspect.signature(getattr(flambeau, record.name)).parameters:
        out = flambeau.empty(0, dtype=expected.dtype)
        assert run(record, call, inputs, out=out) is out
        assert_same(record, out, expected, "out=")
    twin = getattr(inputs[0], f"{record.name}_", None)
    if twin is not None and expected.dtype is dtype and expected.shape == inputs[0].shape:
        for what, view in views_of(inputs[0]).items():
            target = view.clone() if what == "plain" else view
            result = getattr(target, f"{record.name}_")(*inputs[1:], *call.args, **call.kwargs)
            assert result is target
            assert_same(record, target, expected, f"in place, {what}")


@pytest.mark.parametrize("record", BEHAVIOURS.values(), ids=BEHAVIOURS)
def test_both_back_ends(record: Behaviour) -> None:
    dtype = record.dtypes[0]
    for call in record.calls:
        inputs = make_inputs(record, dtype, call, 1)
        compiled = run(record, call, inputs)
        array = as_numpy(compiled)
        with config.override(BACKEND="interpreter"):
            interpreted = as_numpy(run(record, call, inputs))
        if array.dtype.kind == "f":
            bound = TOLERANCE[compiled.dtype] * record.loose
            np.testing.assert_allclose(array, interpreted, rtol=bound, atol=bound)
        else:
            np.testing.assert_array_equal(array, interpreted)


@pytest.mark.parametrize("record", BEHAVIOURS.values(), ids=BEHAVIOURS)
def test_no_elements(record: Behaviour) -> None:
    """A first dim of 0: the shape is NumPy's, or both refuse."""
    call = record.calls[0]
    shapes = tuple((0, *s[1:]) for s in call.shapes)
    inputs = [flambeau.empty(s, dtype=record.dtypes[0]) for s in shapes]
    arrays = [np.empty(s, record.dtypes[0].numpy) for s in shapes]
    try:
        expected = np.asarray(record.reference(*arrays, *call.args, **call.kwargs))
    except ValueError:
        with pytest.raises((RuntimeError, IndexError)):
            run(record, call, inputs)
        return
    found = run(record, call, inputs)
    assert found.shape == expected.shape and as_numpy(found).shape == expected.shape
