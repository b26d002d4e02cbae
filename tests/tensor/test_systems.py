"""Solutions, inverses, determinants and products of matrices, compared with PyTorch."""

from __future__ import annotations

import numpy as np
import pytest

import flambeau
from flambeau import linalg

R = np.random.default_rng(8)
DATA = {
    "a": R.standard_normal((3, 3)), "b": R.standard_normal((2, 3, 3)),
    "c": R.standard_normal((3, 2)), "d": R.standard_normal((2, 3, 2)),
    "v": R.standard_normal(3), "m": R.standard_normal((2, 3)), "r": R.standard_normal((4, 2, 3)),
    "t": R.standard_normal((2, 4, 3)), "y": R.standard_normal((2, 4, 2)),
    "x6": R.standard_normal((6, 6)), "z": R.standard_normal((0, 3, 3)),
    "e": R.standard_normal((2, 0, 0)), "k": R.standard_normal((4, 5)), "n": R.standard_normal(5),
}  # fmt: skip

CALLS = """
L.linalg.solve(a, c); L.linalg.solve(a, v); L.linalg.solve(b, c); L.linalg.solve(b, m)
L.linalg.solve(a, d); L.linalg.solve(b, v); L.linalg.solve(a, m, left=False)
L.linalg.solve(a, r, left=False); L.linalg.solve(b, m.unsqueeze(1), left=False)
L.linalg.solve(b.mT, d); L.linalg.solve(z, c); L.linalg.solve(e, e); L.linalg.solve(a, c[:, :0])
L.linalg.solve_ex(b, d)
L.linalg.inv(a); L.linalg.inv(b); a.inverse(); L.inverse(b); L.linalg.inv(z); L.linalg.inv(e)
L.linalg.inv(a.t()); L.linalg.inv_ex(b)
L.linalg.det(a); L.linalg.det(b); a.det(); L.linalg.det(z); L.linalg.det(e); L.det(a[:2, :2])
L.linalg.slogdet(a); L.slogdet(b); L.linalg.slogdet(e); b.slogdet(); L.logdet(a @ a.t())
L.logdet(b @ b.mT); (a @ a.t()).logdet()
L.linalg.solve_triangular(a, c, upper=True); L.linalg.solve_triangular(a, c, upper=False)
L.linalg.solve_triangular(b, c, upper=True, unitriangular=True)
L.linalg.solve_triangular(a, r, upper=False, left=False)
L.linalg.solve_triangular(z, c, upper=True)
L.linalg.solve_triangular(b, m.unsqueeze(1), upper=True, left=False, unitriangular=True)
L.linalg.solve_triangular(e, e, upper=True); L.triangular_solve(c, a); c.triangular_solve(a)
L.triangular_solve(d, a, upper=False, transpose=True); L.triangular_solve(c, b, True, True, True)
L.linalg.lu_solve(*L.linalg.lu_factor(a), c); L.linalg.lu_solve(*L.linalg.lu_factor(b), c)
L.linalg.lu_solve(*L.linalg.lu_factor(b), d, adjoint=True); L.lu_solve(d, *L.linalg.lu_factor(b))
L.linalg.lu_solve(*L.linalg.lu_factor(b), m.unsqueeze(1), left=False)
L.linalg.lu_solve(*L.linalg.lu_factor(a), r, left=False, adjoint=True)
L.cholesky_solve(c, a.tril()); L.cholesky_solve(d, a.triu(), True); c.cholesky_solve(a.tril())
L.cholesky_inverse(a.tril()); L.cholesky_inverse(b.triu(), upper=True); a.tril().cholesky_inverse()
L.linalg.ldl_solve(*L.linalg.ldl_factor((a + a.t()).detach()), c)
L.linalg.ldl_solve(*L.linalg.ldl_factor((b + b.mT).detach()), d)
L.linalg.lstsq(t, y)[0]; L.linalg.lstsq(t[0], y[0])[:3]; L.linalg.lstsq(t, y, driver="gels")[:2]
L.linalg.lstsq(t, y, driver="gelsd"); L.linalg.lstsq(t, y[..., 0], driver="gelss")
L.linalg.lstsq(m, m)[0]; L.linalg.lstsq(t[0], y[0, :, 0])[0]; L.linalg.lstsq(t, y[:1])[0]
L.linalg.tensorsolve(x6.reshape(2, 3, 6), m); L.linalg.tensorinv(x6.reshape(2, 3, 6))
L.linalg.tensorsolve(x6.reshape(2, 6, 3), m, dims=(1,)); L.linalg.tensorinv(x6.reshape(6, 3, 2), 1)
L.linalg.matrix_power(a, 0); L.linalg.matrix_power(a, 1); L.linalg.matrix_power(b, 6)
L.linalg.matrix_power(a, -2); a.matrix_power(3); L.matrix_power(z, 4); L.linalg.matrix_power(b, -1)
L.linalg.multi_dot([m, a, c]); L.linalg.multi_dot([v, a, c]); L.linalg.multi_dot([v, a, v])
L.linalg.multi_dot([m, a, c, m, v]); L.linalg.multi_dot([m, c])
L.linalg.vecdot(m, v); L.linalg.vecdot(a, a, dim=0); L.linalg.vecdot(v, v); L.linalg.vecdot(t, t)
L.linalg.vander(v); L.linalg.vander(m, N=5); L.linalg.vander(v, N=2)
L.linalg.cross(m, v.unsqueeze(0)); L.linalg.cross(a, a.t(), dim=0); L.cross(c, c * c)
L.linalg.cross(b, a.unsqueeze(0)); a.cross(a.t(), 1); L.linalg.cross(c[:, :0], c[:, :0], dim=0)
L.linalg.matmul(a, c); L.linalg.diagonal(b); L.linalg.diagonal(t, offset=1); a.adjoint(); b.mH
""".replace("\n", ";")


