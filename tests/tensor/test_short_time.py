"""Windows and short-time Fourier transforms against SciPy and PyTorch."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import flambeau

scipy_windows = pytest.importorskip("scipy.signal.windows")
windows = flambeau.signal.windows


@pytest.mark.parametrize("sym", [True, False])
@pytest.mark.parametrize("count", [0, 1, 2, 7, 8])
@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("bartlett", {}), ("blackman", {}), ("cosine", {}), ("hamming", {}), ("hann", {}),
        ("nuttall", {}), ("exponential", {"tau": 2.0}), ("gaussian", {"std": 1.5}),
        ("kaiser", {"beta": 8.0}), ("general_cosine", {"a": [0.5, 0.3, 0.2]}),
        ("general_hamming", {"alpha": 0.6}),
    ],
)  # fmt: skip
def test_windows_are_scipys(name: str, arguments: dict, count: int, sym: bool) -> None:
    found = getattr(windows, name)(count, sym=sym, dtype=flambeau.float64, **arguments)
    expected = getattr(scipy_windows, name)(count, sym=sym, **arguments)
    np.testing.assert_allclose(found.numpy(), expected, atol=1e-14)


@pytest.mark.parametrize("name", ["hann", "hamming", "blackman", "bartlett", "kaiser"])
def test_periodic_windows_are_the_default_of_the_older_names(name: str) -> None:
    older = getattr(flambeau, f"{name}_window")
    newer = getattr(windows, name)
    assert older(9).tolist() == newer(9, sym=False).tolist()
    assert older(9, False).tolist() == newer(9).tolist()


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda: flambeau.hann_window(-1), RuntimeError, "non-negative window_length"),
        (lambda: flambeau.hann_window(3, dtype=flambeau.int64), RuntimeError, "floating point"),
        (lambda: flambeau.hann_window(3, True, 1, 2), TypeError, "required: window_length"),
        (lambda: windows.hann(-1), ValueError, "non-negative window length"),
        (lambda: windows.hann(3, dtype=flambeau.float16), ValueError, "float32 or float64"),
        (lambda: windows.hann(3, std=1), TypeError, "unexpected keyword argument 'std'"),
        (lambda: windows.gaussian(3, std=0), ValueError, "must be positive"),
        (lambda: windows.exponential(3, center=1.0), ValueError, "Center must be None"),
        (lambda: windows.kaiser(3, beta=-1.0), ValueError, "non-negative"),
        (lambda: windows.general_cosine(3, a=[]), TypeError, "non-empty"),
    ],
)
def test_errors_of_windows(call: Any, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        call()


SIGNAL = np.random.default_rng(0).normal(size=(2, 50))
CALLS: list[dict[str, Any]] = [
    {}, {"hop_length": 5}, {"center": False}, {"pad_mode": "constant"},
    {"pad_mode": "replicate"}, {"pad_mode": "circular"}, {"normalized": True},
    {"onesided": False}, {"win_length": 11}, {"hop_length": 3, "onesided": False},
]  # fmt: skip


def _hann(length: int) -> flambeau.Tensor:
    return flambeau.hann_window(length, dtype=flambeau.float64)


@pytest.mark.parametrize("call", CALLS, ids=str)
def test_stft_is_pytorchs(call: dict[str, Any]) -> None:
    torch = pytest.importorskip("torch")
    window = _hann(call.get("win_length", 16))
    found = flambeau.stft(
        flambeau.from_numpy(SIGNAL), 16, window=window, return_complex=True, **call
    )
    expected = torch.stft(
        torch.from_numpy(SIGNAL), 16, window=torch.from_numpy(window.numpy()), return_complex=True,
        **call,
    )  # fmt: skip
    np.testing.assert_allclose(found.numpy(), expected.numpy(), atol=1e-12)


@pytest.mark.parametrize("call", [c for c in CALLS if c.get("center", True)], ids=str)
def test_istft_gives_the_signal_back(call: dict[str, Any]) -> None:
    call = {k: v for k, v in call.items() if k != "pad_mode"}
    window = _hann(call.get("win_length", 16))
    x = flambeau.from_numpy(SIGNAL)
    spectra = flambeau.stft(x, 16, window=window, return_complex=True, **call)
    back = flambeau.istft(spectra, 16, window=window, **call)
    n = back.shape[-1]
    assert n >= 45
    np.testing.assert_allclose(back.numpy(), SIGNAL[:, :n], atol=1e-12)
    if "win_length" not in call:  # whose zeros would be the only weights at the end
        with pytest.warns(UserWarning, match="padded with zeros"):
            longer = flambeau.istft(spectra, 16, window=window, length=80, **call)
        assert longer.shape == (2, 80) and not longer[:, 60:].any()
    assert flambeau.istft(spectra[0], 16, window=window, length=40, **call).shape == (40,)


def test_gradient_reaches_the_signal_and_back() -> None:
    x = flambeau.randn(40, dtype=flambeau.float64, requires_grad=True)
    window = _hann(8)

    def there_and_back(x: flambeau.Tensor) -> flambeau.Tensor:
        spectra = x.stft(8, window=window, return_complex=True)
        return spectra.istft(8, window=window) ** 2

    assert flambeau.autograd.gradcheck(there_and_back, (x,), fast_mode=True)


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda x, w: x.stft(8, window=w), "return_complex parameter be given"),
        (lambda x, w: x.stft(8, 0, window=w, return_complex=True), "expected hop_length > 0"),
        (lambda x, w: x.stft(8, 2, 9, window=w, return_complex=True), "win_length <= n_fft"),
        (lambda x, w: x.stft(4, window=w, return_complex=True), "1D window tensor"),
        (lambda x, w: x[:3].stft(8, window=w, return_complex=True), "Padding size should be less"),
        (lambda x, w: x[:3].stft(8, window=w, center=False, return_complex=True), "0 < n_fft <= 3"),
        (lambda x, w: x.int().stft(8, window=w, return_complex=True), "floating point or complex"),
        (lambda x, w: flambeau.istft(x.reshape(5, 4), 8, window=w), "complex-valued input"),
        (lambda x, w: flambeau.istft(x.reshape(4, 5) * 1j, 8, window=w), "frequency dimension"),
        (lambda x, w: flambeau.istft(x.reshape(5, 4) * 1j, 8, window=w * 0), "overlap add min"),
    ],
)  # fmt: skip
def test_errors(call: Any, text: str) -> None:
    with pytest.raises(RuntimeError, match=text):
        call(flambeau.arange(20.0), flambeau.ones(8))


def test_a_missing_window_is_warned_about() -> None:
    with pytest.warns(UserWarning, match="rectangular window"):
        flambeau.arange(20.0).stft(8, return_complex=True)
