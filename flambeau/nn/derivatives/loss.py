"""Derivatives of losses."""

from __future__ import annotations

from typing import Any

from flambeau.autograd.vjps.table import vjp, vjp_joint
from flambeau.nn.operations.loss import CLASS_BACKWARD, LOSS_BACKWARD

__all__: list[str] = []


def _row(name: str) -> None:
    in_input, in_target = LOSS_BACKWARD[name]

    def joint(g: Any, inputs: tuple, attributes: tuple, needs: tuple) -> list:
        found: list[Any] = [None] * len(inputs)
        for i, backward in enumerate((in_input, in_target)):
            if needs[i]:
                found[i] = backward((g, *inputs), attributes)
        return found

    vjp_joint(name, joint)


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
