"""Decompositions, compared with PyTorch where they are unique, else put together again."""

from __future__ import annotations

import numpy as np
import pytest

import flambeau
from flambeau import linalg

R = np.random.default_rng(5)
S = R.standard_normal((3, 3))
DATA = {
    "a": R.standard_normal((3, 3)), "b": R.standard_normal((2, 3, 3)),
    "t": R.standard_normal((2, 4, 3)), "w": R.standard_normal((3, 5)), "s": S + S.T,
    "p": S @ S.T + np.eye(3), "q": np.stack([S @ S.T + np.eye(3), np.diag([1.0, 2, 5])]),
    "z": R.standard_normal((0, 3, 3)), "e": R.standard_normal((2, 0, 3)),
}  # fmt: skip

# results that are unique, or made so
CALLS = """
L.linalg.cholesky(p); L.linalg.cholesky(q, upper=True); L.cholesky(p); L.cholesky(q, True)
q.cholesky(); L.linalg.cholesky_ex(p); L.linalg.cholesky(p.t()); L.linalg.cholesky(z)
L.linalg.qr(a); L.linalg.qr(t); L.linalg.qr(w); L.linalg.qr(t, "reduced"); t.qr(); L.qr(w)
L.linalg.qr(w, "complete"); L.linalg.qr(a.t()); L.linalg.qr(z); L.linalg.qr(t[:, ::2])
L.linalg.svdvals(a); L.linalg.svdvals(t); L.linalg.svd(w).S; L.svd(t)[1]; L.linalg.svdvals(e)
[v.abs() for v in L.linalg.svd(t, full_matrices=False)]; [v.abs() for v in L.svd(w)]
[v.abs() for v in L.linalg.svd(a)]; L.linalg.svd(e, False); L.linalg.svdvals(z)
L.svd(w, compute_uv=False)[1]
L.linalg.eigvalsh(s); L.linalg.eigvalsh(q, "U"); L.linalg.eigh(s)[0]; L.linalg.eigh(s)[1].abs()
L.linalg.eigh(q[1]).eigenvectors.abs(); L.linalg.eigvalsh(z); L.linalg.eigh(b, UPLO="u")[0]
L.linalg.eigvals(p).real.sort()[0]; L.linalg.eig(p)[1].abs().sum(); L.linalg.eigvals(z)
L.linalg.lu(a); L.linalg.lu(t); L.linalg.lu(w); L.linalg.lu(z); L.linalg.lu(e)
L.linalg.lu_factor(a); L.linalg.lu_factor(b); L.linalg.lu_factor_ex(t); L.lu(w)
L.lu(a, get_infos=True); L.lu_unpack(*L.linalg.lu_factor(t)); a.lu()
L.lu_unpack(*L.linalg.lu_factor(a.detach()), unpack_data=False)
L.linalg.ldl_factor_ex(s.detach()); L.linalg.ldl_factor(q.detach()); L.geqrf(t.detach())
L.geqrf(w.detach()); t.detach().geqrf()
L.linalg.householder_product(*L.geqrf(t.detach())); L.orgqr(t, t[:, 0])
L.ormqr(t, t[:, 1], t); L.ormqr(t, t[:, 1], t.mT, left=False, transpose=True)
L.ormqr(b.detach(), b[:, 0], t.mT, True, True); L.linalg.householder_product(t, t[:, 0, :2])
L.linalg.matrix_exp(a); L.linalg.matrix_exp(b); L.matrix_exp(a * 4); a.matrix_exp()
L.linalg.matrix_exp(z); L.linalg.matrix_exp(a.t() / 100)
L.linalg.pinv(a); L.linalg.pinv(t); L.linalg.pinv(w, rtol=0.5); L.linalg.pinv(e); L.pinverse(w)
L.linalg.pinv(t, atol=1.5, rtol=0.0); L.linalg.pinv(t, 0.6); t.pinverse()
L.linalg.pinv(t, rtol=L.tensor([0.5, 0.01])); L.linalg.pinv(L.zeros(2, 2))
""".replace("\n", ";")


def _flat(results):
    return list(results) if isinstance(results, (tuple, list)) else [results]


def _tensors(library, dtype="float64", requires_grad=True):
    made = {}
    for name, x in DATA.items():
        y = library.tensor(x.tolist(), dtype=getattr(library, dtype)).reshape(x.shape)
        made[name] = y.requires_grad_(requires_grad)
    return made


