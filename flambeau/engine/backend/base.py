"""The contract between the runtime and a device, on one page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

from flambeau.core.dtype import DType
from flambeau.engine.backend.listening import Mark
from flambeau.engine.kernel.ir import Kernel

__all__ = ["Backend", "RunnableProgram", "Step"]

Patch = tuple[int, int, int]  # (word, slot, byte offset): words[word] = slots[slot] + offset


class Step:
    """One launch: a function, its words with their patches, and how its work may be cut."""

    __slots__ = ("chunk", "extent", "function", "name", "patches", "words")

    def __init__(
        self, function: int, words: np.ndarray, patches: list[Patch], extent: int, chunk: int,
        name: str,
    ) -> None:  # fmt: skip
        self.function = function
        self.words = words
        self.patches = patches
        self.extent = extent
        self.chunk = chunk
        self.name = name


class RunnableProgram(Protocol):
    """Steps that run in order. A slot is an address or a number."""

    def run(self, slots: Sequence[Any]) -> None:
        """Run all steps; IndexError if a kernel met an index out of range."""

    def run_timed(self, slots: Sequence[Any]) -> list[Mark]:
        """The same with a clock around each step."""


class Backend(Protocol):
    """What a device must be able to do."""

    def compile_kernels(self, kernels: list[Kernel]) -> list[int]:
        """Function addresses of kernels, compiled together."""

    def has_dot(self, dtype: DType) -> bool:
        """Whether a library multiplies matrices of this dtype."""

    def dot_function(self, dtype: DType) -> int:
        """The kernel that does (words: engine/codegen/gemm.py)."""

    def dot_tiles(self, m: int, n: int, k: int, batch: int) -> tuple[int, int, int, int]:
        """How a product is cut: rows and columns of a tile, tiles down and across."""

    def sort_function(self, bits: int, is_short: bool) -> int:
        """The kernel that sorts short or long rows of unsigned keys (words: codegen/sort.py)."""

    def csr_function(self, kind: str, dtype: DType, index_bits: int) -> int:
        """The kernel "product" or "sampled" of a sparse matrix (words: codegen/compressed.py)."""

    def error_record(self) -> int:
        """The address where kernels report an index out of range: [1, index, limit]."""

    def program(self, steps: list[Step], kinds: str) -> RunnableProgram:
        """A program; kinds has one letter for each slot: "q" int or address, "d" float."""
