"""Sorting and selection, compared with NumPy and with PyTorch."""

from __future__ import annotations

import numpy as np
import pytest

import flambeau

NAN = float("nan")
X = np.random.default_rng(0).permutation(60).reshape(3, 4, 5) / 7 - 4  # no two are equal

CALLS = """
x.sort(); x.sort(0); x.sort(1, True); L.sort(x, dim=-2, descending=True); x.sort(stable=True, dim=0)
x.sort(axis=1); x.msort(); L.msort(x[0]); x.transpose(0, 2).sort(1)
x[:, ::2, 1:].sort(1); x[0, 0, 0].sort(); x[:, :0].sort(1); x[:0].sort(-1); x.reshape(-1).sort()
x.topk(2); x.topk(3, 1); x.topk(2, 0, False); L.topk(x, k=4, dim=1, largest=False); x.topk(0)
x.transpose(1, 2).topk(1, 1); x[0, 0, 0].topk(1); x[:0].topk(2, 1); x.topk(5)
x.kthvalue(2); x.kthvalue(4, 1); x.kthvalue(1, 0, True); x[0, 0, 0].kthvalue(1)
x[0].t().kthvalue(3)
x.median(); x.median(0); x.median(1, True); x.median(-1); x[:, :1].median(1); x[0, 0, 0].median()
x.nanmedian(); x.nanmedian(2); x.nanmedian(dim=1, keepdim=True); x[0, 0, 0].median(0)
x.mode(); x.mode(1); x.mode(0, True); x[0, 0, 0].mode()
""".replace("\n", ";")


def results_of(library, call, x):
    result = eval(call, {"L": library, "x": x, "nan": NAN})
    return list(result) if isinstance(result, tuple) else [result]


@pytest.mark.parametrize("call", [c.strip() for c in CALLS.split(";") if c.strip()])
def test_calls_and_gradients_are_pytorchs(call):
    torch = pytest.importorskip("torch")
    found = []
    for library in (flambeau, torch):
        x = library.tensor(X.tolist(), dtype=library.float64, requires_grad=True)
        parts = results_of(library, call, x)
        (parts[0] ** 2).sum().backward()
        found.append([p.detach().numpy() for p in parts] + [x.grad.numpy()])
    for a, b in zip(*found, strict=True):
        assert a.dtype == b.dtype and a.shape == b.shape
        np.testing.assert_allclose(a, b, rtol=1e-12)


INTEGERS = "uint8 int8 int16 int32 int64 uint16 uint32 uint64".split()
DTYPES = ["bool", *INTEGERS, "float16", "bfloat16", "float32", "float64"]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("shape, dim", [((7,), 0), ((300,), 0), ((4, 90), 1), ((70, 3), 0)])
def test_order_is_stable_in_every_dtype(dtype, descending, shape, dim):
    values = np.random.default_rng(1).integers(0, 40, shape)
    if dtype[0] != "u" and dtype != "bool":
        values -= 20
    x = flambeau.tensor(values.tolist()).to(getattr(flambeau, dtype))
    kept = values != 0 if dtype == "bool" else values
    expected = np.argsort(-kept.astype(np.int64) if descending else kept, dim, kind="stable")
    found = x.sort(dim, descending)
    assert found.indices.tolist() == expected.tolist()
    assert found.values.tolist() == x.gather(dim, found.indices).tolist()
    assert found.values.dtype is x.dtype and found.indices.dtype is flambeau.int64


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
def test_special_values(dtype):
    """-inf < numbers < inf < NaN; zeros are equal whatever their sign, and so are all NaN."""
    values = [NAN, 0.0, -0.0, float("inf"), 1e-30, -NAN, -float("inf"), -1.0, -0.0, 0.0, -1e-30]
    x = flambeau.tensor(values, dtype=flambeau.float64).to(getattr(flambeau, dtype))
    if dtype == "float16":  # the tiny ones become zeros
        ascending = [6, 7, 1, 2, 4, 8, 9, 10, 3, 0, 5]
        descending = [0, 5, 3, 1, 2, 4, 8, 9, 10, 7, 6]
    else:
        ascending = [6, 7, 10, 1, 2, 8, 9, 4, 3, 0, 5]
        descending = [0, 5, 3, 4, 1, 2, 8, 9, 10, 7, 6]
    assert x.argsort().tolist() == ascending
    assert x.argsort(descending=True).tolist() == descending
    assert x.topk(3).indices.tolist() == descending[:3]
    assert x.topk(3, largest=False).indices.tolist() == ascending[:3]


