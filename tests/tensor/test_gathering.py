"""Elements picked by indices and masks, compared with NumPy and with PyTorch."""

from __future__ import annotations

import numpy as np
import pytest

import flambeau

X = np.arange(24.0).reshape(2, 3, 4) - 7
INDEX = np.array([[[0, 2, 1], [1, 1, 3]]])
REPEATS = [2, 0, 3]

# x: float64 of shape (2, 3, 4), v: its first row, s: one number; i: indices (1, 2, 3)
CALLS = """
x.gather(0, i // 2); x.gather(1, i % 3); x.gather(-1, i); L.gather(x, dim=2, index=i.int())
L.gather(x, axis=2, index=i); v.gather(0, i[0, 0]); s.gather(0, i[0, 0, 0]); v.gather(0, i[0, 0, 1])
x.t3.gather(2, i % 2); x.gather(2, i[:0]); x.gather(2, i[:, :0]); x[:, ::2].gather(1, i[..., :0])
x.gather(2, i, sparse_grad=False); x[:, :, 1:].gather(2, i % 3)
x.index_select(0, i[0, 0] // 2); x.index_select(-1, i[0, 1])
L.index_select(x, dim=1, index=i[0, 0])
x.index_select(2, i[0, 0].int()); x.index_select(1, i[0, 0, 1]); s.index_select(0, i[0, 0, :1])
x.index_select(1, i[0, 0, :0]); x[:, :0].index_select(2, i[0, 0]); x.t3.index_select(0, i[0, 1])
x.take(i); x.take(i - 24); L.take(x, index=i[0, 0, 0]); x.t3.take(i * 7); s.take(i * 0)
x[:0].take(i[:0]); s.take(i[0, 0, 0])
x.take_along_dim(i); x.take_along_dim(i[:, :1] - 4, 2); L.take_along_dim(x, indices=i[:, 1:], dim=2)
x.take_along_dim(i[..., :1] % 3 - 3, 1)
x.take_along_dim(i[:, :1] - 4, -1); x[:, :1].take_along_dim(i, 2)
s.take_along_dim(i[0, 0, 0]); x.take_along_dim(i[:, :1, :1], 1)
x.masked_select(x > 3); L.masked_select(x, mask=x[0] > -5); x[0].masked_select(x > 3)
s.masked_select(s > -99); x.masked_select(x[0, 0, 0] > 0); x[:0].masked_select(x[:0] > 1)
x[:, :1].masked_select(x[0] < -4); x.t3.masked_select(x.t3 < 0)
x.repeat_interleave(2); x.repeat_interleave(3, 1); L.repeat_interleave(x, repeats=1, dim=0)
x.repeat_interleave(0, 2); x.repeat_interleave(r, 1); x.repeat_interleave(r.int(), dim=1)
x.repeat_interleave(r[:1], 0); x.repeat_interleave(r[0], 2)
x.repeat_interleave(2, -1, output_size=8)
x.repeat_interleave(r, 1, output_size=5); s.repeat_interleave(3); x[:, :0].repeat_interleave(2, 1)
x.t3.repeat_interleave(2, 0); v.repeat_interleave(2)
x.narrow_copy(1, 1, 2); L.narrow_copy(x, dim=-1, start=3, length=1); x.narrow_copy(0, 2, 0)
x.flip(0); x.flip(0, -1); x.flip((1,)); L.flip(x, dims=(2, 0)); x.flip([]); x.t3.flip(dims=[1])
L.diagflat(v); v.diagflat(-2); x[0].diagflat(offset=1); s.diagflat(); x[:0].diagflat(1)
x.masked_fill(x > 3, 9); x.masked_fill(x[0] > -5, s); x[0].masked_fill(x > 3, -1.5)
x.sum_to_size(3, 1); x.sum_to_size((1, 3, 4)); x.sum_to_size(2, 3, 4); s.sum_to_size(())
x.__rdiv__(2.0); x.__rmatmul__(x[:, :, :3]); x.__rdiv__(s)
""".replace("\n", ";")


def results(library, call):
    x = library.tensor(X, dtype=library.float64, requires_grad=True)
    i, r = library.tensor(INDEX), library.tensor(REPEATS)
    expression = call.replace("x.t3", "x.permute(2, 1, 0)")
    names = {"L": library, "x": x, "v": x[0, 0], "s": x[0, 0, 2], "i": i, "r": r}
    y = eval(expression, names)
    (y**2).sum().backward()
    return y.detach().numpy(), x.grad.numpy()


