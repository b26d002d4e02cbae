"""The matmul family and einsum: every broadcasting rule, compared with PyTorch and NumPy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import flambeau

R = np.random.default_rng(11)
DATA = {
    "v": R.standard_normal(3), "w": R.standard_normal(4), "m": R.standard_normal((2, 3)),
    "n": R.standard_normal((3, 4)), "s": R.standard_normal((3, 3)),
    "a": R.standard_normal((5, 2, 3)), "b": R.standard_normal((5, 3, 4)),
    "c": R.standard_normal((2, 1, 2, 3)), "z": R.standard_normal((0, 3)),
    "o": R.standard_normal((2, 4)), "p": R.standard_normal((5, 2, 4)), "u": R.standard_normal(2),
}  # fmt: skip

CALLS = """
v @ v; m @ n; m @ v; v @ n; a @ b; m @ b; a @ n; a @ v; v @ b; c @ b; c @ n; z @ n; z @ v
m @ z.t(); L.dot(v, v); L.mv(m, v); L.mm(m, n); L.bmm(a, b); L.matmul(a, b); v.dot(v); m.mm(n)
a.bmm(b); m.matmul(v); L.addmm(o, m, n); L.addmm(w, m, n, beta=0.5, alpha=2)
L.addmv(u, m, v, beta=2, alpha=-1); o.addmm(m, n); L.addbmm(o, a, b); L.baddbmm(p, a, b, beta=0.5)
L.baddbmm(o, a, b, alpha=3); L.addr(n, v, w, beta=0.1); L.outer(v, w); L.inner(m, s)
L.inner(v, v); L.vdot(v, v); L.kron(m, s); L.tensordot(a, n, 1)
L.tensordot(a, b, ([0, 2], [0, 1])); L.tensordot(m, n, dims=1); L.tensordot(v, w, 0)
L.chain_matmul(m, s, n); L.trace(s); s.trace(); L.diag(v); L.diag(s); L.diag(s, 1)
L.einsum("ij,jk->ik", m, n); L.einsum("ij,jk", m, n); L.einsum("i,i", v, v)
L.einsum("i,j->ij", v, w); L.einsum("ii", s); L.einsum("ii->i", s); L.einsum("bij,bjk->bik", a, b)
L.einsum("...ij,jk->...ik", a, n); L.einsum("ij->ji", m); L.einsum("ij->", m)
L.einsum("bij->j", a); L.einsum("ij,ij->i", m, m); L.einsum("bij,jk,bik->b", a, n, p)
L.einsum("b...i,i->b...", a, v); L.einsum("i j, j k -> i k", m, n); m.t() @ m
a.transpose(1, 2) @ a; L.tensordot(a, b[:1], ([0, 2], [0, 1])); L.tensordot(s[:1], m, ([0], [0]))
a[:, :0] @ n; a[:0] @ n; a @ n[:, :0]; a[:, :, :0] @ n[:0]
""".replace("\n", ";")


@pytest.mark.parametrize("call", [c.strip() for c in CALLS.split(";") if c.strip()])
def test_calls_and_gradients_are_pytorchs(call):
    torch = pytest.importorskip("torch")
    results, grads = [], []
    for library in (flambeau, torch):
        names = {k: library.tensor(x.tolist(), dtype=library.float64) for k, x in DATA.items()}
        names = {k: x.reshape(DATA[k].shape).requires_grad_() for k, x in names.items()}
        y = eval(call, {"L": library, **names})
        results.append(y.detach().numpy())
        (y * y).sum().backward()
        grads.append({k: x.grad.numpy() for k, x in names.items() if x.grad is not None})
    assert results[0].dtype == results[1].dtype
    np.testing.assert_allclose(results[0], results[1], rtol=1e-10, atol=1e-12)
    for k in grads[0].keys() | grads[1].keys():
        a, b = grads[0].get(k), grads[1].get(k)
        zero = np.zeros_like(DATA[k])
        np.testing.assert_allclose(
            zero if a is None else a, zero if b is None else b, rtol=1e-9, atol=1e-11
        )


WHOLE = """
L.addmm(m, m, m); L.addmm(m, m, m, beta=2.5, alpha=1.5); L.addmm(m, m, m, beta=0.5)
L.addmv(v, m, v); L.addmv(v, m, v, beta=2.0, alpha=2); L.addr(m, v, v); L.addr(m, v, v, beta=0)
L.addr(m, v, v, beta=2, alpha=3); L.baddbmm(m[None], m[None], m[None], alpha=2)
L.addbmm(m, m[None], m[None], beta=2.0); L.addbmm(m[0], m[None], m[None])
""".replace("\n", ";")


@pytest.mark.parametrize("dtype", ["uint8", "int32", "int64"])
@pytest.mark.parametrize("call", [c.strip() for c in WHOLE.split(";") if c.strip()])
def test_integers_stay_integers(call, dtype):
    torch = pytest.importorskip("torch")
    found = []
    for library in (flambeau, torch):
        m = library.tensor([[1, 3], [200, 1]]).to(getattr(library, dtype))
        y = eval(call, {"L": library, "m": m, "v": m[0]})
        found.append((str(y.dtype).split(".")[-1], y.tolist()))
    assert found[0] == found[1]


def test_addr_of_bools_is_logical():
    m, v = flambeau.tensor([[True, False], [False, False]]), flambeau.tensor([True, False])
    assert flambeau.addr(m, ~v, v).tolist() == [[True, False], [True, False]]
    assert flambeau.addr(m, ~v, v, beta=False).tolist() == [[False, False], [True, False]]
    assert flambeau.addr(m, ~v, v, alpha=False).tolist() == m.tolist()


def test_addr_promotes():
    v = flambeau.ones(2)
    assert (
        flambeau.addr(flambeau.tensor(2.0, dtype=flambeau.float64), v, v).dtype is flambeau.float64
    )
    assert flambeau.addr(flambeau.ones(2, 2, dtype=flambeau.int64), v, v).dtype is flambeau.float32


@settings(max_examples=120, deadline=None)
@given(st.data())
def test_matmul_broadcasts_as_numpys(data):
    n, m, k = (data.draw(st.integers(0, 5)) for _ in range(3))
    batch = data.draw(st.lists(st.integers(1, 3), max_size=3))
    left = [s if data.draw(st.booleans()) else 1 for s in batch]
    right = [s if data.draw(st.booleans()) else 1 for s in batch]
    left = left[data.draw(st.integers(0, len(left))) :]
    a = R.standard_normal((*left, n, k) if data.draw(st.booleans()) else (k,))
    b = R.standard_normal((*right, k, m) if data.draw(st.booleans()) else (k,))
    found = flambeau.tensor(a) @ flambeau.tensor(b)
    expected = np.matmul(a, b)
    assert found.shape == expected.shape
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("turned", range(4))
def test_products_of_views(turned):
    a = R.standard_normal((6, 7, 8)).astype(np.float32)
    x = flambeau.tensor(a)
    p, q = x[:, 1:6, ::2], x[:, :4, 2:7]
    r, s = a[:, 1:6, ::2], a[:, :4, 2:7]
    if turned & 1:
        p, r = p.transpose(1, 2).contiguous().transpose(1, 2), r
    if turned & 2:
        q, s = q.transpose(0, 1).contiguous().transpose(0, 1), s
    np.testing.assert_allclose((p @ q).numpy(), r @ s, rtol=1e-4, atol=1e-5)


BAD = [
    ("m @ m", r"(?s)\[2, 3\].*\[2, 3\]"),
    ("L.mm(m, v)", "required: a matrix, got 1-D tensor; try: matmul"),
    ("L.mm(m, m)", "(?s)cannot be multiplied|shapes"),
    ("L.bmm(a, m)", "3D|3-D"),
    ("L.dot(m, v)", "required: a vector, got 2-D tensor; try: matmul"),
    ("L.dot(v, w)", "size|elements"),
    ("L.mv(m, w)", "(?s)size|shape"),
    ("a @ c @ n", "(?s)shape|size"),
    ("m @ 2.0", "Tensor"),
    ("L.addmm(v, m, n)", "(?s)expand|broadcast"),
    ("m @ n.float()", "dtype"),
    ("L.einsum('ij,jk->ik', m, m)", "(?s)size|broadcast"),
    ("L.einsum('ij', v)", "dim|subscripts"),
    ("L.einsum('ij->k', m)", "output|k"),
    ("L.tensordot(m, m, 1)", "(?s)dim|size|shape"),
    ("L.tensordot(m, m, -1)", "dims >= 0"),
    ("L.tensordot(m, m, ([0], [0, 1]))", "same length"),
    ("L.tensordot(m, m, ([0, 0], [0, 1]))", "once"),
    ("L.addmm(m.float(), m, n)", "same dtype"),
    ("L.addmm(m > 0, m > 0, n > 0)", "not implemented for bool"),
    ("L.addr(n, v, w, beta=True)", "Boolean beta"),
    ("L.addr(n.long(), v.long(), w.long(), alpha=0.5)", "alpha must not be a floating"),
    ("L.trace(a)", "matrix|2D|2-D"),
]


@pytest.mark.parametrize("call, text", BAD)
def test_bad_calls_say_what_is_wrong(call, text):
    names = {k: flambeau.tensor(x) for k, x in DATA.items()}
    with pytest.raises((RuntimeError, ValueError, TypeError, IndexError), match=text):
        eval(call, {"L": flambeau, **names})
