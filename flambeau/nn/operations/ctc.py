"""Paths through the labels of connectionist temporal classification; Graves et al. 2006.

Operation:
  ctc_paths (emit, first, skips, starts, active)       (t, n, s) -> (t, n, s)
      emit: log-probability of each label of the extended sequence (blanks between all) at each
      time; result: that of all paths that are at a label, up to and with each time. first (t, n,
      1): where a path may begin, at the labels `starts` (n, s); skips (n, s): labels that may
      follow the one before the one before; active (t, n, 1): times that count.
It runs backwards in time over turned labels just as well.
"""

from __future__ import annotations

import math
from typing import Any

from flambeau.autograd.vjps.table import non_differentiable
from flambeau.engine.graph import build
from flambeau.nn.operations.composed import formula_operation
from flambeau.nn.operations.expression import Expression, where

__all__ = ["CTC_PATHS"]


def _moved(x: Expression, by: int) -> Expression:
    """x one or two labels on; -inf where nothing comes from."""
    return Expression(build.pad(x.node, (0, by), (0, -by), -math.inf))


def _log_sum(parts: list[Any]) -> Any:
    """log(sum(exp(parts))); -inf where all are."""
    top = parts[0]
    for part in parts[1:]:
        top = Expression(build.apply("maximum", top.node, part.node))
    safe = where(top > -math.inf, top, 0.0)
    total: Any = None
    for part in parts:
        e = (part - safe).exp()
        total = e if total is None else total + e
    return total.log() + safe


def _row(x: Expression, t: int) -> Expression:
    _, n, s = x.shape
    return Expression(build.reshape(build.slice_(x.node, (t, 0, 0), (1, n, s), (1, 1, 1)), (n, s)))


def _paths(emit: Any, first: Any, skips: Any, starts: Any, active: Any) -> Any:
    steps, n, s = emit.shape
    shape = (n, s)
    nothing = Expression(build.full(shape, -math.inf, emit.dtype))
    before = nothing
    result = build.full(emit.shape, -math.inf, emit.dtype)
    for t in range(steps):
        e = _row(emit, t)
        by_two = where(skips, _moved(before, 2), nothing) if s > 2 else nothing
        coming = _log_sum([before, _moved(before, 1), by_two] if s > 1 else [before])
        begin = where(starts, e, nothing)
        now = where(_row(first, t).expand(shape), begin, coming + e)
        before = where(_row(active, t).expand(shape), now, before)
        result = build.update(result, before.node, shape, (s, 1), t * n * s)
    return Expression(result)


CTC_PATHS = formula_operation("ctc_paths", _paths)
non_differentiable("ctc_paths")  # the loss has its own rule