@pytest.mark.parametrize("call", [c.strip() for c in CALLS.split(";") if c.strip()])
def test_calls_and_gradients_are_pytorchs(call):
    torch = pytest.importorskip("torch")
    for a, b in zip(results(flambeau, call), results(torch, call), strict=True):
        assert a.dtype == b.dtype and a.shape == b.shape
        np.testing.assert_allclose(a, b, rtol=1e-12)


def test_values_are_numpys():
    x, i = flambeau.tensor(X), flambeau.tensor(INDEX)
    np.testing.assert_array_equal(x.take(i).numpy(), X.reshape(-1)[INDEX])
    np.testing.assert_array_equal(x.index_select(1, i[0, 0]).numpy(), X[:, INDEX[0, 0]])
    np.testing.assert_array_equal(x.masked_select(x > 0).numpy(), X[X > 0])
    np.testing.assert_array_equal(x.repeat_interleave(2, 1).numpy(), np.repeat(X, 2, 1))
    order = np.argsort(-X, 2)
    found = x.gather(2, flambeau.tensor(order)).numpy()
    np.testing.assert_array_equal(found, np.take_along_axis(X, order, 2))


DTYPES = "bool uint8 int8 int16 int32 int64 float16 bfloat16 float32 float64".split()


@pytest.mark.parametrize("dtype", DTYPES)
def test_every_dtype_is_kept(dtype):
    x = flambeau.tensor([[0, 1, 2], [3, 4, 5]]).to(getattr(flambeau, dtype))
    i = flambeau.tensor([[2], [0]])
    for y in (
        x.gather(1, i), x.index_select(1, i[0]), x.take(i), x.take_along_dim(i, 1),
        x.masked_select(x == x), x.repeat_interleave(2, 0), x.narrow_copy(1, 0, 1),
        x.flip(dims=[0]), x.diagflat(),
    ):  # fmt: skip
        assert y.dtype is x.dtype
    assert x.gather(1, i).tolist() == [[x[0, 2].item()], [x[1, 0].item()]]


def test_indices_that_are_not_computed_yet_and_views_of_them():
    x = flambeau.arange(12.0).reshape(3, 4)
    i = (flambeau.arange(6) * 2).reshape(2, 3) % 4
    assert x.gather(1, i[:, ::2].t()[:2]).tolist() == [[0, 2], [4, 6]]
    assert x.index_select(1, i[0, 1:]).tolist() == [[2, 0], [6, 4], [10, 8]]
    assert x.take(i.t() + 1).tolist() == [[1, 3], [3, 1], [1, 3]]


def test_what_is_picked_is_a_copy():
    x = flambeau.zeros(2, 2)
    i = flambeau.tensor([0, 1])
    for y in (x.index_select(0, i), x.repeat_interleave(1, 0), x.narrow_copy(0, 0, 2), x.flip(0),
              x.take(i), x.repeat_interleave(1)):  # fmt: skip
        y.add_(1)
    assert not x.any()


def test_large_indices_and_compiled_shapes():
    source = np.random.default_rng(0)
    a = source.standard_normal((37, 501)).astype(np.float32)
    i = source.integers(0, 37, (29, 333))
    x, index = flambeau.tensor(a), flambeau.tensor(i)
    np.testing.assert_array_equal(x.gather(0, index).numpy(), np.take_along_axis(a[:, :333], i, 0))
    np.testing.assert_array_equal(x.take(index).numpy(), a.reshape(-1)[i])
    np.testing.assert_array_equal(x.index_select(0, index[:, 0]).numpy(), a[i[:, 0]])


def test_out_takes_the_result():
    x, i = flambeau.tensor(X), flambeau.tensor(INDEX)
    for call in (
        lambda out: flambeau.gather(x, 2, i, out=out),
        lambda out: flambeau.index_select(x, 2, i[0, 0], out=out),
        lambda out: flambeau.take(x, i, out=out),
        lambda out: flambeau.take_along_dim(x, i[:, 1:], 2, out=out),
        lambda out: flambeau.masked_select(x, x > 2, out=out),
        lambda out: flambeau.narrow_copy(x, 1, 0, 2, out=out),
    ):
        out = flambeau.empty(0, dtype=flambeau.float64)
        assert call(out) is out and out.tolist() == call(None).tolist()


