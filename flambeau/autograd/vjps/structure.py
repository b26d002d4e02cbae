"""Derivatives of views, of writes through views, and of backward's own operations."""

from __future__ import annotations

from typing import Any

from flambeau.autograd.vjps.table import non_differentiable, vjp
from flambeau.tensor.apply import UPDATE, UPDATE_IN_STORAGE, apply
from flambeau.tensor.cotangent import AS_STRIDED_SUM, ZEROS
from flambeau.tensor.view import AS_STRIDED, VIEW_IN_STORAGE

__all__: list[str] = []


def _zeros(type: Any) -> Any:
    return apply(ZEROS, (), (type.shape, type.dtype))


# -- as_strided and its reverse -----------------------------------------------------------------
vjp(
    "as_strided",
    lambda g, types, attributes: apply(AS_STRIDED_SUM, (g,), (types[0].shape, *attributes)),
)
vjp("as_strided_sum", lambda g, attributes: apply(AS_STRIDED, (g,), attributes[1:]))

# -- update: the written region takes its gradient from the value, the rest from the base -------
vjp(
    "update",
    lambda g, types, attributes: apply(UPDATE, (g, _zeros(types[1])), attributes),
    lambda g, attributes: apply(AS_STRIDED, (g,), attributes),
)
# attributes are (shape of the storage, layout of the base in it, layout of the view in it)
vjp(
    "update_in_storage",
    lambda g, types, attributes: apply(UPDATE_IN_STORAGE, (g, _zeros(types[1])), attributes),
    lambda g, attributes: apply(VIEW_IN_STORAGE, (g,), attributes),
)
vjp(
    "view_in_storage",
    lambda g, types, attributes: apply(
        VIEW_IN_STORAGE, (g,), (attributes[0], attributes[2], attributes[1])
    ),
)

# -- backward's own -----------------------------------------------------------------------------
vjp("add_cotangents", lambda g: g, lambda g: g)
vjp("fit_cotangent", lambda g: g)  # the caller fits again, which is the reverse
vjp("fill", lambda g, types: _zeros(types[0]))  # a write of what requires no grad

non_differentiable("unit_cotangent", "zero_cotangent")
