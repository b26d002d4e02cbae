"""A step length that satisfies the strong Wolfe conditions.

Source: Nocedal and Wright, "Numerical optimization", 2nd edition, algorithms 3.5 and 3.6, with
cubic interpolation (equation 3.59) and the safeguards of Schmidt's minFunc.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

from flambeau.tensor.tensor import Tensor

__all__ = ["Point", "strong_wolfe"]

DECREASE = 1e-4  # the value must fall by this part of what the slope at the start promises
CURVATURE = 0.9  # the slope must become at most this part of the one at the start
LEAST_CHANGE = 1e-9  # no bracket is made smaller than this


class Point(NamedTuple):
    """A place on the line: its step length, and value, slope and gradient there."""

    t: float
    value: float
    slope: float
    gradient: Tensor


Evaluate = Callable[[float], Point]


def _interpolated(a: Point, b: Point, low: float, high: float) -> float:
    """Where the cubic through both points, with their slopes, is least, within [low, high]."""
    left, right = (a, b) if a.t <= b.t else (b, a)
    if left.t == right.t:
        return (low + high) / 2
    mean = left.slope + right.slope - 3 * (left.value - right.value) / (left.t - right.t)
    square = mean * mean - left.slope * right.slope
    if not square >= 0:  # no minimum, or not a number
        return (low + high) / 2
    root = math.sqrt(square)
    width = right.slope - left.slope + 2 * root
    if width == 0:
        return (low + high) / 2
    t = right.t - (right.t - left.t) * ((right.slope + root - mean) / width)
    return min(max(t, low), high) if math.isfinite(t) else (low + high) / 2


def strong_wolfe(
    evaluate: Evaluate, start: Point, t: float, length: float, max_steps: int
) -> tuple[Point, int]:
    """The point found, and how often `evaluate` was called.

    t: the step to try first; length: the largest component of the direction.
    """
    previous, new = start, evaluate(t)
    steps = 0
    while steps < max_steps:
        is_worse = _rises(new, start) or (steps > 1 and new.value >= previous.value)
        if not is_worse and _is_flat(new, start):
            return new, steps + 1
        if is_worse or new.slope >= 0:
            return _zoom(evaluate, start, [previous, new], length, steps, max_steps)
        t = _interpolated(previous, new, new.t + 0.01 * (new.t - previous.t), 10 * new.t)
        previous, new = new, evaluate(t)
        steps += 1
    return (start, new)[_lower([start, new])], steps + 1


def _rises(new: Point, start: Point) -> bool:
    """Whether the value does not fall enough, or is no number."""
    return not new.value <= start.value + DECREASE * new.t * start.slope


def _is_flat(new: Point, start: Point) -> bool:
    return abs(new.slope) <= -CURVATURE * start.slope


def _zoom(
    evaluate: Evaluate, start: Point, bracket: list[Point], length: float, steps: int,
    max_steps: int,
) -> tuple[Point, int]:  # fmt: skip
    """Narrow the bracket until a point in it will do."""
    calls = steps + 1
    was_near_edge = False
    low = _lower(bracket)
    while steps < max_steps:
        first, last = sorted(p.t for p in bracket)
        if (last - first) * length < LEAST_CHANGE:
            break
        t = _interpolated(bracket[0], bracket[1], first, last)
        margin = 0.1 * (last - first)
        is_near_edge = min(last - t, t - first) < margin
        if is_near_edge and (was_near_edge or t >= last or t <= first):
            t = last - margin if abs(t - last) < abs(t - first) else first + margin
            is_near_edge = False
        was_near_edge = is_near_edge
        new = evaluate(t)
        calls += 1
        steps += 1
        if _rises(new, start) or new.value >= bracket[low].value:
            bracket[1 - low] = new
            low = _lower(bracket)
            continue
        is_done = _is_flat(new, start)
        if not is_done and new.slope * (bracket[1 - low].t - bracket[low].t) >= 0:
            bracket[1 - low] = bracket[low]
        bracket[low] = new
        if is_done:
            break
    return bracket[low], calls


def _lower(bracket: list[Point]) -> int:
    """Which of the two has the lower value."""
    first, second = bracket[0].value, bracket[1].value
    return 0 if first <= second or math.isnan(second) else 1
