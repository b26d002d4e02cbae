"""Special functions: formulas on symbols, and sums on the host."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flambeau.tensor.special import (  # all of them: operations are there before derivatives
    airy,  # noqa: F401
    bessel,  # noqa: F401
    entropy,  # noqa: F401
    error_functions,  # noqa: F401
    gamma_functions,
    modified_bessel,
    polynomials,  # noqa: F401
)

__all__ = ["FUNCTIONS", "IN_PLACE", "METHODS"]

# what the package itself has; all of them are in flambeau.special
FUNCTIONS: dict[str, Callable[..., Any]] = {
    "i0": modified_bessel.FUNCTIONS["i0"],
    "igamma": gamma_functions.FUNCTIONS["gammainc"],
    "igammac": gamma_functions.FUNCTIONS["gammaincc"],
    "polygamma": gamma_functions.polygamma,
    "mvlgamma": gamma_functions.multigammaln,
}
METHODS: dict[str, Callable[..., Any]] = {}
IN_PLACE = ("i0", "igamma", "igammac", "polygamma", "mvlgamma")