def _flat(results):
    return list(results) if isinstance(results, (tuple, list)) else [results]


@pytest.mark.parametrize("call", [c.strip() for c in CALLS.split(";") if c.strip()])
def test_calls_and_gradients_are_pytorchs(call):
    torch = pytest.importorskip("torch")
    found, grads = [], []
    for library in (flambeau, torch):
        names = {
            name: library.tensor(x.tolist(), dtype=library.float64).reshape(x.shape)
            for name, x in DATA.items()
        }
        if "ldl_solve" not in call:  # PyTorch has no derivative of it; opinfo checks ours
            for x in names.values():
                x.requires_grad_()
        results = _flat(eval(call, {"L": library, **names}))
        found.append([x.detach().numpy() for x in results])
        loss = sum([(x**2).sum() * (i + 1) for i, x in enumerate(results) if x.requires_grad])
        if isinstance(loss, library.Tensor):
            loss.backward()
        grads.append({k: x.grad.numpy() for k, x in names.items() if x.grad is not None})
    for ours, theirs in zip(*found, strict=True):
        assert ours.dtype == theirs.dtype and ours.shape == theirs.shape
        scale = np.abs(theirs).max(initial=1)
        np.testing.assert_allclose(ours, theirs, rtol=1e-8, atol=1e-11 * scale)
    for k in grads[0].keys() | grads[1].keys():
        ours, theirs = (g.get(k, np.zeros(DATA[k].shape)) for g in grads)
        scale = np.abs(theirs).max(initial=1)
        np.testing.assert_allclose(ours, theirs, rtol=1e-7, atol=1e-10 * scale)


# -- every dtype --------------------------------------------------------------------------------
DTYPES = "float32 float64 complex64 complex128".split()


def _random(shape, dtype):
    source = np.random.default_rng(sum(shape))
    x = source.standard_normal(shape)
    if dtype.startswith("complex"):
        x = x + 1j * source.standard_normal(shape)
    return flambeau.tensor(x.astype(dtype))


def _near(x, y):
    x, y = np.asarray(x), np.asarray(y)
    assert x.shape == y.shape and x.dtype == y.dtype
    tolerance = 1e-4 if x.dtype in (np.float32, np.complex64) else 1e-11
    np.testing.assert_allclose(x, y, rtol=0, atol=tolerance * max(1, np.abs(y).max(initial=0)))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(4, 4), (2, 3, 3), (300, 3, 3), (40, 1, 6, 6), (0, 2, 2)])
def test_solutions_solve(shape, dtype):
    a = _random(shape, dtype) + 3 * flambeau.eye(shape[-1], dtype=getattr(flambeau, dtype))
    n = shape[-1]
    b, c = _random((*shape[:-1], 2), dtype), _random((5, n), dtype)
    _near(a @ linalg.solve(a, b), b)
    _near(linalg.solve(a, c, left=False) @ a, c.expand(*shape[:-2], 5, n))
    _near(a @ linalg.inv(a), flambeau.eye(n, dtype=a.dtype).expand(shape))
    lu, pivots = linalg.lu_factor(a)
    _near(a @ linalg.lu_solve(lu, pivots, b), b)
    _near(a.mH @ linalg.lu_solve(lu, pivots, b, adjoint=True), b)
    _near(linalg.lu_solve(lu, pivots, c, left=False, adjoint=True) @ a.mH,
          c.expand(*shape[:-2], 5, n))  # fmt: skip
    for upper in (True, False):
        triangle = a.triu() if upper else a.tril()
        _near(triangle @ linalg.solve_triangular(a, b, upper=upper), b)
        _near(triangle.mT @ flambeau.triangular_solve(b, a, upper, True)[0], b)
        product = triangle.mH @ triangle if upper else triangle @ triangle.mH
        _near(product @ flambeau.cholesky_solve(b, a, upper), b)
        _near(product @ flambeau.cholesky_inverse(a, upper),
              flambeau.eye(n, dtype=a.dtype).expand(shape))  # fmt: skip
    for hermitian in (True, False):
        symmetric = a + (a.mH if hermitian else a.mT)
        factors = linalg.ldl_factor(symmetric, hermitian=hermitian)
        _near(symmetric @ linalg.ldl_solve(*factors, b, hermitian=hermitian), b)
    expected = np.linalg.det(np.asarray(a))
    _near(linalg.det(a), expected)
    sign, size = linalg.slogdet(a)
    assert size.dtype is a.dtype.to_real()
    _near(sign * size.exp().to(a.dtype), expected)


