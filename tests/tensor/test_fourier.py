"""Fourier transforms against NumPy: values, shapes, norms, errors; compiled around them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import flambeau

SOURCE = np.random.default_rng(0)
REAL = SOURCE.normal(size=(4, 5, 6))
COMPLEX = REAL + 1j * SOURCE.normal(size=(4, 5, 6))
NORMS = [None, "backward", "forward", "ortho"]


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("name", ["fft", "ifft", "rfft", "irfft", "hfft", "ihfft"])
@pytest.mark.parametrize(("n", "dim"), [(None, -1), (7, 1), (3, 0)])
def test_along_one_dim(name: str, n: int | None, dim: int, norm: str | None) -> None:
    array = REAL if name in ("rfft", "ihfft") else COMPLEX
    found = getattr(flambeau.fft, name)(flambeau.from_numpy(array), n, dim, norm)
    expected = getattr(np.fft, name)(array, n, dim, norm)
    np.testing.assert_allclose(found.numpy(), expected, atol=1e-12)


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("name", ["fft", "ifft", "rfft", "irfft"])
@pytest.mark.parametrize(("s", "dims"), [((3, 8), (0, 2)), ((4, 4), (1, 0))])
def test_along_several_dims(name: str, s: Any, dims: Any, norm: str | None) -> None:
    array = REAL if name == "rfft" else COMPLEX
    x = flambeau.from_numpy(array)
    for suffix, arguments in (("2", (s, dims)), ("n", (s, dims)), ("2", ())):
        found = getattr(flambeau.fft, name + suffix)(x, *arguments, norm=norm)
        expected = getattr(np.fft, name + suffix)(array, *arguments, norm=norm)
        np.testing.assert_allclose(found.numpy(), expected, atol=1e-12)
    found = getattr(flambeau.fft, f"{name}n")(x)
    np.testing.assert_allclose(found.numpy(), getattr(np.fft, f"{name}n")(array), atol=1e-12)


@pytest.mark.parametrize("name", ["hfft2", "hfftn", "ihfft2", "ihfftn"])
def test_half_transforms_are_pytorchs(name: str) -> None:
    torch = pytest.importorskip("torch")
    array = REAL if name[0] == "i" else COMPLEX
    for arguments in ((), ((4, 3), (1, 2), "ortho"), (None, (0, 2))):
        found = getattr(flambeau.fft, name)(flambeau.from_numpy(array), *arguments)
        expected = getattr(torch.fft, name)(torch.from_numpy(array), *arguments)
        np.testing.assert_allclose(found.numpy(), expected.resolve_conj().numpy(), atol=1e-12)


def test_frequencies_and_shifts() -> None:
    for n in (1, 4, 5):
        np.testing.assert_allclose(flambeau.fft.fftfreq(n, 0.5).numpy(), np.fft.fftfreq(n, 0.5))
        np.testing.assert_allclose(flambeau.fft.rfftfreq(n, 2).numpy(), np.fft.rfftfreq(n, 2))
    x = flambeau.from_numpy(REAL)
    for dim in (None, 1, (0, 2)):
        shifted = flambeau.fft.fftshift(x, dim)
        np.testing.assert_array_equal(shifted.numpy(), np.fft.fftshift(REAL, dim))
        assert flambeau.fft.ifftshift(shifted, dim).tolist() == REAL.tolist()


def test_dtypes() -> None:
    single = flambeau.ones(4)
    assert flambeau.fft.fft(single).dtype is flambeau.complex64
    assert flambeau.fft.irfft(single).dtype is flambeau.float32
    assert flambeau.fft.rfft(single.double()).dtype is flambeau.complex128
    assert flambeau.fft.fft(single.int()).dtype is flambeau.complex64
    with pytest.raises(RuntimeError, match="Unsupported dtype"):
        flambeau.fft.fft(single.half())


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda f, x: f.fft(x, 0), RuntimeError, r"Invalid number of data points \(0\)"),
        (lambda f, x: f.fft(x, norm="no"), RuntimeError, "Invalid normalization mode"),
        (lambda f, x: f.fft(x, dim=3), IndexError, "out of range"),
        (lambda f, x: f.fft2(x, dim=(0, 0)), RuntimeError, "dims must be unique"),
        (lambda f, x: f.fftn(x, (1, 2), (0,)), RuntimeError, "must have the same length"),
        (lambda f, x: f.rfft(x * 1j), RuntimeError, "expects a real input"),
        (lambda f, x: f.irfft(x[:, :1]), RuntimeError, r"Invalid number of data points \(0\)"),
        (lambda f, x: f.rfftn(x, dim=()), RuntimeError, "at least one axis"),
    ],
)
def test_errors(call: Any, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        call(flambeau.fft, flambeau.ones(3, 4))


def test_in_a_captured_step() -> None:
    """The transform runs on the host between two native parts; complex values are split."""

    @flambeau.compile
    def smooth(x: Any) -> Any:
        spectrum = flambeau.fft.rfft(x.tanh())
        weights = flambeau.arange(spectrum.shape[-1]).neg().exp()
        return flambeau.fft.irfft(spectrum * weights, x.shape[-1])

    for seed in (0, 1):
        x = np.random.default_rng(seed).normal(size=(3, 16)).astype(np.float32)
        spectrum = np.fft.rfft(np.tanh(x)) * np.exp(-np.arange(9))
        found = smooth(flambeau.from_numpy(x))
        np.testing.assert_allclose(found.numpy(), np.fft.irfft(spectrum, 16), atol=1e-6)
