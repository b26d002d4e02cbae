"""`CompiledProgram`: a plan as native code, with the nodes nobody compiles in between."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from flambeau.core.config import config, log
from flambeau.core.types import TensorType
from flambeau.engine.backend.allocator import Buffer, allocate, as_array
from flambeau.engine.backend.base import Step
from flambeau.engine.backend.listening import LISTENERS, Mark
from flambeau.engine.backend.registry import backend_for
from flambeau.engine.graph import build
from flambeau.engine.graph.meaning import interpret
from flambeau.engine.graph.node import Node
from flambeau.engine.kernel.lower import Scratch
from flambeau.engine.kernel.sorting import SHORT_ROW
from flambeau.engine.runtime.program import Recipe
from flambeau.engine.runtime.value import NUMBERS, Value
from flambeau.engine.schedule.library import CsrStep, DotStep, SortStep
from flambeau.engine.schedule.plan import InterpretStep, KernelStep, Place, Plan, make_plan

__all__ = ["INTERPRETED", "CompiledProgram", "compile_program"]


def compile_program(roots: list[Node], trace: Any) -> CompiledProgram:
    """Plan and compile a trace's roots for the device that is switched on."""
    backend_for(str(config.BACKEND))  # first: it switches off what it finds missing
    plan = make_plan(roots, frozenset(trace.donated))
    kinds = [
        "d" if not isinstance(x, Value) and NUMBERS.get(type(x)) is NUMBERS[float] else "q"
        for x in trace.leaves
    ]
    return CompiledProgram(plan, kinds, [r.type for r in roots])


# how often NumPy computed a primitive or a routine, between native calls
INTERPRETED: Counter[str] = Counter()


