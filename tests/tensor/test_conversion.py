"""Tensors as Python numbers, arrays, other dtypes, pickles and copies; shared memory both ways."""

from __future__ import annotations

import copy
import io
import pickle

import numpy as np
import pytest

import flambeau

DTYPES = ["bool", "uint8", "int8", "int16", "int32", "int64", "float16", "bfloat16", "float32",
          "float64"]  # fmt: skip
VALUES = [0.0, 1.0, -1.0, 1.5, -2.75, 100.0, 0.1]


def name_of(dtype):
    return str(dtype).split(".")[-1]


# -- numbers ------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", DTYPES)
def test_item_and_tolist(name):
    x = flambeau.tensor([[1, 0], [1, 1]], dtype=getattr(flambeau, name))
    kind = {"b": bool, "i": int, "u": int, "f": float}[name[0] if name != "bfloat16" else "f"]
    assert x.tolist() == [[1, 0], [1, 1]]
    first = flambeau.tensor(1, dtype=getattr(flambeau, name)).item()
    assert first == 1 and type(first) is kind
    assert type(x.tolist()[0][0]) is kind
    assert flambeau.tensor([[1]], dtype=getattr(flambeau, name)).item() == 1


def test_extreme_integers_survive():
    for value in (2**63 - 1, -(2**63)):
        assert flambeau.tensor(value).item() == value


def test_python_conversions():
    x = flambeau.tensor(2.7)
    assert float(x) == pytest.approx(2.7) and int(x) == 2 and bool(x) and complex(x) == x.item()
    assert range(5)[flambeau.tensor(3)] == 3
    assert not bool(flambeau.tensor(0.0)) and bool(flambeau.tensor([[float("nan")]]))
    assert [1, 2, 3][flambeau.tensor(1)] == 2
    assert len(flambeau.zeros(3, 2)) == 3
    assert 2.0 in flambeau.tensor([1.0, 2.0]) and 5 not in flambeau.tensor([1.0])
    rows = list(flambeau.tensor([[1, 2], [3, 4]]))
    assert [r.tolist() for r in rows] == [[1, 2], [3, 4]]
    a, b = flambeau.tensor([1.0, 2.0])
    assert (a + b).item() == 3


def test_item_of_a_view_reads_its_element():
    x = flambeau.arange(6).view(2, 3).t()
    assert x.select(0, 2).select(0, 1).item() == 5


# -- NumPy --------------------------------------------------------------------------------------
def test_numpy_shares_memory_both_ways():
    x = flambeau.zeros(3)
    array = x.numpy()
    x.add_(1)
    assert array.tolist() == [1, 1, 1]
    array[0] = 5
    assert x.tolist() == [5, 1, 1]
    y = x * 2
    array[0] = 7  # y was computed from what was there at the call
    assert y.tolist() == [10, 2, 2] and x.tolist() == [7, 1, 1]


def test_from_numpy_shares_memory_both_ways():
    array = np.zeros((2, 3), np.float32)
    x = flambeau.from_numpy(array)
    x.select(0, 1).add_(2)
    assert array.tolist() == [[0, 0, 0], [2, 2, 2]]
    array[:] = 1
    assert x.sum().item() == 6
    assert x.numpy().__array_interface__["data"] == array.__array_interface__["data"]


def test_views_of_arrays_keep_their_strides():
    array = np.arange(24).reshape(2, 3, 4)
    view = array.transpose(2, 0, 1)[1:, :, ::2]
    x = flambeau.from_numpy(view)
    assert x.shape == view.shape and x.stride() == (1, 12, 8)
    np.testing.assert_array_equal(x.numpy(), view)
    x.zero_()
    assert array.sum() == array[..., 0].sum() + array[:, 1].sum() - array[:, 1, 0].sum()
    back = flambeau.arange(6).view(2, 3).t().numpy()
    assert back.strides == (8, 24) and back.tolist() == [[0, 3], [1, 4], [2, 5]]


def test_numpy_functions_take_tensors():
    x = flambeau.tensor([1.0, 4.0])
    assert np.asarray(x).tolist() == [1, 4] and np.array(x, dtype=np.int64).dtype == np.int64
    assert np.asarray(x, np.float64).tolist() == [1, 4]
    assert np.mean(np.asarray(x)) == 2.5
    assert isinstance(np.array([1.0, 2.0]) * x, flambeau.Tensor)
    assert (np.array([1.0, 2.0]) * x).tolist() == [1, 8]
    assert (x + np.float32(1)).tolist() == [2, 5] and (np.float32(1) + x).tolist() == [2, 5]
    assert (x < np.array([2.0, 2.0])).tolist() == [True, False]


def test_array_copy_argument():
    x = flambeau.zeros(2)
    shared, own = np.asarray(x), np.array(x, copy=True)
    x.add_(1)
    assert shared.tolist() == [1, 1] and own.tolist() == [0, 0]


def test_empty_tensors_as_arrays():
    assert flambeau.zeros(0, 3).numpy().shape == (0, 3)
    assert flambeau.from_numpy(np.zeros((2, 0))).shape == (2, 0)


