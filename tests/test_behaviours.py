"""Every record of testing/opinfo/behaviours: values, dtypes, views, forms, errors, back ends."""

from __future__ import annotations

import dataclasses
import inspect
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import flambeau
from flambeau.core.config import config
from flambeau.core.dtype import DType
from flambeau.tensor.tensor import Tensor
from flambeau.testing.opinfo.behaviours import (
    ALIASES,
    BEHAVIOURS,
    WITHOUT_RECORD,
    Behaviour,
    Call,
    Error,
    T,
)  # fmt: skip
from tests.behaviour_calls import (
    TOLERANCE,
    Made,
    as_numpy,
    find,
    results_of,
    seen_as,
    views_of,
)  # fmt: skip

ROOT = Path(__file__).resolve().parents[1]
RECORDS = pytest.mark.parametrize("record", BEHAVIOURS.values(), ids=BEHAVIOURS)
CASES = [(b, d) for b in BEHAVIOURS.values() for d in b.dtypes]


def assert_close(record: Behaviour, found: Any, expected: Any, what: str = "") -> None:
    """One result: equal, or within the tolerance of its dtype."""
    if not isinstance(found, Tensor):
        assert found == expected and type(found) is type(expected), what
        return
    expected = as_numpy(expected) if isinstance(expected, Tensor) else np.asarray(expected)
    array = as_numpy(found)
    assert array.shape == found.shape == expected.shape, what
    if record.exact or found.dtype not in TOLERANCE:
        with np.errstate(invalid="ignore"):
            np.testing.assert_array_equal(array, expected.astype(array.dtype), err_msg=what)
    else:
        bound = TOLERANCE[found.dtype] * record.loose
        np.testing.assert_allclose(array, expected, rtol=bound, atol=bound, err_msg=what)


def assert_all_close(record: Behaviour, found: Any, expected: Any, what: str = "") -> None:
    """Results that are to be equal except for rounding."""
    left, right = results_of(found), results_of(expected)
    assert len(left) == len(right), what
    for a, b in zip(left, right, strict=True):
        assert not isinstance(a, Tensor) or a.dtype is b.dtype, what
    if record.up_to is not None:
        both = [record.up_to(*[as_numpy(x) for x in part]) for part in (left, right)]
        left, right = [results_of(list(part)) for part in both]
        loose = max([TOLERANCE.get(x.dtype, 0.0) for x in results_of(found)]) * record.loose
        for a, b in zip(left, right, strict=True):
            np.testing.assert_allclose(a, b, rtol=loose, atol=loose, err_msg=what)
        return
    for a, b in zip(left, right, strict=True):
        assert_close(record, a, b, what)


def one_of_each_category(record: Behaviour) -> list[DType]:
    """Float, int, bool and complex, where the function takes them."""
    return list({d.category: d for d in reversed(record.dtypes)}.values())


@pytest.mark.parametrize(("record", "dtype"), CASES, ids=[f"{b.name}-{d.name}" for b, d in CASES])
def test_values(record: Behaviour, dtype: DType) -> None:
    all_calls = dtype in one_of_each_category(record)
    for call in record.calls if all_calls else record.calls[:1]:
        made = Made(record, dtype, call)
        found = results_of(made.run())
        kinds = record.result_dtypes(dtype)
        given = [x.dtype for x in found if isinstance(x, Tensor)]
        assert given == kinds or (len(kinds) == 1 and set(given) <= set(kinds)), given
        wide = dtype.category in ("float", "complex") or "float" in str(record.result)
        expected = results_of(made.expected(wide))
        assert len(found) == len(expected)
        if record.up_to is not None:
            arrays = [as_numpy(x) for x in found]
            assert [a.shape for a in arrays] == [np.shape(e) for e in expected]
            bound = max([TOLERANCE.get(k, 0.0) for k in kinds]) * record.loose
            pairs = [record.up_to(*arrays), record.up_to(*expected)]
            for a, b in zip(*[results_of(list(p)) for p in pairs], strict=True):
                np.testing.assert_allclose(a, b, rtol=bound, atol=bound)
            continue
        for a, b in zip(found, expected, strict=True):
            assert_close(record, a, b)


@RECORDS
def test_views_and_forms_give_the_same(record: Behaviour) -> None:
    call = record.calls[0]
    for dtype in one_of_each_category(record):
        made = Made(record, dtype, call)
        expected = made.run()
        tensors = made.tensors()
        for what in views_of(tensors[0]) if tensors and not record.reads_memory else ():
            found = made.changed(lambda x, what=what: seen_as(x, what)).run()
            assert_all_close(record, found, expected, what)
        if not made.args or not isinstance(made.args[0], Tensor):
            continue
        if record.has_method and callable(getattr(made.args[0], record.name, None)):
            assert_all_close(record, made.run_method(record.name), expected, "method")
        twin = f"{record.name}_"
        same = isinstance(expected, Tensor) and expected.dtype is made.args[0].dtype
        same = same and not record.reads_memory
        if hasattr(made.args[0], twin) and same and expected.shape == made.args[0].shape:
            for what, view in views_of(made.args[0]).items():
                made.args = (view.clone() if what == "plain" else view, *made.args[1:])
                assert made.run_method(twin) is made.args[0]
                assert_all_close(record, made.args[0], expected, f"in place, {what}")


