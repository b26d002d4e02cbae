"""`explain`: what it says of tensors of each kind, and that looking changes nothing."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest

import flambeau as t
from flambeau.core.config import config
from flambeau.core.layout import Layout
from flambeau.debug import Explanation, explain
from flambeau.debug.explaining.memory import distinct
from flambeau.debug.explaining.text import table, width
from flambeau.engine.runtime.evaluate import flush, pending_count


@pytest.fixture(autouse=True)
def english():
    with config.override(LANG="en"):
        yield


def has(found: Explanation, *parts: str) -> None:
    text = str(found)
    for part in parts:
        assert part in text, text


# -- what it says ---------------------------------------------------------------------------------
def test_a_tensor_of_its_own() -> None:
    x = t.zeros(2, 3, dtype=t.float64)
    found = explain(x)
    assert (found.shape, found.dtype, found.device) == (x.shape, t.float64, x.device)
    assert (found.strides, found.offset, found.is_contiguous) == ((3, 1), 0, True)
    assert (found.nbytes, found.storage_nbytes, found.covered) == (48, 48, (0, 48))
    assert not found.is_view and not found.overlaps and not found.aliases and not found.arrays
    has(found, "Tensor float64[2, 3], cpu", "no view", "nobody", "requires no grad; version 0")


def test_a_transposed_view() -> None:
    x = t.randn(2, 3)
    found = explain(x.t())
    assert found.is_view and found.view_of == "float32[2, 3]" and found.made_by == ["permute"]
    assert found.why_not_contiguous == "dim 1 has stride 3; without gaps it would be 1"
    assert found.covered == (0, 24) and found.distinct == 6
    has(found, "a view of float32[2, 3], by permute", "not contiguous: dim 1 has stride 3")


def test_a_slice_covers_a_part() -> None:
    x = t.arange(10, dtype=t.float32)
    found = explain(x[2:8:3])
    assert (found.strides, found.offset, found.nbytes) == ((3,), 2, 8)
    assert found.covered == (8, 24) and found.storage_nbytes == 40
    has(found, "8 bytes of elements, within bytes 8 to 24 of the storage's 40", "getitem")


def test_a_view_of_a_view_names_both_operations() -> None:
    x = t.zeros(4, 6)
    assert explain(x.t()[1]).made_by == ["permute", "select"]


def test_an_expanded_view_overlaps_itself() -> None:
    found = explain(t.ones(3, 1).expand(3, 4))
    assert found.overlaps and found.distinct == 3
    assert (found.nbytes, found.storage_nbytes) == (48, 12)
    has(found, "overlaps itself: stride 0 in dims [1]")


def test_windows_overlap() -> None:
    found = explain(t.arange(10).unfold(0, 3, 1))
    assert found.overlaps and found.distinct == 10
    has(found, "24 elements share 10 places")


@pytest.mark.parametrize(
    ("make", "name"),
    [
        ("x.t()", "transpose or permute"),
        ("x[1:]", "a slice"),
        ("x[:, 1]", "a slice"),
        ("x.view(6)", "view, reshape"),
        ("x.unsqueeze(0)", "view, reshape"),
        ("x[:1].expand(5, 3)", "expand"),
        ("x.as_strided((2, 2), (2, 1), 1)", "diagonal, unfold or as_strided"),
        ("x.diagonal()", "diagonal, unfold or as_strided"),
    ],
)
def test_a_view_that_was_read_is_known_by_its_look(make: str, name: str) -> None:
    x = t.arange(6.0).view(2, 3)
    x = x.clone()
    view = eval(make)
    view.tolist()
    (made,) = explain(view).made_by
    assert made.startswith(name) and made.endswith("by the look of it")


def test_memory_read_as_another_dtype() -> None:
    z = t.zeros(4, dtype=t.complex64)
    found = explain(z.real)
    assert found.dtype is t.float32 and found.view_of == "complex64[4]"
    assert found.made_by == ["real"] and found.storage_nbytes == 32
    assert explain(t.view_as_real(z)).made_by == ["view_as_real"]
    assert explain(t.zeros(4).view(t.int16)).made_by == ["view(flambeau.int16)"]
    assert explain(t.view_as_complex(t.zeros(4, 2))).dtype is t.complex64


def test_a_scalar_and_an_empty_tensor() -> None:
    found = explain(t.tensor(3.0))
    assert (found.strides, found.covered, found.distinct) == ((), (0, 4), 1)
    found = explain(t.zeros(0, 3))
    assert found.covered == (0, 0) and not found.overlaps and found.is_contiguous


# -- who shares -----------------------------------------------------------------------------------
def test_living_aliases_are_listed_and_dead_ones_are_not() -> None:
    x = t.zeros(2, 6)
    row, column = x[0], x[:, 1]
    assert sorted(a.type for a in explain(x).aliases) == ["float32[2]", "float32[6]"]
    (found,) = [a for a in explain(row).aliases if a.type == "float32[2]"]
    assert (found.strides, found.offset, found.relation) == ((6,), 1, "a common part")
    (around,) = [a for a in explain(row).aliases if a.type == "float32[2, 6]"]
    assert around.relation == "around this tensor's part"
    del column
    assert [a.type for a in explain(x).aliases] == ["float32[6]"]
    assert [a.relation for a in explain(x[1]).aliases if a.type == "float32[6]"] == [
        "another part of it"
    ]


def test_detach_shares_and_clone_does_not() -> None:
    x = t.zeros(3)
    d, c = x.detach(), x.clone()
    found = explain(x)
    assert [a.type for a in found.aliases] == ["float32[3]"] and found.copies == 1
    has(found, "the same part of it", "clones hold the same bytes until one of them is written")
    c.add_(1)
    assert explain(x).copies == 0
    del d
    assert explain(x).aliases == []


global_tensor = t.zeros(3)
global_array = np.zeros(4)


def test_global_variables_name_tensors_and_arrays() -> None:
    view = global_tensor[1:]
    assert explain(view).view_of == "global_tensor float32[3]"
    assert explain(view).aliases[0].name == "global_tensor"
    assert explain(global_tensor).name == "global_tensor"
    shared = t.from_numpy(global_array)
    assert any("`global_array` float64[4]" in line for line in explain(shared).arrays)


def test_shared_numpy_memory() -> None:
    found = explain(t.from_numpy(np.zeros((2, 3), np.int16)))
    assert found.arrays == ["the NumPy array int16[2, 3] it was made from"]
    frozen = np.zeros(3)
    frozen.flags.writeable = False
    assert explain(t.from_numpy(frozen)).arrays[0].endswith(", read-only")
    x = t.zeros(3)
    array = x.numpy()
    has(explain(x), "1 NumPy arrays or exports made from it")
    del array
    gc.collect()
    assert explain(x).arrays == []


def test_what_backward_keeps_is_said_to_be_kept() -> None:
    y = t.ones(3, requires_grad=True).exp()
    (kept,) = explain(y).aliases
    assert kept.kind == "kept for backward by ExpBackward0"


# -- evaluated or pending -------------------------------------------------------------------------
def test_a_pending_chain_and_its_kernels() -> None:
    x = t.tensor([[1.0, 2.0], [3.0, 4.0]])
    x.tolist()
    y = (x * 2 + 1).sum(1)
    found = explain(y)
    assert found.state == "pending"
    assert found.operations == [
        "%0 = mul(float32[2, 2], 2)  float32[2, 2]",
        "%1 = add(%0, 1)  float32[2, 2]",
        "%2 = sum(%1)  float32[2]",
    ]
    assert len(found.kernels) == 1 and found.kernels[0].startswith("mul + add + sum -> float32")
    has(found, "pending, computed when somebody looks at it", "in these kernels")
    y.tolist()
    found = explain(y)
    assert found.state == "evaluated" and not found.operations and not found.kernels
    has(found, "evaluated; it was written in place 0 times")


def test_products_are_kernels_of_their_own() -> None:
    x = t.randn(64, 64)
    x.tolist()
    found = explain((x @ x).relu())
    assert any(k.startswith("dot -> ") for k in found.kernels)


def test_other_pending_values_are_counted() -> None:
    flush()
    x = t.ones(2).add(1)
    others = [t.ones(3).add(i) for i in range(2)]
    assert explain(x).others_pending >= len(others)


def test_long_chains_are_shortened() -> None:
    x = t.ones(2)
    for _ in range(40):
        x = x + 1
    found = explain(x)
    assert len(found.operations) > 40
    has(found, "... ", " more")
    assert str(found).count(" = add(") < 20


def test_a_value_that_could_not_be_computed() -> None:
    x = t.zeros(3)[t.tensor([1]) + 5]
    with pytest.raises(IndexError):
        x.tolist()
    found = explain(x)
    assert found.state == "failed" and "out of" in found.error
    has(found, "could not be computed: ")


# -- the tape -------------------------------------------------------------------------------------
def test_a_parameter() -> None:
    layer = t.nn.Linear(3, 2)
    found = explain(layer.weight)
    assert found.kind == "Parameter" and found.requires_grad and found.is_leaf
    has(found, "Parameter float32[2, 3]", "a leaf that requires grad", "it has no .grad yet")
    layer(t.ones(1, 3)).sum().backward()
    has(explain(layer.weight), "its .grad is float32[2, 3]")


def test_what_backward_reaches() -> None:
    w, b = t.ones(3, requires_grad=True), t.ones(1, requires_grad=True)
    y = (w * t.ones(3) + b).sum()
    found = explain(y)
    assert found.grad_fn == "SumBackward0" and not found.is_leaf and found.nodes == 5
    assert sorted(found.reaches) == ["float32[1]", "float32[3]"]
    assert found.problems == []
    has(found, "made by SumBackward0; version 0", "backward would pass 5 nodes")


def test_why_backward_would_fail() -> None:
    x = t.ones(3, requires_grad=True)
    y = x.exp()
    z = y.sum()
    y.detach().mul_(2)
    assert explain(z).problems == ["ExpBackward0 kept its result, which was written in place since"]
    v = t.ones(3)
    p = (x * v).sum()
    v.add_(1)
    assert explain(p).problems == [
        "MulBackward0 kept its input 1, which was written in place since"
    ]
    q = (x * x).sum()
    q.backward()
    (problem,) = explain(q).problems
    assert problem.startswith("MulBackward0 has given back what it kept")
    with pytest.raises(RuntimeError):
        q.backward()


def test_a_stale_view_is_told_without_renewing_it() -> None:
    base = t.zeros(3)
    view = base[:2]
    base.mul_(t.ones(3, requires_grad=True))
    before = dict(vars(view))
    found = explain(view)
    assert found.requires_grad and found.grad_fn == "MulBackward0" and found.version == 1
    assert vars(view) == before


def test_inference_tensors() -> None:
    with t.inference_mode():
        x = t.ones(2)
    has(explain(x), "made under inference_mode")


# -- looking changes nothing ----------------------------------------------------------------------
def test_nothing_is_evaluated_recorded_or_written() -> None:
    flush()
    x = t.randn(4, 3)
    z = t.zeros(4, dtype=t.complex64)
    things = [x, x.t(), x.exp().sum(), z.real, z.imag[1:], x[1].expand(2, 3)]
    x.add_(1)
    z.mul_(2)
    states = [dict(vars(y)) for y in things]
    count = pending_count()
    values = [s["_storage"] for s in states]
    held = [(s.version, s.base or s.value) for s in values]
    for y in things:
        str(explain(y))
    assert pending_count() == count
    assert [dict(vars(y)) for y in things] == states
    assert [(s.version, s.base or s.value) for s in values] == held
    assert x._storage.value.buffer is None and z._storage.value.buffer is None


def test_nothing_is_kept_alive() -> None:
    x = t.zeros(3)
    view = x[1:]
    found = explain(view)
    dead = weakref.ref(x), weakref.ref(view), weakref.ref(x._storage)
    del x, view
    assert [d() for d in dead] == [None, None, None]
    assert found.view_of == "float32[3]"


def test_inside_a_captured_step() -> None:
    texts = []
    w = t.ones(3)

    @t.compile
    def step(x):
        y = x * 2 + w
        texts.append(explain(y))
        w.add_(1)
        return y.sum()

    x = t.ones(3)
    results = [step(x).item() for _ in range(3)]
    assert results == [9.0, 12.0, 15.0]
    has(texts[0], "being recorded for a captured step", "pending")
    assert w.tolist() == [4.0, 4.0, 4.0]
    assert explain(w).state == "evaluated"


def test_what_is_no_tensor_is_an_error() -> None:
    with pytest.raises(TypeError, match="explain: given list; required: a Tensor"):
        explain([1.0])


# -- parts ----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "layout",
    [
        Layout((2, 3), (3, 1)),
        Layout((2, 3), (1, 2), 4),
        Layout((4, 3), (2, 1)),
        Layout((3, 2, 2), (2, 3, 1)),
        Layout((3, 4), (0, 1)),
        Layout((3, 0), (1, 1)),
        Layout((2, 3), (4, -1), 3),
    ],
)
def test_distinct_counts_places(layout: Layout) -> None:
    places = {
        sum(i * s for i, s in zip(index, layout.strides, strict=True))
        for index in np.ndindex(*layout.shape)
    }
    assert distinct(layout) == len(places)


def test_chinese_characters_take_two_places() -> None:
    assert width("张量 a") == 6
    assert table([("张量", ["a"]), ("x", ["b", "c"])]) == "张量  a\nx     b\n      c"


def test_sparse_tensors_are_passed_over_and_named():
    sparse = t.eye(3).to_sparse()
    assert explain(t.ones(3)[1:]).is_view
    assert explain(sparse.values()).shape == (3,)
    with pytest.raises(TypeError, match=r"layout flambeau\.sparse_coo.*explain\(x\.values"):
        explain(sparse)