@pytest.mark.parametrize("call", [c.strip() for c in CALLS.split(";") if c.strip()])
def test_calls_and_gradients_are_pytorchs(call):
    torch = pytest.importorskip("torch")
    found, grads = [], []
    for library in (flambeau, torch):
        names = _tensors(library)
        results = _flat(eval(call, {"L": library, **names}))
        found.append([x.detach().numpy() for x in results])
        loss = sum([(x.abs() ** 2).sum() * (i + 1) for i, x in enumerate(results)
                    if x.requires_grad])  # fmt: skip
        if not isinstance(loss, int):
            loss.backward()
        grads.append({k: x.grad.numpy() for k, x in names.items() if x.grad is not None})
    for ours, theirs in zip(*found, strict=True):
        assert ours.dtype == theirs.dtype and ours.shape == theirs.shape
        scale = np.abs(theirs).max(initial=1)
        np.testing.assert_allclose(ours, theirs, rtol=1e-8, atol=1e-10 * scale)
    for k in grads[0].keys() | grads[1].keys():
        ours, theirs = (g.get(k, np.zeros(DATA[k].shape)) for g in grads)
        scale = np.abs(theirs).max(initial=1)
        np.testing.assert_allclose(ours, theirs, rtol=1e-7, atol=1e-9 * scale)


# -- put together again -------------------------------------------------------------------------
DTYPES = "float32 float64 complex64 complex128".split()
SHAPES = [(4, 4), (2, 3, 3), (2, 1, 5, 3), (3, 5), (0, 2, 2), (2, 0, 3), (3, 0), (1, 1)]


def _random(shape, dtype):
    source = np.random.default_rng(sum(shape))
    x = source.standard_normal(shape)
    if dtype.startswith("complex"):
        x = x + 1j * source.standard_normal(shape)
    return flambeau.tensor(x.astype(dtype))


def _near(x, y):
    x, y = np.asarray(x), np.asarray(y)
    assert x.shape == y.shape
    tolerance = 3e-5 if x.dtype.itemsize <= 4 or x.dtype == np.complex64 else 1e-12
    np.testing.assert_allclose(x, y, rtol=0, atol=tolerance * max(1, np.abs(y).max(initial=0)))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", SHAPES)
def test_products_of_factors_give_the_matrix(shape, dtype):
    a = _random(shape, dtype)
    m, n = shape[-2:]
    for mode in ("reduced", "complete"):
        q, r = linalg.qr(a, mode)
        _near(q @ r, a)
        _near(q.mH @ q, flambeau.eye(q.shape[-1], dtype=a.dtype).expand((q.mH @ q).shape))
        _near(r, r.triu())
    for full in (True, False):
        u, s, vh = linalg.svd(a, full)
        k = min(m, n)
        assert s.dtype is a.dtype.to_real() and bool((s[..., :-1] >= s[..., 1:]).all())
        _near((u[..., :k] * s.unsqueeze(-2).to(a.dtype)) @ vh[..., :k, :], a)
        assert u.shape[-1] == (m if full else k) and vh.shape[-2] == (n if full else k)
    p, lower, upper = linalg.lu(a)
    _near(p @ lower @ upper, a)
    _near(lower.diagonal(0, -2, -1), flambeau.ones(*shape[:-2], min(m, n), dtype=a.dtype))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [s for s in SHAPES if s[-1] == s[-2]])
def test_eigenvectors_are_eigenvectors(shape, dtype):
    a = _random(shape, dtype)
    hermitian = a + a.mH
    values, vectors = linalg.eigh(hermitian)
    assert values.dtype is a.dtype.to_real()
    _near(hermitian @ vectors, vectors * values.unsqueeze(-2).to(a.dtype))
    values, vectors = linalg.eig(a)
    assert values.dtype is a.dtype.to_complex() and vectors.dtype is values.dtype
    _near(a.to(values.dtype) @ vectors, vectors * values.unsqueeze(-2))
    factor = linalg.cholesky(a @ a.mH + flambeau.eye(shape[-1], dtype=a.dtype))
    _near(factor @ factor.mH, a @ a.mH + flambeau.eye(shape[-1], dtype=a.dtype))


def test_real_eigenvalues_of_some_matrices_only():
    """NumPy gives real arrays if all eigenvalues are real; the dtype here does not depend on it."""
    for a in (flambeau.eye(2), flambeau.tensor([[0.0, -1.0], [1.0, 0.0]])):
        assert linalg.eigvals(a).dtype is flambeau.complex64
        assert linalg.eig(a)[1].dtype is flambeau.complex64


@pytest.mark.parametrize("scale", [1e-9, 1e-2, 0.3, 1, 4, 15])
@pytest.mark.parametrize("dtype", DTYPES)
def test_exponentials_are_scipys(dtype, scale):
    expm = pytest.importorskip("scipy.linalg").expm
    a = (np.array(_random((3, 6, 6), dtype)) * scale).astype(dtype)
    found = linalg.matrix_exp(flambeau.tensor(a))
    assert found.dtype is getattr(flambeau, dtype)
    wide = "complex128" if dtype.startswith("complex") else "float64"
    expected = np.stack([expm(x.astype(wide)) for x in a])
    for x, y in zip(np.array(found), expected, strict=True):
        tolerance = 2e-6 if dtype in ("float32", "complex64") else 1e-14
        assert np.abs(x - y).max() <= tolerance * np.abs(y).max() * max(1, np.abs(a).max())


