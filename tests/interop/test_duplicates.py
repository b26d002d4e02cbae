"""pickle, copy.copy and copy.deepcopy of tensors: what is shared, kept and refused."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

import flambeau
from flambeau import nn


def through_pickle(x):
    return pickle.loads(pickle.dumps(x))


class Named(flambeau.Tensor):
    """A subclass with nothing of its own."""


def named(values):
    made = flambeau.tensor(values)
    made.__class__ = Named
    made.note = ["mine"]
    return made


ALL = pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy, through_pickle])
SEPARATE = pytest.mark.parametrize("duplicate", [copy.deepcopy, through_pickle])


@ALL
def test_class_attributes_and_requires_grad_are_kept(duplicate):
    x = duplicate(named([1.0, 2.0]))
    assert type(x) is Named and x.note == ["mine"] and x.tolist() == [1, 2]
    for flag in (True, False):
        p = duplicate(nn.Parameter(flambeau.ones(2), requires_grad=flag))
        assert type(p) is nn.Parameter and p.requires_grad is flag and p.is_leaf
        assert duplicate(flambeau.ones(2, requires_grad=flag)).requires_grad is flag


@ALL
@pytest.mark.parametrize(
    "make",
    [
        lambda: flambeau.zeros(0, 3), lambda: flambeau.tensor(2.5),
        lambda: flambeau.arange(6.0).reshape(2, 3).t()[1:], lambda: flambeau.ones(1).expand(2, 3),
        lambda: flambeau.tensor([1.5, 2.5], dtype=flambeau.bfloat16),
        lambda: flambeau.tensor([1 + 2j, 3 - 1j]).conj(), lambda: flambeau.tensor([1 + 2j]).real,
        lambda: flambeau.from_numpy(np.arange(3)), lambda: flambeau.ones(2) + 1,
        lambda: flambeau.frombuffer(bytearray(4), dtype=flambeau.bfloat16),
    ],
)  # fmt: skip
def test_elements_dtype_and_strides_are_kept(duplicate, make):
    x = make()
    y = duplicate(x)
    assert y is not x and y.dtype is x.dtype and y.shape == x.shape
    assert y.tolist() == x.tolist() and y.stride() == x.stride()


def test_copy_shares_memory_and_deepcopy_does_not():
    x = flambeau.zeros(2, 3)
    row = copy.copy(x[1])
    row += 1
    assert x.sum().item() == 3
    separate = copy.deepcopy(x)
    separate += 1
    assert x.sum().item() == 3


@SEPARATE
def test_what_shares_memory_shares_it_again(duplicate):
    base = flambeau.zeros(4)
    part = flambeau.tensor([1 + 2j, 3 + 4j])
    made = duplicate([base, base[1:], base.view(2, 2), part, part.imag, part.imag])
    made[0].fill_(5)
    assert made[1].tolist() == [5, 5, 5] and made[2].tolist() == [[5, 5], [5, 5]]
    made[3].mul_(2)
    assert made[4].tolist() == made[5].tolist() == [4, 8]
    made[4].zero_()
    assert made[3].tolist() == [2, 6]
    assert base.tolist() == [0] * 4 and part.tolist() == [1 + 2j, 3 + 4j]


def test_separate_pickles_and_deepcopies_are_separate():
    base = flambeau.zeros(4)
    a, b = through_pickle(base), through_pickle(base[1:])
    a.fill_(1)
    assert b.tolist() == [0, 0, 0]


def test_outside_memory_is_copied():
    array = np.zeros(2)
    x = flambeau.from_numpy(array)
    for y in (copy.deepcopy(x), through_pickle(x)):
        y += 1
    shared = copy.copy(x)
    shared += 5
    assert array.tolist() == [5, 5]


def test_gradients_go_along_with_deepcopy_only():
    x = flambeau.ones(2, requires_grad=True)
    (x * 3).sum().backward()
    y = copy.deepcopy(x)
    assert y.grad.tolist() == [3, 3] and y.grad is not x.grad
    y.grad.zero_()
    assert x.grad.tolist() == [3, 3]
    assert copy.copy(x).grad is None and through_pickle(x).grad is None


def test_results_lose_their_history_or_are_refused():
    x = flambeau.ones(2, requires_grad=True)
    for y in (x * 2, (x * 2)[1:]):
        with pytest.raises(RuntimeError, match=r"Only Tensors created explicitly.*try \.detach"):
            copy.deepcopy(y)
        for made in (copy.copy(y), through_pickle(y)):
            assert made.requires_grad and made.is_leaf and made.tolist() == y.tolist()
    assert copy.deepcopy((x * 2).detach()).tolist() == [2, 2]


def test_a_module_with_tied_weights_stays_tied():
    first, second = nn.Linear(2, 2), nn.Linear(2, 2)
    second.weight = first.weight
    both = nn.Sequential(first, second)
    for made in (copy.deepcopy(both), through_pickle(both)):
        assert made[0].weight is made[1].weight
        assert made[0].weight is not first.weight


def test_gradients_of_a_copy_are_its_own():
    x = flambeau.ones(2, requires_grad=True)
    y = copy.copy(x)
    (y * y).sum().backward()
    assert y.grad.tolist() == [2, 2] and x.grad is None


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_every_protocol(protocol):
    x = flambeau.arange(4.0)[1:]
    text = pickle.dumps(x, protocol)
    assert pickle.loads(text).tolist() == [1, 2, 3]


def test_same_as_pytorch():
    torch = pytest.importorskip("torch")
    for t in (torch, flambeau):
        x = t.ones(2, requires_grad=True)
        again = through_pickle(x * 2)
        assert again.requires_grad and again.is_leaf
        shared = copy.copy(x.detach())
        shared += 1
        assert x.tolist() == [2, 2]
        made = copy.deepcopy({"a": x, "b": x})
        assert made["a"] is made["b"]
