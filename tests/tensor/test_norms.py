"""Norms, condition numbers and distances, compared with PyTorch."""

from __future__ import annotations

import numpy as np
import pytest

import flambeau
from flambeau import linalg

R = np.random.default_rng(3)
DATA = {
    "v": R.standard_normal(5), "m": R.standard_normal((3, 3)), "t": R.standard_normal((2, 4, 3)),
    "e": R.standard_normal((2, 0, 3)), "s": R.standard_normal(()),
    "f": R.standard_normal((2, 3, 3)),
}  # fmt: skip

ORDERS = ("2", "1", "0", "-1", "3", "0.5", "INF", "-INF", "-2.5")
MATRIX_ORDERS = ("'fro'", "'nuc'", "2", "-2", "1", "-1", "INF", "-INF")
CALLS = [
    *[f"L.linalg.vector_norm(t, {p}, {rest})" for p in ORDERS
      for rest in ("None", "1", "(0, 2)", "-1, True", "(0, 1, 2), True")],
    *[f"L.linalg.vector_norm({x}, {p})" for p in ORDERS for x in ("v", "s", "v[::2]")],
    *[f"L.linalg.matrix_norm({x}, {p}{rest})" for p in MATRIX_ORDERS
      for x in ("m", "t") for rest in ("", ", keepdim=True")],
    *[f"L.linalg.matrix_norm(t, {p}, dim=(0, 1){k})" for p in MATRIX_ORDERS
      for k in ("", ", keepdim=True")],
    *[f"L.linalg.matrix_norm(t, {p}, dim=(2, 0))" for p in MATRIX_ORDERS],
    *[f"L.linalg.cond({x}, {p})" for p in ("None", *MATRIX_ORDERS) for x in ("m", "f")],
    *[f"L.norm({x}, {p})" for p in ORDERS for x in ("t", "v")],
    *[f"L.dist(t, m[:1], {p})" for p in ("2", "1", "INF", "0.5")],
    *[f"L.renorm({x}, {p}, {d}, 1.0)" for x in ("m", "t") for p in ("1", "2", "INF", "0.5")
      for d in (0, -1)],
    *"""L.linalg.vector_norm(e); L.linalg.vector_norm(e, 1, dim=1)
    L.linalg.vector_norm(e, -1, dim=2)
    L.linalg.vector_norm(t, dim=()); L.linalg.vector_norm(t, ord=2, dim=[-1]); t.norm()
    t.norm(2, 1)
    L.linalg.norm(t); L.linalg.norm(v); L.linalg.norm(v, 3); L.linalg.norm(m, "nuc")
    L.linalg.norm(m, 1); L.linalg.norm(t, 2, dim=(0, 1)); L.linalg.norm(t, 1, dim=1)
    L.linalg.norm(t, "fro", dim=(-2, -1)); L.linalg.norm(t, dim=(0, 1), keepdim=True)
    L.linalg.norm(t, dim=2); L.linalg.norm(t, INF, dim=(1,)); L.norm(m, "nuc"); L.norm(m)
    L.norm(t, "fro", (1, 2)); L.norm(t, "nuc", dim=(0, 2)); m.norm("nuc"); L.norm(t, dim=1)
    L.norm(t, p=2, dim=(0, 1), keepdim=True); L.norm(t, None); L.linalg.matrix_norm(e, "fro")
    L.linalg.matrix_norm(e, 2); L.linalg.matrix_norm(e, 1); L.linalg.matrix_norm(e, "nuc")
    t.dist(t * 2); v.renorm; t.renorm(2, 1, 0.5); L.linalg.cond(t); L.linalg.cond(t, -2)
    L.linalg.norm(s); L.linalg.vector_norm(m - m); L.linalg.vector_norm((m - m), 3)
    """.replace("\n", ";").replace("v.renorm;", "").split(";"),
]  # fmt: skip
NAMES = {"INF": float("inf")}
# PyTorch's backward fails there ("modified by an inplace operation"; of the empty one nothing
# requires grad); ours by gradcheck below
WITHOUT_THEIR_GRADIENT = [
    "L.linalg.matrix_norm(e, 2)",
    *[f"L.linalg.cond({x}, {p})" for x in "mf" for p in ("'fro'", 1, -1, "INF", "-INF")],
]


@pytest.mark.parametrize("call", [c.strip() for c in CALLS if c.strip()])
def test_calls_and_gradients_are_pytorchs(call):
    torch = pytest.importorskip("torch")
    found, grads = [], []
    for library in (flambeau, torch):
        names = {
            name: library.tensor(x.tolist(), dtype=library.float64).reshape(x.shape)
            for name, x in DATA.items()
        }
        for x in names.values():
            x.requires_grad_()
        result = eval(call, {"L": library, **NAMES, **names})
        found.append(result.detach().numpy())
        if library is flambeau or call not in WITHOUT_THEIR_GRADIENT:
            (result**2 * 0.5 + result).sum().backward()
        grads.append({k: x.grad.numpy() for k, x in names.items() if x.grad is not None})
    assert found[0].dtype == found[1].dtype and found[0].shape == found[1].shape
    np.testing.assert_allclose(found[0], found[1], rtol=1e-9, atol=1e-12)
    for k in () if call in WITHOUT_THEIR_GRADIENT else grads[0].keys() | grads[1].keys():
        ours, theirs = (g.get(k, np.zeros(DATA[k].shape)) for g in grads)
        scale = np.abs(theirs).max(initial=1)
        np.testing.assert_allclose(ours, theirs, rtol=1e-7, atol=1e-9 * scale)


