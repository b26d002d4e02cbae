"""A device that is the kernel interpreter: what runs is kernel IR, on the host's memory.

It serves to test everything above code generation without a compiler, and to tell whether a
wrong result comes from the kernel or from its machine code. Pieces of a kernel run in reversed
order, since nothing may depend on it.
"""

from __future__ import annotations

import itertools
import struct
import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from flambeau.core import dtype as dt
from flambeau.core.dtype import DType
from flambeau.engine.backend.base import Step
from flambeau.engine.backend.listening import Mark
from flambeau.engine.kernel import ir
from flambeau.engine.kernel.interpret import run_kernel

__all__ = ["SimulatedBackend"]

_DOT = {dt.float32: 1, dt.float64: 2}  # "addresses" of the library's routines
_SORT = {32: 3, 64: 4}
_CSR = {
    5 + i: key for i, key in enumerate(itertools.product(("product", "sampled"), _DOT, (32, 64)))
}
_FIRST_KERNEL = 16
_EVERYTHING = 1 << 40  # elements: the length of memory is not known from its address


class _Memory:
    """The process's memory from an address on, for NumPy."""

    def __init__(self, address: int, dtype: np.dtype[Any]) -> None:
        self.__array_interface__ = {
            "shape": (_EVERYTHING,), "typestr": dtype.str, "data": (address, False), "version": 3,
        }  # fmt: skip


def memory_at(address: int, dtype: np.dtype[Any]) -> np.ndarray:
    """The memory from `address` on as elements of `dtype`."""
    return np.asarray(_Memory(address, dtype))


class SimulatedBackend:
    """See engine/backend/base.py. A function's "address" is its number in a table."""

    def __init__(self) -> None:
        self.kernels: list[ir.Kernel] = []
        self.numbers: dict[str, int] = {}
        self._record = np.zeros(8, np.int64)

    def set_threads(self, threads: int) -> None:
        """There is one thread."""

    def compile_kernels(self, kernels: list[ir.Kernel]) -> list[int]:
        addresses = []
        for kernel in kernels:
            text = ir.format_kernel(kernel)
            if text not in self.numbers:
                self.numbers[text] = len(self.kernels) + _FIRST_KERNEL
                self.kernels.append(kernel)
            addresses.append(self.numbers[text])
        return addresses

    def has_dot(self, dtype: DType) -> bool:
        return dtype in _DOT

    def dot_function(self, dtype: DType) -> int:
        return _DOT[dtype]

    def dot_tiles(self, m: int, n: int, k: int, batch: int) -> tuple[int, int, int, int]:
        return max(m, 1), max(n, 1), 1, 1

    def sort_function(self, bits: int, is_short: bool) -> int:
        return _SORT[bits]

    def csr_function(self, kind: str, dtype: DType, index_bits: int) -> int:
        wanted = (kind, dtype, index_bits)
        return next(number for number, key in _CSR.items() if key == wanted)

    def error_record(self) -> int:
        return self._record.ctypes.data

    def program(self, steps: list[Step], kinds: str) -> SimulatedProgram:
        return SimulatedProgram(self, steps, kinds)