@pytest.mark.parametrize("n", [1, 2, 5, 16, 17])
@pytest.mark.parametrize("count", [3, 64])
@pytest.mark.parametrize("dtype", ["float64", "complex128"])
def test_batches_are_as_their_matrices(n, count, dtype):
    """Many small matrices are factored all at once, others one by one: by the same pivots."""
    a = _random((count, n, n), dtype)
    lu, pivots = linalg.lu_factor(a)
    for i in (0, count - 1):
        one, places = linalg.lu_factor(a[i])
        _near(lu[i], one)
        assert pivots[i].tolist() == places.tolist()


def test_pivots_of_singular_matrices_in_large_batches():
    a = flambeau.zeros(100, 3, 3)
    a[::2] += flambeau.tensor([[1.0, 2, 3], [2, 4, 6], [0, 0, 1]])
    lu, pivots, info = linalg.lu_factor_ex(a)
    alone = [linalg.lu_factor_ex(x) for x in a[:2]]
    for i in range(100):
        np.testing.assert_array_equal(lu[i].numpy(), alone[i % 2][0].numpy())
        assert info[i].item() == alone[i % 2][2].item()
        assert pivots[i].tolist() == alone[i % 2][1].tolist()


def test_integers_have_powers_and_products():
    x = flambeau.tensor([[1, 1], [1, 0]])
    assert linalg.matrix_power(x, 10).tolist() == [[89, 55], [55, 34]]
    assert linalg.matrix_power(x, 0).dtype is flambeau.int64
    assert linalg.multi_dot([x, x, x]).tolist() == [[3, 2], [2, 1]]
    assert linalg.vander(flambeau.tensor([2, 3])).tolist() == [[1, 2], [1, 3]]
    first, second = flambeau.tensor([1, 0, 0]), flambeau.tensor([0, 1, 0])
    assert linalg.cross(first, second).tolist() == [0, 0, 1]


def test_multi_dot_takes_the_cheapest_order():
    """10 by 30 by 5 by 60: (AB)C needs 4500 multiplications, A(BC) 27000."""
    from flambeau.tensor.linear_algebra.powers import _best_cuts

    assert _best_cuts([10, 30, 5, 60])[0, 2] == 1
    assert _best_cuts([40, 20, 30, 10, 30])[0, 3] == 2


# -- singular matrices --------------------------------------------------------------------------
def test_cofactors_of_singular_matrices():
    a = flambeau.tensor([[1.0, 2, 0], [2, 4, 0], [0, 1, 3]], dtype=flambeau.float64)
    x = a.clone().requires_grad_()
    (g,) = flambeau.autograd.grad(linalg.det(x), x)
    np.testing.assert_allclose(g.numpy(), [[12, -6, 2], [-6, 3, -1], [0, 0, 0]], atol=1e-12)
    zero = flambeau.zeros(3, 3, dtype=flambeau.float64, requires_grad=True)
    (g,) = flambeau.autograd.grad(linalg.det(zero), zero)
    np.testing.assert_allclose(g.numpy(), np.zeros((3, 3)), atol=1e-20)
    one = flambeau.zeros(1, 1, requires_grad=True)
    assert flambeau.autograd.grad(linalg.det(one), one)[0].item() == 1


def test_logarithms_of_determinants():
    x = flambeau.tensor([[1.0, 0.0], [0.0, -2.0]])
    assert np.isnan(flambeau.logdet(x).item())
    assert flambeau.logdet(x * 0).item() == -np.inf
    assert linalg.slogdet(x * 0).sign.item() == 0 and linalg.slogdet(x).sign.item() == -1
    big = flambeau.eye(300) * 1e30
    assert linalg.slogdet(big).logabsdet.item() == pytest.approx(300 * np.log(1e30), rel=1e-5)


