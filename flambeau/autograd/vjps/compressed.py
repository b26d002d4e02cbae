"""Derivatives of products with sparse matrices: the transposed product and the sampled one."""

from __future__ import annotations

from typing import Any

from flambeau.autograd.vjps.table import vjp
from flambeau.tensor.complex_numbers import conj
from flambeau.tensor.compressed import csr_dot, csr_sampled, transposed
from flambeau.tensor.gathering import index_select
from flambeau.tensor.layouts import VALUES

__all__: list[str] = []


def _transposed_product(values: Any, g: Any, pointers: Any, columns: Any, height: int) -> Any:
    turned, rows, order = transposed(pointers, columns, height)
    return csr_dot(turned, rows, index_select(conj(values), 0, order), g)


vjp(
    "csr_dot",
    lambda g, y, z, x3: csr_sampled(z, x3, g, conj(y)),
    lambda g, x, z, x3, types: _transposed_product(x, g, z, x3, types[1].shape[0]),
    None,
    None,
)
vjp(
    "csr_sampled",
    lambda g, y, z, x3: csr_dot(z, x3, g, conj(y)),
    lambda g, x, z, x3, types: _transposed_product(g.conj(), conj(x), z, x3, types[1].shape[0]),
    None,
    None,
)
vjp(VALUES.name, lambda g: g)
