"""The array API standard's functions against NumPy, which follows the standard as well."""

from __future__ import annotations

import numpy as np
import pytest

import flambeau
from flambeau import array_api as xp

RNG = np.random.default_rng(0)
REAL = RNG.standard_normal((3, 4))
SHORT = RNG.standard_normal(4).astype(np.float32)
COMPLEX = (REAL + 1j * RNG.standard_normal((3, 4))).astype(np.complex64)
WHOLE = RNG.integers(1, 9, (3, 4))
SMALL = WHOLE.astype(np.uint8)
MASK = REAL > 0
SQUARE = RNG.standard_normal((2, 3, 3))
SPD = SQUARE @ np.swapaxes(SQUARE, -1, -2) + 3 * np.eye(3)
ZERO_D = np.array(2.5)


def plain(x):
    """Tensors as arrays, all the way down."""
    if isinstance(x, flambeau.Tensor):
        return x.resolve_conj().numpy()
    return tuple(map(plain, x)) if isinstance(x, (tuple, list)) else x


def tensors(x):
    """Arrays as tensors, all the way down."""
    if isinstance(x, np.ndarray):
        return flambeau.tensor(x)
    if isinstance(x, (tuple, list)) and any(isinstance(y, np.ndarray) for y in x):
        return [tensors(y) for y in x]
    return x


def check(name, *args, **options):
    module, _, function = name.rpartition(".")
    ours = getattr(getattr(xp, module) if module else xp, function)
    theirs = getattr(getattr(np, module) if module else np, function)
    found = ours(*map(tensors, args), **{k: tensors(v) for k, v in options.items()})
    compare(plain(found), theirs(*args, **options), name)


def compare(found, expected, name):
    if isinstance(expected, (tuple, list)):
        assert len(found) == len(expected), name
        for a, b in zip(found, expected, strict=True):
            compare(a, b, name)
        return
    found, expected = np.asarray(found), np.asarray(expected)
    assert found.dtype == expected.dtype and found.shape == expected.shape, name
    tolerance = 1e-5 if expected.dtype in (np.float32, np.complex64) else 1e-10
    np.testing.assert_allclose(found, expected, tolerance, tolerance, err_msg=name)


# -- elements -----------------------------------------------------------------------------------
PAIRS = [(REAL, SHORT), (SMALL, WHOLE[0]), (SHORT, SHORT[:1]), (SMALL, np.array(3, np.int8))]


@pytest.mark.parametrize(
    "name",
    "add subtract multiply maximum minimum remainder pow equal less "
    "not_equal greater greater_equal less_equal floor_divide".split(),
)
def test_functions_of_two_promote_whatever_the_dims(name):  # fmt: skip
    for x, y in PAIRS:
        if name != "pow" or x.dtype.kind in "iu":
            check(name, x, y)
    check(name, SHORT[:0], SHORT[:0])
    check(name, SHORT, np.array(2.0))  # float64 without dims: PyTorch would stay at float32


@pytest.mark.parametrize("name", "atan2 copysign divide hypot logaddexp nextafter".split())
def test_functions_of_two_real_ones(name):
    check(name, REAL, SHORT)
    check(name, SHORT, ZERO_D)


def test_numbers_take_the_dtype_of_the_other():
    x = flambeau.tensor(SMALL)
    for name in "add maximum floor_divide remainder pow bitwise_and equal".split():
        for args in ((x, 2), (2, x)):
            expected = getattr(np, name)(*[SMALL if a is x else a for a in args])
            compare(plain(getattr(xp, name)(*args)), expected, name)
    y = flambeau.tensor(SHORT)
    for name in "nextafter copysign floor_divide remainder hypot atan2 logaddexp".split():
        for args in ((y, 2), (2.0, y)):
            expected = getattr(np, name)(*[SHORT if a is y else a for a in args])
            compare(plain(getattr(xp, name)(*args)), expected, name)
    assert xp.multiply(y, 1j).dtype is xp.complex64


@pytest.mark.parametrize(
    "name",
    "abs acosh asin asinh atan atanh ceil conj cos cosh exp expm1 floor isfinite isinf isnan log "
    "log1p log2 log10 negative positive reciprocal round sign signbit sin sinh sqrt square tan "
    "tanh trunc acos real".split(),
)
def test_functions_of_one(name):
    inside = np.clip(np.abs(REAL), 0.1, 0.9)
    check(name, inside + 1 if name == "acosh" else inside)
    check(name, np.array(1.0, np.float32))
    if name in "abs conj real negative square sign ceil floor round trunc".split():
        check(name, WHOLE)
    if name in "abs conj real exp sqrt log sin cosh tanh negative square reciprocal round".split():
        check(name, COMPLEX)


