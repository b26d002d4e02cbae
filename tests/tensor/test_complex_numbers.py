"""Complex numbers: parts, arithmetic with Python's numbers, derivatives as PyTorch's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import flambeau

A = np.array([1 + 2j, 3 - 4j, -0.3 + 0.2j])
B = np.array([0.5 - 1j, 2 + 0.3j, 1 + 1j])


def test_parts_are_numpys() -> None:
    x = flambeau.from_numpy(A)
    for name in ("real", "imag"):
        found = getattr(x, name)
        assert found.dtype is flambeau.float64
        np.testing.assert_array_equal(found.numpy(), getattr(A, name))
    np.testing.assert_array_equal(x.conj().numpy(), A.conj())
    np.testing.assert_array_equal(x.conj_physical().numpy(), A.conj())
    np.testing.assert_allclose(x.abs().numpy(), np.abs(A))
    parts = flambeau.view_as_real(x)
    assert parts.shape == (3, 2)
    assert flambeau.view_as_complex(parts).tolist() == A.tolist()
    made = flambeau.complex(x.real, x.imag)
    assert made.tolist() == A.tolist()
    polar = flambeau.polar(x.abs(), flambeau.atan2(x.imag, x.real))
    np.testing.assert_allclose(polar.numpy(), A)


def test_parts_of_real_tensors() -> None:
    x = flambeau.ones(3)
    assert x.real is x and x.conj() is x
    with pytest.raises(RuntimeError, match="imag is not implemented for tensors with non-complex"):
        x.imag  # noqa: B018


def test_setting_a_part() -> None:
    x = flambeau.tensor([1 + 2j, 3 + 4j])
    x.real = flambeau.tensor([5.0, 6.0])
    x.imag = -1
    assert x.tolist() == [5 - 1j, 6 - 1j]


@pytest.mark.parametrize(
    ("make", "dtype"),
    [
        (lambda: flambeau.ones(2) * 2j, "complex64"),
        (lambda: 2j * flambeau.ones(2), "complex64"),
        (lambda: flambeau.ones(2, dtype=flambeau.float64) * 2j, "complex128"),
        (lambda: flambeau.tensor([1, 1]) * 2j, "complex64"),
        (lambda: flambeau.tensor(1.0, dtype=flambeau.float64) * 2j, "complex128"),
        (lambda: flambeau.tensor([1j, 1j]) * 2, "complex64"),
        (lambda: flambeau.tensor([1j, 1j]) * flambeau.tensor(2.0, dtype=flambeau.float64),
         "complex64"),
    ],
)  # fmt: skip
def test_promotion_with_python_numbers(make: Any, dtype: str) -> None:
    assert make().dtype.name == dtype


def test_numbers_keep_their_precision() -> None:
    x = flambeau.ones(1, dtype=flambeau.float64) * (1 / 3 + 1j / 3)
    assert x.tolist() == [1 / 3 + 1j / 3]


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: flambeau.complex(flambeau.ones(1), 2), "required: two tensors"),
        (lambda: flambeau.complex(flambeau.ones(1).int(), flambeau.ones(1).int()),
         "to be Float or Double tensors"),
        (lambda: flambeau.complex(flambeau.ones(1), flambeau.ones(1).double()),
         "Expected object of scalar type float32"),
        (lambda: flambeau.view_as_real(flambeau.ones(2)), "only supported for complex tensors"),
        (lambda: flambeau.view_as_complex(flambeau.ones(3)), "last dimension of size 2"),
    ],
)  # fmt: skip
def test_errors(call: Any, text: str) -> None:
    with pytest.raises((RuntimeError, TypeError), match=text):
        call()


PROGRAMS = [
    lambda lib, x, y: (x * y).abs().sum(),
    lambda lib, x, y: (x / y).real.sum(),
    lambda lib, x, y: (x * y).exp().imag.sum(),
    lambda lib, x, y: (x @ y.conj()).abs(),
    lambda lib, x, y: (x**3 * y.sin()).abs().pow(2).sum(),
    lambda lib, x, y: lib.view_as_real(x * y * (2 + 1j)).tanh().sum(),
    lambda lib, x, y: (x.sqrt() * y.log()).imag.sum(),
    lambda lib, x, y: (x.cumsum(0) * y.cosh()).real.sum(),
    lambda lib, x, y: lib.polar(x.abs(), y.real).imag.sum(),
    lambda lib, x, y: lib.view_as_complex(lib.stack([x.real, y.imag], -1)).pow(2).imag.sum(),
    lambda lib, x, y: (x.real * y).imag.sum(),
    lambda lib, x, y: lib.complex(x.imag, y.real).reciprocal().abs().sum(),
]


@pytest.mark.parametrize("number", range(len(PROGRAMS)))
def test_gradients_are_pytorchs(number: int) -> None:
    torch = pytest.importorskip("torch")
    results = []
    for lib in (torch, flambeau):
        x = lib.from_numpy(A.copy()).requires_grad_()
        y = lib.from_numpy(B.copy()).requires_grad_()
        out = PROGRAMS[number](lib, x, y)
        out.backward()
        results.append([out.item()] + [
            None if g is None else g.resolve_conj().numpy() for g in (x.grad, y.grad)
        ])  # fmt: skip
    for expected, found in zip(*results, strict=True):
        assert (expected is None) == (found is None)
        if expected is not None:
            np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-12)
