"""Elements and pieces put somewhere, compared with NumPy and with PyTorch."""

from __future__ import annotations

import numpy as np
import pytest

import flambeau

X = np.array([[3.0, -1, 0.5, 2], [0.5, 4, -3, -2], [1, 3.5, 3, np.pi]])
Y = np.array([[1.5, 5, -7, 0.25], [-2.5, 0.75, 8, 6]])
INDEX = [[0, 2, 0, 1], [2, 2, 0, 0]]
DISTINCT = [[0, 2, 1, 1], [2, 0, 0, 2]]

# x: float64 (3, 4), y: float64 (2, 4); i: indices (2, 4), some equal; d: distinct ones; r: rows
CALLS = """
x.scatter(0, d, y); L.scatter(x, dim=0, index=d, src=y); x.scatter(1, i, 7)
x.scatter(0, d.int(), value=2.5); x.clone().t().scatter(1, d.t(), y.t())
x[0, 0].scatter(0, i[0, 0], y[0, 0]); x[0, 0].scatter(0, i[0, :1], 2.0); x.clone().scatter_(0, d, y)
x[:, ::2].scatter(0, d[:, ::2], y[:, 1::2]); x.scatter(0, i, y[:1, :1].expand(2, 4))
x.scatter_add(0, i, y); L.scatter_add(x, dim=0, index=i, src=y); x.scatter_add(1, i + 1, y)
x.clone().scatter_add_(-1, i, y); x.t().scatter_add(1, i.t(), y.t())
x.scatter_reduce(0, i, y, "sum"); x.scatter_reduce(0, i, y, "prod")
x.scatter_reduce(0, i, y, "mean"); x.scatter_reduce(0, i, y, "amax")
L.scatter_reduce(x, 0, i, src=y, reduce="amin"); x[0, 0].scatter_reduce(0, i[0, 0], y[0, 0], "mean")
x.scatter_reduce(0, i, y, "sum", include_self=False)
x.scatter_reduce(0, i, y, "prod", include_self=False)
x.scatter_reduce(0, i, y, "mean", include_self=False)
x.scatter_reduce(0, i, y, "amax", include_self=False)
x.scatter_reduce(1, i, y, "amin", include_self=False); x.clone().scatter_reduce_(1, i, y, "prod")
x.index_add(0, r, y); L.index_add(x, dim=0, index=r, source=y, alpha=-2)
x.index_add(1, i[0], x + 1); x[0, 0].index_add(0, r[:1] * 0, y[0, 0]); x.index_add(0, r[:0], y[:0])
x.index_add(0, r.int(), y); x.clone().index_add_(-2, r, y); x.index_add(0, r[0], y[:1])
x.t().index_add(1, r, y.t())
x.index_copy(0, r, y); L.index_copy(x, 0, index=r, source=y); x.index_copy(1, r[1], x[:, :1] * 2)
x.clone().index_copy_(0, r, y); x[0, 0].index_copy(0, r[1] * 0, y[0, 0])
x.index_fill(0, r, 9); x.index_fill(1, r, y[0, 0]); L.index_fill(x, dim=0, index=r[0], value=-1.5)
x.clone().index_fill_(1, r - 3, 2); x[0, 0].index_fill(0, r[:1] * 0, 4)
x.index_reduce(0, r, y, "prod"); x.index_reduce(1, i[0], x * 2, "mean")
x.index_reduce(0, r, y, "amax"); L.index_reduce(x, 1, i[0], source=x * 2, reduce="amin")
x.index_reduce(1, i[0], x - 1, "prod", include_self=False)
x.index_reduce(1, i[0], x * 2, "mean", include_self=False)
x.clone().index_reduce_(0, r, y, "amax", include_self=False)
x.put(d + 3, y); x.put(i - 12, y, accumulate=True); L.put(x, index=r, source=y[0, :2])
x.t().put(r, y[1, :2]); x.clone().put_(d + 3, y); x[0, 0].put(r[:1] * 0, y[0, :1])
x.masked_scatter(x > 2, y); L.masked_scatter(x, mask=x[0] > 0.6, source=y)
x[0].masked_scatter(x > 3, y); x.clone().masked_scatter_(x > 2, y)
x.masked_scatter(x > 99, y[:0]); x.t().masked_scatter(x.t() > 2, y.t())
x.select_scatter(y[0], 0, 1); x.select_scatter(x[0, :3], dim=-1, index=-2)
x.select_scatter(y[0].float(), 0, 2)
x.slice_scatter(y, 0, 1); x.slice_scatter(y, start=-2, end=9); x.t().slice_scatter(y.t(), 1, 0, 2)
x.slice_scatter(y[:, :3].t(), 1, None, None, 2); x.slice_scatter(y[:0], 0, 2, 1)
x.diagonal_scatter(x[:, 0] * 2); x.diagonal_scatter(y[0, :2], 2)
x.diagonal_scatter(y[0, :2], offset=-1); x.diagonal_scatter(x[:, 0], 1, 0, -1)
x[None].diagonal_scatter(x[None, :, 1], 0, 1, 2)
""".replace("\n", ";")

