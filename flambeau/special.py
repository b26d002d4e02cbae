"""flambeau.special: functions of mathematics, under PyTorch's names."""

from __future__ import annotations

from typing import Any

from flambeau.nn.functional.activation import log_softmax, softmax
from flambeau.tensor import methods
from flambeau.tensor.special import (
    airy,
    bessel,
    entropy,
    error_functions,
    gamma_functions,
    modified_bessel,
    polynomials,
)

# the name here: the name of the package's function
_ALIASES = {
    "digamma": "digamma", "erf": "erf", "erfc": "erfc", "erfinv": "erfinv", "exp2": "exp2",
    "expit": "sigmoid", "expm1": "expm1", "gammaln": "lgamma", "log1p": "log1p", "logit": "logit",
    "logsumexp": "logsumexp", "psi": "digamma", "round": "round", "sinc": "sinc", "xlogy": "xlogy",
}  # fmt: skip

_FUNCTIONS: dict[str, Any] = {
    name: f
    for family in (airy, bessel, entropy, error_functions, gamma_functions, modified_bessel,
                   polynomials)
    for name, f in family.FUNCTIONS.items()
}  # fmt: skip
_FUNCTIONS.update({name: methods.FUNCTIONS[other] for name, other in _ALIASES.items()})
_FUNCTIONS.update(log_softmax=log_softmax, softmax=softmax)

__all__ = sorted(_FUNCTIONS)

globals().update(_FUNCTIONS)
