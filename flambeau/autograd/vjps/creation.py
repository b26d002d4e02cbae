"""What is made rather than computed has no derivative (tensor/creation.py); grids and triangles."""

from __future__ import annotations

from flambeau.autograd.vjps.table import non_differentiable, vjp
from flambeau.tensor.apply import apply
from flambeau.tensor.grids import TRIL, TRIU

__all__: list[str] = []

non_differentiable(
    "arange", "bernoulli", "cauchy", "constant", "copy_of_external", "exponential", "eye", "full",
    "geometric", "linspace", "log_normal", "logspace", "multinomial", "normal", "rand", "randn",
    "random_integers", "random_permutation", "random_wide_integers", "random_words", "uniform",
    "read_bits", "read_pairs", "read_part", "read_parts",  # views of memory: see reinterpret.py
    "write_bits", "write_pairs", "write_part", "write_parts",
)  # fmt: skip

vjp("tril", lambda g, attributes: apply(TRIL, (g,), attributes))
vjp("triu", lambda g, attributes: apply(TRIU, (g,), attributes))
