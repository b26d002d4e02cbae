"""Histograms: how many values lie between neighbouring limits."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np

from flambeau.core.errors import message
from flambeau.utils.tensorboard.arrays import describe, make_np
from flambeau.utils.tensorboard.protos import summary
from flambeau.utils.tensorboard.wire import Message

__all__ = ["default_bins", "histogram", "histogram_raw", "make_histogram"]


@cache
def default_bins() -> tuple[float, ...]:
    """TensorFlow's limits: from 1e-12 to 1e20, each 1.1 times the last, both signs, and zero."""
    positive = []
    limit = 1e-12
    while limit < 1e20:
        positive.append(limit)
        limit *= 1.1
    return (*[-x for x in reversed(positive)], 0.0, *positive)


def histogram(name: str, values: Any, bins: Any, max_bins: int | None = None) -> Message:
    """The histogram of all elements; `bins` as numpy.histogram takes them."""
    array = make_np(values, "add_histogram")
    if array.dtype.kind not in "fiub":
        raise TypeError(
            message(
                "add_histogram", f"{describe(array)} for {name!r}", "real numbers", "abs() of it"
            )
        )
    return summary(name, histo=make_histogram(array.astype(np.float64), bins, max_bins))


def make_histogram(values: np.ndarray, bins: Any, max_bins: int | None = None) -> Message:
    """The message; with `max_bins`, neighbouring bins are joined until no more are left.

    Values that are not finite are left out, with a warning.
    """
    if values.size == 0:
        raise ValueError(
            message("add_histogram", "The input has no element", "at least one element")
        )
    values = values.reshape(-1)
    finite = np.isfinite(values)
    if not finite.all():
        lost = values.size - int(finite.sum())
        if lost == values.size:
            raise ValueError(
                message(
                    "add_histogram",
                    "no finite value (NaN or infinite throughout)",
                    "at least one finite value",
                    "looking for the step where they first appear",
                )
            )
        warnings.warn(
            f"add_histogram: given {lost} of {values.size} values that are NaN or infinite; they "
            "are left out; try looking for the step where they first appear",
            stacklevel=4,
        )
        values = values[finite]
    counts, limits = np.histogram(values, bins=_reaching(bins, values))
    if max_bins is not None and len(counts) > max_bins:
        counts, limits = _joined(counts, limits, max_bins)
    # only the limits on the right are written: the first bin is an empty one
    present = np.flatnonzero(counts)
    first, last = present[0], present[-1]
    shown = counts[first - 1 : last + 1] if first else np.concatenate([[0], counts[: last + 1]])
    return Message(
        "HistogramProto", min=values.min(), max=values.max(), num=len(values), sum=values.sum(),
        sum_squares=values.dot(values), bucket_limit=limits[first : last + 2], bucket=shown,
    )  # fmt: skip


def _reaching(bins: Any, values: np.ndarray) -> Any:
    """The limits, with one more at an end that values lie beyond."""
    if isinstance(bins, str) or np.ndim(bins) == 0:
        return bins
    low, high = values.min(), values.max()
    before = [low] if low < bins[0] else []
    after = [high] if high > bins[-1] else []
    return [*before, *bins, *after] if before or after else bins


def _joined(counts: np.ndarray, limits: np.ndarray, max_bins: int) -> tuple[np.ndarray, np.ndarray]:
    step = len(counts) // max_bins
    starts = np.arange(0, len(counts), step)
    return np.add.reduceat(counts, starts), np.append(limits[:-1:step], limits[-1])


def histogram_raw(
    name: str, min: float, max: float, num: float, sum: float, sum_squares: float,
    bucket_limits: Sequence[float], bucket_counts: Sequence[float],
) -> Message:  # fmt: skip
    """A histogram that was counted elsewhere; `bucket_limits` are the right ends."""
    histo = Message(
        "HistogramProto", min=float(min), max=float(max), num=float(num), sum=float(sum),
        sum_squares=float(sum_squares), bucket_limit=make_list(bucket_limits),
        bucket=make_list(bucket_counts),
    )  # fmt: skip
    return summary(name, histo=histo)


def make_list(values: Any) -> np.ndarray:
    """Numbers as float64."""
    return np.array([float(x) for x in values])
