"""`Layout`: how a tensor's elements lie in its storage. All functions are pure."""

from __future__ import annotations

from typing import NamedTuple

from flambeau.core.shape import Shape, contiguous_strides

__all__ = ["Layout", "contiguous"]


class Layout(NamedTuple):
    """Element (i, j, ...) lies at offset + i * strides[0] + j * strides[1] + ..., in elements."""

    shape: Shape
    strides: Shape
    offset: int = 0

    @property
    def is_contiguous(self) -> bool:
        """True if the elements lie row-major without gaps; dims of size 1 do not count."""
        expected = 1
        for size, stride in zip(reversed(self.shape), reversed(self.strides), strict=True):
            if size == 0:
                return True
            if size != 1:
                if stride != expected:
                    return False
                expected *= size
        return True

    def permute(self, dims: Shape) -> Layout:
        """Dim i of the result is dim dims[i] of this one."""
        shape = tuple(self.shape[d] for d in dims)
        return Layout(shape, tuple(self.strides[d] for d in dims), self.offset)

    def expand(self, shape: Shape) -> Layout:
        """Broadcast to `shape` (checked by the caller): repeated dims get stride 0."""
        new = len(shape) - len(self.shape)
        strides = (0,) * new + tuple(
            0 if old == 1 and size != 1 else stride
            for old, stride, size in zip(self.shape, self.strides, shape[new:], strict=True)
        )
        return Layout(shape, strides, self.offset)

    def slice(self, starts: Shape, sizes: Shape, steps: Shape) -> Layout:
        """`sizes[i]` elements of dim i from `starts[i]`, `steps[i]` apart (may be negative)."""
        offset = self.offset
        if 0 not in sizes:
            offset += sum(a * s for a, s in zip(starts, self.strides, strict=True))
        return Layout(sizes, tuple(s * k for s, k in zip(self.strides, steps, strict=True)), offset)

    def reshape(self, shape: Shape) -> Layout | None:
        """The layout under which the same memory reads as `shape`, or None if none exists."""
        if self.is_contiguous:
            return Layout(shape, contiguous_strides(shape), self.offset)
        strides = _view_strides(self.shape, self.strides, shape)
        return None if strides is None else Layout(shape, strides, self.offset)

    def last(self) -> int:
        """One more than the largest element offset that is reached (0 when empty)."""
        if 0 in self.shape:
            return 0
        reach = sum((n - 1) * s for n, s in zip(self.shape, self.strides, strict=True) if s > 0)
        return self.offset + reach + 1


def contiguous(shape: Shape) -> Layout:
    """The row-major layout of `shape` at offset 0."""
    return Layout(shape, contiguous_strides(shape), 0)


def _view_strides(old: Shape, strides: Shape, new: Shape) -> Shape | None:
    """Strides of `new` over memory laid out as (old, strides), or None.

    Old dims are grouped into runs that are contiguous among themselves; each run must be
    covered by whole new dims.
    """
    if 0 in old:
        return contiguous_strides(new)
    runs: list[tuple[int, int]] = []  # (elements, stride of the innermost dim), innermost first
    for size, stride in zip(reversed(old), reversed(strides), strict=True):
        if size == 1:
            continue
        if runs and stride == runs[-1][0] * runs[-1][1]:
            runs[-1] = (runs[-1][0] * size, runs[-1][1])
        else:
            runs.append((size, stride))
    result: list[int] = []
    left, step = 1, 1
    pending = iter(runs)
    for size in reversed(new):
        if size == 1:
            result.append(step)
            continue
        if left == 1:
            left, step = next(pending, (1, 1))
        if left % size:
            return None
        result.append(step)
        left //= size
        step *= size
    return tuple(reversed(result))
