"""Padding."""

from __future__ import annotations

from collections.abc import Sequence

from flambeau.core.errors import message
from flambeau.nn.operations.padding import PAD, PAD_MIRRORED
from flambeau.tensor.apply import apply
from flambeau.tensor.tensor import Tensor

__all__ = ["pad"]


def pad(
    input: Tensor, pad: Sequence[int], mode: str = "constant", value: float | None = None
) -> Tensor:
    """Padding around the last dims: pad = (before, after) of the last dim, of the one before, ...

    mode: "constant" (with value, 0 by default; negative padding cuts), "reflect", "replicate" or
    "circular".

    >>> import flambeau
    >>> flambeau.nn.functional.pad(flambeau.tensor([1, 2, 3]), (1, 2))
    tensor([0, 1, 2, 3, 0, 0])
    """
    amounts = tuple(int(n) for n in pad)
    ndim = len(input._shape)
    if len(amounts) % 2 or len(amounts) > 2 * ndim:
        raise RuntimeError(
            message("pad", f"{len(amounts)} padding sizes for an input of {ndim} dims",
                    "two for each padded dim: Padding length must be divisible by 2 and at most "
                    "twice the number of dimensions of the input")
        )  # fmt: skip
    low, high = [0] * ndim, [0] * ndim
    for i in range(len(amounts) // 2):
        low[ndim - 1 - i], high[ndim - 1 - i] = amounts[2 * i], amounts[2 * i + 1]
    if mode == "constant":
        for n, lo, hi in zip(input._shape, low, high, strict=True):
            if n + lo + hi < 0:
                raise RuntimeError(
                    message("pad", f"input {list(input._shape)} and padding {list(amounts)}",
                            "a result without negative sizes")
                )  # fmt: skip
        number = value if isinstance(value, complex) else float(value or 0.0)
        return apply(PAD, (input,), (tuple(low), tuple(high), number))
    if value:
        raise ValueError(f'Padding mode "{mode}" doesn\'t take in value argument')
    if mode not in ("reflect", "replicate", "circular"):
        raise NotImplementedError(f"Unrecognised padding mode {mode}")
    return _mirrored(input, low, high, mode)


def _mirrored(x: Tensor, low: list[int], high: list[int], mode: str) -> Tensor:
    shape = x._shape
    for dim, (lo, hi) in enumerate(zip(low, high, strict=True)):
        if lo == 0 and hi == 0:
            continue
        limit = {"reflect": shape[dim] - 1, "circular": shape[dim]}.get(mode)
        if limit is not None and max(lo, hi) > limit:
            raise RuntimeError(
                message("pad", f"padding ({lo}, {hi}) of dim {dim}, which has size {shape[dim]}",
                        f"with mode {mode!r}, padding of at most {limit}")
            )  # fmt: skip
        if min(lo, hi) < 0 and (mode != "replicate" or max(lo, hi) <= 0):
            x = x.narrow(dim, max(0, -lo), shape[dim] + min(lo, 0) + min(hi, 0))
            lo, hi = max(lo, 0), max(hi, 0)
        if lo or hi:  # replicated: a negative size cuts what the other one repeats
            x = apply(PAD_MIRRORED, (x,), (dim, lo, hi, mode))
    return x
