"""Tensors that are made rather than computed have no derivative; see tensor/creation.py."""

from __future__ import annotations

from flambeau.autograd.vjps.table import non_differentiable

__all__: list[str] = []

non_differentiable(
    "arange", "bernoulli", "cauchy", "constant", "exponential", "eye", "full", "geometric",
    "linspace", "log_normal", "logspace", "multinomial", "normal", "rand", "randn",
    "random_integers", "random_permutation", "random_wide_integers", "random_words", "uniform",
    "view_dtype",
)  # fmt: skip
