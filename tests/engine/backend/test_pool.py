"""The worker threads: any number, from any thread, after a fork, and gone at the end."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

import flambeau
from flambeau.engine.backend import pool

N = 1 << 18


@pytest.fixture
def threads():
    before = flambeau.get_num_threads()
    yield flambeau.set_num_threads
    flambeau.set_num_threads(before)


def work(seed: int = 0) -> bytes:
    x = flambeau.from_numpy(np.random.default_rng(seed).standard_normal(N).astype(np.float32))
    y = (x * x + 1).log()
    return y.numpy().tobytes() + y.sum().numpy().tobytes()


def test_every_number_of_threads_gives_the_same_bits(threads):
    found = set()
    for n in (1, 2, 3, 5, 2, 1):
        threads(n)
        found.add(work())
    assert len(found) == 1


@pytest.mark.parametrize("n", [0, -1])
def test_a_number_of_threads_below_one_is_refused(n):
    with pytest.raises(RuntimeError, match="positive"):
        flambeau.set_num_threads(n)


def test_python_threads_may_compute_at_once(threads):
    threads(2)
    expected = [work(i) for i in range(4)]
    found: list = [None] * 4

    def run(i):
        found[i] = [work(i) for _ in range(10)]

    running = [threading.Thread(target=run, args=(i,)) for i in range(4)]
    for t in running:
        t.start()
    for t in running:
        t.join()
    for i in range(4):
        assert found[i] == [expected[i]] * 10


def test_tensors_built_here_are_read_there():
    x = flambeau.arange(1000.0)
    values = [(x + i) * 2 for i in range(50)]
    sums: list = [None] * 50

    def read(part):
        for i in range(part, 50, 5):
            sums[i] = values[i].sum().item()

    running = [threading.Thread(target=read, args=(p,)) for p in range(5)]
    for t in running:
        t.start()
    for t in running:
        t.join()
    assert sums == [2 * (499500 + 1000 * i) for i in range(50)]


def test_training_in_several_python_threads():
    def train(seed):
        source = np.random.default_rng(seed)
        w = flambeau.tensor(source.standard_normal((4, 3)).astype(np.float32), requires_grad=True)
        x = flambeau.tensor(source.standard_normal((8, 4)).astype(np.float32))
        for _ in range(20):
            loss = ((x @ w) ** 2).mean()
            (g,) = flambeau.autograd.grad(loss, w)
            with flambeau.no_grad():
                w -= 0.1 * g
        return w.detach().numpy().copy()

    expected = [train(i) for i in range(4)]
    found: list = [None] * 4

    def run(i):
        found[i] = train(i)

    running = [threading.Thread(target=run, args=(i,)) for i in range(4)]
    for t in running:
        t.start()
    for t in running:
        t.join()
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-6)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no fork")
@pytest.mark.filterwarnings("ignore:This process.*multi-threaded:DeprecationWarning")
def test_computing_goes_on_after_fork(threads):
    threads(2)
    expected = work()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:  # neither pytest nor anything else of the parent's may run here
        try:
            os.write(writing, b"same" if work() == expected else b"other")
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        assert pipe.read() == b"same"
    os.waitpid(child, 0)
    assert work() == expected  # and here


PROGRAM = """
import threading, flambeau
flambeau.set_num_threads(3)
x = flambeau.rand(1 << 20)
(x.exp() + 1).sum().item()
assert any(t.name.startswith("flambeau worker") for t in threading.enumerate())
flambeau.set_num_threads(1)
x.exp().sum().item()
print([t.name for t in threading.enumerate()])
flambeau.set_num_threads(2)
x.exp().sum().item()
"""


@pytest.mark.skipif(
    not hasattr(os, "sched_getaffinity") or len(os.sched_getaffinity(0)) < 2,
    reason="needs two processors and a system that lets threads be placed",
)
def test_workers_are_woken_on_other_processors_than_the_callers(threads):
    allowed = os.sched_getaffinity(0)
    threads(2)
    work()  # starts the worker while it may go anywhere
    barred = set()
    try:
        for processor in sorted(allowed)[:2]:
            os.sched_setaffinity(0, {processor})  # of the calling thread
            work()
            time.sleep(0.05)  # the worker falls asleep
            work()
            (worker,) = [t for t in threading.enumerate() if t.name.startswith("flambeau worker")]
            left = os.sched_getaffinity(worker.native_id)
            assert processor not in left and left
            barred |= allowed - left
    finally:
        os.sched_setaffinity(0, allowed)
    assert barred == set(sorted(allowed)[:2])


def test_a_program_ends_while_workers_sleep():
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert done.stdout.strip() == "['MainThread']"


def test_the_containers_quota_cuts_the_threads(monkeypatch):
    monkeypatch.setattr(pool, "_quota", lambda: 1)
    monkeypatch.setattr(pool.config, "NUM_THREADS", 0)
    assert pool.available_threads() == 1