def test_large_cotangents_do_not_disturb_the_scaling():
    frechet = pytest.importorskip("scipy.linalg").expm_frechet
    a, direction = DATA["a"] * 20, DATA["s"]
    x = flambeau.tensor(a, requires_grad=True)
    y = linalg.matrix_exp(x)
    (y**2).sum().backward()  # the cotangent is of order 1e17
    slope = (2 * y.detach().numpy() * frechet(a, direction, compute_expm=False)).sum()
    np.testing.assert_allclose((x.grad.numpy() * direction).sum(), slope, rtol=1e-9)


def test_exponentials_of_halves_and_of_what_is_not_finite():
    a = flambeau.tensor([[0.0, 1.0], [-1.0, 0.0]])
    for dtype in (flambeau.float16, flambeau.bfloat16):
        found = linalg.matrix_exp(a.to(dtype))
        assert found.dtype is dtype
        np.testing.assert_allclose(np.array(found.float()), np.array(linalg.matrix_exp(a)),
                                   atol=4e-3)  # fmt: skip
    bad = flambeau.stack([a, a * float("inf")])
    found = linalg.matrix_exp(bad)
    assert bool(found[1].isnan().all()) and not bool(found[0].isnan().any())


# -- what fails ---------------------------------------------------------------------------------
def test_info_says_which_matrix_failed():
    good, bad = flambeau.eye(3), flambeau.tensor([[1.0, 0, 0], [0, -1, 0], [0, 0, 1]])
    batch = flambeau.stack([good, bad, good])
    assert linalg.cholesky_ex(batch).info.tolist() == [0, 2, 0]
    assert linalg.cholesky_ex(batch).info.dtype is flambeau.int32
    np.testing.assert_array_equal(linalg.cholesky_ex(batch).L[2].numpy(), np.eye(3))
    with pytest.raises(linalg.LinAlgError, match=r"\(Batch element 1\).*minor of order 2 is not"):
        linalg.cholesky(batch)
    with pytest.raises(linalg.LinAlgError, match="minor of order 2"):
        linalg.cholesky_ex(bad, check_errors=True)
    assert issubclass(linalg.LinAlgError, RuntimeError)
    singular = flambeau.stack([good, good * 0])
    assert linalg.inv_ex(singular).info.tolist() == [0, 1]
    np.testing.assert_array_equal(linalg.inv_ex(singular).inverse[0].numpy(), np.eye(3))
    assert linalg.lu_factor_ex(singular).info.tolist() == [0, 1]
    assert linalg.solve_ex(singular, singular).info.tolist() == [0, 1]
    np.testing.assert_array_equal(linalg.solve_ex(singular, singular)[0][0].numpy(), np.eye(3))


def test_nan_does_not_converge():
    bad = flambeau.full((2, 2), float("nan"))
    for function in (linalg.svd, linalg.svdvals):
        with pytest.raises(linalg.LinAlgError, match="failed to converge"):
            function(bad)
    for function in (linalg.eig, linalg.eigvals):
        with pytest.raises(RuntimeError, match="should not contain infs or NaNs"):
            function(flambeau.stack([flambeau.eye(2), bad]))


E_ = RuntimeError
BAD = [
    ("linalg.cholesky(x[:, :2])", E_, "square matrices, but they are 3 by 2"),
    ("linalg.cholesky(x[0])", E_, "at least 2 dimensions"),
    ("linalg.cholesky(x.long())", E_, "Expected a floating point or complex tensor"),
    ("linalg.cholesky(x.half())", NotImplementedError, "Low precision dtypes not supported"),
    ("linalg.svd(x.bfloat16())", NotImplementedError, "Low precision"),
    ("linalg.cholesky([[1.0]])", TypeError, "must be Tensor, not list"),
    ("linalg.qr(x, 'best')", E_, "unrecognized mode"),
    ("linalg.svd(x, driver='gesvd')", E_, "only supported on CUDA"),
    ("linalg.eigh(x, 'X')", E_, "'L' or 'U'"),
    ("linalg.eig(x[:2])", E_, "2 by 3"),
    ("linalg.lu_factor(x * 0)", linalg.LinAlgError, r"U\[1,1\] is zero"),
    ("linalg.lu(x, pivot=False)", E_, "LU without pivoting"),
    ("flambeau.lu_unpack(x, x[0])", E_, "int32"),
    ("linalg.inv(x * 0)", linalg.LinAlgError, "diagonal element 1 is zero"),
    ("linalg.householder_product(x[:2], x[0])", E_, "greater than or equal"),
    ("linalg.householder_product(x[:, :2], x[0])", E_, r"tau.shape\[-1\]"),
    ("linalg.householder_product(x, x)", E_, "batch dimensions of tau"),
    ("flambeau.ormqr(x, x[0], x[:2])", E_, r"other.shape\[-2\]"),
    ("linalg.matrix_exp(x[:2])", E_, "square"),
    ("linalg.matrix_exp(x.long())", E_, "floating point"),
    ("linalg.pinv(x[0])", E_, "at least 2"),
    ("flambeau.symeig(x)", E_, "linalg.eigh"),
    ("x.solve(x)", E_, "linalg.solve"),
    ("flambeau.pca_lowrank(x, q=9)", ValueError, "not greater than"),
]