@pytest.mark.parametrize("limits", ["int8", "int16", "int32", "int64", "uint64"])
def test_extremes_of_integers(limits):
    info = np.iinfo(limits)
    values = [0, info.max, info.min, info.max - 1, info.min + 1, 1]
    x = flambeau.tensor(np.array(values, limits))
    assert x.sort().values.tolist() == sorted(values)
    assert x.sort(descending=True).values.tolist() == sorted(values, reverse=True)


NAN_CALLS = """
x.median(); x.median(0); x.median(1); x.nanmedian(); x.nanmedian(0); x.nanmedian(1, True)
x.kthvalue(3, 1); x.kthvalue(1); x.msort(); x.sort(0, True); x.topk(2)
x.topk(4, largest=False); x[2].median(0); x[2].nanmedian(0); x[2].nanmedian(); x[2].sort()
""".replace("\n", ";")


@pytest.mark.parametrize("call", [c.strip() for c in NAN_CALLS.split(";") if c.strip()])
def test_nan_is_treated_as_pytorch_does(call):
    torch = pytest.importorskip("torch")
    values = [[3.0, NAN, 1.0, 2.0], [5.0, 4.0, NAN, NAN], [NAN] * 4, [0.0, 7.0, 6.0, -1.0]]
    ours, theirs = (results_of(t, call, t.tensor(values)) for t in (flambeau, torch))
    np.testing.assert_array_equal(ours[0].numpy(), theirs[0].numpy())
    assert [tuple(p.shape) for p in ours] == [tuple(p.shape) for p in theirs]


def test_gradient_of_a_median_is_shared_by_equal_elements():
    x = flambeau.tensor([1.0, 2.0, 2.0, 3.0, 2.0], requires_grad=True)
    x.median().backward()
    np.testing.assert_allclose(x.grad.numpy(), [0, 1 / 3, 1 / 3, 0, 1 / 3], rtol=1e-6)
    y = flambeau.tensor([1.0, NAN, 2.0], requires_grad=True)
    y.median().backward()
    assert y.grad.tolist() == [0, 1, 0]


def test_index_of_a_median_with_nan_is_the_first_nan():
    assert flambeau.tensor([1.0, NAN, 0.0, NAN]).median(0).indices.item() == 1


def test_mode_prefers_the_smallest_and_its_last_occurrence():
    found = flambeau.tensor([[5, 1, 5, 1, 0], [3, 3, 3, 2, 2]]).mode()
    assert found.values.tolist() == [1, 3] and found.indices.tolist() == [3, 2]
    # NaN differs from NaN, and stands last (PyTorch's order of numbers and NaN is undefined here)
    assert flambeau.tensor([NAN, 4.0, NAN, 7.0]).mode().values.item() == 4
    assert flambeau.tensor([True, False, True]).mode().values.item() is True


def test_median_of_nothing():
    assert flambeau.tensor([]).median().isnan().item()
    assert flambeau.tensor([], dtype=flambeau.int64).median().item() == -(2**63)


@pytest.mark.parametrize("size", [1, 2, 31, 64, 65, 100, 1000, 5000, 70_000])
@pytest.mark.parametrize("kind", ["random", "equal", "ordered", "reversed", "few"])
def test_many_sizes(size, kind):
    source = np.random.default_rng(size)
    values = {
        "random": source.standard_normal(size),
        "equal": np.zeros(size),
        "ordered": np.arange(size, dtype=float),
        "reversed": -np.arange(size, dtype=float),
        "few": source.integers(0, 3, size).astype(float),
    }[kind]
    for dtype in (np.float32, np.float64, np.int64):
        a = values.astype(dtype)
        x = flambeau.tensor(a)
        assert np.array_equal(x.argsort().numpy(), np.argsort(a, kind="stable"))
        assert np.array_equal(x.sort().values.numpy(), np.sort(a))
        assert np.array_equal(x.sort(descending=True).values.numpy(), np.sort(a)[::-1])