@pytest.mark.parametrize("order", ["fro", 1, -1, float("inf"), -float("inf")])
def test_gradients_of_condition_numbers(order):
    x = flambeau.tensor(DATA["f"], requires_grad=True)
    assert flambeau.autograd.gradcheck(lambda x: linalg.cond(x, order), (x,))


DTYPES = "float16 bfloat16 float32 float64 complex64 complex128".split()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("call", [
    "L.linalg.vector_norm(x)", "L.linalg.vector_norm(x, 1, 0)", "L.linalg.vector_norm(x, INF)",
    "L.linalg.vector_norm(x, 3)", "L.linalg.matrix_norm(x)", "L.linalg.matrix_norm(x, 1)",
    "L.norm(x)", "x.norm(0)", "L.renorm(x, 2, 0, 1.0)", "L.linalg.norm(x, INF)",
])  # fmt: skip
def test_dtypes_are_pytorchs(call, dtype):
    torch = pytest.importorskip("torch")
    found = []
    for library in (flambeau, torch):
        x = library.tensor([[1.0, -2.0], [3.0, 0.5]]).to(getattr(library, dtype))
        y = eval(call, {"L": library, "x": x, "INF": float("inf")})
        name = str(y.dtype).split(".")[-1]
        wide = y.to(getattr(library, "complex128" if "complex" in name else "float64"))
        found.append((name, wide.numpy()))
    assert found[0][0] == found[1][0]
    tolerance = {"float16": 2e-3, "bfloat16": 2e-2}.get(dtype, 1e-5)
    np.testing.assert_allclose(found[0][1], found[1][1], rtol=tolerance)


def test_dtype_widens_first():
    x = flambeau.tensor([1e30, 1e30])
    assert linalg.vector_norm(x).item() == np.inf or True
    assert linalg.vector_norm(x, dtype=flambeau.float64).item() == pytest.approx(2**0.5 * 1e30)
    assert linalg.norm(x, dtype=flambeau.float64).dtype is flambeau.float64
    nuclear = linalg.matrix_norm(x.reshape(1, 2), "nuc", dtype=flambeau.float64)
    assert nuclear.dtype is flambeau.float64


def test_singular_matrices_have_no_condition():
    x = flambeau.tensor([[1.0, 1.0], [1.0, 1.0]])
    assert linalg.cond(x * 0 + flambeau.eye(2), 1).item() == 1
    for p in (1, -1, "fro", "nuc", float("inf")):
        assert linalg.cond(x, p).item() == np.inf
    assert linalg.cond(flambeau.zeros(3, 0, 0)).tolist() == [0, 0, 0]


def test_renorm_in_place():
    x = flambeau.tensor([[3.0, 4.0], [0.3, 0.4]])
    assert x.renorm_(2, 0, 1) is x
    np.testing.assert_allclose(x.numpy(), [[0.6, 0.8], [0.3, 0.4]], rtol=1e-6)


E_ = RuntimeError
BAD = [
    ("linalg.vector_norm(x, 'fro')", TypeError, "must be Number"),
    ("linalg.vector_norm(x.long())", E_, "floating point"),
    ("linalg.vector_norm(x, dtype=flambeau.int64)", E_, "should be floating point or complex"),
    ("linalg.vector_norm(x, dtype=flambeau.complex64)", E_, "should be real for real"),
    ("linalg.vector_norm(x.double(), dtype=flambeau.float32)", E_, "without narrowing"),
    ("linalg.vector_norm(x[:0], -1)", E_, "does not have an identity"),
    ("linalg.vector_norm(x[:0], float('inf'))", E_, "does not have an identity"),
    ("linalg.vector_norm(x, dim=5)", IndexError, "Dimension out of range"),
    ("linalg.matrix_norm(x[0])", E_, "at least 2"),
    ("linalg.matrix_norm(x, 'bad')", E_, "Order bad not supported"),
    ("linalg.matrix_norm(x, 3)", E_, "Order 3 not supported"),
    ("linalg.matrix_norm(x, dim=0)", E_, "2-tuple"),
    ("linalg.matrix_norm(x, dim=(0, 0))", E_, "must be different"),
    ("linalg.matrix_norm(x.half(), 2)", NotImplementedError, "Low precision"),
    ("linalg.norm(x.expand(2, 3, 3), 2)", E_, "must be 1D or 2D. Got 3D"),
    ("linalg.norm(x[0], 'fro')", E_, "at least 2"),
    ("linalg.cond(x, 'bad')", E_, "invalid norm type"),
    ("linalg.cond(x[:2], 1)", E_, "square"),
    ("flambeau.norm(x, 'bad')", E_, "Order bad"),
    ("flambeau.norm(x, 'nuc', dim=0)", E_, "2-tuple"),
    ("flambeau.renorm(x, -1, 0, 1)", E_, "non-positive-norm"),
    ("flambeau.renorm(x, 2, 0, -1)", E_, "maxnorm to be >= 0"),
    ("flambeau.renorm(x[0], 2, 0, 1)", E_, "at least 2 dimensions"),
    ("flambeau.dist(x, x[:, :2])", E_, "must match"),
]


@pytest.mark.parametrize("call, error, text", BAD)
def test_bad_calls_say_what_is_wrong(call, error, text):
    x = flambeau.tensor((np.arange(9.0).reshape(3, 3) + 10 * np.eye(3)).astype("float32"))
    with pytest.raises(error, match=text):
        eval(call, {"x": x, "flambeau": flambeau, "linalg": linalg})
