"""The CPU: what the host is, and programs as tables that one native call walks."""

from __future__ import annotations

import ctypes
import functools
import struct
import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from flambeau.core.config import config
from flambeau.core.device import Target
from flambeau.core.dtype import DType
from flambeau.engine.backend import blas, jit
from flambeau.engine.backend.base import Step
from flambeau.engine.backend.listening import Mark
from flambeau.engine.backend.pool import Pool, available_threads
from flambeau.engine.codegen.compressed import compressed_text
from flambeau.engine.codegen.program import NAMES, program_text
from flambeau.engine.codegen.sort import sort_text
from flambeau.engine.codegen.targets import family_of
from flambeau.engine.codegen.values import register_type
from flambeau.engine.kernel.ir import Kernel

__all__ = ["CpuBackend", "host_target"]


@functools.lru_cache(maxsize=8)
def host_target(without: str = "") -> Target:
    """The host as a compilation target; `without`: comma-separated features to leave out."""
    import llvmlite.binding as llvm

    triple = llvm.get_default_triple()
    family = family_of(triple)
    off = {f.strip() for f in without.split(",")}
    present = llvm.get_host_cpu_features()
    features = tuple(sorted(f for f, is_on in present.items() if is_on and f not in off))
    bits, _, registers = next(row for row in family.vectors if not row[1] or row[1] in features)
    # features decide what is generated; the name would bring tuning that we measured as a loss
    return Target(family.name, triple, "", features, bits, registers)


class CpuBackend:
    """See engine/backend/base.py."""

    def __init__(self) -> None:
        self.target = host_target(str(config.FEATURES))
        execute, worker, wake = jit.compile_text(NAMES, program_text(self.target), self.target)
        self.execute = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_void_p)(execute)
        self.pool = Pool(worker, wake)
        self.threads = available_threads()
        self._record = np.zeros(8, np.int64)
        if not blas.is_present():
            config.set(BLAS=0)

    def set_threads(self, threads: int) -> None:
        """How many threads share the work of a kernel, the caller among them."""
        self.threads = threads

    def compile_kernels(self, kernels: list[Kernel]) -> list[int]:
        return jit.compile_kernels(kernels, self.target)

    def has_dot(self, dtype: DType) -> bool:
        return blas.has_blas(dtype)

    def dot_function(self, dtype: DType) -> int:
        return blas.dot_function(dtype, self.target)

    def dot_tiles(self, m: int, n: int, k: int, batch: int) -> tuple[int, int, int, int]:
        return blas.dot_tiles(m, n, k, batch)

    def sort_function(self, bits: int, is_short: bool) -> int:
        name = f"flambeau_sort_{'short' if is_short else 'long'}_{bits}"
        text = sort_text(name, bits, is_short, self.target)
        return jit.compile_text((name,), text, self.target)[0]

    def csr_function(self, kind: str, dtype: DType, index_bits: int) -> int:
        scalar = register_type(dtype)
        name = f"flambeau_csr_{kind}_{scalar}_{index_bits}"
        text = compressed_text(name, kind, scalar, index_bits, self.target)
        return jit.compile_text((name,), text, self.target)[0]

    def error_record(self) -> int:
        return self._record.ctypes.data

    def read_error(self) -> tuple[int, int]:
        """(index, limit) of the index that was out of range."""
        return int(self._record[1]), int(self._record[2])

    def program(self, steps: list[Step], kinds: str) -> CpuProgram:
        return CpuProgram(self, steps, kinds)


class CpuProgram:
    """Tables for the executor (engine/codegen/program.py)."""

    def __init__(self, backend: CpuBackend, steps: list[Step], kinds: str) -> None:
        self.backend = backend
        self.words = np.concatenate([s.words for s in steps])
        table = np.zeros((len(steps), 8), np.int64)
        patches = []
        at = self.words.ctypes.data
        for row, step in zip(table, steps, strict=True):
            row[:4] = step.function, at, step.extent, step.chunk
            patches += [(at + 8 * word, slot, offset, 0) for word, slot, offset in step.patches]
            at += 8 * len(step.words)
        self.table = table
        self.patches = np.array(patches, np.int64).reshape(-1, 4)
        self.slots = bytearray(8 * max(len(kinds), 1))
        self.pack = struct.Struct("@" + kinds).pack_into
        slots = (ctypes.c_char * len(self.slots)).from_buffer(self.slots)
        self.header = np.array(
            [len(steps), table.ctypes.data, len(patches), self.patches.ctypes.data,
             ctypes.addressof(slots), backend.error_record(), backend.pool.address, 0], np.int64,
        )  # fmt: skip
        self.address = self.header.ctypes.data
        self.is_shared = any(s.chunk < s.extent for s in steps)
        self.execute = backend.execute

    def run(self, slots: Sequence[Any]) -> None:
        """Run all steps; IndexError if a kernel met an index out of range."""
        if self.is_shared:
            self._start_workers()
        self.pack(self.slots, 0, *slots)
        if self.execute(self.address):
            raise self._error()

    def run_timed(self, slots: Sequence[Any]) -> list[Mark]:
        """The same, each step by a call of its own with a clock around it."""
        if self.is_shared:
            self._start_workers()
        self.pack(self.slots, 0, *slots)
        header = self.header.copy()
        address, execute, clock = header.ctypes.data, self.execute, time.perf_counter_ns
        n_steps, first = int(header[0]), int(header[1])
        header[0] = 0  # only the patches
        execute(address)
        header[0], header[2] = 1, 0  # no patches, one step
        marks = []
        for i in range(n_steps):
            header[1] = first + 64 * i
            begin = clock()
            failed = execute(address)
            marks.append((begin, clock()))
            if failed:
                raise self._error()
        return marks

    def _start_workers(self) -> None:
        backend = self.backend
        if backend.pool.size != backend.threads:
            backend.pool.start(backend.threads)

    def _error(self) -> IndexError:
        index, limit = self.backend.read_error()
        return IndexError(
            f"index {index} is out of bounds for a dimension with size {limit}; "
            f"required: {-limit} <= index < {limit}"
        )
