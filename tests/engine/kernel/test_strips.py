"""Transpositions whose strides fall into one set of the cache: strips, with NumPy's values."""

from __future__ import annotations

import numpy as np
import pytest

import flambeau
from flambeau.core.config import config
from flambeau.engine.kernel.affine import Affine
from flambeau.engine.kernel.choose import crossing_axis

SHAPES = [(1024, 1024), (100, 1024), (1024, 77), (65, 2048), (64, 3072), (130, 1025)]


@pytest.mark.parametrize("backend", ["cpu", "simulated"])
@pytest.mark.parametrize("shape", SHAPES)
def test_values(shape, backend):
    if backend == "simulated" and shape[0] * shape[1] > 200_000:
        shape = (shape[0] // 8 + 64, 1024)
    a = np.random.default_rng(0).standard_normal(shape).astype(np.float32)
    with config.override(BACKEND=backend):
        x = flambeau.tensor(a)
        np.testing.assert_array_equal((x.t() + 1).numpy(), a.T + 1)
        np.testing.assert_array_equal((x.t() * x.t()).numpy(), a.T * a.T)
        if shape[0] == shape[1]:
            np.testing.assert_array_equal((x.t() - x).numpy(), a.T - a)


def test_in_place_over_its_own_transposition():
    a = np.random.default_rng(1).standard_normal((1024, 1024)).astype(np.float32)
    x = flambeau.tensor(a)
    x.add_(x.t())
    np.testing.assert_array_equal(x.numpy(), a + a.T)


def test_batches_of_transpositions():
    a = np.random.default_rng(2).standard_normal((3, 64, 2, 1024)).astype(np.float32)
    x = flambeau.tensor(a)
    expected = np.ascontiguousarray(a.transpose(0, 3, 2, 1)) * 2
    np.testing.assert_array_equal((x.permute(0, 3, 2, 1) * 2).numpy(), expected)


def test_only_aliased_steps_are_cut():
    plain = Affine((("i", 1), ("j", 1000)))
    aliased = Affine((("i", 1), ("j", 2048)))
    kept = [("i", 512), ("j", 512)]
    assert crossing_axis(kept, "j", [aliased]) == "i"
    assert crossing_axis(kept, "j", [plain]) is None
    assert crossing_axis([("i", 8), ("j", 512)], "j", [aliased]) is None
