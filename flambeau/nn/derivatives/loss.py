"""Derivatives of losses."""

from __future__ import annotations

from flambeau.autograd.vjps.table import vjp
from flambeau.nn.operations.loss import CLASS_BACKWARD, LOSS_BACKWARD

__all__: list[str] = []


def _row(name: str) -> None:
    in_input, in_target = LOSS_BACKWARD[name]
    vjp(
        name,
        lambda g, inputs, attributes: in_input((g, *inputs), attributes),
        lambda g, inputs, attributes: in_target((g, *inputs), attributes),
        None,  # weights have no gradient
        None,
    )


for _name in LOSS_BACKWARD:
    _row(_name)


def _class_row(name: str) -> None:
    backward = CLASS_BACKWARD[name]
    # the class indices and the classes' weights have no gradient
    vjp(
        name,
        lambda g, inputs, attributes: backward((g, *inputs), attributes),
        None,
        None,
    )


for _name in CLASS_BACKWARD:
    _class_row(_name)
