"""Elements by Python functions, diagonals, and PyTorch's process-wide switches."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import flambeau


def test_elements_by_functions() -> None:
    x = flambeau.arange(6.0).reshape(2, 3)
    assert x.t().apply_(lambda a: a * a) is not x
    assert x.tolist() == [[0, 1, 4], [9, 16, 25]]  # written through the view
    x.map_(flambeau.tensor([1.0, 2.0, 3.0]), lambda a, b: a - b)
    assert x.tolist() == [[-1, -1, 1], [8, 14, 22]]
    x.map2_(flambeau.ones(2, 1), flambeau.zeros(3), lambda a, b, c: b + c)
    assert x.tolist() == [[1, 1, 1]] * 2
    with pytest.raises(RuntimeError, match="requires grad"):
        flambeau.ones(1, requires_grad=True).apply_(abs)


@pytest.mark.parametrize("shape", [(3, 3), (2, 5), (7, 3), (4, 3), (3, 3, 3)], ids=str)
@pytest.mark.parametrize("wrap", [False, True])
def test_diagonals_are_numpys(shape: tuple, wrap: bool) -> None:
    expected = np.zeros(shape)
    np.fill_diagonal(expected, 5, wrap)
    found = flambeau.zeros(shape)
    assert found.fill_diagonal_(5, wrap) is found
    np.testing.assert_array_equal(found.numpy(), expected)
    turned = flambeau.zeros(shape[::-1]).permute(*range(len(shape) - 1, -1, -1))
    np.testing.assert_array_equal(turned.fill_diagonal_(5, wrap).numpy(), expected)


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda f: f.ones(3).fill_diagonal_(1), RuntimeError, "larger than 1"),
        (lambda f: f.ones(3, 3, 2).fill_diagonal_(1), RuntimeError, "equal length"),
        (lambda f: f.set_default_device("cuda"), RuntimeError, "device that is present"),
        (lambda f: f.set_default_tensor_type("torch.IntTensor"), TypeError, "floating-point"),
        (lambda f: f.set_float32_matmul_precision("x"), RuntimeError, "one of"),
        (lambda f: f.set_deterministic_debug_mode(7), RuntimeError, "'default', 'warn'"),
        (lambda f: f.set_num_interop_threads(0), RuntimeError, "positive"),
    ],
)
def test_errors(call: Any, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        call(flambeau)


def test_switches_are_remembered() -> None:
    flambeau.use_deterministic_algorithms(True, warn_only=True)
    assert flambeau.are_deterministic_algorithms_enabled()
    assert flambeau.is_deterministic_algorithms_warn_only_enabled()
    assert flambeau.get_deterministic_debug_mode() == 1
    flambeau.set_deterministic_debug_mode("default")
    assert not flambeau.are_deterministic_algorithms_enabled()
    flambeau.set_float32_matmul_precision("medium")
    assert flambeau.get_float32_matmul_precision() == "medium"
    flambeau.set_float32_matmul_precision("highest")
    flambeau.set_num_interop_threads(2)
    assert flambeau.get_num_interop_threads() == 2
    flambeau.set_warn_always(True)
    assert flambeau.is_warn_always_enabled()
    flambeau.set_warn_always(False)
    assert flambeau.set_flush_denormal(True) is False
    assert flambeau.get_default_device().type == "cpu"
    flambeau.set_default_device("cpu")
    flambeau.set_default_tensor_type("torch.DoubleTensor")
    try:
        assert flambeau.ones(1).dtype is flambeau.float64
    finally:
        flambeau.set_default_tensor_type(flambeau.FloatTensor)


def test_names_of_types() -> None:
    assert flambeau.typename(flambeau.ones(1).long()) == "flambeau.LongTensor"
    assert flambeau.typename(3) == "int"
    assert flambeau.typename(flambeau.nn.Linear(1, 1)).endswith("Linear")


def test_methods_as_functions() -> None:
    x = flambeau.tensor([-1.0, 0.5, 3.0])
    assert flambeau.clamp_(x, 0, 1) is x and x.tolist() == [0, 0.5, 1]
    assert flambeau.round_(x).tolist() == [0, 0, 1]
    assert flambeau.detach(x).tolist() == x.tolist()
    assert not flambeau.is_conj(x) and flambeau.resolve_neg(x) is x
    y = flambeau.arange(6.0)
    assert y.as_strided_((2, 2), (3, 1)).tolist() == [[0, 1], [3, 4]]
    assert [p.tolist() for p in flambeau.unsafe_split(y, 1)] == [[[0, 1]], [[3, 4]]]
