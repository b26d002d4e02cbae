"""Parameters as one vector, and back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flambeau.tensor.joining import cat
from flambeau.tensor.tensor import Tensor

__all__ = ["parameters_to_vector", "vector_to_parameters"]


def parameters_to_vector(parameters: Iterable[Tensor]) -> Tensor:
    """All parameters, flattened, one after another."""

    return cat([p.reshape(-1) for p in parameters])


def vector_to_parameters(vec: Tensor, parameters: Iterable[Tensor]) -> None:
    """Put the elements of one vector into the parameters."""
    if not isinstance(vec, Tensor):
        raise TypeError(f"expected torch.Tensor, but got: {type(vec).__name__}")
    given: list[Any] = list(parameters)
    count = sum(p.numel() for p in given)
    if vec._shape != (count,):
        raise RuntimeError(
            f"vector_to_parameters: given a vector of shape {list(vec._shape)}; required: "
            f"[{count}], the number of elements of all parameters"
        )
    start = 0
    for p in given:
        n = p.numel()
        p.data = vec.detach().narrow(0, start, n).clone().view(p._shape)
        start += n
