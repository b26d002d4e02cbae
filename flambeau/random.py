"""The default generator, under PyTorch's names."""

from __future__ import annotations

from flambeau.engine.runtime.random import default_generator
from flambeau.tensor.random import (
    fork_rng,
    get_rng_state,
    initial_seed,
    manual_seed,
    seed,
    set_rng_state,
)

__all__ = [
    "default_generator",
    "fork_rng",
    "get_rng_state",
    "initial_seed",
    "manual_seed",
    "seed",
    "set_rng_state",
]