def test_memory_stays_ours_again_when_the_array_is_gone():
    x = flambeau.zeros(3)
    array = x.numpy()
    del array
    assert x._storage.external is None
    x.add_(1)
    assert x.tolist() == [1, 1, 1]


def test_read_only_arrays_can_be_read():
    array = np.arange(3.0)
    array.flags.writeable = False
    with pytest.warns(UserWarning, match="not writable"):
        x = flambeau.from_numpy(array)
    assert x.sum().item() == 3
    with pytest.raises(RuntimeError, match="read-only array"):
        x.add_(1)
    assert array.tolist() == [0, 1, 2]


# -- dtypes -------------------------------------------------------------------------------------
@pytest.mark.parametrize("source", DTYPES)
@pytest.mark.parametrize("target", DTYPES)
def test_conversions_are_pytorchs(source, target):
    torch = pytest.importorskip("torch")
    values = [abs(v) for v in VALUES] if "uint8" in (source, target) else VALUES
    theirs = torch.tensor(values).to(getattr(torch, source)).to(getattr(torch, target))
    ours = flambeau.tensor(values).to(getattr(flambeau, source)).to(getattr(flambeau, target))
    assert name_of(ours.dtype) == name_of(theirs.dtype)
    assert ours.tolist() == theirs.tolist()


def test_named_conversions():
    x = flambeau.tensor([0.0, 1.5])
    table = {"double": "float64", "float": "float32", "half": "float16", "bfloat16": "bfloat16",
             "long": "int64", "int": "int32", "short": "int16", "char": "int8", "byte": "uint8",
             "bool": "bool"}  # fmt: skip
    for method, name in table.items():
        assert getattr(x, method)().dtype is getattr(flambeau, name)
    assert x.float() is x


def test_forms_of_to():
    x = flambeau.zeros(2)
    assert x.to("cpu") is x and x.to(flambeau.float32) is x and x.to(flambeau.device("cpu")) is x
    assert x.to(flambeau.float32, copy=True) is not x
    assert x.to("cpu", flambeau.float64).dtype is flambeau.float64
    assert x.to(dtype=flambeau.int8).dtype is flambeau.int8
    assert x.to(device="cpu", dtype=flambeau.int8, non_blocking=True).dtype is flambeau.int8
    assert x.to(flambeau.zeros(1, dtype=flambeau.int32)).dtype is flambeau.int32
    assert x.to(float).dtype is flambeau.float64 and x.to("cpu", True) is x
    assert x.cpu() is x
    assert x.type() == "flambeau.FloatTensor"
    assert x.type("torch.LongTensor").dtype is flambeau.int64
    assert x.type(flambeau.int8).type() == "flambeau.CharTensor"
    assert x.type_as(flambeau.zeros(1, dtype=flambeau.float16)).dtype is flambeau.float16


def test_gradients_pass_through_conversions():
    x = flambeau.tensor([1.0, 2.0], requires_grad=True)
    (x.double() * 3).sum().backward()
    assert x.grad.dtype is flambeau.float32 and x.grad.tolist() == [3, 3]


def test_bits_as_another_dtype():
    assert flambeau.tensor([1.0]).view(flambeau.int32).item() == 0x3F800000
    assert flambeau.tensor([0x3F80], dtype=flambeau.int16).view(flambeau.bfloat16).item() == 1
    assert flambeau.tensor([1, 2]).view(flambeau.int32).tolist() == [1, 0, 2, 0]
    assert flambeau.zeros(2, 4, dtype=flambeau.uint8).view(flambeau.float32).shape == (2, 1)


# -- what it is ---------------------------------------------------------------------------------
def test_sizes_and_strides():
    x = flambeau.zeros(2, 3, 4)
    assert x.size() == x.shape == (2, 3, 4) and isinstance(x.size(), flambeau.Size)
    assert x.size(-1) == 4 and x.stride() == (12, 4, 1) and x.stride(0) == 12
    assert x.numel() == x.nelement() == 24 and x.dim() == x.ndim == x.ndimension() == 3
    assert x.element_size() == x.itemsize == 4 and x.nbytes == 96
    y = x.select(0, 1).t()
    assert y.storage_offset() == 12 and y.stride() == (1, 4) and not y.is_contiguous()
    assert y.contiguous().is_contiguous() and y.numel() == 12
    assert x.is_floating_point() and not x.is_complex() and x.is_signed()
    assert x.device == flambeau.device("cpu") and x.layout is flambeau.strided
    assert not x.is_cuda and x.get_device() == -1


def test_data_ptr_tells_views_from_copies():
    x = flambeau.arange(6)
    assert x.view(2, 3).data_ptr() == x.data_ptr() == x.detach().data_ptr()
    assert x.view(2, 3).select(0, 1).data_ptr() == x.data_ptr() + 24
    assert x.clone().data_ptr() != x.data_ptr()
    assert x.untyped_storage() == x.view(2, 3).untyped_storage()
    assert x.untyped_storage().data_ptr() == x.data_ptr() and x.untyped_storage().nbytes() == 48


