"""tensor, as_tensor, asarray and frombuffer of everything that can become a tensor."""

from __future__ import annotations

import array
import warnings

import numpy as np
import pytest

import flambeau

f = flambeau


class WithArray:
    """An object that NumPy can make an array of, and nothing else."""

    def __init__(self, values):
        self.values = values

    def __array__(self, dtype=None, copy=None):
        return np.array(self.values, dtype)


class WithDlpack:
    """An object that can hand out its memory, and nothing else."""

    def __init__(self, values):
        self.values = values

    def __dlpack__(self, **options):
        return self.values.__dlpack__(**options)

    def __dlpack_device__(self):
        return (1, 0)


ROW = np.array([1, 2, 3], np.float32)


# -- sequences ----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("data", "dtype", "expected"),
    [
        ([ROW, ROW + 1], "float32", [[1, 2, 3], [2, 3, 4]]),
        ((ROW, ROW.astype(np.int16)), "float32", [[1, 2, 3], [1, 2, 3]]),
        ([ROW.astype(np.uint8), ROW.astype(np.int8)], "int16", [[1, 2, 3], [1, 2, 3]]),
        ([f.tensor(ROW), ROW], "float32", [[1, 2, 3], [1, 2, 3]]),
        ([f.tensor(1.5), f.tensor(2)], "float32", [1.5, 2]),
        ([f.tensor([1.5], dtype=f.bfloat16)[0], 2], "bfloat16", [1.5, 2]),
        ([f.ones(2, dtype=f.bfloat16)] * 2, "bfloat16", [[1, 1], [1, 1]]),
        ([f.zeros(0), f.zeros(0)], "float32", [[], []]),
        ([ROW, [1, 2, 3]], "float32", [[1, 2, 3], [1, 2, 3]]),
        ([[1, 2, 3], ROW], "float32", [[1, 2, 3], [1, 2, 3]]),
        ([[ROW, ROW], [ROW, f.tensor(ROW)]], "float32", [[[1, 2, 3]] * 2] * 2),
        ([np.float64(1), 2], "float64", [1, 2]),
        ([np.float32(1), True], "float32", [1, 1]),
        ([np.bool_(True), False], "bool", [True, False]),
        ([1, 2j, np.float64(3)], "complex128", [1, 2j, 3]),
        ([1.0, np.float64(3)], "float64", [1, 3]),
        ([[1.0], [np.float64(0.1)]], "float64", [[1], [0.1]]),
        ([True, np.int8(3)], "int8", [1, 3]),
        ([WithArray([1, 2]), [3, 4]], "int64", [[1, 2], [3, 4]]),
        ([WithDlpack(ROW), WithArray(ROW)], "float32", [[1, 2, 3]] * 2),
        ([range(2), (5, 6)], "int64", [[0, 1], [5, 6]]),
        ([], "float32", []),
        ([[], []], "float32", [[], []]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("make", [f.tensor, f.as_tensor, f.asarray])
def test_sequences_of_anything(make, data, dtype, expected):
    x = make(data)
    assert x.dtype is getattr(flambeau, dtype) and x.tolist() == expected
    assert not x.requires_grad


def test_dtype_wins_and_gradients_are_left_behind():
    r = f.ones(2, requires_grad=True)
    x = f.tensor([r, r * 2], dtype=f.float64)
    assert x.dtype is f.float64 and x.tolist() == [[1, 1], [2, 2]] and not x.requires_grad
    assert f.tensor([ROW, ROW], dtype=f.int8).tolist() == [[1, 2, 3]] * 2
    with pytest.raises(RuntimeError, match="without overflow"):
        f.tensor([np.array([300]), np.array([1])], dtype=f.int8)


def test_many_arrays_are_stacked_exactly():
    rows = [np.random.default_rng(i).standard_normal((3, 4)) for i in range(50)]
    assert f.tensor(rows).tolist() == np.stack(rows).tolist()
    big = [np.array([2**62 + 1]), np.array([-(2**62) - 1])]
    assert f.tensor(big).tolist() == [[2**62 + 1], [-(2**62) - 1]]


@pytest.mark.parametrize(
    ("data", "exception", "text"),
    [
        ([[1, 2], [3]], ValueError, r"sequence of length 2 at dim 1 \(got 1\) at data\[1\].*pad"),
        ([[[1], [2]], [[1], [2, 3]]], ValueError, r"dim 2 \(got 2\) at data\[1\]\[1\]"),
        ([[1, 2], 3], TypeError, r"length 2 at dim 1 \(got int.*at data\[1\]"),
        ([1, [2, 3]], ValueError, r"a number at dim 1 .*length 2\) at data\[1\]"),
        ([ROW, ROW[:2]], ValueError, r"length 3 at dim 1 \(got 2\) at data\[1\]"),
        ([f.ones(2, 3), f.ones(2, 4)], ValueError, r"length 3 at dim 2 \(got 4\) at data\[1\]"),
        ([f.ones(2), f.ones(2), f.ones(2, 1)], ValueError, r"at data\[2\]"),
        ([[0, None]], RuntimeError, r"infer dtype of NoneType at data\[0\]\[1\]"),
        ([0, "a"], TypeError, r"invalid data type 'str' at data\[1\]"),
        (None, RuntimeError, "infer dtype of NoneType;"),
        ({1: 2}, RuntimeError, "infer dtype of dict"),
        ([{1: 2}], RuntimeError, r"infer dtype of dict at data\[0\]"),
        (np.array(["a"]), TypeError, r"can't convert np\.ndarray of type <U1.*supported types"),
        (np.array([None]), TypeError, r"np\.ndarray of type object"),
        (np.array(0, "M8[s]"), TypeError, "type datetime64"),
    ],
)  # fmt: skip
def test_what_cannot_become_a_tensor_is_said_where(data, exception, text):
    with pytest.raises(exception, match=text):
        f.tensor(data)


def test_a_list_that_contains_itself():
    data: list = []
    data.append(data)
    with pytest.raises(ValueError, match="contains itself"):
        f.tensor(data)


# -- other libraries ----------------------------------------------------------------------------
def test_objects_with_protocols():
    for make in (f.tensor, f.as_tensor, f.asarray):
        assert make(WithArray([1, 2])).tolist() == [1, 2]
        assert make(WithDlpack(ROW)).tolist() == [1, 2, 3]
    shared = f.asarray(WithDlpack(ROW.copy()))
    shared += 1  # the memory is its owner's
    separate = f.tensor(WithDlpack(ROW))
    separate += 1
    assert ROW.tolist() == [1, 2, 3]


def test_other_byte_orders_and_negative_strides():
    for source in (ROW.astype(">f4"), ROW[::-1][::-1], ROW[::-1]):
        assert f.tensor(source).tolist() == f.asarray(source).tolist() == source.tolist()
    for make in (f.from_numpy, f.as_tensor):
        with pytest.raises(ValueError, match=r"byte order.*newbyteorder"):
            make(ROW.astype(">f4"))
        with pytest.raises(ValueError, match=r"stride.*negative.*copy"):
            make(ROW[::-1])
    with pytest.raises(ValueError, match="negative"):
        f.asarray(ROW[::-1], copy=False)


def test_tables_of_pandas():
    pd = pytest.importorskip("pandas")
    series = pd.Series([1.0, 2.0], index=["a", "b"])
    frame = pd.DataFrame({"x": [1, 2], "y": [0.5, 1.5]})
    assert f.tensor(series).tolist() == f.as_tensor(series).tolist() == [1, 2]
    assert f.tensor(frame).tolist() == [[1, 0.5], [2, 1.5]]
    assert f.tensor(frame["x"]).dtype is f.int64
    assert f.tensor([series, series]).tolist() == [[1, 2], [1, 2]]
    assert f.tensor(frame.to_numpy()).dtype is f.float64
    frame["name"] = ["p", "q"]
    with pytest.raises(TypeError, match=r"DataFrame of type object.*columns that are.*'name'"):
        f.tensor(frame)
    with pytest.raises(TypeError, match="Series of type"):
        f.tensor(frame["name"])
    array = f.ones(2, 3)
    assert pd.DataFrame(array.numpy()).shape == (2, 3)


def test_a_table_with_columns_of_several_kinds_names_them():
    class Kind:
        def __init__(self, kind):
            self.kind = kind

    class Table(WithArray):
        ndim, shape = 2, (1, 2)

        @property
        def dtypes(self):
            return {"age": Kind("i"), "name": Kind("O")}

    table = Table(np.array([[1, "p"]], object))
    with pytest.raises(TypeError, match=r"Table of type object.*'name' are not numbers"):
        f.tensor(table)


def test_tensors_of_pytorch():
    torch = pytest.importorskip("torch")
    x = torch.arange(3.0)
    assert f.tensor(x).tolist() == f.tensor([x, x])[1].tolist() == [0, 1, 2]
    shared = f.asarray(x)
    shared += 1
    assert x.tolist() == [1, 2, 3]


# -- buffers ------------------------------------------------------------------------------------
def test_asarray_of_buffers():
    buffer = bytearray(b"\x01\x00\x02\x00")
    x = f.asarray(buffer, dtype=f.int16)
    assert x.tolist() == [1, 2]
    x[0] = 3
    assert buffer[0] == 3
    assert f.asarray(memoryview(buffer)).dtype is f.uint8
    numbers = array.array("i", [1, 2])
    y = f.asarray(numbers)
    y += 1
    assert y.dtype is f.int32 and numbers.tolist() == [2, 3]
    assert f.tensor(numbers).tolist() == [2, 3]
    assert f.asarray(array.array("d", [1]), dtype=f.float32).tolist() == [1]


def test_asarray_copies_when_it_is_told():
    source = ROW.copy()
    x, y = f.asarray(source), f.asarray(source, copy=True)
    source[0] = 9
    assert x[0].item() == 9 and y[0].item() == 1
    r = f.ones(2, requires_grad=True)
    assert f.asarray(r) is r
    copied = f.asarray(r, copy=True)
    copied.sum().backward()
    assert r.grad.tolist() == [1, 1]
    assert f.asarray(r, requires_grad=True).is_leaf
    for data in ([1, 2], np.float32(2), 3):
        with pytest.raises(ValueError, match="can't alias"):
            f.asarray(data, copy=False)
    with pytest.raises(ValueError, match="can't alias"):
        f.asarray(ROW, dtype=f.int32, copy=False)


def test_frombuffer():
    buffer = bytearray(np.arange(4, dtype=np.float32).tobytes())
    x = f.frombuffer(buffer, dtype=f.float32, offset=4, count=2)
    assert x.tolist() == [1, 2]
    x[0] = 7
    assert np.frombuffer(buffer, np.float32)[1] == 7
    half = f.frombuffer(bytearray(b"\x80\x3f"), dtype=f.bfloat16)
    assert half.dtype is f.bfloat16 and half.tolist() == [1]
    assert f.frombuffer(buffer, dtype=f.float32, requires_grad=True).requires_grad
    assert f.frombuffer(array.array("d", [1, 2]), dtype=f.float64).tolist() == [1, 2]


def test_frombuffer_of_bytes_warns_and_cannot_be_written():
    with pytest.warns(UserWarning, match="not writable"):
        x = f.frombuffer(b"abcd", dtype=f.uint8)
    with pytest.raises(RuntimeError, match="read-only"):
        x += 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        f.frombuffer(bytearray(4), dtype=f.uint8)


@pytest.mark.parametrize(
    ("size", "options", "text"),
    [
        (8, {"count": 3}, r"requested buffer length \(3 \* 4 bytes\).*actual.*\(8 bytes\)"),
        (8, {"offset": 8}, r"offset \(8 bytes\) must be non-negative and no greater"),
        (8, {"offset": -1}, r"offset \(-1 bytes\)"),
        (8, {"offset": 5}, r"length \(3 bytes\) after offset \(5 bytes\) must be a multiple"),
        (9, {}, r"must be a multiple of element size \(4\)"),
        (0, {}, r"both buffer length \(0\) and count \(-1\) must not be 0"),
        (8, {"count": 0}, r"both buffer length \(8\) and count \(0\)"),
    ],
)  # fmt: skip
def test_frombuffer_refuses(size, options, text):
    with pytest.raises(ValueError, match=f"frombuffer: .*{text}"):
        f.frombuffer(bytearray(size), dtype=f.float32, **options)
    torch = pytest.importorskip("torch")
    with pytest.raises(ValueError):
        torch.frombuffer(bytearray(size), dtype=torch.float32, **options)


def test_frombuffer_of_a_list():
    with pytest.raises(ValueError, match="does not implement Python buffer protocol: given list"):
        f.frombuffer([1, 2], dtype=f.float32)