def test_least_squares_of_deficient_matrices():
    a = flambeau.ones(4, 2, dtype=flambeau.float64)
    b = flambeau.tensor([[1.0], [2.0], [3.0], [4.0]], dtype=flambeau.float64)
    solution, residuals, rank, values = linalg.lstsq(a, b, driver="gelsd")
    np.testing.assert_allclose(solution.numpy(), [[1.25], [1.25]])  # the shortest
    assert residuals.shape == (0,) and rank.item() == 1 and values.shape == (2,)
    assert linalg.lstsq(a, b).rank.item() == 1
    assert linalg.lstsq(a, b, rcond=1e-20).rank.dtype is flambeau.int64


@pytest.mark.parametrize("call, rank", [
    ("x", 2), ("x, atol=1.5", 1), ("x, rtol=0.6", 1), ("x, 1.5", 1), ("x, atol=0.1", 2),
    ("x.expand(2, 3, 3), atol=L.tensor([1.5, 0.1])", [1, 2]), ("x, hermitian=True", 2),
    ("x[:, :0]", 0), ("x * 0", 0), ("x[:0]", 0), ("x, True", 2),
    ("x.expand(2, 3, 3), rtol=L.tensor([0.6, 0.1])", [1, 2]),
])  # fmt: skip
def test_ranks(call, rank):
    x = flambeau.tensor([[2.0, 0, 0], [0, 1, 0], [0, 0, 1e-9]])
    found = eval(f"L.linalg.matrix_rank({call})", {"x": x, "L": flambeau})
    assert found.tolist() == rank and found.dtype is flambeau.int64


# -- bad calls ----------------------------------------------------------------------------------
E_ = RuntimeError
BAD = [
    ("linalg.solve(x, x[:2])", E_, r"Incompatible shapes of A and B for the equation AX = B"),
    ("linalg.solve(x, x[:, :2], left=False)", E_, "XA = B"),
    ("linalg.solve(x, x.double())", E_, "same dtype"),
    ("linalg.solve(x * 0, x)", linalg.LinAlgError, "singular"),
    ("linalg.solve(x, x[0], left=False)", E_, "Vector broadcasting"),
    ("linalg.solve(x.long(), x.long())", E_, "floating point"),
    ("linalg.solve(x, 3.0)", TypeError, "must be Tensor"),
    ("linalg.inv_ex(x * 0, check_errors=True)", linalg.LinAlgError, "singular"),
    ("linalg.det(x[:2])", E_, "2 by 3"),
    ("linalg.det(x.half())", NotImplementedError, "Low precision"),
    ("linalg.solve_triangular(x, x[0], upper=True)", E_, "at least 2"),
    ("linalg.solve_triangular(x, x[:2], upper=True)", E_, "Incompatible"),
    ("linalg.lu_solve(x, x[0], x)", E_, r"int32"),
    ("linalg.lu_solve(x, x[0, :2].int(), x)", E_, "Number of pivots"),
    ("linalg.ldl_solve(x, x[0], x)", E_, "integers"),
    ("linalg.ldl_factor(x * 0)", linalg.LinAlgError, "is zero"),
    ("linalg.lstsq(x, x, driver='best')", E_, "gels, gelsy"),
    ("linalg.lstsq(x, x[:2])", E_, r"input\.size\(-2\)"),
    ("linalg.tensorsolve(x, x[0, :2])", E_, "requirement"),
    ("linalg.tensorinv(x)", E_, "requirement"),
    ("linalg.tensorinv(x, ind=0)", E_, "strictly positive"),
    ("linalg.matrix_power(x, 1.5)", TypeError, "must be int, not float"),
    ("linalg.matrix_power(x[:2], 2)", E_, "square"),
    ("linalg.matrix_power(x * 0, -1)", linalg.LinAlgError, "singular"),
    ("linalg.multi_dot([x])", E_, "at least 2 tensors"),
    ("linalg.multi_dot([x, x[:2]])", E_, "cannot be multiplied"),
    ("linalg.multi_dot([x, x[0], x])", E_, "must be 2D"),
    ("linalg.multi_dot([x, x.double()])", E_, "same dtype"),
    ("linalg.vecdot(x, x[:, :2])", E_, "inconsistent tensor size"),
    ("linalg.vander(x[:, 0], N=1)", E_, "greater than 1"),
    ("linalg.cross(x[:, :2], x[:, :2])", E_, "must have length 3"),
    ("linalg.cross(x, x[0])", E_, "same number of dimensions"),
    ("flambeau.cross(x[:2, :2], x[:2, :2])", E_, "no dimension of size 3"),
    ("flambeau.cholesky_solve(x[0], x)", E_, "at least 2"),
]


@pytest.mark.parametrize("call, error, text", BAD)
def test_bad_calls_say_what_is_wrong(call, error, text):
    x = flambeau.tensor((np.arange(9.0).reshape(3, 3) + 10 * np.eye(3)).astype("float32"))
    with pytest.raises(error, match=text):
        eval(call, {"x": x, "flambeau": flambeau, "linalg": linalg})
