"""x[...]: reading and writing against NumPy on random indices, and against PyTorch's rules."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import flambeau

X = np.arange(2 * 3 * 4, dtype=np.float32).reshape(2, 3, 4)


@st.composite
def basic_index(draw, shape):
    """Ints, slices, None and one Ellipsis for some of the dims."""
    items, dims = [], list(shape)
    count = draw(st.integers(0, len(dims)))
    ellipsis_at = draw(st.integers(0, count)) if draw(st.booleans()) else None
    from_left = dims[: ellipsis_at if ellipsis_at is not None else count]
    right = count - len(from_left)
    for n in from_left + (dims[len(dims) - right :] if right else []):
        items.append(draw(one_dim(n)))
    if ellipsis_at is not None:
        items.insert(ellipsis_at, Ellipsis)
    for _ in range(draw(st.integers(0, 1))):
        items.insert(draw(st.integers(0, len(items))), None)
    return tuple(items)


def one_dim(n):
    bound = st.one_of(st.none(), st.integers(-n - 2, n + 2))
    ranges = st.builds(slice, bound, bound, st.one_of(st.none(), st.integers(1, 3)))
    return st.one_of(st.integers(-n, n - 1), ranges) if n else ranges


SHAPES = st.lists(st.integers(1, 4), min_size=1, max_size=4).map(tuple)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_basic_indices_read_as_numpys_and_share_memory(data):
    shape = data.draw(SHAPES)
    index = data.draw(basic_index(shape))
    array = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
    x = flambeau.tensor(array)
    view = x[index]
    np.testing.assert_array_equal(view.numpy(), array[index])
    view += 100  # a write through the view is seen by the base
    array[index] += 100
    np.testing.assert_array_equal(x.numpy(), array)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_basic_indices_write_as_numpys(data):
    shape = data.draw(SHAPES)
    index = data.draw(basic_index(shape))
    array = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
    x = flambeau.tensor(array)
    value = -np.arange(np.prod(array[index].shape), dtype=np.float32).reshape(array[index].shape)
    if data.draw(st.booleans()) and value.ndim:
        value = value[..., :1]  # broadcasts
    array[index] = value
    x[index] = flambeau.tensor(value)
    np.testing.assert_array_equal(x.numpy(), array)


@st.composite
def advanced_index(draw, shape):
    """Integer arrays, boolean masks, ints and slices mixed."""
    lead = draw(st.sampled_from([(), (2,), (3, 2), (0,), (1, 2)]))
    items = []
    dims = list(shape)
    while dims:
        n = dims.pop(0)
        kind = draw(st.sampled_from(["array", "mask", "slice", "stop"]))
        if kind == "array":
            size = int(np.prod(lead))
            values = draw(st.lists(st.integers(-n, n - 1), min_size=size, max_size=size))
            items.append(np.array(values, np.int64).reshape(lead))
        elif kind == "mask" and not any(isinstance(i, np.ndarray) for i in items):
            mask = np.array(draw(st.lists(st.booleans(), min_size=n, max_size=n)))
            lead = (int(mask.sum()),)
            items.append(mask)
        elif kind == "stop":
            break
        else:
            items.append(draw(st.just(slice(None)) | one_dim(n).filter(is_slice)))
    return tuple(items)


def is_slice(item):
    return isinstance(item, slice)


def tensors(index):
    return tuple(flambeau.tensor(i) if isinstance(i, np.ndarray) else i for i in index)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_advanced_indices_read_and_write_as_numpys(data):
    shape = data.draw(SHAPES)
    index = data.draw(advanced_index(shape))
    array = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
    x = flambeau.tensor(array)
    np.testing.assert_array_equal(x[tensors(index)].numpy(), array[index])
    array[index] = 7.0
    x[tensors(index)] = 7.0
    np.testing.assert_array_equal(x.numpy(), array)


READS = """
x[1]; x[-1]; x[1, 2, 3]; x[0, ..., 1]; x[None]; x[:, None, 1:]; x[..., ::2]; x[1:1]; x[()]; x[...]
x[True]; x[False]; x[[0, 1, 0]]; x[[0, 1], [2, 0]]; x[:, [0, 2]]; x[[0], :, [1]]
x[:, :, [[0, 1], [2, 3]]]; x[i]; x[:, j]; x[i, j]; x[i, :, j]; x[i, 1:, j]; x[0, :, j]; x[x > 5]
x[m]; x[m, 1]; x[:, k]; x[b]; x[i, None, j]; x[n]; x[:, n]; x[u]
""".replace("\n", ";")
WRITES = """
x[1] = 5; x[:, 1] = v; x[..., 0] = -1; x[x > 5] = 0; x[i] = 9; x[i, j] = w; x[m] = 3
x[0, 1, 2] = 7; x[:, [0, 2]] = 1; x[b] = 4; x[:] = 2; x[...] = v; x[1:1] = 3; x[n] = 8
x[i, :, j] = 6; x[None, 0] = 1
""".replace("\n", ";")


def statements(text):
    return [s.strip() for s in text.split(";") if s.strip()]


def names(torch):
    return {
        "x": torch.tensor(X.tolist()),
        "i": torch.tensor([1, 0, -1]),
        "j": torch.tensor([2, 0, 1]),
        "k": torch.tensor([[0, 1], [2, 0]]),
        "m": torch.tensor([True, False]),
        "b": torch.tensor(X > 7),
        "n": torch.zeros(0, dtype=torch.int64),
        "u": torch.tensor([1, 0], dtype=torch.uint8),
        "v": torch.tensor([10.0, 20.0, 30.0, 40.0]),
        "w": torch.tensor([[1.0, 2.0, 3.0, 4.0]] * 3),
    }


@pytest.mark.filterwarnings("ignore:indexing with dtype")
@pytest.mark.parametrize("text", statements(READS))
def test_reads_are_pytorchs(text):
    torch = pytest.importorskip("torch")
    expected, found = eval(text, names(torch)), eval(text, names(flambeau))
    assert tuple(found.shape) == tuple(expected.shape)
    np.testing.assert_array_equal(found.numpy(), expected.numpy())
    assert found.tolist() == expected.tolist()
    ours = names(flambeau)
    ours["x"].requires_grad_()
    theirs = names(torch)
    theirs["x"].requires_grad_()
    (eval(text, ours) ** 2).sum().backward()
    (eval(text, theirs) ** 2).sum().backward()
    np.testing.assert_array_equal(ours["x"].grad.numpy(), theirs["x"].grad.numpy())


@pytest.mark.parametrize("text", statements(WRITES))
def test_writes_are_pytorchs(text):
    torch = pytest.importorskip("torch")
    ours, theirs = names(flambeau), names(torch)
    exec(text, ours)
    exec(text, theirs)
    np.testing.assert_array_equal(ours["x"].numpy(), theirs["x"].numpy())


@pytest.mark.parametrize("dtype", ["int8", "int64", "bool", "float16", "bfloat16", "float64"])
def test_every_dtype_is_indexed(dtype):
    x = flambeau.tensor([[0, 1, 1], [1, 0, 1]]).to(getattr(flambeau, dtype))
    assert x[1].tolist() == [1, 0, 1]
    assert x[[1, 0], [0, 1]].tolist() == [1, 1]
    x[0, 1:] = 0
    assert x.tolist() == [[0, 0, 0], [1, 0, 1]]
    x[x == 1] = 0
    assert not x.any()
    assert x.dtype is getattr(flambeau, dtype)


def test_non_contiguous_tensors_are_indexed_and_written():
    base = flambeau.arange(12.0).reshape(3, 4)
    x = base.t()
    assert x[[3, 0], [1, 2]].tolist() == [7, 8]
    x[1:3] = 0
    assert base.tolist() == [[0, 0, 0, 3], [4, 0, 0, 7], [8, 0, 0, 11]]
    x[[0, 3]] = flambeau.tensor([[-1.0], [-2.0]])
    assert base[:, 0].tolist() == [-1] * 3 and base[:, 3].tolist() == [-2] * 3


def test_a_write_from_the_tensor_itself_reads_before_it_writes():
    x = flambeau.arange(5.0)
    x[1:] = x[:-1]
    assert x.tolist() == [0, 0, 1, 2, 3]
    x[flambeau.tensor([0, 1])] = x[flambeau.tensor([4, 3])]
    assert x.tolist() == [3, 2, 1, 2, 3]


def test_index_put_accumulates_repeated_places():
    x = flambeau.zeros(3)
    x.index_put_((flambeau.tensor([0, 2, 0]),), flambeau.tensor([1.0, 2.0, 3.0]), accumulate=True)
    assert x.tolist() == [4, 0, 2]


OUT_OF_RANGE = [
    ("x[2]", "index 2 is out of bounds for dimension 0 with size 2"),
    ("x[-3]", "index -3 is out of bounds for dimension 0 with size 2"),
    ("x[0, 3]", "index 3 is out of bounds for dimension 1 with size 3"),
    ("x[0, 0, 0, 0]", "too many indices"),
    ("x[..., ...]", "ellipsis|Ellipsis"),
    ("x[i]", "out of bounds for dimension 0 with size 2"),
    ("x[:, i]", "out of bounds for dimension 1 with size 3"),
    ("x[f]", "tensors used as indices"),
    ("x[mask]", "shape of the mask"),
    ("x[i, j]", "could not be broadcast"),
    ("x['a']", "only integers, slices"),
    ("x[1.0]", "only integers, slices"),
]


@pytest.mark.parametrize("text, message", OUT_OF_RANGE)
def test_a_bad_index_says_what_is_wrong(text, message):
    x = flambeau.tensor(X)
    names = {
        "x": x,
        "i": flambeau.tensor([0, 7]),
        "j": flambeau.tensor([0, 0, 1]),
        "f": flambeau.tensor([0.5]),
        "mask": flambeau.tensor([True, False, True]),
    }
    with pytest.raises((IndexError, TypeError), match=message):
        eval(text, names).tolist()
    np.testing.assert_array_equal(x.numpy(), X)  # nothing is lost
    with pytest.raises((IndexError, TypeError), match=message):
        exec(f"{text} = 1", names)
        x.tolist()


def test_negative_steps_say_what_to_do():
    with pytest.raises(ValueError, match=r"step must be greater than zero.*flip"):
        flambeau.arange(3)[::-1]


def test_an_index_out_of_range_shows_its_value_and_the_limit():
    x = flambeau.zeros(3, 4)
    with pytest.raises(IndexError, match=r"index 9 is out of bounds for dimension 1 with size 4"):
        x[flambeau.tensor([0, 1]), flambeau.tensor([2, 9])].tolist()
    with pytest.raises(IndexError, match=r"index -5 is out of bounds for dimension 1 with size 4"):
        x[flambeau.tensor([0, 1]), flambeau.tensor([2, -5])].tolist()
