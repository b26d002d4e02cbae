"""Manipulation functions of the array API standard."""

from __future__ import annotations

import operator
from collections.abc import Sequence

from flambeau.array_api.dtypes import common
from flambeau.core.dtype import int64
from flambeau.core.errors import message
from flambeau.tensor.methods import FUNCTIONS
from flambeau.tensor.tensor import Tensor

__all__ = [
    "broadcast_arrays", "broadcast_to", "concat", "expand_dims", "flip", "moveaxis",
    "permute_dims", "repeat", "reshape", "roll", "squeeze", "stack", "tile", "unstack",
]  # fmt: skip

Axes = int | tuple[int, ...]


def broadcast_arrays(*arrays: Tensor) -> list[Tensor]:
    """The tensors, expanded to the shape that they broadcast to."""
    return list(FUNCTIONS["broadcast_tensors"](*arrays)) if arrays else []


def broadcast_to(x: Tensor, /, shape: tuple[int, ...]) -> Tensor:
    """x, expanded to a shape."""
    return FUNCTIONS["broadcast_to"](x, shape)  # type: ignore[no-any-return]


def concat(arrays: Sequence[Tensor], /, *, axis: int | None = 0) -> Tensor:
    """The tensors one after another along an axis; in a row if it is None."""
    xs = common(*arrays)
    if axis is None:
        xs, axis = tuple([x.reshape(-1) for x in xs]), 0
    return FUNCTIONS["cat"](list(xs), axis)  # type: ignore[no-any-return]


def expand_dims(x: Tensor, /, axis: int) -> Tensor:
    """x with a dim of size 1 at `axis` of the result."""
    return FUNCTIONS["unsqueeze"](x, axis)  # type: ignore[no-any-return]


def flip(x: Tensor, /, *, axis: Axes | None = None) -> Tensor:
    """x with the order of elements reversed along an axis, some, or all."""
    if axis is None:
        axis = tuple(range(x.ndim))
    return FUNCTIONS["flip"](x, (axis,) if isinstance(axis, int) else axis)  # type: ignore[no-any-return]


def moveaxis(x: Tensor, source: Axes, destination: Axes, /) -> Tensor:
    """x with dims moved to other places; the others keep their order."""
    return FUNCTIONS["movedim"](x, source, destination)  # type: ignore[no-any-return]


def permute_dims(x: Tensor, /, axes: tuple[int, ...]) -> Tensor:
    """x with its dims in another order."""
    return FUNCTIONS["permute"](x, tuple(axes))  # type: ignore[no-any-return]


def repeat(x: Tensor, repeats: int | Tensor, /, *, axis: int | None = None) -> Tensor:
    """Each element several times in a row; of x as one row if axis is None."""
    if axis is None:
        x, axis = x.reshape(-1), 0
    if isinstance(repeats, Tensor):
        repeats = operator.index(repeats.item()) if repeats.numel() == 1 else repeats.to(int64)
    return FUNCTIONS["repeat_interleave"](x, repeats, axis)  # type: ignore[no-any-return]


def reshape(x: Tensor, /, shape: tuple[int, ...], *, copy: bool | None = None) -> Tensor:
    """x's elements in another shape; ValueError if that needs a copy and copy is False."""
    if copy is False:
        try:
            return x.view(shape)
        except RuntimeError as error:
            if x.is_contiguous():
                raise
            raise ValueError(
                message("reshape", f"copy=False and strides {x.stride()}",
                        f"strides with which shape {list(shape)} is a view", "copy=None")
            ) from error  # fmt: skip
    made: Tensor = FUNCTIONS["reshape"](x, shape)
    return made.clone() if copy else made


def roll(
    x: Tensor, /, shift: int | tuple[int, ...], *, axis: Axes | None = None
) -> Tensor:  # fmt: skip
    """x with elements moved along axes, around the end; along x as one row if axis is None."""
    if isinstance(axis, tuple) and isinstance(shift, int):
        shift = (shift,) * len(axis)
    return FUNCTIONS["roll"](x, shift, axis)  # type: ignore[no-any-return]


def squeeze(x: Tensor, /, axis: Axes) -> Tensor:
    """x without dims of size 1; ValueError if one of `axis` has another size."""
    axes = (axis,) if isinstance(axis, int) else tuple(axis)
    wrong = [a for a in axes if -x.ndim <= a < x.ndim and x.shape[a] != 1]
    if wrong:
        raise ValueError(
            message("squeeze", f"axis {wrong[0]}, of size {x.shape[wrong[0]]}", "size 1")
        )
    return FUNCTIONS["squeeze"](x, axes)  # type: ignore[no-any-return]


def stack(arrays: Sequence[Tensor], /, *, axis: int = 0) -> Tensor:
    """The tensors, of equal shape, along a new axis."""
    return FUNCTIONS["stack"](list(common(*arrays)), axis)  # type: ignore[no-any-return]


def tile(x: Tensor, repetitions: tuple[int, ...], /) -> Tensor:
    """x several times side by side."""
    return FUNCTIONS["tile"](x, tuple(repetitions))  # type: ignore[no-any-return]


def unstack(x: Tensor, /, *, axis: int = 0) -> tuple[Tensor, ...]:
    """The slices along an axis."""
    if not x.ndim:
        raise ValueError(message("unstack", "a tensor without dims", "at least one dim"))
    return tuple(FUNCTIONS["unbind"](x, axis))
