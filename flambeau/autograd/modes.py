"""Switching recording on and off: as context managers, as decorators, and as functions."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

from flambeau.tensor.tape import mode

__all__ = [
    "enable_grad",
    "inference_mode",
    "is_grad_enabled",
    "is_inference_mode_enabled",
    "no_grad",
    "set_grad_enabled",
]


def is_grad_enabled() -> bool:
    """True if operations on tensors that require grad are recorded in this thread."""
    return mode.grad


def is_inference_mode_enabled() -> bool:
    """True inside `inference_mode()`."""
    return mode.inference


class _Switch:
    """A context manager that is also a decorator, of functions, generators and coroutines.

    A decorated generator runs each of its steps under the mode, and its caller does not.
    """

    _before: tuple = ()  # a stack: one object may be entered twice

    def _set(self) -> None:
        raise NotImplementedError

    def _clone(self) -> _Switch:
        return type(self)()

    def __enter__(self) -> None:
        self._before = ((mode.grad, mode.inference), *self._before)
        self._set()

    def __exit__(self, *exception: object) -> None:
        (mode.grad, mode.inference), *rest = self._before
        self._before = tuple(rest)

    def __call__(self, function: Callable) -> Callable:
        if inspect.isclass(function):
            raise TypeError(
                f"{type(self).__name__}: cannot decorate the class {function.__name__}; "
                "decorate its methods"
            )
        if inspect.isgeneratorfunction(function):
            return _wrap_generator(self._clone, function)

        if inspect.iscoroutinefunction(function):

            @functools.wraps(function)
            async def run_async(*args: Any, **kwargs: Any) -> Any:
                with self._clone():
                    return await function(*args, **kwargs)

            return run_async

        @functools.wraps(function)
        def run(*args: Any, **kwargs: Any) -> Any:
            with self._clone():
                return function(*args, **kwargs)

        return run


def _wrap_generator(make: Callable[[], _Switch], function: Callable) -> Callable:
    """Run every step of the generator, but not what happens between them, under the mode."""

    @functools.wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        with make():
            generator = function(*args, **kwargs)
        step: Callable = functools.partial(next, generator)
        try:
            while True:
                with make():
                    response = step()
                try:
                    request = yield response
                    step = functools.partial(generator.send, request)
                except GeneratorExit:
                    with make():
                        generator.close()
                    raise
                except BaseException as error:
                    step = functools.partial(generator.throw, error)
        except StopIteration as stop:
            return stop.value

    return run


class no_grad(_Switch):  # noqa: N801 - PyTorch's name
    """Record nothing: results do not require grad.

    >>> import flambeau
    >>> x = flambeau.tensor([1.0], requires_grad=True)
    >>> with flambeau.no_grad():
    ...     y = x * 2
    >>> y.requires_grad
    False
    """

    def __new__(cls, function: Callable | None = None) -> Any:
        made = super().__new__(cls)
        return made if function is None else made(function)

    def _set(self) -> None:
        mode.grad = False


class enable_grad(_Switch):  # noqa: N801 - PyTorch's name
    """Record again inside `no_grad`; without effect inside `inference_mode`.

    >>> import flambeau
    >>> x = flambeau.tensor([1.0], requires_grad=True)
    >>> with flambeau.no_grad(), flambeau.enable_grad():
    ...     y = x * 2
    >>> y.requires_grad
    True
    """

    def __new__(cls, function: Callable | None = None) -> Any:
        made = super().__new__(cls)
        return made if function is None else made(function)

    def _set(self) -> None:
        mode.grad = not mode.inference


class set_grad_enabled(_Switch):  # noqa: N801 - PyTorch's name
    """Switch recording at once (`set_grad_enabled(False)`), or for the length of a block.

    >>> import flambeau
    >>> with flambeau.set_grad_enabled(False):
    ...     flambeau.is_grad_enabled()
    False
    """

    def __init__(self, mode: bool) -> None:
        self._wanted = bool(mode)
        self._before = (_present(),)
        self._set()
        self._entered = False

    def _set(self) -> None:
        mode.grad = self._wanted and not mode.inference

    def _clone(self) -> set_grad_enabled:
        return type(self)(self._wanted)

    def __enter__(self) -> None:
        if self._entered:  # entered again: the value to come back to is the present one
            super().__enter__()
        self._entered = True
        self._set()

    def __call__(self, function: Callable) -> Callable:
        mode.grad, mode.inference = self._before[0]  # as a decorator it must not act now
        return super().__call__(function)


def _present() -> tuple[bool, bool]:
    return mode.grad, mode.inference


class inference_mode(_Switch):  # noqa: N801 - PyTorch's name
    """Record nothing, and mark the results: they can never take part in backward.

    >>> import flambeau
    >>> x = flambeau.tensor([1.0], requires_grad=True)
    >>> with flambeau.inference_mode():
    ...     y = x * 2
    >>> y.is_inference(), y.requires_grad
    (True, False)
    """

    def __new__(cls, mode: Any = True) -> Any:
        made = super().__new__(cls)
        if callable(mode):
            made._wanted = True
            return made(mode)
        return made

    def __init__(self, mode: bool = True) -> None:
        self._wanted = bool(mode)

    def _clone(self) -> inference_mode:
        return type(self)(self._wanted)

    def _set(self) -> None:
        mode.inference = self._wanted
        mode.grad = not self._wanted
