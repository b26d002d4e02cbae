"""Many modules of one structure as one: an ensemble for vmap."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flambeau.core.errors import message
from flambeau.nn.module import Module
from flambeau.tensor.joining import stack

__all__ = ["stack_module_state"]


def stack_module_state(models: Sequence[Module]) -> tuple[dict[str, Any], dict[str, Any]]:
    """(parameters, buffers) by name, each stacked along a new first dim, for `functional_call`.

    >>> import flambeau
    >>> from flambeau import nn
    >>> from flambeau.func import functional_call, stack_module_state, vmap
    >>> models = [nn.Linear(2, 3) for _ in range(4)]
    >>> parameters, buffers = stack_module_state(models)
    >>> call = lambda p, b, x: functional_call(models[0], (p, b), (x,))
    >>> vmap(call, in_dims=(0, 0, None))(parameters, buffers, flambeau.ones(5, 2)).shape
    flambeau.Size([4, 5, 3])
    """
    if not models:
        raise RuntimeError("stack_module_state: Expected at least one model, got 0")
    if len({type(m) for m in models}) > 1 or len({m.training for m in models}) > 1:
        names = sorted({type(m).__name__ for m in models})
        raise RuntimeError(
            message("stack_module_state", f"models of classes {names}",
                    "Expected all models to be of the same class and in the same training mode")
        )  # fmt: skip

    def stacked(all_of: list[dict[str, Any]]) -> dict[str, Any]:
        return {
            name: stack([d[name] for d in all_of]).detach().requires_grad_(first.requires_grad)  # type: ignore[attr-defined]
            for name, first in all_of[0].items()
        }

    return (
        stacked([dict(m.named_parameters()) for m in models]),
        stacked([dict(m.named_buffers()) for m in models]),
    )
