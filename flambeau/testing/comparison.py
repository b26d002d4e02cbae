"""`assert_close`: equal within a tolerance that fits the dtype, with a telling message."""

from __future__ import annotations

import numbers
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from flambeau.core.dtype import DType
from flambeau.tensor.boundary import fresh, read
from flambeau.tensor.tensor import Tensor

__all__ = ["assert_allclose", "assert_close", "make_tensor"]

# dtype name: (rtol, atol), PyTorch's defaults; everything else is compared exactly
TOLERANCES: dict[str, tuple[float, float]] = {
    "float16": (1e-3, 1e-5),
    "bfloat16": (1.6e-2, 1e-5),
    "float32": (1.3e-6, 1e-5),
    "float64": (1e-7, 1e-7),
    "complex64": (1.3e-6, 1e-5),
    "complex128": (1e-7, 1e-7),
}


def assert_close(
    actual: Any,
    expected: Any,
    *,
    allow_subclasses: bool = True,
    rtol: float | None = None,
    atol: float | None = None,
    equal_nan: bool = False,
    check_device: bool = True,
    check_dtype: bool = True,
    check_layout: bool = True,
    check_stride: bool = False,
    msg: str | Callable[[str], str] | None = None,
) -> None:
    """AssertionError unless |actual - expected| <= atol + rtol * |expected| everywhere.

    Tensors, numbers, NumPy arrays, and sequences and mappings of them, in any combination.
    The default tolerances depend on the dtype; give both or neither.

    >>> import flambeau
    >>> flambeau.testing.assert_close(flambeau.tensor([1.0]), flambeau.tensor([1.0 + 1e-7]))
    """
    if (rtol is None) != (atol is None):
        raise ValueError(
            "rtol and atol must both be specified or both be unspecified, given "
            f"rtol={rtol} and atol={atol}"
        )
    options = {
        "rtol": rtol, "atol": atol, "equal_nan": equal_nan, "check_dtype": check_dtype,
        "check_stride": check_stride, "allow_subclasses": allow_subclasses,
    }  # fmt: skip
    try:
        _compare(actual, expected, options, "")
    except AssertionError as error:
        if msg is None:
            raise
        raise AssertionError(msg(str(error)) if callable(msg) else msg) from None


def _compare(actual: Any, expected: Any, options: dict, path: str) -> None:
    where = f"\n\nThe failure occurred for item {path}" if path else ""
    if isinstance(expected, Mapping) and isinstance(actual, Mapping):
        if set(actual) != set(expected):
            raise AssertionError(
                f"The keys of the mappings do not match: missing {set(expected) - set(actual)}, "
                f"additional {set(actual) - set(expected)}{where}"
            )
        for key in expected:
            _compare(actual[key], expected[key], options, f"{path}[{key!r}]")
        return
    if _is_sequence(expected) and _is_sequence(actual):
        if len(actual) != len(expected):
            raise AssertionError(
                f"The length of the sequences mismatch: {len(actual)} != {len(expected)}{where}"
            )
        for i, (a, b) in enumerate(zip(actual, expected, strict=True)):
            _compare(a, b, options, f"{path}[{i}]")
        return
    if actual is None or expected is None:
        if actual is not expected:
            raise AssertionError(f"None mismatch: {actual!r} is not {expected!r}{where}")
        return
    _compare_leaves(actual, expected, options, where)


def _is_sequence(x: Any) -> bool:
    return isinstance(x, Sequence) and not isinstance(x, (str, bytes))


def _as_array(x: Any) -> tuple[np.ndarray, str]:
    """The elements (bfloat16 widened) and the name of the dtype."""
    if isinstance(x, Tensor):
        array = read(x.detach())  # type: ignore[attr-defined]
        if x.dtype.name == "bfloat16":
            array = (array.astype(np.uint32) << 16).view(np.float32)
        return array, x.dtype.name
    if isinstance(x, (np.ndarray, np.generic)):
        return np.asarray(x), str(x.dtype)
    if isinstance(x, (bool, numbers.Number)):
        array = np.asarray(x)
        return array, str(array.dtype)
    raise TypeError(
        f"assert_close: no comparison for {type(x).__name__}; required: tensors, arrays, numbers, "
        "or sequences and mappings of them"
    )


