"""Tensors that take on another shape in place, and sums over what was broadcast."""

from __future__ import annotations

import numpy as np
import pytest

import flambeau

CALLS = [
    "L.arange(6).resize_(2, 2)",
    "L.arange(6).resize_((3, 1))",
    "L.arange(6).reshape(2, 3).t().resize_(2, 2)",  # the storage's order counts
    "L.arange(6)[2:].resize_(2, 1)",
    "L.arange(6)[::2].resize_(3)",  # nothing to do
    "L.arange(6)[::2].resize_(2)",
    "L.arange(6).expand(2, 6).resize_(2, 2)",
    "L.arange(6).resize_(0, 3)",
    "L.tensor(5).resize_(1, 1)",
    "L.arange(6).resize_as_(L.ones(2, 3))",
    "L.arange(4).resize_(2, 2, memory_format=L.contiguous_format)",
    "L.ones(2, 3).int().sum_to_size(1, 3)",
    "L.ones(2, 3).int().sum_to_size(2, 3)",
    "L.ones(2, 1).bool().sum_to_size(1, 1)",
    "L.ones(2, 1).bool().sum_to_size(2, 1)",
    "L.tensor(True).sum_to_size(())",
]


@pytest.mark.parametrize("call", CALLS)
def test_calls_are_pytorchs(call):
    torch = pytest.importorskip("torch")
    a, b = (eval(call, {"L": library}) for library in (flambeau, torch))
    assert a.tolist() == b.tolist() and a.stride() == b.stride()
    assert str(a.dtype).split(".")[-1] == str(b.dtype).split(".")[-1]


def test_a_smaller_shape_looks_at_the_same_memory():
    x = flambeau.arange(6.0)
    y = x.detach()
    assert y.resize_(2, 2) is y
    y[1, 1] = 9
    assert x.tolist() == [0, 1, 2, 9, 4, 5] and x.shape == (6,)
    array = np.arange(6.0)
    flambeau.from_numpy(array).resize_(2)[0] = 7
    assert array[0] == 7


def test_a_larger_shape_parts_from_the_old_memory():
    x = flambeau.arange(4.0)
    view = x[1:]
    x.resize_(2, 3)
    assert x.tolist() == [[0, 1, 2], [3, 0, 0]]
    x[0, 1] = 9
    assert view.tolist() == [1, 2, 3]
    assert view.resize_(4).tolist() == [1, 2, 3, 0]


@pytest.mark.parametrize("call, text", [
    ("flambeau.ones(3, requires_grad=True).resize_(2)", "cannot resize variables"),
    ("flambeau.ones(3).resize_(-1)", "non-negative"),
    ("flambeau.from_numpy(np.ones(3)).resize_(2, 2)", "1 elements short; try clone"),
    ("flambeau.ones(2, 3).sum_to_size(2)", "not expandable"),
])  # fmt: skip
def test_bad_calls_say_what_is_wrong(call, text):
    with pytest.raises(RuntimeError, match=text):
        eval(call, {"flambeau": flambeau, "np": np})


def test_new_empty_strided():
    x = flambeau.ones(1, dtype=flambeau.int16)
    y = x.new_empty_strided((2, 3), (1, 2))
    assert y.shape == (2, 3) and y.stride() == (1, 2) and y.dtype is flambeau.int16
    assert x.new_empty_strided(size=(2,), stride=(5,), dtype=flambeau.float64).is_floating_point()


def test_reflected_methods_by_name():
    x = flambeau.tensor([[1.0, 2.0], [4.0, 8.0]])
    assert x.__rdiv__(8).tolist() == [[8, 4], [2, 1]]
    assert x.__rmatmul__(flambeau.eye(2)).tolist() == x.tolist()
    assert (np.eye(2, dtype=np.float32) @ x).tolist() == x.tolist()
    assert x.__rmatmul__(3) is NotImplemented and x.__rmatmul__([[1.0]]) is NotImplemented