@RECORDS
def test_out(record: Behaviour) -> None:
    try:
        if "out" not in inspect.signature(find(record.name)).parameters:
            return
    except ValueError:
        return
    made = Made(record, record.dtypes[0], record.calls[0])
    expected = made.run()
    if isinstance(expected, Tensor):
        out: Any = flambeau.empty(0, dtype=expected.dtype)
        assert made.run(out=out) is out
    else:
        out = tuple([flambeau.empty(0, dtype=e.dtype) for e in expected])
        found = made.run(out=out)
        assert all(a is b for a, b in zip(found, out, strict=True))
    assert_all_close(record, out, expected, "out=")


@RECORDS
def test_both_back_ends(record: Behaviour) -> None:
    for call in record.calls:
        made = Made(record, record.dtypes[0], call, 1)
        compiled = made.run()
        for x in results_of(compiled):
            if isinstance(x, Tensor):
                as_numpy(x)
        with config.override(BACKEND="interpreter"):
            interpreted = made.run()
            for x in results_of(interpreted):
                if isinstance(x, Tensor):
                    as_numpy(x)
        assert_all_close(record, compiled, interpreted)


def without_elements(shape: Any) -> T:
    t = shape if isinstance(shape, T) else T(shape)
    return dataclasses.replace(t, shape=(0, *t.shape[1:]), values=None, form=None)


@RECORDS
def test_no_elements(record: Behaviour) -> None:
    """A first dim of 0: the shape is NumPy's, or both refuse."""
    calls = record.empty
    if calls is None:
        first = record.calls[0]
        shapes = tuple([without_elements(s) for s in first.shapes])
        calls = (Call(shapes, first.args, first.kwargs),)
    for call in calls:
        made = Made(record, record.dtypes[0], call)
        try:
            expected = results_of(made.expected(False))
        except (ValueError, IndexError, np.linalg.LinAlgError):
            with pytest.raises((RuntimeError, IndexError)):
                made.run()
            continue
        found = results_of(made.run())
        assert [x.shape if isinstance(x, Tensor) else x for x in found] == [
            np.shape(e) if isinstance(x, Tensor) else e
            for x, e in zip(found, expected, strict=True)
        ]
        assert all([as_numpy(x).shape == x.shape for x in found if isinstance(x, Tensor)])


ERRORS = [(b, e) for b in BEHAVIOURS.values() for e in b.errors]


@pytest.mark.parametrize(
    ("record", "error"), ERRORS,
    ids=[f"{b.name}-{i}" for b in BEHAVIOURS.values() for i, _ in enumerate(b.errors)],
)  # fmt: skip
def test_errors_say_why_and_change_nothing(record: Behaviour, error: Error) -> None:
    made = Made(record, record.dtypes[0], error.call)
    tensors = made.tensors()
    before = [(as_numpy(x).copy(), x._version) for x in tensors]
    kinds = record.result_dtypes(record.dtypes[0])
    out = flambeau.ones(2, 3, dtype=kinds[0] if kinds else None)
    with pytest.raises(error.kind, match=error.text):
        [np.asarray(x) for x in results_of(made.run())]
    function = find(record.name)
    if "out" in inspect.signature(function).parameters and isinstance(record.result, str):
        with pytest.raises(error.kind, match=error.text):
            made.run(out=out).tolist()
        assert out.shape == (2, 3) and (as_numpy(out) == 1).all()
    twin = f"{record.name}_"
    if tensors and made.args and hasattr(made.args[0], twin):
        with pytest.raises((error.kind, RuntimeError)):
            made.run_method(twin).tolist()
    for x, (elements, version) in zip(tensors, before, strict=True):
        assert x._version == version
        np.testing.assert_array_equal(as_numpy(x), elements)


def public_names() -> list[str]:
    modules = {name: find(name) for name in ("linalg", "fft", "special", "nn.functional")}
    found = list(flambeau.tensor.methods.FUNCTIONS)
    for module, names in modules.items():
        found += [f"{module}.{n}" for n in names.__all__ if callable(getattr(names, n))]
    return found


@pytest.mark.parametrize("alias", ALIASES)
def test_aliases_are_the_same(alias: str) -> None:
    name = ALIASES[alias]
    if find(alias) is find(name):
        return
    record = BEHAVIOURS[name]
    made = Made(record, record.dtypes[0], record.calls[0])
    parts = [a for a in (alias, name)]
    found = [find(p)(*made.args, **made.kwargs) for p in parts]
    assert_all_close(record, *found)


def test_every_function_has_a_record() -> None:
    known = BEHAVIOURS.keys() | ALIASES.keys() | WITHOUT_RECORD.keys()
    names = public_names()
    twins = {n for n in names if n.endswith("_") and n.rstrip("_") in known}
    assert not [n for n in names if n not in known | twins]
    assert not [n for n in known if not callable(find(n))]
    assert not BEHAVIOURS.keys() & (ALIASES.keys() | WITHOUT_RECORD.keys())


def test_reasons_that_name_a_test_hold() -> None:
    """A function that a file of tests is to test is mentioned there."""
    texts: dict[str, str] = {}
    for name, reason in WITHOUT_RECORD.items():
        if reason.startswith("tests/"):
            text = texts.setdefault(reason, (ROOT / reason).read_text(encoding="utf-8"))
            assert re.search(rf"\b{name.split('.')[-1]}\b", text), (name, reason)