# without gradients, which PyTorch has not for these
WITHOUT_GRADIENTS = """
x.scatter(0, d[:, :2], y); x[0].scatter(0, i[0, :1], y[0]); x.scatter_add(1, i[:, :3] + 1, y)
x.scatter_reduce(0, i[:, :2], y, "amax"); x.scatter_add(0, i[:, :0], y); x.scatter(0, i[:1], y)
x.scatter(0, i[:0], y); x.scatter(0, i, 2, reduce="add"); x.scatter(1, i, y, reduce="multiply")
x.scatter(1, i, -0.5, reduce="multiply"); x.clone().scatter_(0, i, y, reduce="add")
x.index_fill(1, r - 3, y[0, 0]); x.t().as_strided_scatter(y[:, :2], (2, 2), (1, 4), 1)
x[1:].as_strided_scatter(y[:, :2], (2, 2), (1, 4))
x[1:].as_strided_scatter(y[:1], (1, 4), (4, 1), 0)
""".replace("\n", ";")


def calls(text):
    return [c.strip() for c in text.split(";") if c.strip()]


def results(library, call, with_gradients=True):
    names = {"L": library}
    for name, values in (("x", X), ("y", Y)):
        names[name] = library.tensor(values, dtype=library.float64, requires_grad=with_gradients)
    names |= {"i": library.tensor(INDEX), "d": library.tensor(DISTINCT)}
    names["r"] = library.tensor([2, 0])
    z = eval(call, names)
    if not with_gradients:
        return [z.numpy()]
    (z * z * 0.5).sum().backward()
    grads = [names[n].grad for n in "xy"]
    zeros = (np.zeros_like(X), np.zeros_like(Y))
    return [
        z.detach().numpy(),
        *(n if g is None else g.numpy() for g, n in zip(grads, zeros, strict=True)),
    ]


@pytest.mark.parametrize("call", calls(CALLS))
def test_calls_and_gradients_are_pytorchs(call):
    torch = pytest.importorskip("torch")
    for a, b in zip(results(flambeau, call), results(torch, call), strict=True):
        assert a.dtype == b.dtype and a.shape == b.shape
        np.testing.assert_allclose(a, b, rtol=1e-6 if "float()" in call else 1e-12)


@pytest.mark.parametrize("call", calls(WITHOUT_GRADIENTS))
def test_calls_are_pytorchs(call):
    torch = pytest.importorskip("torch")
    (a,), (b,) = results(flambeau, call, False), results(torch, call, False)
    assert a.dtype == b.dtype
    np.testing.assert_allclose(a, b, rtol=1e-12)


def test_gradients_where_the_index_is_smaller_than_the_source():
    x = flambeau.zeros(2, 3, requires_grad=True)
    y = flambeau.ones(2, 3, requires_grad=True)
    x.scatter_add(1, flambeau.tensor([[0, 2]]), y).sum().backward()
    assert y.grad.tolist() == [[1, 1, 0], [0, 0, 0]] and x.grad.tolist() == [[1] * 3] * 2