def test_where_the_standard_and_pytorch_differ():
    x = flambeau.tensor([np.nan, -2.0, 0.0])
    assert xp.sign(x).tolist()[1:] == [-1, 0] and np.isnan(xp.sign(x)[0].item())
    inf = flambeau.tensor([np.inf, -np.inf, 1.0, 1.0, 7.5])
    by = flambeau.tensor([2.0, 2.0, np.inf, -np.inf, -2.0])
    assert xp.floor_divide(inf, by).tolist() == [np.inf, -np.inf, 0, 0, -4]
    zeros = xp.remainder(flambeau.tensor([-0.0, 0.0, -6.0]), flambeau.tensor([1.0, -1.0, 3.0]))
    assert xp.signbit(zeros).tolist() == [False, True, False]
    assert xp.imag(flambeau.tensor([1.0, 2.0])).tolist() == [0, 0]


@pytest.mark.parametrize("name", "bitwise_and bitwise_or bitwise_xor".split())
def test_bits(name):
    check(name, WHOLE, SMALL)
    check(name, MASK, ~MASK)
    check("bitwise_invert", SMALL)
    check("bitwise_left_shift", WHOLE, WHOLE)
    check("bitwise_right_shift", SMALL, SMALL)
    check(name.replace("bitwise", "logical"), MASK, MASK[0])
    check("logical_not", MASK)


def test_clip():
    check("clip", REAL, -0.5, 0.5)
    check("clip", SHORT, SHORT[0], None)
    check("clip", REAL, None, REAL[0])
    check("clip", WHOLE, 3, 5)
    assert xp.clip(flambeau.tensor(REAL)).tolist() == REAL.tolist()


# -- reductions ---------------------------------------------------------------------------------
AXES = [None, 0, -1, (0, 1), (1,), ()]


@pytest.mark.parametrize("axis", AXES)
@pytest.mark.parametrize("keepdims", [False, True])
def test_reductions(axis, keepdims):
    options = {"axis": axis, "keepdims": keepdims}
    for name in "sum prod max min mean std var all any count_nonzero".split():
        for x in (REAL, SHORT.reshape(2, 2)):
            if name == "count_nonzero" and axis == ():
                continue
            check(name, x, **options)
    for name in ("sum", "prod"):
        for x in (SMALL, WHOLE, WHOLE.astype(np.int32), COMPLEX):
            check(name, x, **options)
    check("std", REAL, correction=1.0, **options)
    check("all", MASK, **options)


def test_sums_in_a_given_dtype_and_of_nothing():
    x = flambeau.tensor(SMALL)
    assert xp.sum(x, dtype=xp.float64).dtype is xp.prod(x, dtype=xp.float64).dtype is xp.float64
    assert xp.sum(x).dtype is xp.prod(x).dtype is xp.cumulative_sum(x, axis=0).dtype is xp.uint64
    check("sum", REAL[:0])
    check("prod", REAL[:0], axis=0)
    check("sum", ZERO_D)
    assert xp.count_nonzero(flambeau.tensor([0, 3]), axis=()).tolist() == [0, 1]


def test_running_totals_and_differences():
    for name in ("cumulative_sum", "cumulative_prod"):
        for x in (REAL, SMALL, COMPLEX):
            check(name, x, axis=1)
            check(name, x, axis=0, include_initial=True)
        check(name, SHORT)
        with pytest.raises(ValueError, match=rf"{name}: given axis=None and 2 dims"):
            getattr(xp, name)(flambeau.tensor(REAL))
    check("diff", REAL)
    check("diff", REAL, axis=0, n=2)
    check("diff", WHOLE, axis=1, prepend=WHOLE[:, :1], append=WHOLE[:, :2])


