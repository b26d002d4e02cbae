"""Functions over lists of tensors, compared with PyTorch."""

from __future__ import annotations

import numpy as np
import pytest

import flambeau
from flambeau.tensor import foreach

CALLS = """
add(a, b); add(a, 2); add(a, b, alpha=3); add(a, [1, 2.5]); sub(a, b)
mul(a, b); mul(a, 3); div(a, b); maximum(a, b)
minimum(a, b); maximum(a, 0.5); clamp_min(a, 0.7); clamp_max(a, [0.7, 0.2])
pow(a, 2)
addcmul(a, b, c); addcmul(a, b, c, 2); addcdiv(a, b, c, [2, 3]); addcdiv(a, b, c, value=2)
lerp(a, b, 0.3); lerp(a, b, c); sqrt(a); neg(a); abs(a); exp(a); reciprocal(a); round(a); norm(a)
norm(a, 1); clone(a); sigmoid(a); log(a); trunc(a)
""".replace("\n", ";")


def lists(library):
    source = np.random.default_rng(0)
    shapes = ((2, 3), (4,))
    return {
        name: [library.tensor(source.uniform(0.1, 1, s).tolist(), dtype=library.float64)
               for s in shapes]
        for name in "abc"
    }  # fmt: skip


@pytest.mark.parametrize("call", [c.strip() for c in CALLS.split(";") if c.strip()])
def test_calls_are_pytorchs(call):
    torch = pytest.importorskip("torch")
    found = []
    for library in (flambeau, torch):
        values = lists(library)
        result = eval(f"L._foreach_{call}", {"L": library, **values})
        name, rest = call.split("(", 1)
        written = None
        if hasattr(library, f"_foreach_{name}_"):
            given = eval(f"L._foreach_{name}_({rest}", {"L": library, **values})
            assert all(x is y for x, y in zip(given, values["a"], strict=True))
            written = [x.numpy() for x in values["a"]]
        found.append(([x.numpy() for x in result], written))
    for ours, theirs in zip(*found, strict=True):
        assert (ours is None) == (theirs is None)
        for x, y in zip(ours or (), theirs or (), strict=True):
            np.testing.assert_allclose(x, y, rtol=1e-12)


def test_names_are_pytorchs():
    torch = pytest.importorskip("torch")
    assert {n for n in foreach.functions() if not hasattr(torch, n)} == set()


def test_writes_and_lengths():
    x, y = [flambeau.ones(2), flambeau.ones(3)], [flambeau.zeros(2), flambeau.zeros(3)]
    flambeau._foreach_copy_(y, x)
    assert y[1].tolist() == [1, 1, 1]
    flambeau._foreach_zero_(x)
    assert x[0].tolist() == [0, 0]
    with pytest.raises(RuntimeError, match="same number of tensors"):
        flambeau._foreach_add(x, y[:1])