REDUCTIONS = {"sum": np.add, "prod": np.multiply, "amax": np.maximum, "amin": np.minimum}


@pytest.mark.parametrize("reduce", REDUCTIONS)
@pytest.mark.parametrize("dtype", "float32 float64 int64 int16 uint8 bool".split())
def test_reductions_are_numpys(reduce, dtype):
    source = np.random.default_rng(0)
    kind = np.dtype(dtype)
    a, b = (source.integers(0, 3, (n, 301)).astype(kind) for n in (7, 40))
    index = source.integers(0, 7, (40, 301))
    expected = a.copy()
    REDUCTIONS[reduce].at(expected, (index, np.arange(301)[None]), b)
    x, i, y = flambeau.tensor(a), flambeau.tensor(index), flambeau.tensor(b)
    found = x.scatter_reduce(0, i, y, reduce)
    assert found.dtype is x.dtype
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-5)
    if reduce != "sum":
        rows = a.copy()
        REDUCTIONS[reduce].at(rows, index[:, 0], b)
        np.testing.assert_array_equal(x.index_reduce(0, i[:, 0], y, reduce).numpy(), rows)


@pytest.mark.parametrize("dtype", "int32 uint8 float16 bfloat16".split())
@pytest.mark.parametrize("include_self", [True, False])
def test_means_are_pytorchs(dtype, include_self):
    torch = pytest.importorskip("torch")
    found = []
    for library in (flambeau, torch):
        kind = getattr(library, dtype)
        x = library.tensor([7, 2, 9]).to(kind)
        y, i = library.tensor([3, 5, 6, 1]).to(kind), library.tensor([0, 0, 2, 0])
        for name in ("scatter_reduce", "index_reduce"):
            z = getattr(x, name)(0, i, y, "mean", include_self=include_self)
            found.append((str(z.dtype).split(".")[-1], z.tolist()))
    assert found[:2] == found[2:]


def test_nothing_is_written_without_indices():
    x, i = flambeau.ones(2, 2), flambeau.zeros(0, 2, dtype=flambeau.int64)
    for dtype in (flambeau.bfloat16, flambeau.float32, flambeau.int64):
        y = x.to(dtype)
        for reduce in ("sum", "mean", "amax"):
            found = y.scatter_reduce(0, i, y * 5, reduce, include_self=False)
            assert found.dtype is dtype and found.tolist() == [[1, 1], [1, 1]]
            assert y.index_add(0, i[:, 0], y[:0]).tolist() == [[1, 1], [1, 1]]


def test_negative_integers_are_divided_downwards():
    x = flambeau.zeros(1, dtype=flambeau.int64)
    y, i = flambeau.tensor([-3, -4]), flambeau.tensor([0, 0])
    assert x.scatter_reduce(0, i, y, "mean").tolist() == [-3]
    assert x.scatter_reduce(0, i, y, "mean", include_self=False).tolist() == [-4]


def test_half_precision_is_added_in_full():
    x = flambeau.zeros(1, dtype=flambeau.bfloat16)
    y = flambeau.ones(1000, dtype=flambeau.bfloat16)
    i = flambeau.zeros(1000, dtype=flambeau.int64)
    assert x.scatter_add(0, i, y).item() == x.index_add(0, i, y).item() == 1000


def test_nan_is_the_extreme():
    x, nan = flambeau.tensor([1.0, 2.0]), float("nan")
    y, i = flambeau.tensor([nan, 5.0]), flambeau.tensor([0, 0])
    for reduce in ("amax", "amin"):
        assert np.isnan(x.scatter_reduce(0, i, y, reduce).numpy()[0])


def test_numbers_are_converted():
    x, i = flambeau.zeros(2, dtype=flambeau.int32), flambeau.tensor([0])
    assert x.scatter(0, i, 1.7).tolist() == [1, 0]
    assert x.index_fill(0, i, 7.5).tolist() == [7, 0]
    assert x.index_fill(0, i, flambeau.tensor(7.5)).tolist() == [7, 0]
    assert x.bool().scatter(0, i, 3).tolist() == [True, False]
    assert x.index_add(0, i, x[:1] + 3, alpha=2.9).tolist() == [6, 0]
    assert x.bool().index_add(0, i, flambeau.tensor([True]), alpha=2).tolist() == [True, False]


