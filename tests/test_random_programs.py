"""Random programs: every way to evaluate one gives the same values.

Graphs of primitives: compiled, with and without fusion, with one and two threads, and run as
kernel IR, against the NumPy meaning. Programs of tensor operations, views and in-place writes:
compiled against interpreted, and against PyTorch where it is installed.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

import flambeau
from flambeau.core import dtype as dt
from flambeau.core.config import config
from flambeau.engine.backend.registry import backend_for
from flambeau.engine.graph.meaning import from_storage
from flambeau.engine.graph.node import Node
from flambeau.engine.kernel import choose
from flambeau.engine.schedule import partition, plan
from tests.engine.programs import random_program
from tests.engine.running import leaf_of, run_compiled, run_interpreted
from tests.tensor_programs import run_program

COMMON: dict[str, Any] = {
    "deadline": None,
    "derandomize": True,
    "database": None,
    "phases": [Phase.explicit, Phase.generate],  # a seed has no smaller one
    "suppress_health_check": list(HealthCheck),
}
HAS_TORCH = importlib.util.find_spec("torch") is not None
SEEDS = st.integers(0, 1 << 40)


def chooser(seed: int) -> Callable[[int], int]:
    source = np.random.default_rng(seed)
    return lambda n: int(source.integers(n))


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Small kernels are cut for the threads too, and short reductions into pieces."""
    monkeypatch.setattr(choose, "GRAIN", 16)
    monkeypatch.setattr(plan, "PIECE", 8)
    monkeypatch.setattr(partition, "LONG_REDUCTION", 16)
    backend = backend_for("cpu")
    threads = backend.threads
    yield
    backend.set_threads(threads)


# -- graphs of primitives -----------------------------------------------------------------------
def assert_close(found: list[np.ndarray], expected: list[np.ndarray], roots: list[Node]) -> None:
    halves = any(n.dtype in (dt.float16, dt.bfloat16) for n in reachable(roots))
    for a, b, root in zip(found, expected, roots, strict=True):
        if root.dtype is dt.bfloat16:
            a, b = from_storage(a), from_storage(b)
        if root.dtype.category != "float":
            np.testing.assert_array_equal(a, b)
            continue
        rtol, atol = (0.1, 0.1) if halves else (2e-5, 1e-4)
        np.testing.assert_allclose(a.astype(np.float64), b.astype(np.float64), rtol, atol)


def reachable(roots: list[Node]) -> set[Node]:
    seen: set[Node] = set()
    stack = list(roots)
    while stack:
        n = stack.pop()
        if n not in seen:
            seen.add(n)
            stack += n.sources
    return seen


@settings(max_examples=70, **COMMON)
@given(SEEDS)
def test_graphs_compiled_in_every_way_agree_with_the_meaning(seed: int) -> None:
    program, roots = random_program(chooser(seed))
    expected = run_interpreted(roots, program.arrays)
    leaves = [leaf_of(a, d) for a, d in zip(program.arrays, program.dtypes, strict=True)]
    backend = backend_for("cpu")
    backend.set_threads(1)
    one = run_compiled(roots, leaves)
    assert_close(one, expected, roots)
    backend.set_threads(2)
    two = run_compiled(roots, leaves)
    assert [a.tobytes() for a in one] == [a.tobytes() for a in two]
    with config.override(NOFUSE=1):
        assert_close(run_compiled(roots, leaves), expected, roots)


@settings(max_examples=300, **COMMON)
@given(SEEDS)
def test_kernels_of_graphs_interpreted_agree_with_the_meaning(seed: int) -> None:
    program, roots = random_program(chooser(seed))
    expected = run_interpreted(roots, program.arrays)
    leaves = [leaf_of(a, d) for a, d in zip(program.arrays, program.dtypes, strict=True)]
    with config.override(BACKEND="simulated"):
        assert_close(run_compiled(roots, leaves), expected, roots)


# -- programs of tensor operations --------------------------------------------------------------
def tensors(seed: int, library: Any = flambeau, with_grad: bool = False) -> list[np.ndarray]:
    return run_program(library, chooser(seed), with_grad)


def assert_tensors(found: list[np.ndarray], expected: list[np.ndarray], tolerance: float) -> None:
    assert [(a.dtype, a.shape) for a in found] == [(b.dtype, b.shape) for b in expected]
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_allclose(a, b, tolerance, tolerance)


@settings(max_examples=60, **COMMON)
@given(SEEDS)
def test_tensor_programs_compiled_agree(seed: int) -> None:
    with config.override(BACKEND="interpreter"):
        expected = tensors(seed)
    assert_tensors(tensors(seed), expected, 1e-4)
    with config.override(NOFUSE=1):
        assert_tensors(tensors(seed), expected, 1e-4)


@settings(max_examples=40, **COMMON)
@given(SEEDS)
@example(29)  # scalars that a later reduction needs, and that need an earlier one
def test_gradients_of_tensor_programs_compiled_agree(seed: int) -> None:
    with config.override(BACKEND="interpreter"):
        expected = tensors(seed, with_grad=True)
    assert_tensors(tensors(seed, with_grad=True), expected, 1e-3)


@pytest.mark.skipif(not HAS_TORCH, reason="compares with PyTorch")
@settings(max_examples=300, **COMMON)
@given(SEEDS)
def test_tensor_programs_agree_with_torch(seed: int) -> None:
    import torch

    with config.override(BACKEND="interpreter"):
        assert_tensors(tensors(seed), tensors(seed, torch), 1e-4)


@pytest.mark.skipif(not HAS_TORCH, reason="compares with PyTorch")
@settings(max_examples=100, **COMMON)
@given(SEEDS)
def test_gradients_of_tensor_programs_agree_with_torch(seed: int) -> None:
    import torch

    with config.override(BACKEND="interpreter"):
        assert_tensors(tensors(seed, with_grad=True), tensors(seed, torch, True), 1e-3)