def _compare_leaves(actual: Any, expected: Any, options: dict, where: str) -> None:
    if not options["allow_subclasses"] and type(actual) is not type(expected):
        raise AssertionError(
            f"Types are not equal: {type(actual).__name__} and {type(expected).__name__}{where}"
        )
    a, a_dtype = _as_array(actual)
    b, b_dtype = _as_array(expected)
    both_tensors = isinstance(actual, Tensor) and isinstance(expected, Tensor)
    if a.shape != b.shape:
        raise AssertionError(
            f"The values for attribute 'shape' do not match: {list(a.shape)} != {list(b.shape)}."
            f"{where}"
        )
    if options["check_dtype"] and both_tensors and a_dtype != b_dtype:
        raise AssertionError(
            f"The values for attribute 'dtype' do not match: {actual.dtype!r} != "
            f"{expected.dtype!r}.{where}"
        )
    if options["check_stride"] and both_tensors and actual.stride() != expected.stride():
        raise AssertionError(
            f"The values for attribute 'stride()' do not match: {actual.stride()} != "
            f"{expected.stride()}.{where}"
        )
    rtol, atol = options["rtol"], options["atol"]
    if rtol is None:
        tolerances = [TOLERANCES.get(d, (0.0, 0.0)) for d in (a_dtype, b_dtype)]
        rtol, atol = max(t[0] for t in tolerances), max(t[1] for t in tolerances)
    _compare_values(a, b, rtol, atol, options["equal_nan"], where)


def _compare_values(
    a: np.ndarray, b: np.ndarray, rtol: float, atol: float, equal_nan: bool, where: str
) -> None:
    wide = np.complex128 if np.iscomplexobj(a) or np.iscomplexobj(b) else np.float64
    if not (a.dtype.kind in "iub" and b.dtype.kind in "iub" and rtol == 0 and atol == 0):
        a, b = a.astype(wide), b.astype(wide)
    with np.errstate(invalid="ignore", over="ignore"):
        close = np.isclose(a, b, rtol=rtol, atol=atol, equal_nan=equal_nan)
    if close.all():
        return
    wrong = int(close.size - close.sum())
    with np.errstate(all="ignore"):
        absolute = np.abs(np.subtract(a, b, dtype=wide))
        relative = absolute / np.abs(b)
        absolute = np.where(close, 0.0, absolute)
        relative = np.where(close, 0.0, relative)
    if a.ndim == 0:
        raise AssertionError(
            f"Scalars are not close!\n\nExpected {b.item()} but got {a.item()}.\n"
            f"Absolute difference: {absolute.item()} (up to {atol} allowed)\n"
            f"Relative difference: {relative.item()} (up to {rtol} allowed){where}"
        )
    worst = np.unravel_index(int(np.argmax(absolute)), a.shape)
    steepest = np.unravel_index(int(np.argmax(relative)), a.shape)
    raise AssertionError(
        f"Tensor-likes are not {'equal' if rtol == atol == 0 else 'close'}!\n\n"
        f"Mismatched elements: {wrong} / {close.size} ({100 * wrong / close.size:.1f}%)\n"
        f"Greatest absolute difference: {absolute[worst]} at index "
        f"{tuple(map(int, worst))} (up to {atol} allowed)\n"
        f"Greatest relative difference: {relative[steepest]} at index "
        f"{tuple(map(int, steepest))} (up to {rtol} allowed){where}"
    )


def assert_allclose(
    actual: Any, expected: Any, rtol: float | None = None, atol: float | None = None,
    equal_nan: bool = True, msg: str = "",
) -> None:  # fmt: skip
    """`assert_close` that takes NaN as equal to NaN and compares no dtypes."""
    assert_close(
        actual, expected, rtol=rtol, atol=atol, equal_nan=equal_nan, check_dtype=False,
        msg=msg or None,
    )  # fmt: skip


_seeds = iter(range(1 << 62))


def make_tensor(
    *shape: Any,
    dtype: DType,
    device: Any = None,
    low: float | None = None,
    high: float | None = None,
    requires_grad: bool = False,
    noncontiguous: bool = False,
    exclude_zero: bool = False,
) -> Tensor:
    """A tensor of random elements in [low, high); by default -9..9 for numbers.

    Successive calls give different numbers, and the same ones in each run of a program.
    """
    size = tuple(shape[0]) if len(shape) == 1 and isinstance(shape[0], (tuple, list)) else shape
    source = np.random.default_rng(next(_seeds))
    if dtype.category == "bool":
        array = source.integers(0, 2, size).astype(bool)
    elif dtype.category == "int":
        smallest = 0 if not dtype.is_signed else -9
        array = source.integers(
            smallest if low is None else int(low), 10 if high is None else int(high), size
        )
    else:
        array = source.uniform(-9 if low is None else low, 9 if high is None else high, size)
        if dtype.is_complex:
            array = array + 1j * source.uniform(-9, 9, size)
    if exclude_zero:
        array = np.where(array == 0, 1, array)
    made, memory = fresh(dtype, size)
    if dtype.name == "bfloat16":
        bits = np.asarray(array, np.float32).view(np.uint32)
        array = ((bits + 0x8000) >> 16).astype(np.uint16)
    memory[...] = array
    if noncontiguous and made.ndim and made.numel() > 1:  # type: ignore[attr-defined]
        pairs = made.repeat_interleave(2, dim=-1)  # type: ignore[attr-defined]
        made = pairs[..., ::2]
    return made.requires_grad_(requires_grad)  # type: ignore[attr-defined, no-any-return]
