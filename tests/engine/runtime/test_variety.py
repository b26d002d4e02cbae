"""Loops of changing length: run in parts, with the values and gradients of whole programs."""

from __future__ import annotations

import numpy as np
import pytest

import flambeau
from flambeau.engine.runtime import evaluate
from flambeau.engine.runtime.variety import MANY_NODES, Variety, cut_into_turns


class Named:
    def __init__(self, id):
        self.id = id
        self.name = str(id)
        self.is_view = False


def parts_of(ids):
    return cut_into_turns([Named(i) for i in ids])


@pytest.mark.parametrize("turns", [4, 30, 71, 200])
def test_turns_are_cut_at_the_same_places_whatever_their_number(turns):
    ids = [100, 101, *[1, 2, 3, 2] * turns, 102, *[7, 8, 9] * turns, 103]
    parts = parts_of(ids)
    assert [i for part in parts for i in part] == list(range(len(ids)))
    texts = {tuple(ids[i] for i in part) for part in parts}
    assert len(texts) <= 7  # the ends, the middle, and for each loop whole and last parts
    assert max(len(part) for part in parts) < MANY_NODES + 4


def test_what_never_repeats_is_one_part():
    assert parts_of(range(50)) == [range(50)]


@pytest.fixture
def fresh(monkeypatch):
    """Nothing was planned before."""
    monkeypatch.setattr(evaluate, "_variety", Variety())
    evaluate._programs.clear()


def rewards(n, seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, n)


def test_values_and_gradients_of_many_lengths(fresh):
    w0 = rewards(3, 1)
    for n in [*range(40, 130, 7), 61, 61, 61]:
        r = rewards(n)
        w = flambeau.tensor(w0, requires_grad=True)
        x = flambeau.tensor(rewards(n * 3, 2).reshape(n, 3))
        scale = flambeau.tensor(r) / 2  # pending when the loop begins
        outputs = [(x[i] * w).tanh().sum() * scale[i] for i in range(n)]
        loss = flambeau.stack(outputs).sum()
        loss.backward()
        array = x.numpy()
        inner = np.tanh(array * w0)
        assert loss.item() == pytest.approx((inner.sum(1) * r / 2).sum())
        expected = ((1 - inner**2) * array * (r / 2)[:, None]).sum(0)
        np.testing.assert_allclose(w.grad.numpy(), expected, rtol=1e-12)


def test_other_lengths_find_the_programs_of_the_first_ones(fresh):
    def run(n):
        x = flambeau.tensor(np.ones(n))
        total = flambeau.zeros(())
        for i in range(n):
            total = (total + x[i]).sin() * 2
        return total.item()

    for n in range(100, 130):
        run(n)
    before = len(evaluate._programs)
    for n in range(300, 330):
        run(n)
    assert len(evaluate._programs) - before < 20


def test_an_index_out_of_range_in_a_part_harms_only_what_needs_it(fresh):
    table = flambeau.arange(5.0)
    for n in range(60, 80):
        good = [table[flambeau.tensor([1])] * i for i in range(n)]
        total = flambeau.stack(good).sum()
        assert total.item() == n * (n - 1) / 2


def test_random_numbers_and_writes_keep_their_order(fresh):
    results = []
    for limit in (10**9, 1):  # planned as a whole, and in parts
        evaluate._variety = Variety()
        evaluate._variety.is_changing = lambda t, k, m=limit: len(t) >= 64 and m == 1
        evaluate._programs.clear()
        flambeau.manual_seed(3)
        x = flambeau.zeros(4)
        for i in range(40):
            x[i % 4] += flambeau.rand(()) * (i + 1)
            x.mul_(0.99)
        results.append(x.tolist())
    assert results[0] == pytest.approx(results[1], rel=1e-6)