def test_rows_in_any_dim():
    a = np.random.default_rng(2).integers(0, 50, (5, 300, 4))
    x = flambeau.tensor(a)
    for dim in (0, 1, 2, -2):
        assert np.array_equal(x.argsort(dim).numpy(), np.argsort(a, dim, kind="stable"))
    turned = x.permute(2, 0, 1)
    expected = np.argsort(a.transpose(2, 0, 1), 1, kind="stable")
    assert np.array_equal(turned.argsort(1).numpy(), expected)


def test_what_is_sorted_may_be_computed_in_the_same_program():
    x = flambeau.arange(200.0).reshape(2, 100)
    values = ((x * 37) % 101).sort(1).values * 2
    a = np.arange(200.0, dtype=np.float32).reshape(2, 100) * 37 % 101
    assert np.array_equal(values.numpy(), np.sort(a, 1) * 2)


def test_out_takes_the_results():
    x = flambeau.tensor([3.0, 1.0, 2.0])
    values, indices = flambeau.empty(0), flambeau.empty(0, dtype=flambeau.int64)
    found = flambeau.sort(x, out=(values, indices))
    assert found.values is values and indices.tolist() == [1, 2, 0]
    flambeau.topk(x, 2, out=(values, indices))
    assert values.tolist() == [3, 2]
    flambeau.kthvalue(x, 1, out=(values, indices))
    assert values.item() == 1
    out = flambeau.empty(3)
    assert flambeau.msort(x, out=out) is out and out.tolist() == [1, 2, 3]


def test_results_have_names():
    x = flambeau.tensor([3.0, 1.0])
    for name in ("sort", "median", "nanmedian", "mode", "kthvalue", "topk"):
        arguments = {"kthvalue": (1,), "topk": (1,)}.get(name, (0,))
        result = getattr(x, name)(*arguments)
        assert result._fields == ("values", "indices")
        assert type(result).__name__ == name


@pytest.mark.parametrize("call, error, text", [
    ("x.sort(3)", IndexError, "Dimension out of range"),
    ("x.cfloat().sort()", RuntimeError, "does not support complex64"),
    ("x.topk(6)", RuntimeError, "selected index k out of range"),
    ("x.topk(-1)", RuntimeError, "selected index k out of range"),
    ("x.topk(2.0)", TypeError, "must be int, not float"),
    ("x.topk(True)", TypeError, "must be int, not bool"),
    ("(x > 0).topk(1)", RuntimeError, "topk does not support bool"),
    ("x.kthvalue(0)", RuntimeError, "k out of range for dimension 2"),
    ("x.kthvalue(6)", RuntimeError, "k out of range for dimension 2"),
    ("x[:, :, :0].kthvalue(1)", IndexError, "Expected reduction dim 2 to have non-zero size"),
    ("x[:, :0].median(1)", IndexError, "Expected reduction dim 1 to have non-zero size"),
    ("x[:0].mode(0)", IndexError, "Expected reduction dim 0 to have non-zero size"),
    ("(x > 0).median()", NotImplementedError, "median does not support bool"),
    ("(x > 0).kthvalue(1)", NotImplementedError, "kthvalue does not support bool"),
    ("flambeau.sort(3)", TypeError, "must be Tensor, not int"),
    ("flambeau.topk([1, 2], 1)", TypeError, "must be Tensor, not list"),
])  # fmt: skip
def test_bad_calls_say_what_is_wrong(call, error, text):
    with pytest.raises(error, match=text):
        eval(call, {"x": flambeau.tensor(X), "flambeau": flambeau})