# -- in place -----------------------------------------------------------------------------------
def test_in_place_twins_write_where_views_look():
    x = flambeau.zeros(2, 3)
    column, i = x[:, 1], flambeau.tensor([1])
    assert column.index_fill_(0, i, 5.0) is column
    x.scatter_(1, flambeau.tensor([[2]]), 7.0).index_add_(0, i, flambeau.ones(1, 3))
    x.put_(flambeau.tensor([0]), flambeau.tensor([9.0]))
    x.masked_scatter_(x == 1, flambeau.tensor([3.0, 4.0]))
    assert x.tolist() == [[9, 0, 7], [3, 6, 4]]
    with pytest.raises(RuntimeError, match="doesn't match the broadcast shape"):
        x[0].masked_scatter_(x > 0, x)
    with pytest.raises(RuntimeError, match="leaf Variable"):
        flambeau.zeros(2, requires_grad=True).index_fill_(0, i, 1.0)


def test_a_scatter_from_the_tensor_itself_reads_before_it_writes():
    x = flambeau.arange(4.0)
    x.scatter_(0, flambeau.tensor([3, 2, 1, 0]), x)
    assert x.tolist() == [3, 2, 1, 0]


def test_out_takes_the_result():
    x, i, y = flambeau.zeros(3), flambeau.tensor([0, 2]), flambeau.tensor([5.0, 6.0])
    for call in (
        lambda out: flambeau.scatter(x, 0, i, y, out=out),
        lambda out: flambeau.scatter_add(x, 0, i, y, out=out),
        lambda out: flambeau.scatter_reduce(x, 0, i, y, "amax", out=out),
        lambda out: flambeau.index_add(x, 0, i, y, out=out),
        lambda out: flambeau.index_copy(x, 0, i, y, out=out),
        lambda out: flambeau.index_reduce(x, 0, i, y, "amax", out=out),
    ):
        out = flambeau.empty(3)
        assert call(out) is out and out.tolist() == [5, 0, 6]


def test_scatters_are_captured():
    def step(x, i, y):
        return x.scatter_add(0, i, y).masked_scatter(y > 1, y) + x.index_copy(0, i, y)

    compiled = flambeau.compile(step)
    i = flambeau.tensor([2, 0, 1])
    for shift in (0.0, 3.0):
        x, y = flambeau.arange(3.0) + shift, flambeau.tensor([1.0, 5.0, 2.0]) + shift
        assert compiled(x, i, y).tolist() == step(x, i, y).tolist()


