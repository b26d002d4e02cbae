"""Making tensors: the same shapes, dtypes and values as PyTorch and NumPy give."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

import flambeau


def names(dtype):
    return str(dtype).split(".")[-1]


# -- from data ----------------------------------------------------------------------------------
DATA = [
    1, 1.5, True, [], [[], []], [1, 2], [1, 2.5], [True, 2], [[1.0, 2.0], [3.0, 4.0]],
    (1, (2,)[0]), range(4), [[[True]], [[False]]], float("nan"), [float("inf"), -1.0], 2**62,
    np.arange(3), np.float32(2), np.int16([1, 2]), np.float64(1.5), [np.float32(1), np.float32(2)],
    [np.int32(3)], np.zeros((0, 2), np.float16), [np.zeros(2, np.float32), np.ones(2, np.float32)],
    np.array([True, False]), np.array(3, np.uint8), np.arange(6.0)[::2], np.ones((2, 3)).T,
    np.array([1, 2], np.uint16), -3, [[1], [-2]],
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(DATA)))
def test_tensor_is_pytorchs(number):
    torch = pytest.importorskip("torch")
    data = DATA[number]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = torch.tensor(data)
    found = flambeau.tensor(data)
    assert names(found.dtype) == names(expected.dtype)
    np.testing.assert_array_equal(found.numpy(), expected.numpy())


@pytest.mark.parametrize(
    "name", ["float32", "float64", "float16", "int64", "int8", "uint8", "bool"]
)
def test_tensor_with_a_dtype(name):
    data = [[0, 1, 2], [3, 4, 5]]
    x = flambeau.tensor(data, dtype=getattr(flambeau, name))
    assert names(x.dtype) == name
    np.testing.assert_array_equal(x.numpy(), np.array(data).astype(name))


def test_bfloat16_is_rounded_to_nearest_even():
    x = flambeau.tensor([1.00390625, 1.01171875, 3.0e38], dtype=flambeau.bfloat16)
    assert x.tolist() == [1.0, 1.015625, 2.9975012e38] or x.float().tolist()[:2] == [1.0, 1.015625]


def test_tensor_copies_and_as_tensor_shares():
    array = np.zeros(2, np.float32)
    copied, shared = flambeau.tensor(array), flambeau.as_tensor(array)
    array[0] = 1
    assert copied.tolist() == [0, 0] and shared.tolist() == [1, 0]
    shared.add_(1)
    assert array.tolist() == [2, 1]
    assert flambeau.as_tensor(shared) is shared
    assert flambeau.as_tensor(shared, dtype=flambeau.int64).tolist() == [2, 1]


def test_tensor_of_a_tensor_warns_and_copies():
    x = flambeau.ones(2)
    with pytest.warns(UserWarning, match="To copy construct from a tensor"):
        y = flambeau.tensor(x)
    y.add_(1)
    assert x.tolist() == [1, 1] and y.tolist() == [2, 2]


def test_lists_of_tensors():
    assert flambeau.tensor([flambeau.tensor(1.0), flambeau.tensor(2.0)]).tolist() == [1, 2]
    assert flambeau.tensor([1, flambeau.tensor(2.5)]).tolist() == [1, 2.5]


def test_requires_grad_is_set():
    x = flambeau.tensor([1.0], requires_grad=True)
    assert x.requires_grad and x.is_leaf
    assert flambeau.zeros(2, requires_grad=True).requires_grad


def test_asarray():
    array = np.zeros(2)
    x = flambeau.asarray(array)
    array[0] = 4
    assert x.tolist() == [4, 0]
    assert flambeau.asarray(array, copy=True).data_ptr() != x.data_ptr()
    assert flambeau.asarray(array, dtype=flambeau.float32).dtype is flambeau.float32
    assert flambeau.asarray([1, 2]).dtype is flambeau.int64
    with pytest.raises(ValueError, match="asarray: can't alias"):
        flambeau.asarray([1.0], copy=False)


def test_frombuffer_and_dlpack_share_memory():
    raw = bytearray(8)
    x = flambeau.frombuffer(raw, dtype=flambeau.int32)
    x[1] = 7
    assert raw[4] == 7
    source = np.arange(3.0)
    y = flambeau.from_dlpack(source)
    source[0] = 5
    assert y.tolist() == [5, 1, 2]
    back = np.from_dlpack(y)
    y.mul_(2)
    assert back.tolist() == [10, 2, 4]


# -- filled -------------------------------------------------------------------------------------
def test_sizes_may_be_ints_or_a_sequence():
    for make in (flambeau.zeros, flambeau.ones, flambeau.empty, flambeau.rand, flambeau.randn):
        assert make(2, 3).shape == make((2, 3)).shape == make([2, 3]).shape == (2, 3)
        assert make(flambeau.Size([2])).shape == (2,)
        assert make(size=(2, 1)).shape == (2, 1)
        assert make(0, 2).shape == (0, 2)


def test_zeros_ones_full():
    assert flambeau.zeros(2, dtype=flambeau.int8).tolist() == [0, 0]
    assert flambeau.ones(()).item() == 1
    assert flambeau.full((2,), 1).dtype is flambeau.int64
    assert flambeau.full((2,), True).dtype is flambeau.bool
    assert flambeau.full((2,), 0.1).tolist() == [np.float32(0.1)] * 2
    assert flambeau.full((1,), 0.1, dtype=flambeau.float64).item() == 0.1
    assert flambeau.full((2,), flambeau.tensor(3)).tolist() == [3, 3]
    assert flambeau.full((1,), float("inf"), dtype=flambeau.bfloat16).item() == float("inf")


def test_constants_do_not_share_memory():
    a, b = flambeau.zeros(2), flambeau.zeros(2)
    a.add_(1)
    assert b.tolist() == [0, 0] and flambeau.zeros(2).tolist() == [0, 0]


def test_like_and_new():
    x = flambeau.ones(2, 3, dtype=flambeau.float64)
    for make in (flambeau.zeros_like, flambeau.ones_like, flambeau.empty_like):
        assert make(x).dtype is x.dtype and make(x).shape == x.shape
        assert make(x, dtype=flambeau.int32).dtype is flambeau.int32
    assert flambeau.full_like(x, 2.5).sum().item() == 15
    assert x.new_zeros(2).dtype is x.dtype and x.new_ones((1, 2)).shape == (1, 2)
    assert x.new_full((2,), 3).tolist() == [3, 3]
    assert x.new_tensor([1, 2]).dtype is flambeau.float64
    assert x.new_empty(0).shape == (0,)


def test_out_is_filled():
    out = flambeau.empty(3)
    assert flambeau.ones(3, out=out) is out and out.tolist() == [1, 1, 1]
    assert flambeau.arange(3, out=out) is out and out.tolist() == [0, 1, 2]


def test_default_dtype_is_followed():
    try:
        flambeau.set_default_dtype(flambeau.float64)
        assert flambeau.zeros(1).dtype is flambeau.tensor(1.5).dtype is flambeau.float64
        assert (flambeau.tensor([1]) / 2).dtype is flambeau.float64
    finally:
        flambeau.set_default_dtype(flambeau.float32)
    assert flambeau.zeros(1).dtype is flambeau.float32


# -- patterns -----------------------------------------------------------------------------------
ARANGES = [
    (5,), (5.0,), (1, 4), (0, 10, 3), (5, 0, -2), (0, 1, 0.1), (1, 2.5, 0.5), (0,), (3, 3),
    (-3, 3), (0.5,), (2**40, 2**40 + 3), (0, -1, -0.25), (1, 0, -0.3),
]  # fmt: skip


@pytest.mark.parametrize("arguments", ARANGES)
@pytest.mark.parametrize("name", [None, "float64", "float16", "int32", "uint8"])
def test_arange_is_pytorchs(arguments, name):
    torch = pytest.importorskip("torch")
    given = {} if name is None else {"dtype": name}
    try:
        expected = torch.arange(*arguments, **{k: getattr(torch, v) for k, v in given.items()})
    except RuntimeError:
        with pytest.raises(RuntimeError):
            flambeau.arange(*arguments, **{k: getattr(flambeau, v) for k, v in given.items()})
        return
    found = flambeau.arange(*arguments, **{k: getattr(flambeau, v) for k, v in given.items()})
    assert names(found.dtype) == names(expected.dtype)
    np.testing.assert_allclose(found.numpy(), expected.numpy(), rtol=1e-6, atol=1e-7)


def test_arange_of_tensors_and_numpy_numbers():
    assert flambeau.arange(flambeau.tensor(3)).tolist() == [0, 1, 2]
    assert flambeau.arange(np.int64(2)).dtype is flambeau.int64
    assert flambeau.arange(0, 3, dtype=flambeau.float32).tolist() == [0, 1, 2]
    assert flambeau.range(1, 3).tolist() == [1, 2, 3]


@pytest.mark.parametrize(
    "arguments", [(0, 1, 5), (3, -3, 7), (0, 1, 1), (2, 5, 0), (-1e3, 1e3, 100), (0, 10, 4)]
)
@pytest.mark.parametrize("name", ["float32", "float64", "int32"])
def test_linspace_is_pytorchs(arguments, name):
    torch = pytest.importorskip("torch")
    expected = torch.linspace(*arguments, dtype=getattr(torch, name))
    found = flambeau.linspace(*arguments, dtype=getattr(flambeau, name))
    np.testing.assert_allclose(found.numpy(), expected.numpy(), rtol=2e-6, atol=2e-4)
    if name == "float64":
        np.testing.assert_allclose(found.numpy(), np.linspace(*arguments), rtol=1e-12, atol=1e-12)


def test_linspace_reaches_its_ends_exactly():
    x = flambeau.linspace(0.1, 0.7, 13)
    assert x[0].item() == np.float32(0.1) and x[-1].item() == np.float32(0.7)


def test_logspace():
    np.testing.assert_allclose(
        flambeau.logspace(-2, 2, 5, dtype=flambeau.float64).numpy(), np.logspace(-2, 2, 5)
    )
    assert flambeau.logspace(0, 4, 5, base=2).tolist() == [1, 2, 4, 8, 16]


@pytest.mark.parametrize("arguments", [(3,), (2, 4), (4, 2), (0,), (0, 3)])
def test_eye(arguments):
    np.testing.assert_array_equal(flambeau.eye(*arguments).numpy(), np.eye(*arguments))


def test_empty_strided():
    x = flambeau.empty_strided((2, 3), (1, 2))
    assert x.stride() == (1, 2) and x.shape == (2, 3) and x.is_leaf


def test_tensor_class_as_a_function():
    assert flambeau.Tensor([1, 2]).tolist() == [1.0, 2.0]
    assert flambeau.Tensor(2, 3).shape == (2, 3)
    assert flambeau.Tensor().shape == (0,)
    assert flambeau.Tensor(flambeau.ones(2, dtype=flambeau.int64)).dtype is flambeau.float32
    assert flambeau.LongTensor([1, 2]).dtype is flambeau.int64
    assert flambeau.BoolTensor(2, 3).shape == (2, 3)
    assert isinstance(flambeau.zeros(1), flambeau.FloatTensor)
    assert not isinstance(flambeau.zeros(1), flambeau.DoubleTensor)
    assert flambeau.zeros(1, dtype=flambeau.int8).new([1, 2]).dtype is flambeau.int8


def test_objects_with_the_array_protocol():
    class Wrapped:
        def __array__(self, dtype=None, copy=None):
            return np.arange(3, dtype=np.int16)

    assert flambeau.tensor(Wrapped()).dtype is flambeau.int16


def test_unsigned_numbers_beyond_int64():
    big = 2**64 - 1
    assert flambeau.full((2,), big, dtype=flambeau.uint64).tolist() == [big, big]
    assert flambeau.tensor(big, dtype=flambeau.uint64).item() == big


# -- grids --------------------------------------------------------------------------------------
@pytest.mark.parametrize("indexing", ["ij", "xy"])
def test_meshgrid_is_numpys(indexing):
    axes = [np.arange(2), np.arange(3.0), np.arange(4)]
    found = flambeau.meshgrid(*map(flambeau.from_numpy, axes), indexing=indexing)
    for ours, theirs in zip(found, np.meshgrid(*axes, indexing=indexing), strict=True):
        np.testing.assert_array_equal(ours.numpy(), theirs)


@pytest.mark.parametrize("diagonal", [-2, -1, 0, 1, 3])
def test_triangles_are_numpys(diagonal):
    array = np.arange(24.0).reshape(2, 3, 4)
    x = flambeau.from_numpy(array)
    np.testing.assert_array_equal(x.tril(diagonal).numpy(), np.tril(array, diagonal))
    np.testing.assert_array_equal(flambeau.triu(x, diagonal).numpy(), np.triu(array, diagonal))
    np.testing.assert_array_equal(
        flambeau.tril_indices(3, 4, diagonal).numpy(), np.tril_indices(3, diagonal, 4)
    )
    np.testing.assert_array_equal(
        flambeau.triu_indices(3, 4, diagonal).numpy(), np.triu_indices(3, diagonal, 4)
    )


def test_broadcasting_helpers():
    a, b = flambeau.broadcast_tensors(flambeau.ones(2, 1), flambeau.ones(3))
    assert a.shape == b.shape == (2, 3) == flambeau.broadcast_shapes((2, 1), 3)
    assert flambeau.broadcast_to(flambeau.ones(3), (2, 3)).stride() == (0, 1)
