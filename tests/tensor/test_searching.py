"""Binary search, membership and distinct elements, compared with NumPy and with PyTorch."""

from __future__ import annotations

import numpy as np
import pytest

import flambeau

NAN = float("nan")

CALLS = """
L.searchsorted(s, x); L.searchsorted(s, x, right=True); L.searchsorted(s, x, side="right")
L.searchsorted(s, x, side="left"); L.searchsorted(s, x, out_int32=True); L.searchsorted(s, 3)
L.searchsorted(s, 3.0, right=True); L.searchsorted(s.long(), 3.5); L.searchsorted(s, x.long())
L.searchsorted(s, L.tensor(3.0)); L.searchsorted(s[:0], x); L.searchsorted(s, x[:0])
L.searchsorted(s[:1], x); L.searchsorted(s[:3], x); L.searchsorted(s.repeat(2, 1), x)
L.searchsorted(s.repeat(2, 1), x[:, :1], right=True); L.searchsorted(s.double(), x.double())
L.searchsorted(s.flip(0), x, sorter=L.tensor([4, 3, 2, 1, 0])); L.searchsorted(s, x.t())
L.searchsorted(s.repeat(2, 1).flip(1), x, sorter=L.tensor([[4, 3, 2, 1, 0]] * 2), right=True)
L.searchsorted(s.to(L.int32), x.to(L.int32)); L.searchsorted(s.half(), x.half())
L.searchsorted(s.to(L.uint8), x.abs().to(L.uint8)); L.searchsorted(s, L.tensor([nan, inf, -inf]))
L.bucketize(x, s); L.bucketize(x, s, right=True); L.bucketize(3, s); L.bucketize(2.5, s.long())
L.searchsorted(s > 2, 3); L.bucketize(x, s > 2)
L.bucketize(x, s, out_int32=True); L.bucketize(input=x, boundaries=s); L.bucketize(x[0, 0], s)
L.isin(x, s); L.isin(x, s, invert=True); L.isin(x, 3); L.isin(3, x); L.isin(x, 2.5)
L.isin(x, s[:0]); L.isin(x, L.arange(40) / 2); L.isin(x.long(), s); L.isin(x, L.arange(50))
L.isin(elements=x, test_elements=x[0], assume_unique=True); L.isin(element=3, test_elements=s)
L.isin(L.tensor([nan, 1.0]), L.tensor([nan, 2.0])); L.isin(x[0, 0], s); L.isin(x[:0], s)
L.isin(L.tensor([nan, 1.0]), L.tensor([nan] * 20 + [1.0])); L.isin(elements=x, test_element=1)
""".replace("\n", ";")


@pytest.mark.parametrize("call", [c.strip() for c in CALLS.split(";") if c.strip()])
def test_calls_are_pytorchs(call):
    torch = pytest.importorskip("torch")
    found = []
    for library in (flambeau, torch):
        names = {
            "L": library, "nan": NAN, "inf": float("inf"),
            "s": library.tensor([1.0, 3.0, 3.0, 5.0, 9.0]),
            "x": library.tensor([[3.0, -1.0, 9.0, 2.5], [10.0, 1.0, 5.0, 4.0]]),
        }  # fmt: skip
        found.append(eval(call, names).numpy())
    assert found[0].dtype == found[1].dtype and found[0].shape == found[1].shape
    np.testing.assert_array_equal(*found)


@pytest.mark.parametrize("size", [1, 2, 3, 4, 7, 8, 100, 1023, 1024, 1025])
@pytest.mark.parametrize("side", ["left", "right"])
def test_search_is_numpys_for_every_size(size, side):
    source = np.random.default_rng(size)
    sequence = np.sort(source.integers(0, size, size))
    values = source.integers(-2, size + 2, 300)
    found = flambeau.searchsorted(flambeau.tensor(sequence), flambeau.tensor(values), side=side)
    np.testing.assert_array_equal(found.numpy(), np.searchsorted(sequence, values, side))


def test_search_in_rows():
    source = np.random.default_rng(0)
    sequence = np.sort(source.standard_normal((3, 2, 40)))
    values = source.standard_normal((3, 2, 7))
    found = flambeau.searchsorted(flambeau.tensor(sequence), flambeau.tensor(values)).numpy()
    for i in np.ndindex(3, 2):
        np.testing.assert_array_equal(found[i], np.searchsorted(sequence[i], values[i]))


def test_search_in_a_captured_function():
    @flambeau.compile
    def places(x):
        return flambeau.searchsorted(x.sort().values, x)

    x = flambeau.tensor([3.0, 1.0, 2.0])
    assert places(x).tolist() == [2, 0, 1]
    assert places(flambeau.tensor([5.0, 6.0, 4.0])).tolist() == [1, 2, 0]


@pytest.mark.parametrize("count", [3, 16, 17, 100])
def test_membership_is_numpys(count):
    source = np.random.default_rng(count)
    elements, candidates = source.integers(0, 60, (8, 9)), source.integers(0, 60, count)
    found = flambeau.isin(flambeau.tensor(elements), flambeau.tensor(candidates))
    np.testing.assert_array_equal(found.numpy(), np.isin(elements, candidates))