# -- where something is -------------------------------------------------------------------------
def test_nonzero_and_its_kin():
    x = flambeau.tensor([[0, 5, 0], [7, 0, 9]])
    rows = [[0, 1], [1, 0], [1, 2]]
    assert flambeau.argwhere(x).tolist() == x.nonzero().tolist() == rows
    out = flambeau.empty(0, dtype=flambeau.int64)
    assert flambeau.nonzero(x, out=out) is out and out.tolist() == rows
    assert x.nonzero_static(size=2).tolist() == rows[:2]
    assert flambeau.nonzero_static(x, size=4, fill_value=-7).tolist() == [*rows, [-7, -7]]
    assert flambeau.nonzero_static(x[:0], size=1).tolist() == [[-1, -1]]
    assert flambeau.argwhere(flambeau.tensor(3)).shape == (1, 0)
    assert flambeau.nonzero_static(flambeau.tensor(3.0), size=2).shape == (2, 0)


def test_repeats_alone_give_the_indices():
    r = flambeau.tensor([1, 0, 2], dtype=flambeau.int32)
    found = flambeau.repeat_interleave(r)
    assert found.tolist() == [0, 2, 2] and found.dtype is flambeau.int32
    assert flambeau.repeat_interleave(repeats=r.long()).tolist() == [0, 2, 2]


def test_repeats_that_are_not_computed_yet_are_not_looked_at():
    r = flambeau.arange(4) + 1
    x = flambeau.tensor([1.0, 2.0, 3.0, 4.0])
    y = x.repeat_interleave(r, output_size=10)
    assert y._storage.value.buffer is None and r._storage.value.buffer is None
    assert y.tolist() == [1, 2, 2, 3, 3, 3, 4, 4, 4, 4]
    for size in (9, 11):
        with pytest.raises(RuntimeError, match=f"output_size={size} for repeats whose sum is 10"):
            x.repeat_interleave(flambeau.arange(4) + 1, output_size=size).tolist()
    with pytest.raises(RuntimeError, match="-1 among the repeats"):
        x.repeat_interleave(flambeau.arange(4) - 1, output_size=2).tolist()


# -- messages -----------------------------------------------------------------------------------
# call, index, message
OUT_OF_RANGE = [
    ("x.gather(1, i)", [[0, 9]],
     r"gather: index 9 is out of bounds for dimension 1 with size 3, at \[0, 1\]"),
    ("x.gather(1, i)", [[-9, 0]], r"gather: index -9 .* at \[0, 0\] .*required: 0 <= index < 3"),
    ("x.gather(1, i.t()[:1])", [[0], [3]], r"gather: index 3 .* at \[0, 1\]"),
    ("x.index_select(0, i)", [0, 9],
     r"index_select: index 9 .* dimension 0 with size 2, at \[1\]"),
    ("x.index_select(0, i)", [-1], "index_select: index -1 is out of bounds"),
    ("x.take(i)", [[0, 9]], r"take: index 9 .* a tensor of 6 elements, at \[0, 1\]"),
    ("x.take(i)", [-7], "take: index -7 .*required: -6 <= index < 6"),
    ("x.take_along_dim(i, 1)", [[0, 3]], "take_along_dim: index 3 .* dimension 1 with size 3"),
    ("x.take_along_dim(i)", [-13], "take_along_dim: index -13 .* size 6"),
    ("x.scatter(1, i, 1.0)", [[9]], "scatter: index 9 .* dimension 1 with size 3"),
    ("x.scatter_add(1, i, x)", [[0, -1]], "scatter_add: index -1"),
    ("x.scatter_reduce(1, i, x, 'amax')", [[3]], "scatter_reduce: index 3"),
    ("x.index_add(1, i, x[:, :2])", [0, 9], r"index_add: index 9 .* at \[1\] of the index"),
    ("x.index_copy(1, i, x[:, :2])", [0, -1], "index_copy: index -1"),
    ("x.index_reduce(1, i, x[:, :2], 'prod')", [0, 9], "index_reduce: index 9"),
    ("x.index_fill(1, i, 0)", [3], "index_fill: index 3 .*required: -3 <= index < 3"),
    ("x.put(i, x[0, :2])", [0, 6], "put: index 6 .* a tensor of 6 elements"),
    ("x.masked_scatter(i > 0, x[0])", [[1, 1, 0], [0, 1, 1]],
     "masked_scatter: given a source of 3 elements for 4 true elements .*at least 4"),
]  # fmt: skip


