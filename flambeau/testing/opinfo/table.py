"""The table of samples: for every operation with a derivative, calls on which it is checked.

A sample says how the operation is called and on what: shapes with a domain on which it is
smooth, so that finite differences mean something. Add a row here for each row of VJPS.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from flambeau.core import dtype as dt
from flambeau.core.dtype import DType
from flambeau.tensor.boundary import fresh
from flambeau.tensor.tensor import Tensor

__all__ = ["SAMPLES", "SPECIAL", "Input", "Sample", "add_samples"]


@dataclass(frozen=True)
class Input:
    """One tensor: its shape, the interval of its elements, and whether it is differentiated.

    `apart` keeps elements at least that far from each other and from zero, for operations with
    kinks there.
    """

    shape: tuple[int, ...]
    low: float = -1.0
    high: float = 1.0
    requires_grad: bool = True
    apart: float = 0.0
    dtype: DType = dt.float64
    values: tuple | None = None  # instead of random ones

    def make(self, source: np.random.Generator) -> Tensor:
        """The tensor; equal sources give equal tensors."""
        made, memory = fresh(self.dtype, self.shape)
        if self.values is not None:
            memory[...] = np.array(self.values).reshape(self.shape)
        elif self.apart:
            count = int(np.prod(self.shape))
            steps = (np.arange(count) - (count - 1) // 2) * self.apart + self.apart / 3
            memory[...] = source.permutation(steps).reshape(self.shape)
        else:
            memory[...] = source.uniform(self.low, self.high, self.shape)
        return made.requires_grad_(self.requires_grad)  # type: ignore[attr-defined, no-any-return]


@dataclass(frozen=True)
class Sample:
    """One call. `uses_name`: the tape of its result names the operation the row is for."""

    run: Callable[..., Any]
    inputs: tuple[Input, ...]
    twice: bool = True
    uses_name: bool = True

    def make_inputs(self) -> tuple[Tensor, ...]:
        """The arguments of `run`."""
        source = np.random.default_rng(7)
        return tuple([i.make(source) for i in self.inputs])


SAMPLES: dict[str, list[Sample]] = {}
# operations that are checked elsewhere, with the reason
SPECIAL: dict[str, str] = {
    "fill": "stands for a write that requires no grad; tests/autograd/test_views.py",
    "add_cotangents": "backward's own; in every graph with a tensor that is used twice",
    "fit_cotangent": "backward's own; in every graph with broadcasting",
    "without_derivative": "its backward raises; tests/tensor/test_decompositions.py",
    "reshape_value": "only rewrites a storage's value; never on the tape",
    "embedding_sparse": "its gradient is sparse; tests/sparse/test_embedding.py",
    "to": "between floating-point dtypes only: tests/autograd/test_backward.py",
    "embedding_by_frequency": "not the derivative, by definition; tests/nn/test_modules.py",
    "standard_gamma": "its samples jump: tests/tensor/test_variates.py",
    "sample_dirichlet": "its samples jump: tests/tensor/test_variates.py",
}


def add_samples(name: str, *calls: tuple, twice: bool = True, uses_name: bool = True) -> None:
    """Add rows: each call is (function, input, input, ...)."""
    rows = [Sample(run, tuple(inputs), twice, uses_name) for run, *inputs in calls]
    SAMPLES.setdefault(name, []).extend(rows)