# -- shapes -------------------------------------------------------------------------------------
def test_manipulation():
    for axis in (None, 0, -1, (0, 1)):
        check("flip", REAL, axis=axis)
        check("roll", REAL, 1 if not isinstance(axis, tuple) else (1, 2), axis=axis)
    check("roll", REAL, 2, axis=(0, 1))
    for axis in (0, 1, None):
        check("concat", [WHOLE, SMALL], axis=axis)
        check("repeat", REAL, 2, axis=axis)
    check("repeat", REAL, np.array([1, 0, 2]), axis=0)
    assert xp.repeat(flambeau.ones(2), flambeau.tensor([1, 2], dtype=xp.int8)).shape == (3,)
    for axis in (0, -1, 1):
        check("stack", [REAL, REAL.astype(np.float32)], axis=axis)
        check("expand_dims", REAL, axis)
    check("unstack", REAL, axis=1)
    check("tile", SHORT, (2, 3))
    check("moveaxis", SQUARE, (0, 1), (2, 0))
    check("permute_dims", SQUARE, (2, 0, 1))
    check("reshape", REAL, (2, -1))
    check("squeeze", REAL[None, :, :, None], (0, -1))
    check("broadcast_to", SHORT, (3, 4))
    check("broadcast_arrays", SHORT, REAL[:, :1])
    check("matrix_transpose", SQUARE)
    check("meshgrid", SHORT, SHORT[:2])
    check("meshgrid", SHORT, SHORT[:2], indexing="ij")
    check("tril", SQUARE, k=1)
    check("triu", SQUARE, k=-1)


def test_reshape_copies_when_it_is_told():
    x = flambeau.zeros(2, 3)
    view, copied = xp.reshape(x, (6,), copy=False), xp.reshape(x, (6,), copy=True)
    x += 1
    assert view.sum().item() == 6 and copied.sum().item() == 0
    with pytest.raises(ValueError, match="reshape: given copy=False and strides"):
        xp.reshape(x.mT, (6,), copy=False)


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda x: xp.squeeze(x, 0), "squeeze: given axis 0, of size 3; required: size 1"),
        (lambda x: xp.unstack(x[0, 0]), "unstack: given a tensor without dims"),
        (lambda x: xp.nonzero(x[0, 0]), "nonzero: given a tensor without dims"),
        (lambda x: xp.take(x, xp.asarray([0])), "take: given axis=None and 2 dims"),
        (lambda x: xp.vecdot(x, x[:, :2]), "vecdot: given sizes 4 and 2 along axis -1"),
        (lambda x: xp.linalg.cross(x, x), "cross: given size 4 along axis -1; required: 3"),
        (lambda x: xp.isdtype(x.dtype, "whole"), "isdtype: given kind 'whole'"),
        (lambda x: xp.result_type(1), "result_type: given numbers only"),
    ],
)  # fmt: skip
def test_refusals(call, text):
    with pytest.raises(ValueError, match=text):
        call(flambeau.tensor(REAL))


# -- searching, sorting, sets -------------------------------------------------------------------
def test_searching_and_sorting():
    for axis in (None, 0, -1):
        for keepdims in (False, True):
            check("argmax", REAL, axis=axis, keepdims=keepdims)
            check("argmin", WHOLE, axis=axis, keepdims=keepdims)
    check("nonzero", WHOLE - 3)
    check("where", MASK, SMALL, WHOLE)
    assert xp.where(flambeau.tensor(MASK), flambeau.tensor(SHORT), 0).dtype is xp.float32
    check("take", REAL, np.array([2, 0, -1]), axis=0)
    check("take", SHORT, np.array([1, 3]))
    check("take_along_axis", REAL, np.argsort(REAL, axis=0), axis=0)
    check("take_along_axis", REAL, np.array([[-1], [0], [2]]))
    for axis in (0, -1):
        check("sort", REAL, axis=axis)
        check("argsort", WHOLE, axis=axis, stable=True)
    x = flambeau.tensor([2, 1, 2, 1])
    assert xp.argsort(x, descending=True).tolist() == [0, 2, 1, 3]
    assert xp.sort(x, descending=True).tolist() == [2, 2, 1, 1]
    for side in ("left", "right"):
        check("searchsorted", np.sort(SHORT), REAL.astype(np.float32), side=side)
        check("searchsorted", SHORT, SHORT, side=side, sorter=np.argsort(SHORT))


def test_sets():
    for x in (WHOLE, MASK, np.array([1j, 1, 1j, 0]), np.array([], np.float32), ZERO_D):
        for name in "unique_all unique_counts unique_inverse".split():
            check(name, x)
        compare(plain(xp.unique_values(flambeau.tensor(x))), np.unique(x), "unique_values")
    nan = xp.unique_counts(flambeau.tensor([np.nan, 1.0, np.nan]))
    assert nan.counts.tolist() == [1, 1, 1] and nan.values[0].item() == 1


