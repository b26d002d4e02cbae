"""NumPy's functions, operators and scalars on tensors."""

from __future__ import annotations

import numpy as np
import pytest

import flambeau

f = flambeau
ARRAY = np.array([1, 2, 3], np.float32)


@pytest.fixture
def t():
    return f.tensor([1.0, 2.0, 3.0])


def is_tensor(x, dtype, values):
    return isinstance(x, f.Tensor) and x.dtype is dtype and x.tolist() == values


# -- __array__ ----------------------------------------------------------------------------------
def test_asarray_shares_and_array_copies(t):
    shared, copied = np.asarray(t), np.array(t)
    t += 1
    assert shared.tolist() == [2, 3, 4] and copied.tolist() == [1, 2, 3]
    assert np.array(t, copy=False).base is not None
    view = np.asarray(t[1:])
    view[0] = 9
    assert t[1].item() == 9


def test_dtype_and_copy_are_those_of_numpy_2(t):
    wide = np.asarray(t, dtype=np.float64)
    assert wide.dtype == np.float64
    with pytest.raises(ValueError, match="a copy is needed to convert to float64"):
        np.asarray(t, dtype=np.float64, copy=False)
    assert np.asarray(t, np.float32, copy=False).dtype == np.float32
    assert t.__array__(np.dtype("i4"), copy=True).tolist() == [1, 2, 3]
    for x in (f.zeros(0, 2), f.tensor(1.5), f.ones(1).expand(2, 2)):
        assert np.asarray(x).tolist() == x.tolist() and np.asarray(x).shape == x.shape


def test_tensors_that_require_grad_are_refused(t):
    r = t.requires_grad_()
    for call in (np.asarray, np.sin, np.sqrt, lambda x: np.add(ARRAY, x)):
        with pytest.raises(
            RuntimeError, match=r"Can't call numpy\(\) on Tensor that requires grad"
        ):
            call(r)
    assert np.asarray(r.detach()).tolist() == [1, 2, 3]


def test_bfloat16_is_refused_with_a_way_out():
    with pytest.raises(TypeError, match=r"BFloat16.*try \.float\(\)"):
        np.asarray(f.ones(2, dtype=f.bfloat16))


# -- functions ----------------------------------------------------------------------------------
def test_ufuncs_give_tensors(t):
    assert is_tensor(np.sqrt(t * t), f.float32, [1, 2, 3])
    assert is_tensor(np.add(ARRAY, t), f.float32, [2, 4, 6])
    assert is_tensor(np.add(t, 1), f.float32, [2, 3, 4])
    assert is_tensor(np.sin(f.arange(2)), f.float64, np.sin(np.arange(2)).tolist())
    assert is_tensor(np.isnan(t), f.bool, [False] * 3)
    assert is_tensor(np.add.reduce(t), f.float32, 6)
    parts, whole = np.modf(t / 2)
    assert is_tensor(parts, f.float32, [0.5, 0, 0.5]) and is_tensor(whole, f.float32, [0, 1, 1])
    out = np.empty(3, np.float32)
    np.multiply(t, 2, out=out)
    assert out.tolist() == [2, 4, 6]


def test_functions_of_numpy(t):
    m = t.reshape(1, 3).expand(2, 3)
    for call in (np.sum, np.mean, np.prod, np.max, np.min, np.argmax, np.ravel, np.transpose,
                 np.cumsum, np.concatenate, np.stack, np.vstack, np.linalg.norm, np.squeeze,
                 np.round, np.copy, np.size, np.ndim, np.shape, np.any, np.all):  # fmt: skip
        assert np.allclose(np.asarray(call(m)), call(np.asarray(m))), call
    assert np.where(t > 1, t, 0).tolist() == [0, 2, 3]
    assert np.einsum("i,i", t, t) == 14 and np.dot(t, t) == 14
    assert np.zeros(4)[f.tensor([0, 1])].shape == (2,) and ARRAY[t > 1].tolist() == [2, 3]
    np.testing.assert_allclose(t, ARRAY)


# -- operators ----------------------------------------------------------------------------------
OPERATORS = "+ - * / // % ** == != < <= > >=".split()


@pytest.mark.parametrize("symbol", OPERATORS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64, np.int8])
def test_arrays_and_tensors_on_either_side(symbol, dtype, t):
    a = np.array([3, 1, 2], dtype)
    expected = eval(f"x {symbol} y", {"x": f.tensor(a), "y": t})
    assert isinstance(expected, f.Tensor)
    for x, y in ((a, t), (f.tensor(a), t)):
        found = eval(f"x {symbol} y", {"x": x, "y": y})
        assert is_tensor(found, expected.dtype, expected.tolist())
    expected = eval(f"x {symbol} y", {"x": t, "y": f.tensor(a)})
    assert is_tensor(eval(f"x {symbol} y", {"x": t, "y": a}), expected.dtype, expected.tolist())


