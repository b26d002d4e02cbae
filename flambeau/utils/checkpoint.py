"""Recomputing a part of the forward pass in backward, instead of keeping its intermediate values.

What a checkpointed function saves is not kept: backward calls the function again, and takes what
it saves then. In a plain loop this frees the intermediate values. Inside `flambeau.compile` both
calls are the same computation, which the compiler does once: memory is planned there anyway.
Source: T. Chen and others, "Training Deep Nets with Sublinear Memory Cost" (2016).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from flambeau.autograd.graph import saved_tensors_hooks
from flambeau.autograd.modes import enable_grad, no_grad
from flambeau.tensor.boundary import synchronize
from flambeau.tensor.random import get_rng_state, set_rng_state
from flambeau.tensor.tape import mode
from flambeau.tensor.tensor import Tensor

__all__ = ["CheckpointError", "checkpoint", "checkpoint_sequential", "noop_context_fn"]

Contexts = tuple[AbstractContextManager, AbstractContextManager]


class CheckpointError(RuntimeError):
    """The function did something else when it was called again."""


class _Stop(Exception):
    """Everything that backward needs was computed."""


def noop_context_fn() -> Contexts:
    """No contexts for the two calls."""
    return nullcontext(), nullcontext()


def checkpoint(
    function: Callable[..., Any], *args: Any, use_reentrant: bool | None = None,
    context_fn: Callable[[], Contexts] = noop_context_fn, determinism_check: str = "default",
    debug: bool = False, early_stop: bool = True, preserve_rng_state: bool = True, **kwargs: Any,
) -> Any:  # fmt: skip
    """function(*args, **kwargs), whose intermediate values are computed again in backward.

    With `preserve_rng_state` random numbers are the same again. `determinism_check`: "default"
    compares shapes and dtypes of what is saved, "none" nothing. `use_reentrant` makes no
    difference; `debug` neither, as errors name what differs.

    >>> import flambeau
    >>> from flambeau.utils.checkpoint import checkpoint
    >>> x = flambeau.tensor([1.0, 2.0], requires_grad=True)
    >>> checkpoint(lambda x: (x * x).exp(), x, use_reentrant=False).sum().backward()
    >>> x.grad
    tensor([  5.4366, 218.3926])
    """
    if determinism_check not in ("default", "none"):
        raise ValueError(
            f"checkpoint: determinism_check should be one of 'default' or 'none', "
            f"given {determinism_check!r}"
        )
    if not mode.grad:
        return function(*args, **kwargs)
    forward_context, again_context = context_fn()
    frame = _Frame(function, args, kwargs, again_context, determinism_check, early_stop)
    if preserve_rng_state:
        frame.state = get_rng_state()
    with saved_tensors_hooks(frame.pack, frame.unpack), forward_context:
        result = function(*args, **kwargs)
    synchronize()  # computed now, so that the second call shares nothing with this one
    return result


class _Frame:
    """One checkpointed call: how often it saved something, and what the second call saved."""

    def __init__(
        self, function: Callable, args: tuple, kwargs: dict, context: AbstractContextManager,
        check: str, early_stop: bool,
    ) -> None:  # fmt: skip
        self.function, self.args, self.kwargs = function, args, kwargs
        self.context = context
        self.check = check
        self.early_stop = early_stop
        self.state: Tensor | None = None
        self.kinds: list[tuple] = []  # of each saved tensor: shape and dtype
        self.again: list[Tensor] = []

    def pack(self, x: Tensor) -> int:
        """The number under which the second call will have it."""
        self.kinds.append((tuple(x.shape), x.dtype))
        return len(self.kinds) - 1

    def unpack(self, number: int) -> Tensor:
        """Tensor `number` of what the second call saves."""
        if not self.again:
            self._call_again()
        if number >= len(self.again):
            raise CheckpointError(
                f"checkpoint: A different number of tensors was saved during the original forward "
                f"and recomputation. Number of tensors saved during forward: {len(self.kinds)}; "
                f"Number of tensors saved during recomputation: {len(self.again)}; try to remove "
                "what depends on global state from the function"
            )
        if self.check == "default":
            self._compare(number)
        return self.again[number]

    def _compare(self, number: int) -> None:
        x = self.again[number]
        kind = tuple(x.shape), x.dtype
        if kind != self.kinds[number]:
            raise CheckpointError(
                "checkpoint: Recomputed values for the following tensors have different metadata "
                f"than during the forward pass: tensor {number} had shape "
                f"{list(self.kinds[number][0])} and {self.kinds[number][1]}, and has "
                f"{list(kind[0])} and {kind[1]}"
            )

    def _call_again(self) -> None:
        kept: list[Tensor] = []

        def keep(x: Tensor) -> Tensor:
            kept.append(x)
            if self.early_stop and len(kept) == len(self.kinds):
                raise _Stop
            return x

        before = get_rng_state()
        try:
            if self.state is not None:
                set_rng_state(self.state)
            with enable_grad(), saved_tensors_hooks(keep, lambda x: x), self.context:
                self.function(*_detached(self.args), **self.kwargs)
        except _Stop:
            pass
        finally:
            set_rng_state(before)
        self.again = kept


def _detached(args: tuple) -> tuple:
    """The arguments as leaves of their own, so that the second call's tape ends there."""
    with no_grad():
        return tuple([
            x.detach().requires_grad_(x.requires_grad) if isinstance(x, Tensor) else x  # type: ignore[attr-defined]
            for x in args
        ])  # fmt: skip


def checkpoint_sequential(
    functions: Any, segments: int, input: Any, use_reentrant: bool | None = None, **kwargs: Any
) -> Any:
    """The functions, or the modules of a Sequential, one after the other in `segments` parts; all
    but the last are checkpointed."""
    chain: Sequence[Callable] = list(functions)
    size = len(chain) // segments
    at = 0
    for _ in range(segments - 1):
        input = checkpoint(_chained(chain[at : at + size]), input,
                           use_reentrant=use_reentrant, **kwargs)  # fmt: skip
        at += size
    return _chained(chain[at:])(input)


def _chained(functions: Sequence[Callable]) -> Callable:
    def run(x: Any) -> Any:
        for f in functions:
            x = f(x)
        return x

    return run
