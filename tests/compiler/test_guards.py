"""What is watched while a function is captured."""

from __future__ import annotations

import gc

import flambeau

calls = 0


def count_collection(phase: str, info: dict) -> None:
    global calls
    calls += 1


def test_callbacks_of_the_garbage_collector_are_no_part_of_the_function() -> None:
    """A collection in the middle of a capture runs code that changes its own globals."""

    @flambeau.compile
    def step(x: flambeau.Tensor) -> flambeau.Tensor:
        for _ in range(50):
            rings = [[] for _ in range(200)]
            for ring in rings:
                ring.append(ring)
        return x + 1

    gc.callbacks.append(count_collection)
    try:
        for _ in range(3):
            step(flambeau.ones(3))
    finally:
        gc.callbacks.remove(count_collection)
    assert step.replays == 2
    assert gc.isenabled()
