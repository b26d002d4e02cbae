"""Samples of reductions."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import flambeau
from flambeau.testing.opinfo.table import Input, add_samples

__all__: list[str] = []

X = Input((2, 3, 2))
APART = Input((2, 3), apart=0.3)
POSITIVE = Input((2, 3, 2), 0.5, 1.5)
ZEROS = Input((2, 3), values=(0.0, 1.5, -0.5, 0.7, 2.0, 1.1))


def _reductions(name: str, x: Input, **options: Any) -> None:
    """The method over all dims, over some, and with the dims kept."""

    def call(**arguments: Any) -> Callable:
        return lambda t: getattr(t, name)(**arguments, **options)

    calls = [call(), call(dim=1), call(dim=-1, keepdim=True)]
    add_samples(name, *[(c, x) for c in calls])


for _name in ("sum", "mean", "var", "std"):
    _reductions(_name, X)
    add_samples(_name, (lambda t, name=_name: getattr(t, name)((0, 2)) ** 2, X))
_reductions("prod", POSITIVE)
add_samples("prod", (lambda t: t.prod(1), ZEROS), twice=False)
for _name in ("amax", "amin"):
    _reductions(_name, APART)
add_samples("logsumexp", (lambda t: t.logsumexp(1), X), (lambda t: t.logsumexp((0, 2), True), X))
add_samples("max_dim", (lambda t: t.max(1)[0] ** 2, APART), (lambda t: t.max(0, True)[0], APART))
add_samples("min_dim", (lambda t: t.min(1).values ** 2, APART))
for _name in ("put_along", "pick_along"):
    add_samples(_name, (lambda t: t.max(1)[0] ** 2, APART), uses_name=False)
add_samples("spread", (lambda t: t.mean(1) ** 2, X), uses_name=False)
for _p in (2.0, 1.0, 3.0, 1.5, 0.0, math.inf, -math.inf):
    add_samples("norm", (lambda t, p=_p: flambeau.norm(t, p, 1) * 2.0, APART))
