"""Memory read as another dtype: views that share it, in both directions, with NumPy too."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import flambeau


def test_parts_share_memory_both_ways() -> None:
    x = flambeau.tensor([[1 + 2j, 3 + 4j], [5 + 6j, 7 + 8j]])
    real, column = x.real, x[:, 1].imag
    real += 10
    column.mul_(-1)
    assert x.tolist() == [[11 + 2j, 13 - 4j], [15 + 6j, 17 - 8j]]
    x[0] = 0
    assert real.tolist() == [[0, 0], [15, 17]] and column.tolist() == [0, -8]
    real[1, 0] = 1  # a view of the view
    assert x[1, 0].item() == 1 + 6j


def test_pairs_share_memory_both_ways() -> None:
    x = flambeau.arange(8.0).reshape(2, 2, 2)
    z = flambeau.view_as_complex(x)
    z *= 2
    assert x.flatten().tolist() == [0, 2, 4, 6, 8, 10, 12, 14]
    parts = flambeau.view_as_real(z[1])
    parts[0] = -1
    assert x[1, 0].tolist() == [-1, -1] and z[1, 0].item() == -1 - 1j
    assert flambeau.view_as_complex(flambeau.arange(6.0)[2:4]).item() == 2 + 3j
    odd = flambeau.arange(5.0)  # whose last element belongs to no pair
    flambeau.view_as_complex(odd[:4].reshape(2, 2)).fill_(1j)
    assert odd.tolist() == [0, 1, 0, 1, 4]


PAIRS = [
    ("float32", "int32"), ("float64", "int64"), ("int32", "float32"), ("float16", "int16"),
    ("bool", "uint8"), ("float32", "uint8"), ("uint8", "float32"), ("int64", "int16"),
    ("int16", "int64"), ("float64", "float32"), ("complex64", "float32"), ("float32", "complex64"),
    ("complex64", "int64"), ("complex128", "complex64"), ("uint8", "complex64"),
]  # fmt: skip


@pytest.mark.parametrize(("own", "other"), PAIRS)
def test_bits_are_numpys(own: str, other: str) -> None:
    source = np.random.default_rng(0)
    count = 16 if own != "bool" else 1
    array = source.integers(0, 2 if own == "bool" else 100, (3, count)).astype(own)
    if other != "bool" and own.startswith(("float", "complex")):
        array = array + np.dtype(own).type(0.5)
    x = flambeau.tensor(array)
    found = x.view(getattr(flambeau, other))
    expected = array.view(other)
    assert found.shape == expected.shape
    np.testing.assert_array_equal(
        found.numpy().copy().view(np.uint8), np.ascontiguousarray(expected).view(np.uint8)
    )
    found[1] = found[0]
    assert x[1].tolist() == x[0].tolist()
    back = found.view(getattr(flambeau, own))
    assert back.tolist() == x.tolist()


def test_views_of_parts_of_the_memory() -> None:
    x = flambeau.arange(12, dtype=flambeau.int32).reshape(3, 4)
    pairs = x[1:, 2:].view(flambeau.int64)
    assert pairs.shape == (2, 1)
    pairs[1] = 0
    assert x.tolist() == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 0, 0]]
    assert x.t().view(flambeau.float32).shape == (4, 3)
    shorts = x[:, 1:2].contiguous().view(flambeau.int16)
    assert shorts.tolist() == [[1, 0], [5, 0], [9, 0]]


def test_memory_is_shared_with_numpy() -> None:
    array = np.array([1 + 2j, 3 + 4j])
    x = flambeau.from_numpy(array)
    x.real[0] = 9
    assert array[0] == 9 + 2j
    array[1] = 0
    assert x.imag.tolist() == [2, 0]
    seen = flambeau.view_as_real(x).numpy()
    seen[1] = 5
    assert x[1].item() == 5 + 5j and array[1] == 5 + 5j
    y = flambeau.tensor([1 + 1j, 2 + 2j])
    imaginary = y.imag.numpy()
    y *= 3
    assert imaginary.tolist() == [3, 6]


def test_history_follows_the_source() -> None:
    x = flambeau.tensor([1 + 2j, 3 - 1j], dtype=flambeau.complex128, requires_grad=True)
    y = x * 2
    real = y.real
    with flambeau.no_grad():
        before = real.tolist()
    y.mul_(1j)  # real sees the new value, and where it came from
    assert before == [2, 6] and real.tolist() == [-4, 2]
    real.sum().backward()
    assert x.grad.tolist() == [-2j, -2j]
    flambeau.view_as_real((x * 1j)[1:]).sum().backward()
    assert x.grad.tolist() == [-2j, 1 - 3j]


def test_in_place_under_grad_is_refused() -> None:
    x = flambeau.tensor([1 + 2j], requires_grad=True)
    y = x * 2
    with pytest.raises(RuntimeError, match="view of memory of another dtype"):
        y.real.add_(1)
    assert y.tolist() == [2 + 4j]
    with flambeau.no_grad():
        y.real.add_(1)
    assert y.tolist() == [3 + 4j]


def test_in_a_captured_step() -> None:
    x = flambeau.tensor([1 + 2j, 3 + 4j])

    @flambeau.compile
    def step(y: Any) -> Any:
        x.real.add_(y)
        return x.imag.sum() + x.real.sum()

    found = [step(flambeau.ones(2)).item() for _ in range(3)]
    assert found == [12, 14, 16] and x.tolist() == [4 + 2j, 6 + 4j]


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda x: x[0, 0].view(flambeau.float64), "dim.. cannot be 0"),
        (lambda x: x.t().view(flambeau.float64), "stride.-1. must be 1"),
        (lambda x: x[:, :3].view(flambeau.float64), "must be divisible by 2"),
        (lambda x: x[:, 1:3].view(flambeau.float64), "storage_offset"),
        (lambda x: flambeau.view_as_complex(x.t()[:, :2]), "stride divisible by 2"),
    ],
)
def test_errors(call: Any, text: str) -> None:
    with pytest.raises(RuntimeError, match=text):
        call(flambeau.arange(16.0).reshape(4, 4))


def test_pickles_and_copies() -> None:
    import copy
    import pickle

    x = flambeau.tensor([1 + 2j, 3 + 4j])
    for duplicate in (pickle.loads(pickle.dumps(x.real)), copy.deepcopy(x.imag), x.real.clone()):
        before = x.tolist()
        duplicate += 1
        assert x.tolist() == before