# -- linear algebra and transforms --------------------------------------------------------------
def test_products():
    check("matmul", SQUARE, SQUARE[0])
    check("matmul", SQUARE.astype(np.float32), SQUARE)
    check("tensordot", SQUARE, SQUARE, axes=3)
    check("tensordot", SQUARE, SQUARE, axes=((1,), (2,)))
    check("vecdot", COMPLEX, COMPLEX[::-1].copy())
    check("vecdot", REAL, SHORT)
    check("vecdot", REAL, REAL, axis=0)
    check("linalg.outer", SHORT, REAL[0])
    check("linalg.cross", SQUARE, SQUARE[:1])
    check("linalg.matrix_power", SQUARE, 3)
    check("linalg.trace", WHOLE[:, :3].astype(np.uint8))
    check("linalg.diagonal", SQUARE, offset=1)


def test_factors_and_systems():
    for name in "cholesky det slogdet inv eigvalsh svdvals pinv".split():
        check(f"linalg.{name}", SPD)
    check("linalg.cholesky", SPD, upper=True)
    check("linalg.solve", SPD, REAL[:, 0])  # one vector for every matrix
    check("linalg.solve", SPD, REAL[:, :2])
    check("linalg.solve", SPD[0], SQUARE)
    vectors = flambeau.tensor(REAL[:2, :3])
    with pytest.raises((RuntimeError, ValueError)):  # a matrix of 2 rows, not two vectors
        xp.linalg.solve(flambeau.tensor(SPD), vectors)
    check("linalg.matrix_rank", np.ones((2, 3, 3)))
    for full in (True, False):
        u, s, vh = xp.linalg.svd(flambeau.tensor(REAL), full_matrices=full)
        np.testing.assert_allclose(plain((u[:, :3] * s) @ vh[:3]), REAL, atol=1e-12)
        assert vh.shape == ((4, 4) if full else (3, 4))
    found = xp.linalg.eigh(flambeau.tensor(SPD))
    restored = found.eigenvectors * found.eigenvalues[:, None, :] @ found.eigenvectors.mT
    np.testing.assert_allclose(plain(restored), SPD, atol=1e-10)
    q, r = xp.linalg.qr(flambeau.tensor(REAL), mode="complete")
    np.testing.assert_allclose(plain(q @ r), REAL, atol=1e-12)


def test_norms():
    for order in (0, 1, 2, 3, np.inf, -np.inf):
        for axis in (None, 0, (0, 1), -1):
            check("linalg.vector_norm", REAL, axis=axis, ord=order, keepdims=True)
    assert xp.linalg.vector_norm(flambeau.tensor(REAL), axis=()).shape == (3, 4)
    check("linalg.vector_norm", COMPLEX)
    for order in ("fro", "nuc", 1, 2, -1, -2, np.inf, -np.inf):
        check("linalg.matrix_norm", SQUARE, ord=order)
        check("linalg.matrix_norm", SQUARE, ord=order, keepdims=True)


@pytest.mark.parametrize("norm", ["backward", "ortho", "forward"])
def test_transforms(norm):
    for name in "fft ifft hfft".split():
        check(f"fft.{name}", COMPLEX, axis=0, norm=norm)
    for name in "rfft ihfft".split():
        check(f"fft.{name}", REAL, n=3, norm=norm)
    check("fft.irfft", COMPLEX, n=5, norm=norm)
    for name in "fftn ifftn irfftn".split():
        check(f"fft.{name}", COMPLEX, norm=norm)
    check("fft.rfftn", REAL, s=(2, 4), axes=(0, 1), norm=norm)
    check("fft.fftshift", REAL)
    check("fft.ifftshift", REAL, axes=1)
    assert xp.fft.fftfreq(4, d=0.5, dtype=xp.float64).tolist() == np.fft.fftfreq(4, 0.5).tolist()
    assert xp.fft.rfftfreq(5).dtype is xp.float32


def test_gradients_pass_through():
    x = flambeau.tensor(SPD, requires_grad=True)
    xp.sum(xp.linalg.solve(x, xp.multiply(x, 2.0))).backward()
    assert float(x.grad.abs().max()) < 1e-10  # 2 times the identity, whatever x
