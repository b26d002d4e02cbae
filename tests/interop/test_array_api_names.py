"""The array API standard 2024.12: every name and signature, and what the namespace says of itself.

Source: https://data-apis.org/array-api/2024.12/
"""

from __future__ import annotations

import inspect
import math

import pytest

import flambeau
from flambeau import array_api as xp

MAIN = {
    "(start, /, stop=None, step=1, *, dtype=None, device=None)": "arange",
    "(obj, /, *, dtype=None, device=None, copy=None)": "asarray",
    "(shape, *, dtype=None, device=None)": "empty ones zeros",
    "(x, /, *, dtype=None, device=None)": "empty_like ones_like zeros_like",
    "(n_rows, n_cols=None, /, *, k=0, dtype=None, device=None)": "eye",
    "(x, /, *, device=None, copy=None)": "from_dlpack",
    "(shape, fill_value, *, dtype=None, device=None)": "full",
    "(x, /, fill_value, *, dtype=None, device=None)": "full_like",
    "(start, stop, /, num, *, dtype=None, device=None, endpoint=True)": "linspace",
    "(*arrays, indexing='xy')": "meshgrid",
    "(x, /, *, k=0)": "tril triu",
    "(x, dtype, /, *, copy=True, device=None)": "astype",
    "(from_, to, /)": "can_cast",
    "(type, /)": "finfo iinfo",
    "(dtype, kind)": "isdtype",
    "(*arrays_and_dtypes)": "result_type",
    "(x, /)": "abs acos acosh asin asinh atan atanh bitwise_invert ceil conj cos cosh exp expm1 "
    "floor imag isfinite isinf isnan log log1p log2 log10 logical_not negative positive real "
    "reciprocal round sign signbit sin sinh square sqrt tan tanh trunc matrix_transpose nonzero "
    "unique_all unique_counts unique_inverse unique_values",
    "(x1, x2, /)": "add atan2 bitwise_and bitwise_left_shift bitwise_or bitwise_right_shift "
    "bitwise_xor copysign divide equal floor_divide greater greater_equal hypot less less_equal "
    "logaddexp logical_and logical_or logical_xor maximum minimum multiply nextafter not_equal "
    "pow remainder subtract matmul",
    "(x, /, min=None, max=None)": "clip",
    "(x, indices, /, *, axis=None)": "take",
    "(x, indices, /, *, axis=-1)": "take_along_axis",
    "(x1, x2, /, *, axes=2)": "tensordot",
    "(x1, x2, /, *, axis=-1)": "vecdot",
    "(*arrays)": "broadcast_arrays",
    "(x, /, shape)": "broadcast_to",
    "(arrays, /, *, axis=0)": "concat stack",
    "(x, /, axis)": "expand_dims squeeze",
    "(x, /, *, axis=None)": "flip",
    "(x, source, destination, /)": "moveaxis",
    "(x, /, axes)": "permute_dims",
    "(x, repeats, /, *, axis=None)": "repeat",
    "(x, /, shape, *, copy=None)": "reshape",
    "(x, /, shift, *, axis=None)": "roll",
    "(x, repetitions, /)": "tile",
    "(x, /, *, axis=0)": "unstack",
    "(x, /, *, axis=None, keepdims=False)": "argmax argmin count_nonzero max mean min all any",
    "(x1, x2, /, *, side='left', sorter=None)": "searchsorted",
    "(condition, x1, x2, /)": "where",
    "(x, /, *, axis=-1, descending=False, stable=True)": "argsort sort",
    "(x, /, *, axis=None, dtype=None, include_initial=False)": "cumulative_prod cumulative_sum",
    "(x, /, *, axis=None, dtype=None, keepdims=False)": "prod sum",
    "(x, /, *, axis=None, correction=0.0, keepdims=False)": "std var",
    "(x, /, *, axis=-1, n=1, prepend=None, append=None)": "diff",
}
LINALG = {
    "(x, /, *, upper=False)": "cholesky",
    "(x1, x2, /, *, axis=-1)": "cross vecdot",
    "(x, /)": "det eigh eigvalsh inv matrix_transpose slogdet svdvals",
    "(x, /, *, offset=0)": "diagonal",
    "(x1, x2, /)": "matmul outer solve",
    "(x, /, *, keepdims=False, ord='fro')": "matrix_norm",
    "(x, n, /)": "matrix_power",
    "(x, /, *, rtol=None)": "matrix_rank pinv",
    "(x, /, *, mode='reduced')": "qr",
    "(x, /, *, full_matrices=True)": "svd",
    "(x1, x2, /, *, axes=2)": "tensordot",
    "(x, /, *, offset=0, dtype=None)": "trace",
    "(x, /, *, axis=None, keepdims=False, ord=2)": "vector_norm",
}
FFT = {
    "(x, /, *, n=None, axis=-1, norm='backward')": "fft ifft rfft irfft hfft ihfft",
    "(x, /, *, s=None, axes=None, norm='backward')": "fftn ifftn rfftn irfftn",
    "(n, /, *, d=1.0, dtype=None, device=None)": "fftfreq rfftfreq",
    "(x, /, *, axes=None)": "fftshift ifftshift",
}
ROWS = [
    (module, name, signature)
    for module, table in ((xp, MAIN), (xp.linalg, LINALG), (xp.fft, FFT))
    for signature, names in table.items()
    for name in names.split()
]
DTYPES = ("bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float32 float64 complex64 "
          "complex128").split()  # fmt: skip


