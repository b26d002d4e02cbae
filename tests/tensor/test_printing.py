"""Printing is PyTorch's, with our names in place of its."""

from __future__ import annotations

import re

import numpy as np
import pytest

import flambeau
from flambeau.tensor.printing import get_printoptions


@pytest.fixture(autouse=True)
def default_options():
    yield
    flambeau.set_printoptions(profile="default")


GOLDEN = [
    (lambda t: t.tensor(3.5), "tensor(3.5000)"),
    (lambda t: t.tensor(3), "tensor(3)"),
    (lambda t: t.tensor(True), "tensor(True)"),
    (lambda t: t.tensor([]), "tensor([])"),
    (lambda t: t.zeros(0, 3), "tensor([], size=(0, 3))"),
    (lambda t: t.zeros(0, dtype=t.int64), "tensor([], dtype=flambeau.int64)"),
    (lambda t: t.tensor([1.0, 2.0]), "tensor([1., 2.])"),
    (lambda t: t.tensor([1.5, -2.0]), "tensor([ 1.5000, -2.0000])"),
    (lambda t: t.tensor([1e-5, 1.0]), "tensor([1.0000e-05, 1.0000e+00])"),
    (lambda t: t.tensor([1e9]), "tensor([1.0000e+09])"),
    (lambda t: t.tensor([100000000.0]), "tensor([100000000.])"),
    (lambda t: t.tensor([float("nan"), float("inf"), -1.0]), "tensor([nan, inf, -1.])"),
    (lambda t: t.tensor([float("nan"), 0.25]), "tensor([   nan, 0.2500])"),
    (lambda t: t.tensor([-0.0, 0.0]), "tensor([-0., 0.])"),
    (lambda t: t.tensor([[True, False]]), "tensor([[ True, False]])"),
    (lambda t: t.tensor([1, -20, 300]), "tensor([  1, -20, 300])"),
    (lambda t: t.arange(2000), "tensor([   0,    1,    2,  ..., 1997, 1998, 1999])"),
    (lambda t: t.tensor([1], dtype=t.int8), "tensor([1], dtype=flambeau.int8)"),
    (lambda t: t.ones(2, requires_grad=True), "tensor([1., 1.], requires_grad=True)"),
    (lambda t: t.ones(2, requires_grad=True) * 2, "tensor([2., 2.], grad_fn=<MulBackward0>)"),
    (lambda t: t.tensor([[1.0], [2.0]]), "tensor([[1.],\n        [2.]])"),
    (
        lambda t: t.zeros(2, 1, 2),
        "tensor([[[0., 0.]],\n\n        [[0., 0.]]])",
    ),
]


@pytest.mark.parametrize("number", range(len(GOLDEN)))
def test_golden(number):
    make, text = GOLDEN[number]
    assert repr(make(flambeau)) == text
    assert str(make(flambeau)) == text


@pytest.mark.parametrize("number", range(len(GOLDEN)))
def test_the_golden_texts_are_pytorchs(number):
    torch = pytest.importorskip("torch")
    make, text = GOLDEN[number]
    assert repr(make(torch)).replace("torch.", "flambeau.") == text


def test_format_of_numbers_and_tensors():
    assert f"{flambeau.tensor(2.5):.2f}" == "2.50"
    assert f"{flambeau.tensor([2.5])}" == "tensor([2.5000])"
    with pytest.raises(TypeError, match=r"unsupported format string passed to Tensor\.__format__"):
        f"{flambeau.tensor([2.5]):.2f}"


def test_options():
    flambeau.set_printoptions(precision=2, sci_mode=True)
    assert repr(flambeau.tensor([1.0, 20.0])) == "tensor([1.00e+00, 2.00e+01])"
    assert get_printoptions()["precision"] == 2
    flambeau.set_printoptions(profile="short")
    assert repr(flambeau.tensor([1.23456])) == "tensor([1.23])"
    flambeau.set_printoptions(profile="default", threshold=5, edgeitems=1)
    assert repr(flambeau.arange(6)) == "tensor([0,  ..., 5])"
    with pytest.raises(ValueError, match="given profile 'long'; required: one of"):
        flambeau.set_printoptions(profile="long")


def test_a_suffix_that_does_not_fit_goes_on_its_own_line():
    lines = repr(flambeau.full((9,), 0.125, dtype=flambeau.float64)).split("\n")
    assert lines[1] == "       dtype=flambeau.float64)"
    assert max(map(len, lines)) <= 80


def test_printing_shows_what_views_and_aliases_wrote():
    x = flambeau.zeros(2, 2)
    x.t().select(0, 1).fill_(3)
    assert repr(x) == "tensor([[0., 3.],\n        [0., 3.]])"


def random_array(rng):
    ndim = int(rng.integers(0, 5))
    longest = [3000, 60, 12, 8][max(ndim - 1, 0)] if rng.random() < 0.2 else 6
    shape = tuple(int(n) for n in rng.integers(0 if rng.random() < 0.1 else 1, longest, ndim))
    kind = rng.integers(0, 6)
    if kind == 0:
        return rng.normal(size=shape) * 10.0 ** rng.integers(-6, 10)
    if kind == 1:
        return rng.integers(-1000, 1000, shape) * 10.0 ** rng.integers(0, 8)
    if kind == 2:
        special = rng.choice([np.nan, np.inf, -np.inf, 0.0, -0.0])
        return np.where(rng.random(shape) < 0.2, special, rng.normal(size=shape))
    if kind == 3:
        return rng.integers(-100, 100, shape) * 10 ** int(rng.integers(0, 12))
    if kind == 4:
        return rng.random(shape) < 0.5
    whole = np.where(rng.random(shape) < 0.5, 0.0, rng.integers(-3, 3, shape))
    return np.where(rng.random(shape) < 0.1, np.nan, whole)


def random_options(rng, number):
    if number % 4:
        return {"profile": "default"}
    return {
        "precision": int(rng.integers(0, 8)),
        "threshold": int(rng.choice([10, 1000])),
        "edgeitems": int(rng.integers(0, 5)),
        "linewidth": int(rng.choice([40, 80, 120])),
        "sci_mode": [None, True, False][rng.integers(0, 3)],
    }


def test_random_tensors_print_as_in_pytorch():
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(0)
    try:
        for number in range(300):
            array = np.asarray(random_array(rng))
            given = random_options(rng, number)
            torch.set_printoptions(**given)
            flambeau.set_printoptions(**given)
            theirs, ours = torch.from_numpy(array), flambeau.from_numpy(array)
            if array.dtype == np.float64:
                name = str(rng.choice(["float32", "float64", "float16", "bfloat16"]))
                theirs, ours = theirs.to(getattr(torch, name)), ours.to(getattr(flambeau, name))
            # our package's name is longer, so that suffixes may go to the next line earlier
            text = re.sub(r",\s+dtype=", ", dtype=", repr(ours))
            expected = re.sub(r",\s+dtype=", ", dtype=", repr(theirs))
            assert text == expected.replace("torch.", "flambeau.")
    finally:
        torch.set_printoptions(profile="default")
