"""Kullback-Leibler divergences: the table of pairs, and the pairs that are known in closed form.

registry       the table, and the choice of a row for two classes
same_family    pairs of one family
normals        multivariate normal distributions, of full and of low rank
expectations   means of functions of a variate: log x, exp(-t x)
crossed        pairs of different families, from those
composed       pairs that lead to others: Independent, transformed, exponential families
"""

from __future__ import annotations

from flambeau.distributions.kl import (  # noqa: F401 - they fill the table
    composed,
    crossed,
    normals,
    same_family,
)
from flambeau.distributions.kl.registry import kl_divergence, register_kl

__all__ = ["kl_divergence", "register_kl"]
