"""Distances, combinations, coordinates, slopes and copies against SciPy, itertools and NumPy."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

import flambeau

distance = pytest.importorskip("scipy.spatial.distance")
SOURCE = np.random.default_rng(0)


@pytest.mark.parametrize("rows", [4, 40])
@pytest.mark.parametrize(
    ("p", "metric"),
    [(2.0, "euclidean"), (1.0, "cityblock"), (np.inf, "chebyshev"), (3.0, "minkowski")],
)
def test_distances_are_scipys(rows: int, p: float, metric: str) -> None:
    a, b = SOURCE.normal(size=(rows, 5)), SOURCE.normal(size=(7, 5))
    extra = {"p": p} if metric == "minkowski" else {}
    expected = distance.cdist(a, b, metric, **extra)
    found = flambeau.cdist(flambeau.from_numpy(a), flambeau.from_numpy(b), p)
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-10)


def test_distances_of_batches_and_of_nothing() -> None:
    a, b = flambeau.randn(3, 1, 4, 2), flambeau.randn(5, 6, 2)
    found = flambeau.cdist(a, b)
    assert found.shape == (3, 5, 4, 6)
    np.testing.assert_allclose(
        found[1, 2].numpy(), flambeau.cdist(a[1, 0], b[2]).numpy(), rtol=1e-5
    )
    assert flambeau.cdist(flambeau.ones(2, 0), flambeau.ones(3, 0)).tolist() == [[0] * 3] * 2
    assert flambeau.cdist(flambeau.ones(0, 2), flambeau.ones(3, 2)).shape == (0, 3)


def test_equal_rows_have_a_gradient() -> None:
    for rows in (2, 30):
        x = flambeau.ones(rows, 3, dtype=flambeau.float64, requires_grad=True)
        flambeau.cdist(x, x).sum().backward()
        assert not x.grad.any()
    y = flambeau.randn(30, 3, dtype=flambeau.float64, requires_grad=True)
    z = flambeau.randn(4, 3, dtype=flambeau.float64, requires_grad=True)
    assert flambeau.autograd.gradcheck(lambda y, z: flambeau.cdist(y, z), (y, z), fast_mode=True)


@pytest.mark.parametrize("r", [0, 1, 2, 3, 6])
@pytest.mark.parametrize("again", [False, True])
def test_combinations(r: int, again: bool) -> None:
    values = [3, 1, 4, 1, 5]
    choose = itertools.combinations_with_replacement if again else itertools.combinations
    found = flambeau.combinations(flambeau.tensor(values), r, again)
    expected = [list(c) for c in choose(values, r)] if r else []
    assert found.tolist() == expected
    if r:
        assert found.shape == (len(expected), r)


def test_coordinates() -> None:
    places = SOURCE.integers(0, 60, (2, 3))
    found = flambeau.unravel_index(flambeau.from_numpy(places), (3, 4, 5))
    for f, e in zip(found, np.unravel_index(places, (3, 4, 5)), strict=True):
        np.testing.assert_array_equal(f.numpy(), e)


@pytest.mark.parametrize("edge_order", [1, 2])
@pytest.mark.parametrize("spacing", [1, 0.5, [2.0, 0.1], "uneven"], ids=str)
def test_slopes_are_numpys(spacing: Any, edge_order: int) -> None:
    x = SOURCE.normal(size=(5, 6))
    given, ours = [spacing], spacing
    if spacing == "uneven":
        given = [np.sort(SOURCE.normal(size=n)) for n in x.shape]
        ours = [flambeau.from_numpy(g) for g in given]
    elif isinstance(spacing, list):
        given = spacing
    expected = np.gradient(x, *given, edge_order=edge_order)
    found = flambeau.gradient(flambeau.from_numpy(x), spacing=ours, edge_order=edge_order)
    for f, e in zip(found, expected, strict=True):
        np.testing.assert_allclose(f.numpy(), e, rtol=1e-10, atol=1e-12)
    (alone,) = flambeau.gradient(flambeau.from_numpy(x), dim=-1)
    np.testing.assert_allclose(alone.numpy(), np.gradient(x, axis=1))


def test_copies_share_nothing() -> None:
    x = flambeau.arange(6.0).reshape(2, 3)
    calls = {
        "alias": (), "detach": (), "as_strided": ((2,), (1,)), "diagonal": (), "expand": ((2, 3),),
        "permute": ((1, 0),), "select": (0, 1), "slice": (1, 0, 2), "squeeze": (), "t": (),
        "transpose": (0, 1), "unfold": (1, 2, 1), "unsqueeze": (0,), "view": ((6,),),
        "split": (1,), "split_with_sizes": ([1, 1],), "unbind": (),
    }  # fmt: skip
    for name, arguments in calls.items():
        found = getattr(flambeau, f"{name}_copy")(x, *arguments)
        first = found[0] if isinstance(found, tuple) else found
        expected = first.tolist()
        first.add_(1)
        assert x.tolist() == [[0, 1, 2], [3, 4, 5]], name
        assert (first - 1).tolist() == expected
    parts = flambeau.view_as_real_copy(flambeau.tensor([1 + 2j]))
    assert flambeau.view_as_complex_copy(parts).tolist() == [1 + 2j]


def test_filled_copies() -> None:
    x = flambeau.zeros(3, requires_grad=True)
    value = flambeau.tensor(2.0, requires_grad=True)
    flambeau.fill(x, value).sum().backward()
    assert value.grad.item() == 3 and x.tolist() == [0, 0, 0]
    assert flambeau.fill(x, 4).tolist() == [4, 4, 4]


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda f, x: f.cdist(x, x[:, :2]), RuntimeError, "same number of columns"),
        (lambda f, x: f.cdist(x, x[0]), RuntimeError, "at least 2D"),
        (lambda f, x: f.cdist(x, x, -1), RuntimeError, "non-negative p"),
        (lambda f, x: f.cdist(x.int(), x), RuntimeError, "floating-point dtypes"),
        (lambda f, x: f.cdist(x, x, 2, "no"), ValueError, "compute_mode"),
        (lambda f, x: f.combinations(x), RuntimeError, "Expect a 1D vector"),
        (lambda f, x: f.combinations(x[0], -1), RuntimeError, "non-negative number"),
        (lambda f, x: f.unravel_index(x, (2,)), TypeError, "integer dtype"),
        (lambda f, x: f.unravel_index(x.long(), (-2,)), ValueError, "negative values"),
        (lambda f, x: f.gradient(x[:, :1]), RuntimeError, r"at least edge_order\+1"),
        (lambda f, x: f.gradient(x, edge_order=3), RuntimeError, "only supports edge_order"),
        (lambda f, x: f.gradient(x, spacing=[1.0, 2, 3]), RuntimeError, "list of length equal"),
    ],
)
def test_errors(call: Any, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        call(flambeau, flambeau.ones(3, 3))