class SimulatedProgram:
    """Steps run one after the other by the interpreter."""

    def __init__(self, backend: SimulatedBackend, steps: list[Step], kinds: str) -> None:
        self.backend = backend
        self.steps = steps
        self.kinds = kinds

    def run(self, slots: Sequence[Any]) -> None:
        """Run all steps; IndexError if a kernel met an index out of range."""
        self.run_timed(slots)

    def run_timed(self, slots: Sequence[Any]) -> list[Mark]:
        """The same with a clock around each step."""
        values = [
            struct.unpack("<q", struct.pack("<d", x))[0] if kind == "d" else int(x)
            for kind, x in zip(self.kinds, slots, strict=True)
        ]
        record = self.backend._record
        record[0] = 0
        marks = []
        for step in self.steps:
            begin = time.perf_counter_ns()
            words = [int(w) for w in step.words]
            for word, slot, offset in step.patches:
                words[word] = values[slot] + offset
            self._step(step, words)
            marks.append((begin, time.perf_counter_ns()))
            if record[0]:
                index, limit = int(record[1]), int(record[2])
                raise IndexError(
                    f"index {index} is out of bounds for a dimension with size {limit}; "
                    f"required: {-limit} <= index < {limit}"
                )
        return marks

    def _step(self, step: Step, words: list[int]) -> None:
        if step.function in _SORT.values():
            _sort(
                words, np.dtype(np.uint32 if step.function == _SORT[32] else np.uint64), step.extent
            )
            return
        if step.function in _CSR:
            if step.extent:
                _csr(words, *_CSR[step.function])
            return
        if step.function < _FIRST_KERNEL:
            dtype = next(d for d, number in _DOT.items() if number == step.function)
            for t in range(step.extent):
                _dot(words, dtype, t)
            return
        kernel = self.backend.kernels[step.function - _FIRST_KERNEL]
        records = {s.record for s in ir.walk_statements(kernel.body) if isinstance(s, ir.Check)}
        buffers = {
            i: memory_at(words[i], a.dtype.numpy if a.dtype else np.dtype(np.int64))
            for i, a in enumerate(kernel.arguments)
            if a.kind == "buffer" or i in records
        }
        chunk = max(step.chunk, 1)
        for begin in reversed(range(0, step.extent, chunk)):
            run_kernel(kernel, words, buffers, begin, min(begin + chunk, step.extent))


def _sort(words: list[int], dtype: np.dtype[Any], rows: int) -> None:
    """All rows of a sort; the words are those of engine/codegen/sort.py."""
    keys, order, n = words[0], words[1], words[3]
    found = memory_at(keys, dtype)[: rows * n].reshape(rows, n).argsort(1, kind="stable")
    memory_at(order, np.dtype(np.int64))[: rows * n] = found.reshape(-1)


def _csr(words: list[int], kind: str, dtype: DType, index_bits: int) -> None:
    """All pieces; the words are those of engine/codegen/compressed.py."""
    rows, entries, width = words[5:8]
    index = np.dtype(f"i{index_bits // 8}")
    pointers = memory_at(words[0], index)[: rows + 1]
    columns = memory_at(words[1], index)[:entries]
    other, x, out = (memory_at(words[i], dtype.numpy) for i in (2, 3, 4))
    for row in range(rows):
        for e in range(int(pointers[row]), int(pointers[row + 1])):
            there = slice(int(columns[e]) * width, (int(columns[e]) + 1) * width)
            here = slice(row * width, (row + 1) * width)
            if kind == "sampled":
                out[e] = x[here] @ other[there]
            elif e == pointers[row]:
                out[here] = other[e] * x[there]
            else:
                out[here] += other[e] * x[there]
        if kind == "product" and pointers[row] == pointers[row + 1]:
            out[row * width : (row + 1) * width] = 0


def _dot(words: list[int], dtype: DType, t: int) -> None:
    """Tile `t` of a matrix product; the words are those of engine/codegen/gemm.py."""
    a, b, c, batch_a, batch_b, batch_c, m, n, k, lda, ldb, ldc, trans_a, trans_b = words[:14]
    tile_m, tile_n, tiles_m, tiles_n = words[14:18]
    column, rest = t % tiles_n, t // tiles_n
    row, batch = rest % tiles_m, rest // tiles_m
    rows = slice(row * tile_m, min((row + 1) * tile_m, m))
    columns = slice(column * tile_n, min((column + 1) * tile_n, n))

    def matrix(address: int, step: int, shape: tuple[int, int], leading: int, turned: int) -> Any:
        start = memory_at(address, dtype.numpy)[batch * step :]
        strides = (1, leading) if turned else (leading, 1)
        size = dtype.itemsize
        return np.lib.stride_tricks.as_strided(start, shape, [s * size for s in strides])

    left = matrix(a, batch_a, (m, k), lda, trans_a)[rows]
    right = matrix(b, batch_b, (k, n), ldb, trans_b)[:, columns]
    matrix(c, batch_c, (m, n), ldc, 0)[rows, columns] = left @ right