@pytest.mark.parametrize("call, index, text", OUT_OF_RANGE)
def test_an_index_out_of_range_is_told_at_the_call_or_when_it_is_computed(call, index, text):
    x, i = flambeau.zeros(2, 3), flambeau.tensor(index)
    for error in (IndexError, RuntimeError):  # PyTorch raises one here, the other there
        with pytest.raises(error, match=text):
            eval(call.replace("i > 0", "m"), {"x": x, "i": i, "m": flambeau.tensor(i.numpy() > 0)})
    result = eval(call, {"x": x, "i": i + 0})  # nobody knows yet
    with pytest.raises(IndexError, match=text):
        result.tolist()


BAD = [
    ("x.gather(1, [[0]])", TypeError, r"argument 'index' \(position 3\) must be Tensor, not list"),
    ("x.gather(1, i[0])", RuntimeError, "same number of dimensions as input"),
    ("x.gather(1, i.float())", RuntimeError, "Expected dtype int32/int64 for index"),
    ("x.gather(1, i.short())", RuntimeError, "int16"),
    ("x.gather(2, i)", IndexError, "Dimension out of range"),
    ("x.gather(1, i.expand(5, 2))", RuntimeError,
     r"no larger than input \[2, 3\] apart from dimension 1\n    input  2  3\n    index  5  2\n"
     r"           \^ dim 0: the index's 5 is more than the 2 of input; try index.narrow"),
    ("x.index_select(0, i)", IndexError, "supposed to be a vector"),
    ("x.index_select(0, i[0].byte())", RuntimeError, "Expected dtype int32/int64"),
    ("x[0, 0].index_select(0, i[0])", RuntimeError, "only 1 value, got 2"),
    ("x.take(i.int())", RuntimeError, "Expected dtype int64 for index"),
    ("x[:0].take(i)", IndexError, "tried to take from an empty tensor"),
    ("x.take_along_dim(i[0], 1)", RuntimeError, "same number of dimensions"),
    ("x.take_along_dim(i.expand(5, 2), 1)", RuntimeError, "must match the size of tensor"),
    ("x.take_along_dim(i.int(), 1)", RuntimeError, "Expected dtype int64"),
    ("x.masked_select(i)", RuntimeError, "expected BoolTensor for mask"),
    ("x.masked_select(i[0] > 0)", RuntimeError, "must match the size of tensor"),
    ("x.masked_select(True)", TypeError, "argument 'mask'"),
    ("x.repeat_interleave(-1, 0)", RuntimeError, "Repeats must be non-negative"),
    ("x.repeat_interleave(1.5, 0)", TypeError, "must be Tensor or int, not float"),
    ("x.repeat_interleave(True, 0)", TypeError, "must be Tensor or int, not bool"),
    ("x.repeat_interleave(i[0], 1)", RuntimeError,
     r"repeats.size\(0\) = 2 and input.size\(1\) = 3"),
    ("x.repeat_interleave(-i[0], 0)", RuntimeError, "-9 among the repeats"),
    ("x.repeat_interleave(i, 0)", RuntimeError, "0-dim or 1-dim"),
    ("x.repeat_interleave(i[0].float(), 0)", NotImplementedError, "float32"),
    ("x.repeat_interleave(2, 0, output_size=3)", RuntimeError, "expected 4"),
    ("x.repeat_interleave(i[0], 0, output_size=3)", RuntimeError, "whose sum is 9"),
    ("x.nonzero_static(size=-1)", RuntimeError, "non-negative"),
    ("x.narrow_copy(1, 2, 2)", RuntimeError, "exceeds dimension size"),
    ("x.flip(0, 0)", RuntimeError, "multiple times"),
    ("x.flip()", TypeError, "missing"),
    ("x.masked_fill(x > 1, 1j)", RuntimeError, "without overflow"),
    ("x.byte().masked_fill(x > 1, 300)", RuntimeError, "without overflow"),
]  # fmt: skip


@pytest.mark.parametrize("call, error, text", BAD)
def test_bad_calls_say_what_is_wrong(call, error, text):
    with pytest.raises(error, match=text):
        eval(call, {"x": flambeau.zeros(2, 3), "i": flambeau.tensor([[0, 9]])})


def test_masked_fill_converts_as_pytorch_does():
    x = flambeau.tensor([1, 2, 3], dtype=flambeau.uint8)
    assert x.masked_fill(x > 1, 1.7).tolist() == [1, 1, 1]
    assert x.masked_fill(x > 1, -1).tolist() == [1, 255, 255]
    assert x.masked_fill(x > 1, flambeau.tensor(2.5)).tolist() == [1, 2, 2]
