"""The caching allocator: alignment, reuse, its bound, blocks that die in other threads."""

from __future__ import annotations

import gc
import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flambeau.engine.backend import allocator
from flambeau.engine.backend.allocator import (
    ALIGNMENT,
    allocate,
    as_array,
    cached_bytes,
    empty_cache,
    size_class,
)


@given(st.integers(0, 1 << 40))
def test_a_class_holds_its_size_and_wastes_little(nbytes):
    capacity = size_class(nbytes)
    assert capacity >= max(nbytes, 1) and capacity % ALIGNMENT == 0
    assert capacity <= max(ALIGNMENT, nbytes + max(ALIGNMENT - 1, nbytes // 8 + 1))
    assert size_class(capacity) == capacity


@pytest.mark.parametrize("nbytes", [0, 1, 63, 64, 65, 1 << 20, (1 << 20) + 1])
def test_blocks_are_aligned_and_as_large_as_asked(nbytes):
    buffer = allocate(nbytes)
    assert buffer.address % ALIGNMENT == 0
    array = as_array(buffer, np.dtype(np.uint8), (nbytes,))
    array[...] = 1
    assert array.sum() == nbytes


def test_a_dead_block_is_used_again():
    first = allocate(12345).address
    gc.collect()
    assert allocate(12345).address == first


def test_an_array_keeps_the_block_alive():
    array = as_array(allocate(4096), np.dtype(np.float32), (1024,))
    array[...] = 7
    others = [allocate(4096) for _ in range(8)]
    for other in others:
        as_array(other, np.dtype(np.float32), (1024,))[...] = 0
    assert (array == 7).all()


def test_what_is_kept_is_bounded(monkeypatch):
    empty_cache()
    monkeypatch.setattr(allocator, "MAX_CACHED", 8 << 20)
    blocks = [allocate((1 << 20) + i * (1 << 18)) for i in range(16)]
    del blocks
    assert 0 < cached_bytes() <= 8 << 20
    empty_cache()
    assert cached_bytes() == 0


def test_threads_never_get_the_same_block():
    errors = []

    def work(number):
        for i in range(300):
            size = 64 + 64 * (i % 7)
            arrays = [as_array(allocate(size), np.dtype(np.uint8), (size,)) for _ in range(4)]
            for k, a in enumerate(arrays):
                a[...] = (number * 4 + k) % 256
            for k, a in enumerate(arrays):
                if not (a == (number * 4 + k) % 256).all():
                    errors.append((number, i, k))

    threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert not errors


def test_too_much_memory_is_a_memory_error():
    with pytest.raises(MemoryError):
        allocate(1 << 60)
