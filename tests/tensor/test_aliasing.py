"""Who shares memory with whom: every view operation, every copy, and NumPy on both sides."""

from __future__ import annotations

import numpy as np
import pytest

import flambeau

X = np.arange(24, dtype=np.float32).reshape(2, 3, 4)

VIEWS = """
x.view(6, 4); x.view(-1); x.reshape(4, 6); x.permute(2, 0, 1); x.transpose(0, 2); x.movedim(0, 2)
x.swapaxes(0, 1); x[1]; x[:, 1:]; x[..., ::2]; x[None]; x[:, 0, 1:3]; x.select(1, 2)
x.narrow(2, 1, 2); x.unsqueeze(1); x[:1].squeeze(0); x[:1].expand(5, 3, 4); x.diagonal(0, 1, 2)
x.unfold(2, 2, 1); x.as_strided((2, 2), (4, 1), 3); x.detach(); x.data; x.flatten(); x.flatten(1)
x.unflatten(2, (2, 2)); x.view_as(x); x.expand_as(x); x.split(1)[1]; x.chunk(2, 2)[1]
x.unbind(1)[2]; x[0].t(); x[0].T; x.mT; x.contiguous(); x.to(x.dtype); x.float(); x.ravel()
x.squeeze(); x.real; x.view(x.shape); x.tensor_split(2)[0]; x.swapdims(0, 2); x.moveaxis(1, 0)
x.permute(1, 2, 0)[1:, ::2, 0]
""".replace("\n", ";")
COPIES = """
x.clone(); x.repeat(1, 1, 1); x + 0; x.permute(2, 0, 1).contiguous()
x.permute(2, 0, 1).reshape(-1); x.double(); x.t_copy; x[[0, 1]]; x[x > 3]; x.flip(0); x.roll(1)
x.tile(1); flambeau.tensor(x.tolist()); x.to(flambeau.int32); x.permute(2, 0, 1).flatten()
x.to(x.dtype, copy=True); x.half(); flambeau.cat([x]); flambeau.zeros_like(x)
""".replace("x.t_copy; ", "").replace("\n", ";")


def calls(text):
    return [c.strip() for c in text.split(";") if c.strip()]


@pytest.mark.parametrize("call", [c for c in calls(VIEWS) if "expand(5" not in c])
def test_views_share_memory_both_ways(call):
    x = flambeau.tensor(X)
    view = eval(call, {"x": x, "flambeau": flambeau})
    before = view.numpy().copy()
    x += 100  # through the base
    np.testing.assert_array_equal(view.numpy(), before + 100)
    view.fill_(-1)  # through the view
    assert (x == -1).sum().item() == len(np.unique(before))
    assert view.untyped_storage().data_ptr() == x.untyped_storage().data_ptr()


@pytest.mark.parametrize("call", calls(COPIES))
def test_copies_share_nothing(call):
    x = flambeau.tensor(X)
    copy = eval(call, {"x": x, "flambeau": flambeau})
    copy.fill_(1)
    np.testing.assert_array_equal(x.numpy(), X)
    before = copy.numpy().copy()
    x.fill_(-5)
    np.testing.assert_array_equal(copy.numpy(), before)


@pytest.mark.parametrize("call", [c for c in calls(VIEWS) if c != "x.data"])
def test_views_have_pytorchs_strides_and_offsets(call):
    torch = pytest.importorskip("torch")
    ours = eval(call, {"x": flambeau.tensor(X), "flambeau": flambeau})
    theirs = eval(call, {"x": torch.tensor(X), "flambeau": torch})
    assert tuple(ours.shape) == tuple(theirs.shape)
    assert ours.stride() == theirs.stride()
    assert ours.storage_offset() == theirs.storage_offset()
    assert ours.is_contiguous() == theirs.is_contiguous()
    assert (ours._base is None) == (theirs._base is None)


def test_siblings_see_each_others_writes():
    x = flambeau.zeros(4, 4)
    rows, columns, diagonal = x[1:3], x[:, 2], x.diagonal()
    rows += 1
    columns.mul_(5)
    diagonal.copy_(flambeau.arange(4.0))
    assert x.tolist() == [[0, 0, 0, 0], [1, 1, 5, 1], [1, 1, 2, 1], [0, 0, 0, 3]]
    assert columns.tolist() == [0, 5, 2, 0] and rows.tolist() == x[1:3].tolist()


def test_numpy_shares_memory_in_both_directions():
    array = np.zeros((2, 3), np.float32)
    x = flambeau.from_numpy(array)
    array[0] = 1
    assert x.tolist() == [[1, 1, 1], [0, 0, 0]]
    x[1] = 2
    x.mul_(10)
    assert array.tolist() == [[10, 10, 10], [20, 20, 20]]
    back = x.numpy()
    back[0, 0] = -1
    assert x[0, 0].item() == -1 and array[0, 0] == -1
    y = flambeau.ones(3)
    other = y.numpy()
    y += 1
    assert other.tolist() == [2, 2, 2]
    other[:] = 9
    assert y.tolist() == [9, 9, 9] and (y * 2).tolist() == [18, 18, 18]


def test_strided_and_read_only_arrays():
    array = np.arange(12.0).reshape(3, 4)
    x = flambeau.from_numpy(array.T[::2])
    array += 1
    assert x.tolist() == array.T[::2].tolist()
    x.zero_()
    assert array[:, ::2].sum() == 0 and array[:, 1].sum() != 0
    with pytest.raises(ValueError, match=r"negative strides?"):
        flambeau.from_numpy(array[::-1])


def test_what_copies_and_what_does_not():
    array = np.zeros(3)
    copied, shared, same = (
        flambeau.tensor(array),
        flambeau.as_tensor(array),
        flambeau.asarray(array),
    )
    array += 1
    assert copied.tolist() == [0, 0, 0]
    assert shared.tolist() == same.tolist() == [1, 1, 1]
    assert flambeau.as_tensor(shared) is shared
    assert flambeau.as_tensor(array, dtype=flambeau.float32).tolist() == [1, 1, 1]


def test_detach_and_data():
    x = flambeau.ones(3, requires_grad=True)
    d, e = x.detach(), x.data
    d[0] = 5
    e[1] = 6
    assert x.tolist() == [5, 6, 1]
    assert not d.requires_grad and not e.requires_grad and x.is_leaf
    x.data = flambeau.zeros(3)
    assert x.tolist() == [0, 0, 0] and x.requires_grad


def test_a_view_that_cannot_be_one_says_why():
    x = flambeau.tensor(X).permute(2, 0, 1)
    with pytest.raises(RuntimeError, match=r"(?s)view.*stride.*reshape") as caught:
        x.view(-1)
    assert "copy" in str(caught.value) or "copies" in str(caught.value)
    with pytest.raises(RuntimeError, match=r"shape '?\[5, 5\]'? is invalid for input of size 24"):
        x.view(5, 5)


def test_writes_to_overlapping_memory_are_refused():
    x = flambeau.zeros(1, 3).expand(4, 3)
    with pytest.raises(RuntimeError, match="clone"):
        x.add_(1)
    assert x.sum().item() == 0
    x[0] = 1  # one row is no overlap; it is all rows
    assert x.sum().item() == 12


def test_a_view_outlives_its_base():
    view = flambeau.arange(10.0)[3:6]
    del_count = view + 0
    view += 1
    assert view.tolist() == [4, 5, 6] and del_count.tolist() == [3, 4, 5]