class CompiledProgram:
    """Runs a plan: leaves in, a buffer for each root out.

    Slots are, in order: the leaves (addresses and numbers), the outputs, the arena.
    """

    recipe: Recipe

    def __init__(self, plan: Plan, kinds: list[str], types: list[TensorType]) -> None:
        self.plan = plan
        self.types = types
        self.n_leaves = len(kinds)
        self.outputs = [
            (i, types[i].nbytes) for i, p in enumerate(plan.results) if p == Place("output", i)
        ]
        self.slot_of_output = {i: self.n_leaves + k for k, (i, _) in enumerate(self.outputs)}
        self.arena_slot = self.n_leaves + len(self.outputs)
        kinds = kinds + ["q"] * (len(self.outputs) + 1)
        self.backend = backend_for(str(config.BACKEND))
        self.segments: list[Any] = []
        steps: list[Step] = []
        addresses = iter(self._compile())
        for step in plan.steps:
            if isinstance(step, InterpretStep):
                self._close(steps, kinds)
                steps = []
                self.segments.append(step)
            elif isinstance(step, KernelStep):
                steps.append(self._kernel_step(step, next(addresses)))
            elif isinstance(step, SortStep):
                steps.append(self._sort_step(step))
            elif isinstance(step, CsrStep):
                steps.append(self._csr_step(step))
            else:
                steps.append(self._dot_step(step))
        self._close(steps, kinds)
        alone = self.segments[0] if len(self.segments) == 1 else None
        self.single = None if isinstance(alone, InterpretStep) else alone

    def _compile(self) -> list[int]:
        kernels = [s.lowered.kernel for s in self.plan.steps if isinstance(s, KernelStep)]
        log(3, f"plan: {len(self.plan.steps)} steps, arena {self.plan.arena_bytes} bytes")
        return self.backend.compile_kernels(kernels) if kernels else []

    def _close(self, steps: list[Step], kinds: list[str]) -> None:
        if steps:
            self.segments.append(self.backend.program(steps, "".join(kinds)))

    # -- words --------------------------------------------------------------------------------
    def _slot(self, place: Place) -> tuple[int, int]:
        """(slot, byte offset) of a place."""
        if place.kind == "leaf":
            return place.at, 0
        if place.kind == "output":
            return self.slot_of_output[place.at], 0
        return self.arena_slot, place.at

    def _kernel_step(self, step: KernelStep, address: int) -> Step:
        words = np.zeros(len(step.lowered.words), np.int64)
        patches = []
        for i, word in enumerate(step.lowered.words):
            if word.kind == "int":
                words[i] = word.value
            elif word.kind == "buffer":
                slot, offset = self._slot(self.plan.places[word.value])
                patches.append((i, slot, offset))
            elif word.kind == "scalar":
                patches.append((i, word.value, 0))
            else:
                words[i] = self.backend.error_record()
        lowered = step.lowered
        return Step(address, words, patches, lowered.extent, lowered.chunk, step.node.primitive)

    def _dot_step(self, step: DotStep) -> Step:
        itemsize = step.node.dtype.itemsize
        buffers = [(step.left.buffer, step.left.offset), (step.right.buffer, step.right.offset),
                   (step.node, 0)]  # fmt: skip
        patches = []
        for i, (buffer, offset) in enumerate(buffers):
            slot, start = self._slot(self.plan.places[buffer])
            patches.append((i, slot, start + offset * itemsize))
        tile_m, tile_n, tiles_m, tiles_n = self.backend.dot_tiles(
            step.m, step.n, step.k, step.batch
        )
        words = np.array(
            [0, 0, 0, step.left.batch, step.right.batch, step.m * step.n,
             step.m, step.n, step.k, step.left.leading, step.right.leading, max(step.n, 1),
             int(step.left.transposed), int(step.right.transposed),
             tile_m, tile_n, tiles_m, tiles_n], np.int64,
        )  # fmt: skip
        extent = step.batch * tiles_m * tiles_n
        work = 2 * step.m * step.n * step.k * step.batch
        chunk = extent if work < 1 << 20 else max(1, extent // 64)
        address = self.backend.dot_function(step.node.dtype)
        return Step(address, words, patches, extent, chunk, "dot")

    def _sort_step(self, step: SortStep) -> Step:
        keys = step.node.sources[0]
        patches = []
        for i, buffer in enumerate((keys, step.node, step.scratch)):
            if buffer is not None:
                patches.append((i, *self._slot(self.plan.places[buffer])))
        words = np.array([0, 0, 0, step.n, step.chunk, step.stride], np.int64)
        address = self.backend.sort_function(8 * keys.dtype.itemsize, step.n <= SHORT_ROW)
        return Step(address, words, patches, step.rows, step.chunk, "argsort")

    def _csr_step(self, step: CsrStep) -> Step:
        pointers, columns, first, second = step.node.sources
        is_product = step.node.primitive == "csr_dot"
        # the order of the words: engine/codegen/compressed.py
        x, other = (second, first) if is_product else (first, second)
        patches = []
        for i, buffer in enumerate((pointers, columns, other, x, step.node)):
            patches.append((i, *self._slot(self.plan.places[buffer])))
        words = np.array([0] * 5 + [step.rows, step.entries, step.width, step.share], np.int64)
        kind = "product" if is_product else "sampled"
        address = self.backend.csr_function(kind, step.node.dtype, 8 * pointers.dtype.itemsize)
        extent = step.pieces if step.node.type.numel else 0
        return Step(address, words, patches, extent, 1, step.node.primitive)

    # -- running ------------------------------------------------------------------------------
    def run(self, leaves: Sequence[Any]) -> list[Buffer]:
        """One buffer for each root."""
        values: list[Any] = [
            x.buffer.address if type(x) is Value else x  # type: ignore[union-attr]
            for x in leaves
        ]
        made = [allocate(nbytes) for _, nbytes in self.outputs]
        values += [b.address for b in made]
        if self.plan.arena_bytes:
            arena = allocate(self.plan.arena_bytes)
            values.append(arena.address)
        else:
            values.append(0)
        if LISTENERS:
            self._run_timed(values)
        elif self.single is not None:
            self.single.run(values)
        else:
            for segment in self.segments:
                if isinstance(segment, InterpretStep):
                    self._interpret(segment.nodes, values)
                else:
                    segment.run(values)
        fresh = dict(zip([i for i, _ in self.outputs], made, strict=True))
        return [
            fresh[p.at] if p.kind == "output" else leaves[p.at].buffer for p in self.plan.results
        ]

    def _run_timed(self, values: list[int]) -> None:
        """Step by step, each with the time it takes."""
        marks: list[Mark] = []
        begin = time.perf_counter_ns()
        for segment in self.segments:
            if isinstance(segment, InterpretStep):
                start = time.perf_counter_ns()
                self._interpret(segment.nodes, values)
                marks.append((start, time.perf_counter_ns()))
            else:
                marks += segment.run_timed(values)
        end = time.perf_counter_ns()
        for listener in LISTENERS:
            listener.ran(self, begin, end, marks)

    def _interpret(self, nodes: list[Node], values: list[int]) -> None:
        first = nodes[0]
        INTERPRETED[first.attributes[0] if first.primitive == "routine" else first.primitive] += 1
        sources = nodes[0].sources
        parameters = tuple(build.parameter(i, s.type) for i, s in enumerate(sources))
        alone = [build.make(n.primitive, parameters, n.attributes) for n in nodes]
        arrays = [self._array(s, values) for s in sources]
        for node, result in zip(nodes, interpret(alone, arrays, []), strict=True):
            self._array(node, values)[...] = result

    def _array(self, buffer: Node | Scratch, values: list[int]) -> np.ndarray:
        slot, offset = self._slot(self.plan.places[buffer])
        assert isinstance(buffer, Node)
        view = Buffer.at(values[slot] + offset, buffer.type.nbytes)
        return as_array(view, buffer.dtype.numpy, buffer.shape)
