"""flambeau.jit: TorchScript's names. Functions and modules run as they are; nothing is scripted.

Every operation is compiled anyway, and `flambeau.compile` makes one program of a whole step, so
`script` and `trace` return what they are given. What needs TorchScript's own format (save, load)
is an error.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, NoReturn, TypeVar, cast

from flambeau.nn.module import Module

__all__ = [
    "Attribute", "Final", "ScriptFunction", "ScriptModule", "TracerWarning", "annotate",
    "export", "fork", "freeze", "ignore", "interface", "is_scripting", "is_tracing", "isinstance",
    "load", "optimize_for_inference", "save", "script", "script_if_tracing", "script_method",
    "trace", "trace_module", "unused", "wait",
]  # fmt: skip

T = TypeVar("T")
Final = Any  # in annotations only
_noted: set[str] = set()


class TracerWarning(Warning):
    """PyTorch warns so when a trace depends on values; nothing is traced here."""


class ScriptModule(Module):
    """A module: methods under `script_method` are ordinary methods."""


class ScriptFunction:
    """PyTorch's class of scripted functions; `script` returns plain functions."""


def _note(name: str) -> None:
    """Say once that nothing is scripted."""
    if name not in _noted:
        _noted.add(name)
        warnings.warn(
            f"jit.{name}: given back as it is; operations are compiled when they run; try "
            "flambeau.compile to make one program of a whole function",
            stacklevel=3,
        )


def script(obj: T, *args: Any, **kwargs: Any) -> T:
    """The function, class or module itself.

    >>> import flambeau
    >>> @flambeau.jit.script_if_tracing
    ... def double(x):
    ...     return x * 2
    >>> double(flambeau.ones(1))
    tensor([2.])
    """
    _note("script")
    return obj


def trace(func: T, example_inputs: Any = None, *args: Any, **kwargs: Any) -> T:
    """The function or module itself; `example_inputs` are not needed."""
    _note("trace")
    return func


def trace_module(mod: T, inputs: Any, *args: Any, **kwargs: Any) -> T:
    """The module itself."""
    _note("trace")
    return mod


def _same(fn: T) -> T:
    return fn


def ignore(drop: Any = False, **kwargs: Any) -> Any:
    """A decorator, with arguments or without, that changes nothing."""
    return drop if callable(drop) else _same


def unused(fn: T) -> T:
    """The function itself."""
    return fn


def export(fn: T) -> T:
    """The function itself."""
    return fn


def script_method(fn: T) -> T:
    """The method itself."""
    return fn


def script_if_tracing(fn: T) -> T:
    """The function itself."""
    return fn


def interface(obj: T) -> T:
    """The class itself."""
    return obj


def annotate(the_type: Any, the_value: T) -> T:
    """The value."""
    return the_value


def Attribute(value: T, type: Any) -> T:
    """The value."""
    return value


def isinstance(obj: Any, target_type: Any) -> bool:
    """Python's isinstance; of a subscripted type its origin counts."""
    kinds = target_type if type(target_type) is tuple else (target_type,)
    plain = tuple(getattr(kind, "__origin__", kind) for kind in kinds)
    return any(type(obj) is kind or kind in type(obj).__mro__ for kind in plain)


def is_scripting() -> bool:
    """False: code always runs in Python."""
    return False


def is_tracing() -> bool:
    """False: nothing is traced."""
    return False


def freeze(mod: T, *args: Any, **kwargs: Any) -> T:
    """The module itself."""
    return mod


def optimize_for_inference(mod: T, *args: Any, **kwargs: Any) -> T:
    """The module itself."""
    return mod


def fork(func: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """func(*args, **kwargs), computed now; `wait` gives it back."""
    return func(*args, **kwargs)


def wait(future: T) -> T:
    """What `fork` has computed."""
    return cast(T, future)


def _refuse(name: str, what: str) -> NoReturn:
    raise RuntimeError(
        f"jit.{name}: given {what}; required: TorchScript, which is left out; try "
        "flambeau.save(module.state_dict(), file) and load_state_dict"
    )


def save(m: Any, f: Any, *args: Any, **kwargs: Any) -> NoReturn:
    """RuntimeError: there is no TorchScript to save."""
    _refuse("save", type(m).__name__)


def load(f: Any, *args: Any, **kwargs: Any) -> NoReturn:
    """RuntimeError: TorchScript files are not read."""
    _refuse("load", repr(f))
