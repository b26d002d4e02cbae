"""Slices of evaluated memory: one program whatever their start; values as NumPy's."""

from __future__ import annotations

import numpy as np
import pytest

import flambeau
from flambeau.engine.runtime import evaluate

A = np.arange(600.0).reshape(20, 30)

# views of x with a start that depends on i, as flambeau and NumPy spell them
VIEWS = [
    "x[i:i + 5]", "x[:, i:i + 2]", "x[i]", "x[i, i]", "x[i:i + 6:2, 3:]", "x[2:19][i]",
    "x.reshape(-1)[i:i + 7]", "x.reshape(4, 5, 30)[i % 4, :, 2:5]", "x.T[:, i:i + 3]",
    "x.T[1:3][:, i:i + 3]", "x.reshape(10, 60)[i % 10:, i:i + 2]", "x[i:, :1]", "x[:0, i:]",
    "x[i:i + 4].reshape(-1)[i:i + 5]", "x[None, i:i + 3, None]",
]  # fmt: skip


@pytest.mark.parametrize("view", VIEWS)
def test_values(view):
    x = flambeau.tensor(A)
    for i in (0, 3, 7, 12):
        expected = eval(view, {"x": A, "i": i})
        found = eval(view, {"x": x, "i": i})
        np.testing.assert_array_equal((found * 2).numpy(), expected * 2)
        np.testing.assert_array_equal(found.clone().numpy(), expected)
        assert found.sum().item() == expected.sum()


@pytest.mark.parametrize("view", ["x[i:i + 5]", "x[:, i:i + 2]", "x.T[:, i:i + 3]", "x[i, 2:]",
                                  "x.reshape(-1)[i:i + 7]"])  # fmt: skip
def test_one_program_for_every_start(view):
    x = flambeau.tensor(A)
    x.sum().item()

    def run(i):
        return (eval(view, {"x": x, "i": i}) * 3).sum().item()

    run(0)
    before = len(evaluate._programs)
    for i in range(1, 15):
        run(i)
    assert len(evaluate._programs) == before


def test_a_write_to_the_whole_does_not_change_what_was_read():
    x = flambeau.tensor(A)
    part = x[3:6]
    doubled = part * 2
    x.zero_()
    np.testing.assert_array_equal(doubled.numpy(), A[3:6] * 2)
    assert part.sum().item() == 0


def test_the_memory_lives_as_long_as_a_result_that_is_a_part_of_it():
    x = flambeau.tensor(A)
    (x + 0).sum().item()
    rows = [x[i] for i in range(20)]
    arrays = [r.clone().numpy() for r in rows]
    del x, rows
    for _ in range(10):  # reuse whatever was given back
        flambeau.full((20, 30), -1.0, dtype=flambeau.float64).sum().item()
    np.testing.assert_array_equal(np.stack(arrays), A)


def test_shared_memory_is_read_as_it_is():
    array = A.copy()
    x = flambeau.from_numpy(array)
    assert x[2:4].sum().item() == A[2:4].sum()
    array[2] = 0
    assert x[2:4].sum().item() == A[3].sum()


def test_gradients_through_slices():
    x = flambeau.tensor(A, requires_grad=True)
    for i in range(3):
        x.grad = None
        (x[i : i + 2] ** 2).sum().backward()
        expected = np.zeros_like(A)
        expected[i : i + 2] = 2 * A[i : i + 2]
        np.testing.assert_array_equal(x.grad.numpy(), expected)
