"""Joining, splitting, repeating and reordering, compared with PyTorch and with NumPy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import flambeau

X = np.arange(24, dtype=np.float64).reshape(2, 3, 4) + 1
Y = -np.arange(12, dtype=np.float64).reshape(1, 3, 4) - 1

CALLS = """
L.cat([x, y]); L.cat([x, x], 1); L.cat([x, x], -1); L.cat([x, y, x], dim=0); L.cat([x])
L.cat([x, L.zeros(0)]); L.concat([x, y]); L.concatenate([x, y]); L.cat([x, x.float()])
L.cat([x.int(), x]); L.stack([x, x]); L.stack([x, x], 1); L.stack([x, x], -1); L.hstack([x, x])
L.vstack([x, y]); L.dstack([x, x]); L.column_stack([x[0], x[1]]); L.row_stack([x, y])
L.hstack([x[0, 0], x[0, 1]]); L.dstack([x[0, 0], x[0, 1]]); x.split(2); x.split(2, 1)
x.split([1, 3], 2); L.split(x, 2, dim=-1); x.chunk(2, 1); x.chunk(5, 2); L.chunk(x, 3); x.unbind()
x.unbind(-1); x.tensor_split(2, 2); x.tensor_split((1, 3), 2); x.hsplit(3); x.vsplit(2)
x.dsplit(2); x.repeat(2, 1, 1); x.repeat(2, 1, 1, 3); x[0, 0].repeat(3); L.tile(x, (2,))
x.tile(2, 2); x.tile((1, 2, 2, 1)); L.flip(x, (0,)); x.flip(0, -1); x.fliplr(); x.flipud()
L.roll(x, 1); L.roll(x, 2, 1); x.roll((1, -1), (0, 2)); L.rot90(x[0]); L.rot90(x, 2, (1, 2))
L.rot90(x, -1, [0, 2]); L.atleast_1d(x.sum()); L.atleast_2d(x[0, 0]); L.atleast_3d(x[0])
L.block_diag(x[0], x[1, :2]); L.cartesian_prod(x[0, 0], y[0, 0])
L.meshgrid(x[0, 0], y[0, :, 0], indexing="ij"); L.meshgrid(x[0, 0], y[0, :, 0], indexing="xy")
""".replace("\n", ";")


def values(result):
    return list(result) if isinstance(result, (tuple, list)) else [result]


@pytest.mark.parametrize("call", [c.strip() for c in CALLS.split(";") if c.strip()])
def test_calls_are_pytorchs(call):
    torch = pytest.importorskip("torch")
    found, grads = [], []
    for library in (flambeau, torch):
        x = library.tensor(X.tolist(), dtype=library.float64, requires_grad=True)
        y = library.tensor(Y.tolist(), dtype=library.float64, requires_grad=True)
        results = values(eval(call, {"L": library, "x": x, "y": y}))
        found.append([(tuple(r.shape), str(r.dtype).split(".")[-1], r.tolist()) for r in results])
        if all(r.dtype is library.float64 for r in results):
            sum(((r * r).sum() for r in results), library.zeros(())).backward()
        grads.append([None if t.grad is None else t.grad.tolist() for t in (x, y)])
    assert found[0] == found[1]
    assert grads[0] == grads[1]


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_cat_and_split_are_inverse(data):
    shape = data.draw(st.lists(st.integers(0, 4), min_size=1, max_size=3))
    dim = data.draw(st.integers(-len(shape), len(shape) - 1))
    sizes = data.draw(st.lists(st.integers(0, 5), min_size=1, max_size=6))
    pieces = []
    for n in sizes:
        piece = list(shape)
        piece[dim] = n
        pieces.append(np.random.default_rng(n).standard_normal(piece).astype(np.float32))
    whole = flambeau.cat([flambeau.tensor(p) for p in pieces], dim)
    np.testing.assert_array_equal(whole.numpy(), np.concatenate(pieces, dim))
    for part, piece in zip(whole.split(sizes, dim), pieces, strict=True):
        np.testing.assert_array_equal(part.numpy(), piece)


VIEWS = ["x.split(1)[1]", "x.chunk(2, 2)[0]", "x.unbind(1)[2]", "x.tensor_split(2)[1]",
         "x.hsplit(3)[0]", "flambeau.atleast_3d(x[0])"]  # fmt: skip


@pytest.mark.parametrize("call", VIEWS)
def test_parts_are_views(call):
    x = flambeau.tensor(X)
    part = eval(call, {"x": x, "flambeau": flambeau})
    part.fill_(-7)
    assert (x == -7).sum().item() == part.numel()


COPIES = [
    "flambeau.cat([x])",
    "x.repeat(1, 1, 1)",
    "x.flip(0)",
    "x.roll(1)",
    "flambeau.stack([x])[0]",
]


@pytest.mark.parametrize("call", COPIES)
def test_joined_and_repeated_tensors_are_copies(call):
    x = flambeau.tensor(X)
    eval(call, {"x": x, "flambeau": flambeau}).fill_(-7)
    np.testing.assert_array_equal(x.numpy(), X)


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int16", "float16", "bfloat16", "float32"])
def test_every_dtype(dtype):
    x = flambeau.tensor([[0, 1], [1, 1]]).to(getattr(flambeau, dtype))
    joined = flambeau.cat([x, x.t()], 1)
    assert joined.dtype is x.dtype and joined.tolist() == [[0, 1, 0, 1], [1, 1, 1, 1]]
    assert x.roll(1, 0).tolist() == [[1, 1], [0, 1]]
    assert x.repeat(1, 2).tolist() == [[0, 1, 0, 1], [1, 1, 1, 1]]


BAD = [
    ("flambeau.cat([])", "non-empty"),
    ("flambeau.cat([x, x[0]])", "same number of dimensions"),
    ("flambeau.cat([x, y], 1)", r"Expected size 2 but got size 1 .* in dim 0; try: dim=0"),
    ("flambeau.cat([x, x], 3)", "Dimension out of range"),
    ("flambeau.cat([x, 1])", "Tensor"),
    ("flambeau.stack([x, y])", "equal size"),
    ("flambeau.stack([])", "non-empty"),
    ("x.split(-1)", "non-negative"),
    ("x.split([1, 2], 2)", "sum"),
    ("x.chunk(0)", "greater than 0"),
    ("x.repeat(2)", "[Nn]umber of dimensions"),
    ("x.repeat(-1, 1, 1)", "negative"),
    ("x.flip(0, 0)", "multiple times|appears|unique"),
    ("x.roll((1, 2), (0,))", "shifts"),
]


@pytest.mark.parametrize("call, text", BAD)
def test_bad_calls_say_what_is_wrong(call, text):
    with pytest.raises((RuntimeError, ValueError, TypeError, IndexError), match=text):
        eval(call, {"x": flambeau.tensor(X), "y": flambeau.tensor(Y), "flambeau": flambeau})
