"""Run a graph twice: by the NumPy meaning of its primitives, and compiled."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from flambeau.core.dtype import DType
from flambeau.core.types import tensor_type
from flambeau.engine.backend.allocator import allocate, as_array
from flambeau.engine.graph import build
from flambeau.engine.graph.meaning import interpret
from flambeau.engine.graph.node import Node
from flambeau.engine.runtime.compiled import CompiledProgram, compile_program
from flambeau.engine.runtime.value import Value, leaf
from flambeau.engine.schedule.plan import InterpretStep


def parameters(*specs: tuple[DType, tuple[int, ...]]) -> list[Node]:
    """Parameter nodes number 0, 1, ... of these dtypes and shapes."""
    return [build.parameter(i, tensor_type(*spec)) for i, spec in enumerate(specs)]


def leaf_of(array: np.ndarray, dtype: DType) -> Value:
    """An evaluated value with the elements of a stored array."""
    type = tensor_type(dtype, array.shape)
    buffer = allocate(type.nbytes)
    as_array(buffer, dtype.numpy, array.shape)[...] = array
    return leaf(type, buffer)


def compiled_program(roots: list[Node], leaves: list[Value]) -> CompiledProgram:
    return compile_program(roots, SimpleNamespace(leaves=leaves, donated=[]))


def run_compiled(roots: list[Node], leaves: list[Value]) -> list[np.ndarray]:
    buffers = compiled_program(roots, leaves).run(leaves)
    return [as_array(b, r.dtype.numpy, r.shape).copy() for b, r in zip(buffers, roots, strict=True)]


def run_interpreted(roots: list[Node], arrays: list[np.ndarray]) -> list[np.ndarray]:
    return interpret(roots, arrays, [])


def interpreted_primitives(roots: list[Node], leaves: list[Value]) -> set[str]:
    """The primitives of a compiled program that the interpreter answers."""
    steps = compiled_program(roots, leaves).plan.steps
    return {s.nodes[0].primitive for s in steps if isinstance(s, InterpretStep)}