@pytest.mark.parametrize("call, error, text", BAD)
def test_bad_calls_say_what_is_wrong(call, error, text):
    x = flambeau.tensor(np.arange(9.0).reshape(3, 3) + 10 * np.eye(3))
    with pytest.raises(error, match=text):
        eval(call, {"x": x, "flambeau": flambeau, "linalg": linalg})


def test_no_gradient_of_an_undetermined_q():
    x = flambeau.randn(4, 3, requires_grad=True)
    for mode in ("complete", "r"):
        with pytest.raises(RuntimeError, match=r"derivative of linalg\.qr depends on Q"):
            linalg.qr(x, mode)[1].sum().backward()
    assert linalg.qr(x, "r").Q.shape == (0,)


# -- on the tape --------------------------------------------------------------------------------
def test_what_has_no_derivative_says_so():
    x = flambeau.eye(3).requires_grad_()
    for function in (linalg.ldl_factor, flambeau.geqrf):
        with pytest.raises(NotImplementedError, match=r"the derivative for .* is not implemented"):
            function(x)[0].sum().backward()


def test_results_are_tensors_of_their_own():
    x = flambeau.randn(3, 3, dtype=flambeau.float64, requires_grad=True)
    q, r = linalg.qr(x)
    with flambeau.no_grad():
        r.zero_()  # the rules keep what was computed, not what the user got
    q.sum().backward()
    expected = x.grad.clone()
    x.grad = None
    linalg.qr(x)[0].sum().backward()
    np.testing.assert_array_equal(x.grad.numpy(), expected.numpy())


def test_grad_fns_have_pytorchs_names():
    x = flambeau.eye(3).requires_grad_()
    assert linalg.svd(x).U.grad_fn.name() == "LinalgSvdBackward0"
    assert linalg.inv(x).grad_fn.name() == "LinalgInvExBackward0"
    assert linalg.det(x).grad_fn.name() == "LinalgDetBackward0"


def test_out_and_fields():
    x = flambeau.tensor([[4.0, 2.0], [2.0, 5.0]])
    out = flambeau.empty(2, 2)
    assert linalg.cholesky(x, out=out) is out and out.tolist() == [[2, 0], [1, 2]]
    values, vectors = flambeau.empty(2), flambeau.empty(2, 2)
    found = linalg.eigh(x, out=(values, vectors))
    assert found.eigenvalues is values and bool((values == linalg.eigvalsh(x)).all())
    assert type(linalg.svd(x)).__name__ == "linalg_svd" and linalg.svd(x)._fields == (
        "U",
        "S",
        "Vh",
    )


def test_low_rank_parts_are_found():
    flambeau.manual_seed(0)
    left, right = _random((2, 30, 3), "float64"), _random((2, 3, 20), "float64")
    for a in (left @ right, (left @ right).mT):
        u, s, v = flambeau.svd_lowrank(a, q=4)
        _near(u @ s.diag_embed() @ v.mT, a)
        _near(s[..., :3], linalg.svdvals(a)[..., :3])
    rows = left @ right + 100.0
    u, s, v = flambeau.pca_lowrank(rows, q=3)
    _near(u @ s.diag_embed() @ v.mT, rows - rows.mean(-2, keepdim=True))
    assert flambeau.pca_lowrank(rows)[1].shape == (2, 6)


def test_compiled_functions_call_routines():
    @flambeau.compile
    def step(x):
        factor = linalg.cholesky(x @ x.mT + flambeau.eye(3))
        return linalg.svdvals(factor).sum()

    for seed in range(3):
        x = flambeau.tensor(np.random.default_rng(seed).standard_normal((3, 3)).astype("float32"))
        expected = np.linalg.svd(np.linalg.cholesky(x.numpy() @ x.numpy().T + np.eye(3)))[1].sum()
        np.testing.assert_allclose(step(x).item(), expected, rtol=1e-5)
