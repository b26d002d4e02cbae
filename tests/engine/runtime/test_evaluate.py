"""Evaluation: what is recorded is computed once, in the right order, whatever goes wrong."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest

import flambeau
from flambeau.core.config import config
from flambeau.engine.runtime import evaluate, program


def test_nothing_is_computed_before_somebody_looks():
    x = flambeau.arange(4.0)
    x.sum().item()
    y = (x + 1) * 2
    assert y._storage.value.buffer is None
    assert y.tolist() == [2, 4, 6, 8]
    assert y._storage.value.buffer is not None


def test_what_nobody_refers_to_is_never_computed():
    x = flambeau.arange(3.0)
    x.tolist()
    for _ in range(10):
        _ = x.exp()
    del _
    seen = []
    evaluate.observers.append(lambda trace, program: seen.append(len(trace.roots)))
    try:
        (x + 1).tolist()
    finally:
        evaluate.observers.pop()
    assert seen == [1]


def test_an_index_out_of_range_harms_only_what_needs_it():
    x = flambeau.arange(12.0).reshape(3, 4)
    x.sum().item()
    before = x + 1
    bad = x[flambeau.tensor([0, 4]) + flambeau.tensor([0, 1])]  # not computed at the call
    needs_bad = bad * 2
    after = x * 3
    with pytest.raises(IndexError, match="index 5 is out of bounds for dimension 0 with size 3"):
        after.tolist()
    assert after.sum().item() == 3 * 66 and before.sum().item() == 78
    for _ in range(2):  # whenever it is read
        with pytest.raises(IndexError, match="index 5"):
            bad.tolist()
        with pytest.raises(IndexError, match="index 5"):
            needs_bad.tolist()
    assert (x + 2).sum().item() == 66 + 24


def test_an_interrupted_compilation_loses_nothing(monkeypatch):
    x = flambeau.arange(5.0)
    y = (x * 1.5).sin() + x.cos() * 0.25

    def interrupted(trace):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(evaluate, "make_program", interrupted)
        patch.setattr(evaluate, "_programs", {})
        with pytest.raises(KeyboardInterrupt):
            y.tolist()
    a = np.arange(5.0)
    np.testing.assert_allclose(y.numpy(), np.sin(a * 1.5) + np.cos(a) * 0.25, rtol=1e-6)


def test_a_chain_of_ten_thousand_operations():
    x = flambeau.zeros(3)
    for _ in range(10_000):
        x = x + 1
    assert x.tolist() == [10_000] * 3


def test_a_view_of_five_thousand_views():
    x = flambeau.arange(6.0)
    y = x
    for _ in range(2_500):
        y = y.view(2, 3).view(6)
    y += 1
    assert x.tolist() == [1, 2, 3, 4, 5, 6]


def test_a_loop_finds_its_program_again():
    x = flambeau.rand(8)
    x.tolist()
    made = []
    original = program.make_program
    try:
        evaluate.make_program = lambda trace: made.append(1) or original(trace)
        for i in range(20):
            y = (x * float(i)).tanh()
            y.tolist()
    finally:
        evaluate.make_program = original
    assert len(made) <= 1  # numbers are arguments of the program, not part of it


def test_memory_of_dead_values_comes_back():
    x = flambeau.rand(1000)
    y = x + 1
    y.tolist()
    buffer = weakref.ref(y._storage.value.buffer)
    del y
    gc.collect()
    assert buffer() is None


def test_memory_is_taken_over_only_when_nobody_else_reads_it():
    x = flambeau.arange(4.0) * 1
    x.tolist()
    array = x.numpy()
    x = x + 1  # the old tensor is gone, its memory is still seen by the array
    assert x.tolist() == [1, 2, 3, 4]
    assert array.tolist() == [0, 1, 2, 3]


def test_collection_of_garbage_in_the_middle_of_recording():
    class Cycle:
        pass

    x = flambeau.arange(4.0)
    results = []
    threshold = gc.get_threshold()
    gc.set_threshold(1)
    try:
        for i in range(50):
            c = Cycle()
            c.self, c.tensor = c, x * i
            results.append((x + i).sum())
        values = [r.item() for r in results]
    finally:
        gc.set_threshold(*threshold)
    assert values == [6 + 4 * i for i in range(50)]


@pytest.mark.parametrize("switch", ["EAGER", "NOFUSE"])
def test_switches_change_no_result(switch):
    def work():
        x = flambeau.arange(12.0).reshape(3, 4)
        y = x.t().contiguous()
        y[1:] *= 2
        z = y.softmax(0) + x.sum()
        return [t.tolist() for t in (x, y, z)]

    expected = work()
    with config.override(**{switch: 1}):
        found = work()
    np.testing.assert_allclose(found[2], expected[2], rtol=1e-6)
    assert found[:2] == expected[:2]


def test_big_results_are_equal_for_any_number_of_threads():
    source = np.random.default_rng(0)
    a = flambeau.from_numpy(source.standard_normal((1200, 700)).astype(np.float32))
    image = flambeau.from_numpy(source.standard_normal((4, 8, 40, 40)).astype(np.float32))
    kernel = flambeau.from_numpy(source.standard_normal((16, 8, 3, 3)).astype(np.float32))
    functional = flambeau.nn.functional
    works = {
        "sum": lambda: a.sum(), "rows": lambda: a.sum(1), "columns": lambda: a.sum(0),
        "var": lambda: a.var(), "max": lambda: a.max(0).indices, "softmax": lambda: a.softmax(0),
        "norm": lambda: functional.layer_norm(a, (700,)), "product": lambda: a.t() @ a,
        "conv": lambda: functional.conv2d(image, kernel, padding=1), "cumsum": lambda: a.cumsum(0),
        "exp": lambda: a.exp(), "argsort": lambda: a.argsort(1),
    }  # fmt: skip
    before = flambeau.get_num_threads()
    try:
        for name, work in works.items():
            if not hasattr(flambeau, name) and name in ("cumsum", "argsort"):
                continue
            found = set()
            for n in (1, 2, 3):
                flambeau.set_num_threads(n)
                found.add(work().numpy().tobytes())
            assert len(found) == 1, name
    finally:
        flambeau.set_num_threads(before)
