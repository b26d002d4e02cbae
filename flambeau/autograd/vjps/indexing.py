"""Derivatives of indexing: what was picked from a place goes back to it, and adds up."""

from __future__ import annotations

from typing import Any

from flambeau.autograd.vjps.table import vjp, vjp_joint
from flambeau.tensor.apply import apply
from flambeau.tensor.cotangent import SLICE_BACKWARD, ZEROS
from flambeau.tensor.indexing import INDEX, INDEX_PUT
from flambeau.tensor.shaping import VIEW

__all__: list[str] = []


def _getitem(g: Any, types: tuple, attributes: tuple) -> Any:
    starts, sizes, steps, _ = attributes
    g = apply(VIEW, (g,), (sizes,))
    return apply(SLICE_BACKWARD, (g,), (types[0].shape, starts, sizes, steps))


def _index(g: Any, inputs: tuple, types: tuple, attributes: tuple, needs: tuple) -> list[Any]:
    zeros = apply(ZEROS, (), (types[0].shape, types[0].dtype))
    back = apply(INDEX_PUT, (zeros, g, *inputs[1:]), (attributes[0], "add"))
    return [back, *[None] * (len(inputs) - 1)]


def _index_put(g: Any, inputs: tuple, types: tuple, attributes: tuple, needs: tuple) -> list[Any]:
    dims, mode = attributes
    indices = inputs[2:]
    base = g
    if mode == "set" and needs[0]:
        base = apply(INDEX_PUT, (g, 0.0, *indices), (dims, "set"))
    value = apply(INDEX, (g, *indices), (dims,)) if needs[1] else None
    return [base, value, *[None] * len(indices)]


vjp("getitem", _getitem)
vjp_joint("index", _index)
vjp_joint("index_put", _index_put)