# -- distinct elements --------------------------------------------------------------------------
UNIQUE_CALLS = """
x.unique(); x.unique(True, True, True); L.unique(x, return_counts=True); x.unique(dim=0)
x.unique(return_inverse=True, return_counts=True, dim=1); x.unique(return_counts=True, dim=-1)
x[0].unique(dim=0, return_inverse=True); x.t().unique(return_inverse=True); x[:0].unique()
x[0, 0].unique(True, True, True); x[:0].unique(dim=0); x[:, :0].unique(dim=1); x[:, ::2].unique()
x.unique_consecutive(); x.unique_consecutive(True, True); L.unique_consecutive(x, dim=0)
x.unique_consecutive(return_inverse=True, return_counts=True, dim=1); x[:0].unique_consecutive()
x[0, 0].unique_consecutive(True, True); x[:0].unique_consecutive(True, True, dim=0)
x.t().unique_consecutive(return_counts=True); x.unsqueeze(1).unique_consecutive(True, dim=1)
""".replace("\n", ";")


@pytest.mark.parametrize("call", [c.strip() for c in UNIQUE_CALLS.split(";") if c.strip()])
@pytest.mark.parametrize("dtype", ["float32", "int64", "uint8", "bool", "bfloat16", "float64"])
def test_distinct_elements_are_pytorchs(call, dtype):
    torch = pytest.importorskip("torch")
    values = [[2, 2, 1, 0], [2, 2, 1, 0], [0, 2, 1, 3], [2, 2, 1, 0], [0, 0, 0, 0]]
    found = []
    for library in (flambeau, torch):
        x = library.tensor(values).to(getattr(library, dtype))
        result = eval(call, {"L": library, "x": x})
        parts = result if isinstance(result, tuple) else (result,)
        found.append([(str(p.dtype).split(".")[-1], tuple(p.shape), p.tolist()) for p in parts])
    assert found[0] == found[1]


def test_distinct_elements_of_large_tensors_are_numpys():
    a = np.random.default_rng(0).integers(0, 300, (50, 40))
    found = flambeau.tensor(a).unique(return_inverse=True, return_counts=True)
    expected = np.unique(a, return_inverse=True, return_counts=True)
    for ours, theirs in zip(found, expected, strict=True):
        np.testing.assert_array_equal(ours.numpy(), theirs)
    rows = a[:, :2] % 3
    found = flambeau.tensor(rows).unique(return_inverse=True, return_counts=True, dim=0)
    expected = np.unique(rows, return_inverse=True, return_counts=True, axis=0)
    for ours, theirs in zip(found, expected, strict=True):
        np.testing.assert_array_equal(ours.numpy(), theirs.reshape(ours.numpy().shape))


def test_nan_differs_from_nan_and_zeros_do_not():
    x = flambeau.tensor([NAN, 0.0, NAN, -0.0])
    values, counts = x.unique(return_counts=True)
    np.testing.assert_array_equal(values.numpy(), [0, NAN, NAN])
    assert counts.tolist() == [2, 1, 1]
    assert flambeau.tensor([NAN, NAN]).unique_consecutive().shape == (2,)
    assert flambeau.tensor([[NAN], [NAN]]).unique(dim=0).shape == (2, 1)


def test_a_function_that_looks_at_values_runs_uncaptured():
    @flambeau.compile
    def total(x):
        return (x * 2).unique().sum()

    with pytest.warns(UserWarning, match="looks at a tensor's value"):
        assert total(flambeau.tensor([1, 2, 1])).item() == 6
    assert total(flambeau.tensor([1, 1, 1])).item() == 2


@pytest.mark.parametrize("call, error, text", [
    ("flambeau.searchsorted(s, x, side='middle')", RuntimeError, "side can only be"),
    ("flambeau.searchsorted(s, x, side='left', right=True)", RuntimeError, "set to opposites"),
    ("flambeau.searchsorted(s[0], x)", RuntimeError, "positive dimension"),
    ("flambeau.searchsorted(s.repeat(3, 1), x)", RuntimeError, "first N-1 dimensions"),
    ("flambeau.searchsorted(s.repeat(2, 1), 3)", RuntimeError, "input value can be a scalar only"),
    ("flambeau.searchsorted(s > 1, x > 1)", NotImplementedError, "not implemented"),
    ("flambeau.searchsorted(s, x, sorter=s)", RuntimeError, "sorter must be a tensor of long"),
    ("flambeau.searchsorted(s, x, sorter=s[:2].long())", RuntimeError, "must have the same size"),
    ("flambeau.searchsorted(s, x, sorter=flambeau.tensor([0, 1, 3]))", RuntimeError, "index 3"),
    ("flambeau.searchsorted(s, x, out=x.int())", RuntimeError, "output tensor's dtype is wrong"),
    ("flambeau.searchsorted([1, 2], x)", TypeError, "must be Tensor, not list"),
    ("flambeau.bucketize(x, s.repeat(2, 1))", RuntimeError, "must be 1 dimension"),
    ("flambeau.bucketize(x, [1.0])", TypeError, "must be Tensor, not list"),
    ("flambeau.isin(3, 3)", TypeError, "must be Tensor, not int"),
    ("flambeau.isin(x > 1, x)", RuntimeError, "Unsupported input type"),
    ("x.unique(dim=3)", IndexError, "Dimension out of range"),
    ("s[0].unique(dim=0)", IndexError, "tensor has no dimensions"),
    ("x[:, :0].unique(dim=0)", RuntimeError, "There are 0 sized dimensions"),
    ("x[:, :0].unique_consecutive(dim=0)", RuntimeError, "There are 0 sized dimensions"),
    ("x.cfloat().unique()", NotImplementedError, "not implemented"),
    ("flambeau.unique(3)", TypeError, "must be Tensor, not int"),
])  # fmt: skip
def test_bad_calls_say_what_is_wrong(call, error, text):
    names = {
        "s": flambeau.tensor([1.0, 2.0, 3.0]),
        "x": flambeau.tensor([[1.0, 2.0], [4.0, 0.0]]),
        "flambeau": flambeau,
    }
    with pytest.raises(error, match=text):
        eval(call, names)