# -- writing ------------------------------------------------------------------------------------
def test_copy_fill_zero():
    x = flambeau.zeros(2, 3)
    assert x.copy_(flambeau.tensor([1, 2, 3])) is x and x.tolist() == [[1, 2, 3]] * 2
    assert x.fill_(2.5) is x and x.sum().item() == 15
    assert x.zero_() is x and x.sum().item() == 0
    x.t().select(0, 1).copy_(flambeau.ones(2, dtype=flambeau.float64))
    assert x.tolist() == [[0, 1, 0]] * 2
    x.fill_(flambeau.tensor(4))
    assert x.max().item() == 4
    y = flambeau.zeros(2, dtype=flambeau.int64).fill_(2.7)
    assert y.tolist() == [2, 2]


def test_copy_passes_gradients_to_its_source():
    source = flambeau.ones(2, requires_grad=True)
    x = flambeau.zeros(3, 2)
    x.copy_(source)
    x.sum().backward()
    assert source.grad.tolist() == [3, 3]


def test_data_is_the_same_memory_without_history():
    x = flambeau.ones(2, requires_grad=True)
    x.data.add_(1)
    assert x.tolist() == [2, 2] and not x.data.requires_grad
    x.data = flambeau.tensor([5.0, 6.0, 7.0])
    assert x.tolist() == [5, 6, 7] and x.requires_grad and x.is_leaf
    (x * 2).sum().backward()
    assert x.grad.tolist() == [2, 2, 2]


def test_in_place_forms_of_views():
    x = flambeau.arange(6).view(2, 3)
    assert x.t_() is x and x.shape == (3, 2) and x.stride() == (1, 3)
    assert x.unsqueeze_(0).shape == (1, 3, 2) and x.squeeze_(0).shape == (3, 2)
    assert x.transpose_(0, 1).tolist() == [[0, 1, 2], [3, 4, 5]]


def test_resize():
    x = flambeau.arange(6)
    assert x.resize_(2, 2).tolist() == [[0, 1], [2, 3]]
    assert x.resize_((3,)).shape == (3,)


# -- copies and pickles -------------------------------------------------------------------------
def through_pickle(x):
    return pickle.loads(pickle.dumps(x))


@pytest.mark.parametrize("duplicate", [through_pickle, copy.deepcopy])
def test_copies_keep_values_sharing_and_flags(duplicate):
    base = flambeau.arange(6, dtype=flambeau.float32)
    x = flambeau.tensor([1.0, 2.0], requires_grad=True)
    made = duplicate({"base": base, "view": base.view(2, 3).t(), "leaf": x, "again": x})
    assert made["view"].tolist() == [[0, 3], [1, 4], [2, 5]] and made["view"].stride() == (1, 3)
    made["base"].fill_(7)
    assert made["view"].max().item() == made["view"].min().item() == 7
    assert base.tolist() == [0, 1, 2, 3, 4, 5]
    assert made["leaf"].requires_grad and made["leaf"] is made["again"] and made["leaf"] is not x


@pytest.mark.parametrize("name", DTYPES)
def test_every_dtype_is_pickled(name):
    x = flambeau.tensor([[1, 0, 1]], dtype=getattr(flambeau, name))
    y = through_pickle(x)
    assert y.dtype is x.dtype and y.tolist() == x.tolist()
    assert through_pickle(x.dtype) is x.dtype and through_pickle(x.shape) == x.shape


def test_deepcopy_takes_the_gradient_along_and_refuses_results():
    x = flambeau.ones(2, requires_grad=True)
    (x * 3).sum().backward()
    assert copy.deepcopy(x).grad.tolist() == [3, 3]
    with pytest.raises(RuntimeError, match=r"Only Tensors created explicitly by the user"):
        copy.deepcopy(x * 2)
    again = through_pickle(x * 2)  # as PyTorch's: a leaf
    assert again.tolist() == [2, 2] and again.requires_grad and again.is_leaf


def test_shallow_copies_share_memory():
    x = flambeau.zeros(2)
    y = copy.copy(x)
    y.add_(1)
    assert y is not x and x.tolist() == [1, 1]


def test_attributes_of_the_user_are_kept():
    x = flambeau.zeros(1)
    x.note = "mine"
    assert through_pickle(x).note == copy.deepcopy(x).note == "mine"


def test_deepcopy_of_external_memory_is_separate():
    array = np.zeros(2)
    x = flambeau.from_numpy(array)
    y = copy.deepcopy(x)
    array[0] = 1
    assert y.tolist() == [0, 0]


def test_pickles_do_not_grow_with_what_a_view_leaves_out():
    file = io.BytesIO()
    pickle.dump(flambeau.zeros(1000), file)
    assert file.tell() < 6000


def test_sets_and_dicts_hold_tensors_by_identity():
    a, b = flambeau.zeros(1), flambeau.zeros(1)
    assert len({a, b, a}) == 2 and {a: 1}[a] == 1
