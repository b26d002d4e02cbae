"""Derivatives of activations, softmax and dropout."""

from __future__ import annotations

from typing import Any

from flambeau.autograd.vjps.table import vjp
from flambeau.nn.operations.activation import (
    BACKWARD,
    LOG_SOFTMAX_BACKWARD,
    PRELU_BACKWARD,
    PRELU_WEIGHT_BACKWARD,
    RRELU_BACKWARD,
    SLOPES,
    SOFTMAX_BACKWARD,
)
from flambeau.nn.operations.dropout import ALPHA_DROPOUT_BACKWARD, DROPOUT
from flambeau.tensor.apply import apply

__all__: list[str] = []


def _row(name: str) -> None:
    backward = BACKWARD[name]
    vjp(name, lambda g, x, attributes: backward((g, x), attributes))


for _name in SLOPES:
    _row(_name)

vjp("softmax", lambda g, out, attributes: SOFTMAX_BACKWARD((g, out), attributes))
vjp("log_softmax", lambda g, out, attributes: LOG_SOFTMAX_BACKWARD((g, out), attributes))
vjp(
    "prelu",
    lambda g, x, y: PRELU_BACKWARD((g, x, y)),
    lambda g, x, types: PRELU_WEIGHT_BACKWARD((g, x), (types[1].shape,)),
)


# -- random: the same draw again ------------------------------------------------------------------
def _rrelu(g: Any, x: Any, y: Any, z: Any, attributes: tuple) -> Any:
    return apply(RRELU_BACKWARD, (g, x, y, z), attributes)


vjp("rrelu", _rrelu, None, None)
vjp(
    "rrelu_backward",
    lambda g, y, z, x3, attributes: apply(RRELU_BACKWARD, (g, y, z, x3), attributes),
    None,
    None,
    None,
)
vjp("dropout", lambda g, y, z, attributes: apply(DROPOUT, (g, y, z), attributes), None, None)
for _name in ("alpha_dropout", "alpha_dropout_backward"):
    vjp(
        _name,
        lambda g, y, z, attributes: apply(ALPHA_DROPOUT_BACKWARD, (g, y, z), attributes),
        None,
        None,
    )