@pytest.mark.parametrize(("module", "name", "signature"), ROWS, ids=lambda x: str(x)[:20])
def test_every_function_has_its_signature(module, name, signature):
    function = getattr(module, name)
    plain = [
        p.replace(annotation=inspect.Parameter.empty)
        for p in inspect.signature(function).parameters.values()
    ]
    assert str(inspect.Signature(plain)) == signature
    assert function.__name__ == name and function.__doc__


def test_nothing_else_is_in_the_namespace():
    names = {name for module, name, _ in ROWS if module is xp}
    constants = {"e", "inf", "nan", "newaxis", "pi"}
    others = {"__array_api_version__", "__array_namespace_info__", "fft", "linalg"}
    assert set(xp.__all__) == names | constants | others | set(DTYPES) == set(dir(xp))
    assert set(xp.linalg.__all__) == {name for module, name, _ in ROWS if module is xp.linalg}
    assert set(xp.fft.__all__) == {name for module, name, _ in ROWS if module is xp.fft}


def test_constants_and_dtypes():
    assert (xp.e, xp.pi, xp.inf, xp.newaxis) == (math.e, math.pi, math.inf, None)
    assert math.isnan(xp.nan)
    for name in DTYPES:
        assert getattr(xp, name) is getattr(flambeau, name)


def test_tensors_lead_to_the_namespace():
    x = flambeau.ones(2)
    for version in (None, "2021.12", "2022.12", "2023.12", "2024.12"):
        assert x.__array_namespace__(api_version=version) is xp
    assert xp.__array_api_version__ == "2024.12"
    with pytest.raises(ValueError, match=r"given api_version='2031.12'; required.*2024\.12"):
        x.__array_namespace__(api_version="2031.12")
    assert x.to_device("cpu") is x.to_device(x.device) is x
    with pytest.raises(ValueError, match="stream"):
        x.to_device("cpu", stream=1)
    with pytest.raises(RuntimeError, match="cuda"):
        x.to_device("cuda")


def test_info():
    info = xp.__array_namespace_info__()
    assert info.capabilities() == {
        "boolean indexing": True, "data-dependent shapes": True, "max dimensions": 64,
    }  # fmt: skip
    assert info.default_device() == flambeau.device("cpu") and info.devices() == [
        info.default_device()
    ]
    assert info.default_dtypes() == {
        "real floating": xp.float32, "complex floating": xp.complex64, "integral": xp.int64,
        "indexing": xp.int64,
    }  # fmt: skip
    assert info.dtypes() == {name: getattr(xp, name) for name in DTYPES}
    assert list(info.dtypes(kind="unsigned integer")) == ["uint8", "uint16", "uint32", "uint64"]
    assert list(info.dtypes(kind=("bool", "real floating"))) == ["bool", "float32", "float64"]
    with pytest.raises(ValueError, match="given kind 'whole'"):
        info.dtypes(kind="whole")


def test_the_default_dtype_is_followed():
    before = flambeau.get_default_dtype()
    try:
        flambeau.set_default_dtype(flambeau.float64)
        assert xp.__array_namespace_info__().default_dtypes()["real floating"] is xp.float64
        assert xp.ones(2).dtype is xp.eye(2).dtype is xp.float64
    finally:
        flambeau.set_default_dtype(before)