@pytest.mark.parametrize("symbol", "& | ^ << >>".split())
def test_bits(symbol):
    a, x = np.array([3, 1, 2]), f.tensor([1, 0, 1])
    expected = eval(f"x {symbol} y", {"x": a, "y": x.numpy()})
    assert is_tensor(eval(f"x {symbol} y", {"x": a, "y": x}), f.int64, expected.tolist())
    expected = eval(f"x {symbol} y", {"x": x.numpy(), "y": a})
    assert is_tensor(eval(f"x {symbol} y", {"x": x, "y": a}), f.int64, expected.tolist())


def test_products_and_gradients_through_arrays(t):
    m = np.ones((2, 3), np.float32)
    assert is_tensor(m @ t, f.float32, [6, 6]) and is_tensor(t @ m.T, f.float32, [6, 6])
    r = f.ones(3, requires_grad=True)
    (ARRAY * r + r @ ARRAY).sum().backward()
    assert r.grad.tolist() == [4, 8, 12]
    r.grad = None
    (r - ARRAY).sum().backward()
    assert r.grad.tolist() == [1, 1, 1]


def test_in_place_operators(t):
    x = t
    x += ARRAY
    assert x is t and t.tolist() == [2, 4, 6]
    t -= ARRAY.astype(np.float64)
    assert is_tensor(t, f.float32, [1, 2, 3])
    with pytest.raises(RuntimeError, match="can't be cast"):
        x = f.tensor([1, 2, 3])
        x += ARRAY


# -- scalars ------------------------------------------------------------------------------------
SCALARS = [np.float16(2), np.float32(2), np.float64(2), np.int8(2), np.int64(2), np.uint8(2)]


@pytest.mark.parametrize("scalar", SCALARS, ids=lambda s: type(s).__name__)
@pytest.mark.parametrize("symbol", "+ - * / **".split())
def test_scalars_count_as_python_numbers(scalar, symbol, t):
    for x in (t, f.tensor([1, 2, 3])):
        for left, right in ((scalar, x), (x, scalar)):
            names = {"x": left, "y": right}
            plain = {k: v.item() if isinstance(v, np.generic) else v for k, v in names.items()}
            expected = eval(f"x {symbol} y", plain)
            assert is_tensor(eval(f"x {symbol} y", names), expected.dtype, expected.tolist())


def test_scalars_as_arguments(t):
    assert t[np.int64(1)].item() == 2 and t[np.int32(1) :].shape == (2,)
    assert t[np.array([True, False, True])].tolist() == [1, 3]
    assert f.zeros(np.int64(2), np.int32(3)).shape == (2, 3)
    assert f.arange(np.int64(3)).dtype is f.int64 and f.arange(np.float32(3)).dtype is f.float32
    assert f.full((2,), np.float64(2)).dtype is f.float32
    assert t.sum(np.int64(0)).item() == 6 and t.reshape(np.int64(3), np.int64(1)).shape == (3, 1)
    assert t.clamp(np.float64(2)).tolist() == [2, 2, 3]
    assert f.tensor(np.float16(2)).dtype is f.float16 and f.tensor(np.bool_(True)).dtype is f.bool
    t[np.int64(0)] = np.float64(7)
    assert t[0].item() == 7
    assert f.linspace(np.float64(0), np.float64(1), np.int64(3)).tolist() == [0, 0.5, 1]


def test_tensors_as_scalars():
    x = f.tensor(2.5)
    assert np.float32(x) == 2.5 and np.int64(f.tensor(3)) == 3 and float(x) == 2.5
    assert np.full(2, x).tolist() == [2.5, 2.5]
    assert [1, 2, 3][f.tensor(1)] == 2 and np.zeros(f.tensor(3)).shape == (3,)


def test_size_is_a_number_and_a_method():
    x = f.zeros(2, 3)
    assert x.size == 6 and x.size() == (2, 3) and x.size(1) == x.size(dim=-1) == 3
    assert isinstance(x.size, int) and np.size(x) == 6 and x.size + 1 == 7
    assert f.Tensor.size(x) == (2, 3) and x[:0].size == 0 and f.tensor(1).size == 1
    with pytest.raises(IndexError, match="size: Dimension out of range"):
        x.size(2)


@pytest.mark.filterwarnings("ignore:__array_wrap__:DeprecationWarning")
def test_results_are_those_of_pytorch(t):
    torch = pytest.importorskip("torch")
    calls = [
        lambda t, x: np.sin(x), lambda t, x: np.add(ARRAY, x), lambda t, x: x + ARRAY.astype("f8"),
        lambda t, x: np.float64(2) * x, lambda t, x: x / np.float32(2), lambda t, x: np.sqrt(x),
        lambda t, x: np.maximum(x, ARRAY), lambda t, x: t.tensor([x[0], x[1]]),
        lambda t, x: t.tensor([np.float32(1), np.float64(2)]), lambda t, x: t.as_tensor(ARRAY),
        lambda t, x: x[np.array([0, 2])], lambda t, x: np.matmul(x, x), lambda t, x: ARRAY / x,
    ]  # fmt: skip
    for call in calls:
        ours, theirs = call(f, t), call(torch, torch.tensor([1.0, 2.0, 3.0]))
        assert str(ours.dtype).split(".")[1] == str(theirs.dtype).split(".")[1]
        assert np.allclose(ours.tolist(), theirs.tolist())