# -- messages -----------------------------------------------------------------------------------
BAD = [
    ("x.scatter(1, i)", TypeError, "missing 1 required argument: 'src' or 'value'"),
    ("x.scatter(1, [[0]], y)", TypeError, r"argument 'index' \(position 3\) must be Tensor"),
    ("x.scatter(1, i, y, reduce='mean')", RuntimeError, "either add or multiply"),
    ("x.scatter(1, i, y.int())", RuntimeError, "Expected self.dtype to be equal to src.dtype"),
    ("x.scatter(1, i.short(), y)", RuntimeError, "Expected dtype int32/int64 for index"),
    ("x.scatter(1, i, y[0])", RuntimeError, "same number of dimensions as src tensor"),
    ("x.scatter(2, i, y)", IndexError, "Dimension out of range"),
    ("x.scatter(1, i.repeat(1, 2), y)", RuntimeError,
     r"dimension 1: expected index \[2, 6\] to be no larger than src \[2, 3\]\n"
     r"    input  2  3\n    src    2  3\n    index  2  6\n              \^ dim 1: the index's 6"),
    ("x.scatter(1, i.repeat(2, 1), 1.0)", RuntimeError, "apart from dimension 1"),
    ("x.scatter_add(1, i, 1.0)", TypeError, "argument 'src'"),
    ("x.scatter_reduce(1, i, y, 'add')", RuntimeError, "either sum, prod, mean, amax or amin"),
    ("x.bool().scatter_reduce(1, i, x.bool(), 'mean')", NotImplementedError, "not implemented"),
    ("x.index_add(0, i, y)", IndexError, "supposed to be a vector"),
    ("x.index_add(0, i[0, :2], y[:1])", RuntimeError, r"Number of indices \(2\).*\(1\)"),
    ("x.index_add(0, i[0, :2], y[:, :2])", RuntimeError,
     r"excluding the specified dimension 0(.|\n)*\^ dim 1: 3 and 2 differ"),
    ("x.index_add(0, i[0, :2], y.double())", RuntimeError, "same scalar type"),
    ("x.index_copy(0, i[0, :2], y[:1])", IndexError, "Number of indices"),
    ("x.index_copy(0, i[0, :2], y[0])", IndexError, "dimensionality must match"),
    ("x.index_copy(0, i[0, :2].int(), y)", RuntimeError, "Expected dtype int64 for index"),
    ("x.index_copy(0, i[0, :2], 1.0)", TypeError, "argument 'source'"),
    ("x.index_reduce(0, i[0, :2], y, 'sum')", RuntimeError, "prod, mean, amax or amin"),
    ("x.index_fill(0, i, 1)", RuntimeError, "supposed to be a vector"),
    ("x.index_fill(0, i[0].int(), 1)", IndexError, "Expected dtype int64"),
    ("x.index_fill(0, i[0], y)", RuntimeError, "0-dimensional value tensor"),
    ("x.index_fill(0, i[0], 1j)", RuntimeError, "Converting complex Scalar"),
    ("x.put(i, y[0])", IndexError, "same number of elements"),
    ("x.put(i, y.int())", RuntimeError, "same scalar type"),
    ("x.put(i.int(), y)", RuntimeError, "Expected dtype int64"),
    ("x.masked_scatter(i, y)", RuntimeError, "only supports boolean masks"),
    ("x.masked_scatter(i > 0, y.int())", RuntimeError, "same dtypes"),
    ("x.masked_scatter(i > 0, 1.0)", TypeError, "argument 'source'"),
    ("x.masked_scatter(i >= 0, y[0]).tolist()", RuntimeError, "source < number of ones in mask"),
    ("x.select_scatter(y, 0, 0)", RuntimeError, r"src size = \[2, 3\], slice size = \[3\]"),
    ("x.select_scatter(y[0, :2], 0, 0)", RuntimeError, r"slice  3\n +\^ dim 0: 2 and 3 differ"),
    ("x.select_scatter(y[0], 0, 5)", IndexError, "index 5 out of range in dim 0"),
    ("x.sum().select_scatter(y[0, 0], 0, 0)", IndexError, "0-dim tensor"),
    ("x.slice_scatter(y, 0, step=0)", RuntimeError, "step must be positive"),
    ("x.slice_scatter(y, 0, 1)", RuntimeError, "expected src to have a size equal to the slice"),
    ("x.sum().slice_scatter(y)", RuntimeError, "0-dim tensor"),
    ("x.diagonal_scatter(y)", RuntimeError, "expected src to have a size equal to the slice"),
    ("x.diagonal_scatter(y[0], 0, 1, 1)", RuntimeError, "cannot be identical"),
    ("x.as_strided_scatter(y, (2, 3), (9, 9))", RuntimeError, "reach element"),
    ("x.select_scatter(1.0, 0, 0)", TypeError, "argument 'src'"),
]  # fmt: skip


@pytest.mark.parametrize("call, error, text", BAD)
def test_bad_calls_say_what_is_wrong(call, error, text):
    names = {"x": flambeau.zeros(2, 3), "i": flambeau.tensor([[0, 1, 0], [1, 0, 1]])}
    names["y"] = flambeau.ones(2, 3)
    with pytest.raises(error, match=text):
        eval(call, names)
