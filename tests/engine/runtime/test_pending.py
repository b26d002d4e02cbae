"""Each thread has its own list of what it recorded."""

from __future__ import annotations

import threading

import flambeau
from flambeau.engine.runtime import evaluate
from flambeau.utils.data import DataLoader


def in_thread(function):
    found = []
    thread = threading.Thread(target=lambda: found.append(function()))
    thread.start()
    thread.join()
    return found[0]


def test_a_look_in_another_thread_leaves_what_is_recorded_here():
    x = flambeau.ones(3)
    x.sum().item()
    y = x + 1
    before = evaluate.pending_count()
    assert before > 0
    assert in_thread(lambda: (x * 3).sum().item()) == 9
    assert evaluate.pending_count() == before
    assert y.tolist() == [2, 2, 2]


def test_what_another_thread_recorded_is_computed_when_it_is_needed():
    x = flambeau.ones(3)
    y = in_thread(lambda: x + 1)  # its thread, and its list, are gone
    assert (y * 2).tolist() == [4, 4, 4]
    z = x + 5
    assert in_thread(lambda: (z * 2).tolist()) == [12, 12, 12]
    assert evaluate.pending_count() >= 0
    assert z.tolist() == [6, 6, 6]


def test_memory_that_is_given_out_is_read_first_by_all_threads():
    x = flambeau.zeros(3)
    y = in_thread(lambda: x + 1)
    array = x.numpy()
    array[:] = 7
    assert y.tolist() == [1, 1, 1]


class Words:
    """Samples of many lengths, made by writes into parts."""

    def __len__(self):
        return 256

    def __getitem__(self, i):
        n = i * 7 % 13 + 1
        x = flambeau.zeros(16, dtype=flambeau.long)
        x[1 : 1 + n] = i
        return x


def test_batches_of_samples_of_many_lengths_find_their_programs_again():
    loader = DataLoader(Words(), batch_size=16, shuffle=True)
    for batch in loader:  # every length was seen
        batch.sum().item()
    before = len(evaluate._programs)
    for batch in loader:
        batch.sum().item()
    assert len(evaluate._programs) == before
