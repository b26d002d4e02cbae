"""Library: what routines compute: matrix products by BLAS, as it sees their operands; products
with sparse matrices; sorts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flambeau.core import dtype as dt
from flambeau.core.errors import NotCompiled
from flambeau.engine.graph.node import Node
from flambeau.engine.kernel import ir
from flambeau.engine.kernel.affine import axis
from flambeau.engine.kernel.lower import Access, NeedsBuffer, Scratch
from flambeau.engine.kernel.sorting import scratch_bytes

__all__ = ["CsrStep", "DotStep", "Operand", "SortStep", "match_csr", "match_dot", "match_sort"]


@dataclass(frozen=True)
class Operand:
    """A matrix in memory: rows `leading` elements apart, or columns if transposed."""

    buffer: Node
    offset: int  # elements
    batch: int  # elements between matrices
    leading: int
    transposed: bool


@dataclass
class DotStep:
    """out[b] = left[b] @ right[b] for `batch` matrices (m, k) x (k, n)."""

    node: Node
    left: Operand
    right: Operand
    batch: int
    m: int
    n: int
    k: int


def match_dot(node: Node, stored: Callable[[Node], bool]) -> DotStep:
    """How the routine computes `node`; NeedsBuffer if an operand lies in no way it can read."""
    a, b = node.sources
    batch, m, k = a.shape
    n = b.shape[2]
    left = _operand(a, stored)
    right = _operand(b, stored)
    if batch > 1 and right.batch == 0 and not left.transposed and left.batch == m * left.leading:
        # one right side for all: the left sides are one tall matrix
        left = Operand(left.buffer, left.offset, 0, left.leading, False)
        batch, m = 1, batch * m
    return DotStep(node, left, right, batch, m, n, k)


def _operand(node: Node, stored: Callable[[Node], bool]) -> Operand:
    batch, rows, columns = node.shape
    extents: dict[object, int] = {"b": batch, "i": rows, "j": columns}
    access = Access(stored, extents)
    load = access.at(node, [axis("b"), axis("i"), axis("j")])
    if not isinstance(load, ir.Load) or load.mask is not None:
        raise NeedsBuffer(node)
    index = load.index
    if any(f not in extents for f, _ in index.terms):  # type: ignore[misc,has-type]
        raise NeedsBuffer(node)
    step = {f: index.coefficient(f) for f in extents}  # type: ignore[attr-defined,has-type]
    b = step["b"] if batch > 1 else 0
    for near, far, near_size, far_size, transposed in (
        ("j", "i", columns, rows, False),
        ("i", "j", rows, columns, True),
    ):
        if step[near] == 1 or near_size == 1:
            leading = step[far] if far_size > 1 else max(near_size, 1)
            if leading >= max(near_size, 1):
                return Operand(load.buffer, index.offset, b, leading, transposed)  # type: ignore[arg-type, attr-defined]
    raise NeedsBuffer(node)


# -- sorting ------------------------------------------------------------------------------------
MAX_PIECES = 32  # of one sort: each has working memory of its own
MIN_PIECE = 1 << 13  # elements: some 50 us of work
MAX_ROW = 1 << 32  # elements whose indices fit beside a uint32 key


@dataclass
class SortStep:
    """node[r] = the order of the keys in row r of its source, of `rows` rows of n keys."""

    node: Node
    rows: int
    n: int
    chunk: int  # rows of one piece
    scratch: Scratch | None
    stride: int  # bytes of scratch for one piece


def match_sort(node: Node, stored: Callable[[Node], bool]) -> SortStep:
    """How the routine computes `node`, an argsort as `decompose` leaves it."""
    (keys,) = node.sources
    n = keys.shape[-1]
    if keys.dtype not in (dt.uint32, dt.uint64) or n >= MAX_ROW:
        raise NotCompiled(node.primitive)
    if not stored(keys):
        raise NeedsBuffer(keys)
    rows = node.type.numel // max(n, 1)
    chunk = max(1, -(-rows // MAX_PIECES), MIN_PIECE // max(n, 1))
    stride = scratch_bytes(n, 8 * keys.dtype.itemsize)
    pieces = -(-rows // chunk)
    scratch = Scratch(dt.uint8, pieces * stride) if stride and pieces else None
    return SortStep(node, rows, n, chunk, scratch, stride)


# -- sparse matrices ----------------------------------------------------------------------------
CSR_PIECE = 1 << 17  # multiplications: some 20 us of work
MAX_CSR_PIECES = 64  # the search for where they begin costs as much as some rows


@dataclass
class CsrStep:
    """node = what engine/codegen/compressed.py computes: a product with a sparse matrix."""

    node: Node
    rows: int
    entries: int
    width: int  # columns of the dense matrices
    pieces: int

    @property
    def share(self) -> int:
        """Rows and entries of a piece."""
        return -(-(self.rows + self.entries) // self.pieces)


def match_csr(node: Node, stored: Callable[[Node], bool]) -> CsrStep:
    """How the routine computes `node`; NeedsBuffer if a source does not lie row by row."""
    pointers, columns, _, x = node.sources
    if (
        node.dtype not in (dt.float32, dt.float64)
        or pointers.dtype not in (dt.int32, dt.int64)
        or columns.dtype is not pointers.dtype
    ):
        raise NotCompiled(node.primitive)
    for source in node.sources:
        if not stored(source):
            raise NeedsBuffer(source)
    rows, entries, width = pointers.shape[0] - 1, columns.shape[0], x.shape[1]
    wanted = min(entries * width // CSR_PIECE, MAX_CSR_PIECES, rows)
    return CsrStep(node, rows, entries, width, max(wanted, 1))
