"""`Affine`: index arithmetic with known numbers, before sizes become words.

While a kernel is lowered, indices are sums of coefficient * axis and coefficient * expression
with concrete integers; `engine/kernel/abstract.py` replaces the numbers by words at the end.
"""

from __future__ import annotations

from typing import NamedTuple

from flambeau.core.shape import Shape, contiguous_strides

__all__ = ["Affine", "axis", "delinearize", "number"]


class Affine(NamedTuple):
    """offset + sum of coefficient * factor; a factor is an axis name or an IR expression."""

    terms: tuple[tuple[str | object, int], ...] = ()
    offset: int = 0

    def scale(self, k: int) -> Affine:
        """k times this index."""
        if k == 0:
            return Affine()
        return Affine(tuple((f, c * k) for f, c in self.terms), self.offset * k)

    def plus(self, other: Affine) -> Affine:
        """The sum; terms of one factor are collected, zeros dropped."""
        if not self.terms:
            return Affine(other.terms, self.offset + other.offset)
        sums = dict(self.terms)
        for f, c in other.terms:
            sums[f] = sums.get(f, 0) + c
        return Affine(tuple((f, c) for f, c in sums.items() if c != 0), self.offset + other.offset)

    def shift(self, k: int) -> Affine:
        """This index plus k."""
        return Affine(self.terms, self.offset + k)

    def coefficient(self, factor: object) -> int:
        """The coefficient of `factor`, 0 if it does not occur."""
        for f, c in self.terms:
            if f == factor:
                return c
        return 0


ZERO = Affine()


def axis(name: str) -> Affine:
    """The index that is just a loop axis."""
    return Affine(((name, 1),))


def number(value: int) -> Affine:
    """A known index."""
    return Affine((), value)


def linearize(coords: list[Affine], shape: Shape) -> Affine:
    """The row-major position of `coords` in `shape`."""
    result = ZERO
    for coord, stride, size in zip(coords, contiguous_strides(shape), shape, strict=True):
        if size != 1:
            result = result.plus(coord.scale(stride))
    return result


def delinearize(index: Affine, shape: Shape, extents: dict[object, int]) -> list[Affine] | None:
    """Coordinates in `shape` of a row-major position, without division; None if it needs one.

    Each term must fall wholly into one dim: its coefficient a multiple of the dim's stride, and
    the sum of what falls into a dim below the dim's size.
    """
    strides = contiguous_strides(shape)
    coords = [ZERO] * len(shape)
    reach = [0] * len(shape)
    rest = index.offset
    for d, (size, stride) in enumerate(zip(shape, strides, strict=True)):
        if size == 1:
            continue
        whole, rest = divmod(rest, stride)
        coords[d] = number(whole)
        reach[d] = whole
    for factor, coefficient in index.terms:
        extent = extents.get(factor)
        if extent is None or coefficient < 0:
            return None
        for d, (size, stride) in enumerate(zip(shape, strides, strict=True)):
            if size != 1 and stride <= coefficient and coefficient % stride == 0:
                coords[d] = coords[d].plus(Affine(((factor, coefficient // stride),)))
                reach[d] += (extent - 1) * (coefficient // stride)
                break
        else:
            return None
    if any(r >= size for r, size in zip(reach, shape, strict=True) if size != 1):
        return None
    return coords
