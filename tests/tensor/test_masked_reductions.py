"""Masked reductions against NumPy's masked arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import flambeau

M = flambeau.masked
A = np.random.default_rng(0).normal(size=(3, 4, 5))
KEPT = np.random.default_rng(1).random((3, 4, 5)) > 0.4
KEPT[:, 0, :] = KEPT[:, :, 0] = True  # something is kept along every dim


def reference(name: str, dim: Any) -> np.ndarray:
    array = np.ma.masked_array(A, ~KEPT)
    found = getattr(array, {"amax": "max", "amin": "min"}.get(name, name))(axis=dim)
    return np.asarray(found)


@pytest.mark.parametrize("dim", [None, 1, -1, (0, 2)], ids=str)
@pytest.mark.parametrize("name", ["sum", "prod", "amax", "amin", "mean"])
def test_reductions(name: str, dim: Any) -> None:
    x, mask = flambeau.from_numpy(A), flambeau.from_numpy(KEPT)
    found = getattr(M, name)(x, dim, mask=mask)
    np.testing.assert_allclose(found.numpy(), reference(name, dim), rtol=1e-12)
    kept = getattr(M, name)(x, dim, keepdim=True, mask=mask)
    assert kept.dim() == 3 and kept.reshape(found.shape).tolist() == found.tolist()


@pytest.mark.parametrize("name", ["var", "std"])
def test_spread(name: str) -> None:
    x, mask = flambeau.from_numpy(A), flambeau.from_numpy(KEPT)
    array = np.ma.masked_array(A, ~KEPT)
    for correction in (0, 1):
        found = getattr(M, name)(x, 1, correction=correction, mask=mask)
        expected = getattr(array, name)(axis=1, ddof=correction)
        np.testing.assert_allclose(found.numpy(), expected.filled(np.nan), rtol=1e-10)
    biased = getattr(M, name)(x, 1, False, mask=mask)
    np.testing.assert_allclose(biased.numpy(), np.asarray(getattr(array, name)(axis=1)))


def test_along_one_dim() -> None:
    x, mask = flambeau.from_numpy(A), flambeau.from_numpy(KEPT)
    array = np.ma.masked_array(A, ~KEPT)
    np.testing.assert_array_equal(M.argmax(x, 2, mask=mask).numpy(), array.argmax(2))
    np.testing.assert_array_equal(M.argmin(x, 2, mask=mask).numpy(), array.argmin(2))
    np.testing.assert_allclose(M.cumsum(x, 2, mask=mask).numpy(), array.filled(0).cumsum(2))
    np.testing.assert_allclose(M.cumprod(x, 2, mask=mask).numpy(), array.filled(1).cumprod(2))
    soft = np.where(KEPT, np.exp(A), 0)
    soft /= soft.sum(1, keepdims=True)
    np.testing.assert_allclose(M.softmax(x, 1, mask=mask).numpy(), soft)
    np.testing.assert_allclose(M.log_softmax(x, 1, mask=mask).exp().numpy(), soft)
    np.testing.assert_allclose(M.softmin(-x, 1, mask=mask).numpy(), soft)
    length = np.sqrt((np.where(KEPT, A, 0) ** 2).sum(1))
    np.testing.assert_allclose(M.norm(x, 2, 1, mask=mask).numpy(), length)
    unit = np.where(KEPT, A, 0) / length[:, None]
    np.testing.assert_allclose(M.normalize(x, 2, 1, mask=mask).numpy(), unit)
    total = np.log(np.where(KEPT, np.exp(A), 0).sum(1))
    np.testing.assert_allclose(M.logsumexp(x, 1, mask=mask).numpy(), total)
    with np.errstate(divide="ignore"):
        added = np.log(np.where(KEPT, np.exp(A), 0) + np.exp(A))
    np.testing.assert_allclose(M.logaddexp(x, x, input_mask=mask).numpy(), added)


def test_median_is_of_the_kept_elements() -> None:
    x = flambeau.tensor([[1.0, 5.0, 2.0], [4.0, 0.0, 9.0]])
    mask = flambeau.tensor([[True, False, True], [False, False, False]])
    found = M.median(x, 1, mask=mask)
    assert found[0].item() == 1 and found[1].isnan()
    assert M.median(x.int(), 1, mask=mask[:1]).tolist() == [1, 4]
    with pytest.raises(ValueError, match="no fully masked out rows"):
        M.median(x.int(), 1, mask=mask)


def test_what_is_dropped_gets_no_gradient() -> None:
    x = flambeau.from_numpy(A).requires_grad_()
    M.var(x, mask=flambeau.from_numpy(KEPT)).backward()
    assert not x.grad.numpy()[~KEPT].any() and x.grad.numpy()[KEPT].all()


def test_dtypes_and_errors() -> None:
    ints, mask = flambeau.arange(6).reshape(2, 3).int(), flambeau.tensor([True, False, True])
    assert M.sum(ints, mask=mask).dtype is flambeau.int64
    assert M.amax(ints, mask=mask).dtype is flambeau.int32
    assert M.amin(ints, 0, mask=flambeau.tensor([[False], [False]])).tolist() == [2**31 - 1] * 3
    with pytest.raises(ValueError, match="Could not infer output dtype"):
        M.mean(ints)
    with pytest.raises(ValueError, match="broadcastable mask"):
        M.sum(ints, mask=flambeau.ones(1, 2, 3).bool())
